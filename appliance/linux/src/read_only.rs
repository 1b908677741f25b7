//! The kernel's mark that nobody may write to a block device. It outlives whoever set it, so that a note in memory says which ones are ours.

use std::fs::File;
use std::path::{Path, PathBuf};

use nix::errno::Errno;

use crate::ioctl;

/// A file for each device that is marked, with the name of its node.
const NOTES: &str = "/run/heirloom/read-only";

/// A block device that the kernel lets nobody write to, for as long as this lives.
#[derive(Debug)]
pub(crate) struct ReadOnly {
    node: PathBuf,
}

impl ReadOnly {
    /// Marks a device.
    ///
    /// # Errors
    /// The kernel's.
    pub(crate) fn set(node: PathBuf) -> nix::Result<Self> {
        let file = File::open(&node).map_err(|error| errno(&error))?;
        note(&node);
        // From here on it is taken back whatever happens.
        let marked = Self { node };
        ioctl::set_read_only(&file, true)?;
        match ioctl::is_read_only(&file)? {
            true => Ok(marked),
            false => Err(Errno::EROFS),
        }
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        // A disk that was archived may be set up as a drive afterwards.
        release(&self.node);
    }
}

/// Takes a mark back. What the device's own switch protects stays protected.
pub(crate) fn release(node: &Path) {
    let released = File::open(node)
        .map(|file| ioctl::set_read_only(&file, false))
        .is_ok_and(|set| set.is_ok());
    if !released && node.exists() {
        log::warn!("{} stays read-only", node.display());
        return;
    }
    if let Some(note) = note_of(node)
        && let Err(error) = std::fs::remove_file(&note)
    {
        log::debug!("{}: {error}", note.display());
    }
}

/// Takes back what an earlier worker marked and could not take back.
pub(crate) fn release_all() {
    for entry in std::fs::read_dir(NOTES).into_iter().flatten().flatten() {
        release(&Path::new("/dev").join(entry.file_name()));
    }
}

fn note(node: &Path) {
    let written = std::fs::create_dir_all(NOTES)
        .and_then(|()| note_of(node).map_or(Ok(()), |note| std::fs::write(note, "")));
    if let Err(error) = written {
        // It is needed only after this worker dies.
        log::warn!("{NOTES}: {error}");
    }
}

fn note_of(node: &Path) -> Option<PathBuf> {
    Some(Path::new(NOTES).join(node.file_name()?))
}

fn errno(error: &std::io::Error) -> Errno {
    Errno::from_raw(error.raw_os_error().unwrap_or(0))
}
