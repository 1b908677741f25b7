//! `snapshot.json`: what a manifest can't say. Whose files these are, their times and ids as the source stated them, what failed
//! and why, and the head of the snapshot before, which chains the archive's history.

use serde::{Deserialize, Serialize};

use crate::{
    ArchiveId, Day, Digest, FORMAT_VERSION, JsonFault, SnapshotPrinter, SnapshotReader, StoredPath,
};

/// `snapshot.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// [`FORMAT_VERSION`] when it was made.
    pub format_version: u32,
    /// Of which archive.
    pub archive_id: ArchiveId,
    /// The archive's counter.
    pub generation: u32,
    /// The day of the run, by the clock of the PC.
    pub date: Day,
    /// The head of the snapshot that came before in the archive, whichever source it is of; none for the first.
    pub previous_head: Option<Digest>,
    /// What made it, such as `heirloom 0.1.0`.
    pub software: String,
    /// Where the files come from.
    pub source: SourceRecord,
    /// Whether all that the source listed is here.
    pub status: Status,
    /// What could not be archived as it should, and why.
    pub problems: Vec<ProblemRecord>,
    /// Which of the source's files were wanted.
    #[serde(default)]
    pub choice: ChoiceRecord,
    /// What the source has beside them, folder by folder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOutRecord>,
    /// Every file below `data/`, sorted by the bytes of its path, none twice.
    pub files: Vec<FileRecord>,
}

/// Whether a snapshot holds all that its source listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Listing, files and their digests, read back from the drive, reconciled.
    Complete,
    /// What is here is verified; what is not here is among the problems.
    Incomplete,
}

/// Which files of a source a person wants archived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChoiceRecord {
    /// All of them.
    #[default]
    Everything,
    /// Photos, videos, and what belongs to them.
    Media,
}

/// Files of a folder that were not wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOutRecord {
    /// The folder, for a person to read.
    pub folder: String,
    /// How many.
    pub files: u64,
    /// Their length, as the source states it.
    pub bytes: u64,
}

/// Where files come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// `phone`, `camera`, `folder`; what a later version adds is kept as it is.
    pub kind: String,
    /// As the device gave it.
    pub manufacturer: String,
    /// As the device gave it.
    pub model: String,
    /// As the device gave it.
    pub serial: Option<String>,
    /// As the family calls it.
    pub name: String,
}

/// One file below `data/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Below `data/`.
    pub path: StoredPath,
    /// The components of its path on the source, escaped but neither shortened nor numbered, where they can't be had from `path`: see
    /// [`StoredPath::escaped_components`] and [`decode_component`](crate::decode_component).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_path: Option<Vec<String>>,
    /// Length of what is stored.
    pub size_bytes: u64,
    /// Of what is stored.
    pub sha256: Digest,
    /// When it was changed on the source, if that was stated.
    pub modified: Option<TimeRecord>,
    /// The source's own lasting id, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persistent_id: Option<String>,
    /// Its content was stored already, under another name, so that it may show another time than its own: see FORMAT.md, section 8.
    #[serde(default, skip_serializing_if = "is_false")]
    pub shared_time: bool,
    /// What the source stated as its length, where twice it gave another: the file is suspect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed_size_bytes: Option<u64>,
    /// A word for what its own structure lacks, such as `cut-off`, though the source was asked twice; `reads-differ` where the source gave
    /// other bytes each time: the file is suspect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspect: Option<String>,
    /// Words for what is to be known of the file besides, such as `converted` or `trashed`: see FORMAT.md, section 7. A word that is not known says
    /// nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
}

/// A time as it was stated, and what was made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeRecord {
    /// Untouched.
    pub raw: String,
    /// Seconds since 1970, UTC; it is the file's modification time too. None for nonsense.
    pub unix_s: Option<i64>,
}

/// Something that could not be archived as it should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemRecord {
    /// Which file or folder, for a person to read.
    pub place: String,
    /// A word for programs, such as `refused`.
    pub reason: String,
    /// What happened, for a person to read.
    pub sentence: String,
}

/// Why bytes are not a `snapshot.json` that we can read.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Not the fields of this format.
    #[error("snapshot.json cannot be read: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A file's record is not of this format.
    #[error("snapshot.json has its file number {index} malformed: {error}")]
    File {
        /// Which file, counted from 0.
        index: usize,
        /// What is wrong with it.
        error: serde_json::Error,
    },
    /// Not JSON, or longer or deeper than this format has it.
    #[error("snapshot.json cannot be read: {0}")]
    Structure(#[from] JsonFault),
    /// Made by a newer Heirloom.
    #[error(
        "snapshot.json is of format version {found}, and this Heirloom knows up to {FORMAT_VERSION}"
    )]
    Newer {
        /// Its version.
        found: u32,
    },
    /// Files are not sorted, or one comes twice.
    #[error("snapshot.json has its file number {index} out of order")]
    Unsorted {
        /// Which file, counted from 0.
        index: usize,
    },
}

impl Snapshot {
    /// Reads `snapshot.json`, whoever wrote it. [`SnapshotReader`] does without all of it in memory.
    ///
    /// # Errors
    /// [`SnapshotError`]; a newer version is told apart even where its fields differ.
    pub fn parse(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let mut files = Vec::new();
        let mut reader = SnapshotReader::new();
        reader.push(bytes, &mut |file| files.push(file))?;
        Ok(Self {
            files,
            ..reader.finish()?
        })
    }

    /// The file's content: JSON with one line for each field, problem and file, so that `grep` and `less` are of use on it.
    pub fn print(&self) -> String {
        let mut text = String::with_capacity(1024 + self.files.len() * 256);
        let mut printer = SnapshotPrinter::begin(self, &mut text);
        for file in &self.files {
            printer.file(file, &mut text);
        }
        printer.end(&mut text);
        text
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Snapshot {
        let file = |path: &str| FileRecord {
            path: StoredPath::parse(path).expect("a stored path"),
            raw_path: None,
            size_bytes: 3,
            sha256: Digest::of(b"abc"),
            modified: Some(TimeRecord {
                raw: "20231114T221320".into(),
                unix_s: Some(1_700_000_000),
            }),
            persistent_id: None,
            shared_time: false,
            listed_size_bytes: None,
            suspect: None,
            marks: Vec::new(),
        };
        Snapshot {
            format_version: FORMAT_VERSION,
            archive_id: ArchiveId::from_bytes([1; 16]),
            generation: 7,
            date: "2026-11-22".parse().expect("a day"),
            previous_head: Some(Digest::of(b"")),
            software: "heirloom 0.1.0".into(),
            source: SourceRecord {
                kind: "phone".into(),
                manufacturer: "Google".into(),
                model: "Pixel 8".into(),
                serial: None,
                name: "Mia".into(),
            },
            status: Status::Incomplete,
            problems: vec![ProblemRecord {
                place: "Internal/c".into(),
                reason: "refused".into(),
                sentence: "The device refused this file.".into(),
            }],
            choice: ChoiceRecord::Media,
            left_out: vec![LeftOutRecord {
                folder: "Internal/Documents".into(),
                files: 2,
                bytes: 7,
            }],
            files: vec![file("Internal/a"), file("Internal/b")],
        }
    }

    #[test]
    fn comes_back_as_it_was_printed() {
        let snapshot = example();
        let text = snapshot.print();
        assert_eq!(Snapshot::parse(text.as_bytes()).expect("ours"), snapshot);
        let file_line = "{\"path\":\"Internal/a\",\"size_bytes\":3,\"sha256\":\
             \"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\",\
             \"modified\":{\"raw\":\"20231114T221320\",\"unix_s\":1700000000}},";
        assert!(text.lines().any(|line| line == file_line), "{text}");
        let empty = Snapshot {
            files: vec![],
            problems: vec![],
            left_out: vec![],
            ..snapshot
        };
        assert_eq!(
            Snapshot::parse(empty.print().as_bytes()).expect("ours"),
            empty
        );
    }

    #[test]
    fn marks_are_kept_known_or_not_and_may_be_missing() {
        let mut snapshot = example();
        snapshot.files[0].marks = vec!["converted".into(), "of a later version".into()];
        let text = snapshot.print();
        let marks = r#""marks":["converted","of a later version"]}"#;
        assert_eq!(text.matches("\"marks\"").count(), 1, "{text}");
        assert!(text.contains(marks), "{text}");
        assert_eq!(Snapshot::parse(text.as_bytes()).expect("ours"), snapshot);
    }

    #[test]
    fn disorder_newer_versions_and_hostile_paths_are_refused() {
        let mut twice = example();
        twice.files[1] = twice.files[0].clone();
        let result = Snapshot::parse(twice.print().as_bytes());
        assert!(matches!(result, Err(SnapshotError::Unsorted { index: 1 })));

        let newer = Snapshot::parse(br#"{"format_version": 9, "all": ["else"]}"#);
        assert!(matches!(newer, Err(SnapshotError::Newer { found: 9 })));
        let newer = example()
            .print()
            .replacen("\"format_version\": 1", "\"format_version\": 2", 1);
        let newer = Snapshot::parse(newer.as_bytes());
        assert!(matches!(newer, Err(SnapshotError::Newer { found: 2 })));

        let outside = example().print().replace("Internal/a", "../../etc/a");
        let outside = Snapshot::parse(outside.as_bytes());
        assert!(matches!(outside, Err(SnapshotError::File { index: 0, .. })));

        assert!(matches!(
            Snapshot::parse(b"{}"),
            Err(SnapshotError::Malformed(_))
        ));
        let deep = "{\"a\":".repeat(100_000);
        for bytes in [&b""[..], b"\xff", b"[]", b"null", deep.as_bytes()] {
            let result = Snapshot::parse(bytes);
            assert!(matches!(result, Err(SnapshotError::Structure(_))));
        }
    }
}
