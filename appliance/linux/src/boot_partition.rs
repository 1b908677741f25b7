//! The open partition of an archive drive: FAT32, read by every computer, without any secret.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use fatfs::{FatType, FormatVolumeOptions};
use heirloom_engine::DriveError;

use crate::disk::io_error;
use crate::mount;

const PLACE: &str = "/run/heirloom/boot";
const WRITING: &str = "writing to the drive's open part";

/// Makes an empty FAT32 with the volume label `HEIRLOOM`.
///
/// # Errors
/// [`DriveError::Io`], [`DriveError::Gone`].
pub(crate) fn make(partition: &Path) -> Result<(), DriveError> {
    let open = || OpenOptions::new().read(true).write(true).open(partition);
    let mut file = open().map_err(|error| io_error(WRITING, &error))?;
    let mut id = [0; 4];
    getrandom::fill(&mut id).map_err(|_| DriveError::Io {
        action: "drawing random numbers",
        errno: 0,
    })?;
    let options = FormatVolumeOptions::new()
        .fat_type(FatType::Fat32)
        .volume_label(*b"HEIRLOOM   ")
        .volume_id(u32::from_le_bytes(id));
    fatfs::format_volume(&mut file, options)
        .and_then(|()| file.sync_all())
        .map_err(|error| io_error(WRITING, &error))
}

/// Does something with the partition's files while it is mounted.
///
/// # Errors
/// [`DriveError::Io`], [`DriveError::Gone`], or what `work` says.
pub(crate) fn with_mounted<T>(
    partition: &Path,
    work: impl FnOnce(&Path) -> Result<T, DriveError>,
) -> Result<T, DriveError> {
    let mounted = mount::mount(partition, Path::new(PLACE), "vfat", "utf8,umask=077,flush")?;
    let outcome = work(mounted.place())?;
    mounted.unmount()?;
    Ok(outcome)
}

/// Puts files on the partition, each replaced only when the new one is wholly there.
///
/// # Errors
/// [`DriveError::Io`], [`DriveError::Gone`].
pub fn write_to_boot_partition(
    partition: &Path,
    files: &[(&str, &[u8])],
) -> Result<(), DriveError> {
    with_mounted(partition, |place| {
        let write = || -> std::io::Result<()> {
            for (name, content) in files {
                let draft = place.join(format!("{name}.new"));
                let mut file = File::create(&draft)?;
                file.write_all(content)?;
                file.sync_all()?;
                std::fs::rename(&draft, place.join(name))?;
            }
            File::open(place)?.sync_all()
        };
        write().map_err(|error| io_error(WRITING, &error))
    })
}

pub(crate) fn detach() {
    mount::detach(Path::new(PLACE));
}
