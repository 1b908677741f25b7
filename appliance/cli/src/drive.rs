//! An encrypted archive drive, or an image of one, opened without the kernel's help and without any rights but to read it.
//!
//! **Invariant:** what is opened here is opened read-only, and nothing here has a way to write to it.

mod device;
mod secret;
mod table;
mod terminal;

use std::path::Path;
use std::sync::Arc;

use heirloom_reader::DriveVolume;
use heirloom_vault::{CopyState, Header, HeaderCopy, Plain};

use self::device::Device;
use crate::args::DriveOrder;
use crate::trouble::DriveTrouble;

/// Finds the archive on `from`, unlocks it as `order` says, and opens the file system in it.
pub(crate) fn open(from: &Path, order: &DriveOrder) -> Result<DriveVolume<Device>, DriveTrouble> {
    let (device, at_once) = device::open(from)?;
    let header = Header::read(&device).map_err(|error| device::of_header(&device, from, error))?;
    tell_damage(from, &header);
    let key = secret::unlock(&device, &header, order)?;
    let plain = Plain::new(device, &header, &key).map_err(|error| DriveTrouble::Data {
        place: from.to_owned(),
        error,
    })?;
    device::refuse_truncated(from, &plain)?;
    DriveVolume::open(Arc::new(plain), at_once, None).map_err(|error| DriveTrouble::FileSystem {
        place: from.to_owned(),
        error,
    })
}

/// Whoever has only one good header left should know, even though all can be read.
fn tell_damage(from: &Path, header: &Header) {
    let damaged = match header.used_copy() {
        HeaderCopy::Primary => HeaderCopy::Secondary,
        HeaderCopy::Secondary => HeaderCopy::Primary,
    };
    let what = match header.other_copy() {
        CopyState::Good => return,
        CopyState::Older { .. } => "is from before the last change of a passphrase".to_owned(),
        CopyState::Damaged(fault) => format!("is damaged: {fault}"),
    };
    eprintln!(
        "heirloom: {damaged} of {} {what}. The other copy was used; no picture is touched by that, and nothing was changed.\n\
         With both copies lost, nobody could open the drive: copy the archive to another one soon, or let `cryptsetup repair` write the header anew.",
        from.display()
    );
}
