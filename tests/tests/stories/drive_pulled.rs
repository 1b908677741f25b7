use anyhow::ensure;
use heirloom_stories::{Drive, Oracle, PcPlan, samples, story};

use crate::{
    ARCHIVE, DRIVE_MIB, DRIVE_SIZE, LONG_VIDEO, PASSPHRASE, SOURCE, add_long_video,
    add_small_photos,
};

/// Files of a journal's segment: what is noted in one is safe from whatever happens to the drive.
const SEGMENT_FILES: u64 = 32;
/// The most files that the copy's bounded queues hold between the phone and the proof, on however slow a PC; and some to spare.
const ON_THEIR_WAY: u64 = 48;

#[test]
fn drive_pulled_in_the_middle_of_a_file() {
    story("drive pulled", |story| {
        let phone = samples::copy_to(&story.folder("phone")?)?;
        add_small_photos(&phone, SEGMENT_FILES + ON_THEIR_WAY)?;
        add_long_video(&phone)?;
        let drive = Drive::new(story.file("archive.img"), DRIVE_MIB)?;
        let mut pc = story.boot(PcPlan::appliance())?;
        pc.begin()?;
        pc.plug_drive("archive", &drive)?;
        pc.plug_phone("phone", &phone)?;
        pc.sets_up_drive(DRIVE_SIZE, ARCHIVE, PASSPHRASE)?;
        pc.begins_archiving()?;
        let safe = pc.is_in_the_midst_of(LONG_VIDEO)?;
        ensure!(safe >= SEGMENT_FILES, "only {safe} files are safe yet");
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
        ensure!(spared >= usize::try_from(SEGMENT_FILES)?, "{fetched:?}");
        pc.reads(&format!("There before {spared} files"))?;
        pc.has_read_report()?;
        pc.switches_off()?;

        let verdict = Oracle::ready()?.examine(&drive, PASSPHRASE, &[(SOURCE, &phone)])?;
        verdict.expect_good(1)
    });
}
