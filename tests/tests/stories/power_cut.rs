use anyhow::ensure;
use heirloom_stories::{Case, Oracle, PHONE, samples, story};

use crate::{ARCHIVE, LONG_VIDEO, PASSPHRASE, SOURCE, add_long_video};

const SECOND_VIDEO: &str = "DCIM/Camera/PXL_20261120_180000000.mp4";

#[test]
fn power_cut_in_the_first_run_and_in_the_second() {
    story("power cut", |story| {
        let phone = samples::copy_to(&story.folder("phone")?)?;
        add_long_video(&phone)?;
        let (mut pc, drive) = story.sits_down_with_archive()?;
        pc.plug_phone("phone", &phone)?;
        pc.begins_archiving()?;
        pc.is_in_the_midst_of(LONG_VIDEO)?;
        pc.cut_power()?;
        let after_first_cut = drive.copy_to(&story.file("after-first-cut.img"))?;

        let mut pc = story.sits_down()?;
        pc.plug_drive("archive", &drive)?;
        pc.plug_phone("phone", &phone)?;
        pc.opens_archive(ARCHIVE, PASSPHRASE)?;
        pc.reads("nothing in it yet")?;
        pc.archives_phone()?;
        pc.reads("Snapshot 0001 2030-11-22")?;
        pc.has_read_report()?;
        pc.unplug("phone")?;
        pc.sees_go(&format!("Archive {PHONE} now"))?;
        let phone_then = phone;
        let phone = samples::copy_to_new(&phone_then, &story.file("phone-later"))?;
        samples::add_video(&phone.join(SECOND_VIDEO), 40, 1_795_197_600)?;
        pc.plug_phone("phone", &phone)?;
        pc.begins_archiving()?;
        pc.is_in_the_midst_of(SECOND_VIDEO)?;
        pc.cut_power()?;
        let after_second_cut = drive.copy_to(&story.file("after-second-cut.img"))?;

        let mut pc = story.sits_down()?;
        pc.plug_drive("archive", &drive)?;
        pc.plug_phone("phone", &phone)?;
        pc.opens_archive(ARCHIVE, PASSPHRASE)?;
        pc.reads("newest snapshot 0001 of 2030-11-22")?;
        pc.archives_phone()?;
        pc.reads_all(&[
            "Snapshot 0002 2030-11-22",
            "Copied now 1 file (",
            "There before 16 files",
        ])?;
        pc.has_read_report()?;
        pc.switches_off()?;

        let case = |drive, expect| Case {
            drive,
            passphrase: PASSPHRASE,
            expect,
        };
        let (then, now) = (
            [(SOURCE, phone_then.as_path())],
            [(SOURCE, phone.as_path())],
        );
        let cases = [
            case(&after_first_cut, &[]),
            case(&after_second_cut, &then),
            case(&drive, &now),
        ];
        let verdicts = Oracle::ready()?.examine_all(&cases)?;
        for (snapshots, verdict) in verdicts.iter().enumerate() {
            verdict.expect_good(snapshots)?;
        }
        let unfinished = |index: usize| {
            verdicts[index].facts["incoming"]
                .as_array()
                .is_some_and(|left| !left.is_empty())
        };
        // Of the second run nothing need be on the drive: it was in the midst of its first file, and nothing is flushed before that ends.
        ensure!(
            unfinished(0) && !unfinished(2),
            "{:#}\n{:#}",
            verdicts[0].facts,
            verdicts[2].facts
        );
        Ok(())
    });
}
