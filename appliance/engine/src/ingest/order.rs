//! What a run is told, what it tells while it goes on, and how it is stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use heirloom_format::{ArchiveInfo, Day};
use heirloom_media::Choice;

/// What a run is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOrder {
    /// The archive that the volume must hold: a run into another one is refused.
    pub archive_info: ArchiveInfo,
    /// What the family calls the source, or what the device calls itself.
    pub source_name: String,
    /// Today, by the clock of the PC.
    pub date: Day,
    /// Whether everything is read from the source again, also what its last snapshot has unchanged: so that a copy that was damaged since then
    /// is replaced, and no edit goes unseen that kept length and time.
    pub read_all: bool,
    /// Which of the source's files are wanted.
    pub choice: Choice,
    /// Whether the source gives each file that is fetched twice, and both must be the same.
    pub reads_twice: bool,
    /// What we are, such as `heirloom 0.1.0`.
    pub software: String,
    /// Of which files a part is kept when the run is interrupted.
    pub long_files: LongFiles,
}

/// Which files are long, so that the next attempt goes on in the middle of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongFiles {
    /// From this length on, as the source states it.
    pub from_bytes: u64,
    /// When so much more of one is written, what there is of it is flushed and noted: about as much is lost when the power fails.
    pub note_every_bytes: u64,
}

impl Default for LongFiles {
    /// Below the length, fetching again costs a few seconds. A flush takes the drive some hundredths of a second, and the time between two is
    /// some seconds even for the fastest phones.
    fn default() -> Self {
        Self {
            from_bytes: 64 << 20,
            note_every_bytes: 256 << 20,
        }
    }
}

/// Where a run is. All counts only grow within a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The source is being listed.
    Listing {
        /// Files found so far.
        found: u64,
    },
    /// What an interrupted run has of a long file is read back from the drive, so that it can be gone on with.
    TakingUp {
        /// Its stored path.
        path: String,
        /// Bytes read back so far.
        bytes: u64,
        /// Of how many.
        of_bytes: u64,
    },
    /// What is to be done is known. `files` is the sum of the three counts after it.
    Planned {
        /// All files of the source.
        files: u64,
        /// Length of all files of the source.
        bytes: u64,
        /// Files to be fetched now.
        to_fetch_files: u64,
        /// Length of the files to be fetched now, without what an interrupted run has of them: what `Moved` counts up to.
        to_fetch_bytes: u64,
        /// Files that the archive has already.
        linked_files: u64,
        /// Files that an interrupted run has fetched and verified.
        resumed_files: u64,
    },
    /// A file is being fetched.
    Fetching {
        /// Its stored path.
        path: String,
        /// Its length as the source states it.
        size_bytes: u64,
        /// Where it goes on: 0, unless an interrupted run has a part of it.
        from_byte: u64,
    },
    /// Bytes came from the source.
    Moved {
        /// All so far in this run. A file that is fetched twice counts twice, so it may end above `to_fetch_bytes`.
        bytes: u64,
    },
    /// Files were read back from the drive and are right.
    Verified {
        /// All so far in this run, without the resumed ones.
        files: u64,
        /// Their length.
        bytes: u64,
    },
    /// What was read back is noted on the drive, and the note is flushed: whatever happens now, these files are not fetched again.
    Noted {
        /// All so far in this run, without the resumed ones.
        files: u64,
    },
    /// The source is listed a second time, and all is compared.
    Reconciling,
    /// The snapshot is being sealed and put in its place.
    Publishing,
}

/// Asks a run to stop at the next safe point. Clones ask the same run.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Not asked yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
