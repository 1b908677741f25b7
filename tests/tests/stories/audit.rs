//! The quarterly audit with the phone plugged in, and what stays of it in the plan.

use std::fs;

use anyhow::{Result, ensure};
use heirloom_stories::{LONG, Look, Oracle, PHONE, Pc, STORY_DAY, look, samples, story};
use serde_json::json;

use crate::{ARCHIVE, PASSPHRASE};

const NEW: &str = "DCIM/Camera/PXL_20261121_120000000.jpg";
const DELETED: &str = "DCIM/Oma Käthe/Geburtstag & Torte.jpg";
const ALTERED: &str = "DCIM/Camera/PXL_20240229_101500456.jpg";
const REMARK: &str = "The phone was tidied up";
/// Three months after the day of the story.
const NEXT_DUE: &str = "2031-02-22";

#[test]
fn audit_with_the_phone_plugged_in() {
    story("audit", |story| {
        let phone = samples::copy_to(&story.folder("phone")?)?;
        let (mut pc, drive) = story.sits_down_with_archive()?;
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
        let look_with = |script: &str| {
            look(
                &Oracle::ready()?,
                &Look {
                    disks: &[&drive],
                    script,
                    with: &with,
                },
            )
        };
        let then = format!("{LAST_AUDIT}\n{}", altering(ALTERED));
        look_with(&in_archive(drive.serial(), &then))?;

        let mut pc = story.sits_down()?;
        pc.plug_drive("archive", &drive)?;
        pc.opens_archive(ARCHIVE, PASSPHRASE)?;
        pc.plug_phone("phone", &phone)?;
        what_is_altered_is_found_and_copied_anew(&mut pc)?;
        pc.switches_off()?;
        look_with(&in_archive(drive.serial(), NEWEST_IS_RIGHT))?;
        Ok(())
    });
}

fn what_is_altered_is_found_and_copied_anew(pc: &mut Pc) -> Result<()> {
    checks(pc)?;
    pc.reads_all(&[
        &format!("{ARCHIVE} did NOT pass the check"),
        "1 thing is not right.",
        "was altered.",
        "archive the phone again",
    ])?;
    pc.leaves(&format!("{ARCHIVE} did NOT pass the check"))?;
    pc.leaves("What has changed since")?;
    pc.reads(&format!("Full check: {STORY_DAY}, NOT passed"))?;
    pc.chooses(&format!("Archive {PHONE} now"))?;
    pc.reads("Read: everything again")?;
    pc.leaves(&format!("Ready to archive {PHONE}"))?;
    pc.is_told_complete()?;
    pc.reads("Older parts of the archive can't be read as they should")?;
    pc.has_read_report()?;
    checks(pc)?;
    pc.reads_all(&[
        "Nothing is lost: the same content is sound elsewhere in this archive.",
        "Nothing has to be done: a restore puts it right by itself.",
    ])?;
    pc.leaves(&format!("{ARCHIVE} did NOT pass the check"))?;
    pc.leaves("What has changed since")
}

fn checks(pc: &mut Pc) -> Result<()> {
    pc.chooses("Check everything")?;
    pc.leaves(&format!("Check all of {ARCHIVE}"))?;
    pc.events.wait_for("audit ended", LONG).map(drop)
}

/// The only audit in the plan is the one that is wanted.
const LAST_AUDIT: &str = r#"cat plan.json
python3 -c '
import json
audits = json.load(open("plan.json"))["audits"]
wanted = json.load(open("/mnt/audit.json"))
assert len(audits) == 1, audits
found = {key: audits[0][key] for key in wanted}
assert found == wanted, found
assert 0 < audits[0]["free_bytes"] < audits[0]["total_bytes"], audits
'"#;
/// As on the sheet.
const NEWEST_IS_RIGHT: &str = r"cd sources/*/latest
sha256sum --quiet -c manifest-sha256.txt";

/// Another byte, and the same length and time: only reading it tells.
fn altering(picture: &str) -> String {
    format!(
        r#"mount -o remount,rw /run/archive
picture=$(ls sources/*/0001*/data/*/"{picture}")
touch -r "$picture" /tmp/time
printf '!' | dd of="$picture" bs=1 seek=1000 conv=notrunc
touch -r /tmp/time "$picture""#
    )
}

/// Opens the drive by stock programs, and does something in the archive.
fn in_archive(serial: &str, what: &str) -> String {
    format!(
        r#"printf %s '{PASSPHRASE}' | cryptsetup open --key-file - "$(disk {serial})2" archive
mkdir /run/archive
mount -t ext4 -o ro /dev/mapper/archive /run/archive
cd /run/archive
{what}
cd /
umount /run/archive
cryptsetup close archive
"#
    )
}
