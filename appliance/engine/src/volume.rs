//! The port to where an archive lives: a file system of which only what was synced survives a power cut.

use std::fmt;
use std::ops::ControlFlow;

/// A path on the volume: relative, `/`-separated, without empty components, `.` or `..`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VolumePath(String);

impl VolumePath {
    /// Takes a path that is made of known-good parts.
    ///
    /// # Panics
    /// When it is absolute or has an empty, `.` or `..` component: such a path is a programming error, since outside names pass
    /// through [`heirloom_format::StoredPath`] first.
    pub fn new(path: impl Into<String>) -> Self {
        let path = path.into();
        assert!(
            path.split('/').all(|part| !matches!(part, "" | "." | "..")),
            "not a volume path: {path:?}"
        );
        Self(path)
    }

    /// A path below this one.
    pub fn join(&self, below: &str) -> Self {
        Self::new(format!("{}/{below}", self.0))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder that it is in; `None` at the top.
    pub fn parent(&self) -> Option<Self> {
        self.0
            .rsplit_once('/')
            .map(|(parent, _)| Self(parent.to_owned()))
    }
}

impl fmt::Display for VolumePath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What can go wrong on a volume.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VolumeError {
    /// The drive was pulled, or answers no more.
    #[error("the archive drive is no longer connected")]
    Gone,
    /// No space, or no inodes.
    #[error("the archive drive is full")]
    Full,
    /// There is no such file or folder.
    #[error("not on the archive drive: {0}")]
    Missing(VolumePath),
    /// There is one already; nothing was replaced.
    #[error("already on the archive drive: {0}")]
    Exists(VolumePath),
    /// The file has as many hard links as the file system allows (65,000 on ext4).
    #[error("too many links to one file")]
    TooManyLinks,
    /// Anything else; errno.
    #[error("the archive drive failed at {path} (error {errno})")]
    Io {
        /// Where.
        path: VolumePath,
        /// From the operating system.
        errno: i32,
    },
}

/// A name in a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// One component.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
    /// Equal for the names of one file (an inode number), for as long as the volume is in use.
    pub file_id: u64,
}

/// What a volume knows of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// Its length.
    pub size_bytes: u64,
    /// Its modification time: seconds since 1970, UTC.
    pub modified_unix_s: i64,
}

/// What a name in a folder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A device, socket or pipe: nothing that belongs in an archive.
    Other,
}

/// Bytes, inodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Of the whole volume.
    pub total_bytes: u64,
    /// That can still be written.
    pub free_bytes: u64,
}

/// Where an archive lives. Shared between threads; the calls of one run come from a few threads at once.
///
/// Durability: what was done before a [`Volume::flush`] that returned is certain after a power cut, contents and names alike. Of what
/// was done after it, any part may be there, in any combination.
pub trait Volume: Send + Sync {
    /// Makes a folder and all that is missing above it. An existing one is fine.
    ///
    /// # Errors
    /// [`VolumeError::Full`], [`VolumeError::Gone`], [`VolumeError::Io`].
    fn make_folder(&self, path: &VolumePath) -> Result<(), VolumeError>;

    /// Begins a new file in an existing folder.
    ///
    /// # Errors
    /// [`VolumeError::Exists`] when the name is taken; never overwrites.
    fn create(&self, path: &VolumePath) -> Result<Box<dyn Draft>, VolumeError>;

    /// The same for a file that only its owner may read, where the volume knows owners.
    ///
    /// # Errors
    /// As [`Volume::create`].
    fn create_private(&self, path: &VolumePath) -> Result<Box<dyn Draft>, VolumeError>;

    /// Opens a file whose writer did not finish it: what is written goes after its first `keep_bytes`, and what else there was after them is
    /// gone. `None` when there is nothing to go on with: no regular file of that name, a shorter one, or one with a second name. What has a
    /// second name may be published, so it stays as it is.
    ///
    /// # Errors
    /// [`VolumeError::Gone`], [`VolumeError::Io`].
    fn reopen(
        &self,
        path: &VolumePath,
        keep_bytes: u64,
    ) -> Result<Option<Box<dyn Draft>>, VolumeError>;

    /// Where a symbolic link points.
    ///
    /// # Errors
    /// [`VolumeError::Missing`], or [`VolumeError::Io`] when it is no link.
    fn target(&self, path: &VolumePath) -> Result<String, VolumeError>;

    /// Gives an existing file a second name, in an existing folder.
    ///
    /// # Errors
    /// [`VolumeError::Exists`], [`VolumeError::TooManyLinks`], [`VolumeError::Missing`].
    fn link(&self, existing: &VolumePath, new: &VolumePath) -> Result<(), VolumeError>;

    /// Points the symbolic link at `path` to `target` (a sibling's name), replacing it in one step.
    ///
    /// # Errors
    /// [`VolumeError::Full`], [`VolumeError::Gone`], [`VolumeError::Io`].
    fn point(&self, path: &VolumePath, target: &str) -> Result<(), VolumeError>;

    /// Gives a file or folder another name on the same volume, in one step. Never replaces.
    ///
    /// # Errors
    /// [`VolumeError::Exists`], [`VolumeError::Missing`].
    fn rename(&self, from: &VolumePath, to: &VolumePath) -> Result<(), VolumeError>;

    /// Gives a file another file's name, which that one loses, in one step: at no time is there no file of that name.
    ///
    /// # Errors
    /// [`VolumeError::Missing`].
    fn replace(&self, from: &VolumePath, to: &VolumePath) -> Result<(), VolumeError>;

    /// Removes a file, or a folder with all in it. Missing is fine.
    ///
    /// # Errors
    /// [`VolumeError::Gone`], [`VolumeError::Io`].
    fn remove(&self, path: &VolumePath) -> Result<(), VolumeError>;

    /// Makes everything durable that was done before, contents and names, down to the drive's own cache. One flush for many files is what
    /// makes small ones fast.
    ///
    /// # Errors
    /// [`VolumeError::Full`], [`VolumeError::Gone`], [`VolumeError::Io`]; what was done since the last flush is then not certain.
    fn flush(&self) -> Result<(), VolumeError>;

    /// Reads a whole file through the cache, handing its bytes to `sink` in pieces of at most 1 MiB; returns how many.
    ///
    /// # Errors
    /// [`VolumeError::Missing`], [`VolumeError::Gone`], [`VolumeError::Io`].
    fn read(
        &self,
        path: &VolumePath,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, VolumeError>;

    /// The same from the drive itself, past the page cache, so that what is compared is what the drive holds.
    ///
    /// # Errors
    /// [`VolumeError::Missing`], [`VolumeError::Gone`], [`VolumeError::Io`].
    fn read_back(
        &self,
        path: &VolumePath,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, VolumeError>;

    /// Length and time of a file.
    ///
    /// # Errors
    /// [`VolumeError::Missing`], [`VolumeError::Gone`], [`VolumeError::Io`].
    fn facts(&self, path: &VolumePath) -> Result<FileFacts, VolumeError>;

    /// The names in a folder, sorted. `None` lists the top.
    ///
    /// # Errors
    /// [`VolumeError::Missing`], [`VolumeError::Gone`], [`VolumeError::Io`].
    fn list(&self, folder: Option<&VolumePath>) -> Result<Vec<Entry>, VolumeError>;

    /// How much room there is.
    ///
    /// # Errors
    /// [`VolumeError::Gone`], [`VolumeError::Io`].
    fn space(&self) -> Result<Space, VolumeError>;

    /// How many files are best read at the same time: 1 where a head has to move between them. It may change while a volume finds out, so it is
    /// asked again and again.
    fn reads_at_once(&self) -> usize {
        1
    }
}

/// A file that is being written. What was written before a [`Volume::flush`] is certain after it, whether the file was finished or not.
pub trait Draft: Send {
    /// Appends.
    ///
    /// # Errors
    /// [`VolumeError::Full`], [`VolumeError::Gone`], [`VolumeError::Io`].
    fn write(&mut self, bytes: &[u8]) -> Result<(), VolumeError>;

    /// Sets the modification time (seconds since 1970, UTC; `None` leaves the time of writing) and closes the file. The next
    /// [`Volume::flush`] makes it durable.
    ///
    /// # Errors
    /// [`VolumeError::Full`], [`VolumeError::Gone`], [`VolumeError::Io`].
    fn finish(self: Box<Self>, modified_unix_s: Option<i64>) -> Result<(), VolumeError>;
}
