//! The ioctls that no library wraps. Each takes an open file, and a pointer to one integer of the size that the kernel writes or reads.

use std::fs::File;
use std::os::fd::{AsRawFd, BorrowedFd};

use nix::libc;

mod raw {
    use nix::libc::{self, c_int};

    // linux/fs.h
    nix::ioctl_none!(blkrrpart, 0x12, 95);
    nix::ioctl_read!(blkgetsize64, 0x12, 114, u64);
    nix::ioctl_read_bad!(blksszget, nix::request_code_none!(0x12, 104), c_int);
    nix::ioctl_write_ptr_bad!(blkroset, nix::request_code_none!(0x12, 93), c_int);
    nix::ioctl_read_bad!(blkroget, nix::request_code_none!(0x12, 94), c_int);
    // linux/loop.h
    nix::ioctl_none_bad!(loop_ctl_get_free, 0x4c82);
    nix::ioctl_write_ptr_bad!(loop_configure, 0x4c0a, super::LoopConfig);
    // linux/lp.h, which usblp shares
    nix::ioctl_read_bad!(lpgetstatus, 0x060b, c_int);
    // linux/sockios.h
    nix::ioctl_write_ptr_bad!(siocsifflags, libc::SIOCSIFFLAGS, libc::ifreq);
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

/// Has the kernel refuse all writes to a block device, or no longer refuse them by this (`BLKROSET`).
pub(crate) fn set_read_only(disk: &File, read_only: bool) -> nix::Result<()> {
    let read_only = libc::c_int::from(read_only);
    // SAFETY: the kernel reads one int, from a live local.
    unsafe { raw::blkroset(disk.as_raw_fd(), &read_only) }.map(drop)
}

/// `struct loop_config` (linux/loop.h), with what is in its `struct loop_info64`.
#[repr(C)]
pub(crate) struct LoopConfig {
    descriptor: u32,
    block_bytes: u32,
    /// Numbers of the device and the file, place and length: zeros stand for all of the file.
    places: [u64; 5],
    number_and_encryption: [u32; 3],
    flags: u32,
    names_and_key: [u8; 160],
    rest: [u64; 10],
}

/// The number of a loop device that is not in use (`LOOP_CTL_GET_FREE`).
pub(crate) fn free_loop_device(control: &File) -> nix::Result<u32> {
    // SAFETY: the descriptor is open for as long as `control` is borrowed; the request takes no argument.
    let number = unsafe { raw::loop_ctl_get_free(control.as_raw_fd()) }?;
    u32::try_from(number).map_err(|_| nix::errno::Errno::EINVAL)
}

/// Lays a loop device over a block device, only to be read, until the last who uses it lets go (`LOOP_CONFIGURE`). It reads past the page
/// cache of the device below, whose pages are longer than a sector: a bad sector would take its sound neighbours with it.
pub(crate) fn configure_read_only_loop(
    device: &File,
    below: &File,
    block_bytes: u32,
) -> nix::Result<()> {
    const READ_ONLY: u32 = 1;
    const AUTOCLEAR: u32 = 4;
    const DIRECT_IO: u32 = 16;
    let config = LoopConfig {
        descriptor: u32::try_from(below.as_raw_fd()).map_err(|_| nix::errno::Errno::EBADF)?,
        block_bytes,
        places: [0; 5],
        number_and_encryption: [0; 3],
        flags: READ_ONLY | AUTOCLEAR | DIRECT_IO,
        names_and_key: [0; 160],
        rest: [0; 10],
    };
    // SAFETY: the kernel reads one struct of its own layout, from a live local; both descriptors are open for as long as they are borrowed.
    unsafe { raw::loop_configure(device.as_raw_fd(), &config) }.map(drop)
}

// As the kernel lays it out.
const _: () = assert!(size_of::<LoopConfig>() == 304);

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

/// The status of a printer's port (`LPGETSTATUS`), as its bits on the parallel port.
pub(crate) fn printer_status(printer: &File) -> nix::Result<i32> {
    let mut status: libc::c_int = 0;
    // SAFETY: the kernel writes one int, to a live local.
    unsafe { raw::lpgetstatus(printer.as_raw_fd(), &mut status) }?;
    Ok(status)
}

/// Brings up the loopback of the network that the socket is in (`SIOCSIFFLAGS`).
pub(crate) fn loopback_up(socket: BorrowedFd<'_>) -> nix::Result<()> {
    let mut name = [0; libc::IFNAMSIZ];
    for (to, from) in name.iter_mut().zip(*b"lo") {
        // ASCII is the same, signed or not.
        *to = from as libc::c_char;
    }
    let flags = libc::IFF_UP as libc::c_short;
    let request = libc::ifreq {
        ifr_name: name,
        ifr_ifru: libc::__c_anonymous_ifr_ifru { ifru_flags: flags },
    };
    // SAFETY: the kernel reads one ifreq, from a live local; of its union, the flags, which are set.
    unsafe { raw::siocsifflags(socket.as_raw_fd(), &request) }.map(drop)
}
