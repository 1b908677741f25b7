//! A card, a stick or a disk as a source: each of its file systems mounted in a private place, only to be read, for as long as a run lasts.
//!
//! Each file system is mounted through a loop device that refuses every write. Marking the disk as read-only, which is done as well, keeps
//! programs from writing, but of what a file system writes the kernel only complains ("Trying to write to read-only block-device", Linux
//! 6.12): FAT, mounted read-only, frees the clusters of a folder that it can't read (2026-11). Times are as they are stored: where a file system stores the time of a wall clock without
//! its zone (FAT always, exFAT sometimes), it is read as if that clock had shown UTC, as with all sources.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use heirloom_engine::{
    DeviceFacts, DiskPart, DriveError, Fetched, FileSystem, Found, ListedObject, ListingProblem,
    ObjectId, Source, SourceError, SourceIdentity, disk_identity, disk_parts,
};
use heirloom_files::FolderSource;
use heirloom_format::StoredPath;
use nix::errno::Errno;

use crate::disk::partition_node;
use crate::mount::{self, Mounted};
use crate::read_only::ReadOnly;
use crate::{ioctl, udev_facts, unsettled};

/// Below it, a folder for each disk, and in that one for each of its storages, whose name is that of the storage.
const PLACE: &str = "/run/heirloom/sources";
/// How often the same place of a file is read before the file is given up. The kernel has tried several times by then, and page by page.
const TRIES_MAX: u32 = 3;
/// The numbers of files are counted in each storage; above them is the number of the storage.
const FILE_NUMBER_BITS: u32 = 48;

/// A disk that is open to be read. Let go of by [`DiskSource::close`], or as well as it can be when it is dropped.
#[derive(Debug)]
pub struct DiskSource {
    // The order of the fields is the order in which they are let go of.
    storages: Vec<Storage>,
    _read_only: Vec<ReadOnly>,
    /// What every listing has to tell.
    problems: Vec<ListingProblem>,
    identity: SourceIdentity,
    medium: Medium,
}

/// A file system of the disk.
#[derive(Debug)]
struct Storage {
    files: FolderSource,
    mounted: Mounted,
    /// As the path of each of its files begins.
    name: String,
}

impl DiskSource {
    /// Mounts all of a disk that can be read. What can't be is told by each listing.
    ///
    /// # Errors
    /// [`SourceError::Gone`]; [`SourceError::UnknownFileSystem`] or [`SourceError::Io`] when nothing of it can be read.
    pub fn open(facts: &DeviceFacts, node: &Path) -> Result<Self, SourceError> {
        let identity = disk_identity(facts).ok_or(SourceError::UnknownFileSystem)?;
        let medium = Medium::of(facts, node)?;
        let parts = disk_parts(facts);
        let nodes = parts.iter().filter_map(|part| part.partition);
        let nodes = std::iter::once(node.to_owned())
            .chain(nodes.map(|number| partition_node(node, number)));
        let read_only = nodes
            .map(|node| ReadOnly::set(node).map_err(|errno| medium.error(errno)))
            .collect::<Result<_, _>>()?;
        let mut source = Self {
            storages: Vec::new(),
            _read_only: read_only,
            problems: Vec::new(),
            identity,
            medium,
        };
        for part in &parts {
            source.add(part)?;
        }
        match (source.storages.is_empty(), source.problems.first()) {
            (true, Some(problem)) => Err(problem.error.clone()),
            _ => Ok(source),
        }
    }

    fn add(&mut self, part: &DiskPart) -> Result<(), SourceError> {
        let mut problem = |place: String, error: SourceError| {
            log::warn!("{place}: {error}");
            self.problems.push(ListingProblem { place, error });
        };
        let Some(file_system) = part.file_system else {
            problem(part.storage.clone(), SourceError::UnknownFileSystem);
            return Ok(());
        };
        let disk = &self.medium.node;
        let node = part
            .partition
            .map_or_else(|| disk.clone(), |number| partition_node(disk, number));
        match Storage::mount(&node, disk, file_system, &part.storage) {
            Ok((storage, is_unsettled)) => {
                if is_unsettled {
                    let place = format!("{}, what was written to it last", part.storage);
                    problem(place, SourceError::NotEjected);
                }
                self.storages.push(storage);
                Ok(())
            }
            Err(errno) => match self.medium.error(errno) {
                SourceError::Gone => Err(SourceError::Gone),
                error => {
                    problem(part.storage.clone(), error);
                    Ok(())
                }
            },
        }
    }

    /// Unmounts everything.
    ///
    /// # Errors
    /// [`DriveError`] of the first that is still in use or gone; it is then taken out of sight all the same, like the others.
    pub fn close(self) -> Result<(), DriveError> {
        let mut closed = Ok(());
        for storage in self.storages {
            let Storage { files, mounted, .. } = storage;
            drop(files);
            let place = mounted.place().to_owned();
            let unmounted = mounted.unmount();
            if unmounted.is_err() {
                mount::detach(&place);
            }
            closed = closed.and(unmounted);
        }
        closed
    }
}

impl Storage {
    /// Mounts a file system; tells, too, whether something that was written to it last may not be seen.
    fn mount(
        node: &Path,
        disk: &Path,
        file_system: FileSystem,
        name: &str,
    ) -> nix::Result<(Self, bool)> {
        let of_io = |error: std::io::Error| Errno::from_raw(error.raw_os_error().unwrap_or(0));
        let node = Unwritable::over(node)?;
        let mut device = File::open(&node.path).map_err(of_io)?;
        let is_unsettled = unsettled::is_unsettled(&mut device, file_system).map_err(of_io)?;
        drop(device);
        let place = Path::new(PLACE)
            .join(disk.file_name().unwrap_or_default())
            .join(name);
        mount::detach(&place);
        let (kind, options) = mount_options(file_system);
        let mounted = mount::mount_read_only(&node.path, &place, kind, options)?;
        let files = FolderSource::open(&place, None).map_err(|error| {
            log::warn!("{error}");
            Errno::EIO
        })?;
        // A name that a listing could not hold would be another fault than one of this disk.
        let stored = StoredPath::from_raw_bytes([name.as_bytes()]).ok_or(Errno::EINVAL)?;
        let storage = Self {
            files,
            mounted,
            name: stored.to_string(),
        };
        Ok((storage, is_unsettled))
    }
}

/// The kernel's name of a file system, and the options by which names are in UTF-8, times as they are stored, and no journal is replayed.
fn mount_options(file_system: FileSystem) -> (&'static str, &'static str) {
    match file_system {
        FileSystem::Fat => ("vfat", "utf8,shortname=mixed,tz=UTC,errors=continue"),
        // Names that end in dots, as other systems can write them, would otherwise be listed and not be found.
        FileSystem::ExFat => (
            "exfat",
            "iocharset=utf8,time_offset=0,keep_last_dots,errors=continue",
        ),
        // It has no option against a replay of its log; the loop device that refuses all writes is what stands against one.
        FileSystem::Ntfs => ("ntfs3", "iocharset=utf8"),
        // It knows no journal.
        FileSystem::HfsPlus => ("hfsplus", "nls=utf8"),
        FileSystem::Ext => ("ext4", "noload,errors=continue"),
    }
}

impl Source for DiskSource {
    fn identity(&self) -> &SourceIdentity {
        &self.identity
    }

    fn list(&mut self, found: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<(), SourceError> {
        let mut files = 0_u64;
        let mut first_error = None;
        let mut tell = |found: &mut dyn FnMut(Found) -> ControlFlow<()>,
                        problem: ListingProblem| {
            first_error.get_or_insert(problem.error.clone());
            match found(Found::Problem(problem)) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(SourceError::TimedOut),
            }
        };
        for problem in &self.problems {
            tell(found, problem.clone())?;
        }
        for (number, storage) in (0_u64..).zip(&mut self.storages) {
            let (errors_before, files_before) = (self.medium.errors(), files);
            let listed = storage.files.list(&mut |mut one| {
                match &mut one {
                    Found::Object(object) => {
                        files += 1;
                        object.id = ObjectId(number << FILE_NUMBER_BITS | object.id.0);
                    }
                    Found::Seen(here) => *here += files_before,
                    Found::Problem(_) | Found::LeftOut(_) => {}
                }
                found(one)
            });
            match listed {
                // FAT passes over what it can't read of a folder, and says so to nobody.
                Ok(()) if self.medium.errors() != errors_before => {
                    let place = format!("{}, one of its folders at least", storage.name);
                    let error = SourceError::Io {
                        errno: Errno::EIO as i32,
                    };
                    tell(found, ListingProblem { place, error })?;
                }
                Ok(()) => {}
                Err(error) if error.is_about_one_object() => {
                    let place = storage.name.clone();
                    tell(found, ListingProblem { place, error })?;
                }
                Err(error) => return Err(error),
            }
        }
        // What a card that was pulled shows until it is noticed is what the kernel remembers of it.
        if !self.medium.is_there() {
            return Err(SourceError::Gone);
        }
        match first_error {
            Some(error) if files == 0 => Err(error),
            _ => Ok(()),
        }
    }

    fn fetch(
        &mut self,
        object: &ListedObject,
        from_byte: u64,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Fetched, SourceError> {
        let number = usize::try_from(object.id.0 >> FILE_NUMBER_BITS);
        let storage = number.ok().and_then(|number| self.storages.get_mut(number));
        let Some(storage) = storage else {
            return Err(SourceError::Vanished);
        };
        let mut at = from_byte;
        let mut tries = 0;
        loop {
            let begun_at = at;
            let fetched = storage.files.fetch(object, at, &mut |bytes| {
                at += bytes.len() as u64;
                sink(bytes)
            });
            let Err(SourceError::Io { errno }) = fetched else {
                return fetched;
            };
            if !self.medium.is_there() {
                return Err(SourceError::Gone);
            }
            tries = if at > begun_at { 1 } else { tries + 1 };
            log::warn!("{}: error {errno} at byte {at}, try {tries}", object.path);
            if tries == TRIES_MAX {
                return fetched;
            }
        }
    }
}

/// The disk, or the card in a reader, that was chosen.
#[derive(Debug)]
struct Medium {
    node: PathBuf,
    /// The kernel's number for it: another card has another.
    sequence: String,
}

impl Medium {
    fn of(facts: &DeviceFacts, node: &Path) -> Result<Self, SourceError> {
        let medium = Self {
            node: node.to_owned(),
            sequence: udev_facts::number_of(&facts.id)
                .unwrap_or_default()
                .to_owned(),
        };
        if medium.is_there() {
            Ok(medium)
        } else {
            Err(SourceError::Gone)
        }
    }

    /// Opening a reader's node has the kernel look whether there is still a card, and the same one.
    fn is_there(&self) -> bool {
        let Some(name) = self.node.file_name() else {
            return false;
        };
        let sequence = Path::new("/sys/class/block").join(name).join("diskseq");
        File::open(&self.node).is_ok()
            && std::fs::read_to_string(sequence).is_ok_and(|now| now.trim() == self.sequence)
    }

    /// How often it has failed so far, as the kernel counts. A card in a slot of the PC is not counted.
    fn errors(&self) -> Option<String> {
        let name = self.node.file_name()?;
        let count = Path::new("/sys/class/block")
            .join(name)
            .join("device/ioerr_cnt");
        std::fs::read_to_string(count).ok()
    }

    fn error(&self, errno: Errno) -> SourceError {
        if self.is_there() {
            SourceError::Io {
                errno: errno as i32,
            }
        } else {
            SourceError::Gone
        }
    }
}

/// A loop device over a partition that refuses every write, there until it is neither held nor mounted.
struct Unwritable {
    path: PathBuf,
    _held: File,
}

impl Unwritable {
    fn over(node: &Path) -> nix::Result<Self> {
        let open = |path: &Path| {
            File::open(path).map_err(|error| Errno::from_raw(error.raw_os_error().unwrap_or(0)))
        };
        let below = open(node)?;
        let block_bytes = u32::try_from(ioctl::sector_bytes(&below)?).map_err(|_| Errno::EINVAL)?;
        let number = ioctl::free_loop_device(&open(Path::new("/dev/loop-control"))?)?;
        let path = PathBuf::from(format!("/dev/loop{number}"));
        let held = open(&path)?;
        ioctl::configure_read_only_loop(&held, &below, block_bytes)?;
        if ioctl::is_read_only(&held)? {
            Ok(Self { path, _held: held })
        } else {
            Err(Errno::EROFS)
        }
    }
}

/// Whether something on a disk is being read as a source.
pub(crate) fn is_open(disk: &Path) -> bool {
    let place = Path::new(PLACE).join(disk.file_name().unwrap_or_default());
    mount::is_anything_mounted_below(&place)
}

/// Takes out of sight what an earlier worker left mounted.
pub(crate) fn detach() {
    let folders = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten();
    for disk in folders(Path::new(PLACE)) {
        for storage in folders(&disk.path()) {
            mount::detach(&storage.path());
        }
    }
}
