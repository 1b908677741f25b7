//! The volume port on a mounted file system, as `open(2)`, `fsync(2)` and `rename(2)` promise it on ext4.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use heirloom_engine::{Draft, Entry, EntryKind, Space, Volume, VolumeError, VolumePath};
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, PosixFadviseAdvice, RenameFlags, posix_fadvise, renameat2};
use nix::libc;

/// Length of the pieces in which files are read.
const PIECE_BYTES: usize = 1024 * 1024;
/// What O_DIRECT wants buffers and offsets to be aligned to; the largest sector there is.
const ALIGNMENT_BYTES: usize = 4096;

/// A folder of a mounted file system as a volume.
#[derive(Clone, Debug)]
pub struct LinuxVolume {
    top: PathBuf,
    /// A path in sysfs that is there as long as the drive is plugged in.
    sign_of_life: Option<PathBuf>,
}

impl LinuxVolume {
    /// Takes the folder; with `sign_of_life`, an I/O error after that path is gone means that the drive was pulled.
    pub fn new(top: impl Into<PathBuf>, sign_of_life: Option<PathBuf>) -> Self {
        Self {
            top: top.into(),
            sign_of_life,
        }
    }

    fn real(&self, path: &VolumePath) -> PathBuf {
        self.top.join(path.as_str())
    }

    fn is_gone(&self) -> bool {
        self.sign_of_life
            .as_ref()
            .is_some_and(|sign| !sign.exists())
    }

    fn error(&self, path: &VolumePath, errno: i32) -> VolumeError {
        if self.is_gone() {
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

    fn io<'a>(&'a self, path: &'a VolumePath) -> impl Fn(std::io::Error) -> VolumeError + 'a {
        move |error| self.error(path, error.raw_os_error().unwrap_or(0))
    }

    fn top_path() -> VolumePath {
        // Stands for the top in errors only.
        VolumePath::new("archive")
    }

    fn pour(
        &self,
        path: &VolumePath,
        mut file: File,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, VolumeError> {
        let mut room = vec![0; PIECE_BYTES + ALIGNMENT_BYTES];
        let start = room.as_ptr().align_offset(ALIGNMENT_BYTES);
        let piece = &mut room[start..start + PIECE_BYTES];
        let mut total = 0;
        loop {
            let count = match file.read(piece) {
                Ok(0) => return Ok(total),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.io(path)(error)),
            };
            total += count as u64;
            if sink(&piece[..count]).is_break() {
                return Ok(total);
            }
        }
    }
}

impl Volume for LinuxVolume {
    fn make_folder(&self, path: &VolumePath) -> Result<(), VolumeError> {
        fs::create_dir_all(self.real(path)).map_err(self.io(path))
    }

    fn create(&self, path: &VolumePath) -> Result<Box<dyn Draft>, VolumeError> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(self.real(path))
            .map_err(self.io(path))?;
        Ok(Box::new(LinuxDraft {
            volume: self.clone(),
            path: path.clone(),
            file,
        }))
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

    fn remove(&self, path: &VolumePath) -> Result<(), VolumeError> {
        let real = self.real(path);
        let removed = match fs::symlink_metadata(&real) {
            Ok(found) if found.is_dir() => fs::remove_dir_all(&real),
            Ok(_) => fs::remove_file(&real),
            Err(error) => Err(error),
        };
        match removed {
            Err(error) if error.kind() == ErrorKind::NotFound && !self.is_gone() => Ok(()),
            outcome => outcome.map_err(self.io(path)),
        }
    }

    fn sync_folder(&self, path: &VolumePath) -> Result<(), VolumeError> {
        File::open(self.real(path))
            .and_then(|folder| folder.sync_all())
            .map_err(self.io(path))
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
        let file = File::open(self.real(path)).map_err(self.io(path))?;
        self.pour(path, file, sink)
    }

    fn read_back(
        &self,
        path: &VolumePath,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, VolumeError> {
        let open = |flags| {
            OpenOptions::new()
                .read(true)
                .custom_flags(flags)
                .open(self.real(path))
        };
        let file = match open(libc::O_DIRECT) {
            // A file system without O_DIRECT (tmpfs): its pages are dropped before they are read, as far as that goes.
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {
                let file = open(0).map_err(self.io(path))?;
                file.sync_all().map_err(self.io(path))?;
                posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED)
                    .map_err(|errno| self.error(path, errno as i32))?;
                file
            }
            file => file.map_err(self.io(path))?,
        };
        self.pour(path, file, sink)
    }

    fn size_bytes(&self, path: &VolumePath) -> Result<u64, VolumeError> {
        Ok(fs::symlink_metadata(self.real(path))
            .map_err(self.io(path))?
            .len())
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
                () => EntryKind::File,
            };
            // A name that is not UTF-8 is none of ours; it is shown as well as it can be, so that it is noticed.
            entries.push(Entry {
                name: entry.file_name().to_string_lossy().into_owned(),
                kind,
            });
        }
        // What ext4 makes for e2fsck is no part of the archive.
        if folder.is_none() {
            entries.retain(|entry| entry.name != "lost+found");
        }
        entries.sort();
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
}

struct LinuxDraft {
    volume: LinuxVolume,
    path: VolumePath,
    file: File,
}

impl Draft for LinuxDraft {
    fn write(&mut self, bytes: &[u8]) -> Result<(), VolumeError> {
        self.file
            .write_all(bytes)
            .map_err(self.volume.io(&self.path))
    }

    fn sync(self: Box<Self>, modified_unix_s: Option<i64>) -> Result<(), VolumeError> {
        if let Some(time) = modified_unix_s.and_then(system_time) {
            self.file
                .set_modified(time)
                .map_err(self.volume.io(&self.path))?;
        }
        self.file.sync_all().map_err(self.volume.io(&self.path))
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

/// A path in sysfs that disappears when the disk behind a block device's node is unplugged.
pub(crate) fn sign_of_life(node: &Path) -> Option<PathBuf> {
    let name = node.file_name()?.to_str()?;
    Some(PathBuf::from("/sys/class/block").join(name))
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
        heirloom_fakes::volume_contract(|| Box::new(LinuxVolume::new(folder.path(), None)));
    }

    #[test]
    fn times_before_1970_and_far_ahead_are_kept() {
        let folder = folder();
        let volume = LinuxVolume::new(folder.path(), None);
        for (name, unix_s) in [("old", -1_000_000_000), ("new", 4_000_000_000)] {
            volume
                .create(&VolumePath::new(name))
                .expect("create")
                .sync(Some(unix_s))
                .expect("sync");
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
        let volume = LinuxVolume::new(folder.path().join("not mounted"), Some(sign.clone()));
        let path = VolumePath::new("file");
        assert_eq!(
            volume.size_bytes(&path),
            Err(VolumeError::Missing(path.clone()))
        );
        fs::remove_file(sign).expect("take it away");
        assert_eq!(volume.size_bytes(&path), Err(VolumeError::Gone));
        assert_eq!(volume.remove(&path), Err(VolumeError::Gone));
    }
}
