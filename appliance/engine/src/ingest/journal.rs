//! What an interrupted run has verified: `.incoming/<source>/verified-0001.jsonl` and so on.
//!
//! A volume creates files and never appends, so the journal is a row of segments. Each has one line of JSON for each verified file, the same
//! as in `snapshot.json`, and ends with `sealed `, the SHA-256 of the seal before and the lines, and a line feed. One without that was cut by
//! a power failure and counts for nothing: its files are fetched again.

use heirloom_format::{Digest, FileRecord};

use crate::archive::files;
use crate::{Entry, Volume, VolumeError, VolumePath};

/// Writes segments, one for each batch of files that was verified. A segment is durable with the next flush; what a power cut can cost is what
/// was verified since the last one.
pub(super) struct Journal<'a> {
    volume: &'a dyn Volume,
    folder: VolumePath,
    last: Last,
    lines: String,
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
            last,
            lines: String::new(),
        }
    }

    /// Notes a file whose content and name are durable and verified.
    pub(super) fn note(&mut self, record: &FileRecord) {
        let line = serde_json::to_string(record).expect("numbers and strings become JSON");
        self.lines.push_str(&line);
        self.lines.push('\n');
    }

    /// Writes what was noted.
    pub(super) fn write(&mut self) -> Result<(), VolumeError> {
        if self.lines.is_empty() {
            return Ok(());
        }
        let seal = seal(&self.last, &self.lines);
        self.lines.push_str(&format!("sealed {seal}\n"));
        let number = self.last.number + 1;
        let path = self.folder.join(&format!("verified-{number:04}.jsonl"));
        files::write_new(self.volume, &path, self.lines.as_bytes())?;
        self.last = Last {
            number,
            seal: Some(seal),
        };
        self.lines.clear();
        Ok(())
    }
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
    each: &mut dyn FnMut(FileRecord) -> Result<(), VolumeError>,
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
        let Some((records, seal)) = parsed else {
            log::warn!("{path} was cut off; its files, and those after them, are fetched again");
            break;
        };
        last = Last {
            number,
            seal: Some(seal),
        };
        records.into_iter().try_for_each(&mut *each)?;
    }
    Ok(last)
}

fn number(name: &str) -> Option<u32> {
    name.strip_prefix("verified-")?
        .strip_suffix(".jsonl")?
        .parse()
        .ok()
}

fn parse(bytes: &[u8], before: &Last) -> Option<(Vec<FileRecord>, Digest)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (lines, stated) = text.strip_suffix('\n')?.rsplit_once("sealed ")?;
    let seal = seal(before, lines);
    if stated.parse() != Ok(seal) {
        return None;
    }
    let records: Option<Vec<FileRecord>> = lines
        .lines()
        .map(|line| serde_json::from_str(line).ok())
        .collect();
    Some((records?, seal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_segments_count_and_only_after_the_one_before() {
        let line = r#"{"path":"a/sealed b","size_bytes":1,"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","modified":null}"#;
        let lines = format!("{line}\n");
        for before in [
            Last::default(),
            Last {
                number: 1,
                seal: Some(Digest::of(b"before")),
            },
        ] {
            let whole = format!("{lines}sealed {}\n", seal(&before, &lines));
            let (records, _) = parse(whole.as_bytes(), &before).expect("whole");
            assert_eq!(records[0].path.as_str(), "a/sealed b");
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
