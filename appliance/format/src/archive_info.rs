//! `archive.json`: which archive this is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Day, PublicKey};

/// The version of everything that FORMAT.md describes.
pub const FORMAT_VERSION: u32 = 1;

/// 128 random bits that tell an archive from every other; printed as 32 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ArchiveId([u8; 16]);

/// The text is not 32 lowercase hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an archive id is written as 32 lowercase hexadecimal digits")]
pub struct ArchiveIdError;

/// `archive.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveInfo {
    /// [`FORMAT_VERSION`] when it was made.
    pub format_version: u32,
    /// Tells it from every other archive.
    pub archive_id: ArchiveId,
    /// What the family calls it.
    pub name: String,
    /// The day it was made, by the clock of the PC.
    pub created: Day,
    /// What its snapshots are signed with. Whoever can change this file can change this key as well: the one on the sheet counts.
    pub public_key: PublicKey,
}

/// Why bytes are not an `archive.json` that we can read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveInfoError {
    /// Not the fields of this format.
    #[error("archive.json cannot be read: {0}")]
    Malformed(#[from] serde_json::Error),
    /// Made by a newer Heirloom.
    #[error(
        "archive.json is of format version {found}, and this Heirloom knows up to {FORMAT_VERSION}"
    )]
    Newer {
        /// Its version.
        found: u32,
    },
}

#[derive(Deserialize)]
struct VersionOnly {
    format_version: u32,
}

impl ArchiveId {
    /// Takes 16 random bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for ArchiveId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for ArchiveId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ArchiveId({self})")
    }
}

impl FromStr for ArchiveId {
    type Err = ArchiveIdError;

    fn from_str(text: &str) -> Result<Self, ArchiveIdError> {
        let lowercase_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 32 || !text.as_bytes().iter().all(lowercase_hex) {
            return Err(ArchiveIdError);
        }
        let number = u128::from_str_radix(text, 16).map_err(|_| ArchiveIdError)?;
        Ok(Self(number.to_be_bytes()))
    }
}

impl TryFrom<String> for ArchiveId {
    type Error = ArchiveIdError;
    fn try_from(text: String) -> Result<Self, ArchiveIdError> {
        text.parse()
    }
}

impl From<ArchiveId> for String {
    fn from(id: ArchiveId) -> Self {
        id.to_string()
    }
}

impl ArchiveInfo {
    /// A new archive's description.
    pub fn new(
        archive_id: ArchiveId,
        name: impl Into<String>,
        created: Day,
        public_key: PublicKey,
    ) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            archive_id,
            name: name.into(),
            created,
            public_key,
        }
    }

    /// Reads `archive.json`.
    ///
    /// # Errors
    /// [`ArchiveInfoError`]; a newer version is told apart even where its fields differ.
    pub fn parse(bytes: &[u8]) -> Result<Self, ArchiveInfoError> {
        let VersionOnly { format_version } = serde_json::from_slice(bytes)?;
        if format_version > FORMAT_VERSION {
            return Err(ArchiveInfoError::Newer {
                found: format_version,
            });
        }
        Ok(serde_json::from_slice(bytes)?)
    }

    /// The file's content.
    ///
    /// # Panics
    /// Never: a struct of numbers and strings always becomes JSON.
    pub fn print(&self) -> String {
        serde_json::to_string_pretty(self).expect("numbers and strings become JSON") + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SigningKey;

    #[test]
    fn comes_back_as_it_was_printed() {
        let id = "00112233445566778899aabbccddeeff".parse().expect("an id");
        let info = ArchiveInfo::new(
            id,
            "Müller \"family\"",
            "2026-11-22".parse().expect("a day"),
            SigningKey::from_seed([1; 32], *b"heirloom").public_key(),
        );
        let text = info.print();
        assert_eq!(
            text,
            "{\n  \"format_version\": 1,\n  \"archive_id\": \"00112233445566778899aabbccddeeff\",\n  \
             \"name\": \"Müller \\\"family\\\"\",\n  \"created\": \"2026-11-22\",\n  \
             \"public_key\": \"RWRoZWlybG9vbYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c\"\n}\n"
        );
        assert_eq!(ArchiveInfo::parse(text.as_bytes()).expect("ours"), info);
    }

    #[test]
    fn a_newer_format_and_nonsense_are_told_apart() {
        let newer = ArchiveInfo::parse(br#"{"format_version": 2, "all": "else"}"#);
        assert!(matches!(newer, Err(ArchiveInfoError::Newer { found: 2 })));
        for bytes in [
            &b""[..],
            b"{}",
            b"\xff",
            br#"{"format_version":1,"archive_id":"00"}"#,
        ] {
            let result = ArchiveInfo::parse(bytes);
            assert!(matches!(result, Err(ArchiveInfoError::Malformed(_))));
        }
        for text in [
            "",
            "ABCDEF00112233445566778899aabbcc",
            "+0112233445566778899aabbccddeeff",
        ] {
            assert_eq!(text.parse::<ArchiveId>(), Err(ArchiveIdError));
        }
    }
}
