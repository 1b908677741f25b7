//! All that a PC ever wrote to a disk, in the order in which the disk had it: what QEMU's `blklogwrites` leaves.
//!
//! The file's format is that of Linux's `dm-log-writes` (see the kernel's documentation of that name). QEMU enters a write when the
//! disk has it, and a flush when it comes, so that a write that the guest had not yet seen finished stands behind the flush.

use std::fs;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

const MAGIC: u64 = 0x6a_73_66_77_73_68_72;
const VERSION: u64 = 1;
/// Flag of an entry: all that was finished before is to be durable.
const FLUSH: u64 = 1;

/// One thing that the disk was asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogEntry {
    /// Bytes to be stored.
    Write {
        /// Where on the disk, in bytes.
        offset: u64,
        /// Where they are in [`WriteLog::bytes`].
        bytes: Range<usize>,
    },
    /// What was stored before is to survive a power cut.
    Flush,
    /// No part of the file system's life: a word that the guest wrote behind the end of the file system, to say how far it had come.
    Mark(String),
}

/// A disk's whole history.
pub struct WriteLog {
    file: Vec<u8>,
    sector_bytes: usize,
    entries: Vec<LogEntry>,
}

impl WriteLog {
    /// Reads a history whose guest has ended. What was written at `volume_bytes` or behind it is a mark.
    ///
    /// # Errors
    /// When it is none, or has something in it that no guest here is able to ask for.
    pub fn read(file: &Path, volume_bytes: u64) -> Result<Self> {
        let bytes = fs::read(file).with_context(|| file.display().to_string())?;
        Self::parse(bytes, volume_bytes).with_context(|| file.display().to_string())
    }

    fn parse(file: Vec<u8>, volume_bytes: u64) -> Result<Self> {
        ensure!(
            number(&file, 0)? == MAGIC && number(&file, 8)? == VERSION,
            "not a log of writes"
        );
        let (count, sector) = (number(&file, 16)?, number(&file, 24)? & u64::from(u32::MAX));
        let sector_bytes = usize::try_from(sector)?;
        ensure!(
            matches!(sector_bytes, 512 | 4096),
            "sectors of {sector} bytes"
        );
        let mut entries = Vec::new();
        let mut at = sector_bytes;
        for _ in 0..count {
            let (start, sectors) = (number(&file, at)?, number(&file, at + 8)?);
            let flags = number(&file, at + 16)?;
            at += sector_bytes;
            let length = usize::try_from(sectors)? * sector_bytes;
            ensure!(at + length <= file.len(), "the log breaks off at {at}");
            let offset = start * sector;
            entries.push(match flags {
                FLUSH if length == 0 => LogEntry::Flush,
                0 if offset >= volume_bytes => LogEntry::Mark(mark(&file[at..at + length])),
                0 => LogEntry::Write {
                    offset,
                    bytes: at..at + length,
                },
                _ => bail!("an entry with flags {flags} and {length} bytes at {at}"),
            });
            at += length;
        }
        Ok(Self {
            file,
            sector_bytes,
            entries,
        })
    }

    /// A history that did not happen.
    #[cfg(test)]
    pub(crate) fn of(file: Vec<u8>, sector_bytes: usize, entries: Vec<LogEntry>) -> Self {
        Self {
            file,
            sector_bytes,
            entries,
        }
    }

    /// What was asked, in order.
    pub fn entries(&self) -> &[LogEntry] {
        &self.entries
    }

    /// The bytes of a write.
    pub fn bytes(&self, range: &Range<usize>) -> &[u8] {
        &self.file[range.clone()]
    }

    /// What a disk stores as a whole or not at all.
    pub fn sector_bytes(&self) -> usize {
        self.sector_bytes
    }

    /// The marks among the first `count` entries, in order.
    pub fn marks_before(&self, count: usize) -> Vec<&str> {
        let marks = self.entries[..count]
            .iter()
            .filter_map(|entry| match entry {
                LogEntry::Mark(word) => Some(word.as_str()),
                _ => None,
            });
        marks.collect()
    }
}

/// The little-endian number at a place.
fn number(file: &[u8], at: usize) -> Result<u64> {
    let bytes = file.get(at..at + 8).context("the log breaks off")?;
    Ok(u64::from_le_bytes(bytes.try_into()?))
}

/// The first line of a mark's sector.
fn mark(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.lines().next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log with these entries: first sector, flags, data.
    fn log(entries: &[(u64, u64, &[u8])]) -> Vec<u8> {
        let count = entries.len() as u64;
        let mut file = Vec::new();
        let mut put = |numbers: &[u64], data: &[u8]| {
            let begin = file.len();
            for number in numbers {
                file.extend_from_slice(&number.to_le_bytes());
            }
            file.resize(begin + 512, 0);
            file.extend_from_slice(data);
        };
        put(&[MAGIC, VERSION, count, 512], &[]);
        for &(sector, flags, data) in entries {
            put(&[sector, data.len() as u64 / 512, flags, 0], data);
        }
        file
    }

    #[test]
    fn a_history_is_read_as_it_happened() {
        let (data, mut word) = ([7; 1024], [b' '; 512]);
        word[..6].copy_from_slice(b"first\n");
        let file = log(&[(3, 0, &data), (0, FLUSH, &[]), (100, 0, &word)]);
        let log = WriteLog::parse(file, 100 * 512).expect("a sound log");
        let [
            LogEntry::Write {
                offset: 1536,
                bytes,
            },
            LogEntry::Flush,
            LogEntry::Mark(mark),
        ] = log.entries()
        else {
            panic!("{:?}", log.entries())
        };
        assert_eq!((log.bytes(bytes), mark.as_str()), (&data[..], "first"));
        assert!(log.marks_before(2).is_empty());
        assert_eq!(log.marks_before(3), ["first"]);
    }

    #[test]
    fn what_is_no_history_is_refused() {
        let discard = log(&[(3, 4, &[])]);
        let mut cut = log(&[(3, 0, &[7; 1024])]);
        cut.truncate(1536);
        for file in [Vec::new(), vec![0; 4096], discard, cut] {
            assert!(WriteLog::parse(file, 1 << 20).is_err());
        }
    }
}
