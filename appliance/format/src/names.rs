//! Names of folders: one for each source, one for each snapshot in it.

use std::fmt;
use std::str::FromStr;

use crate::{Day, Digest, StoredPath};

/// How much of a source's name goes into its folder's name, in bytes; with the id after it, it stays far below 255.
const SOURCE_NAME_BYTES_MAX: usize = 120;

/// A snapshot's folder: `0007 2026-11-22`. Ordered by generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotName {
    /// The archive's counter; history is ordered by it, never by the day.
    pub generation: u32,
    /// What the clock of the PC said.
    pub date: Day,
}

/// The text is not the name of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a snapshot is named as in 0007 2026-11-22")]
pub struct SnapshotNameError;

/// What is known of a source, for an id that is the same each time it is plugged in.
#[derive(Clone, Copy, Debug)]
pub struct SourceTraits<'a> {
    /// As the device gives it.
    pub manufacturer: &'a str,
    /// As the device gives it.
    pub model: &'a str,
    /// As the device gives it, if it does.
    pub serial: Option<&'a str>,
    /// The names of its storages: what it is told by where it has no serial number.
    pub storages: &'a [&'a str],
}

/// Eight hexadecimal digits that tell sources of one archive apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SourceShortId(String);

impl fmt::Display for SnapshotName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04} {}", self.generation, self.date)
    }
}

impl FromStr for SnapshotName {
    type Err = SnapshotNameError;

    fn from_str(text: &str) -> Result<Self, SnapshotNameError> {
        let (generation, date) = text.split_once(' ').ok_or(SnapshotNameError)?;
        let name = Self {
            generation: generation.parse().map_err(|_| SnapshotNameError)?,
            date: date.parse().map_err(|_| SnapshotNameError)?,
        };
        // Each snapshot has one name only: no sign, no missing or superfluous zero. Generations count from 1.
        if name.generation == 0 || name.to_string() != text {
            return Err(SnapshotNameError);
        }
        Ok(name)
    }
}

impl SourceShortId {
    /// The first 8 hexadecimal digits of the SHA-256 over manufacturer, line feed, model, line feed, and then either `serial:` and the
    /// serial number, or `storages:` and the sorted names of the storages, each with a line feed before it.
    pub fn of(source: SourceTraits<'_>) -> Self {
        Self::of_another(source, 1)
    }

    /// The same for one of several devices that can't be told apart by what they say: for the second and any further one, a line feed,
    /// `number:` and its number come after.
    pub fn of_another(source: SourceTraits<'_>, number: u32) -> Self {
        let mut text = format!("{}\n{}\n", source.manufacturer, source.model);
        match source.serial.filter(|serial| !serial.is_empty()) {
            Some(serial) => {
                text.push_str("serial:");
                text.push_str(serial);
            }
            None => {
                text.push_str("storages:");
                let mut storages = source.storages.to_vec();
                storages.sort_unstable();
                storages.dedup();
                for storage in storages {
                    text.push('\n');
                    text.push_str(storage);
                }
            }
        }
        if number > 1 {
            text.push_str(&format!("\nnumber:{number}"));
        }
        Self(Digest::of(text.as_bytes()).to_string()[..8].to_owned())
    }

    /// The eight digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a folder of `sources/` is this source's, whatever name a person gave it.
    pub fn is_of_folder(&self, folder: &str) -> bool {
        folder
            .strip_suffix(']')
            .and_then(|rest| rest.strip_suffix(&self.0))
            .is_some_and(|rest| rest.ends_with(" ["))
    }

    /// The name of the source's folder: `<name> [<short id>]`, as a single stored component.
    pub fn folder_name(&self, name: &str) -> String {
        let words: Vec<&str> = name.split_whitespace().collect();
        let mut name = words.join(" ");
        if name.is_empty() {
            name.push_str("Source");
        }
        let mut end = name.len().min(SOURCE_NAME_BYTES_MAX);
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        // The whole is escaped at once. Even if each of 120 bytes became three, `[` and the id would be cut only past 255 bytes;
        // so a name of escapes alone is cut further.
        loop {
            let folder = format!("{} [{}]", name[..end].trim_end(), self.0);
            if let Some(path) = StoredPath::from_raw([folder.as_str()])
                && path.shortened_from().is_none()
            {
                return path.as_str().to_owned();
            }
            end = name[..end]
                .char_indices()
                .next_back()
                .map_or(0, |(at, _)| at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshot_names_have_one_spelling() {
        for text in [
            "0001 2026-11-22",
            "0007 1970-01-01",
            "12345 2026-11-22",
            "4294967295 2026-11-22",
        ] {
            let name: SnapshotName = text.parse().expect(text);
            assert_eq!(name.to_string(), text);
        }
        for text in [
            "",
            "latest",
            "0007",
            "7 2026-11-22",
            "00007 2026-11-22",
            "0000 2026-11-22",
            "+007 2026-11-22",
            "0007  2026-11-22",
            "0007 2026-11-22 ",
            "0007 2026-02-30",
            "4294967296 2026-11-22",
        ] {
            assert_eq!(
                text.parse::<SnapshotName>(),
                Err(SnapshotNameError),
                "{text}"
            );
        }
    }

    #[test]
    fn a_source_keeps_its_id_and_its_folder_is_one_legal_component() {
        let pixel = SourceTraits {
            manufacturer: "Google",
            model: "Pixel 8",
            serial: Some("1A2B"),
            storages: &["Internal shared storage"],
        };
        let id = SourceShortId::of(pixel);
        assert_eq!(
            id,
            SourceShortId::of(SourceTraits {
                storages: &[],
                ..pixel
            })
        );
        assert_ne!(
            id,
            SourceShortId::of(SourceTraits {
                serial: Some("1A2C"),
                ..pixel
            })
        );
        let without = SourceTraits {
            serial: None,
            ..pixel
        };
        assert_eq!(
            SourceShortId::of(SourceTraits {
                storages: &["a", "b"],
                ..without
            }),
            SourceShortId::of(SourceTraits {
                storages: &["b", "a", "b"],
                ..without
            }),
        );
        let numbered: Vec<SourceShortId> = (1..4)
            .map(|number| SourceShortId::of_another(without, number))
            .collect();
        assert_eq!(numbered[0], SourceShortId::of(without));
        assert!(numbered[0] != numbered[1] && numbered[1] != numbered[2]);
        let cases = [
            ("Mia's Pixel", format!("Mia's Pixel [{}]", id.as_str())),
            (" a \n b/.. ", format!("a b=2F.. [{}]", id.as_str())),
            ("", format!("Source [{}]", id.as_str())),
        ];
        for (name, folder) in cases {
            assert_eq!(id.folder_name(name), folder);
        }
        for long in ["ä".repeat(300), "/".repeat(300), "🎂".repeat(80)] {
            let folder = id.folder_name(&long);
            assert!(folder.len() <= 255 && id.is_of_folder(&folder), "{folder}");
            assert!(StoredPath::parse(&folder).is_ok_and(|path| path.to_raw().is_some()));
        }
        assert!(!id.is_of_folder(id.as_str()));
        assert!(!id.is_of_folder("Mia's Pixel [00000000]"));
    }
}
