//! A device or an image, opened read-only, and where on it the archive is.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(windows, test))]
mod sectors;
#[cfg(windows)]
mod windows;

use std::io::{self, ErrorKind};
use std::path::Path;

use heirloom_engine::ARCHIVE_PARTITION_NAME;
use heirloom_vault::{Header, HeaderError, Plain, PlainError, ReadAt, Span, ext4_size_bytes};

#[cfg(target_os = "linux")]
use self::linux::{Medium, open_medium};
#[cfg(windows)]
use self::windows::{Medium, open_medium};
use super::table::{Partition, partitions};
use crate::trouble::DriveTrouble;

/// The archive's partition, or the whole of what is no disk with partitions.
pub(super) type Device = Span<Medium>;

/// What was named, open to be read.
struct Opened {
    medium: Medium,
    /// Whether it is a file, and no device.
    is_image: bool,
    /// How many files are best read at the same time.
    at_once: usize,
}

/// The number of the archive's partition, where no name says which one it is.
const ARCHIVE_PARTITION_NUMBER: u32 = 2;
/// Where FAT32 has its volume's name, and what the boot partition's is.
const FAT_NAME_AT_BYTES: u64 = 71;
const BOOT_PARTITION_FAT_NAME: &[u8; 11] = b"HEIRLOOM   ";

/// Opens it, and says how many files are best read at the same time.
pub(super) fn open(from: &Path) -> Result<(Device, usize), DriveTrouble> {
    let unreadable = |error| DriveTrouble::Unreadable {
        place: from.to_owned(),
        error,
    };
    let Opened {
        medium,
        is_image,
        at_once,
    } = open_medium(from)?;
    let whole_bytes = medium.size_bytes().map_err(unreadable)?;
    let (start_bytes, size_bytes) = match partitions(&medium, whole_bytes) {
        Some(all) => archive_partition(&medium, &all)
            .ok_or_else(|| DriveTrouble::NoArchivePartition(from.to_owned()))?,
        None => (0, whole_bytes),
    };
    let needed_bytes = start_bytes.saturating_add(size_bytes);
    let device =
        Span::new(medium, start_bytes, size_bytes).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => truncated(from, whole_bytes, needed_bytes, is_image),
            _ => unreadable(error),
        })?;
    Ok((device, at_once))
}

fn truncated(from: &Path, size_bytes: u64, needed_bytes: u64, is_image: bool) -> DriveTrouble {
    DriveTrouble::Truncated {
        place: from.to_owned(),
        is_image,
        size_bytes,
        needed_bytes,
    }
}

/// An image of the archive's partition alone says nowhere how long it must be; the file system in it does.
pub(super) fn refuse_truncated(from: &Path, plain: &Plain<Device>) -> Result<(), DriveTrouble> {
    let unreadable = |error| DriveTrouble::Unreadable {
        place: from.to_owned(),
        error,
    };
    if plain.size_bytes() == 0 {
        return Err(DriveTrouble::Data {
            place: from.to_owned(),
            error: PlainError::TooShort,
        });
    }
    let Some(needed_bytes) = ext4_size_bytes(plain).map_err(unreadable)? else {
        // What is there instead is told by whoever opens it.
        return Ok(());
    };
    let missing_bytes = needed_bytes.saturating_sub(plain.size_bytes());
    if missing_bytes == 0 {
        return Ok(());
    }
    let opened = open_medium(from)?;
    let size_bytes = opened.medium.size_bytes().map_err(unreadable)?;
    let needed_bytes = size_bytes.saturating_add(missing_bytes);
    Err(truncated(from, size_bytes, needed_bytes, opened.is_image))
}

/// What it means that there is no header.
pub(super) fn of_header(device: &Device, from: &Path, error: HeaderError) -> DriveTrouble {
    let place = from.to_owned();
    let mut name = [0; BOOT_PARTITION_FAT_NAME.len()];
    match error {
        HeaderError::NotLuks => match device.read_at(FAT_NAME_AT_BYTES, &mut name) {
            Ok(()) if name == *BOOT_PARTITION_FAT_NAME => DriveTrouble::BootPartition(place),
            _ => DriveTrouble::NotLuks(place),
        },
        error => DriveTrouble::Header { place, error },
    }
}

fn of_opening(from: &Path, error: io::Error) -> DriveTrouble {
    let place = from.to_owned();
    match error.kind() {
        ErrorKind::NotFound => DriveTrouble::Missing(place),
        ErrorKind::PermissionDenied => DriveTrouble::Denied(place),
        _ => DriveTrouble::Unreadable { place, error },
    }
}

/// By its name, which the appliance gives it; or else the second one, if it is encrypted.
fn archive_partition(medium: &Medium, all: &[Partition]) -> Option<(u64, u64)> {
    let named = all.iter().find(|it| it.name == ARCHIVE_PARTITION_NAME);
    let found = named.or_else(|| {
        all.iter()
            .filter(|it| it.number == ARCHIVE_PARTITION_NUMBER)
            .find(|it| is_luks(medium, it).unwrap_or(false))
    })?;
    Some((found.start_bytes, found.size_bytes))
}

fn is_luks(medium: &Medium, partition: &Partition) -> io::Result<bool> {
    let span = Span::new(medium, partition.start_bytes, partition.size_bytes)?;
    Ok(!matches!(Header::read(&span), Err(HeaderError::NotLuks)))
}
