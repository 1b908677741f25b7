//! A whole disk that is about to be erased: held alone, and proven to be the one that was chosen.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use heirloom_engine::DriveError;
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use nix::libc;

use crate::ioctl;

/// udev looks into a disk for a moment after each change; then it can't be held alone.
const BUSY_PATIENCE: Duration = Duration::from_secs(20);
const BUSY_PAUSE: Duration = Duration::from_millis(200);
/// A partition appears this long after its table was read, even on a slow PC.
const NODE_PATIENCE: Duration = Duration::from_secs(30);

/// A disk opened exclusively: nothing on it is mounted or mapped.
pub(crate) struct ExclusiveDisk {
    pub(crate) file: File,
    pub(crate) path: PathBuf,
    pub(crate) size_bytes: u64,
    pub(crate) sector_bytes: u64,
}

impl ExclusiveDisk {
    /// Opens the disk and compares it with what was shown to the person.
    ///
    /// # Errors
    /// [`DriveError::Changed`] when its size or serial number is another, or it stays in use.
    pub(crate) fn open(
        path: &Path,
        size_bytes: u64,
        serial: Option<&str>,
    ) -> Result<Self, DriveError> {
        let file = open_patiently(path)?;
        let io = |errno: Errno| DriveError::Io {
            action: "looking at the drive",
            errno: errno as i32,
        };
        let actual_bytes = ioctl::size_bytes(&file).map_err(io)?;
        if actual_bytes != size_bytes || ioctl::is_read_only(&file).map_err(io)? {
            return Err(DriveError::Changed);
        }
        if !second_opinion_agrees(path, size_bytes, serial) {
            return Err(DriveError::Changed);
        }
        let sector_bytes = ioctl::sector_bytes(&file).map_err(io)?;
        Ok(Self {
            file,
            path: path.to_owned(),
            size_bytes,
            sector_bytes,
        })
    }

    /// Writes zeros, so that no signature of what was there before is found again.
    pub(crate) fn wipe(&mut self, offset: u64, length: u64) -> Result<(), DriveError> {
        static ZEROS: [u8; 65_536] = [0; 65_536];
        let mut wipe = || {
            self.file.seek(SeekFrom::Start(offset))?;
            let mut left = length;
            while left > 0 {
                // At most 65,536, so it fits.
                let piece = left.min(ZEROS.len() as u64) as usize;
                self.file.write_all(&ZEROS[..piece])?;
                left -= piece as u64;
            }
            Ok(())
        };
        wipe().map_err(|error: std::io::Error| io_error("erasing the drive", &error))
    }

    /// Syncs, and has the kernel take over the partition table.
    pub(crate) fn reread_partitions(&self) -> Result<(), DriveError> {
        self.file
            .sync_all()
            .map_err(|error| io_error("writing the partition table", &error))?;
        let give_up = Instant::now() + BUSY_PATIENCE;
        loop {
            match ioctl::reread_partitions(&self.file) {
                Ok(()) => return Ok(()),
                Err(Errno::EBUSY) if Instant::now() < give_up => std::thread::sleep(BUSY_PAUSE),
                Err(errno) => {
                    return Err(DriveError::Io {
                        action: "reading the partition table",
                        errno: errno as i32,
                    });
                }
            }
        }
    }
}

fn open_patiently(path: &Path) -> Result<File, DriveError> {
    let give_up = Instant::now() + BUSY_PATIENCE;
    loop {
        match OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(libc::O_EXCL | libc::O_CLOEXEC)
            .open(path)
        {
            Ok(file) => return Ok(file),
            Err(error) if error.raw_os_error() == Some(libc::EBUSY) => {
                if Instant::now() >= give_up {
                    return Err(DriveError::Changed);
                }
                std::thread::sleep(BUSY_PAUSE);
            }
            Err(error) if is_gone(&error) => return Err(DriveError::Gone),
            Err(error) => return Err(io_error("opening the drive", &error)),
        }
    }
}

/// Keeps udev from looking into a disk, and from reading its partition table again, for as long as it lives: the nodes of its partitions
/// would vanish for a moment under the programs that work on them. (systemd's "Locking Block Device Access".)
pub(crate) struct UdevKeptOut {
    _lock: Flock<File>,
}

impl UdevKeptOut {
    /// Waits until udev has done with the disk, and keeps it out from then on.
    ///
    /// # Errors
    /// [`DriveError::Gone`], [`DriveError::Io`].
    pub(crate) fn of(path: &Path) -> Result<Self, DriveError> {
        let disk = File::open(path).map_err(|error| io_error("opening the drive", &error))?;
        let lock =
            Flock::lock(disk, FlockArg::LockExclusive).map_err(|(_, errno)| DriveError::Io {
                action: "locking the drive",
                errno: errno as i32,
            })?;
        Ok(Self { _lock: lock })
    }
}

/// What another library reads of the disk, by its own way through sysfs: nothing is erased on the word of one reader.
fn second_opinion_agrees(path: &Path, size_bytes: u64, serial: Option<&str>) -> bool {
    match block_utils::get_device_info(path) {
        Ok(device) => {
            let same_serial = match (device.serial_number.as_deref(), serial) {
                // One reader takes udev's long form, which contains the short one.
                (Some(theirs), Some(ours)) => theirs.contains(ours) || ours.contains(theirs),
                _ => true,
            };
            log::info!(
                "{}: {:?}, {} bytes",
                path.display(),
                device.media_type,
                device.capacity
            );
            device.capacity == size_bytes && same_serial
        }
        Err(error) => {
            log::warn!("{}: {error}", path.display());
            false
        }
    }
}

/// Waits until a device node is there.
pub(crate) fn wait_for_node(path: &Path) -> Result<(), DriveError> {
    let give_up = Instant::now() + NODE_PATIENCE;
    while !path.exists() {
        if Instant::now() >= give_up {
            return Err(DriveError::Gone);
        }
        std::thread::sleep(BUSY_PAUSE);
    }
    Ok(())
}

/// The node of a partition: `/dev/sdb2`, `/dev/nvme0n1p2`.
pub(crate) fn partition_node(disk: &Path, number: u32) -> PathBuf {
    let disk = disk.display().to_string();
    let separator = if disk.ends_with(|last: char| last.is_ascii_digit()) {
        "p"
    } else {
        ""
    };
    PathBuf::from(format!("{disk}{separator}{number}"))
}

pub(crate) fn is_gone(error: &std::io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::ENOENT | libc::ENXIO | libc::ENODEV | libc::ENOMEDIUM)
    )
}

pub(crate) fn io_error(action: &'static str, error: &std::io::Error) -> DriveError {
    if is_gone(error) {
        DriveError::Gone
    } else {
        DriveError::Io {
            action,
            errno: error.raw_os_error().unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_named_as_the_kernel_does() {
        let table = [
            ("/dev/sdb", "/dev/sdb2"),
            ("/dev/nvme0n1", "/dev/nvme0n1p2"),
            ("/dev/mmcblk0", "/dev/mmcblk0p2"),
        ];
        for (disk, partition) in table {
            assert_eq!(partition_node(Path::new(disk), 2), Path::new(partition));
        }
    }
}
