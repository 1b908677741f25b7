//! Years later there are the drive and two of three papers, and nobody who ever saw Heirloom. Each way back begins in a PC of its own.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use heirloom_stories::{
    Drive, Key, Look, Oracle, Pc, PcPlan, Story, expect_same, files_in, look, samples, story,
};

use crate::{ARCHIVE, PASSPHRASE};

const GIVE_SHARES: &str = "give shares to executors";
const PEOPLE: [&str; 3] = ["Anna", "Ben", "Clara"];
/// A share of another archive: the first of SLIP-39's official vector 4.
const FOREIGN_SHARE: &str = "shadow pistol academic always adequate wildlife fancy gross oasis cylinder mustang wrist rescue view short owner flip making coding armed";
/// The disk of an heir.
const HEIRS_MIB: u64 = 600;
/// Where the appliance puts what it restores.
const FOLDER: &str = "Heirloom Miller family";
/// Where LUKS2 has its first header.
const HEADER_AT_BYTES: u64 = 513 << 20;

#[test]
fn back_years_later() {
    story("back years later", |story| {
        let phone = samples::copy_to(&story.folder("phone")?)?;
        let (drive, shares) = archived_with_executors(story, &phone)?;
        by_the_drive_alone(story, &drive, &shares, &phone)?;
        by_the_tool(story, &drive, &shares, &phone)?;
        // By hand, with stock programs and what is written on the drive: the passphrase opens it as before.
        let by_hand = [("QEMU filesharing *", phone.as_path())];
        let verdict = Oracle::ready()?.examine_by_sheet(&drive, PASSPHRASE, &by_hand)?;
        verdict.expect_good(1)
    });
}

/// Gives shares to three people, and archives a phone.
fn archived_with_executors(story: &mut Story, phone: &Path) -> Result<(Drive, Vec<String>)> {
    let (mut pc, drive) = story.sits_down_with_archive()?;
    pc.reads("Executors: none yet")?;
    let shares = pc.gives_shares(GIVE_SHARES, PEOPLE)?;
    pc.reads("Executors: shares were given")?;
    pc.plug_phone("phone", phone)?;
    pc.archives_phone()?;
    pc.has_read_report()?;
    pc.switches_off()?;
    let words: Vec<&str> = shares.iter().map(String::as_str).collect();
    ensure!(
        drive.finds_plaintext(&words)?.is_none(),
        "a share is on the drive"
    );
    Ok((drive, shares))
}

/// A PC that has only the drive, and a new disk.
fn by_the_drive_alone(
    story: &mut Story,
    drive: &Drive,
    shares: &[String],
    phone: &Path,
) -> Result<()> {
    let before = drive.digest()?;
    let heirs = Drive::new(story.file("heirs.img"), HEIRS_MIB)?;
    let mut pc = story.boot(PcPlan::appliance().from_drive(drive))?;
    pc.begin()?;
    pc.reads("This computer was started from the archive drive itself.")?;
    pc.begins_restore_by_shares(ARCHIVE)?;
    words_that_are_refused(&mut pc, shares)?;
    pc.types_share(&shares[2])?;
    looks_at_the_plan(&mut pc)?;
    pc.plug_drive("heirs", &heirs)?;
    pc.wants_everything_on("Erase QEMU HARDDISK (629 MB) and use all of it")?;
    pc.gets_all_back()?;
    pc.reads("15 files are on QEMU HARDDISK. Each was compared with the archive, byte for byte.")?;
    pc.locks_after_restore(ARCHIVE)?;
    pc.switches_off()?;
    ensure!(
        drive.digest()? == before,
        "the archive drive was written to"
    );

    let oracle = Oracle::ready()?;
    let with = story.folder("look-at-heirs")?;
    let script = format!(
        "disk=$(disk heirs)\nfsck.exfat -n \"$disk\"1\nmkdir /run/heirs\n\
         mount -t exfat -o ro \"$disk\"1 /run/heirs\ntell \"/run/heirs/{FOLDER}\""
    );
    let found = look(
        &oracle,
        &Look {
            disks: &[&heirs],
            script: &script,
            with: &with,
        },
    )?;
    // One picture is there twice, with two times, and exFAT keeps hundredths of a second.
    let top = top_folder(&found)?;
    let found = found.into_iter();
    let found = found.map(|(path, facts)| (path[top.len()..].to_owned(), facts));
    expect_same(&files_in(phone)?, &found.collect(), 0)
}

/// The folders above the phone's own: the source's, and the storage's.
fn top_folder(found: &heirloom_stories::Files) -> Result<String> {
    let first = found
        .keys()
        .find_map(|path| path.find("DCIM/").map(|at| path[..at].to_owned()));
    first.with_context(|| format!("{found:#?}"))
}

/// The archive is only read, and tells who has which share.
fn looks_at_the_plan(pc: &mut Pc) -> Result<()> {
    pc.reads("What would you like back?")?;
    pc.picks("The recovery plan: whom to ask")?;
    pc.reads("They are with Anna, Ben, Clara.")?;
    pc.leaves("Any 2 of 3 shares open the archive")?;
    // Back on its line, the third.
    pc.screen.press(&[Key::Up, Key::Up])?;
    pc.reads("> Everything")
}

fn words_that_are_refused(pc: &mut Pc, shares: &[String]) -> Result<()> {
    pc.reads("Share 1, word 1 of 20")?;
    // No such word: it is pointed at, with what may be meant.
    pc.screen.press(&[Key::text("acadenic")])?;
    pc.reads("No word of a share begins like this.")?;
    pc.reads("academic")?;
    pc.screen.press(&vec![Key::Backspace; 8])?;
    // A word of the list, but not of this share.
    let mut words: Vec<&str> = shares[0].split(' ').collect();
    let right = words[6];
    words[6] = if right == "academic" {
        "acid"
    } else {
        "academic"
    };
    pc.types_share(&words.join(" "))?;
    pc.reads("It looks as if word 7 is another one on the sheet.")?;
    pc.screen.enter(right)?;
    pc.reads("1 of 2 shares is in.")?;
    pc.types_share(&shares[0])?;
    pc.reads("This share is in already.")?;
    pc.types_share(FOREIGN_SHARE)?;
    pc.reads("This sheet does not belong to those before")
}

/// A PC with stock Debian, and somebody without rights on it who may read the drive. The drive's first header is damaged.
fn by_the_tool(story: &mut Story, drive: &Drive, shares: &[String], phone: &Path) -> Result<()> {
    let damaged = drive.copy_to(&story.file("damaged.img"))?;
    overwrite(damaged.path(), HEADER_AT_BYTES, &[0xa5; 4096])?;
    let with = story.folder("with-the-tool")?;
    fs::write(
        with.join("two.txt"),
        format!("{}\n{}\n", shares[1], shares[0]),
    )?;
    fs::write(with.join("one.txt"), format!("{}\n", shares[1]))?;
    let script = include_str!("back_years_later_tool.sh");
    let found = look(
        &Oracle::ready()?,
        &Look {
            disks: &[&damaged],
            script,
            with: &with,
        },
    )?;
    let top = top_folder(&found)?;
    let found = found.into_iter();
    let found = found.map(|(path, facts)| (path[top.len()..].to_owned(), facts));
    expect_same(&files_in(phone)?, &found.collect(), 0)
}

fn overwrite(file: &Path, at_bytes: u64, with: &[u8]) -> Result<()> {
    use std::os::unix::fs::FileExt;
    let file = fs::File::options().write(true).open(file)?;
    Ok(file.write_all_at(with, at_bytes)?)
}
