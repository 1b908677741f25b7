//! An archive drive that is only read: not through the kernel, whose file system would replay its journal and whose `cryptsetup` mends a header as soon
//! as it looks at it, but by our own reader on the partition's node, opened to be read. The kernel refuses writes to the partition meanwhile.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heirloom_engine::{DriveError, Volume};
use heirloom_reader::DriveVolume;
use heirloom_vault::Bounds;
use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
use nix::libc;

use crate::archive_drive::OpenOrder;
use crate::disk::{io_error, partition_node};
use crate::luks::{self, KeyHolder, Keys, Stock};
use crate::read_only::ReadOnly;

const READING: &str = "reading the drive";
/// How many files are read at the same time where no head has to move between them.
const AT_ONCE: usize = 4;

/// An archive drive that is open to be read, and can't be changed. Drop it in the thread that opened it.
pub struct ArchiveReading {
    // The order of the fields is the order in which they are let go of.
    volume: Arc<DriveVolume<File>>,
    /// The same open partition, to have forgotten what is remembered of it.
    file: File,
    read_only: Option<ReadOnly>,
    partition: PathBuf,
}

/// Opens an archive drive by the secret of one of its holders so that nothing on it changes: no header, no journal, no time.
///
/// # Errors
/// [`DriveError`]; nothing stays open.
pub fn open_to_read(
    order: &OpenOrder<'_>,
    holder: KeyHolder,
) -> Result<ArchiveReading, DriveError> {
    let partition = partition_node(order.disk, order.partition);
    let keys = Keys {
        cryptsetup: &Stock,
        partition: &partition,
    };
    if luks::uuid(keys)? != order.luks_uuid || is_held(&partition) {
        return Err(DriveError::Changed);
    }
    let slot = keys.holding(holder)?.valid;
    let slot = slot.and_then(|slot| u8::try_from(slot).ok());
    let slot = slot.ok_or(DriveError::NoSuchKeySlot)?;
    let read_only = mark(&partition)?;
    let file = open_file(&partition)?;
    let device = file
        .try_clone()
        .map_err(|error| io_error(READING, &error))?;
    let volume = heirloom_reader::open(
        device,
        slot,
        order.passphrase,
        &bounds(),
        at_once(order.disk),
        sign_of_life(&partition),
    )?;
    Ok(ArchiveReading {
        volume: Arc::new(volume),
        file,
        read_only: Some(read_only),
        partition,
    })
}

impl ArchiveReading {
    /// Where the archive is. Everything that would write to it is refused.
    pub fn volume(&self) -> Arc<dyn Volume> {
        self.volume.clone()
    }

    /// Lets the drive be written to for as long as `work` lasts, and looks at it anew afterwards. Nobody else may have its volume meanwhile.
    ///
    /// # Errors
    /// [`DriveError`] when it can't be read any more; what `work` gave is lost then.
    pub fn with_writing<T>(mut self, work: impl FnOnce() -> T) -> Result<(Self, T), DriveError> {
        drop(self.read_only.take());
        let outcome = work();
        self.read_only = Some(mark(&self.partition)?);
        forget_what_was_read(&self.file)?;
        let volume = self.volume.reopen_file_system().map_err(|error| {
            log::warn!("{error}");
            DriveError::NotAnArchive
        })?;
        self.volume = Arc::new(volume);
        Ok((self, outcome))
    }
}

/// What is read shall be what the drive holds, not what the system remembers of it.
fn open_file(partition: &Path) -> Result<File, DriveError> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_CLOEXEC | libc::O_NOFOLLOW)
        .open(partition)
        .map_err(|error| io_error(READING, &error))?;
    forget_what_was_read(&file)?;
    Ok(file)
}

fn forget_what_was_read(file: &File) -> Result<(), DriveError> {
    posix_fadvise(file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED)
        .map_err(|errno| io_error(READING, &errno.into()))
}

fn mark(partition: &Path) -> Result<ReadOnly, DriveError> {
    ReadOnly::set(partition.to_owned()).map_err(|errno| io_error(READING, &errno.into()))
}

/// No more memory than there is: the kernel promises what it does not have, and ends whoever takes it at its word.
fn bounds() -> Bounds {
    let most = Bounds::default();
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let available_kib = meminfo.lines().find_map(|line| {
        let value = line.strip_prefix("MemAvailable:")?.trim();
        value.strip_suffix("kB")?.trim().parse::<u32>().ok()
    });
    Bounds {
        memory_kib: available_kib.map_or(most.memory_kib, |kib| kib.min(most.memory_kib)),
        ..most
    }
}

/// Whether something in the kernel holds the partition, such as a mapping: then it may be written to.
fn is_held(partition: &Path) -> bool {
    let holders = sysfs(partition).map(|folder| folder.join("holders"));
    holders
        .and_then(|folder| std::fs::read_dir(folder).ok())
        .is_some_and(|mut entries| entries.next().is_some())
}

/// One, where the kernel says that a head has to move.
fn at_once(disk: &Path) -> usize {
    let rotational = sysfs(disk).map(|folder| folder.join("queue/rotational"));
    let is_solid = rotational
        .and_then(|path| std::fs::read_to_string(path).ok())
        .is_some_and(|said| said.trim() == "0");
    if is_solid { AT_ONCE } else { 1 }
}

/// A path that disappears when the disk is unplugged. A file that stands for a disk in a test has none.
fn sign_of_life(partition: &Path) -> Option<PathBuf> {
    sysfs(partition).filter(|sign| sign.exists())
}

fn sysfs(node: &Path) -> Option<PathBuf> {
    Some(Path::new("/sys/class/block").join(node.file_name()?))
}
