//! What is to be shown of a run: before it, while it goes on, and what became of it.

use crate::RunError;
use crate::disk_source::SourceNoun;

use super::wish::{PrepareLine, RunWish};

/// The page before a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrepareView {
    /// What it is called, or is being called.
    pub name: String,
    /// Where that name is from.
    pub origin: NameOrigin,
    /// Why the name was not taken.
    pub refused: Option<SourceNameRefusal>,
    /// What the device calls itself.
    pub model: String,
    /// Whether it gives a serial number, so that it is known again by that.
    pub has_serial: bool,
    /// What it is.
    pub noun: SourceNoun,
    /// What is chosen.
    pub wish: RunWish,
    /// Other sources that can be archived after it.
    pub others: Vec<String>,
    /// Whether they follow by themselves.
    pub others_follow: bool,
    /// What can be chosen.
    pub lines: Vec<PrepareLine>,
    /// Which of the lines the cursor is on.
    pub cursor: usize,
}

/// Where a source's name is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameOrigin {
    /// The archive knows the source by it, and it stays.
    Archived,
    /// It is what the device calls itself.
    Device,
    /// A person gave it.
    Person,
}

/// Why a source's name was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceNameRefusal {
    /// It begins with a dot, has a character that the archive would write otherwise, or is too long.
    Unusable,
    /// Another source has it.
    Taken,
}

/// The others of a round: sources that are archived one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoundView {
    /// How many of them are over.
    pub ended: usize,
    /// Those that still come.
    pub then: Vec<String>,
}

/// What became of a source, in one line.
#[derive(Clone, Debug)]
pub enum SourceOutcome {
    /// Its run came to its end.
    Archived {
        /// There was nothing new.
        up_to_date: bool,
        /// Source and archive agree.
        complete: bool,
        /// The files may be erased from the source.
        safe_to_erase: bool,
        /// Files that were copied now.
        new_files: u64,
    },
    /// Its run did not get there.
    Failed(RunError),
    /// Its turn never came, or it was not there then.
    NotBegun,
}

/// A run in progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunView {
    /// The source.
    pub source: String,
    /// What it is.
    pub noun: SourceNoun,
    /// Those that are archived before it and after it.
    pub round: RoundView,
    /// The archive.
    pub archive: String,
    /// Where it is.
    pub phase: RunPhase,
    /// Files found by the listing so far.
    pub found_files: u64,
    /// Files to be fetched.
    pub fetch_files: u64,
    /// Bytes to be fetched.
    pub fetch_bytes: u64,
    /// Files that the archive has already.
    pub kept_files: u64,
    /// Bytes fetched so far.
    pub moved_bytes: u64,
    /// Files verified so far.
    pub verified_files: u64,
    /// The file that is being fetched, or taken up.
    pub current: Option<String>,
    /// Bytes a second, once that can be told.
    pub rate_bytes_per_s: Option<u64>,
    /// Seconds to go, once that can be told.
    pub remaining_s: Option<u64>,
    /// Since the run began.
    pub elapsed_s: u64,
    /// Whether stopping was asked for.
    pub stopping: bool,
}

/// Where a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunPhase {
    /// Asking the source what it has.
    Listing,
    /// Reading back what an interrupted run has of a long file.
    TakingUp {
        /// Read back so far.
        bytes: u64,
        /// Of how many.
        of_bytes: u64,
    },
    /// Copying and reading back.
    Copying,
    /// Listing the source again, and comparing.
    Reconciling,
    /// Sealing the snapshot.
    Publishing,
}

/// Why a run waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitReason {
    /// Unplugged: plug it in again.
    Unplugged,
    /// Silent or locked: unlock it.
    Stalled,
}
