//! Words for programs.

use heirloom_engine::{RestoreError, RetentionError, RunError, VerifyError, VolumeError};

use super::Trouble;

impl Trouble {
    /// A word for programs.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::ArchiveInSource { .. } => "archive-in-source",
            Self::TargetInArchive { .. } => "target-in-archive",
            Self::SourceInArchive { .. } => "source-in-archive",
            Self::SameFolder(_) => "same-folder",
            Self::NoFolder(_) => "no-folder",
            Self::NotAFolder(_) => "not-a-folder",
            Self::FolderRefused { .. } => "folder-refused",
            Self::NotAnArchive(_) => "not-an-archive",
            Self::EmptyFolder(_) => "empty-folder",
            Self::Newer { .. } => "newer-format",
            Self::InfoDamaged(_) => "archive-json-damaged",
            Self::NotWritable { .. } => "not-writable",
            Self::InUse(_) => "in-use",
            Self::UnfitFileSystem(_) => "unfit-file-system",
            #[cfg(not(target_os = "linux"))]
            Self::FolderNotRead(_) => "folder-not-read",
            Self::SourceEmpty(_) | Self::Run(RunError::SourceEmpty) => "source-empty",
            Self::NoMedia(_) => "no-media",
            Self::SourceUnreadable { .. } | Self::Run(RunError::SourceUnreadable { .. }) => {
                "source-unreadable"
            }
            Self::NoSource { .. } => "no-source",
            Self::SeveralSources { .. } => "several-sources",
            Self::NoSnapshot { .. }
            | Self::NoSnapshotOfAny(_)
            | Self::Restore(RestoreError::NoSuchSnapshot) => "no-snapshot",
            Self::NoPath(_) | Self::Restore(RestoreError::NothingThere) => "no-path",
            Self::DatesReversed { .. } => "dates-reversed",
            Self::Restore(RestoreError::NothingInSpan { .. }) => "nothing-in-span",
            Self::NoSnapshots(_) => "no-snapshots",
            Self::SnapshotDamaged(_) | Self::Restore(RestoreError::Unlisted(_)) => {
                "snapshot-damaged"
            }
            Self::Random(_) => "no-random-numbers",
            Self::Signals => "no-signals",
            Self::Run(RunError::Stopped)
            | Self::Verify(VerifyError::Stopped)
            | Self::Restore(RestoreError::Stopped)
            | Self::Thin(RetentionError::Stopped) => "stopped",
            Self::Thin(RetentionError::Damaged(_) | RetentionError::Disputed(_)) => "damaged",
            Self::Thin(RetentionError::Outdated) => "outdated",
            Self::Thin(RetentionError::DriveGone) => "drive-gone",
            Self::Restore(RestoreError::NotEnoughSpace { .. }) => "not-enough-space",
            Self::Restore(RestoreError::TargetFull) => "target-full",
            Self::Restore(RestoreError::TargetGone) => "target-gone",
            Self::Restore(RestoreError::TargetFailed(_)) => "target-failed",
            Self::Restore(RestoreError::DriveGone) => "drive-gone",
            Self::Verify(VerifyError::ChangedMeanwhile) => "changed-meanwhile",
            Self::Run(RunError::NotEnoughSpace { .. }) => "not-enough-space",
            Self::Run(RunError::DriveFull { .. }) | Self::Volume(VolumeError::Full) => "drive-full",
            Self::Run(RunError::DriveGone) | Self::Volume(VolumeError::Gone) => "drive-gone",
            Self::Run(RunError::SourceGone) => "source-gone",
            Self::SourceUnlisted { .. }
            | Self::Run(RunError::SourceStalled | RunError::SourceFailed(_)) => "source-failed",
            Self::Verify(VerifyError::DriveGone) => "drive-gone",
            Self::Run(_) | Self::Verify(_) | Self::Restore(_) | Self::Thin(_) | Self::Volume(_) => {
                "drive-failed"
            }
            Self::Drive(trouble) => trouble.word(),
            Self::SourceNotSaid { .. } => "source-not-said",
            Self::FileAltered(_) => "file-altered",
            Self::FileUnreadable { .. } => "file-unreadable",
            Self::Output { .. } => "output",
        }
    }
}
