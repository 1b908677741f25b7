//! What is on a device: storages, folders and files, from a folder on disk or computed from a description.

mod build;
mod content;
mod description;

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

pub use content::Shape;
pub use description::{
    FileDescription, FolderDescription, LibraryDescription, NameDescription, SizeDescription,
    StorageDescription,
};

/// Why a library can't be made.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// A folder or a file on disk can't be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A name on disk is no Unicode, and so has no place in MTP.
    #[error("{path}: its name is no Unicode")]
    NameNotUnicode {
        /// Which.
        path: PathBuf,
    },
    /// Handles and storages are counted in 32 and 8 bits.
    #[error("more objects than there are handles, or more storages than 255")]
    TooMany,
    /// Only a folder that is in another can name that one.
    #[error("a folder in the root can't contain its parent")]
    NoParent,
}

/// Storages with folders and files. Cheap to hold: some hundred bytes for each object, whatever the length of its content.
#[derive(Debug)]
pub struct Library {
    storages: Vec<Storage>,
    objects: Vec<Object>,
}

/// One storage.
#[derive(Debug)]
pub(crate) struct Storage {
    pub(crate) name: String,
    pub(crate) is_removable: bool,
    /// Numbers of the objects in its root.
    pub(crate) root: Vec<u32>,
    on_disk: Option<PathBuf>,
}

/// A folder or a file; its number is its place in the library.
#[derive(Debug)]
pub(crate) struct Object {
    /// The place of its storage.
    pub(crate) storage: u8,
    /// The folder that it is in; `None` in the root.
    pub(crate) parent: Option<u32>,
    /// The folder that it says it is in, where that is another one.
    pub(crate) claimed_parent: Option<u32>,
    /// In UTF-16, as MTP has it.
    pub(crate) name: Box<[u16]>,
    pub(crate) kind: Kind,
    modified: Modified,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Folder { children: Vec<u32> },
    Computed { size_bytes: u64, shape: Shape },
    OnDisk { size_bytes: u64 },
}

#[derive(Debug)]
enum Modified {
    Stated(Box<str>),
    /// Seconds since 1970.
    At(i64),
}

/// A file of a library, for a test that asks what it must get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LibraryFile {
    /// Its number, for [`Library::read_at`] and [`Library::sha256`].
    pub number: u32,
    /// The storage's name, the folders', and its own; what is no Unicode is replaced.
    pub path: Vec<String>,
    /// Its true length.
    pub size_bytes: u64,
    /// As the device writes it.
    pub modified: String,
}

impl Library {
    /// All files, in the order of their numbers.
    pub fn files(&self) -> impl Iterator<Item = LibraryFile> + '_ {
        (0..)
            .zip(&self.objects)
            .filter_map(|(number, object)| self.file(number, object))
    }

    /// Number of objects, folders included.
    pub fn object_count(&self) -> usize {
        self.objects.len()
    }

    /// Fills `out` with the file's bytes from `offset` on, and says how many there were before its end.
    ///
    /// # Errors
    /// What the disk says, where the file is on one; a folder has no bytes.
    pub fn read_at(&self, number: u32, offset: u64, out: &mut [u8]) -> io::Result<usize> {
        let object = self
            .object(number)
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        match &object.kind {
            Kind::Folder { .. } => Err(io::ErrorKind::IsADirectory.into()),
            Kind::Computed { size_bytes, shape } => {
                let rest_bytes = size_bytes.saturating_sub(offset);
                let length =
                    usize::try_from(rest_bytes).map_or(out.len(), |rest| rest.min(out.len()));
                content::fill(number, *size_bytes, *shape, offset, &mut out[..length]);
                Ok(length)
            }
            Kind::OnDisk { .. } => read_file(&self.path_on_disk(number, object), offset, out),
        }
    }

    /// What the file must hash to.
    ///
    /// # Errors
    /// As [`Library::read_at`].
    pub fn sha256(&self, number: u32) -> io::Result<[u8; 32]> {
        const PIECE_BYTES: usize = 1 << 20;
        let mut hasher = Sha256::new();
        let mut piece = vec![0; PIECE_BYTES];
        let mut offset = 0;
        loop {
            let length = self.read_at(number, offset, &mut piece)?;
            if length == 0 {
                return Ok(hasher.finalize().into());
            }
            hasher.update(&piece[..length]);
            offset += length as u64;
        }
    }

    /// A whole file.
    ///
    /// # Errors
    /// As [`Library::read_at`].
    pub fn bytes(&self, number: u32) -> io::Result<Vec<u8>> {
        let size_bytes = self.object(number).map_or(0, Object::size_bytes);
        let length = usize::try_from(size_bytes).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let mut bytes = vec![0; length];
        let got = self.read_at(number, 0, &mut bytes)?;
        bytes.truncate(got);
        Ok(bytes)
    }

    pub(crate) fn storages(&self) -> &[Storage] {
        &self.storages
    }

    pub(crate) fn object(&self, number: u32) -> Option<&Object> {
        self.objects.get(number as usize)
    }

    /// A number that stays an object's own whatever its handle is: made of its path (MTP 1.1, section B.2.41).
    pub(crate) fn persistent_id(&self, object: &Object) -> u128 {
        // FNV-1a with 128 bits.
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013B;
        let mut hash = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D_u128;
        let mut mix = |unit: u16| hash = (hash ^ u128::from(unit)).wrapping_mul(PRIME);
        mix(u16::from(object.storage));
        let mut above = Some(object);
        while let Some(object) = above {
            object.name.iter().for_each(|unit| mix(*unit));
            mix(u16::from(b'/'));
            above = object.parent.and_then(|parent| self.object(parent));
        }
        hash
    }

    fn file(&self, number: u32, object: &Object) -> Option<LibraryFile> {
        if object.is_folder() {
            return None;
        }
        let mut path = self.names(object);
        path.push(self.storages.get(usize::from(object.storage))?.name.clone());
        path.reverse();
        Some(LibraryFile {
            number,
            path,
            size_bytes: object.size_bytes(),
            modified: object.modified(),
        })
    }

    /// Its name, then the folders' above it, up to the root.
    fn names(&self, object: &Object) -> Vec<String> {
        let mut names = Vec::new();
        let mut above = Some(object);
        while let Some(object) = above {
            names.push(String::from_utf16_lossy(&object.name));
            above = object.parent.and_then(|parent| self.object(parent));
        }
        names
    }

    fn path_on_disk(&self, number: u32, object: &Object) -> PathBuf {
        let storage = self.storages.get(usize::from(object.storage));
        let mut path = storage
            .and_then(|storage| storage.on_disk.clone())
            .unwrap_or_else(|| PathBuf::from(format!("object {number} without a folder on disk")));
        path.extend(self.names(object).iter().rev());
        path
    }
}

impl Object {
    pub(crate) fn is_folder(&self) -> bool {
        matches!(self.kind, Kind::Folder { .. })
    }

    /// Its true length; 0 of a folder.
    pub(crate) fn size_bytes(&self) -> u64 {
        match self.kind {
            Kind::Folder { .. } => 0,
            Kind::Computed { size_bytes, .. } | Kind::OnDisk { size_bytes } => size_bytes,
        }
    }

    pub(crate) fn children(&self) -> Option<&[u32]> {
        match &self.kind {
            Kind::Folder { children } => Some(children),
            _ => None,
        }
    }

    /// As the device writes it: `YYYYMMDDThhmmss`, or whatever the description says.
    pub(crate) fn modified(&self) -> String {
        match &self.modified {
            Modified::Stated(text) => text.to_string(),
            Modified::At(unix_s) => Timestamp::from_second(*unix_s).map_or_else(
                |_| String::new(),
                |time| {
                    let time = time.to_zoned(TimeZone::UTC);
                    time.strftime("%Y%m%dT%H%M%S").to_string()
                },
            ),
        }
    }
}

fn read_file(path: &Path, offset: u64, out: &mut [u8]) -> io::Result<usize> {
    let file = File::open(path)?;
    let mut filled = 0;
    while filled < out.len() {
        match file.read_at(&mut out[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(length) => filled += length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests;
