//! An archive drive boots by itself: its open partition carries what the stick carries, the portable tool included, and is renewed from a newer
//! one.

mod bios;
mod folders;
mod release;
mod sums;

use std::path::Path;

use heirloom_engine::DriveError;
use heirloom_format::Digest;

pub use release::BootRelease;

use crate::disk::{io_error, partition_node};
use crate::{boot_partition, mount, partition};
use folders::{CopyError, Standing};

/// For the stick, or a drive that is only looked at.
const READ_PLACE: &str = "/run/heirloom/stick";
const READING: &str = "reading what boots";
const WRITING: &str = "copying Heirloom to the drive's open part";

/// What a drive boots by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bootable {
    /// Which Heirloom.
    pub release: BootRelease,
    /// Whether it was copied just now.
    pub is_new: bool,
}

/// Sees to it that a drive boots by itself: copies what the stick carries, where that is newer or the drive's own is not whole. `moved` is
/// told the bytes copied so far, and of how many. Without a stick, it only says what is there. What booted before boots still, whatever moment
/// the power fails.
///
/// # Errors
/// [`DriveError`]; the archive itself is not touched by it.
pub fn see_to_booting(
    stick: Option<&Path>,
    disk: &Path,
    moved: &mut dyn FnMut(u64, u64),
) -> Result<Option<Bootable>, DriveError> {
    let boot = partition_node(disk, partition::BOOT_PARTITION);
    let look_at = |partition: &Path| {
        mount::mount_read_only(partition, Path::new(READ_PLACE), "vfat", "utf8,umask=077")
            .map_err(|errno| io_error(READING, &errno.into()))
    };
    let Some(stick) = stick else {
        let drive = look_at(&boot)?;
        let standing = folders::standing(drive.place());
        drive.unmount()?;
        return Ok(standing.map(Standing::left_alone));
    };
    let stick = look_at(stick)?;
    let bootable = boot_partition::with_mounted(&boot, |place| renew(stick.place(), place, moved))?;
    if bootable.is_some() {
        for_bios(stick.place(), disk);
    }
    stick.unmount()?;
    Ok(bootable)
}

/// The SHA-256 of the list of hashes of what a drive boots, by which its image can be told: of the drive's open partition. `None`: it boots nothing.
///
/// # Errors
/// [`DriveError`]
pub fn boot_list_digest(partition: &Path) -> Result<Option<Digest>, DriveError> {
    let drive = mount::mount_read_only(partition, Path::new(READ_PLACE), "vfat", "utf8,umask=077")
        .map_err(|errno| io_error(READING, &errno.into()))?;
    let list = folders::list(drive.place());
    drive.unmount()?;
    Ok(list.map(|list| Digest::of(&list)))
}

fn renew(
    stick: &Path,
    drive: &Path,
    moved: &mut dyn FnMut(u64, u64),
) -> Result<Option<Bootable>, DriveError> {
    let standing = folders::standing(drive);
    let Some(carried) = folders::carried(stick) else {
        // An older stick, which carries nothing for drives.
        return Ok(standing.map(Standing::left_alone));
    };
    let is_good_enough = |standing: &Standing| {
        let own_unix_s = standing.release.built_unix_s;
        own_unix_s > carried.built_unix_s
            || (own_unix_s == carried.built_unix_s && standing.has_all)
    };
    if standing.as_ref().is_some_and(is_good_enough) {
        return Ok(standing.map(Standing::left_alone));
    }
    folders::renew(stick, drive, standing.as_ref(), &mut |done, of| {
        moved(done, of);
        Ok(())
    })
    .map_err(|error| match error {
        CopyError::Stick(error) => io_error(READING, &error),
        CopyError::Drive(error) => io_error(WRITING, &error),
    })?;
    Ok(folders::standing(drive).map(|standing| Bootable {
        release: standing.release,
        is_new: true,
    }))
}

impl Standing {
    fn left_alone(self) -> Bootable {
        Bootable {
            release: self.release,
            is_new: false,
        }
    }
}

/// A drive that starts under UEFI alone is better than none, so that this never fails what goes before.
fn for_bios(stick: &Path, disk: &Path) {
    let read = |name: &str| std::fs::read(stick.join("heirloom/drive").join(name));
    let installed = read("bios-boot.bin")
        .and_then(|boot| read("bios-core.bin").map(|core| (boot, core)))
        .and_then(|(boot, core)| bios::install(disk, &boot, &core));
    match installed {
        Ok(true) => log::info!("{} starts by legacy BIOS", disk.display()),
        Ok(false) => {}
        Err(error) => log::warn!("{} does not start by legacy BIOS: {error}", disk.display()),
    }
}

pub(crate) fn detach() {
    mount::detach(Path::new(READ_PLACE));
}
