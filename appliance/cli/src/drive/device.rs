//! A device or an image, opened read-only, and where on it the archive is.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use heirloom_engine::ARCHIVE_PARTITION_NAME;
use heirloom_vault::{Header, HeaderError, Plain, PlainError, ReadAt, Span, ext4_size_bytes};
use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
use nix::libc;
use nix::sys::stat::{major, minor};

use super::table::{Partition, partitions};
use crate::trouble::DriveTrouble;

/// The archive's partition, or the whole of what is no disk with partitions.
pub(super) type Device = Span<File>;

/// The number of the archive's partition, where no name says which one it is.
const ARCHIVE_PARTITION_NUMBER: u32 = 2;
/// How many files are read at the same time where no head has to move between them.
const AT_ONCE: usize = 4;
/// Where FAT32 has its volume's name, and what the boot partition's is.
const FAT_NAME_AT_BYTES: u64 = 71;
const BOOT_PARTITION_FAT_NAME: &[u8; 11] = b"HEIRLOOM   ";

/// Opens it, and says how many files are best read at the same time.
pub(super) fn open(from: &Path) -> Result<(Device, usize), DriveTrouble> {
    let unreadable = |error| DriveTrouble::Unreadable {
        place: from.to_owned(),
        error,
    };
    let file = open_file(from)?;
    let facts = file.metadata().map_err(unreadable)?;
    if facts.is_dir() {
        return Err(DriveTrouble::Folder(from.to_owned()));
    }
    if !facts.is_file() && !facts.file_type().is_block_device() {
        return Err(DriveTrouble::NoDevice(from.to_owned()));
    }
    let at_once = if is_solid(&facts) { AT_ONCE } else { 1 };
    forget_what_was_read(&file, from);
    let whole_bytes = file.size_bytes().map_err(unreadable)?;
    let (start_bytes, size_bytes) = match partitions(&file, whole_bytes) {
        Some(all) => archive_partition(&file, &all)
            .ok_or_else(|| DriveTrouble::NoArchivePartition(from.to_owned()))?,
        None => (0, whole_bytes),
    };
    let needed_bytes = start_bytes.saturating_add(size_bytes);
    let device = Span::new(file, start_bytes, size_bytes).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => truncated(from, whole_bytes, needed_bytes, &facts),
        _ => unreadable(error),
    })?;
    Ok((device, at_once))
}

fn truncated(from: &Path, size_bytes: u64, needed_bytes: u64, facts: &Metadata) -> DriveTrouble {
    DriveTrouble::Truncated {
        place: from.to_owned(),
        is_image: facts.is_file(),
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
    let file = open_file(from)?;
    let size_bytes = file.size_bytes().map_err(unreadable)?;
    let facts = file.metadata().map_err(unreadable)?;
    let needed_bytes = size_bytes.saturating_add(missing_bytes);
    Err(truncated(from, size_bytes, needed_bytes, &facts))
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

/// Does not wait for whoever writes to a pipe; that it is one is told by its kind.
fn open_file(from: &Path) -> Result<File, DriveTrouble> {
    let place = || from.to_owned();
    OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(from)
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => DriveTrouble::Missing(place()),
            ErrorKind::PermissionDenied => DriveTrouble::Denied(place()),
            _ => DriveTrouble::Unreadable {
                place: place(),
                error,
            },
        })
}

/// By its name, which the appliance gives it; or else the second one, if it is encrypted.
fn archive_partition(file: &File, all: &[Partition]) -> Option<(u64, u64)> {
    let named = all.iter().find(|it| it.name == ARCHIVE_PARTITION_NAME);
    let found = named.or_else(|| {
        all.iter()
            .filter(|it| it.number == ARCHIVE_PARTITION_NUMBER)
            .find(|it| is_luks(file, it).unwrap_or(false))
    })?;
    Some((found.start_bytes, found.size_bytes))
}

fn is_luks(file: &File, partition: &Partition) -> io::Result<bool> {
    let span = Span::new(file, partition.start_bytes, partition.size_bytes)?;
    Ok(!matches!(Header::read(&span), Err(HeaderError::NotLuks)))
}

/// What is read shall be what the drive holds, not what the system remembers of it. A hint: it harms nothing where it is not followed.
fn forget_what_was_read(file: &File, from: &Path) {
    if let Err(errno) = posix_fadvise(file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED) {
        log::debug!("{}: {errno}", from.display());
    }
}

/// Whether the kernel says that no head has to move, of the device or of what the image is on.
fn is_solid(facts: &Metadata) -> bool {
    let number = if facts.file_type().is_block_device() {
        facts.rdev()
    } else {
        facts.dev()
    };
    let device = PathBuf::from(format!(
        "/sys/dev/block/{}:{}",
        major(number),
        minor(number)
    ));
    // A partition has no queue of its own; its disk is the folder above.
    ["queue", "../queue"].iter().any(|queue| {
        let rotational = device.join(queue).join("rotational");
        fs::read_to_string(rotational).is_ok_and(|said| said.trim() == "0")
    })
}
