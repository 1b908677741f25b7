//! Where an archive is: in a folder, or on an encrypted drive, which is opened here.

#[cfg(target_os = "linux")]
mod folder;

#[cfg(target_os = "linux")]
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heirloom_engine::{Archive, ArchiveError, Volume};
#[cfg(target_os = "linux")]
use nix::fcntl::Flock;

#[cfg(target_os = "linux")]
pub(crate) use self::folder::{Prospect, are_apart, is_outside, prospect};
use crate::args::DriveOrder;
use crate::drive;
use crate::trouble::{DriveTrouble, Trouble};

/// An archive that is open, and locked for as long as this lives.
pub(crate) struct Place {
    /// A folder without links and detours, or a drive as it was named.
    pub(crate) dir: PathBuf,
    pub(crate) volume: Arc<dyn Volume>,
    pub(crate) archive: Archive,
    #[cfg(target_os = "linux")]
    _lock: Option<Flock<File>>,
}

/// For what an archive is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Others may read too, and one may write.
    Look,
    /// Others may read too; nobody may write.
    Read,
    /// Nobody else may read for long, or write.
    #[cfg(target_os = "linux")]
    Write,
}

impl Place {
    /// Opens an archive in a folder, or on a drive.
    pub(crate) fn of(
        dir: Option<&Path>,
        drive: &DriveOrder,
        purpose: Use,
    ) -> Result<Self, Trouble> {
        match (dir, &drive.from) {
            (_, Some(from)) => Self::on_drive(from, drive),
            (Some(dir), None) => Self::open(dir, purpose),
            (None, None) => unreachable!("the argument parser asks for one of them"),
        }
    }

    /// Opens an archive on a drive that is not mounted. Nobody can write to it here, so that there is nothing to lock.
    fn on_drive(from: &Path, order: &DriveOrder) -> Result<Self, Trouble> {
        let volume: Arc<dyn Volume> = Arc::new(drive::open(from, order)?);
        let dir = from.to_owned();
        let archive = Archive::open(&*volume).map_err(|error| match error {
            ArchiveError::NotAnArchive => DriveTrouble::NoArchive(dir.clone()).into(),
            error => Trouble::of_archive(dir.clone(), error),
        })?;
        Ok(Self {
            dir,
            volume,
            archive,
            #[cfg(target_os = "linux")]
            _lock: None,
        })
    }

    /// An archive in a folder has hard links, names and a lock as Linux has them.
    #[cfg(not(target_os = "linux"))]
    fn open(dir: &Path, _: Use) -> Result<Self, Trouble> {
        Err(Trouble::FolderNotRead(dir.to_owned()))
    }
}
