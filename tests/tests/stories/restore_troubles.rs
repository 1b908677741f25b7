//! Disks of heirs that are too small, full of other things, or pulled.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use heirloom_stories::{
    Drive, Key, LONG, Look, Oracle, expect_same, files_in, look, samples, story,
};

use crate::{ARCHIVE, LONG_VIDEO, LONG_VIDEO_TAKEN, PASSPHRASE};

/// Each is more than is written before it is read back and gets its name.
const VIDEO_MIB: usize = 70;
const SECOND_VIDEO: &str = "DCIM/Camera/PXL_20261120_180000000.mp4";
const SECOND_VIDEO_TAKEN: u64 = 1_795_197_600;
const SMALL_MIB: u64 = 64;
const FULL_MIB: u64 = 100;
/// What is on the full disk: another's.
const OTHERS_MIB: usize = 60;
const HEIRS_MIB: u64 = 600;
/// A slow stick, so that it can be pulled in the midst of a restore.
const HEIRS_BYTES_PER_SECOND: u64 = 16 << 20;

#[test]
fn disks_that_are_too_small_or_full_or_pulled() {
    story("restore troubles", |story| {
        let phone = samples::copy_to(&story.folder("phone")?)?;
        samples::add_video(&phone.join(LONG_VIDEO), VIDEO_MIB, LONG_VIDEO_TAKEN)?;
        samples::add_video(&phone.join(SECOND_VIDEO), VIDEO_MIB, SECOND_VIDEO_TAKEN)?;
        let small = Drive::new(story.file("small.img"), SMALL_MIB)?;
        let others = story.file("others.bin");
        samples::add_video(&others, OTHERS_MIB, LONG_VIDEO_TAKEN)?;
        let full = fat_disk(&story.file("full.img"), &others)?;
        let heirs = Drive::new(story.file("heirs.img"), HEIRS_MIB)?;
        let (mut pc, _drive) = story.sits_down_with_archive()?;
        pc.plug_phone("phone", &phone)?;
        pc.archives_phone()?;
        pc.has_read_report()?;
        pc.unplug("phone")?;

        // The archive is open for archiving, and is locked first.
        pc.chooses(&format!("Get pictures back from {ARCHIVE}"))?;
        pc.picks("The passphrase")?;
        pc.types_passphrase(ARCHIVE, PASSPHRASE)?;
        pc.plug_drive("small", &small)?;
        pc.wants_everything_on("Erase QEMU HARDDISK (67.1 MB) and use all of it")?;
        pc.reads("There is not enough room on QEMU HARDDISK")?;
        pc.screen.press(&[Key::Escape])?;
        pc.reads("Where shall the pictures go?")?;
        pc.pull_drive("small")?;
        pc.sees_go("67.1 MB")?;

        pc.plug_drive("full", &full)?;
        pc.picks("FAT, 105 MB")?;
        pc.reads("There is not enough room on QEMU HARDDISK")?;
        pc.screen.press(&[Key::Escape])?;
        pc.reads("Where shall the pictures go?")?;
        pc.pull_drive("full")?;
        pc.sees_go("105 MB")?;
        ensure!(
            others_is_there(&full, &others, &story.file("others-now.bin"))?,
            "another's file was changed"
        );

        pc.plug_slow_card("heirs", &heirs, HEIRS_BYTES_PER_SECOND)?;
        pc.picks("Erase SanDisk SD Reader (629 MB) and use all of it")?;
        pc.leaves("Ready to restore to")?;
        pc.events.wait("some of the files back", LONG, |event| {
            event["event"] == "restored" && event["files"].as_u64() > Some(0)
        })?;
        pc.pull_drive("heirs")?;
        pc.reads("SanDisk SD Reader was unplugged")?;
        pc.reads("What is on the disk by now was checked, and is right.")?;
        pc.reads("Plug SanDisk SD Reader in again.")?;
        pc.plug_slow_card("heirs-again", &heirs, HEIRS_BYTES_PER_SECOND)?;
        pc.leaves("Press Enter, and it goes on where it stopped.")?;
        pc.reads("The pictures are back")?;
        // What was there is compared, and not written again. Names that were given last may have been lost with the cable.
        let ended = pc.events.wait("the end", LONG, |event| {
            event["event"] == "restore ended" && event["outcome"] == "complete"
        })?;
        ensure!(ended["already_files"].as_u64() > Some(0), "{ended}");
        pc.locks_after_restore(ARCHIVE)?;
        pc.switches_off()?;

        let with = story.folder("look-at-heirs")?;
        let script = "disk=$(disk heirs)\nfsck.exfat -n \"$disk\"1\nmkdir /run/heirs\nmount -t exfat -o ro \"$disk\"1 /run/heirs\ntell /run/heirs";
        let found = look(
            &Oracle::ready()?,
            &Look {
                disks: &[&heirs],
                script,
                with: &with,
            },
        )?;
        let top = found.keys().find_map(|path| path.find("DCIM/"));
        let top = top.with_context(|| format!("{found:#?}"))?;
        let found = found.into_iter();
        let found = found.map(|(path, facts)| (path[top..].to_owned(), facts));
        expect_same(&files_in(&phone)?, &found.collect(), 0)
    });
}

/// A disk with FAT over all of it, as cameras and sticks have it, and one file on it.
fn fat_disk(path: &Path, file: &Path) -> Result<Drive> {
    let disk = Drive::new(path, FULL_MIB)?;
    let run = |program: &str, arguments: &[&str]| -> Result<()> {
        let status = Command::new(program)
            .args(["-i", &path.display().to_string()])
            .args(arguments)
            .status()
            .with_context(|| format!("{program}; scripts/setup installs it"))?;
        ensure!(status.success(), "{program} ended with {status}");
        Ok(())
    };
    run("mformat", &["-F", "-v", "OTHERS", "::"])?;
    run("mcopy", &[&file.display().to_string(), "::/others.bin"])?;
    Ok(disk)
}

fn others_is_there(disk: &Drive, file: &Path, copy: &Path) -> Result<bool> {
    let copied = Command::new("mcopy")
        .args([
            "-n",
            "-i",
            &disk.path().display().to_string(),
            "::/others.bin",
        ])
        .arg(copy)
        .status()?;
    Ok(copied.success() && std::fs::read(copy)? == std::fs::read(file)?)
}
