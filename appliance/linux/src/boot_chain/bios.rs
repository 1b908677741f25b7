//! GRUB for legacy BIOS on an archive drive: 440 bytes of code in the first sector, which load the core image from behind the partition table.
//! Both know their places already; the image's builder set them.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::disk::UdevKeptOut;
use crate::ioctl;

/// A BIOS reads sectors of this length only.
const SECTOR_BYTES: u64 = 512;
/// The code area of a master boot record; the disk's signature and the partition table follow.
const BOOT_CODE_BYTES: usize = 440;
/// The protective entry's mark, without which some BIOSes don't start a disk. UEFI ignores it (UEFI 2.10, section 5.2.3).
const MARK_AT: u64 = 446;
const MARK: u8 = 0x80;
/// Where the core image lies, and where its room ends: the first partition begins there.
const CORE_AT: u64 = 64 * SECTOR_BYTES;
const CORE_END: u64 = 1 << 20;

/// Writes both, unless they are there already; whether it did.
///
/// # Errors
/// The system's; [`io::ErrorKind::Unsupported`] for a disk with other sectors, or where they are not what they must be.
pub(super) fn install(disk: &Path, boot: &[u8], core: &[u8]) -> io::Result<bool> {
    let fits = boot.len() == BOOT_CODE_BYTES
        && !core.is_empty()
        && CORE_AT + core.len() as u64 <= CORE_END;
    let file = File::open(disk)?;
    if !fits || ioctl::sector_bytes(&file)? != SECTOR_BYTES {
        return Err(io::ErrorKind::Unsupported.into());
    }
    if is_there(&file, boot, core)? {
        return Ok(false);
    }
    let _udev_kept_out = UdevKeptOut::of(disk).map_err(io::Error::other)?;
    let file = OpenOptions::new().read(true).write(true).open(disk)?;
    // The core first: the code of before starts what is there, or nothing was there.
    file.write_all_at(core, CORE_AT)?;
    file.sync_all()?;
    file.write_all_at(boot, 0)?;
    file.write_all_at(&[MARK], MARK_AT)?;
    file.sync_all()?;
    if is_there(&file, boot, core)? {
        Ok(true)
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}

fn is_there(disk: &File, boot: &[u8], core: &[u8]) -> io::Result<bool> {
    let mut found = vec![0; core.len()];
    disk.read_exact_at(&mut found, CORE_AT)?;
    let mut first = [0; MARK_AT as usize + 1];
    disk.read_exact_at(&mut first, 0)?;
    Ok(found == core && first.starts_with(boot) && first.ends_with(&[MARK]))
}
