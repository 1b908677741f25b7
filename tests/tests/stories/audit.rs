//! The quarterly audit with the phone plugged in, and what stays of it in the plan.

use std::fs;

use anyhow::ensure;
use heirloom_stories::{Drive, LONG, Look, Oracle, PHONE, STORY_DAY, look, samples, story};
use serde_json::json;

use crate::{ARCHIVE, DRIVE_MIB, DRIVE_SIZE, PASSPHRASE};

const NEW: &str = "DCIM/Camera/PXL_20261121_120000000.jpg";
const DELETED: &str = "DCIM/Oma Käthe/Geburtstag & Torte.jpg";
const REMARK: &str = "The phone was tidied up";
/// Three months after the day of the story.
const NEXT_DUE: &str = "2031-02-22";

#[test]
fn audit_with_the_phone_plugged_in() {
    story("audit", |story| {
        let phone = samples::copy_to(&story.folder("phone")?)?;
        let drive = Drive::new(story.file("archive.img"), DRIVE_MIB)?;
        let mut pc = story.sits_down()?;
        pc.plug_drive("archive", &drive)?;
        pc.sets_up_drive(DRIVE_SIZE, ARCHIVE, PASSPHRASE)?;
        pc.plug_phone("phone", &phone)?;
        pc.archives_phone()?;
        pc.has_read_report()?;
        pc.unplug("phone")?;
        pc.reads_all(&[
            "Plug in a phone to archive it.",
            "Full check: none yet; due now.",
        ])?;
        samples::write_taken(&phone.join(NEW), b"a new picture", 1_795_262_400)?;
        fs::remove_file(phone.join(DELETED))?;
        pc.plug_phone("phone", &phone)?;
        pc.reads(&format!("Archive {PHONE} now"))?;

        pc.chooses("Check everything")?;
        pc.reads_all(&[
            &format!("Check all of {ARCHIVE}"),
            &format!("Counted {PHONE}"),
        ])?;
        pc.leaves(&format!("Check all of {ARCHIVE}"))?;
        let ended = pc.events.wait_for("audit ended", LONG)?;
        let counts = json!([{
            "source": PHONE, "listed": 15, "archived": 15, "new": 1, "gone": 1,
        }]);
        ensure!(
            ended["outcome"] == "passed"
                && ended["problems"] == 0
                && ended["counts"] == counts
                && ended["header_backup"] == "Current"
                && ended["is_recorded"] == true
                && ended["sheet_written"] == true,
            "{ended}"
        );
        // QEMU's bridge passes nothing on.
        ensure!(ended["fitness"] == "unknown", "{ended}");
        pc.reads_all(&[
            &format!("{ARCHIVE} passed the check"),
            "Everything is as it was archived:",
            &format!("as of {STORY_DAY}; the next one is due on {NEXT_DUE}"),
            "15 in snapshot 0001",
            "1 not archived yet, 1 no longer on it, and kept here. Archive it.",
        ])?;
        pc.leaves(&format!("{ARCHIVE} passed the check"))?;
        pc.reads("What should be remembered of this time?")?;
        pc.screen.enter(REMARK)?;
        pc.reads(&format!(
            "Full check: {STORY_DAY}, passed, sources counted; next due {NEXT_DUE}."
        ))?;
        pc.switches_off()?;

        let text = story.file("START-HERE.txt");
        drive.copy_from_boot_partition("START-HERE.txt", &text)?;
        let text = fs::read_to_string(&text)?;
        let flat: Vec<&str> = text.split_whitespace().collect();
        let counted =
            format!("Last count: {STORY_DAY}, beside {PHONE}: 1 file there was not archived yet.");
        ensure!(flat.join(" ").contains(&counted), "{text}");

        let with = story.folder("look-at-plan")?;
        let audit = json!({
            "date": STORY_DAY, "result": "passed", "generation": 1, "problems": 0, "fitness": "unknown",
            "header_backup": true, "remark": REMARK, "files": ended["files"], "bytes": ended["bytes"],
            "counts": [{
                "source": PHONE, "listed_files": 15, "archived_files": 15, "new_files": 1, "gone_files": 1,
            }],
        });
        fs::write(with.join("audit.json"), audit.to_string())?;
        look(
            &Oracle::ready()?,
            &Look {
                disks: &[&drive],
                script: &script(drive.serial()),
                with: &with,
            },
        )?;
        Ok(())
    });
}

/// Opens the drive by stock programs, and compares the only audit in its plan.
fn script(serial: &str) -> String {
    format!(
        r#"printf %s '{PASSPHRASE}' | cryptsetup open --readonly --key-file - "$(disk {serial})2" archive
mkdir /run/archive
mount -t ext4 -o ro /dev/mapper/archive /run/archive
cat /run/archive/plan.json
python3 -c '
import json
audits = json.load(open("/run/archive/plan.json"))["audits"]
wanted = json.load(open("/mnt/audit.json"))
assert len(audits) == 1, audits
found = {{key: audits[0][key] for key in wanted}}
assert found == wanted, found
assert 0 < audits[0]["free_bytes"] < audits[0]["total_bytes"], audits
'
"#
    )
}
