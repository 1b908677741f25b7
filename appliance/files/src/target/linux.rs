//! The target port on any file system that Linux mounted: what is restored gets its name by `renameat2(2)`.

use std::ffi::CString;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::ops::ControlFlow;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use heirloom_engine::{
    Occupant, OnTarget, StagedId, Target, TargetDraft, TargetError, TargetLimits, TargetPath,
};
use nix::errno::Errno;
use nix::fcntl::{
    AT_FDCWD, AtFlags, OFlag, PosixFadviseAdvice, RenameFlags, openat, posix_fadvise, renameat,
    renameat2,
};
use nix::sys::stat::{Mode, SFlag, fstatat, mkdirat};
use nix::unistd::{UnlinkatFlags, unlinkat};

use super::{STAGING, staged_name, system_time};
use crate::limits::limits_of;
use crate::piece::with_piece;
use crate::sign_of_life::SignOfLife;
use crate::unfollowed::find_folder;

/// A folder of a mounted file system as the target of a restore.
#[derive(Clone, Debug)]
pub struct FolderTarget {
    top: PathBuf,
    sign_of_life: SignOfLife,
}

impl FolderTarget {
    /// Takes a folder that is there. In it, `.heirloom-restore` is used while a restore goes on, and removed at its end.
    pub fn new(top: impl Into<PathBuf>) -> Self {
        let top = top.into();
        Self {
            sign_of_life: SignOfLife::of_folder(&top),
            top,
        }
    }

    fn error(&self, errno: Errno) -> TargetError {
        if self.sign_of_life.is_gone() {
            return TargetError::Gone;
        }
        let number = errno as i32;
        match errno {
            Errno::ENOSPC | Errno::EDQUOT => TargetError::Full,
            Errno::EEXIST | Errno::ENOTEMPTY | Errno::EISDIR | Errno::ENOTDIR | Errno::ELOOP => {
                TargetError::Exists
            }
            // A name or a length that this file system has not, or a folder that is not ours.
            Errno::ENAMETOOLONG
            | Errno::EINVAL
            | Errno::EILSEQ
            | Errno::EFBIG
            | Errno::EPERM
            | Errno::EACCES => TargetError::Refused { errno: number },
            Errno::ENODEV | Errno::ENXIO | Errno::ESHUTDOWN => TargetError::Gone,
            _ => TargetError::Io { errno: number },
        }
    }

    fn io(&self, error: &std::io::Error) -> TargetError {
        self.error(Errno::from_raw(error.raw_os_error().unwrap_or(0)))
    }

    fn open_top(&self) -> nix::Result<OwnedFd> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        openat(AT_FDCWD, &self.top, flags, Mode::empty())
    }

    /// Goes down through folders, following no link; makes those that are missing if it is told to.
    fn open_folder(&self, names: &[Vec<u8>], makes: bool) -> nix::Result<OwnedFd> {
        let mut folder = self.open_top()?;
        for name in names {
            let name = c_name(name)?;
            folder = match find_folder(&folder, &name) {
                Err(Errno::ENOENT) if makes => {
                    match mkdirat(&folder, name.as_c_str(), Mode::from_bits_truncate(0o777)) {
                        Ok(()) | Err(Errno::EEXIST) => {}
                        Err(errno) => return Err(errno),
                    }
                    find_folder(&folder, &name)?
                }
                outcome => outcome?,
            };
        }
        Ok(folder)
    }

    fn open_staging(&self) -> nix::Result<OwnedFd> {
        self.open_folder(&[STAGING.as_bytes().to_vec()], true)
    }

    /// The folder of a path, and the name in it.
    fn split<'p>(&self, path: &'p TargetPath) -> Result<(&'p [Vec<u8>], CString), TargetError> {
        let (name, folders) = path.names().split_last().expect("a path has a name");
        let is_ours = path
            .names()
            .first()
            .is_some_and(|it| it == STAGING.as_bytes());
        let name = match is_ours {
            true => Err(Errno::EINVAL),
            false => c_name(name),
        };
        Ok((folders, name.map_err(|errno| self.error(errno))?))
    }

    fn open(&self, file: OnTarget<'_>, how: OFlag) -> nix::Result<File> {
        let flags =
            how | OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let opened = match file {
            OnTarget::Staged(id) => openat(
                self.open_staging()?,
                &staged_name(id)[..],
                flags,
                Mode::empty(),
            )?,
            OnTarget::Placed(path) => {
                let (name, folders) = path.names().split_last().expect("a path has a name");
                let folder = self.open_folder(folders, false)?;
                openat(folder, c_name(name)?.as_c_str(), flags, Mode::empty())?
            }
        };
        Ok(opened.into())
    }

    /// Opens a file so that reading it asks the disk itself.
    fn open_direct(&self, file: OnTarget<'_>) -> nix::Result<File> {
        match self.open(file, OFlag::O_DIRECT) {
            // A file system without O_DIRECT (tmpfs, some of FUSE): its pages are dropped before they are read, as far as that goes.
            Err(Errno::EINVAL) => {
                let file = self.open(file, OFlag::empty())?;
                nix::unistd::fsync(&file)?;
                posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED)?;
                Ok(file)
            }
            outcome => outcome,
        }
    }

    fn rename(&self, id: StagedId, folder: impl AsFd, name: &CString) -> nix::Result<()> {
        let staging = self.open_staging()?;
        let staged = &staged_name(id)[..];
        let flags = RenameFlags::RENAME_NOREPLACE;
        match renameat2(&staging, staged, &folder, name.as_c_str(), flags) {
            // Some file systems of FUSE and networks don't know the flag. Nobody else is expected to write there at the same time.
            Err(Errno::EINVAL | Errno::ENOSYS | Errno::EOPNOTSUPP) => {
                match fstatat(&folder, name.as_c_str(), AtFlags::AT_SYMLINK_NOFOLLOW) {
                    Err(Errno::ENOENT) => renameat(&staging, staged, &folder, name.as_c_str()),
                    Ok(_) => Err(Errno::EEXIST),
                    Err(errno) => Err(errno),
                }
            }
            outcome => outcome,
        }
    }
}

fn c_name(name: &[u8]) -> nix::Result<CString> {
    CString::new(name).map_err(|_| Errno::EINVAL)
}

impl Target for FolderTarget {
    fn look(&self, path: &TargetPath) -> Result<Occupant, TargetError> {
        let (folders, name) = self.split(path)?;
        let found = self
            .open_folder(folders, false)
            .and_then(|folder| fstatat(folder, name.as_c_str(), AtFlags::AT_SYMLINK_NOFOLLOW));
        match found {
            Ok(found)
                if SFlag::from_bits_truncate(found.st_mode) & SFlag::S_IFMT == SFlag::S_IFREG =>
            {
                Ok(Occupant::File {
                    // The kernel counts lengths without a sign.
                    size_bytes: found.st_size.unsigned_abs(),
                })
            }
            Ok(_) | Err(Errno::ENOTDIR | Errno::ELOOP) => Ok(Occupant::Other),
            Err(Errno::ENOENT) if !self.sign_of_life.is_gone() => Ok(Occupant::Nothing),
            Err(errno) => Err(self.error(errno)),
        }
    }

    fn stage(&self, id: StagedId) -> Result<Box<dyn TargetDraft>, TargetError> {
        let create = || {
            let staging = self.open_staging()?;
            let name = &staged_name(id)[..];
            let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_CLOEXEC;
            let new = || openat(&staging, name, flags, Mode::from_bits_truncate(0o666));
            match new() {
                // What an earlier restore left.
                Err(Errno::EEXIST) => {
                    unlinkat(&staging, name, UnlinkatFlags::NoRemoveDir)?;
                    new()
                }
                outcome => outcome,
            }
        };
        let file = create().map_err(|errno| self.error(errno))?;
        Ok(Box::new(FolderTargetDraft {
            target: self.clone(),
            file: file.into(),
        }))
    }

    fn flush(&self) -> Result<(), TargetError> {
        self.open_top()
            .and_then(nix::unistd::syncfs)
            .map_err(|errno| self.error(errno))
    }

    fn read_back(
        &self,
        file: OnTarget<'_>,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, TargetError> {
        let mut file = self.open_direct(file).map_err(|errno| self.error(errno))?;
        with_piece(|piece| {
            let mut total = 0;
            loop {
                let count = match file.read(piece) {
                    Ok(count) => count,
                    Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                    // Past a last part of a sector, some file systems refuse to read directly: that is the end.
                    Err(error)
                        if error.raw_os_error() == Some(Errno::EINVAL as i32)
                            && total % SECTOR_BYTES != 0 =>
                    {
                        0
                    }
                    Err(error) => return Err(self.io(&error)),
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
        self.open_folder(folders, true)
            .and_then(|folder| self.rename(id, folder, &name))
            .map_err(|errno| match (self.error(errno), self.free_bytes()) {
                // A name takes next to nothing: with room left on the disk, it is the folder that takes no more (FAT).
                (TargetError::Full, Ok(free_bytes)) if free_bytes >= FOLDER_BYTES => {
                    let errno = errno as i32;
                    TargetError::Refused { errno }
                }
                (error, _) => error,
            })
    }

    fn clear(&self) -> Result<(), TargetError> {
        let staging: &Path = &self.top.join(STAGING);
        match std::fs::remove_dir_all(staging) {
            Err(error) if error.kind() == ErrorKind::NotFound && !self.sign_of_life.is_gone() => {
                Ok(())
            }
            outcome => outcome.map_err(|error| self.io(&error)),
        }
    }

    fn limits(&self) -> Result<TargetLimits, TargetError> {
        self.open_top()
            .and_then(limits_of)
            .map_err(|errno| self.error(errno))
    }

    fn free_bytes(&self) -> Result<u64, TargetError> {
        let found = self
            .open_top()
            .and_then(|top| nix::sys::statvfs::fstatvfs(&top))
            .map_err(|errno| self.error(errno))?;
        Ok(found.blocks_available() * found.fragment_size())
    }
}

/// More than any folder needs to grow by: the largest cluster of exFAT.
const FOLDER_BYTES: u64 = 32 << 20;

/// The smallest sector there is.
const SECTOR_BYTES: u64 = 512;

struct FolderTargetDraft {
    target: FolderTarget,
    file: File,
}

impl TargetDraft for FolderTargetDraft {
    fn write(&mut self, bytes: &[u8]) -> Result<(), TargetError> {
        self.file
            .write_all(bytes)
            .map_err(|error| self.target.io(&error))
    }

    fn finish(self: Box<Self>, modified_unix_s: Option<i64>) -> Result<(), TargetError> {
        let Some(time) = modified_unix_s.and_then(system_time) else {
            return Ok(());
        };
        match self.file.set_modified(time) {
            // A time that this file system has no room for: the picture has its own inside, and snapshot.json keeps it.
            Err(error) if is_out_of_range(&error) => Ok(()),
            outcome => outcome.map_err(|error| self.target.io(&error)),
        }
    }
}

fn is_out_of_range(error: &std::io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw);
    matches!(
        errno,
        Some(Errno::EINVAL | Errno::EOVERFLOW | Errno::ERANGE)
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn path(names: &[&[u8]]) -> TargetPath {
        TargetPath::new(names.iter().map(|it| it.to_vec()).collect()).expect("plain names")
    }

    fn put(target: &FolderTarget, path: &TargetPath, unix_s: i64) -> Result<(), TargetError> {
        let id = StagedId(1);
        let mut draft = target.stage(id)?;
        draft.write(b"content")?;
        draft.finish(Some(unix_s))?;
        target.flush()?;
        target.place(id, path)
    }

    #[test]
    fn it_keeps_the_ports_contract_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        heirloom_fakes::target_contract(&FolderTarget::new(folder.path()));
        assert!(!folder.path().join(STAGING).exists());
    }

    #[test]
    fn any_bytes_and_any_time_come_out() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let target = FolderTarget::new(folder.path());
        for (name, unix_s) in [(&b"\xff\n\\ "[..], -1_000_000_000), (b"new", 4_000_000_000)] {
            let path = path(&[b"a", name]);
            put(&target, &path, unix_s).expect("put");
            assert_eq!(target.look(&path), Ok(Occupant::File { size_bytes: 7 }));
        }
        let modified = std::fs::metadata(folder.path().join("a/new"))
            .and_then(|found| found.modified())
            .expect("its time");
        assert_eq!(Some(modified), system_time(4_000_000_000));
    }

    #[test]
    fn no_link_is_followed_and_its_own_folder_is_nobodys() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let elsewhere = tempfile::tempdir().expect("a folder for the test");
        symlink(elsewhere.path(), folder.path().join("link")).expect("a link");
        symlink("nowhere", folder.path().join("dangling")).expect("a link");
        let target = FolderTarget::new(folder.path());
        for names in [&[&b"link"[..], b"file"][..], &[b"link"], &[b"dangling"]] {
            let path = path(names);
            assert_eq!(target.look(&path), Ok(Occupant::Other), "{path}");
            assert_eq!(put(&target, &path, 0), Err(TargetError::Exists), "{path}");
        }
        let inside = path(&[STAGING.as_bytes(), b"file"]);
        let refused = |errno| matches!(errno, Err(TargetError::Refused { .. }));
        assert!(refused(target.look(&inside).map(|_| ())));
        assert!(refused(put(&target, &inside, 0)));
        let left = std::fs::read_dir(elsewhere.path()).expect("read").count();
        assert_eq!(left, 0);
    }
}
