//! A disk, a partition or an image as Windows opens it.

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, Prefix};

use super::sectors::Sectors;
use super::{Opened, of_opening};
use crate::trouble::DriveTrouble;

/// What the archive is on.
pub(crate) type Medium = Sectors<File>;

/// How many files are read at the same time. Whether a head has to move between them is told to administrators alone, so that it is taken for granted.
const AT_ONCE: usize = 1;
/// What Windows says of a place behind a disk's end: `SECTOR_NOT_FOUND`, `HANDLE_EOF`, `INVALID_PARAMETER`.
const BEHIND_THE_END: [i32; 3] = [27, 38, 87];

/// Opens it, only to be read.
pub(super) fn open_medium(from: &Path) -> Result<Opened, DriveTrouble> {
    let unreadable = |error| DriveTrouble::Unreadable {
        place: from.to_owned(),
        error,
    };
    if is_device(from) {
        let disk = File::open(from).map_err(|error| of_opening(from, error))?;
        return Ok(Opened {
            medium: Sectors::of_disk(disk, is_behind_the_end).map_err(unreadable)?,
            is_image: false,
            at_once: AT_ONCE,
        });
    }
    // A folder does not open as a file, and would seem to be forbidden.
    if fs::metadata(from).is_ok_and(|facts| facts.is_dir()) {
        return Err(DriveTrouble::Folder(from.to_owned()));
    }
    let image = File::open(from).map_err(|error| of_opening(from, error))?;
    let size_bytes = image.metadata().map_err(unreadable)?.len();
    Ok(Opened {
        medium: Sectors::new(image, size_bytes),
        is_image: true,
        at_once: AT_ONCE,
    })
}

/// Whether it is in the name space of devices: `\\.\PhysicalDrive2`, `\\.\E:`, `\\?\Volume{…}`.
fn is_device(from: &Path) -> bool {
    match from.components().next() {
        Some(Component::Prefix(prefix)) => {
            matches!(prefix.kind(), Prefix::DeviceNS(_) | Prefix::Verbatim(_))
        }
        _ => false,
    }
}

fn is_behind_the_end(error: &io::Error) -> bool {
    error
        .raw_os_error()
        .is_some_and(|code| BEHIND_THE_END.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_known_by_their_names() {
        for (from, is_meant) in [
            (r"\\.\PhysicalDrive2", true),
            (r"//./PhysicalDrive2", true),
            (r"\\.\E:", true),
            (r"\\?\Volume{00000000-0000-0000-0000-000000000000}", true),
            (r"\\?\C:\image", false),
            (r"C:\image", false),
            ("image", false),
        ] {
            assert_eq!(is_device(Path::new(from)), is_meant, "{from}");
        }
    }
}
