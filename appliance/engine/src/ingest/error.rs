//! Why a run did not get there. Snapshots that are published are untouched in every case, and what was verified is kept for
//! the next attempt.

use crate::{ArchiveError, SourceError, VolumeError};

/// Why a run ended without a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The source was unplugged. Plug it in and run again: what is verified is not fetched again.
    #[error("the device was unplugged")]
    SourceGone,
    /// The source is locked or answers no more. Unlock it and run again: what is verified is not fetched again.
    #[error("the device stopped answering")]
    SourceStalled,
    /// The source answers what makes no sense, or can't be listed.
    #[error("the device cannot be read: {0}")]
    SourceFailed(SourceError),
    /// The source shows no file at all. Never taken for an empty phone.
    #[error("the device shows no files")]
    SourceEmpty,
    /// The source listed files and would not hand over a single one.
    #[error("none of the {files} files on the device could be read; the first: {first}")]
    SourceUnreadable {
        /// How many it listed.
        files: u64,
        /// What the first one failed with.
        first: SourceError,
    },
    /// There is not enough room, and nothing was begun.
    #[error("the archive drive has {free_bytes} bytes free, and {needed_bytes} are needed")]
    NotEnoughSpace {
        /// With what the run needs for itself.
        needed_bytes: u64,
        /// What is left.
        free_bytes: u64,
    },
    /// The drive became full on the way.
    #[error("the archive drive became full")]
    DriveFull {
        /// What is left, if the drive still says.
        free_bytes: Option<u64>,
    },
    /// The drive was pulled.
    #[error("the archive drive was unplugged")]
    DriveGone,
    /// The drive refuses or loses what it is given.
    #[error("the archive drive is failing: {0}")]
    DriveFailed(VolumeError),
    /// The volume holds no archive that we can read.
    #[error(transparent)]
    Archive(ArchiveError),
    /// The volume holds another archive than the one that was ordered.
    #[error("this drive holds another archive")]
    OtherArchive,
    /// It was asked to stop.
    #[error("the run was stopped")]
    Stopped,
}

impl From<VolumeError> for RunError {
    fn from(error: VolumeError) -> Self {
        match error {
            VolumeError::Gone => Self::DriveGone,
            VolumeError::Full => Self::DriveFull { free_bytes: None },
            error => Self::DriveFailed(error),
        }
    }
}

impl From<ArchiveError> for RunError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Volume(error) => error.into(),
            error => Self::Archive(error),
        }
    }
}

/// An error of the source that ends the run; what is about one object is a [`Problem`](crate::Problem) instead.
pub(super) fn ends_the_run(error: SourceError) -> RunError {
    match error {
        SourceError::Gone => RunError::SourceGone,
        SourceError::Locked | SourceError::TimedOut => RunError::SourceStalled,
        error => RunError::SourceFailed(error),
    }
}
