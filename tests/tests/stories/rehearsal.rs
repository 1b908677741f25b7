//! Two executors try out, years before it matters, whether everything can be got back.

use std::fs;

use anyhow::ensure;
use heirloom_stories::{Drive, LONG, Oracle, STORY_DAY, samples, story};

use crate::{ARCHIVE, DRIVE_MIB, DRIVE_SIZE, PASSPHRASE, SOURCE};

#[test]
fn rehearsal_by_two_shares() {
    story("rehearsal", |story| {
        let phone = samples::copy_to(&story.folder("phone")?)?;
        let drive = Drive::new(story.file("archive.img"), DRIVE_MIB)?;
        let mut pc = story.sits_down()?;
        pc.plug_drive("archive", &drive)?;
        pc.sets_up_drive(DRIVE_SIZE, ARCHIVE, PASSPHRASE)?;
        let shares = pc.gives_shares("give shares to executors", ["Anna", "Ben", "Clara"])?;
        pc.plug_phone("phone", &phone)?;
        pc.archives_phone()?;
        pc.has_read_report()?;

        // The archive is open for archiving, and is locked first.
        pc.chooses(&format!("Rehearse with {ARCHIVE}"))?;
        pc.picks("Words on executors' sheets")?;
        pc.types_shares(&[&shares[1], &shares[2]])?;
        let ended = pc.events.wait_for("rehearsal ended", LONG)?;
        ensure!(
            ended["outcome"] == "passed" && ended["files"] == 15 && ended["is_recorded"] == true,
            "{ended}"
        );
        pc.reads_all(&[
            "The rehearsal passed",
            &format!("This date, {STORY_DAY}, and the result are kept on the drive, and will stand on the next sheet."),
        ])?;
        pc.leaves("The rehearsal passed")?;
        pc.leaves(&format!("The archive {ARCHIVE} is locked"))?;
        pc.switches_off()?;

        let text = story.file("START-HERE.txt");
        drive.copy_from_boot_partition("START-HERE.txt", &text)?;
        let text = fs::read_to_string(&text)?;
        ensure!(
            text.contains("Last rehearsal") && text.contains(STORY_DAY),
            "{text}"
        );
        Oracle::ready()?
            .examine(&drive, PASSPHRASE, &[(SOURCE, &phone)])?
            .expect_good(1)
    });
}
