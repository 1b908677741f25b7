//! A rehearsal: a restore into memory from the drive that is only read; and afterwards, and only then, its date and its result on the drive.

use heirloom_engine::{
    Cancel, Event, RamTarget, ReadingEvent, RehearsalDone, RehearsalOrder, RehearsalReport,
    RestoreError, RestoreFrom, RestoreProgress, TargetError, rehearse,
};

use super::record::record;
use super::{OpenArchive, ReadingThread};

/// How many files by chance, and how many of the newest of each source.
const SAMPLE_FILES: u32 = 200;
const NEWEST_FILES: u32 = 20;
/// What is taken of the memory at most: half of what is free, and no more than this.
const BYTES_MAX: u64 = 2 << 30;
const ENOSYS: i32 = 38;

impl ReadingThread {
    pub(super) fn rehearse(&mut self, cancel: &Cancel) -> Result<RehearsalDone, RestoreError> {
        let today = (self.today)();
        let volume = self.archive()?.reading.volume();
        let bytes_max = room_bytes(&std::fs::read_to_string("/proc/meminfo").unwrap_or_default());
        let order = RehearsalOrder {
            from: RestoreFrom::AllSources,
            seed: seed()?,
            sample_files: SAMPLE_FILES,
            newest_files: NEWEST_FILES,
            bytes_max,
            date: today,
        };
        log::info!("rehearses, in {bytes_max} bytes of memory");
        let events = self.events.clone();
        let watch = move |progress: RestoreProgress| {
            // Only when the worker ends.
            drop(events.send(Event::Reading(ReadingEvent::Moved(progress))));
        };
        let target = RamTarget::new(bytes_max);
        let report = rehearse(volume.as_ref(), &order, &target, &watch, cancel);
        drop((volume, target));
        let report = report.inspect_err(|error| log::warn!("the rehearsal ends: {error}"))?;
        log::info!(
            "{} of {} files came back",
            report.restored_files,
            report.newest_files + report.sampled_files
        );
        let is_recorded = self.keep(&report);
        Ok(RehearsalDone {
            report,
            is_recorded,
        })
    }

    /// Has the drive written to for as long as it takes to record what was rehearsed.
    fn keep(&mut self, report: &RehearsalReport) -> bool {
        let Some(open) = self.open.take() else {
            return false;
        };
        let OpenArchive {
            reading,
            opened,
            name,
            listing,
        } = open;
        let write = || record(&opened, report, &self.release, (self.today)());
        let (reading, recorded) = match reading.with_writing(write) {
            Ok(outcome) => outcome,
            Err(error) => {
                // It is as if it had been pulled; what is asked of it next says so.
                log::warn!("the drive can't be read any more: {error}");
                return false;
            }
        };
        self.open = Some(OpenArchive {
            reading,
            opened,
            name,
            listing,
        });
        recorded
            .inspect_err(|error| log::warn!("the rehearsal is not recorded: {error:#}"))
            .is_ok()
    }
}

fn seed() -> Result<u64, RestoreError> {
    let mut bytes = [0; 8];
    // No kernel of the image is without it.
    getrandom::fill(&mut bytes)
        .map_err(|_| RestoreError::TargetFailed(TargetError::Io { errno: ENOSYS }))?;
    Ok(u64::from_le_bytes(bytes))
}

/// Half of the memory that `/proc/meminfo` says is available.
fn room_bytes(meminfo: &str) -> u64 {
    let kib = meminfo.lines().find_map(|line| {
        let value = line.strip_prefix("MemAvailable:")?.trim();
        value.strip_suffix("kB")?.trim().parse::<u64>().ok()
    });
    (kib.unwrap_or(0) * 1024 / 2).min(BYTES_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_memory_is_room_enough() {
        for (meminfo, expected) in [
            ("MemTotal: 1 kB\nMemAvailable:     614400 kB\n", 300 << 20),
            ("MemAvailable: 99999999 kB\n", BYTES_MAX),
            ("MemAvailable: ? kB\n", 0),
            ("", 0),
        ] {
            assert_eq!(room_bytes(meminfo), expected, "{meminfo}");
        }
    }
}
