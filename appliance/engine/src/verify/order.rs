//! What a check is told, what it tells while it goes on, and why it may end early.

use heirloom_format::{Digest, PublicKey};

use crate::{ArchiveError, VolumeError};

/// What to check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyOrder {
    /// How deep.
    pub depth: VerifyDepth,
    /// What a printed sheet says, if there is one at hand.
    pub sheet: Option<SheetClaim>,
}

/// How deep a check goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VerifyDepth {
    /// Every byte of every file is read, past the cache.
    #[default]
    Contents,
    /// Descriptions, signatures and the chain; of the files only whether they are there, their lengths and times. Fast, and no proof.
    Descriptions,
}

/// What a printed sheet says about an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SheetClaim {
    /// The newest snapshot when it was printed; 0 for none.
    pub generation: u32,
    /// The head of that one.
    pub head: Option<Digest>,
    /// The archive's public key.
    pub public_key: Option<PublicKey>,
}

/// Where a check is. Counts only grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyProgress {
    /// Descriptions and folders are read.
    Snapshots {
        /// How many are done.
        done: u64,
        /// How many there are.
        total: u64,
    },
    /// Now it is known what is to be read; each content counts once, however many snapshots have it.
    Planned {
        /// How many files.
        files: u64,
        /// Their length.
        bytes: u64,
    },
    /// Files were read.
    Read {
        /// How many bytes so far. May end above what was planned, where a file has become longer.
        bytes: u64,
    },
}

/// Why a check ended early. The archive is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// It is no archive, or one that can't be understood.
    #[error(transparent)]
    Archive(ArchiveError),
    /// The drive was pulled. Nothing was changed; plug it in and check again.
    #[error("the archive drive was unplugged")]
    DriveGone,
    /// The drive failed altogether.
    #[error("the archive drive is failing: {0}")]
    DriveFailed(VolumeError),
    /// Files came or went while it was checked, by somebody else's hand. Check again.
    #[error("the archive was changed while it was checked")]
    ChangedMeanwhile,
    /// It was asked to stop.
    #[error("the check was stopped")]
    Stopped,
}

impl From<VolumeError> for VerifyError {
    fn from(error: VolumeError) -> Self {
        match error {
            VolumeError::Gone => Self::DriveGone,
            error => Self::DriveFailed(error),
        }
    }
}

impl From<ArchiveError> for VerifyError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Volume(error) => error.into(),
            error => Self::Archive(error),
        }
    }
}
