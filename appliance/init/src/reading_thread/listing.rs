//! The files of one snapshot, held once: a row and its path for each, in the order of the paths' bytes, so that a folder is a range of rows.

use heirloom_engine::{Archive, ArchivedEntry, ArchivedKind, RestoreError, Volume, VolumePath};
use heirloom_format::{Day, StoredPath, decode_component};

/// About 90 bytes a file: a million of them fit beside everything else into 1 GB.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// All paths, one after the other.
    text: String,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    /// Where its path ends in `text`; it begins where the one before ends.
    end: usize,
    size_bytes: u64,
    unix_s: Option<i64>,
}

impl Listing {
    /// Reads what a snapshot says about itself.
    ///
    /// # Errors
    /// [`RestoreError::NoSuchSnapshot`]; [`RestoreError::Unlisted`] when it can't be read; [`RestoreError::DriveGone`] and others of the drive.
    pub(super) fn read(volume: &dyn Volume, snapshot: &VolumePath) -> Result<Self, RestoreError> {
        let archive = Archive::open(volume)?;
        let mut snapshots = archive.snapshots().iter();
        let published = snapshots.find(|it| it.folder == *snapshot);
        let published = published.ok_or(RestoreError::NoSuchSnapshot)?;
        let mut listing = Self::default();
        let read = archive.read_description(volume, published, &mut |file| {
            let unix_s = file.modified.and_then(|modified| modified.unix_s);
            listing.add(file.path.as_str(), file.size_bytes, unix_s);
        });
        match read {
            Ok(Ok(_)) => Ok(listing),
            Ok(Err(damage)) => Err(RestoreError::Unlisted(damage)),
            Err(error) => Err(error.into()),
        }
    }

    /// The next one: paths come in the order of their bytes, as a snapshot must have them.
    fn add(&mut self, path: &str, size_bytes: u64, unix_s: Option<i64>) {
        self.text.push_str(path);
        self.rows.push(Row {
            end: self.text.len(),
            size_bytes,
            unix_s,
        });
    }

    fn path(&self, row: usize) -> &str {
        let begin = row.checked_sub(1).map_or(0, |before| self.rows[before].end);
        &self.text[begin..self.rows[row].end]
    }

    /// The first row from `from` on of whose path it is not said that it is before what is looked for.
    fn first_from(&self, from: usize, is_before: impl Fn(&str) -> bool) -> usize {
        let (mut low, mut high) = (from, self.rows.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match is_before(self.path(middle)) {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        low
    }

    /// What is in a folder; `None` where there is no such folder.
    pub(super) fn folder(&self, folder: Option<&StoredPath>) -> Option<Vec<ArchivedEntry>> {
        let prefix = folder.map_or_else(String::new, |folder| format!("{folder}/"));
        let mut row = self.first_from(0, |path| path < prefix.as_str());
        let mut entries = Vec::new();
        while row < self.rows.len() {
            let path = self.path(row);
            let Some(below) = path.strip_prefix(&prefix) else {
                break;
            };
            let (name, kind, next) = match below.split_once('/') {
                None => {
                    let Row {
                        size_bytes, unix_s, ..
                    } = self.rows[row];
                    let kind = ArchivedKind::File {
                        bytes: size_bytes,
                        day: unix_s.and_then(Day::of_unix_s),
                    };
                    (below, kind, row + 1)
                }
                Some((name, _)) => {
                    let of_it = &path[..prefix.len() + name.len() + 1];
                    let next = self.first_from(row, |path| path.starts_with(of_it) || path < of_it);
                    let bytes = self.rows[row..next].iter().map(|row| row.size_bytes);
                    let kind = ArchivedKind::Folder {
                        files: (next - row) as u64,
                        bytes: bytes.fold(0, u64::saturating_add),
                    };
                    (name, kind, next)
                }
            };
            // Every beginning of a stored path is one.
            if let Ok(path) = StoredPath::parse(&path[..prefix.len() + name.len()]) {
                entries.push(ArchivedEntry {
                    path,
                    name: shown(name),
                    kind,
                });
            }
            row = next;
        }
        if entries.is_empty() && folder.is_some() {
            return None;
        }
        entries.sort_by_cached_key(|entry| {
            let is_file = matches!(entry.kind, ArchivedKind::File { .. });
            (is_file, entry.name.to_lowercase(), entry.path.clone())
        });
        Some(entries)
    }
}

/// A name as the source had it, as far as a screen can show it.
fn shown(stored: &str) -> String {
    let raw = decode_component(stored).unwrap_or_else(|| stored.as_bytes().to_vec());
    let of_screen = |character: char| match character.is_control() {
        true => char::REPLACEMENT_CHARACTER,
        false => character,
    };
    String::from_utf8_lossy(&raw)
        .chars()
        .map(of_screen)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(paths: &[&str]) -> Listing {
        assert!(paths.is_sorted(), "{paths:?}");
        let mut listing = Listing::default();
        for (size_bytes, path) in (1..).zip(paths) {
            listing.add(path, size_bytes, Some(1_700_000_000));
        }
        listing
    }

    fn said(listing: &Listing, folder: Option<&str>) -> Option<Vec<String>> {
        let folder = folder.map(|folder| StoredPath::parse(folder).expect("a path"));
        let entries = listing.folder(folder.as_ref())?;
        let one = |entry: ArchivedEntry| match entry.kind {
            ArchivedKind::Folder { files, bytes } => format!("{}/ {files} {bytes}", entry.path),
            ArchivedKind::File { bytes, day } => {
                let day = day.map(|day| day.to_string()).unwrap_or_default();
                format!("{} {bytes} {day}", entry.path)
            }
        };
        Some(entries.into_iter().map(one).collect())
    }

    #[test]
    fn folders_come_first_with_all_that_is_below() {
        let listing = listing(&[
            "Card/DCIM/100/a.jpg",
            "Card/DCIM/100/b.jpg",
            "Card/DCIM/101.txt",
            "Card/DCIM/101/c.jpg",
            "Card/DCIM/Z.jpg",
            "Card/b.jpg",
            "Internal/x",
        ]);
        let table: [(Option<&str>, Option<&[&str]>); 6] = [
            (None, Some(&["Card/ 6 21", "Internal/ 1 7"])),
            (
                Some("Card"),
                Some(&["Card/DCIM/ 5 15", "Card/b.jpg 6 2023-11-14"]),
            ),
            (
                Some("Card/DCIM"),
                Some(&[
                    "Card/DCIM/100/ 2 3",
                    "Card/DCIM/101/ 1 4",
                    "Card/DCIM/101.txt 3 2023-11-14",
                    "Card/DCIM/Z.jpg 5 2023-11-14",
                ]),
            ),
            (Some("Internal/x"), None),
            (Some("Card/DCIM/10"), None),
            (Some("Z"), None),
        ];
        for (folder, expected) in table {
            let expected = expected.map(|lines| lines.iter().map(|&it| it.to_owned()).collect());
            assert_eq!(said(&listing, folder), expected, "{folder:?}");
        }
    }

    #[test]
    fn an_empty_snapshot_is_an_empty_page() {
        assert_eq!(listing(&[]).folder(None), Some(Vec::new()));
    }

    #[test]
    fn names_are_shown_as_the_source_had_them() {
        for (stored, expected) in [
            ("a=2Fb", "a/b"),
            ("=0A", "\u{fffd}"),
            ("=FF.jpg", "\u{fffd}.jpg"),
            ("long=~0123456789abcdef.jpg", "long=~0123456789abcdef.jpg"),
        ] {
            assert_eq!(shown(stored), expected);
        }
    }
}
