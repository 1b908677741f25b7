//! The volume port on an ext4 file system that nobody mounted: it can be read, and nothing else.

use std::cell::RefCell;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ext4_view::{DirEntry, Ext4, Ext4Error, File};
use heirloom_engine::{Draft, Entry, EntryKind, FileFacts, Space, Volume, VolumeError, VolumePath};
use heirloom_vault::{Plain, ReadAt, open_ext4};

use crate::errno::{EIO, EISDIR, ELOOP, ENODEV, ENXIO, EROFS, EUCLEAN};

/// What the port's contract allows a piece to be at most.
const PIECE_BYTES: usize = 1 << 20;
/// What mkfs makes at the top for e2fsck, which is no part of the archive.
const LOST_AND_FOUND: &str = "lost+found";
/// Above all inode numbers of ext4, which have 32 bits.
const NO_INODE: u64 = 1 << 63;

/// Tells volumes apart where a thread keeps what it has open.
static VOLUMES: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The file system as this thread has it open, and of which volume: an [`Ext4`] is for one thread.
    static OPEN: RefCell<Option<(u64, Ext4)>> = const { RefCell::new(None) };
}

/// An unlocked archive drive. Drop it in the thread that opened it: what other threads keep open of it goes with them.
pub struct DriveVolume<R: ReadAt + 'static> {
    plain: Arc<Plain<R>>,
    number: u64,
    at_once: usize,
    sign_of_life: Option<PathBuf>,
}

impl<R: ReadAt + 'static> DriveVolume<R> {
    /// Opens the file system on it. `at_once` is how many files are best read at the same time, and `sign_of_life` a path that is there as long as
    /// the device is: a drive that was pulled and one that can't read a sector give the same error.
    ///
    /// # Errors
    /// Where there is no ext4 file system, or one that is damaged or has features that can't be read.
    pub fn open(
        plain: Arc<Plain<R>>,
        at_once: usize,
        sign_of_life: Option<PathBuf>,
    ) -> Result<Self, Ext4Error> {
        let volume = Self {
            plain,
            number: VOLUMES.fetch_add(1, Ordering::Relaxed),
            at_once,
            sign_of_life,
        };
        volume.files()?;
        Ok(volume)
    }

    /// Opens the file system anew, after somebody else wrote to it.
    ///
    /// # Errors
    /// As [`DriveVolume::open`].
    pub fn reopen_file_system(&self) -> Result<Self, Ext4Error> {
        Self::open(
            Arc::clone(&self.plain),
            self.at_once,
            self.sign_of_life.clone(),
        )
    }

    /// The file system, for this thread.
    fn files(&self) -> Result<Ext4, Ext4Error> {
        OPEN.with_borrow_mut(|open| match open {
            Some((number, files)) if *number == self.number => Ok(files.clone()),
            _ => {
                let files = open_ext4(Arc::clone(&self.plain))?;
                *open = Some((self.number, files.clone()));
                Ok(files)
            }
        })
    }

    /// A regular file; no link is followed to it.
    fn file(&self, path: &VolumePath) -> Result<File, VolumeError> {
        let place = format!("/{path}");
        let found = self
            .files()
            .and_then(|files| Ok((files.symlink_metadata(&place)?, files)));
        let (facts, files) = found.map_err(self.of(path))?;
        let kind = facts.file_type();
        if !kind.is_regular_file() {
            let errno = match kind.is_symlink() {
                true => ELOOP,
                false => EISDIR,
            };
            return Err(VolumeError::Io {
                path: path.clone(),
                errno,
            });
        }
        files.open(&place).map_err(self.of(path))
    }

    /// The family of an error of the file system.
    fn of<'a>(&'a self, path: &'a VolumePath) -> impl Fn(Ext4Error) -> VolumeError + 'a {
        move |error| match of(path, &error) {
            VolumeError::Io { .. } if self.is_gone() => VolumeError::Gone,
            error => error,
        }
    }

    fn is_gone(&self) -> bool {
        self.sign_of_life
            .as_ref()
            .is_some_and(|sign| !sign.exists())
    }
}

/// A thread that lives on keeps neither the key nor the device.
impl<R: ReadAt + 'static> Drop for DriveVolume<R> {
    fn drop(&mut self) {
        // A thread that is at its end has let go of it already.
        let _ = OPEN.try_with(|open| {
            open.borrow_mut()
                .take_if(|(number, _)| *number == self.number);
        });
    }
}

fn of(path: &VolumePath, error: &Ext4Error) -> VolumeError {
    {
        let errno = match error {
            Ext4Error::NotFound | Ext4Error::NotADirectory => {
                return VolumeError::Missing(path.clone());
            }
            Ext4Error::Io(source) => {
                let source = source.downcast_ref::<io::Error>();
                source.and_then(io::Error::raw_os_error)
            }
            Ext4Error::Corrupt(_) => Some(EUCLEAN),
            _ => None,
        };
        log::debug!("{path}: {error}");
        match errno {
            // The device below is no more.
            Some(ENODEV | ENXIO) => VolumeError::Gone,
            errno => VolumeError::Io {
                path: path.clone(),
                errno: errno.unwrap_or(EIO),
            },
        }
    }
}

/// What everything that would write is told.
fn read_only<T>(path: &VolumePath) -> Result<T, VolumeError> {
    Err(VolumeError::Io {
        path: path.clone(),
        errno: EROFS,
    })
}

/// Stands for the top in errors only.
fn top() -> VolumePath {
    VolumePath::new("archive")
}

fn entry(files: &Ext4, found: &DirEntry) -> Result<Entry, Ext4Error> {
    let kind = found.file_type()?;
    let kind = match () {
        () if kind.is_dir() => EntryKind::Folder,
        () if kind.is_symlink() => EntryKind::Link,
        () if kind.is_regular_file() => EntryKind::File,
        () => EntryKind::Other,
    };
    let inode = match kind {
        // One that can't be opened is told when it is read.
        EntryKind::File => files.open(&found.path()).ok().and_then(|it| inode(&it)),
        _ => None,
    };
    Ok(Entry {
        // A name that is not UTF-8 is none of ours; it is shown as well as it can be, so that it is noticed.
        name: String::from_utf8_lossy(found.file_name().as_ref()).into_owned(),
        kind,
        file_id: inode.unwrap_or_else(|| {
            let mut hasher = DefaultHasher::new();
            found.path().as_ref().hash(&mut hasher);
            NO_INODE | hasher.finish()
        }),
    })
}

/// The inode number of a file. The library shows it in debug output alone. Where that changes, each name counts as a file of its own: all stays right,
/// and a check reads what several snapshots share once for each of them.
fn inode(file: &File) -> Option<u64> {
    let shown = format!("{file:?}");
    let (number, _) = shown.strip_prefix("File { inode: ")?.split_once(',')?;
    number.parse::<u32>().ok().map(u64::from)
}

impl<R: ReadAt + 'static> Volume for DriveVolume<R> {
    fn target(&self, path: &VolumePath) -> Result<String, VolumeError> {
        let place = format!("/{path}");
        let target = self.files().and_then(|files| files.read_link(&place));
        let target = target.map_err(self.of(path))?;
        Ok(String::from_utf8_lossy(target.as_ref()).into_owned())
    }

    fn read(
        &self,
        path: &VolumePath,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, VolumeError> {
        let mut file = self.file(path)?;
        let size_bytes = file.metadata().len();
        let piece_bytes = usize::try_from(size_bytes).map_or(PIECE_BYTES, |it| it.min(PIECE_BYTES));
        let mut piece = vec![0; piece_bytes];
        let mut total_bytes = 0;
        loop {
            let mut length = 0;
            while length < piece.len() {
                match file
                    .read_bytes(&mut piece[length..])
                    .map_err(self.of(path))?
                {
                    0 => break,
                    count => length += count,
                }
            }
            total_bytes += length as u64;
            if length == 0 || sink(&piece[..length]).is_break() {
                return Ok(total_bytes);
            }
        }
    }

    /// What the system knew of the drive was forgotten when it was opened, and nothing was written since.
    fn read_back(
        &self,
        path: &VolumePath,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, VolumeError> {
        self.read(path, sink)
    }

    fn facts(&self, path: &VolumePath) -> Result<FileFacts, VolumeError> {
        let place = format!("/{path}");
        let facts = self
            .files()
            .and_then(|files| files.symlink_metadata(&place));
        let facts = facts.map_err(self.of(path))?;
        Ok(FileFacts {
            size_bytes: facts.len(),
            modified_unix_s: facts.modified().seconds(),
        })
    }

    fn list(&self, folder: Option<&VolumePath>) -> Result<Vec<Entry>, VolumeError> {
        let place = folder.map_or_else(|| "/".to_owned(), |folder| format!("/{folder}"));
        let top = top();
        let failed = self.of(folder.unwrap_or(&top));
        let files = self.files().map_err(&failed)?;
        let mut entries = Vec::new();
        for found in files.read_dir(&place).map_err(&failed)? {
            let found = found.map_err(&failed)?;
            let name = found.file_name();
            let is_left_out = name == "." || name == "..";
            if !is_left_out && (folder.is_some() || name != LOST_AND_FOUND) {
                entries.push(entry(&files, &found).map_err(&failed)?);
            }
        }
        entries.sort_unstable();
        Ok(entries)
    }

    /// Nothing can be written, so that nothing is free.
    fn space(&self) -> Result<Space, VolumeError> {
        Ok(Space {
            total_bytes: Plain::size_bytes(&self.plain),
            free_bytes: 0,
        })
    }

    fn reads_at_once(&self) -> usize {
        self.at_once
    }

    fn make_folder(&self, path: &VolumePath) -> Result<(), VolumeError> {
        read_only(path)
    }

    fn create(&self, path: &VolumePath) -> Result<Box<dyn Draft>, VolumeError> {
        read_only(path)
    }

    fn create_private(&self, path: &VolumePath) -> Result<Box<dyn Draft>, VolumeError> {
        read_only(path)
    }

    fn reopen(&self, path: &VolumePath, _: u64) -> Result<Option<Box<dyn Draft>>, VolumeError> {
        read_only(path)
    }

    fn link(&self, _: &VolumePath, new: &VolumePath) -> Result<(), VolumeError> {
        read_only(new)
    }

    fn point(&self, path: &VolumePath, _: &str) -> Result<(), VolumeError> {
        read_only(path)
    }

    fn rename(&self, _: &VolumePath, to: &VolumePath) -> Result<(), VolumeError> {
        read_only(to)
    }

    fn replace(&self, _: &VolumePath, to: &VolumePath) -> Result<(), VolumeError> {
        read_only(to)
    }

    fn remove(&self, path: &VolumePath) -> Result<(), VolumeError> {
        read_only(path)
    }

    fn flush(&self) -> Result<(), VolumeError> {
        read_only(&top())
    }
}
