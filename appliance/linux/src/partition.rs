//! The partition table of an archive drive (UEFI 2.10, chapter 5.3): two partitions, aligned to 1 MiB.

use std::io::{Seek, SeekFrom};

use gptman::{GPT, GPTPartitionEntry};
use heirloom_engine::{
    ARCHIVE_PARTITION_NAME, BOOT_PARTITION_NAME, DriveError, STICK_PARTITION_NAME,
};

use crate::disk::ExclusiveDisk;

const MIB: u64 = 1024 * 1024;
/// Room for the boot chain and two images of 100 MB, one being renewed while the other still boots.
const BOOT_PARTITION_BYTES: u64 = 512 * MIB;
/// The name until the set-up is through: what is interrupted is a plain disk, never half an archive.
const UNFINISHED_NAME: &str = "heirloom-setup";

/// EFI system partition, C12A7328-F81F-11D2-BA4B-00A0C93EC93B, in the byte order of the disk.
const ESP_TYPE: [u8; 16] = [
    0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b,
];
/// Linux dm-crypt with LUKS, CA7D7CCB-63ED-4C53-861C-1742536059CC (Discoverable Partitions Specification).
const LUKS_TYPE: [u8; 16] = [
    0xcb, 0x7c, 0x7d, 0xca, 0xed, 0x63, 0x53, 0x4c, 0x86, 0x1c, 0x17, 0x42, 0x53, 0x60, 0x59, 0xcc,
];

/// Number of the open partition.
pub(crate) const BOOT_PARTITION: u32 = 1;
/// Number of the encrypted partition.
pub(crate) const ARCHIVE_PARTITION: u32 = 2;

/// Replaces whatever partition table there is.
///
/// # Errors
/// [`DriveError::Io`], [`DriveError::Gone`].
pub(crate) fn write_table(disk: &mut ExclusiveDisk) -> Result<(), DriveError> {
    // Both ends hold tables, and the beginning file systems without one.
    disk.wipe(0, MIB)?;
    disk.wipe(disk.size_bytes - MIB, MIB)?;
    let sectors_in_mib = MIB / disk.sector_bytes;
    let boot_first = sectors_in_mib;
    let archive_first = boot_first + BOOT_PARTITION_BYTES / disk.sector_bytes;
    let mut table =
        GPT::new_from(&mut disk.file, disk.sector_bytes, random_guid()?).map_err(failed)?;
    // The end is rounded down to 1 MiB, so that the length is a multiple of 4 KiB, and the drive fits a slightly smaller twin.
    let archive_end = (table.header.last_usable_lba + 1) / sectors_in_mib * sectors_in_mib;
    table[BOOT_PARTITION] = entry(ESP_TYPE, boot_first, archive_first - 1, BOOT_PARTITION_NAME)?;
    table[ARCHIVE_PARTITION] = entry(LUKS_TYPE, archive_first, archive_end - 1, UNFINISHED_NAME)?;
    disk.file
        .seek(SeekFrom::Start(0))
        .map_err(|error| crate::disk::io_error("writing the partition table", &error))?;
    GPT::write_protective_mbr_into(&mut disk.file, disk.sector_bytes).map_err(failed)?;
    table.write_into(&mut disk.file).map_err(failed)?;
    for first in [boot_first, archive_first] {
        disk.wipe(first * disk.sector_bytes, MIB)?;
    }
    disk.reread_partitions()
}

/// Gives the encrypted partition its final name: from now on this is an archive drive.
///
/// # Errors
/// [`DriveError::Io`], [`DriveError::Gone`].
pub(crate) fn declare_finished(disk: &mut ExclusiveDisk) -> Result<(), DriveError> {
    let mut table = GPT::read_from(&mut disk.file, disk.sector_bytes).map_err(failed)?;
    table[ARCHIVE_PARTITION].partition_name = ARCHIVE_PARTITION_NAME.into();
    table.write_into(&mut disk.file).map_err(failed)?;
    disk.reread_partitions()
}

/// Refuses a disk that bears the name of a boot stick or of an archive, whatever was known of it before.
///
/// # Errors
/// [`DriveError::Changed`], [`DriveError::Gone`], [`DriveError::Io`].
pub(crate) fn refuse_precious(disk: &mut ExclusiveDisk) -> Result<(), DriveError> {
    let table = match GPT::find_from(&mut disk.file) {
        Ok(table) => table,
        Err(gptman::Error::Io(error)) => {
            return Err(crate::disk::io_error("reading the partition table", &error));
        }
        // No GPT, or a broken one: neither a stick nor a finished archive.
        Err(_) => return Ok(()),
    };
    let precious = [STICK_PARTITION_NAME, ARCHIVE_PARTITION_NAME];
    let mut names = table
        .iter()
        .filter(|(_, entry)| entry.is_used())
        .map(|(_, entry)| entry.partition_name.as_str());
    if names.any(|name| precious.contains(&name)) {
        Err(DriveError::Changed)
    } else {
        Ok(())
    }
}

pub(crate) fn entry(
    kind: [u8; 16],
    first: u64,
    last: u64,
    name: &str,
) -> Result<GPTPartitionEntry, DriveError> {
    Ok(GPTPartitionEntry {
        partition_type_guid: kind,
        unique_partition_guid: random_guid()?,
        starting_lba: first,
        ending_lba: last,
        attribute_bits: 0,
        partition_name: name.into(),
    })
}

/// A version 4 GUID (RFC 9562, section 5.4), in the byte order of the disk.
pub(crate) fn random_guid() -> Result<[u8; 16], DriveError> {
    let mut guid = [0; 16];
    getrandom::fill(&mut guid).map_err(|_| DriveError::Io {
        action: "drawing random numbers",
        errno: 0,
    })?;
    guid[7] = guid[7] & 0x0f | 0x40;
    guid[8] = guid[8] & 0x3f | 0x80;
    Ok(guid)
}

pub(crate) fn failed(error: gptman::Error) -> DriveError {
    log::warn!("partition table: {error}");
    match error {
        gptman::Error::Io(error) => crate::disk::io_error("writing the partition table", &error),
        _ => DriveError::Io {
            action: "writing the partition table",
            errno: 0,
        },
    }
}
