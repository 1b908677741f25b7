//! What an interrupted run has verified: `.incoming/<source>/verified-0001.jsonl` and so on.
//!
//! A volume creates files and never appends, so the journal is a row of segments. Each has one line of JSON for each verified file, the same
//! as in `snapshot.json`, and ends with `sealed `, the SHA-256 of the lines before, and a line feed. One without that was cut by
//! a power failure and counts for nothing: its files are fetched again.

use std::collections::HashMap;

use heirloom_format::{Digest, FileRecord, StoredPath};

use crate::archive::files;
use crate::{Entry, Volume, VolumeError, VolumePath};

const SEGMENT_FILES: usize = 32;
const SEGMENT_BYTES: u64 = 64 << 20;

/// Writes segments: what a power cut can cost is at most one segment's worth of fetching.
pub(super) struct Journal<'a> {
    volume: &'a dyn Volume,
    folder: VolumePath,
    next: u32,
    lines: String,
    pending_files: usize,
    pending_bytes: u64,
}

impl<'a> Journal<'a> {
    /// Goes on after the segments that are there, whole or not.
    pub(super) fn after(volume: &'a dyn Volume, folder: VolumePath, existing: &[Entry]) -> Self {
        let last = existing
            .iter()
            .filter_map(|entry| number(&entry.name))
            .max();
        Self {
            volume,
            folder,
            next: last.unwrap_or(0) + 1,
            lines: String::new(),
            pending_files: 0,
            pending_bytes: 0,
        }
    }

    /// Notes a file whose content and name are durable and verified.
    pub(super) fn note(&mut self, record: &FileRecord) -> Result<(), VolumeError> {
        let line = serde_json::to_string(record).expect("numbers and strings become JSON");
        self.lines.push_str(&line);
        self.lines.push('\n');
        self.pending_files += 1;
        self.pending_bytes += record.size_bytes;
        if self.pending_files >= SEGMENT_FILES || self.pending_bytes >= SEGMENT_BYTES {
            self.write()
        } else {
            Ok(())
        }
    }

    /// Makes durable what was noted.
    pub(super) fn write(&mut self) -> Result<(), VolumeError> {
        if self.pending_files == 0 {
            return Ok(());
        }
        let seal = Digest::of(self.lines.as_bytes());
        let segment = format!("{}sealed {seal}\n", self.lines);
        let path = self
            .folder
            .join(&format!("verified-{:04}.jsonl", self.next));
        files::write_durable(self.volume, &path, segment.as_bytes())?;
        self.volume.sync_folder(&self.folder)?;
        self.next += 1;
        self.lines.clear();
        self.pending_files = 0;
        self.pending_bytes = 0;
        Ok(())
    }
}

/// Whether a name is a segment's.
pub(super) fn is_segment(name: &str) -> bool {
    number(name).is_some()
}

/// All that the segments of a folder tell; later ones win.
pub(super) fn read(
    volume: &dyn Volume,
    folder: &VolumePath,
    entries: &[Entry],
) -> Result<HashMap<StoredPath, FileRecord>, VolumeError> {
    let mut segments: Vec<(u32, &str)> = entries
        .iter()
        .filter_map(|entry| Some((number(&entry.name)?, entry.name.as_str())))
        .collect();
    segments.sort_unstable();
    let mut records = HashMap::new();
    for (_, name) in segments {
        let path = folder.join(name);
        match files::read_whole(volume, &path) {
            Ok(bytes) => match parse(&bytes) {
                Some(segment) => {
                    records.extend(segment.into_iter().map(|it| (it.path.clone(), it)));
                }
                None => log::warn!("{path} was cut off; its files are fetched again"),
            },
            // Losing a segment costs fetching its files again, and nothing else.
            Err(error @ VolumeError::Io { .. }) => log::warn!("{error}"),
            Err(error) => return Err(error),
        }
    }
    Ok(records)
}

fn number(name: &str) -> Option<u32> {
    name.strip_prefix("verified-")?
        .strip_suffix(".jsonl")?
        .parse()
        .ok()
}

fn parse(bytes: &[u8]) -> Option<Vec<FileRecord>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (lines, seal) = text.strip_suffix('\n')?.rsplit_once("sealed ")?;
    if seal.parse() != Ok(Digest::of(lines.as_bytes())) {
        return None;
    }
    lines
        .lines()
        .map(|line| serde_json::from_str(line).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_segments_count() {
        let line = r#"{"path":"a/sealed b","size_bytes":1,"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","modified":null}"#;
        let lines = format!("{line}\n");
        let whole = format!("{lines}sealed {}\n", Digest::of(lines.as_bytes()));
        let records = parse(whole.as_bytes()).expect("whole");
        assert_eq!(records[0].path.as_str(), "a/sealed b");
        for end in 0..whole.len() {
            assert!(parse(&whole.as_bytes()[..end]).is_none(), "cut at {end}");
        }
        assert!(parse(whole.replace("\":1", "\":2").as_bytes()).is_none());
        assert!(parse(&vec![0; 4096]).is_none());
    }

    #[test]
    fn segments_are_told_by_their_names() {
        assert_eq!(number("verified-0012.jsonl"), Some(12));
        assert_eq!(number("verified-12345.jsonl"), Some(12_345));
        for name in [
            "bag",
            "verified-.jsonl",
            "verified-1.json",
            "verified--1.jsonl",
        ] {
            assert_eq!(number(name), None, "{name}");
        }
    }
}
