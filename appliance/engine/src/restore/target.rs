//! The port to where files are restored to: a folder on another disk, with whatever file system that has.

use std::fmt;
use std::ops::ControlFlow;

use super::limits::TargetLimits;

/// Where a file goes, from the top of the target: names as bytes, outermost first, because a restore gives back what the source had.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetPath(Vec<Vec<u8>>);

impl TargetPath {
    /// Takes names. `None` without any, or where one is empty, `.` or `..`, or has a slash or a zero: those lead elsewhere.
    pub fn new(names: Vec<Vec<u8>>) -> Option<Self> {
        let leads_elsewhere = |name: &Vec<u8>| {
            matches!(&name[..], b"" | b"." | b"..") || name.iter().any(|it| matches!(it, b'/' | 0))
        };
        let is_plain = !names.is_empty() && !names.iter().any(leads_elsewhere);
        is_plain.then_some(Self(names))
    }

    /// The folders, outermost first, and the file's own name.
    pub fn names(&self) -> &[Vec<u8>] {
        &self.0
    }
}

impl fmt::Display for TargetPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            out.write_str(if index == 0 { "" } else { "/" })?;
            write!(out, "{}", name.escape_ascii())?;
        }
        Ok(())
    }
}

impl fmt::Debug for TargetPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "TargetPath({self})")
    }
}

/// What is at a path of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occupant {
    /// Nothing, or not even the folder.
    Nothing,
    /// A regular file of this length.
    File {
        /// In bytes.
        size_bytes: u64,
    },
    /// A folder, a link, or a file where a folder of the path must be.
    Other,
}

/// A file that is written and has no name yet. Numbers are given by the caller, and may be used again for another file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StagedId(pub u32);

/// Which file of a target is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnTarget<'p> {
    /// One without a name.
    Staged(StagedId),
    /// One in its place.
    Placed(&'p TargetPath),
}

/// What can go wrong on a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// The disk was pulled.
    #[error("the disk that is restored to is no longer connected")]
    Gone,
    /// No space is left.
    #[error("the disk that is restored to is full")]
    Full,
    /// There is something of that name already; it was left as it is.
    #[error("something of that name is there already")]
    Exists,
    /// This one file is not taken: its name, or its length, or who we are. errno.
    #[error("the disk does not take this file (error {errno})")]
    Refused {
        /// From the operating system.
        errno: i32,
    },
    /// Anything else. errno.
    #[error("the disk that is restored to failed (error {errno})")]
    Io {
        /// From the operating system.
        errno: i32,
    },
}

/// Where files are restored to. Nothing that is there is ever changed. Shared between two threads.
///
/// A file is written without a name, made durable, read back, and only then given its name; so what has a name is whole, whatever moment the
/// power fails, and a restore can be taken up again.
pub trait Target: Send + Sync {
    /// What is at a path. Follows no link.
    ///
    /// # Errors
    /// [`TargetError::Refused`] when such a path can't be, [`TargetError::Gone`], [`TargetError::Io`].
    fn look(&self, path: &TargetPath) -> Result<Occupant, TargetError>;

    /// Begins a file without a name. What has this number already is lost.
    ///
    /// # Errors
    /// [`TargetError::Full`], [`TargetError::Gone`], [`TargetError::Io`].
    fn stage(&self, id: StagedId) -> Result<Box<dyn TargetDraft>, TargetError>;

    /// Makes everything durable that was done before, contents and names.
    ///
    /// # Errors
    /// [`TargetError::Full`], [`TargetError::Gone`], [`TargetError::Io`].
    fn flush(&self) -> Result<(), TargetError>;

    /// Reads a file from the disk itself, past the page cache, handing its bytes to `sink` in pieces of at most 1 MiB; returns how many.
    /// Only what was flushed, or was there before.
    ///
    /// # Errors
    /// [`TargetError::Gone`], [`TargetError::Refused`], [`TargetError::Io`].
    fn read_back(
        &self,
        file: OnTarget<'_>,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<u64, TargetError>;

    /// Gives a flushed file its name, and makes the folders that are missing. Never replaces.
    ///
    /// # Errors
    /// [`TargetError::Exists`] when something is there, also where a folder must be; [`TargetError::Refused`], also when a folder takes no more
    /// names though there is room on the disk; [`TargetError::Full`], [`TargetError::Gone`], [`TargetError::Io`].
    fn place(&self, staged: StagedId, path: &TargetPath) -> Result<(), TargetError>;

    /// Removes everything without a name, also what an interrupted restore left.
    ///
    /// # Errors
    /// [`TargetError::Gone`], [`TargetError::Io`].
    fn clear(&self) -> Result<(), TargetError>;

    /// What it can't hold, whatever room it has.
    ///
    /// # Errors
    /// [`TargetError::Gone`], [`TargetError::Io`].
    fn limits(&self) -> Result<TargetLimits, TargetError>;

    /// How many bytes can still be written.
    ///
    /// # Errors
    /// [`TargetError::Gone`], [`TargetError::Io`].
    fn free_bytes(&self) -> Result<u64, TargetError>;
}

/// A file without a name while it is written.
pub trait TargetDraft: Send {
    /// Appends.
    ///
    /// # Errors
    /// [`TargetError::Full`], [`TargetError::Refused`] when it becomes too long, [`TargetError::Gone`], [`TargetError::Io`].
    fn write(&mut self, bytes: &[u8]) -> Result<(), TargetError>;

    /// Sets the modification time (seconds since 1970, UTC; `None` leaves the time of writing), as exactly as the file system keeps it, and
    /// closes the file.
    ///
    /// # Errors
    /// As [`TargetDraft::write`].
    fn finish(self: Box<Self>, modified_unix_s: Option<i64>) -> Result<(), TargetError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_leads_elsewhere() {
        let path = |names: &[&[u8]]| TargetPath::new(names.iter().map(|it| it.to_vec()).collect());
        let elsewhere: &[&[&[u8]]] = &[
            &[],
            &[b""],
            &[b"."],
            &[b"a", b".."],
            &[b"a/b"],
            &[b"a\0"],
            &[b"a", b"", b"b"],
        ];
        for names in elsewhere {
            assert_eq!(path(names), None, "{names:?}");
        }
        let odd = path(&[b"...", b"\xff\n"]).expect("odd and plain");
        assert_eq!(odd.to_string(), ".../\\xff\\n");
    }
}
