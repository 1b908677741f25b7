//! Why a command could not do what it was asked: what happened, what it means, what to do.

mod advice;
mod drive;
mod sentence;
mod word;

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use heirloom_engine::{
    ArchiveError, Damage, RestoreError, RetentionError, RunError, SourceError, VerifyError,
    VolumeError, VolumePath,
};
#[cfg(target_os = "linux")]
use heirloom_files::FolderSourceError;
use heirloom_format::Day;

use crate::exit::Exit;
use crate::quantity::{files, shown};

pub(crate) use self::drive::DriveTrouble;
use self::sentence::{
    restore_sentence, run_sentence, thin_sentence, verify_sentence, volume_sentence,
};

/// Why a command ended without a report.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "some are of archives in folders")
)]
pub(crate) enum Trouble {
    #[error("The archive {} lies inside the source {}.", archive.display(), source_dir.display())]
    ArchiveInSource {
        archive: PathBuf,
        source_dir: PathBuf,
    },
    #[error("The source {} lies inside the archive {}.", source_dir.display(), archive.display())]
    SourceInArchive {
        archive: PathBuf,
        source_dir: PathBuf,
    },
    #[error("The source and the archive are the same folder, {}.", .0.display())]
    SameFolder(PathBuf),
    #[error("{} lies inside the archive {}.", target.display(), archive.display())]
    TargetInArchive { target: PathBuf, archive: PathBuf },
    #[error("There is no folder {}.", .0.display())]
    NoFolder(PathBuf),
    #[error("{} is not a folder.", .0.display())]
    NotAFolder(PathBuf),
    #[error("{} cannot be opened: {}.", folder.display(), why(error))]
    FolderRefused { folder: PathBuf, error: io::Error },
    #[error("{} is not an archive, and it is not empty.", .0.display())]
    NotAnArchive(PathBuf),
    #[error("{} is empty: there is no archive in it.", .0.display())]
    EmptyFolder(PathBuf),
    #[error("The archive {} was made by a newer Heirloom (format {found}).", archive.display())]
    Newer { archive: PathBuf, found: u32 },
    #[error("archive.json of the archive {} is damaged.", .0.display())]
    InfoDamaged(PathBuf),
    #[error("The archive {} cannot be written to: {}.", archive.display(), why(error))]
    NotWritable { archive: PathBuf, error: io::Error },
    #[error("The archive {} is in use by another heirloom.", .0.display())]
    InUse(PathBuf),
    #[error("{} is on a FAT or exFAT file system, which cannot hold an archive.", .0.display())]
    UnfitFileSystem(PathBuf),
    #[cfg(not(target_os = "linux"))]
    #[error("{} is no drive, and no archive in a folder can be read on this system.", .0.display())]
    FolderNotRead(PathBuf),
    #[error("There are no files in {}.", .0.display())]
    SourceEmpty(PathBuf),
    #[error("There are no photos or films in {}.", .0.display())]
    NoMedia(PathBuf),
    #[error("{} cannot be listed: {error}.", source_dir.display())]
    SourceUnlisted {
        source_dir: PathBuf,
        error: SourceError,
    },
    #[error("There are {} in {}, and not one could be read: {first}.", files(*count), source_dir.display())]
    SourceUnreadable {
        source_dir: PathBuf,
        count: u64,
        first: SourceError,
    },
    #[error("The archive has no source {asked:?}.")]
    NoSource { asked: String, known: Vec<String> },
    #[error("{asked:?} is the beginning of several sources.")]
    SeveralSources { asked: String, known: Vec<String> },
    #[error("The source {of:?} has no snapshot {asked:?}.")]
    NoSnapshot { asked: String, of: String },
    #[error("The archive has no snapshot {0:?}.")]
    NoSnapshotOfAny(String),
    #[error("The snapshot has nothing at {0:?}.")]
    NoPath(String),
    #[error("There are no days from {first} to {last}: the first is after the last.")]
    DatesReversed { first: Day, last: Day },
    #[error("The archive {} has no snapshots yet.", .0.display())]
    NoSnapshots(PathBuf),
    #[error("{} {}.", .0.place, .0.kind)]
    SnapshotDamaged(Damage),
    #[error("No random numbers can be had from the system, so that no archive can be made: {0}.")]
    Random(getrandom::Error),
    #[error("The system does not let heirloom notice Ctrl-C.")]
    Signals,
    #[error("{}", run_sentence(.0))]
    Run(RunError),
    #[error("{}", verify_sentence(.0))]
    Verify(VerifyError),
    #[error("{}", restore_sentence(.0))]
    Restore(RestoreError),
    #[error("{}", thin_sentence(.0))]
    Thin(RetentionError),
    #[error("{}", volume_sentence(.0))]
    Volume(VolumeError),
    #[error(transparent)]
    Drive(#[from] DriveTrouble),
    #[error("The archive has several sources, and none was named.")]
    SourceNotSaid { known: Vec<String> },
    #[error("{} is not what was archived: what was written out of it is damaged.", shown(.0.as_str()))]
    FileAltered(VolumePath),
    #[error("{} cannot be read to its end: {error}.", shown(place.as_str()))]
    FileUnreadable {
        place: VolumePath,
        error: VolumeError,
    },
    #[error("{} could not be written: {}.", place.display(), why(error))]
    Output { place: PathBuf, error: io::Error },
}

impl Trouble {
    /// Its exit code.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Run(RunError::Stopped)
            | Self::Verify(VerifyError::Stopped)
            | Self::Restore(RestoreError::Stopped)
            | Self::Thin(RetentionError::Stopped) => Exit::Interrupted,
            Self::Thin(RetentionError::Damaged(_) | RetentionError::Disputed(_)) => Exit::Attention,
            Self::Restore(
                RestoreError::NoSuchSnapshot
                | RestoreError::NothingThere
                | RestoreError::NothingInSpan { .. },
            ) => Exit::Refused,
            Self::SnapshotDamaged(_) | Self::FileAltered(_) | Self::FileUnreadable { .. } => {
                Exit::Attention
            }
            Self::Drive(trouble) => trouble.exit(),
            Self::Run(RunError::OtherArchive | RunError::SourceEmpty) => Exit::Refused,
            Self::Run(_)
            | Self::Verify(_)
            | Self::Restore(_)
            | Self::Thin(_)
            | Self::Volume(_)
            | Self::InfoDamaged(_)
            | Self::Output { .. }
            | Self::Random(_)
            | Self::Signals
            | Self::SourceUnlisted { .. }
            | Self::SourceUnreadable { .. } => Exit::Failed,
            _ => Exit::Refused,
        }
    }

    /// Of opening an archive in a folder.
    pub(crate) fn of_archive(archive: PathBuf, error: ArchiveError) -> Self {
        match error {
            ArchiveError::NotAnArchive | ArchiveError::AlreadyAnArchive => {
                Self::NotAnArchive(archive)
            }
            ArchiveError::InfoDamaged => Self::InfoDamaged(archive),
            ArchiveError::Newer { found } => Self::Newer { archive, found },
            ArchiveError::Volume(VolumeError::Io { errno, .. })
                if io::Error::from_raw_os_error(errno).kind() == ErrorKind::PermissionDenied =>
            {
                Self::FolderRefused {
                    folder: archive,
                    error: io::Error::from_raw_os_error(errno),
                }
            }
            ArchiveError::Volume(error) => Self::Volume(error),
        }
    }

    /// Of a restore from an archive.
    pub(crate) fn of_restore(archive: PathBuf, error: RestoreError) -> Self {
        match error {
            RestoreError::Archive(error) => Self::of_archive(archive, error),
            RestoreError::DriveFailed(error) => Self::Volume(error),
            RestoreError::DriveGone => Self::Volume(VolumeError::Gone),
            error => Self::Restore(error),
        }
    }

    /// Of a run from a folder into an archive.
    #[cfg(target_os = "linux")]
    pub(crate) fn of_run(source_dir: PathBuf, archive: PathBuf, error: RunError) -> Self {
        match error {
            RunError::SourceEmpty => Self::SourceEmpty(source_dir),
            RunError::SourceUnreadable { files, first } => Self::SourceUnreadable {
                source_dir,
                count: files,
                first,
            },
            RunError::Archive(error) => Self::of_archive(archive, error),
            error => Self::Run(error),
        }
    }
}

#[cfg(target_os = "linux")]
impl From<FolderSourceError> for Trouble {
    fn from(error: FolderSourceError) -> Self {
        match error {
            FolderSourceError::Missing(folder) => Self::NoFolder(folder),
            FolderSourceError::NotAFolder(folder) => Self::NotAFolder(folder),
            FolderSourceError::Refused { folder, errno } => Self::FolderRefused {
                folder,
                error: io::Error::from_raw_os_error(errno),
            },
        }
    }
}

impl From<VolumeError> for Trouble {
    fn from(error: VolumeError) -> Self {
        Self::Volume(error)
    }
}

/// An error of the system in its words, without its number.
fn why(error: &io::Error) -> String {
    #[cfg(target_os = "linux")]
    if let Some(errno) = error.raw_os_error() {
        return nix::errno::Errno::from_raw(errno).desc().to_owned();
    }
    let text = error.to_string();
    let words = text
        .rsplit_once(" (os error ")
        .map_or(&*text, |(words, _)| words);
    words.trim_end_matches('.').to_owned()
}
