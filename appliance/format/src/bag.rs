//! The two small files of a bag (BagIt 1.0, RFC 8493, sections 2.1.1 and 2.2.2): what it is, and what it says about itself.

use crate::{ArchiveId, Day};

/// `bagit.txt`, exactly.
pub const BAGIT_TXT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// What `bag-info.txt` says. `Source-Organization` and all about persons is left out: who they are is nobody's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BagInfo {
    /// The day of the run, by the clock of the PC.
    pub date: Day,
    /// Length of all files below `data/`.
    pub payload_bytes: u64,
    /// How many files are below `data/`.
    pub payload_files: u64,
    /// Of which archive.
    pub archive_id: ArchiveId,
    /// Which of its snapshots.
    pub generation: u32,
    /// The name of the source.
    pub source_name: String,
    /// What made it, such as `heirloom 0.1.0`.
    pub software: String,
}

impl BagInfo {
    /// The file's content.
    pub fn print(&self) -> String {
        format!(
            "Bag-Software-Agent: {}\nBagging-Date: {}\nExternal-Description: {}\nExternal-Identifier: {}/{:04}\nPayload-Oxum: {}.{}\n",
            one_line(&self.software),
            self.date,
            one_line(&self.source_name),
            self.archive_id,
            self.generation,
            self.payload_bytes,
            self.payload_files,
        )
    }
}

/// A value must not begin another line, and an empty one would be malformed.
fn one_line(value: &str) -> String {
    let words: Vec<&str> = value
        .split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        "unknown".to_owned()
    } else {
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_forge_a_line() {
        let info = BagInfo {
            date: "2026-11-22".parse().expect("a day"),
            payload_bytes: 12,
            payload_files: 3,
            archive_id: ArchiveId::from_bytes([0xab; 16]),
            generation: 7,
            source_name: "Mia\u{2028}s phone\nPayload-Oxum: 0.0".into(),
            software: String::new(),
        };
        assert_eq!(
            info.print(),
            "Bag-Software-Agent: unknown\nBagging-Date: 2026-11-22\n\
             External-Description: Mia s phone Payload-Oxum: 0.0\n\
             External-Identifier: abababababababababababababababab/0007\nPayload-Oxum: 12.3\n"
        );
    }
}
