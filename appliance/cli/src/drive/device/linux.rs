//! A device or an image as Linux opens it.

use std::fs::{self, File, Metadata, OpenOptions};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
use nix::libc;
use nix::sys::stat::{major, minor};

use super::{Opened, of_opening};
use crate::trouble::DriveTrouble;

/// What the archive is on.
pub(crate) type Medium = File;

/// How many files are read at the same time where no head has to move between them.
const AT_ONCE: usize = 4;

/// Opens it. Does not wait for whoever writes to a pipe; that it is one is told by its kind.
pub(super) fn open_medium(from: &Path) -> Result<Opened, DriveTrouble> {
    let medium = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(from)
        .map_err(|error| of_opening(from, error))?;
    let facts = medium
        .metadata()
        .map_err(|error| DriveTrouble::Unreadable {
            place: from.to_owned(),
            error,
        })?;
    if facts.is_dir() {
        return Err(DriveTrouble::Folder(from.to_owned()));
    }
    if !facts.is_file() && !facts.file_type().is_block_device() {
        return Err(DriveTrouble::NoDevice(from.to_owned()));
    }
    forget_what_was_read(&medium, from);
    Ok(Opened {
        medium,
        is_image: facts.is_file(),
        at_once: if is_solid(&facts) { AT_ONCE } else { 1 },
    })
}

/// What is read shall be what the drive holds, not what the system remembers of it. A hint: it harms nothing where it is not followed.
fn forget_what_was_read(file: &File, from: &Path) {
    if let Err(errno) = posix_fadvise(file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED) {
        log::debug!("{}: {errno}", from.display());
    }
}

/// Whether the kernel says that no head has to move, of the device or of what the image is on.
fn is_solid(facts: &Metadata) -> bool {
    let number = if facts.file_type().is_block_device() {
        facts.rdev()
    } else {
        facts.dev()
    };
    let device = PathBuf::from(format!(
        "/sys/dev/block/{}:{}",
        major(number),
        minor(number)
    ));
    // A partition has no queue of its own; its disk is the folder above.
    ["queue", "../queue"].iter().any(|queue| {
        let rotational = device.join(queue).join("rotational");
        fs::read_to_string(rotational).is_ok_and(|said| said.trim() == "0")
    })
}
