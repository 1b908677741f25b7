//! Walks through a folder of files, telling what is in it sorted by the bytes of the stored paths.
//!
//! One folder's names are in memory at a time, and those of the folders above it: a million files cost little. Links are not followed, so they
//! can't lead out or round in circles; a folder that is mounted inside itself is known by its number.

use std::ops::ControlFlow;

use heirloom_engine::{
    Found, LeftOut, LeftOutKind, ListedObject, ListingProblem, ObjectId, SourceError, SourceTime,
};
use heirloom_format::StoredPath;
use nix::dir::Dir;
use nix::errno::Errno;
use nix::libc;
use nix::sys::stat::fstat;
use nix::sys::statvfs::{FsFlags, fstatvfs};

use crate::folder::{Facts, Folder, Kind};
use crate::time::raw_time;
use crate::unfollowed::open_folder;

/// How deep folders may be nested; each level keeps a folder open. A path through more of them is hardly short enough to be stored.
const DEPTH_MAX: usize = 256;

/// A walk, and to whom it tells what it finds.
pub(crate) struct Walk<'a> {
    tell: &'a mut dyn FnMut(Found) -> ControlFlow<()>,
    /// What an error number means here.
    error_of: &'a dyn Fn(Errno) -> SourceError,
    /// The folders that are open, outermost first.
    levels: Vec<Level>,
    /// Their raw names.
    names: Vec<Vec<u8>>,
    /// How many files were named so far, told or not.
    seen: u64,
    files: u64,
    first_problem: Option<SourceError>,
    /// Whether nothing can come or go: then a name that is not found is no file that was deleted, but one that can't be read.
    frozen: bool,
}

/// Device and inode.
type FileNumber = (libc::dev_t, libc::ino_t);

struct Level {
    folder: Folder,
    number: FileNumber,
}

enum Refusal {
    LeftOut(LeftOutKind),
    Problem(Errno),
}

impl<'a> Walk<'a> {
    pub(crate) fn new(
        error_of: &'a dyn Fn(Errno) -> SourceError,
        tell: &'a mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> Self {
        Self {
            tell,
            error_of,
            levels: Vec::new(),
            names: Vec::new(),
            seen: 0,
            files: 0,
            first_problem: None,
            frozen: false,
        }
    }

    /// Walks through a folder, the source's storage, and all below it on the same file system.
    ///
    /// # Errors
    /// When the medium is gone, when nothing at all could be described, or when the listener has had enough.
    pub(crate) fn through(mut self, storage: &[u8], top: Dir) -> Result<(), SourceError> {
        self.names.push(storage.to_vec());
        self.frozen = fstatvfs(&top).is_ok_and(|facts| facts.flags().contains(FsFlags::ST_RDONLY));
        self.enter(Ok(top))?;
        while let Some(level) = self.levels.last_mut() {
            let Some(kind) = level.folder.advance() else {
                self.levels.pop();
                self.names.pop();
                continue;
            };
            match kind {
                Kind::File => {
                    let facts = level.folder.facts();
                    self.file(facts)?;
                }
                Kind::Folder => {
                    let opened = open_folder(&level.folder, level.folder.name());
                    self.names.push(level.folder.name_bytes().to_vec());
                    self.enter(opened)?;
                }
                Kind::LeftOut(kind) => self.leave_out(self.place(), kind)?,
            }
        }
        match self.first_problem {
            Some(error) if self.files == 0 => Err(error),
            _ => Ok(()),
        }
    }

    /// Goes into a folder whose name is the last of `names`, or takes that name away again.
    fn enter(&mut self, opened: nix::Result<Dir>) -> Result<(), SourceError> {
        let refusal = match opened.and_then(|dir| Ok((fstat(&dir)?, dir))) {
            Ok((facts, dir)) => {
                let number = (facts.st_dev, facts.st_ino);
                match self.refusal(number) {
                    None => return self.read(dir, number),
                    refusal => refusal,
                }
            }
            // It was deleted or replaced a moment ago; the listing is as if it had come a moment later.
            Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) if !self.frozen => None,
            Err(errno) => Some(Refusal::Problem(errno)),
        };
        let place = self.innermost();
        self.names.pop();
        match refusal {
            Some(Refusal::LeftOut(kind)) => self.leave_out(place, kind),
            Some(Refusal::Problem(errno)) => self.problem(&place, errno),
            None => Ok(()),
        }
    }

    /// Why not to go into a folder.
    fn refusal(&self, number: FileNumber) -> Option<Refusal> {
        let top = self.levels.first()?;
        if self.levels.iter().any(|level| level.number == number) {
            Some(Refusal::LeftOut(LeftOutKind::Loop))
        } else if top.number.0 != number.0 {
            Some(Refusal::LeftOut(LeftOutKind::OtherFileSystem))
        } else if self.levels.len() >= DEPTH_MAX {
            Some(Refusal::Problem(Errno::ENAMETOOLONG))
        } else {
            None
        }
    }

    fn read(&mut self, dir: Dir, number: FileNumber) -> Result<(), SourceError> {
        let (seen, tell) = (&mut self.seen, &mut *self.tell);
        let read = Folder::read(dir, &mut |more| {
            *seen += more;
            tell(Found::Seen(*seen))
        });
        let ControlFlow::Continue((folder, failed)) = read else {
            return Err(SourceError::TimedOut);
        };
        if let Some(errno) = failed {
            // What was read of it before is as good as any other.
            self.problem(&self.innermost(), errno)?;
        }
        self.levels.push(Level { folder, number });
        Ok(())
    }

    fn file(&mut self, facts: Facts) -> Result<(), SourceError> {
        let (size_bytes, modified_s, modified_ns) = match facts {
            Facts::File {
                size_bytes,
                modified_s,
                modified_ns,
            } => (size_bytes, modified_s, modified_ns),
            Facts::Gone if self.frozen => return self.problem(&self.place(), Errno::ENOENT),
            Facts::Gone => return Ok(()),
            Facts::Refused(errno) => return self.problem(&self.place(), errno),
        };
        self.files += 1;
        let object = ListedObject {
            id: ObjectId(self.files),
            path: self.place(),
            size_bytes,
            modified: Some(SourceTime {
                raw: raw_time(modified_s, modified_ns),
                unix_s: Some(modified_s),
            }),
            // An inode's number is another one when the files are copied to another card, and on FAT after each mount.
            persistent_id: None,
            is_stated_heif: false,
        };
        self.tell(Found::Object(object))
    }

    fn problem(&mut self, place: &StoredPath, errno: Errno) -> Result<(), SourceError> {
        let error = match (self.error_of)(errno) {
            SourceError::Vanished if self.frozen => SourceError::Io {
                errno: errno as i32,
            },
            error => error,
        };
        if !error.is_about_one_object() {
            return Err(error);
        }
        self.first_problem.get_or_insert(error.clone());
        self.tell(Found::Problem(ListingProblem {
            place: place.to_string(),
            error,
        }))
    }

    fn leave_out(&mut self, place: StoredPath, kind: LeftOutKind) -> Result<(), SourceError> {
        self.tell(Found::LeftOut(LeftOut {
            place: place.to_string(),
            kind,
        }))
    }

    fn tell(&mut self, found: Found) -> Result<(), SourceError> {
        match (self.tell)(found) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(SourceError::TimedOut),
        }
    }

    /// What the walk is at, as it will be stored.
    fn place(&self) -> StoredPath {
        let name = self.levels.last().map(|level| level.folder.name_bytes());
        stored(self.names.iter().map(Vec::as_slice).chain(name))
    }

    /// The folder whose name is the last of `names`.
    fn innermost(&self) -> StoredPath {
        stored(self.names.iter().map(Vec::as_slice))
    }
}

fn stored<'a>(names: impl Iterator<Item = &'a [u8]>) -> StoredPath {
    StoredPath::from_raw_bytes(names).expect("the storage's name at least")
}
