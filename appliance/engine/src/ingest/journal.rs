//! What an interrupted run has verified, and what it had of long files: `.incoming/<source>/verified-0001.jsonl` and so on.
//!
//! The journal is a row of segments that are written once and never changed. Each has one line of JSON for each verified file, the same
//! as in `snapshot.json` with what it takes to name it again if it looks damaged, or for a part of a long one, and ends with `sealed `,
//! the SHA-256 of the seal before and the lines, and a line feed.
//! One without that was cut by a power failure and counts for nothing: its files are fetched again.

use std::sync::{Mutex, PoisonError};

use heirloom_format::{Digest, FileRecord};
use heirloom_media::Reason;
use serde::{Deserialize, Serialize};

use super::part::PartRecord;
use super::suspicion::{self, Suspicion};
use crate::archive::files;
use crate::{Entry, Volume, VolumeError, VolumePath};

/// Writes segments, for the thread that verifies and for the one that writes. A segment is durable with the next flush; what a power cut can
/// cost is what was noted since the last one.
pub(super) struct Journal<'a> {
    volume: &'a dyn Volume,
    folder: VolumePath,
    state: Mutex<State>,
}

struct State {
    last: Last,
    /// What ended the journal: both threads are told the same, whichever of them met it.
    failure: Option<VolumeError>,
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
            state: Mutex::new(State {
                last,
                failure: None,
            }),
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
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = &state.failure {
            return Err(failure.clone());
        }
        let seal = seal(&state.last, &lines);
        lines.push_str(&format!("sealed {seal}\n"));
        let number = state.last.number + 1;
        let path = self.folder.join(&format!("verified-{number:04}.jsonl"));
        if let Err(failure) = files::write_new(self.volume, &path, lines.as_bytes()) {
            // A part of it may be there, so that its number is taken, and nothing after it would count.
            state.failure = Some(failure.clone());
            return Err(failure);
        }
        state.last = Last {
            number,
            seal: Some(seal),
        };
        Ok(())
    }
}

/// A line about a file that was verified.
#[derive(Serialize)]
pub(super) struct VerifiedRecord {
    #[serde(flatten)]
    file: FileRecord,
    #[serde(flatten)]
    numbers: SuspectNumbers,
}

/// What the word for a suspect file leaves out.
#[derive(Serialize, Deserialize)]
struct SuspectNumbers {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    suspect_numbers: Vec<u64>,
}

impl VerifiedRecord {
    /// With what speaks against it.
    pub(super) fn of(file: FileRecord, suspicion: Option<Suspicion>) -> Self {
        let suspect_numbers = suspicion.map_or_else(Vec::new, Suspicion::numbers);
        let numbers = SuspectNumbers { suspect_numbers };
        Self { file, numbers }
    }
}

/// One line of a segment. The two kinds are told apart by their names of what is counted and hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Note {
    /// A file that was verified, and what is wrong with its structure, where the line tells it.
    File(FileRecord, Option<Reason>),
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
        Ok(record) => {
            let structure = structure(&record, line);
            Some(Note::File(record, structure))
        }
        Err(_) => serde_json::from_str(line).ok().map(Note::Part),
    }
}

/// Most lines are about files that nothing speaks against, and are read once.
fn structure(record: &FileRecord, line: &str) -> Option<Reason> {
    let word = record.suspect.as_deref()?;
    let SuspectNumbers { suspect_numbers } = serde_json::from_str(line).ok()?;
    suspicion::structure(word, &suspect_numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use heirloom_format::StoredPath;

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
            let [Note::File(file, None), Note::Part(part)] = &notes[..] else {
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
    fn what_is_wrong_with_a_file_comes_back_where_the_line_tells_it() {
        let cut_off = Reason::CutOff {
            needs_bytes: 12,
            has_bytes: 1,
        };
        let file = |word: Option<&str>| FileRecord {
            path: StoredPath::parse("a/b.mp4").expect("a path"),
            raw_path: None,
            size_bytes: 1,
            sha256: Digest::of(b"b"),
            modified: None,
            persistent_id: None,
            shared_time: false,
            listed_size_bytes: None,
            suspect: word.map(str::to_owned),
            marks: vec!["moving".to_owned()],
        };
        for (word, suspicion, expected) in [
            (None, None, None),
            (
                Some("cut-off"),
                Some(Suspicion::Structure(cut_off)),
                Some(cut_off),
            ),
            (
                Some("no-end"),
                Some(Suspicion::Structure(Reason::NoEndMarker)),
                Some(Reason::NoEndMarker),
            ),
            (Some("reads-differ"), Some(Suspicion::ReadsDiffer), None),
            // As older versions wrote it.
            (Some("cut-off"), None, None),
        ] {
            let line = VerifiedRecord::of(file(word), suspicion);
            let line = serde_json::to_string(&line).expect("JSON");
            let expected = Note::File(file(word), expected);
            assert_eq!(note(&line), Some(expected), "{line}");
        }
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
