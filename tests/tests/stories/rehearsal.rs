//! Two executors try out, years before it matters, whether everything can be got back: by shares that exist on paper alone.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use heirloom_lab::{Printer, PrinterProfile, PrinterWatch};
use heirloom_stories::{Drive, Key, LONG, Oracle, Pc, STORY_DAY, postscript_pages, samples, story};

use crate::{ARCHIVE, PASSPHRASE, SOURCE};

const PRINTER: &str = "Lexmark Optra PS";
/// What the page that asks whether a share is on paper says itself, of the words that shares are made of (SLIP-39, "Wordlist").
const ON_THE_PAGE: [&str; 4] = ["again", "paper", "plan", "that"];

#[test]
fn rehearsal_by_two_shares() {
    story("rehearsal", |story| {
        let phone = samples::copy_to(&story.folder("phone")?)?;
        let paper = story.folder("paper")?;
        let (mut pc, drive) = story.sits_down_with_archive()?;
        let printer = Printer::new(PrinterProfile::named("postscript-laser")?);
        let watch = printer.watch();
        pc.plug_lab_device("printer", printer)?;
        pc.reads(PRINTER)?;
        let shares = shares_exist_on_paper_alone(&mut pc, &watch, &paper)?;
        pc.unplug("printer")?;
        pc.sees_go(PRINTER)?;
        let text = sheet(&drive, &paper)?;
        ensure!(unread(&text) == 1, "{text}");
        pc.plug_phone("phone", &phone)?;
        pc.archives_phone()?;
        pc.has_read_report()?;

        // The archive is open for archiving, and is locked first.
        pc.chooses(&format!("Rehearse with {ARCHIVE}"))?;
        pc.picks("Words on executors' sheets")?;
        pc.types_shares(&[&shares[0], &shares[1]])?;
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

        let text = sheet(&drive, &paper)?;
        ensure!(
            text.contains("Last rehearsal") && text.contains(STORY_DAY),
            "{text}"
        );
        // By now both have opened the archive.
        ensure!(unread(&text) == 0, "{text}");
        Oracle::ready()?
            .examine(&drive, PASSPHRASE, &[(SOURCE, &phone)])?
            .expect_good(1)
    });
}

/// Two shares are printed and shown nowhere; returned is what is read of them from the paper. Words of the first are read back from there; of the
/// second, that is put off, and said so.
fn shares_exist_on_paper_alone(
    pc: &mut Pc,
    printer: &PrinterWatch,
    folder: &Path,
) -> Result<Vec<String>> {
    pc.chooses("give shares to executors")?;
    pc.reads("How many shares shall there be, and how many of them are needed?")?;
    // 2 of 2 is the third line.
    pc.screen.press(&[Key::Down, Key::Down])?;
    pc.reads("all of them are needed")?;
    pc.screen.press(&[Key::Enter])?;
    for (number, name) in [(1, "Anna"), (2, "Ben")] {
        pc.reads(&format!("Who gets share {number} of 2?"))?;
        pc.screen.enter(name)?;
    }
    let mut shares = Vec::new();
    for share in ["1 of 2, for Anna", "2 of 2, for Ben"] {
        let before = printer.received_bytes();
        pc.leaves(&format!("Print share {share}?"))?;
        let done = format!("Is share {share} on paper?");
        pc.screen.wait_for_text(&done, LONG)?;
        let printed = printer.received();
        let pages = postscript_pages(&printed[before..], folder)?;
        let [page] = pages.as_slice() else {
            anyhow::bail!("{} pages for one share", pages.len());
        };
        let codes = page.codes(folder)?;
        let words: Vec<String> = codes
            .iter()
            .flat_map(|code| code.split(' '))
            .map(str::to_lowercase)
            .collect();
        ensure!(words.len() == 20, "{codes:?}");
        let seen = pc.screen.text();
        let mut secret = words
            .iter()
            .filter(|word| !ON_THE_PAGE.contains(&word.as_str()));
        ensure!(
            secret.all(|word| !seen.contains(&format!(" {word} "))),
            "a word is on the screen:\n{seen}"
        );
        if share.starts_with('1') {
            pc.leaves(&done)?;
            pc.reads_share_back(share, &words)?;
        } else {
            pc.screen.press(&[Key::text("l")])?;
        }
        shares.push(words.join(" "));
    }
    pc.reads_all(&["The shares are finished", "1 sheet was not read back"])?;
    pc.leaves("The shares are finished")?;
    Ok(shares)
}

/// The restore sheet on the drive, as poppler reads it.
fn sheet(drive: &Drive, folder: &Path) -> Result<String> {
    let sheet = folder.join("START-HERE.pdf");
    drive.copy_from_boot_partition("START-HERE.pdf", &sheet)?;
    let output = Command::new("pdftotext")
        .arg("-layout")
        .args([sheet.as_path(), Path::new("-")])
        .output()
        .context("pdftotext; scripts/setup installs it")?;
    Ok(String::from_utf8(output.stdout)?)
}

/// How many shares are on it whose words were never read back.
fn unread(sheet: &str) -> usize {
    sheet.matches("; NEVER READ BACK").count()
}
