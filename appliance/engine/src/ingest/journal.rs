//! What an interrupted run has verified, and what it had of long files: `.incoming/<source>/verified-0001.jsonl` and so on.
//!
//! The journal is a row of segments that are written once and never changed. Each has one line of JSON for each verified file, the same
//! as in `snapshot.json`, or for a part of a long one, and ends with `sealed `, the SHA-256 of the seal before and the lines, and a line feed.
//! One without that was cut by a power failure and counts for nothing: its files are fetched again.

use std::sync::{Mutex, PoisonError};

use heirloom_format::{Digest, FileRecord};
use serde::Serialize;

use super::part::PartRecord;

use crate::archive::files;
use crate::{Entry, Volume, VolumeError, VolumePath};

/// Writes segments, for the thread that verifies and for the one that writes. A segment is durable with the next flush; what a power cut can
/// cost is what was noted since the last one.
pub(super) struct Journal<'a> {
    volume: &'a dyn Volume,
    folder: VolumePath,
    last: Mutex<Last>,
}

/// The last segment that counts: its number, 0 for none, and its seal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Last {
    number: u32,
    seal: Option<Digest>,
}

impl<'a> Journal<'a> {
    /// Goes on after the last segment that counts.
    pub(super) fn after(volume: &'a dyn Volume, folder: VolumePath, last: Last) -> Self {
        Self {
            volume,
            folder,
            last: Mutex::new(last),
        }
    }

    /// Writes a segment with these lines: files whose content and name are durable and verified, or parts that are durable.
    pub(super) fn write<T: Serialize>(
        &self,
        notes: impl Iterator<Item = T>,
    ) -> Result<(), VolumeError> {
        let mut lines = String::new();
        for note in notes {
            lines.push_str(&serde_json::to_string(&note).expect("numbers and strings become JSON"));
            lines.push('\n');
        }
        if lines.is_empty() {
            return Ok(());
        }
        // One segment at a time. Whoever panicked has not counted what it wrote.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let seal = seal(&last, &lines);
        lines.push_str(&format!("sealed {seal}\n"));
        let number = last.number + 1;
        let path = self.folder.join(&format!("verified-{number:04}.jsonl"));
        files::write_new(self.volume, &path, lines.as_bytes())?;
        *last = Last {
            number,
            seal: Some(seal),
        };
        Ok(())
    }
}

/// One line of a segment. The two kinds are told apart by their names of what is counted and hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Note {
    /// A file that was verified.
    File(FileRecord),
    /// What there was of a long file.
    Part(PartRecord),
}

/// Of what the segment before is sealed with, and the lines.
fn seal(before: &Last, lines: &str) -> Digest {
    match before.seal {
        None => Digest::of(lines.as_bytes()),
        Some(before) => Digest::of(format!("{before}\n{lines}").as_bytes()),
    }
}

/// Whether a name is that of a segment which counts.
pub(super) fn counts(name: &str, last: &Last) -> bool {
    number(name).is_some_and(|number| (1..=last.number).contains(&number))
}

/// Tells all that the segments of a folder tell, the oldest first, up to the first one that is missing or not whole.
pub(super) fn read(
    volume: &dyn Volume,
    folder: &VolumePath,
    entries: &[Entry],
    each: &mut dyn FnMut(Note) -> Result<(), VolumeError>,
) -> Result<Last, VolumeError> {
    let mut segments: Vec<(u32, &str)> = entries
        .iter()
        .filter_map(|entry| Some((number(&entry.name)?, entry.name.as_str())))
        .collect();
    segments.sort_unstable();
    let mut last = Last::default();
    for (number, name) in segments {
        if number != last.number + 1 {
            break;
        }
        let path = folder.join(name);
        let parsed = match files::read_whole(volume, &path) {
            Ok(bytes) => parse(&bytes, &last),
            // Losing a segment costs fetching its files again, and nothing else.
            Err(error @ VolumeError::Io { .. }) => {
                log::warn!("{error}");
                None
            }
            Err(error) => return Err(error),
        };
        let Some((notes, seal)) = parsed else {
            log::warn!("{path} was cut off; its files, and those after them, are fetched again");
            break;
        };
        last = Last {
            number,
            seal: Some(seal),
        };
        notes.into_iter().try_for_each(&mut *each)?;
    }
    Ok(last)
}

fn number(name: &str) -> Option<u32> {
    name.strip_prefix("verified-")?
        .strip_suffix(".jsonl")?
        .parse()
        .ok()
}

fn parse(bytes: &[u8], before: &Last) -> Option<(Vec<Note>, Digest)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (lines, stated) = text.strip_suffix('\n')?.rsplit_once("sealed ")?;
    let seal = seal(before, lines);
    if stated.parse() != Ok(seal) {
        return None;
    }
    let notes: Option<Vec<Note>> = lines.lines().map(note).collect();
    Some((notes?, seal))
}

fn note(line: &str) -> Option<Note> {
    match serde_json::from_str(line) {
        Ok(record) => Some(Note::File(record)),
        Err(_) => serde_json::from_str(line).ok().map(Note::Part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_segments_count_and_only_after_the_one_before() {
        let line = r#"{"path":"a/sealed b","size_bytes":1,"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","modified":null}"#;
        let part = line.replace("1,\"", "10,\"part_bytes\":4,\"part_");
        let lines = format!("{line}\n{part}\n");
        for before in [
            Last::default(),
            Last {
                number: 1,
                seal: Some(Digest::of(b"before")),
            },
        ] {
            let whole = format!("{lines}sealed {}\n", seal(&before, &lines));
            let (notes, _) = parse(whole.as_bytes(), &before).expect("whole");
            let [Note::File(file), Note::Part(part)] = &notes[..] else {
                panic!("{notes:?}")
            };
            assert_eq!(file.path.as_str(), "a/sealed b");
            assert_eq!((part.size_bytes, part.part_bytes), (10, 4));
            for end in 0..whole.len() {
                assert!(
                    parse(&whole.as_bytes()[..end], &before).is_none(),
                    "cut at {end}"
                );
            }
            let changed = whole.replace("\":1", "\":2");
            assert!(parse(changed.as_bytes(), &before).is_none());
            let other = Last {
                number: 1,
                seal: Some(Digest::of(b"other")),
            };
            assert!(parse(whole.as_bytes(), &other).is_none());
        }
        assert!(parse(&vec![0; 4096], &Last::default()).is_none());
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
