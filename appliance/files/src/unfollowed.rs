//! Opens files and folders of a source: only to read, following no link, leaving no trace where the system lets us.

use std::ffi::CStr;
use std::os::fd::{AsFd, OwnedFd};

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::sys::stat::Mode;

/// Opens a folder in `parent`; `ENOTDIR` or `ELOOP` when it is none.
pub(crate) fn open_folder(parent: impl AsFd, name: &CStr) -> nix::Result<Dir> {
    open(parent, name, OFlag::O_DIRECTORY).and_then(Dir::from_fd)
}

/// Opens a folder in `parent` only to find files in it.
pub(crate) fn find_folder(parent: impl AsFd, name: &CStr) -> nix::Result<OwnedFd> {
    let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    openat(parent, name, flags, Mode::empty())
}

/// Opens what should be a regular file; the caller looks whether it is. Without waiting: a pipe that took its place may have no other end.
pub(crate) fn open_file(parent: impl AsFd, name: &CStr) -> nix::Result<OwnedFd> {
    open(parent, name, OFlag::O_NONBLOCK | OFlag::O_NOCTTY)
}

fn open(parent: impl AsFd, name: &CStr, how: OFlag) -> nix::Result<OwnedFd> {
    let flags = how | OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let parent = parent.as_fd();
    match openat(parent, name, flags | OFlag::O_NOATIME, Mode::empty()) {
        // The time of reading may be left alone only in files of one's own.
        Err(Errno::EPERM) => openat(parent, name, flags, Mode::empty()),
        outcome => outcome,
    }
}
