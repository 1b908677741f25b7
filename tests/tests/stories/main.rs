//! What happens in households, on the real image in an emulated PC. Each story asserts what the screen says, and ends before the
//! oracle.
//!
//! They are modules of one program, because tests of one program run side by side, and programs one after the other; so whatever else needs an
//! emulated PC for long is among them: the judges' own tests, and the tool on real file systems. They run in the order of their names, and what
//! takes longest has the first name.

mod any_file_system;
mod audit;
mod back_years_later;
mod card;
mod card_pulled;
mod charge_only;
mod drive_boots;
mod drive_full;
mod drive_pulled;
mod first_run;
mod lab_phone;
mod lab_profiles;
mod no_network;
mod oracle;
mod peers;
mod phone_unplugged;
mod plan;
mod power_cut;
mod printing;
mod real_ext4;
mod rehearsal;
mod restore_troubles;
mod second_run;
mod shares_renewed;
mod two_phones;

use std::path::Path;

use anyhow::Result;
use heirloom_stories::{ARCHIVE, PASSPHRASE, samples};

/// The pattern of its only source's folder.
const SOURCE: &str = "QEMU filesharing *";
/// A video that takes long enough to pull a cable in its midst. By its name it comes after all photos of the camera.
const LONG_VIDEO: &str = "DCIM/Camera/PXL_20260816_090000000.mp4";
const LONG_VIDEO_MIB: usize = 40;
const LONG_VIDEO_TAKEN: u64 = 1_786_870_800;

fn add_long_video(phone: &Path) -> Result<()> {
    samples::add_video(&phone.join(LONG_VIDEO), LONG_VIDEO_MIB, LONG_VIDEO_TAKEN)
}

/// More small files than a journal's segment has, so that an interrupted run has something to go on from whatever it was interrupted by.
fn add_small_photos(phone: &Path, count: u64) -> Result<()> {
    for number in 0..count {
        let file = phone.join(format!("DCIM/100SMALL/IMG_{number:04}.jpg"));
        let bytes = format!("a small picture, number {number}").repeat(200);
        samples::write_taken(&file, bytes.as_bytes(), 1_600_000_000 + number)?;
    }
    Ok(())
}
