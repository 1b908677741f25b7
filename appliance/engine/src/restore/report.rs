//! What a restore says in the end.

use heirloom_format::{SnapshotName, StoredPath};

use super::limits::TargetLimits;
use super::target::TargetPath;
use crate::{Damage, DamageKind, VolumePath};

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreReport {
    /// What was done of each snapshot: one, or that of each source.
    pub parts: Vec<RestoredPart>,
    /// Sources of which nothing is restored, because nothing that describes their newest snapshots can be read. Only where all sources were asked for.
    pub unlisted: Vec<UnlistedSource>,
    /// What is damaged in the archive elsewhere, so that there may be sources that nobody sees. Only where all sources were asked for.
    pub damage: Vec<Damage>,
    /// What the target can't hold.
    pub limits: TargetLimits,
}

impl RestoreReport {
    /// Every file that was asked for is on the target, and was read back.
    pub fn is_complete(&self) -> bool {
        self.unlisted.is_empty() && self.parts.iter().all(RestoredPart::is_complete)
    }

    /// A count of the parts, summed up.
    pub fn sum(&self, count: impl Fn(&RestoredPart) -> u64) -> u64 {
        self.parts.iter().map(count).sum()
    }
}

/// What a restore did of one snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredPart {
    /// The name of its source's folder.
    pub source_folder: String,
    /// Which snapshot.
    pub snapshot: SnapshotName,
    /// Its folder.
    pub folder: VolumePath,
    /// The folder of the target that it went to; `None` for the target itself.
    pub to: Option<TargetPath>,
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
    /// Among `files`, those of which no date is known.
    pub undated_files: u64,
    /// Among `files`, those that go to folders such as `part 2` in their own, because the target takes no more names in a folder.
    pub parted_files: u64,
    /// Files of which no date is known, and which therefore were not asked for. Not among `files`.
    pub left_out_undated_files: u64,
    /// Files of other days than those that were asked for. Not among `files`.
    pub left_out_files: u64,
    /// Files whose times the target has no room for, such as those before 1980 on FAT and exFAT.
    pub times_not_kept_files: u64,
    /// Files that are not restored, each with the reason. In no particular order.
    pub problems: Vec<RestoreProblem>,
    /// What is damaged in the archive, and does not stand in the way of the files above.
    pub damage: Vec<Damage>,
}

impl RestoredPart {
    /// Every file that was asked for is on the target, and was read back.
    pub fn is_complete(&self) -> bool {
        self.problems.is_empty()
    }
}

/// A source of which nothing is restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlistedSource {
    /// The name of its folder.
    pub source_folder: String,
    /// What can't be read.
    pub damage: Damage,
}

/// A file that is not restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreProblem {
    /// Below `data/`.
    pub path: StoredPath,
    /// Where it is in the archive.
    pub place: VolumePath,
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
    /// It is longer than any file on this target can be.
    #[error(
        "It is longer than {max_bytes} bytes, which is the most that a file on this disk can have. Restore it to a disk with exFAT, NTFS or ext4."
    )]
    TooLong {
        /// What a file can have.
        max_bytes: u64,
    },
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
            Self::TooLong { .. } => "too-long",
            Self::NotTaken { .. } => "not-taken",
        }
    }
}
