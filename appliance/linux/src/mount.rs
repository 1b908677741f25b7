//! Mounts, held by guards.

use std::path::{Path, PathBuf};

use heirloom_engine::DriveError;
use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags};

/// A mounted file system. Let go of by [`Mounted::unmount`], or as well as it can be when it is dropped.
#[derive(Debug)]
pub(crate) struct Mounted {
    place: PathBuf,
    mounted: bool,
}

/// Mounts below `/run`. Nothing on a mounted volume is ever executed or a device.
///
/// # Errors
/// [`DriveError::Io`], [`DriveError::Gone`].
pub(crate) fn mount(
    device: &Path,
    place: &Path,
    kind: &str,
    options: &str,
) -> Result<Mounted, DriveError> {
    std::fs::create_dir_all(place).map_err(|error| crate::disk::io_error("mounting", &error))?;
    let flags = MsFlags::MS_NOATIME | MsFlags::MS_NODEV | MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC;
    nix::mount::mount(Some(device), place, Some(kind), flags, Some(options)).map_err(failed)?;
    Ok(Mounted {
        place: place.to_owned(),
        mounted: true,
    })
}

/// Mounts only to read, in a way that leaves the medium as it is as far as the file system's own options allow.
///
/// # Errors
/// The kernel's.
pub(crate) fn mount_read_only(
    device: &Path,
    place: &Path,
    kind: &str,
    options: &str,
) -> nix::Result<Mounted> {
    std::fs::create_dir_all(place)
        .map_err(|error| Errno::from_raw(error.raw_os_error().unwrap_or(0)))?;
    let flags = MsFlags::MS_RDONLY
        | MsFlags::MS_NOATIME
        | MsFlags::MS_NODEV
        | MsFlags::MS_NOSUID
        | MsFlags::MS_NOEXEC;
    nix::mount::mount(Some(device), place, Some(kind), flags, Some(options))?;
    Ok(Mounted {
        place: place.to_owned(),
        mounted: true,
    })
}

impl Mounted {
    pub(crate) fn place(&self) -> &Path {
        &self.place
    }

    /// Writes all out and unmounts.
    ///
    /// # Errors
    /// [`DriveError::Io`] when it is in use.
    pub(crate) fn unmount(mut self) -> Result<(), DriveError> {
        self.mounted = false;
        nix::mount::umount2(&self.place, MntFlags::empty()).map_err(failed)
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if self.mounted {
            detach(&self.place);
        }
    }
}

/// Takes a mount out of sight, even one whose drive is gone.
pub(crate) fn detach(place: &Path) {
    match nix::mount::umount2(place, MntFlags::MNT_DETACH) {
        // Not mounted, or never made: what was asked for is so.
        Ok(()) | Err(Errno::EINVAL | Errno::ENOENT) => {}
        Err(errno) => log::warn!("{} stays mounted: {errno}", place.display()),
    }
}

fn failed(errno: Errno) -> DriveError {
    match errno {
        Errno::ENOENT | Errno::ENXIO | Errno::ENODEV => DriveError::Gone,
        errno => DriveError::Io {
            action: "mounting",
            errno: errno as i32,
        },
    }
}
