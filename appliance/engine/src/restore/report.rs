//! What a restore says in the end.

use heirloom_format::{SnapshotName, StoredPath};

use crate::{Damage, DamageKind, VolumePath};

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreReport {
    /// Which snapshot.
    pub snapshot: SnapshotName,
    /// Its folder.
    pub folder: VolumePath,
    /// Files that were asked for. The sum of the three counts below and the problems.
    pub files: u64,
    /// Files that were written, read back and put in their place.
    pub restored_files: u64,
    /// Their length.
    pub restored_bytes: u64,
    /// Of them, those that are damaged in this snapshot and came from another copy in the archive. They are among `restored_files`.
    pub mended_files: u64,
    /// Files that were there already with the right content, read and compared.
    pub already_files: u64,
    /// Files that are not restored, each with the reason. In no particular order.
    pub problems: Vec<RestoreProblem>,
    /// What is damaged in the archive, and does not stand in the way of the files above.
    pub damage: Vec<Damage>,
}

impl RestoreReport {
    /// Every file that was asked for is on the target, and was read back.
    pub fn is_complete(&self) -> bool {
        self.problems.is_empty()
    }
}

/// A file that is not restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreProblem {
    /// Below `data/`.
    pub path: StoredPath,
    /// Why.
    pub reason: RestoreProblemReason,
}

/// Why a file is not restored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreProblemReason {
    /// Something else has its name.
    #[error(
        "Something else of that name is there already. It was left as it is; restore to an empty folder, or move it away."
    )]
    Occupied,
    /// Damaged here, and nowhere in the archive is a sound copy.
    #[error(
        "It {0}, and no other snapshot has it. Look for it on the phone, another drive or a computer."
    )]
    Damaged(DamageKind),
    /// What came back from the target was not what was written.
    #[error("The disk gave back something else than was written. Restore to another disk.")]
    NotKept,
    /// The target does not take its name or its length; errno.
    #[error(
        "The disk does not take this file (error {errno}). Restore with portable names, or to a disk with another file system."
    )]
    NotTaken {
        /// From the operating system.
        errno: i32,
    },
}

impl RestoreProblemReason {
    /// A word for programs, such as `occupied`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Occupied => "occupied",
            Self::Damaged(_) => "damaged",
            Self::NotKept => "not-kept",
            Self::NotTaken { .. } => "not-taken",
        }
    }
}
