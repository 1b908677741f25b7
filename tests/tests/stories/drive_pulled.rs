use anyhow::ensure;
use heirloom_stories::{Oracle, samples, story};

use crate::{ARCHIVE, LONG_VIDEO, LONG_VIDEO_TAKEN, PASSPHRASE, SOURCE, add_small_photos};

/// Noted for good one second after they were read back, long before the video is all there: nothing else keeps the drive busy, and what waits
/// to be written is bounded.
const SMALL_PHOTOS: u64 = 64;
const LONGER_VIDEO_MIB: usize = 160;

#[test]
fn drive_pulled_in_the_middle_of_a_file() {
    story("drive pulled", |story| {
        let phone = story.folder("phone")?;
        add_small_photos(&phone, SMALL_PHOTOS)?;
        samples::add_video(&phone.join(LONG_VIDEO), LONGER_VIDEO_MIB, LONG_VIDEO_TAKEN)?;
        let (mut pc, drive) = story.sits_down_with_archive()?;
        pc.plug_phone("phone", &phone)?;
        pc.begins_archiving()?;
        pc.has_noted(SMALL_PHOTOS)?;
        pc.is_being_fetched(LONG_VIDEO)?;
        pc.pull_drive("archive")?;
        pc.reads_all(&[
            &format!("The drive of {ARCHIVE} was unplugged"),
            "All finished snapshots are as they were: they are sealed on the drive.",
            "Plug the drive in again. You will be asked for its passphrase.",
        ])?;

        pc.plug_drive("archive", &drive)?;
        pc.types_passphrase(ARCHIVE, PASSPHRASE)?;
        pc.reads(&format!("The archive {ARCHIVE} is open."))?;
        pc.archives_phone()?;
        let fetched = pc.fetched();
        ensure!(fetched.len() == 2, "not two attempts: {fetched:?}");
        let again = fetched[1].iter().filter(|path| fetched[0].contains(path));
        let spared = fetched[0].len() - again.count();
        ensure!(spared == usize::try_from(SMALL_PHOTOS)?, "{fetched:?}");
        pc.reads(&format!("There before {spared} files"))?;
        pc.has_read_report()?;
        pc.switches_off()?;

        let verdict = Oracle::ready()?.examine(&drive, PASSPHRASE, &[(SOURCE, &phone)])?;
        verdict.expect_good(1)
    });
}
