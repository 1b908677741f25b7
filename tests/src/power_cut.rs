//! What a disk holds after a power cut, for any moment of its history and any whim of its cache.
//!
//! What a disk promises: what was written before a finished flush is there. Of what was written after it, any part may be there, since the
//! cache writes out in an order of its own; and of one write that was under way, some sectors may be new and the others old.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::{LogEntry, Random, WriteLog};

/// ext4 keeps its superblock in the first block, across two sectors of 512 bytes, and rests on getting it whole: once it is torn, the
/// journal that has it is not found. A drive of today stores 4096 bytes at once. So all else is torn at any sector, and this is not.
const FIRST_BLOCK_BYTES: u64 = 4096;

/// What is lost of what was written after the last flush.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Lost {
    /// All of it.
    All,
    /// Nothing.
    Nothing,
    /// These entries, and of the entry `torn` the sectors whose bit, by their number modulo 64, is set.
    Some {
        entries: BTreeSet<usize>,
        torn: Option<(usize, u64)>,
    },
}

/// One power cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PowerCut {
    /// How many entries of the history had happened.
    happened: usize,
    /// How many of them the last flush made durable.
    durable: usize,
    lost: Lost,
}

impl PowerCut {
    /// When everything has happened, and nothing is lost: no power cut, but an orderly end.
    pub fn after_all(log: &WriteLog) -> Self {
        Self {
            happened: log.entries().len(),
            durable: log.entries().len(),
            lost: Lost::Nothing,
        }
    }

    /// Chooses moments: every flush's end (the whole cache is lost until then), or a sample of `boundaries` of them that has every one
    /// next to a mark; and `between` moments between flushes, of which one in four loses nothing and the others lose what the seed says.
    pub fn choose(log: &WriteLog, seed: u64, boundaries: usize, between: usize) -> Vec<Self> {
        let mut random = Random::new(seed);
        let entries = log.entries();
        let is = |at: usize, what: fn(&LogEntry) -> bool| what(&entries[at]);
        let flush = |entry: &LogEntry| matches!(entry, LogEntry::Flush);
        // A window is what happened between two flushes, the later one not included.
        let mut ends: Vec<usize> = (0..entries.len()).filter(|&at| is(at, flush)).collect();
        ends.push(entries.len());
        let mut windows = Vec::new();
        let mut from = 0;
        for end in ends {
            if from < end {
                windows.push((from, end));
            }
            from = end + 1;
        }
        let has_mark = |&(from, end): &(usize, usize)| {
            entries[from..end]
                .iter()
                .any(|entry| matches!(entry, LogEntry::Mark(_)))
        };
        let (mut chosen, mut rest): (Vec<_>, Vec<_>) = windows.iter().copied().partition(has_mark);
        while chosen.len() < boundaries && !rest.is_empty() {
            chosen.push(rest.swap_remove(random.below(rest.len())));
        }
        chosen.sort_unstable();
        let mut cuts: Vec<Self> = chosen
            .into_iter()
            .map(|(durable, happened)| Self {
                happened,
                durable,
                lost: Lost::All,
            })
            .collect();
        // Every second of them by window, so that short windows are met as well; the others by entry, so that long ones are met often.
        let total: usize = windows.iter().map(|(from, end)| end - from).sum();
        for number in 0..between {
            let (durable, end) = if number % 2 == 0 {
                windows[random.below(windows.len())]
            } else {
                let mut left = random.below(total);
                *windows
                    .iter()
                    .find(|(from, end)| {
                        let inside = left < end - from;
                        left = left.saturating_sub(end - from);
                        inside
                    })
                    .expect("the number is below the sum")
            };
            let happened = durable + 1 + random.below(end - durable);
            let lost = if number % 4 == 3 {
                Lost::Nothing
            } else {
                Self::whim(log, &mut random, durable..happened)
            };
            cuts.push(Self {
                happened,
                durable,
                lost,
            });
        }
        cuts
    }

    /// Each write is lost with a chance that is itself drawn, and one of those that are not is torn.
    fn whim(log: &WriteLog, random: &mut Random, window: Range<usize>) -> Lost {
        let in_sixteen = 1 + random.below(15);
        let (entries, kept): (BTreeSet<usize>, BTreeSet<usize>) =
            window.partition(|_| random.below(16) < in_sixteen);
        let tearable: Vec<usize> = kept
            .into_iter()
            .filter(|&at| match &log.entries()[at] {
                LogEntry::Write { offset, bytes } => {
                    *offset >= FIRST_BLOCK_BYTES && bytes.len() > log.sector_bytes()
                }
                _ => false,
            })
            .collect();
        let torn = (!tearable.is_empty())
            .then(|| (tearable[random.below(tearable.len())], random.number()));
        Lost::Some { entries, torn }
    }

    /// What the guest had said by then, by its marks. It may have said more than that.
    pub fn marks<'a>(&self, log: &'a WriteLog) -> Vec<&'a str> {
        log.marks_before(self.happened)
    }

    /// Makes of the file `disk`, which holds what the disk held at first, what it holds after this power cut.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn apply(&self, log: &WriteLog, disk: &Path) -> Result<()> {
        let file = File::options()
            .write(true)
            .open(disk)
            .with_context(|| disk.display().to_string())?;
        let length = file.metadata()?.len();
        for (at, entry) in log.entries()[..self.happened].iter().enumerate() {
            let LogEntry::Write { offset, bytes } = entry else {
                continue;
            };
            let bytes = log.bytes(bytes);
            ensure!(
                offset + bytes.len() as u64 <= length,
                "entry {at} lies behind the disk's end"
            );
            let sectors = match (at < self.durable, &self.lost) {
                (true, _) | (_, Lost::Nothing) => None,
                (_, Lost::All) => continue,
                (_, Lost::Some { entries, .. }) if entries.contains(&at) => continue,
                (_, Lost::Some { torn, .. }) => torn
                    .filter(|&(torn, _)| torn == at)
                    .map(|(_, sectors)| sectors),
            };
            let Some(lost) = sectors else {
                file.write_all_at(bytes, *offset)?;
                continue;
            };
            for (number, sector) in bytes.chunks(log.sector_bytes()).enumerate() {
                if lost >> (number % 64) & 1 == 0 {
                    let place = offset + (number * log.sector_bytes()) as u64;
                    file.write_all_at(sector, place)?;
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for PowerCut {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unflushed = self.happened - self.durable;
        write!(
            out,
            "power cut after entry {}, {unflushed} of them after the last flush, of which ",
            self.happened
        )?;
        match &self.lost {
            Lost::All => write!(out, "all are lost"),
            Lost::Nothing => write!(out, "none is lost"),
            Lost::Some { entries, torn } => {
                write!(out, "{} are lost", entries.len())?;
                if let Some((torn, sectors)) = torn {
                    write!(out, " and entry {torn} is torn (sectors {sectors:#x})")?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECTOR: usize = 512;

    /// Four writes, a flush, a mark, four writes; each of eight sectors, and filled with its number.
    fn log() -> WriteLog {
        let write = |number: u8| LogEntry::Write {
            offset: FIRST_BLOCK_BYTES * u64::from(number),
            bytes: usize::from(number) * 8 * SECTOR..(usize::from(number) + 1) * 8 * SECTOR,
        };
        let file = (0..10).flat_map(|number| [number; 8 * SECTOR]).collect();
        let mut entries: Vec<LogEntry> = (1..5).map(write).collect();
        entries.extend([LogEntry::Flush, LogEntry::Mark("first".to_owned())]);
        entries.extend((5..9).map(write));
        WriteLog::of(file, SECTOR, entries)
    }

    /// The disk after a power cut: of each block the sectors' first bytes.
    fn disk_after(cut: &PowerCut, log: &WriteLog) -> Vec<Vec<u8>> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        file.as_file()
            .set_len(10 * FIRST_BLOCK_BYTES)
            .expect("room");
        cut.apply(log, file.path()).expect("a disk");
        let disk = std::fs::read(file.path()).expect("the disk");
        let block = |bytes: &[u8]| bytes.iter().step_by(SECTOR).copied().collect();
        disk.chunks(8 * SECTOR).map(block).collect()
    }

    #[test]
    fn what_was_flushed_stays_and_what_was_not_may_go() {
        let log = log();
        let cuts = PowerCut::choose(&log, 7, 10, 200);
        let mut torn = 0;
        for cut in &cuts {
            let disk = disk_after(cut, &log);
            for (number, sectors) in (0..).zip(&disk) {
                let durable = (1..5).contains(&number) && cut.happened > 4;
                assert!(!durable || *sectors == [number; 8], "{cut}");
                let foreign = |&sector: &u8| sector != 0 && sector != number;
                assert!(!sectors.iter().any(foreign), "{cut}");
                let mixed = sectors.windows(2).any(|pair| pair[0] != pair[1]);
                torn += usize::from(mixed);
            }
            if cut.lost == Lost::Nothing {
                let there = disk.iter().filter(|sectors| sectors[0] != 0).count();
                let writes = cut.happened - if cut.happened > 4 { 2 } else { 0 };
                assert_eq!(there, writes, "{cut}");
            }
        }
        assert!(torn > 20, "{torn} torn writes");
        let all: BTreeSet<String> = cuts.iter().map(PowerCut::to_string).collect();
        assert!(all.len() > 100, "{} different ones", all.len());
    }

    #[test]
    fn the_seed_decides_and_marks_are_always_met() {
        let log = log();
        let one = PowerCut::choose(&log, 7, 1, 5);
        assert_eq!(one, PowerCut::choose(&log, 7, 1, 5));
        assert_ne!(one, PowerCut::choose(&log, 8, 1, 5));
        assert_eq!((one[0].happened, &one[0].lost), (10, &Lost::All));
        assert_eq!(one[0].marks(&log), ["first"]);
    }
}
