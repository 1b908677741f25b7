//! What a trouble means, and what to do.

use heirloom_engine::{RestoreError, RetentionError, RunError, VerifyError, VolumeError};

use super::Trouble;

impl Trouble {
    /// What it means, and what to do.
    pub(crate) fn advice(&self) -> String {
        let advice = match self {
            Self::ArchiveInSource { .. } | Self::SourceInArchive { .. } | Self::SameFolder(_) => {
                "Nothing was changed. Choose a folder outside of the other one for the archive, best on another drive."
            }
            Self::TargetInArchive { .. } => {
                "Nothing was changed. Choose a folder outside of the archive, best on another drive."
            }
            Self::NoFolder(_) => {
                "Nothing was changed. Check the name, and whether the drive or card is plugged in and mounted."
            }
            Self::NotAFolder(_) => "Nothing was changed. Name a folder.",
            Self::FolderRefused { .. } if cfg!(windows) => {
                "Nothing was changed. Choose a folder that you may write to, such as one on a disk of your own."
            }
            Self::FolderRefused { .. } => {
                "Nothing was changed. If it belongs to another user, run heirloom as that user, or with sudo."
            }
            Self::NotAnArchive(_) => {
                "Nothing was changed. Name the folder that has archive.json in it, or a new or empty folder to make an archive."
            }
            Self::EmptyFolder(_) => {
                "Nothing was changed. Check the name, and whether the archive's drive is mounted there."
            }
            Self::Newer { .. } => {
                "Nothing was changed, and nothing is wrong with it. Use a newer heirloom."
            }
            Self::InfoDamaged(_) => {
                "Nothing was changed. The snapshots below sources/ are most likely intact: README.txt says how to check and copy them by hand. Don't archive to this drive any more."
            }
            Self::NotWritable { .. } => {
                "Nothing was changed. If it belongs to another user, run heirloom as that user, or with sudo; if its drive is mounted read-only, mount it for writing."
            }
            Self::InUse(_) => {
                "Nothing was changed. Wait until the other one is done, and try again."
            }
            Self::UnfitFileSystem(_) => {
                "Nothing was changed. An archive shares equal files by hard links: use a drive with a file system of Linux, such as ext4. A card with FAT is welcome as a source."
            }
            #[cfg(not(target_os = "linux"))]
            Self::FolderNotRead(_) => {
                "Nothing was changed. Name the encrypted drive, or an image of it, with --from; for an archive in a folder, use heirloom for Linux."
            }
            Self::SourceEmpty(_) => {
                "Nothing was changed, and nothing was deleted from the archive. If there should be files, check that the card or disk is mounted there."
            }
            Self::NoMedia(_) => {
                "Nothing was changed, and nothing was deleted from the archive. Without --only-media, every file is archived, whatever it is."
            }
            Self::SourceUnlisted { .. } | Self::SourceUnreadable { .. } => {
                "Nothing was published. If they belong to another user, run heirloom as that user, or with sudo; if the card is failing, make an image of it first, with ddrescue."
            }
            Self::NoSource { known, .. } | Self::SeveralSources { known, .. } => {
                return format!(
                    "Nothing was changed. Its sources are: {}.",
                    known.join(", ")
                );
            }
            Self::SourceNotSaid { known } => {
                return format!(
                    "Nothing was changed. Name one with --source. Its sources are: {}.",
                    known.join(", ")
                );
            }
            Self::NoSnapshot { .. } | Self::NoSnapshotOfAny(_) => {
                "Nothing was changed. `heirloom ls` shows the snapshots."
            }
            Self::NoPath(_) => {
                "Nothing was changed. `heirloom ls` with the source and the snapshot shows its paths."
            }
            Self::NoSnapshots(_) => "Nothing was changed. `heirloom archive` makes one.",
            Self::SnapshotDamaged(_) => {
                "Nothing was changed. `heirloom verify` says what else is damaged; the other snapshots can be listed and restored."
            }
            Self::DatesReversed { .. } => {
                "Nothing was changed. Give the earlier day to --from-date and the later one to --to-date."
            }
            Self::Random(_) | Self::Signals => {
                "Nothing was changed. Try again on another computer."
            }
            Self::Run(error) => return run_advice(error),
            Self::Thin(RetentionError::Damaged(_) | RetentionError::Disputed(_)) => {
                "Nothing was removed. `heirloom verify` says what it means and what to do."
            }
            Self::Thin(RetentionError::DriveFailed(error)) => return volume_advice(error),
            Self::Thin(_) => {
                "No content is lost, whatever was removed until now. Do the same again: it goes on with what is left."
            }
            Self::Restore(error) => return restore_advice(error),
            Self::Verify(VerifyError::DriveFailed(error)) | Self::Volume(error) => {
                return volume_advice(error);
            }
            Self::Verify(VerifyError::DriveGone) => return volume_advice(&VolumeError::Gone),
            Self::Verify(_) => "The archive is as it was. Check it again.",
            Self::Drive(trouble) => trouble.advice(),
            Self::FileAltered(_) | Self::FileUnreadable { .. } => {
                "Don't keep what was written out. `heirloom restore` takes a sound copy where the archive has one; `heirloom verify` says what else is damaged."
            }
            Self::Output { .. } => "Check that there is room, and that you may write there.",
        };
        advice.to_owned()
    }
}

fn run_advice(error: &RunError) -> String {
    let advice = match error {
        RunError::SourceGone | RunError::SourceStalled => {
            "All snapshots are as they were. Plug it in again, and run again: what was verified is not read again."
        }
        RunError::NotEnoughSpace { .. } => {
            "Nothing was begun, and all snapshots are as they were. Make room, or begin an archive on a larger drive."
        }
        RunError::DriveFull { .. } => {
            "All snapshots are as they were. Make room and run again, or begin an archive on a larger drive."
        }
        RunError::Stopped => {
            "All snapshots are as they were. Run again to go on: what was verified is not read again."
        }
        RunError::SourceFailed(_) => {
            "All snapshots are as they were. If the card or disk is failing, make an image of it first, with ddrescue, and archive that."
        }
        _ => {
            "All snapshots are as they were. Check the cable and the drive, then run again; what was verified is not read again. If it happens again, use another drive."
        }
    };
    format!("{advice} Don't erase anything from the source yet.")
}

fn volume_advice(error: &VolumeError) -> String {
    match error {
        VolumeError::Gone => "Plug it in again, and try again. What was finished is safe.",
        VolumeError::Full => "Make room, and try again. What was finished is safe.",
        _ => "Check the cable and the drive, and try again. If it happens again, copy what can be read to another drive.",
    }
    .to_owned()
}

fn restore_advice(error: &RestoreError) -> String {
    match error {
        RestoreError::NoSuchSnapshot => "Nothing was changed. `heirloom ls` shows the snapshots.",
        RestoreError::NothingThere => {
            "Nothing was changed. `heirloom ls` with the source and the snapshot shows its paths."
        }
        RestoreError::NothingInSpan { .. } => {
            "Nothing was changed. `heirloom ls --long` with the source and the snapshot shows the days; --undated include restores files without one."
        }
        RestoreError::Unlisted(_) => {
            "Nothing was changed. Restore an older or newer snapshot; `heirloom verify` says what else is damaged."
        }
        RestoreError::NotEnoughSpace { .. } => {
            "Nothing was restored. Make room, restore to a larger disk, or restore a part with --only."
        }
        RestoreError::Stopped => {
            "What was restored until now is right. Restore again to go on from there."
        }
        RestoreError::TargetFull | RestoreError::TargetGone | RestoreError::TargetFailed(_) => {
            "The archive is as it was, and what was restored until now is right. Check the disk that is restored to, or take another, and restore again: it goes on from there."
        }
        RestoreError::Archive(_) | RestoreError::DriveGone | RestoreError::DriveFailed(_) => {
            "Check the cable and the archive's drive, and restore again: it goes on from there."
        }
    }
    .to_owned()
}
