//! What a restore is told, what it tells while it goes on, and why it may end early.

use heirloom_format::StoredPath;

use super::span::DateSpan;
use super::target::TargetError;
use crate::{ArchiveError, Damage, VolumeError, VolumePath};

/// What to restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreOrder {
    /// From which snapshot.
    pub from: RestoreFrom,
    /// Only these files, and what is in these folders; everything when it is empty.
    pub only: Vec<StoredPath>,
    /// Only files of these days; `None` for all. What belongs to a file of these days (edits, descriptions, the film of a Live Photo) comes with it.
    pub dates: Option<DateSpan>,
    /// Under which names.
    pub names: RestoreNames,
    /// Into which folders.
    pub layout: RestoreLayout,
}

impl RestoreOrder {
    /// All of it, in its folders, under names that fit the target.
    pub fn all(from: RestoreFrom) -> Self {
        Self {
            from,
            only: Vec::new(),
            dates: None,
            names: RestoreNames::Fitting,
            layout: RestoreLayout::AsItWas,
        }
    }
}

/// From which snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestoreFrom {
    /// The one in this folder, such as `sources/Mia [1a2b3c4d]/0007 2026-11-22`.
    Snapshot(VolumePath),
    /// The newest one of a source, given by the name of its folder.
    LatestOf(String),
    /// The newest one of every source, each into a folder of its own, which has the name of the source's folder.
    AllSources,
}

/// Under which names files are restored. FORMAT.md, section 12.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RestoreNames {
    /// Exact where the target takes any name, portable where it does not.
    #[default]
    Fitting,
    /// Byte for byte as the source had them: for Linux.
    Exact,
    /// So that every system takes them.
    Portable,
}

/// Into which folders files are restored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RestoreLayout {
    /// Those that they were in.
    #[default]
    AsItWas,
    /// By year and month, such as `2024/2024-07`, and `undated` for those without a date. Names that meet there are numbered, all that belong
    /// together with one number.
    ByMonth,
}

/// Where a restore is. Counts only grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoreProgress {
    /// What is to be done is known.
    Planned {
        /// Files to be restored, with those that are there already.
        files: u64,
        /// Their length.
        bytes: u64,
    },
    /// Bytes were read, from the archive or from files that are there already: what counts up to the planned bytes.
    Read {
        /// All so far.
        bytes: u64,
    },
    /// Files were written, read back and put in their place.
    Restored {
        /// All so far, without those that were there already.
        files: u64,
    },
}

/// Why a restore ended early. The archive is as it was; what is in its place on the target is right, and the next attempt goes on from there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// It is no archive, or one that can't be understood.
    #[error(transparent)]
    Archive(ArchiveError),
    /// There is no such snapshot.
    #[error("there is no such snapshot in this archive")]
    NoSuchSnapshot,
    /// The snapshot has nothing of what was asked for.
    #[error("nothing of that name is in this snapshot")]
    NothingThere,
    /// There is nothing of these days.
    #[error("no file of these days is there; {undated_files} have no date")]
    NothingInSpan {
        /// Files that would be restored if those without a date were asked for.
        undated_files: u64,
    },
    /// Neither description nor manifest of the snapshot can be read. Restore an older or newer one.
    #[error("what is in this snapshot can't be read: {} {}", .0.place, .0.kind)]
    Unlisted(Damage),
    /// There is not enough room, and nothing was begun.
    #[error("the disk has {free_bytes} bytes free, and {needed_bytes} are needed")]
    NotEnoughSpace {
        /// For what is not there yet.
        needed_bytes: u64,
        /// What is left.
        free_bytes: u64,
    },
    /// The disk became full on the way.
    #[error("the disk that is restored to became full")]
    TargetFull,
    /// The disk was pulled.
    #[error("the disk that is restored to was unplugged")]
    TargetGone,
    /// The disk failed.
    #[error("the disk that is restored to is failing: {0}")]
    TargetFailed(TargetError),
    /// The archive drive was pulled.
    #[error("the archive drive was unplugged")]
    DriveGone,
    /// The archive drive failed altogether.
    #[error("the archive drive is failing: {0}")]
    DriveFailed(VolumeError),
    /// It was asked to stop.
    #[error("the restore was stopped")]
    Stopped,
}

impl From<VolumeError> for RestoreError {
    fn from(error: VolumeError) -> Self {
        match error {
            VolumeError::Gone => Self::DriveGone,
            error => Self::DriveFailed(error),
        }
    }
}

impl From<ArchiveError> for RestoreError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Volume(error) => error.into(),
            error => Self::Archive(error),
        }
    }
}

impl From<TargetError> for RestoreError {
    fn from(error: TargetError) -> Self {
        match error {
            TargetError::Gone => Self::TargetGone,
            TargetError::Full => Self::TargetFull,
            error => Self::TargetFailed(error),
        }
    }
}
