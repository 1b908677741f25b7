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
    mount_to_write(device, place, kind, options).map_err(failed)
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
    mount_with(device, place, kind, options, MsFlags::MS_RDONLY)
}

/// Mounts to read and write; the same as [`mount`] with what the kernel says.
///
/// # Errors
/// The kernel's.
pub(crate) fn mount_to_write(
    device: &Path,
    place: &Path,
    kind: &str,
    options: &str,
) -> nix::Result<Mounted> {
    mount_with(device, place, kind, options, MsFlags::empty())
}

fn mount_with(
    device: &Path,
    place: &Path,
    kind: &str,
    options: &str,
    more: MsFlags,
) -> nix::Result<Mounted> {
    std::fs::create_dir_all(place)
        .map_err(|error| Errno::from_raw(error.raw_os_error().unwrap_or(0)))?;
    let safe = MsFlags::MS_NOATIME | MsFlags::MS_NODEV | MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC;
    nix::mount::mount(Some(device), place, Some(kind), safe | more, Some(options))?;
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

/// Whether anything is mounted in a folder or below it. Its path must be plain: the kernel writes others with escapes.
pub(crate) fn is_anything_mounted_below(folder: &Path) -> bool {
    match std::fs::read_to_string("/proc/self/mounts") {
        Ok(mounts) => mounts
            .lines()
            .filter_map(|line| line.split(' ').nth(1))
            .any(|place| Path::new(place).starts_with(folder)),
        Err(error) => {
            // Whoever asks leaves alone what is in use.
            log::warn!("/proc/self/mounts: {error}");
            true
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
