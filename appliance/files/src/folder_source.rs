//! The source port on a folder of files: a card, a disk, a directory. Nothing in it is ever written to.

use std::ffi::CString;
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use heirloom_engine::{
    Fetched, Found, ListedObject, Source, SourceError, SourceIdentity, SourceKind,
};
use heirloom_format::{StoredPath, decode_component};
use nix::errno::Errno;
use nix::fcntl::{OFlag, PosixFadviseAdvice, open, posix_fadvise};
use nix::libc;
use nix::sys::stat::{Mode, SFlag, fstat};
use nix::unistd::{Whence, lseek, read};

use crate::ahead::walk_ahead;
use crate::piece::{PIECE_BYTES, with_piece};
use crate::sign_of_life::SignOfLife;
use crate::unfollowed::{find_folder, open_file, open_folder};
use crate::walk::Walk;

/// What the storage of `/` is called, which has no name.
const STORAGE_OF_ROOT: &str = "root";

/// A folder of files as a source.
///
/// **Identity.** A source that was given a name is known by that name, wherever it is mounted and on whatever PC: what a family calls a card
/// is the one thing about it that stays. One without a name is known by its full path. In both cases the folder's own name, such as `DCIM`
/// for `/media/card/DCIM`, is the name of the storage, with which the path of each file begins.
///
/// **What is a file.** Regular files on the folder's own file system. Links, devices, pipes and sockets have no content of their own; what is
/// mounted in the folder is a source of its own. All of them are told as [`Found::LeftOut`].
///
/// **Change.** A file that is changed while it is read shows another length or time in the next listing. The clock of the file system sets the
/// bounds: a change that keeps the length, within the same tick as the listing before it (some milliseconds; 2 s on FAT), can't be seen.
#[derive(Debug)]
pub struct FolderSource {
    top: OwnedFd,
    sign_of_life: SignOfLife,
    identity: SourceIdentity,
    storage: Vec<u8>,
    /// The folder that was last read from: files come folder by folder.
    last_folder: Option<(Vec<CString>, OwnedFd)>,
    /// The file that was asked for last.
    last_fetched: Option<StoredPath>,
}

/// Why a folder can't be a source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FolderSourceError {
    /// There is nothing of that name.
    #[error("there is no folder {}", .0.display())]
    Missing(PathBuf),
    /// It is a file or something else.
    #[error("{} is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// It may not be read; errno.
    #[error("{} cannot be opened (error {errno})", folder.display())]
    Refused {
        /// Which.
        folder: PathBuf,
        /// From the operating system.
        errno: i32,
    },
}

impl FolderSource {
    /// Opens a folder; a link to one is followed, this once. With a `name`, the source is known by it.
    ///
    /// # Errors
    /// [`FolderSourceError`].
    pub fn open(folder: &Path, name: Option<&str>) -> Result<Self, FolderSourceError> {
        let error = |errno| match errno {
            Errno::ENOENT => FolderSourceError::Missing(folder.to_owned()),
            Errno::ENOTDIR => FolderSourceError::NotAFolder(folder.to_owned()),
            errno => FolderSourceError::Refused {
                folder: folder.to_owned(),
                errno: errno as i32,
            },
        };
        let path = folder
            .canonicalize()
            .map_err(|it| error(Errno::from_raw(it.raw_os_error().unwrap_or(0))))?;
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let top = open(&path, flags, Mode::empty()).map_err(error)?;
        let facts = fstat(&top).map_err(error)?;
        let storage = path
            .file_name()
            .map_or(STORAGE_OF_ROOT.as_bytes(), OsStrExt::as_bytes);
        let serial = name.map_or_else(|| path.to_string_lossy().into_owned(), str::to_owned);
        Ok(Self {
            top,
            sign_of_life: SignOfLife::of_device(facts.st_dev),
            identity: SourceIdentity {
                kind: SourceKind::Folder,
                manufacturer: String::new(),
                model: "folder".to_owned(),
                serial: Some(serial),
            },
            storage: storage.to_vec(),
            last_folder: None,
            last_fetched: None,
        })
    }

    /// The name of the storage, for a person to read.
    pub fn storage_name(&self) -> String {
        String::from_utf8_lossy(&self.storage).into_owned()
    }

    fn open_listed(&mut self, path: &StoredPath) -> nix::Result<OwnedFd> {
        // As it was listed, so with the full names where it had to be shortened.
        let names: Option<Vec<CString>> = path
            .escaped_components()
            .iter()
            .map(|name| CString::new(decode_component(name)?).ok())
            .collect();
        // What is no path of ours is on no source.
        let names = names.ok_or(Errno::ENOENT)?;
        let [_storage, folders @ .., name] = &names[..] else {
            return Err(Errno::ENOENT);
        };
        match &self.last_folder {
            Some((last, folder)) if last == folders => open_file(folder, name),
            _ => {
                let folder = self.find(folders)?;
                let file = open_file(&folder, name);
                self.last_folder = Some((folders.to_vec(), folder));
                file
            }
        }
    }

    /// Folder by folder, because a link may have taken the place of any.
    fn find(&self, folders: &[CString]) -> nix::Result<OwnedFd> {
        let Some((first, below)) = folders.split_first() else {
            return find_folder(&self.top, c".");
        };
        let first = find_folder(&self.top, first)?;
        below
            .iter()
            .try_fold(first, |parent, name| find_folder(&parent, name))
    }
}

fn pour(
    file: &OwnedFd,
    from_byte: u64,
    sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
) -> nix::Result<Fetched> {
    let size_bytes = size_of_file(file)?;
    if from_byte > 0 {
        if from_byte >= size_bytes {
            return Ok(Fetched::Whole(size_bytes));
        }
        // It is less than the length of a file.
        let offset = i64::try_from(from_byte).map_err(|_| Errno::EOVERFLOW)?;
        lseek(file, offset, Whence::SeekSet)?;
    }
    if size_bytes > PIECE_BYTES as u64 {
        posix_fadvise(file, 0, 0, PosixFadviseAdvice::POSIX_FADV_SEQUENTIAL)?;
    }
    with_piece(|piece| {
        let mut total = from_byte;
        loop {
            match read(file, piece) {
                Ok(0) => return Ok(Fetched::Whole(total)),
                Ok(count) => {
                    total += count as u64;
                    if sink(&piece[..count]).is_break() {
                        return Ok(Fetched::Stopped);
                    }
                }
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
            // Small files are many: their end is known without a read that yields nothing.
            if total >= size_bytes && size_of_file(file)? == total {
                return Ok(Fetched::Whole(total));
            }
        }
    })
}

/// Whoever reads a file again doubts what came, and is not served by the same bytes from memory. Nothing is lost where the system keeps them.
fn forget(file: &OwnedFd, path: &StoredPath) {
    if let Err(errno) = posix_fadvise(file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED) {
        log::warn!("{path}: read again, perhaps from memory: {errno}");
    }
}

/// `ENOENT` when it is no regular file: what was listed is gone.
fn size_of_file(file: &OwnedFd) -> nix::Result<u64> {
    let facts = fstat(file)?;
    if SFlag::from_bits_truncate(facts.st_mode & libc::S_IFMT) == SFlag::S_IFREG {
        Ok(facts.st_size.unsigned_abs())
    } else {
        Err(Errno::ENOENT)
    }
}

fn error_of(errno: Errno, sign_of_life: &SignOfLife) -> SourceError {
    if sign_of_life.is_gone() {
        return SourceError::Gone;
    }
    match errno {
        Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP => SourceError::Vanished,
        Errno::EACCES
        | Errno::EPERM
        | Errno::ENAMETOOLONG
        | Errno::EWOULDBLOCK
        | Errno::EBUSY
        | Errno::ETXTBSY => SourceError::Refused { code: errno as u32 },
        // The drive, the server or the program behind the file system is no more.
        Errno::ENODEV | Errno::ENXIO | Errno::ESHUTDOWN | Errno::ENOTCONN | Errno::ESTALE => {
            SourceError::Gone
        }
        Errno::ETIMEDOUT => SourceError::TimedOut,
        _ => SourceError::Io {
            errno: errno as i32,
        },
    }
}

impl Source for FolderSource {
    fn identity(&self) -> &SourceIdentity {
        &self.identity
    }

    fn list(&mut self, found: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<(), SourceError> {
        let error_of = |errno| error_of(errno, &self.sign_of_life);
        let top = open_folder(&self.top, c".").map_err(error_of)?;
        let storage = &self.storage;
        walk_ahead(
            |tell| Walk::new(&error_of, tell).through(storage, top),
            found,
        )
    }

    fn fetch(
        &mut self,
        object: &ListedObject,
        from_byte: u64,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Fetched, SourceError> {
        let is_again = self.last_fetched.as_ref() == Some(&object.path);
        self.last_fetched = Some(object.path.clone());
        self.open_listed(&object.path)
            .and_then(|file| {
                if is_again {
                    forget(&file, &object.path);
                }
                pour(&file, from_byte, sink)
            })
            .map_err(|errno| error_of(errno, &self.sign_of_life))
    }
}
