//! What a policy would do to an archive, snapshot by snapshot: shown before anything is done.

use heirloom_format::SnapshotName;

use super::policy::Wish;
use crate::{ArchiveError, Damage, VolumeError, VolumePath};

/// What would be done. Made by [`plan_retention`](super::plan_retention), carried out by [`thin`](super::thin).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionPlan {
    /// Every published snapshot, oldest first.
    pub verdicts: Vec<Verdict>,
    /// What an interrupted thinning left, to be finished: folders below `thinned/`.
    pub unfinished: Vec<VolumePath>,
    /// How many bytes will be free for new pictures. Content that other snapshots have too frees none.
    pub freed_bytes: u64,
}

impl RetentionPlan {
    /// The snapshots that would be removed, oldest first.
    pub fn removed(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts
            .iter()
            .filter(|verdict| matches!(verdict.fate, Fate::Removed { .. }))
    }

    /// Whether there is nothing to be done.
    pub fn is_empty(&self) -> bool {
        self.unfinished.is_empty() && self.removed().next().is_none()
    }
}

/// What becomes of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Its generation and day.
    pub name: SnapshotName,
    /// Its source's folder.
    pub source_folder: String,
    /// Its own folder.
    pub folder: VolumePath,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stays.
    Kept(KeepReason),
    /// It goes; its description stays.
    Removed {
        /// What that frees.
        freed_bytes: u64,
    },
}

/// Why a snapshot stays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeepReason {
    /// The policy keeps all.
    #[error("all snapshots are kept")]
    All,
    /// The policy keeps the last ones.
    #[error("it is among the last ones of its phone or folder")]
    AmongLast,
    /// The policy keeps some of each year.
    #[error("it is kept for the year {0}")]
    OfYear(u16),
    /// The newest one of a source always stays.
    #[error("it is the newest one of its phone or folder")]
    Newest,
    /// No other snapshot has all that is in it.
    #[error("{files} files in it are in no other snapshot, the first of them {first}")]
    OnlyCopy {
        /// How many.
        files: u64,
        /// Below `data/`.
        first: String,
    },
    /// Another snapshot has the same content, but it can't be read, or is not what it was.
    #[error("the other copy of what it holds is damaged: {place}")]
    CopyDamaged {
        /// The other copy.
        place: VolumePath,
    },
    /// Somebody put something into it that no list names.
    #[error("it holds something that is not listed: {place}")]
    NotListed {
        /// The first of it.
        place: VolumePath,
    },
}

impl From<Wish> for KeepReason {
    fn from(wish: Wish) -> Self {
        match wish {
            Wish::All => Self::All,
            Wish::AmongLast => Self::AmongLast,
            Wish::OfYear(year) => Self::OfYear(year),
        }
    }
}

/// What a thinning did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThinReport {
    /// Snapshots that were removed, oldest first: the folders below `thinned/` that keep their descriptions.
    pub thinned: Vec<VolumePath>,
    /// What an earlier thinning had left, and is finished now.
    pub finished: Vec<VolumePath>,
}

/// Why nothing was planned, or not all was done. Whatever was done is whole: no content is lost in any case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RetentionError {
    /// It is no archive, or one that can't be understood.
    #[error(transparent)]
    Archive(ArchiveError),
    /// Something can't be read, so that it isn't known what other snapshots hold. Check the archive first.
    #[error("nothing can be removed while this is so: {} {}", .0.place, .0.kind)]
    Damaged(Damage),
    /// Two snapshots say different things of one file. Check the archive first.
    #[error("nothing can be removed, because snapshots contradict each other at {0}")]
    Disputed(VolumePath),
    /// The archive is not what it was when the plan was made. Make another one.
    #[error("the archive has changed since this was planned")]
    Outdated,
    /// The archive drive was pulled.
    #[error("the archive drive was unplugged")]
    DriveGone,
    /// The archive drive failed altogether.
    #[error("the archive drive is failing: {0}")]
    DriveFailed(VolumeError),
    /// It was asked to stop.
    #[error("it was stopped")]
    Stopped,
}

impl From<VolumeError> for RetentionError {
    fn from(error: VolumeError) -> Self {
        match error {
            VolumeError::Gone => Self::DriveGone,
            error => Self::DriveFailed(error),
        }
    }
}

impl From<ArchiveError> for RetentionError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Volume(error) => error.into(),
            error => Self::Archive(error),
        }
    }
}
