//! How to tell a drive that was pulled from one that can't read a sector: both are an I/O error.

use std::path::{Path, PathBuf};

use nix::libc::dev_t;
use nix::sys::stat::{major, minor, stat};

/// A path in sysfs that is there as long as the drive below a file system is. File systems without one drive have none.
#[derive(Clone, Debug, Default)]
pub(crate) struct SignOfLife(Option<PathBuf>);

impl SignOfLife {
    pub(crate) fn new(path: Option<PathBuf>) -> Self {
        Self(path)
    }

    /// Of the drive that a folder is on. Best asked before anything can have been pulled.
    pub(crate) fn of_folder(folder: &Path) -> Self {
        // What can't be asked now has no sign; its errors are then told as they come.
        Self(stat(folder).ok().map(|found| block_device(found.st_dev))).present()
    }

    /// Of the drive with this number.
    pub(crate) fn of_device(device: dev_t) -> Self {
        Self(Some(block_device(device))).present()
    }

    /// Whether there was a sign, and is none any more.
    pub(crate) fn is_gone(&self) -> bool {
        self.0.as_ref().is_some_and(|sign| !sign.exists())
    }

    fn present(self) -> Self {
        Self(self.0.filter(|sign| sign.exists()))
    }
}

/// Where the kernel describes a block device.
pub(crate) fn block_device(device: dev_t) -> PathBuf {
    PathBuf::from(format!(
        "/sys/dev/block/{}:{}",
        major(device),
        minor(device)
    ))
}
