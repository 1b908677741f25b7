//! A disk that is restored to, from end to end: proven to be the one that was chosen, used as it is or erased, mounted, let go of.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use heirloom_engine::{
    Content, DeviceFacts, DeviceForm, DiskFacts, FileSystem, Target, TargetDisk, TargetDiskError,
    TargetError, TargetUse, Unfit, fit_for_archive,
};
use heirloom_files::FolderTarget;
use nix::sys::statvfs::{FsFlags, statvfs};

use crate::archive_drive::ask_for_flushes;
use crate::disk::{UdevKeptOut, partition_node};
use crate::mount::{self, Mounted};
use crate::target_mount::{io, of_drive};
use crate::{disk_source, ioctl, read_only, target_format, target_mount};

const LOOKING: &str = "looking at the disk";
const CLOSING: &str = "closing the disk";

/// Which disk is to be restored to.
pub struct TargetOrder<'a> {
    /// As it was shown, and as it still has to be.
    pub facts: &'a DeviceFacts,
    /// Its node.
    pub node: &'a Path,
    /// What is done with it.
    pub how: TargetUse,
    /// The folder at its top that everything goes into; a name that every file system takes.
    pub folder: &'a str,
}

/// A disk that is mounted to be restored to. Let go of by [`RestoreDisk::close`], or as well as it can be when it is dropped.
pub struct RestoreDisk {
    target: FolderTarget,
    mounted: Mounted,
    facts: DeviceFacts,
    node: PathBuf,
    folder: String,
    /// Not there before: taken away again if nothing came into it.
    is_new_folder: bool,
}

/// Makes a disk ready to be restored to.
///
/// # Errors
/// [`TargetDiskError`]; nothing stays mounted. Unless it is to be erased, nothing on the disk has changed, but for an ext4 whose journal was replayed.
pub fn prepare_target(order: &TargetOrder<'_>) -> Result<RestoreDisk, TargetDiskError> {
    let disk = disk_of(order.facts)?;
    // A run that reads it as a source holds it.
    if disk_source::is_open(order.node) {
        return Err(TargetDiskError::Changed);
    }
    let _udev_kept_out = UdevKeptOut::of(order.node).map_err(of_drive)?;
    let (node, file_system) = match order.how {
        TargetUse::Partition(number) => used_as_it_is(order.node, disk, number)?,
        TargetUse::Format => {
            expect_writable(order.node, disk.size_bytes)?;
            if disk.size_bytes < target_format::DISK_BYTES_MIN {
                return Err(TargetDiskError::NotOffered);
            }
            let serial = order.facts.serial.as_deref();
            target_format::format(order.node, disk.size_bytes, serial).map_err(of_drive)?;
            let node = partition_node(order.node, target_format::PARTITION);
            (node, FileSystem::ExFat)
        }
    };
    ask_for_flushes(order.node);
    let mounted = target_mount::mount(&node, file_system)?;
    RestoreDisk::on(mounted, order)
}

/// The disk, where it is one that may be written to: what can become an archive can be restored to, and smaller ones too.
fn disk_of(facts: &DeviceFacts) -> Result<&DiskFacts, TargetDiskError> {
    let DeviceForm::Disk(disk) = &facts.form else {
        return Err(TargetDiskError::NotOffered);
    };
    match fit_for_archive(facts) {
        // Whether it can be written to is asked of the kernel, which may only have been told so while it was read as a source.
        Ok(()) | Err(Unfit::TooSmall { .. } | Unfit::ReadOnly) => Ok(disk),
        Err(_) => Err(TargetDiskError::NotOffered),
    }
}

fn used_as_it_is(
    disk_node: &Path,
    disk: &DiskFacts,
    number: u32,
) -> Result<(PathBuf, FileSystem), TargetDiskError> {
    let (node, content, size_bytes) = match number {
        0 => (disk_node.to_owned(), disk.whole.as_ref(), disk.size_bytes),
        number => {
            let mut partitions = disk.partitions.iter();
            let partition = partitions.find(|it| it.number == number);
            let partition = partition.ok_or(TargetDiskError::Changed)?;
            let node = partition_node(disk_node, number);
            (node, partition.content.as_ref(), partition.size_bytes)
        }
    };
    let file_system = content.and_then(|Content { kind, .. }| FileSystem::of_kind(kind));
    let file_system = file_system.ok_or(TargetDiskError::UnknownFileSystem)?;
    expect_writable(disk_node, disk.size_bytes)?;
    expect_writable(&node, size_bytes)?;
    Ok((node, file_system))
}

/// Compares a device with what was shown, and takes back a mark of ours that nobody may write to it. What its own switch protects stays protected.
fn expect_writable(node: &Path, size_bytes: u64) -> Result<(), TargetDiskError> {
    read_only::release(node);
    let looking = |error: std::io::Error| io(LOOKING, &error);
    let file = File::open(node).map_err(looking)?;
    let actual_bytes = ioctl::size_bytes(&file).map_err(|errno| looking(errno.into()))?;
    if actual_bytes != size_bytes {
        return Err(TargetDiskError::Changed);
    }
    match ioctl::is_read_only(&file).map_err(|errno| looking(errno.into()))? {
        true => Err(TargetDiskError::ReadOnly),
        false => Ok(()),
    }
}

impl RestoreDisk {
    fn on(mounted: Mounted, order: &TargetOrder<'_>) -> Result<Self, TargetDiskError> {
        let looking = |error: std::io::Error| io(LOOKING, &error);
        let found = statvfs(mounted.place()).map_err(|errno| looking(errno.into()))?;
        if found.flags().contains(FsFlags::ST_RDONLY) {
            return Err(TargetDiskError::ReadOnly);
        }
        let path = mounted.place().join(order.folder);
        let is_new_folder = match std::fs::create_dir(&path) {
            Ok(()) => true,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => false,
            Err(error) => return Err(io("making a folder on the disk", &error)),
        };
        // A link by that name would lead out of the disk.
        if !std::fs::symlink_metadata(&path).map_err(looking)?.is_dir() {
            return Err(io(
                "making a folder on the disk",
                &ErrorKind::NotADirectory.into(),
            ));
        }
        Ok(Self {
            target: FolderTarget::new(path),
            mounted,
            facts: order.facts.clone(),
            node: order.node.to_owned(),
            folder: order.folder.to_owned(),
            is_new_folder,
        })
    }

    /// Where a restore goes.
    pub fn target(&self) -> &FolderTarget {
        &self.target
    }

    /// What can be told of it now.
    ///
    /// # Errors
    /// [`TargetDiskError::Gone`], [`TargetDiskError::Io`].
    pub fn describe(&self) -> Result<TargetDisk, TargetDiskError> {
        let limits = self.target.limits().map_err(of_target)?;
        let free_bytes = self.target.free_bytes().map_err(of_target)?;
        let found = statvfs(self.mounted.place()).map_err(|errno| io(LOOKING, &errno.into()))?;
        Ok(TargetDisk {
            device: self.facts.id.clone(),
            limits,
            total_bytes: found.blocks() * found.fragment_size(),
            free_bytes,
            folder: self.folder.clone(),
        })
    }

    /// Writes all out and unmounts, so that it can be unplugged. One that was pulled, or is in use, is taken out of sight all the same.
    ///
    /// # Errors
    /// [`TargetDiskError::Gone`], [`TargetDiskError::Io`]: what was written last may not be there.
    pub fn close(self) -> Result<(), TargetDiskError> {
        let Self {
            target,
            mounted,
            node,
            folder,
            is_new_folder,
            ..
        } = self;
        let place = mounted.place().to_owned();
        if is_new_folder {
            // Only an empty one goes; one that is not empty is what was restored.
            let _ = std::fs::remove_dir(place.join(folder));
        }
        let flushed = write_out(&place);
        drop(target);
        let unmounted = mounted.unmount().map_err(of_drive);
        if unmounted.is_err() {
            mount::detach(&place);
        }
        if !is_there(&node) {
            return Err(TargetDiskError::Gone);
        }
        flushed?;
        unmounted?;
        // FAT empties no drive's cache when it is unmounted.
        let disk = File::open(&node).and_then(|disk| disk.sync_all());
        disk.map_err(|error| io(CLOSING, &error))
    }
}

fn write_out(place: &Path) -> Result<(), TargetDiskError> {
    let synced = File::open(place)
        .and_then(|folder| nix::unistd::syncfs(&folder).map_err(std::io::Error::from));
    synced.map_err(|error| io(CLOSING, &error))
}

fn is_there(node: &Path) -> bool {
    let name = node.file_name();
    name.is_some_and(|name| Path::new("/sys/class/block").join(name).exists())
}

fn of_target(error: TargetError) -> TargetDiskError {
    match error {
        TargetError::Gone => TargetDiskError::Gone,
        TargetError::Refused { errno } | TargetError::Io { errno } => TargetDiskError::Io {
            action: LOOKING,
            errno,
        },
        TargetError::Full | TargetError::Exists => TargetDiskError::Io {
            action: LOOKING,
            errno: 0,
        },
    }
}
