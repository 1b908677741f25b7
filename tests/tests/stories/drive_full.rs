use std::fs::File;

use anyhow::{Context, ensure};
use heirloom_stories::{LONG, Oracle, PHONE, samples, story};

use crate::{PASSPHRASE, SOURCE, add_small_photos};

const WEDDING: &str = "DCIM/Camera/wedding.mp4";
const WEDDING_BYTES: u64 = 3_000_000_000;

/// A drive that becomes full on the way, although the list said that all would fit, is the engine's simulator's business: under
/// emulation it would take minutes to fill one.
#[test]
fn drive_with_too_little_room() {
    story("drive full", |story| {
        let phone = story.folder("phone")?;
        add_small_photos(&phone, 5)?;
        let (mut pc, drive) = story.sits_down_with_archive()?;
        pc.plug_phone("phone", &phone)?;
        pc.archives_phone()?;
        pc.has_read_report()?;

        pc.unplug("phone")?;
        pc.sees_go(&format!("Archive {PHONE} now"))?;
        let phone_later = samples::copy_to_new(&phone, &story.file("phone-later"))?;
        samples::write_taken(&phone_later.join(WEDDING), b"", 1_790_000_000)?;
        let wedding = File::options()
            .write(true)
            .open(phone_later.join(WEDDING))?;
        wedding.set_len(WEDDING_BYTES)?;
        pc.plug_phone("phone", &phone_later)?;
        pc.begins_archiving()?;
        pc.reads("The drive has not enough room:")?;
        let screen = pc.screen.wait_for_text(" GB are free.", LONG)?;
        let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        let (_, numbers) = words
            .split_once("not enough room: ")
            .context("it was just seen")?;
        let (needed, numbers) = numbers
            .split_once(" GB more are needed, and ")
            .context("needed")?;
        let (free, _) = numbers.split_once(" GB are free.").context("free")?;
        let (needed, free): (f64, f64) = (needed.parse()?, free.parse()?);
        ensure!(
            (3.0..3.2).contains(&needed) && (1.2..1.6).contains(&free),
            "{screen}"
        );
        pc.reads_all(&[
            "Nothing was begun. Set up a larger drive for this phone; this archive stays as it is, and stays good.",
            "All finished snapshots are as they were. Don't erase anything from the phone yet.",
        ])?;
        // The first run is the only one that came as far as a plan.
        let fetched = pc.fetched();
        ensure!(fetched.len() == 1, "something was begun: {fetched:?}");
        pc.leaves(&format!("{PHONE} could not be archived completely"))?;
        pc.reads("newest snapshot 0001 of 2030-11-22")?;
        pc.switches_off()?;

        let verdict = Oracle::ready()?.examine(&drive, PASSPHRASE, &[(SOURCE, &phone)])?;
        verdict.expect_good(1)
    });
}
