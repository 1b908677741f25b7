//! The target port on any disk of Windows: what is restored gets its name by `MoveFileEx`, which never replaces.
//!
//! Windows has no call that makes a whole file system durable for somebody without an administrator's rights. So each file is kept open until both its content
//! and its name were flushed: 512 of them at most, for so many are in a batch. What is read back comes from the disk, past the cache.

mod error;
mod volume;

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::ops::ControlFlow;
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use heirloom_engine::{
    Occupant, OnTarget, StagedId, Target, TargetDraft, TargetError, TargetLimits, TargetPath,
};
use heirloom_format::{StoredPath, portable_name};
use winsafe::{MoveFileEx, co};

use self::error::{INVALID_NAME, INVALID_PARAMETER, target_error};
use super::{STAGING, staged_name, system_time};
use crate::piece::with_piece;

/// `CreateFile`: reads go to the disk itself; buffers, offsets and lengths are whole sectors.
const FILE_FLAG_NO_BUFFERING: u32 = 0x2000_0000;
/// The smallest sector there is.
const SECTOR_BYTES: u64 = 512;

/// A folder of a disk as the target of a restore.
#[derive(Clone, Debug)]
pub struct FolderTarget {
    top: PathBuf,
    open: Arc<Mutex<OpenFiles>>,
}

/// Files that are written, and of which something is not durable yet.
#[derive(Debug, Default)]
struct OpenFiles {
    /// Without a name.
    staged: HashMap<StagedId, Staged>,
    /// With a name that is not flushed.
    placed: Vec<Arc<File>>,
}

#[derive(Debug)]
struct Staged {
    file: Arc<File>,
    is_flushed: bool,
}

/// What a path leads to, folder by folder.
enum Found {
    Folder(PathBuf),
    Nothing,
    /// A file or a link where a folder must be.
    Other,
}

impl FolderTarget {
    /// Takes a folder that is there. In it, `.heirloom-restore` is used while a restore goes on, and removed at its end.
    pub fn new(top: impl Into<PathBuf>) -> Self {
        let top = top.into();
        // As `\\?\C:\…`, paths may be longer than 260 characters. Of a folder that is not there, the first use tells.
        let top = fs::canonicalize(&top).unwrap_or(top);
        Self {
            top,
            open: Arc::default(),
        }
    }

    /// After a panic with the lock, what is listed is still what was written.
    fn open_files(&self) -> MutexGuard<'_, OpenFiles> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn error(&self, error: &io::Error) -> TargetError {
        self.error_of(error.raw_os_error().unwrap_or(0))
    }

    fn error_of(&self, code: i32) -> TargetError {
        // A disk that was pulled takes its letter with it; what is asked of it then fails in several ways.
        match self.top.try_exists() {
            Ok(true) => target_error(code),
            _ => TargetError::Gone,
        }
    }

    fn staging(&self) -> io::Result<PathBuf> {
        let staging = self.top.join(STAGING);
        match fs::create_dir(&staging) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => Ok(staging),
        }
    }

    fn staged_path(&self, id: StagedId) -> PathBuf {
        self.top.join(STAGING).join(staged_name(id))
    }

    /// Goes down through folders, following no link; makes those that are missing if it is told to. Windows opens by whole paths only, so that a
    /// folder that somebody exchanges for a link at this very moment would be followed: nobody else is expected to write there at the same time.
    fn find_folder(&self, names: &[&str], makes: bool) -> io::Result<Found> {
        let mut folder = self.top.clone();
        for name in names {
            folder.push(name);
            let mut found = fs::symlink_metadata(&folder);
            if makes && matches!(&found, Err(error) if error.kind() == ErrorKind::NotFound) {
                match fs::create_dir(&folder) {
                    Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
                    _ => found = fs::symlink_metadata(&folder),
                }
            }
            match found {
                // Of a link or a junction, this says that it is no folder.
                Ok(found) if found.is_dir() => {}
                Ok(_) => return Ok(Found::Other),
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
                Err(error) => return Err(error),
            }
        }
        Ok(Found::Folder(folder))
    }

    /// The folders of a path, and the name in them.
    fn split<'p>(&self, path: &'p TargetPath) -> Result<(Vec<&'p str>, &'p str), TargetError> {
        let mut names: Vec<&str> = path
            .names()
            .iter()
            .map(|name| legal(name))
            .collect::<Option<_>>()
            .filter(|names: &Vec<&str>| !names[0].eq_ignore_ascii_case(STAGING))
            .ok_or(TargetError::Refused {
                errno: INVALID_NAME,
            })?;
        let name = names.pop().expect("a path has a name");
        Ok((names, name))
    }

    fn path_of(&self, file: OnTarget<'_>) -> Result<PathBuf, TargetError> {
        match file {
            OnTarget::Staged(id) => Ok(self.staged_path(id)),
            OnTarget::Placed(path) => {
                let (folders, name) = self.split(path)?;
                match self.find_folder(&folders, false) {
                    Ok(Found::Folder(folder)) => Ok(folder.join(name)),
                    Ok(Found::Nothing | Found::Other) => Err(TargetError::Exists),
                    Err(error) => Err(self.error(&error)),
                }
            }
        }
    }

    /// Not past links: whoever asks has looked.
    fn open_direct(&self, file: OnTarget<'_>) -> Result<File, TargetError> {
        let path = self.path_of(file)?;
        OpenOptions::new()
            .read(true)
            .custom_flags(FILE_FLAG_NO_BUFFERING)
            .open(path)
            .map_err(|error| self.error(&error))
    }
}

/// A name that Windows takes as it is. Others would be cut, name a device or a stream, or lead elsewhere.
fn legal(name: &[u8]) -> Option<&str> {
    let stored = StoredPath::from_raw_bytes([name])?;
    let name = std::str::from_utf8(name).ok()?;
    (portable_name(stored.as_str()) == name).then_some(name)
}

fn text(path: &Path) -> Result<&str, TargetError> {
    let errno = INVALID_NAME;
    path.to_str().ok_or(TargetError::Refused { errno })
}

impl Target for FolderTarget {
    fn look(&self, path: &TargetPath) -> Result<Occupant, TargetError> {
        let (folders, name) = self.split(path)?;
        let folder = match self.find_folder(&folders, false) {
            Ok(Found::Folder(folder)) => folder,
            Ok(Found::Nothing) => return self.nothing(),
            Ok(Found::Other) => return Ok(Occupant::Other),
            Err(error) => return Err(self.error(&error)),
        };
        match fs::symlink_metadata(folder.join(name)) {
            Ok(found) if found.is_file() => Ok(Occupant::File {
                size_bytes: found.len(),
            }),
            Ok(_) => Ok(Occupant::Other),
            Err(error) if error.kind() == ErrorKind::NotFound => self.nothing(),
            Err(error) => Err(self.error(&error)),
        }
    }

    fn stage(&self, id: StagedId) -> Result<Box<dyn TargetDraft>, TargetError> {
        // What is open can't be removed for good.
        self.open_files().staged.remove(&id);
        let create = || {
            let path = self.staging()?.join(staged_name(id));
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            OpenOptions::new().write(true).create_new(true).open(path)
        };
        let file = create().map_err(|error| self.error(&error))?;
        Ok(Box::new(FolderTargetDraft {
            target: self.clone(),
            id,
            file,
        }))
    }

    /// Each file by itself: its content, or the name that it got since. Windows says of `FlushFileBuffers` that all goes to the device that is
    /// buffered of a file; that its name is among it is what NTFS and FAT do, and nowhere written.
    fn flush(&self) -> Result<(), TargetError> {
        let (staged, placed) = {
            let mut open = self.open_files();
            let staged: Vec<_> = open
                .staged
                .iter()
                .filter(|(_, staged)| !staged.is_flushed)
                .map(|(id, staged)| (*id, Arc::clone(&staged.file)))
                .collect();
            (staged, std::mem::take(&mut open.placed))
        };
        for file in &placed {
            file.sync_all().map_err(|error| self.error(&error))?;
        }
        for (id, file) in staged {
            file.sync_all().map_err(|error| self.error(&error))?;
            // The number may have been given to another file meanwhile.
            if let Some(staged) = self.open_files().staged.get_mut(&id) {
                staged.is_flushed |= Arc::ptr_eq(&staged.file, &file);
            }
        }
        Ok(())
    }

    fn read_back(
        &self,
        file: OnTarget<'_>,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, TargetError> {
        let mut file = self.open_direct(file)?;
        with_piece(|piece| {
            let mut total = 0;
            loop {
                let count = match file.read(piece) {
                    Ok(count) => count,
                    // Past a last part of a sector, nothing can be asked for directly: that is the end.
                    Err(error)
                        if error.raw_os_error() == Some(INVALID_PARAMETER)
                            && total % SECTOR_BYTES != 0 =>
                    {
                        0
                    }
                    Err(error) => return Err(self.error(&error)),
                };
                total += count as u64;
                if count == 0 || sink(&piece[..count]).is_break() {
                    return Ok(total);
                }
            }
        })
    }

    fn place(&self, id: StagedId, path: &TargetPath) -> Result<(), TargetError> {
        let (folders, name) = self.split(path)?;
        let folder = match self.find_folder(&folders, true) {
            Ok(Found::Folder(folder)) => folder,
            Ok(Found::Nothing | Found::Other) => return Err(TargetError::Exists),
            Err(error) => return Err(self.error(&error)),
        };
        let (from, to) = (self.staged_path(id), folder.join(name));
        MoveFileEx(text(&from)?, Some(text(&to)?), co::MOVEFILE::WRITE_THROUGH).map_err(
            |error| {
                // Windows' numbers are small.
                let code = i32::try_from(error.raw()).unwrap_or(0);
                match (to.symlink_metadata(), self.error_of(code)) {
                    // What is there already is told in several ways; a folder as if it were forbidden.
                    (Ok(_), TargetError::Refused { .. }) => TargetError::Exists,
                    (_, error) => error,
                }
            },
        )?;
        let mut open = self.open_files();
        if let Some(staged) = open.staged.remove(&id) {
            open.placed.push(staged.file);
        }
        Ok(())
    }

    fn clear(&self) -> Result<(), TargetError> {
        self.open_files().staged.clear();
        match fs::remove_dir_all(self.top.join(STAGING)) {
            Err(error) if error.kind() == ErrorKind::NotFound => self.nothing().map(|_| ()),
            outcome => outcome.map_err(|error| self.error(&error)),
        }
    }

    fn limits(&self) -> Result<TargetLimits, TargetError> {
        volume::limits(text(&self.top)?).map_err(|code| self.error_of(code))
    }

    fn free_bytes(&self) -> Result<u64, TargetError> {
        volume::free_bytes(text(&self.top)?).map_err(|code| self.error_of(code))
    }
}

impl FolderTarget {
    /// Of a disk that is gone, everything seems to be missing.
    fn nothing(&self) -> Result<Occupant, TargetError> {
        match self.top.try_exists() {
            Ok(true) => Ok(Occupant::Nothing),
            _ => Err(TargetError::Gone),
        }
    }
}

struct FolderTargetDraft {
    target: FolderTarget,
    id: StagedId,
    file: File,
}

impl TargetDraft for FolderTargetDraft {
    fn write(&mut self, bytes: &[u8]) -> Result<(), TargetError> {
        self.file
            .write_all(bytes)
            .map_err(|error| self.target.error(&error))
    }

    fn finish(self: Box<Self>, modified_unix_s: Option<i64>) -> Result<(), TargetError> {
        if let Some(time) = modified_unix_s.and_then(system_time) {
            match self.file.set_modified(time) {
                // A time that this file system has no room for: the picture has its own inside, and snapshot.json keeps it.
                Err(error) if error.raw_os_error() == Some(INVALID_PARAMETER) => {}
                outcome => outcome.map_err(|error| self.target.error(&error))?,
            }
        }
        let staged = Staged {
            file: Arc::new(self.file),
            is_flushed: false,
        };
        self.target.open_files().staged.insert(self.id, staged);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
