//! What is wrong with an archive. Reported, never ignored, and no reason to stop: what is sound stays readable.

use heirloom_format::{ArchiveInfoError, ManifestError, SnapshotError};

use crate::{VolumeError, VolumePath};

/// Why an archive could not be opened or made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// There is no `archive.json`.
    #[error("this drive holds no archive")]
    NotAnArchive,
    /// There is one already.
    #[error("this drive holds an archive already")]
    AlreadyAnArchive,
    /// `archive.json` can't be read.
    #[error("the archive's description is damaged")]
    InfoDamaged,
    /// A later Heirloom made it.
    #[error("the archive was made by a newer Heirloom (format {found}); use a newer stick")]
    Newer {
        /// Its format version.
        found: u32,
    },
    /// The drive.
    #[error(transparent)]
    Volume(#[from] VolumeError),
}

impl From<ArchiveInfoError> for ArchiveError {
    fn from(error: ArchiveInfoError) -> Self {
        match error {
            ArchiveInfoError::Malformed(_) => Self::InfoDamaged,
            ArchiveInfoError::Newer { found } => Self::Newer { found },
        }
    }
}

/// Something in an archive that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Where, from the top of the archive.
    pub place: VolumePath,
    /// What.
    pub kind: DamageKind,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DamageKind {
    /// A name in a source's folder that is no snapshot's.
    #[error("is no snapshot")]
    NotASnapshot,
    /// Two snapshots have one number.
    #[error("has the same number as another snapshot")]
    SameGeneration,
    /// A file that every snapshot has is not there.
    #[error("is missing")]
    Missing,
    /// Longer than a file of its kind can be.
    #[error("is far too long")]
    TooLong,
    /// A manifest that can't be read.
    #[error("cannot be read: {0}")]
    Manifest(ManifestError),
    /// A description that can't be read.
    #[error("cannot be read: it is malformed or of a later format")]
    Description,
    /// A description that says it is of another archive or another generation: a folder that was copied to where it is not at home.
    #[error("belongs to another archive or another snapshot")]
    Misplaced,
    /// `archive.key` is not a key.
    #[error("is not a key that can be read")]
    Key,
    /// `archive.key` is a key, and not the one that `archive.json` names.
    #[error("is not the key that this archive was made with")]
    OtherKey,
    /// Its SHA-256 is not what the tag manifest says, or the manifest.
    #[error("is not what it was when it was sealed")]
    DigestDiffers,
    /// The drive can't read it; errno.
    #[error("cannot be read from the drive (error {errno})")]
    Unreadable {
        /// From the operating system.
        errno: i32,
    },
}

impl From<SnapshotError> for DamageKind {
    fn from(_: SnapshotError) -> Self {
        // The details of malformed JSON help nobody who reads a report; the log has them.
        Self::Description
    }
}
