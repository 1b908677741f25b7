//! A file system that is restored to: looked at before it is written to, mounted read-write in a private place, and let go of again.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use heirloom_engine::{DriveError, FileSystem, TargetDiskError};
use nix::errno::Errno;

use crate::disk::is_gone;
use crate::mount::{self, Mounted};
use crate::{ext4, unsettled};

const PLACE: &str = "/run/heirloom/target";
const MOUNTING: &str = "mounting the disk";
/// What Windows writes its memory into when it is hibernated, at the top of its disk.
const HIBERNATION: &str = "hiberfil.sys";

/// Mounts a file system so that it can be written to, if it was closed in good order.
///
/// # Errors
/// [`TargetDiskError::Unclean`] where another computer has to repair it or may still hold something of it; it is never forced.
/// [`TargetDiskError::UnknownFileSystem`], [`TargetDiskError::ReadOnly`], [`TargetDiskError::Changed`] when it is in use,
/// [`TargetDiskError::Gone`], [`TargetDiskError::Tool`], [`TargetDiskError::Io`].
pub(crate) fn mount(node: &Path, file_system: FileSystem) -> Result<Mounted, TargetDiskError> {
    let (kind, options) = options(file_system).ok_or(TargetDiskError::UnknownFileSystem)?;
    let place = Path::new(PLACE);
    mount::detach(place);
    match file_system {
        FileSystem::Ext => check_ext(node)?,
        FileSystem::Ntfs => check_ntfs(node, kind, options)?,
        // They have no journal; what the mark of an interrupted writing may stand for are places that are taken and belong to nobody.
        FileSystem::Fat | FileSystem::ExFat | FileSystem::HfsPlus => {}
    }
    let mounted =
        mount::mount_to_write(node, place, kind, options).map_err(|errno| refused(node, errno))?;
    Ok(mounted)
}

/// Takes out of sight what an earlier worker left mounted, or what was pulled.
pub(crate) fn detach() {
    mount::detach(Path::new(PLACE));
}

/// The kernel's name of a file system that can be written here, and the options by which names keep their characters and times are in UTC, as those of
/// sources are. Of ext4, everybody else on a later computer reads what has the ordinary rights.
fn options(file_system: FileSystem) -> Option<(&'static str, &'static str)> {
    match file_system {
        FileSystem::Fat => Some((
            "vfat",
            "utf8,shortname=mixed,tz=UTC,umask=022,errors=remount-ro",
        )),
        FileSystem::ExFat => Some((
            "exfat",
            "iocharset=utf8,time_offset=0,umask=022,errors=remount-ro",
        )),
        FileSystem::Ntfs => Some(("ntfs3", "iocharset=utf8,umask=022")),
        FileSystem::Ext => Some(("ext4", "errors=remount-ro,barrier=1")),
        // Linux writes to it only where it has no journal, which no Mac makes.
        FileSystem::HfsPlus => None,
    }
}

/// Replays the journal, and mends what needs no decision of a person.
fn check_ext(node: &Path) -> Result<(), TargetDiskError> {
    // 4: errors are left; with 8 and above the program could not do its work.
    ext4::check(node).map_err(|error| match error {
        DriveError::Tool { status: 4..=7, .. } => TargetDiskError::Unclean,
        error => of_drive(error),
    })
}

/// Windows keeps a part of what it knows of a disk in memory while it is hibernated, which "fast startup" does at each switching off.
fn check_ntfs(
    node: &Path,
    kind: &'static str,
    options: &'static str,
) -> Result<(), TargetDiskError> {
    let io = |error: std::io::Error| io(MOUNTING, &error);
    let mut device = File::open(node).map_err(io)?;
    if unsettled::is_unsettled(&mut device, FileSystem::Ntfs).map_err(io)? {
        return Err(TargetDiskError::Unclean);
    }
    drop(device);
    let place = Path::new(PLACE);
    let mounted =
        mount::mount_read_only(node, place, kind, options).map_err(|errno| refused(node, errno))?;
    let is_hibernated = is_hibernated(mounted.place());
    mounted.unmount().map_err(of_drive)?;
    match is_hibernated {
        true => Err(TargetDiskError::Unclean),
        false => Ok(()),
    }
}

/// Of a Windows that was started again, the file begins with `wake` or zeros.
fn is_hibernated(place: &Path) -> bool {
    let mut magic = [0; 4];
    let read = File::open(place.join(HIBERNATION)).and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok() && magic.eq_ignore_ascii_case(b"hibr")
}

fn refused(node: &Path, errno: Errno) -> TargetDiskError {
    match errno {
        _ if !node.exists() => TargetDiskError::Gone,
        // The kernel has no such file system.
        Errno::ENODEV => TargetDiskError::UnknownFileSystem,
        Errno::ENXIO => TargetDiskError::Gone,
        Errno::EROFS | Errno::EACCES => TargetDiskError::ReadOnly,
        Errno::EBUSY => TargetDiskError::Changed,
        // What makes no sense in it, by its own checks or by its checksums.
        Errno::EINVAL | Errno::EUCLEAN | Errno::EBADMSG => TargetDiskError::Unclean,
        errno => TargetDiskError::Io {
            action: MOUNTING,
            errno: errno as i32,
        },
    }
}

pub(crate) fn io(action: &'static str, error: &std::io::Error) -> TargetDiskError {
    match is_gone(error) {
        true => TargetDiskError::Gone,
        false => TargetDiskError::Io {
            action,
            errno: error.raw_os_error().unwrap_or(0),
        },
    }
}

pub(crate) fn of_drive(error: DriveError) -> TargetDiskError {
    match error {
        DriveError::Gone => TargetDiskError::Gone,
        DriveError::Changed => TargetDiskError::Changed,
        DriveError::Tool { program, status } => TargetDiskError::Tool { program, status },
        DriveError::Io { action, errno } => TargetDiskError::Io { action, errno },
        // What is about keys and archives can't come of a disk without them.
        error => {
            log::warn!("{error}");
            TargetDiskError::UnknownFileSystem
        }
    }
}
