//! An archive in a folder of Linux: opened, made, locked, and compared with a source's.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heirloom_engine::{Archive, Volume};
use heirloom_files::FolderVolume;
use heirloom_format::{ArchiveId, ArchiveInfo, SigningKey};
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use nix::sys::statfs::{FsType, MSDOS_SUPER_MAGIC, statfs};
use nix::unistd::{AccessFlags, access};

use super::{Place, Use};
use crate::clock::today;
use crate::trouble::Trouble;

const ARCHIVE_JSON: &str = "archive.json";
const ARCHIVE_KEY: &str = "archive.key";
/// What an archive that was not made to its end may have at its top: all but `archive.json`.
const BEFORE_ARCHIVE_JSON: [&str; 4] = [".incoming", "README.txt", ARCHIVE_KEY, "sources"];
/// What mkfs makes in an empty file system.
const LOST_AND_FOUND: &str = "lost+found";
/// exFAT's number in `statfs`, from the kernel's `include/uapi/linux/magic.h`.
const EXFAT_SUPER_MAGIC: FsType = FsType(0x2011_BAB0);

/// What is in a folder that is to be an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prospect {
    /// There is an archive.
    Archive,
    /// Nothing is there, or an empty folder, or what an interrupted making left.
    Room,
}

impl Place {
    /// Opens an archive in a folder.
    pub(crate) fn open(dir: &Path, purpose: Use) -> Result<Self, Trouble> {
        let dir = canonical(dir)?;
        let lock = lock(&dir, purpose)?;
        if purpose == Use::Write {
            may_write(&dir)?;
        }
        let volume: Arc<dyn Volume> = Arc::new(FolderVolume::of_folder(&dir));
        let archive = Archive::open(&*volume).map_err(|error| {
            match Trouble::of_archive(dir.clone(), error) {
                Trouble::NotAnArchive(dir) if is_empty(&dir) => Trouble::EmptyFolder(dir),
                trouble => trouble,
            }
        })?;
        Ok(Self {
            dir,
            volume,
            archive,
            _lock: lock,
        })
    }

    /// Makes an archive in a folder that has room for one.
    pub(crate) fn make(dir: &Path) -> Result<Self, Trouble> {
        let is_new = match fs::create_dir(dir) {
            Ok(()) => true,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => false,
            Err(error) => return Err(of_io(dir, error)),
        };
        let dir = canonical(dir)?;
        let lock = lock(&dir, Use::Write)?;
        let volume: Arc<dyn Volume> = Arc::new(FolderVolume::of_folder(&dir));
        let key = SigningKey::from_seed(random()?, random()?);
        let name = dir
            .file_name()
            .map_or("archive".into(), |name| name.to_string_lossy());
        let id = ArchiveId::from_bytes(random()?);
        let info = ArchiveInfo::new(id, name, today(), key.public_key());
        // While the secret key is made and not yet closed to others, the whole folder is.
        let not_writable = |error| Trouble::NotWritable {
            archive: dir.clone(),
            error,
        };
        let mode = fs::metadata(&dir).map_err(not_writable)?.permissions();
        let closed = Permissions::from_mode(0o700);
        fs::set_permissions(&dir, closed).map_err(not_writable)?;
        let made = Archive::create(&*volume, &info, &key);
        let archive = match made {
            Ok(archive) => archive,
            Err(error) => {
                if is_new {
                    // As far as it is empty it goes; otherwise the next attempt goes on with it.
                    let _ = fs::remove_dir(&dir);
                }
                return Err(Trouble::of_archive(dir, error));
            }
        };
        let secret = Permissions::from_mode(0o600);
        fs::set_permissions(dir.join(ARCHIVE_KEY), secret).map_err(not_writable)?;
        fs::set_permissions(&dir, mode).map_err(not_writable)?;
        log::info!(
            "made the archive {} with the public key {}",
            info.archive_id,
            info.public_key
        );
        Ok(Self {
            dir,
            volume,
            archive,
            _lock: lock,
        })
    }
}

/// What is in a folder that is to be an archive, or why it can't be one.
pub(crate) fn prospect(dir: &Path) -> Result<Prospect, Trouble> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let above = above(dir);
            return match fs::metadata(&above) {
                Ok(found) if found.is_dir() => fits(&above, dir),
                Ok(_) => Err(Trouble::NotAFolder(above)),
                Err(error) => Err(of_io(&above, error)),
            };
        }
        Err(error) => return Err(of_io(dir, error)),
    };
    let mut is_archive = false;
    let mut is_room = true;
    for entry in entries {
        let name = entry.map_err(|error| of_io(dir, error))?.file_name();
        let is = |known: &str| name == *known;
        is_archive |= is(ARCHIVE_JSON);
        is_room &= is(LOST_AND_FOUND) || BEFORE_ARCHIVE_JSON.into_iter().any(is);
    }
    match (is_archive, is_room) {
        (true, _) => Ok(Prospect::Archive),
        (false, true) if is_empty(&dir.join("sources")) => fits(dir, dir),
        (false, _) => Err(Trouble::NotAnArchive(dir.to_owned())),
    }
}

/// Refuses a source and an archive of which one is in the other. `archive` need not exist.
pub(crate) fn are_apart(source_dir: &Path, archive: &Path) -> Result<(), Trouble> {
    let source_dir = canonical(source_dir)?;
    let archive = match archive.canonicalize() {
        Ok(archive) => archive,
        // Not made yet: then what it will be in counts, and its error is the one that is told.
        Err(_) => canonical(&above(archive))?.join(archive.file_name().unwrap_or_default()),
    };
    if is_same(&source_dir, &archive) {
        Err(Trouble::SameFolder(source_dir))
    } else if archive.ancestors().any(|it| is_same(it, &source_dir)) {
        Err(Trouble::ArchiveInSource {
            archive,
            source_dir,
        })
    } else if source_dir.ancestors().any(|it| is_same(it, &archive)) {
        Err(Trouble::SourceInArchive {
            archive,
            source_dir,
        })
    } else {
        Ok(())
    }
}

/// Refuses to restore into an archive. `target` need not exist.
pub(crate) fn is_outside(target: &Path, archive: &Path) -> Result<(), Trouble> {
    let existing = match target.canonicalize() {
        Ok(target) => target,
        Err(_) => canonical(&above(target))?,
    };
    if existing.ancestors().any(|it| is_same(it, archive)) {
        return Err(Trouble::TargetInArchive {
            target: target.to_owned(),
            archive: archive.to_owned(),
        });
    }
    Ok(())
}

/// Whether two paths lead to one folder, by whatever mounts. One that can't be asked about is none that the other leads to.
fn is_same(a: &Path, b: &Path) -> bool {
    match (fs::metadata(a), fs::metadata(b)) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}

fn above(dir: &Path) -> PathBuf {
    match dir.parent() {
        Some(above) if !above.as_os_str().is_empty() => above.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn canonical(dir: &Path) -> Result<PathBuf, Trouble> {
    dir.canonicalize().map_err(|error| of_io(dir, error))
}

fn is_empty(dir: &Path) -> bool {
    match fs::read_dir(dir) {
        Ok(entries) => entries
            .flatten()
            .all(|entry| entry.file_name() == LOST_AND_FOUND),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

/// Whether a new archive may be on the file system of a folder that exists.
fn fits(existing: &Path, archive: &Path) -> Result<Prospect, Trouble> {
    let kind = statfs(existing)
        .map_err(|errno| of_io(existing, errno.into()))?
        .filesystem_type();
    if [MSDOS_SUPER_MAGIC, EXFAT_SUPER_MAGIC].contains(&kind) {
        return Err(Trouble::UnfitFileSystem(archive.to_owned()));
    }
    may_write(existing)?;
    Ok(Prospect::Room)
}

/// Refuses before anything is begun what would fail after much has been read.
fn may_write(archive: &Path) -> Result<(), Trouble> {
    let write = AccessFlags::W_OK | AccessFlags::X_OK;
    let needed = [
        ("", write),
        ("sources", write),
        (".incoming", write),
        (ARCHIVE_KEY, AccessFlags::R_OK),
    ];
    for (name, how) in needed {
        match access(&archive.join(name), how) {
            Ok(()) | Err(Errno::ENOENT) => {}
            Err(errno) => {
                return Err(Trouble::NotWritable {
                    archive: archive.to_owned(),
                    error: errno.into(),
                });
            }
        }
    }
    Ok(())
}

/// Locks the folder itself, so that nothing is left in it that the format does not know.
fn lock(dir: &Path, purpose: Use) -> Result<Option<Flock<File>>, Trouble> {
    let how = match purpose {
        Use::Look => return Ok(None),
        Use::Read => FlockArg::LockSharedNonblock,
        Use::Write => FlockArg::LockExclusiveNonblock,
    };
    let folder = File::open(dir).map_err(|error| of_io(dir, error))?;
    match Flock::lock(folder, how) {
        Ok(lock) => Ok(Some(lock)),
        Err((_, Errno::EWOULDBLOCK)) => Err(Trouble::InUse(dir.to_owned())),
        Err((_, errno)) => {
            // Some network file systems lock no folders. That is no reason to refuse; the engine itself never replaces anything.
            log::warn!("{} cannot be locked: {errno}", dir.display());
            Ok(None)
        }
    }
}

fn of_io(folder: &Path, error: io::Error) -> Trouble {
    let folder = folder.to_owned();
    match error.kind() {
        ErrorKind::NotFound => Trouble::NoFolder(folder),
        ErrorKind::NotADirectory => Trouble::NotAFolder(folder),
        _ => Trouble::FolderRefused { folder, error },
    }
}

fn random<const N: usize>() -> Result<[u8; N], Trouble> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Trouble::Random)?;
    Ok(bytes)
}
