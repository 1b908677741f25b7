use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use heirloom_stories::{
    ARGON2_MEMORY_KIB, Drive, Key, Oracle, Pc, PcPlan, Verdict, samples, story,
};

use crate::{ARCHIVE, PASSPHRASE, SOURCE};

const DRIVE_SIZE: &str = "4.2 GB";
const DRIVE_MIB: u64 = 4_000;
const SMALL_SIZE: &str = "1.0 GB";
const SMALL_MIB: u64 = 1_000;

#[test]
fn first_run() {
    story("first run", |story| {
        let phone = samples::copy_to(&story.folder("phone")?)?;
        let small = Drive::new(story.file("small.img"), SMALL_MIB)?;
        let drive = used_drive(&story.file("archive.img"))?;
        let mut pc = story.boot(PcPlan::appliance())?;
        pc.begin()?;
        the_stick_is_refused(&mut pc)?;
        pc.plug_drive("small", &small)?;
        a_small_disk_is_refused(&mut pc)?;
        pc.plug_drive("archive", &drive)?;
        a_used_disk_is_erased_by_its_name_only(&mut pc, &drive)?;
        pc.names_archive(ARCHIVE, PASSPHRASE)?;
        pc.reads_all(&["nothing in it yet", "Plug in a phone to archive it."])?;
        pc.plug_phone("phone", &phone)?;
        pc.archives_phone()?;
        pc.reads_all(&[
            "The files of this snapshot are safe to erase from the phone.",
            "Snapshot 0001 2030-11-22, in sources/QEMU filesharing [",
            "In this snapshot 13 photos, 2 videos (",
            "Belong together 1 motion photo",
            "Dates 2024-01-31 to 2026-08-15",
            "Copied now 15 files (",
            "Restore sheet written to the drive as START-HERE.pdf; print it and keep it safe",
        ])?;
        let report = pc.screen.text();
        ensure!(!report.contains("to look at"), "{report}");
        pc.has_read_report()?;
        pc.reads("newest snapshot 0001 of 2030-11-22")?;
        pc.switches_off()?;

        let verdict = Oracle::ready()?.examine_by_sheet(&drive, PASSPHRASE, &[(SOURCE, &phone)])?;
        verdict.expect_good(1)?;
        ensure!(verdict.facts["compared"] == 15, "{:#}", verdict.facts);
        let [snapshot] = verdict.snapshots() else {
            unreachable!("one snapshot was just counted")
        };
        // One picture is there twice, with two times.
        ensure!(
            snapshot["files"] == 15 && snapshot["shared_times"] == 1,
            "{snapshot:#}"
        );
        the_lock_is_as_designed(&verdict)?;
        the_open_part_has_the_sheet(&drive, &verdict, &story.file("sheet.pdf"))?;
        nothing_can_be_read_without_the_passphrase(&drive, &verdict, &phone)
    });
}

/// A disk with photos of somebody on it, as far as it knows.
fn used_drive(path: &Path) -> Result<Drive> {
    let drive = Drive::new(path, DRIVE_MIB)?;
    let made = Command::new("mke2fs")
        // It lies where a plain user's search path has no entry.
        .env("PATH", "/usr/sbin:/sbin:/usr/bin:/bin")
        .args(["-q", "-F", "-t", "ext4", "-L", "Holidays 2019"])
        .arg(drive.path())
        .status()
        .context("mke2fs; scripts/setup installs it")?;
    ensure!(made.success(), "mke2fs ended with {made}");
    Ok(drive)
}

fn the_stick_is_refused(pc: &mut Pc) -> Result<()> {
    pc.reads("the stick that Heirloom started from")?;
    // All other disks have gigabytes.
    pc.chooses(" MB)")?;
    pc.reads_all(&[
        "Heirloom starts from this stick, so it is never erased.",
        "Nothing on it was changed.",
    ])?;
    pc.leaves("This drive can't become an archive drive")
}

fn a_small_disk_is_refused(pc: &mut Pc) -> Result<()> {
    pc.chooses(&format!(
        "Make an archive drive of QEMU HARDDISK ({SMALL_SIZE})"
    ))?;
    pc.reads_all(&[
        "It is too small: it has 1.0 GB, and an archive needs at least 2.0 GB.",
        "On it nothing: it is empty",
        "Nothing on it was changed.",
    ])?;
    pc.leaves("This drive can't become an archive drive")
}

fn a_used_disk_is_erased_by_its_name_only(pc: &mut Pc, drive: &Drive) -> Result<()> {
    let written = || anyhow::Ok(fs::metadata(drive.path())?.modified()?);
    let before = written()?;
    pc.chooses(&format!(
        "Make an archive drive of QEMU HARDDISK ({DRIVE_SIZE})"
    ))?;
    pc.reads_all(&[
        "Erase everything on this drive?",
        "\"Holidays 2019\" (Linux files)",
    ])?;
    let wrong = "QEMU HARDDRIVE";
    pc.screen.enter(wrong)?;
    pc.reads("That is not the name of this drive. Nothing has been changed.")?;
    ensure!(written()? == before, "the disk was written to");
    let erase = vec![Key::Backspace; wrong.len()];
    pc.screen.press(&erase)?;
    pc.screen.enter("QEMU HARDDISK")
}

fn the_lock_is_as_designed(verdict: &Verdict) -> Result<()> {
    let luks = &verdict.facts["luks"];
    let right = luks["cipher"] == "aes-xts-plain64"
        && luks["sector_bytes"] == 4096
        && luks["slots"].as_array().map(Vec::len) == Some(1)
        && luks["slots"][0]["slot"] == 0
        && luks["slots"][0]["key_bits"] == 512
        && luks["slots"][0]["kdf"] == "argon2id"
        && luks["slots"][0]["memory_kib"] == ARGON2_MEMORY_KIB;
    ensure!(right, "{luks:#}");
    let names = |index: usize| verdict.facts["partitions"][index]["name"].as_str();
    ensure!(names(0) == Some("HEIRLOOM"), "{:#}", verdict.facts);
    Ok(())
}

/// On paper is what the oracle found, and nothing that must not be.
fn the_open_part_has_the_sheet(drive: &Drive, verdict: &Verdict, pdf: &Path) -> Result<()> {
    let files = verdict.facts["boot_files"].as_array();
    let names: Vec<&str> = files
        .into_iter()
        .flatten()
        .filter_map(|file| file["path"].as_str())
        .collect();
    let all = [
        "BLANK-SHARE-SHEET.pdf",
        "START-HERE.pdf",
        "START-HERE.txt",
        "luks-header-backup.img",
    ];
    ensure!(all.iter().all(|name| names.contains(name)), "{names:?}");
    drive.copy_from_boot_partition("START-HERE.pdf", pdf)?;
    let read = Command::new("pdftotext")
        .args(["-layout".as_ref(), pdf.as_os_str(), "-".as_ref()])
        .output()
        .context("pdftotext; scripts/setup installs it")?;
    let text = String::from_utf8(read.stdout)?;
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let head = verdict.snapshots()[0]["head"].as_str().context("a head")?;
    let key = verdict.facts["public_key"].as_str();
    let digits: Vec<&str> = (0..8).map(|part| &head[part * 8..part * 8 + 8]).collect();
    for expected in [
        ARCHIVE,
        "eneration 1",
        &digits.join(" "),
        &format!("K={}", key.context("a public key")?),
        "cryptsetup open -r UUID=",
    ] {
        ensure!(
            words.contains(expected),
            "no “{expected}” on the sheet:\n{text}"
        );
    }
    ensure!(
        !words.contains(PASSPHRASE),
        "the passphrase is on the sheet"
    );
    Ok(())
}

fn nothing_can_be_read_without_the_passphrase(
    drive: &Drive,
    verdict: &Verdict,
    phone: &Path,
) -> Result<()> {
    let secret_key = verdict.facts["secret_key"].as_str();
    let mut markers: Vec<Vec<u8>> = vec![
        PASSPHRASE.into(),
        "PXL_20240131".into(),
        "Geburtstag & Torte".into(),
        "DCIM/Camera".into(),
        "2024:01:31 22:59:59".into(),
        secret_key.context("a secret key")?.into(),
    ];
    for file in ["DCIM/Camera/PXL_20240131_225959123.jpg", samples::LARGEST] {
        let bytes = fs::read(phone.join(file))?;
        markers.push(bytes[bytes.len() / 2..][..32].to_vec());
    }
    let markers: Vec<&[u8]> = markers.iter().map(Vec::as_slice).collect();
    if let Some(found) = drive.finds_bytes(&markers)? {
        anyhow::bail!(
            "{} is on the raw drive",
            String::from_utf8_lossy(markers[found])
        );
    }
    Ok(())
}
