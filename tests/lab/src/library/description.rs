//! A library in a few words: so many folders with so many files, of such names and sizes.

use std::path::PathBuf;

use serde::Deserialize;

use super::content::Shape;

/// What is on a device.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LibraryDescription {
    /// Its storages, in order.
    pub storages: Vec<StorageDescription>,
}

/// One storage.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageDescription {
    /// What StorageInfo calls it, such as `Internal shared storage`.
    pub name: String,
    /// Whether it is a card.
    #[serde(default)]
    pub is_removable: bool,
    /// A folder on disk that it shows, beside what is described here.
    #[serde(default)]
    pub folder_on_disk: Option<PathBuf>,
    /// Folders in its root.
    #[serde(default)]
    pub folders: Vec<FolderDescription>,
    /// Files in its root.
    #[serde(default)]
    pub files: Vec<FileDescription>,
}

/// A folder, or many of a kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderDescription {
    /// Its name; where there are several, a run of `#` stands for the number, as `###` for `007`.
    pub name: NameDescription,
    /// How many there are; one where it is left out.
    #[serde(default)]
    pub count: Option<u32>,
    /// Folders in it.
    #[serde(default)]
    pub folders: Vec<FolderDescription>,
    /// Files in it.
    #[serde(default)]
    pub files: Vec<FileDescription>,
    /// Whether it names the folder that it is in among what is in it, and that one says that it is in this one: a cycle.
    #[serde(default)]
    pub contains_its_parent: bool,
}

/// A file, or many of a kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDescription {
    /// As [`FolderDescription::name`].
    pub name: NameDescription,
    /// As [`FolderDescription::count`].
    #[serde(default)]
    pub count: Option<u32>,
    /// The number of the first.
    #[serde(default = "one")]
    pub first: u32,
    /// Its length.
    pub size_bytes: SizeDescription,
    /// When it was changed, as the device writes it, be it nonsense; computed from its number where it is left out.
    #[serde(default)]
    pub modified: Option<String>,
    /// What it looks like from outside.
    #[serde(default)]
    pub shape: Shape,
}

/// A name: a text, or UTF-16 units where it is none.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum NameDescription {
    /// Any Unicode.
    Text(String),
    /// Units of UTF-16, such as half a pair of surrogates.
    Units(Vec<u16>),
}

/// A length in bytes.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub enum SizeDescription {
    /// This many.
    Fixed(u64),
    /// From the first to the second, both included, depending on the file's number.
    Range(u64, u64),
}

fn one() -> u32 {
    1
}

impl NameDescription {
    /// The name of the one with this number, in UTF-16.
    pub(super) fn numbered(&self, number: u32, is_one_of_many: bool) -> Vec<u16> {
        let text = match self {
            Self::Units(units) => return units.clone(),
            Self::Text(text) => text,
        };
        let Some(begin) = text.find('#').filter(|_| is_one_of_many) else {
            return text.encode_utf16().collect();
        };
        let width = text[begin..]
            .bytes()
            .take_while(|byte| *byte == b'#')
            .count();
        let rest = &text[begin + width..];
        format!("{}{number:0width$}{rest}", &text[..begin])
            .encode_utf16()
            .collect()
    }
}

impl SizeDescription {
    /// The length of the file with this number.
    pub(super) fn of(self, number: u32) -> u64 {
        match self {
            Self::Fixed(size_bytes) => size_bytes,
            Self::Range(from, to) => {
                // A prime step spreads the sizes over the range without a pattern that files of one folder share.
                let span = to.saturating_sub(from).saturating_add(1).max(1);
                from + u64::from(number).wrapping_mul(1_000_003) % span
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_where_the_signs_are() {
        let name = |text: &str| NameDescription::Text(text.to_owned());
        let text = |units: Vec<u16>| String::from_utf16(&units).expect("text");
        assert_eq!(text(name("IMG_####.JPG").numbered(7, true)), "IMG_0007.JPG");
        assert_eq!(text(name("a#b").numbered(12, true)), "a12b");
        assert_eq!(text(name("a#b").numbered(12, false)), "a#b");
        assert_eq!(text(name("plain").numbered(12, true)), "plain");
    }

    #[test]
    fn sizes_stay_in_their_range() {
        for number in 0..1000 {
            assert!((10..=20).contains(&SizeDescription::Range(10, 20).of(number)));
        }
        assert_eq!(SizeDescription::Fixed(5).of(3), 5);
    }
}
