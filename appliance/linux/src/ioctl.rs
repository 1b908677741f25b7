//! The ioctls that no library wraps. Each takes an open file, and a pointer to one integer of the size that the kernel writes or reads.

use std::fs::File;
use std::os::fd::AsRawFd;

use nix::libc;

mod raw {
    use nix::libc::{self, c_int};

    // linux/fs.h
    nix::ioctl_none!(blkrrpart, 0x12, 95);
    nix::ioctl_read!(blkgetsize64, 0x12, 114, u64);
    nix::ioctl_read_bad!(blksszget, nix::request_code_none!(0x12, 104), c_int);
    nix::ioctl_read_bad!(blkroget, nix::request_code_none!(0x12, 94), c_int);
    // asm-generic/ioctls.h
    nix::ioctl_read_bad!(tiocgwinsz, libc::TIOCGWINSZ, libc::winsize);
}

/// Has the kernel read a disk's partition table again (`BLKRRPART`).
pub(crate) fn reread_partitions(disk: &File) -> nix::Result<()> {
    // SAFETY: the descriptor is open for as long as `disk` is borrowed; the request takes no argument.
    unsafe { raw::blkrrpart(disk.as_raw_fd()) }.map(drop)
}

/// The length of a block device, in bytes (`BLKGETSIZE64`).
pub(crate) fn size_bytes(disk: &File) -> nix::Result<u64> {
    let mut bytes = 0_u64;
    // SAFETY: the kernel writes one u64, to a live local.
    unsafe { raw::blkgetsize64(disk.as_raw_fd(), &mut bytes) }?;
    Ok(bytes)
}

/// The logical sector size, in bytes (`BLKSSZGET`).
pub(crate) fn sector_bytes(disk: &File) -> nix::Result<u64> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: the kernel writes one int, to a live local.
    unsafe { raw::blksszget(disk.as_raw_fd(), &mut bytes) }?;
    u64::try_from(bytes).map_err(|_| nix::errno::Errno::EINVAL)
}

/// Whether a block device can't be written (`BLKROGET`).
pub(crate) fn is_read_only(disk: &File) -> nix::Result<bool> {
    let mut read_only: libc::c_int = 0;
    // SAFETY: the kernel writes one int, to a live local.
    unsafe { raw::blkroget(disk.as_raw_fd(), &mut read_only) }?;
    Ok(read_only != 0)
}

/// Columns and rows of a terminal (`TIOCGWINSZ`); zeros when it does not know.
pub(crate) fn window_size(terminal: &File) -> nix::Result<(u16, u16)> {
    let mut size = libc::winsize {
        ws_row: 0,
        ws_col: 0,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: the kernel writes one winsize, to a live local.
    unsafe { raw::tiocgwinsz(terminal.as_raw_fd(), &mut size) }?;
    Ok((size.ws_col, size.ws_row))
}
