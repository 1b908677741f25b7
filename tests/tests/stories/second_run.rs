use std::fs;

use anyhow::ensure;
use heirloom_stories::{Oracle, PHONE, samples, story};

use crate::{ARCHIVE, PASSPHRASE, SOURCE};

const NEW: &str = "DCIM/Camera/PXL_20261121_120000000.jpg";
const CHANGED: &str = "DCIM/Camera/PXL_20240131_225959123.jpg";
const BEFORE_RENAMING: &str = "DCIM/Camera/PXL_20240229_101500456.jpg";
const RENAMED: &str = "DCIM/Camera/leap day.jpg";
const DELETED: &str = "DCIM/Oma Käthe/Geburtstag & Torte.jpg";

#[test]
fn second_run() {
    story("second run", |story| {
        let phone = samples::copy_to(&story.folder("phone")?)?;
        let (mut pc, drive) = story.sits_down_with_archive()?;
        pc.plug_phone("phone", &phone)?;
        pc.archives_phone()?;
        pc.has_read_report()?;
        pc.switches_off()?;

        let in_phone = |path: &str| phone.join(path);
        samples::write_taken(&in_phone(NEW), b"a new picture", 1_795_262_400)?;
        samples::write_taken(&in_phone(CHANGED), b"an edited picture", 1_795_262_500)?;
        fs::rename(in_phone(BEFORE_RENAMING), in_phone(RENAMED))?;
        fs::remove_file(in_phone(DELETED))?;

        let mut pc = story.sits_down()?;
        pc.plug_drive("archive", &drive)?;
        pc.plug_phone("phone", &phone)?;
        pc.chooses(&format!("Open the archive {ARCHIVE}"))?;
        pc.types_passphrase(ARCHIVE, "tulip anchor velvet moondial")?;
        pc.reads("This passphrase does not open the archive. The pictures are safe; you can try as often as you like.")?;
        pc.types_passphrase(ARCHIVE, PASSPHRASE)?;
        pc.reads("newest snapshot 0001 of 2030-11-22")?;
        pc.archives_phone()?;
        pc.reads_all(&[
            "Snapshot 0002 2030-11-22",
            "Copied now 3 files (",
            "There before 12 files",
            "Deleted there 1 file; the older snapshots keep them",
        ])?;
        pc.has_read_report()?;
        pc.begins_archiving()?;
        pc.reads_all(&[
            &format!("{PHONE}: nothing new"),
            "Complete. Everything on it is in the archive already, since the snapshot below.",
            "Snapshot 0002 2030-11-22",
        ])?;
        pc.has_read_report()?;
        let mut fetched = pc.fetched();
        fetched.iter_mut().for_each(|run| run.sort());
        let mut expected = vec![CHANGED, NEW, RENAMED];
        expected.sort_unstable();
        ensure!(fetched == [expected], "{fetched:?}");
        pc.switches_off()?;

        let verdict = Oracle::ready()?.examine_by_sheet(&drive, PASSPHRASE, &[(SOURCE, &phone)])?;
        verdict.expect_good(2)?;
        let [first, second] = verdict.snapshots() else {
            unreachable!("two snapshots were just counted")
        };
        ensure!(first["files"] == 15 && first["shared"] == 0, "{first:#}");
        // The renamed file is fetched, and recognised by what is in it.
        ensure!(
            second["files"] == 15 && second["shared"] == 13,
            "{second:#}"
        );
        let holds = |snapshot: &serde_json::Value, path: &str| {
            let paths = snapshot["paths"].as_array();
            paths
                .into_iter()
                .flatten()
                .any(|held| held.as_str().is_some_and(|held| held.ends_with(path)))
        };
        ensure!(
            holds(first, DELETED) && !holds(second, DELETED),
            "{:#}",
            verdict.facts
        );
        ensure!(
            holds(first, BEFORE_RENAMING) && holds(second, RENAMED),
            "{:#}",
            verdict.facts
        );
        Ok(())
    });
}
