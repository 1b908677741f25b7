//! The volume port on a mounted file system, as `open(2)`, `fsync(2)` and `rename(2)` promise it on ext4.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::{DirEntryExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use heirloom_engine::{Draft, Entry, EntryKind, FileFacts, Space, Volume, VolumeError, VolumePath};
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, PosixFadviseAdvice, RenameFlags, posix_fadvise, renameat2};
use nix::libc;

use crate::pace::Pace;
use crate::piece::{ALIGNMENT_BYTES, with_piece};
use crate::sign_of_life::{SignOfLife, block_device};

/// How much of a file is written before the system is asked to begin writing it out.
const WRITE_OUT_BYTES: u64 = 8 << 20;
/// Before the umask: as programs make files.
const MODE: u32 = 0o666;
/// For its owner alone.
const PRIVATE_MODE: u32 = 0o600;

/// A folder of a mounted file system as a volume. It holds nothing open, so that the file system can be unmounted at any time.
#[derive(Clone, Debug)]
pub struct FolderVolume {
    top: PathBuf,
    sign_of_life: SignOfLife,
    pace: Arc<Pace>,
}

impl FolderVolume {
    /// Takes the folder; with `sign_of_life`, an I/O error after that path is gone means that the drive was pulled.
    pub fn new(top: impl Into<PathBuf>, sign_of_life: Option<PathBuf>) -> Self {
        let top = top.into();
        Self {
            pace: Arc::new(pace_of(&top)),
            top,
            sign_of_life: SignOfLife::new(sign_of_life),
        }
    }

    /// Takes a folder of any mounted file system, and finds out itself what shows that its drive was pulled.
    pub fn of_folder(top: impl Into<PathBuf>) -> Self {
        let top = top.into();
        Self {
            sign_of_life: SignOfLife::of_folder(&top),
            pace: Arc::new(pace_of(&top)),
            top,
        }
    }

    fn real(&self, path: &VolumePath) -> PathBuf {
        self.top.join(path.as_str())
    }

    fn error(&self, path: &VolumePath, errno: i32) -> VolumeError {
        if self.sign_of_life.is_gone() {
            return VolumeError::Gone;
        }
        match Errno::from_raw(errno) {
            Errno::ENOSPC | Errno::EDQUOT => VolumeError::Full,
            Errno::ENOENT | Errno::ENOTDIR => VolumeError::Missing(path.clone()),
            Errno::EEXIST => VolumeError::Exists(path.clone()),
            Errno::EMLINK => VolumeError::TooManyLinks,
            // The device below is no more, or ext4 has shut itself down because of it.
            Errno::ENODEV | Errno::ENXIO | Errno::ESHUTDOWN => VolumeError::Gone,
            _ => VolumeError::Io {
                path: path.clone(),
                errno,
            },
        }
    }

    fn read_past_the_cache(
        &self,
        path: &VolumePath,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, VolumeError> {
        let is_not_direct = |error: &std::io::Error| error.raw_os_error() == Some(libc::EINVAL);
        match self.open(path, libc::O_DIRECT) {
            Err(error) if is_not_direct(&error) => {}
            Err(error) => return Err(self.io(path)(error)),
            Ok(file) => {
                let mut begun = false;
                let poured = pour(&file, true, &mut |piece| {
                    begun = true;
                    sink(piece)
                });
                match poured {
                    // Some file systems say so only when they are read.
                    Err(error) if is_not_direct(&error) && !begun => {}
                    outcome => return outcome.map_err(self.io(path)),
                }
            }
        }
        let file = self.open_dropped(path)?;
        pour(&file, false, sink).map_err(self.io(path))
    }

    fn draft(&self, path: &VolumePath, mode: u32) -> Result<Box<dyn Draft>, VolumeError> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(self.real(path))
            .map_err(self.io(path))?;
        Ok(Box::new(FolderDraft {
            volume: self.clone(),
            path: path.clone(),
            file,
            written_bytes: 0,
            begun_bytes: 0,
        }))
    }

    /// Opens what may be gone on with; `None` for all else.
    fn reopened(&self, path: &VolumePath, keep_bytes: u64) -> std::io::Result<Option<File>> {
        let real = self.real(path);
        let may_be_gone_on_with =
            |it: &fs::Metadata| it.is_file() && it.nlink() == 1 && it.len() >= keep_bytes;
        if !may_be_gone_on_with(&fs::symlink_metadata(&real)?) {
            return Ok(None);
        }
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .custom_flags(libc::O_NOFOLLOW)
            .open(real)?;
        // Of the very file that is cut: what may be published must not be.
        if !may_be_gone_on_with(&file.metadata()?) {
            return Ok(None);
        }
        file.set_len(keep_bytes)?;
        file.seek(SeekFrom::Start(keep_bytes))?;
        Ok(Some(file))
    }

    fn io<'a>(&'a self, path: &'a VolumePath) -> impl Fn(std::io::Error) -> VolumeError + 'a {
        move |error| self.error(path, error.raw_os_error().unwrap_or(0))
    }

    fn top_path() -> VolumePath {
        // Stands for the top in errors only.
        VolumePath::new("archive")
    }

    /// Opens a file to read it, leaving alone its time of reading where the system lets us: a verification would write to every inode else.
    fn open(&self, path: &VolumePath, flags: i32) -> std::io::Result<File> {
        let open = |flags| {
            OpenOptions::new()
                .read(true)
                .custom_flags(flags | libc::O_NOFOLLOW)
                .open(self.real(path))
        };
        match open(flags | libc::O_NOATIME) {
            Err(error) if error.raw_os_error() == Some(libc::EPERM) => open(flags),
            outcome => outcome,
        }
    }

    /// Opens a file so that reading it asks the drive even for what is cached. A file system without O_DIRECT (tmpfs): its pages are dropped
    /// before they are read, as far as that goes.
    fn open_dropped(&self, path: &VolumePath) -> Result<File, VolumeError> {
        let file = self.open(path, 0).map_err(self.io(path))?;
        file.sync_all().map_err(self.io(path))?;
        posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED)
            .map_err(|errno| self.error(path, errno as i32))?;
        Ok(file)
    }
}

/// Hands over a file from where it stands to its end; returns how many bytes.
fn pour(
    mut file: &File,
    is_direct: bool,
    sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
) -> std::io::Result<u64> {
    with_piece(|piece| {
        let mut total = 0;
        loop {
            let count = match file.read(piece) {
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            total += count as u64;
            // Read directly, only the last sector can be a part of one; and inside of a sector, some file systems refuse to read on.
            let is_last = is_direct && count % ALIGNMENT_BYTES != 0;
            if count == 0 || sink(&piece[..count]).is_break() || is_last {
                return Ok(total);
            }
        }
    })
}

impl Volume for FolderVolume {
    fn make_folder(&self, path: &VolumePath) -> Result<(), VolumeError> {
        fs::create_dir_all(self.real(path)).map_err(self.io(path))
    }

    fn create(&self, path: &VolumePath) -> Result<Box<dyn Draft>, VolumeError> {
        self.draft(path, MODE)
    }

    fn create_private(&self, path: &VolumePath) -> Result<Box<dyn Draft>, VolumeError> {
        self.draft(path, PRIVATE_MODE)
    }

    fn reopen(
        &self,
        path: &VolumePath,
        keep_bytes: u64,
    ) -> Result<Option<Box<dyn Draft>>, VolumeError> {
        let file = match self.reopened(path, keep_bytes) {
            Ok(Some(file)) => file,
            Ok(None) => return Ok(None),
            Err(error) => {
                return match self.io(path)(error) {
                    VolumeError::Missing(_) => Ok(None),
                    error => Err(error),
                };
            }
        };
        Ok(Some(Box::new(FolderDraft {
            volume: self.clone(),
            path: path.clone(),
            file,
            written_bytes: keep_bytes,
            begun_bytes: keep_bytes,
        })))
    }

    fn target(&self, path: &VolumePath) -> Result<String, VolumeError> {
        let target = fs::read_link(self.real(path)).map_err(self.io(path))?;
        // A target that is no text is none of ours, and is told as something else than what was expected.
        Ok(target.to_string_lossy().into_owned())
    }

    fn link(&self, existing: &VolumePath, new: &VolumePath) -> Result<(), VolumeError> {
        fs::hard_link(self.real(existing), self.real(new)).map_err(|error| {
            // Which of the two is meant is in the error itself.
            let about = if error.kind() == ErrorKind::NotFound {
                existing
            } else {
                new
            };
            self.io(about)(error)
        })
    }

    fn point(&self, path: &VolumePath, target: &str) -> Result<(), VolumeError> {
        let real = self.real(path);
        let draft = real.with_extension("new");
        match fs::remove_file(&draft) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(self.io(path)(error)),
        }
        std::os::unix::fs::symlink(target, &draft).map_err(self.io(path))?;
        fs::rename(&draft, &real).map_err(self.io(path))
    }

    fn rename(&self, from: &VolumePath, to: &VolumePath) -> Result<(), VolumeError> {
        renameat2(
            AT_FDCWD,
            &self.real(from),
            AT_FDCWD,
            &self.real(to),
            RenameFlags::RENAME_NOREPLACE,
        )
        .map_err(|errno| {
            let about = if errno == Errno::ENOENT { from } else { to };
            self.error(about, errno as i32)
        })
    }

    fn replace(&self, from: &VolumePath, to: &VolumePath) -> Result<(), VolumeError> {
        fs::rename(self.real(from), self.real(to)).map_err(self.io(from))
    }

    fn remove(&self, path: &VolumePath) -> Result<(), VolumeError> {
        let real = self.real(path);
        let removed = match fs::remove_file(&real) {
            Err(error) if error.raw_os_error() == Some(libc::EISDIR) => fs::remove_dir_all(&real),
            outcome => outcome,
        };
        match removed {
            Err(error) if error.kind() == ErrorKind::NotFound && !self.sign_of_life.is_gone() => {
                Ok(())
            }
            outcome => outcome.map_err(self.io(path)),
        }
    }

    fn flush(&self) -> Result<(), VolumeError> {
        let top = Self::top_path();
        let folder = File::open(&self.top).map_err(self.io(&top))?;
        nix::unistd::syncfs(&folder).map_err(|errno| self.error(&top, errno as i32))
    }

    fn read(
        &self,
        path: &VolumePath,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, VolumeError> {
        let file = self.open(path, 0).map_err(self.io(path))?;
        pour(&file, false, sink).map_err(self.io(path))
    }

    fn read_back(
        &self,
        path: &VolumePath,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, VolumeError> {
        self.pace.time(|| self.read_past_the_cache(path, sink))
    }

    fn facts(&self, path: &VolumePath) -> Result<FileFacts, VolumeError> {
        let found = fs::symlink_metadata(self.real(path)).map_err(self.io(path))?;
        Ok(FileFacts {
            size_bytes: found.len(),
            modified_unix_s: found.mtime(),
        })
    }

    fn list(&self, folder: Option<&VolumePath>) -> Result<Vec<Entry>, VolumeError> {
        let top = Self::top_path();
        let path = folder.unwrap_or(&top);
        let real = folder.map_or_else(|| self.top.clone(), |folder| self.real(folder));
        let mut entries = Vec::new();
        for entry in fs::read_dir(real).map_err(self.io(path))? {
            let entry = entry.map_err(self.io(path))?;
            let kind = entry.file_type().map_err(self.io(path))?;
            let kind = match () {
                () if kind.is_dir() => EntryKind::Folder,
                () if kind.is_symlink() => EntryKind::Link,
                () if kind.is_file() => EntryKind::File,
                () => EntryKind::Other,
            };
            // A name that is not UTF-8 is none of ours; it is shown as well as it can be, so that it is noticed.
            entries.push(Entry {
                name: entry
                    .file_name()
                    .into_string()
                    .unwrap_or_else(|name| name.to_string_lossy().into_owned()),
                kind,
                file_id: entry.ino(),
            });
        }
        // What ext4 makes for e2fsck is no part of the archive.
        if folder.is_none() {
            entries.retain(|entry| entry.name != "lost+found");
        }
        entries.sort_unstable();
        Ok(entries)
    }

    fn space(&self) -> Result<Space, VolumeError> {
        let found = nix::sys::statvfs::statvfs(&self.top)
            .map_err(|errno| self.error(&Self::top_path(), errno as i32))?;
        let unit_bytes = found.fragment_size();
        Ok(Space {
            total_bytes: found.blocks() * unit_bytes,
            free_bytes: found.blocks_available() * unit_bytes,
        })
    }

    fn reads_at_once(&self) -> usize {
        self.pace.at_once()
    }
}

struct FolderDraft {
    volume: FolderVolume,
    path: VolumePath,
    file: File,
    written_bytes: u64,
    /// Of them, those that the system was asked to begin writing out.
    begun_bytes: u64,
}

impl FolderDraft {
    /// Asks the system to begin writing out what was written, so that the flush finds little left to do and the page cache stays free for
    /// others. A hint: nothing depends on whether it is followed.
    fn begin_writing_out(&mut self) {
        let (from, length) = (self.begun_bytes, self.written_bytes - self.begun_bytes);
        self.begun_bytes = self.written_bytes;
        let (Ok(from), Ok(length)) = (i64::try_from(from), i64::try_from(length)) else {
            return;
        };
        let hint = PosixFadviseAdvice::POSIX_FADV_DONTNEED;
        if let Err(errno) = posix_fadvise(&self.file, from, length, hint) {
            log::debug!("{}: {errno}", self.path);
        }
    }
}

impl Draft for FolderDraft {
    fn write(&mut self, bytes: &[u8]) -> Result<(), VolumeError> {
        self.file
            .write_all(bytes)
            .map_err(self.volume.io(&self.path))?;
        self.written_bytes += bytes.len() as u64;
        if self.written_bytes - self.begun_bytes >= WRITE_OUT_BYTES {
            self.begin_writing_out();
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, modified_unix_s: Option<i64>) -> Result<(), VolumeError> {
        if let Some(time) = modified_unix_s.and_then(system_time) {
            self.file
                .set_modified(time)
                .map_err(self.volume.io(&self.path))?;
        }
        // Photos are better left to the flush, which writes many at once.
        if self.written_bytes >= WRITE_OUT_BYTES {
            self.begin_writing_out();
        }
        Ok(())
    }
}

fn system_time(unix_s: i64) -> Option<SystemTime> {
    let distance = Duration::from_secs(unix_s.unsigned_abs());
    if unix_s < 0 {
        UNIX_EPOCH.checked_sub(distance)
    } else {
        UNIX_EPOCH.checked_add(distance)
    }
}

/// What the kernel says of the drive below; one that can't be asked is tried out, too.
fn pace_of(top: &Path) -> Pace {
    let Ok(found) = fs::metadata(top) else {
        return Pace::unknown();
    };
    let device = block_device(found.dev());
    // A partition has no queue of its own; its disk is the folder above.
    let is_solid = ["queue", "../queue"].iter().any(|queue| {
        let rotational = device.join(queue).join("rotational");
        fs::read_to_string(rotational).is_ok_and(|said| said.trim() == "0")
    });
    if is_solid {
        Pace::solid()
    } else {
        Pace::unknown()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder for the test")
    }

    #[test]
    fn it_keeps_the_ports_contract() {
        let folder = folder();
        heirloom_fakes::volume_contract(|| Box::new(FolderVolume::new(folder.path(), None)));
    }

    #[test]
    fn times_before_1970_and_far_ahead_are_kept() {
        let folder = folder();
        let volume = FolderVolume::new(folder.path(), None);
        for (name, unix_s) in [("old", -1_000_000_000), ("new", 4_000_000_000)] {
            volume
                .create(&VolumePath::new(name))
                .expect("create")
                .finish(Some(unix_s))
                .expect("finish");
            let modified = fs::metadata(folder.path().join(name))
                .and_then(|found| found.modified())
                .expect("its time");
            assert_eq!(Some(modified), system_time(unix_s), "{name}");
        }
    }

    #[test]
    fn errors_after_the_drive_is_gone_say_so() {
        let folder = folder();
        let sign = folder.path().join("sign");
        fs::write(&sign, "").expect("a sign of life");
        let volume = FolderVolume::new(folder.path().join("not mounted"), Some(sign.clone()));
        let path = VolumePath::new("file");
        assert_eq!(volume.facts(&path), Err(VolumeError::Missing(path.clone())));
        fs::remove_file(sign).expect("take it away");
        assert_eq!(volume.facts(&path), Err(VolumeError::Gone));
        assert_eq!(volume.remove(&path), Err(VolumeError::Gone));
    }
}
