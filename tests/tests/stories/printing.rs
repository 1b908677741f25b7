//! The restore sheet on printers of each kind, and executors' shares that exist on paper alone.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use heirloom_lab::{Printer, PrinterProfile, PrinterTrouble, PrinterWatch};
use heirloom_stories::{
    Drive, Key, LONG, Pc, PrintedPage, pcl_pages, pdf_pages, postscript_pages, story,
};

use crate::{ARCHIVE, DRIVE_MIB, DRIVE_SIZE, PASSPHRASE};

/// How the screen calls the printers of the lab.
const PCL: &str = "HP LaserJet 1320";
const POSTSCRIPT: &str = "Lexmark Optra PS";
const HOST_BASED: &str = "HP LaserJet 1020";
/// How much a page may differ from the sheet itself, in thousandths of its blackness: by the grain of another renderer, and a dot or two of place.
/// Measured: 112 in PCL. An empty page is 1000.
const GRAIN: usize = 250;

#[test]
fn the_restore_sheet_is_printed_in_each_language() {
    story("printing", |story| {
        let drive = Drive::new(story.file("archive.img"), DRIVE_MIB)?;
        let folder = story.folder("paper")?;
        let mut pc = story.sits_down()?;
        pc.plug_drive("archive", &drive)?;
        pc.sets_up_drive(DRIVE_SIZE, ARCHIVE, PASSPHRASE)?;
        // As it is now: who has shares comes onto it later.
        let sheet = folder.join("START-HERE.pdf");
        drive.copy_from_boot_partition("START-HERE.pdf", &sheet)?;
        let sheet = pdf_pages(&sheet, &folder)?;

        let pcl = plug(&mut pc, "pcl", "pcl-laser")?;
        prints_with_troubles(&mut pc, &pcl)?;
        std::fs::write(story.file_to_keep("printed.pcl"), pcl.received())?;
        std::fs::copy(
            folder.join("START-HERE.pdf"),
            story.file_to_keep("sheet.pdf"),
        )?;
        is_the_sheet(&pcl_pages(&pcl.received())?, &sheet, &folder).context("in PCL")?;
        pc.unplug("pcl")?;
        pc.sees_go(PCL)?;

        let postscript = plug(&mut pc, "postscript", "postscript-laser")?;
        begins(&mut pc, POSTSCRIPT)?;
        is_printed(&mut pc, POSTSCRIPT)?;
        let received = postscript.received();
        std::fs::write(story.file_to_keep("printed.ps"), &received)?;
        let pages = postscript_pages(&received, &folder)?;
        is_the_sheet(&pages, &sheet, &folder).context("in PostScript")?;
        shares_exist_on_paper_alone(&mut pc, &postscript, &folder)?;
        pc.unplug("postscript")?;
        pc.sees_go(POSTSCRIPT)?;

        let host_based = plug(&mut pc, "host-based", "host-based")?;
        begins(&mut pc, HOST_BASED)?;
        pc.reads_all(&[
            "This printer needs a driver that Heirloom does not have.",
            "It understands only ACL, ZJS",
        ])?;
        ensure!(host_based.received_bytes() == 0, "it was sent something");
        pc.leaves("did not print the restore sheet")?;
        pc.unplug("host-based")?;
        pc.sees_go(HOST_BASED)?;
        pc.switches_off()
    });
}

/// Two shares are printed and shown nowhere. Words of the first are read back from its paper; of the second, that is put off, and said so.
fn shares_exist_on_paper_alone(pc: &mut Pc, printer: &PrinterWatch, folder: &Path) -> Result<()> {
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
        ensure!(
            words
                .iter()
                .all(|word| !seen.contains(&format!(" {word} "))),
            "a word is on the screen:\n{seen}"
        );
        if share.starts_with('1') {
            pc.leaves(&done)?;
            pc.reads_share_back(share, &words)?;
        } else {
            pc.screen.press(&[Key::text("l")])?;
        }
    }
    pc.reads_all(&["The shares are finished", "1 sheet was not read back"])?;
    pc.leaves("The shares are finished")
}

fn plug(pc: &mut Pc, id: &str, profile: &str) -> Result<PrinterWatch> {
    let printer = Printer::new(PrinterProfile::named(profile)?);
    let watch = printer.watch();
    pc.plug_lab_device(id, printer)?;
    Ok(watch)
}

fn begins(pc: &mut Pc, printer: &str) -> Result<()> {
    pc.chooses(&format!("Print the restore sheet on {printer}"))?;
    pc.leaves(&format!("Print the restore sheet on {printer}?"))
}

fn is_printed(pc: &mut Pc, printer: &str) -> Result<()> {
    pc.reads_all(&[
        &format!("{printer} has printed the restore sheet"),
        &format!("Is the archive's name on it, {ARCHIVE}, and today's date"),
    ])?;
    pc.leaves("Please look at the paper now:")
}

/// The tray is empty, then a page is stuck, then a cover is open: each is told in its words, and it goes on by itself.
fn prints_with_troubles(pc: &mut Pc, printer: &PrinterWatch) -> Result<()> {
    printer.set_trouble(Some(PrinterTrouble::PaperOut));
    begins(pc, PCL)?;
    pc.reads(&format!("{PCL} has no paper."))?;
    printer.set_trouble(Some(PrinterTrouble::Jam));
    pc.reads(&format!("{PCL} has a paper jam."))?;
    printer.set_trouble(Some(PrinterTrouble::CoverOpen));
    pc.reads(&format!("{PCL} has an open cover."))?;
    printer.set_trouble(None);
    is_printed(pc, PCL)
}

/// What came out is the sheet that lies on the drive: as many pages, the same ink in the same places, the same codes.
fn is_the_sheet(printed: &[PrintedPage], sheet: &[PrintedPage], folder: &Path) -> Result<()> {
    let count = (printed.len(), sheet.len());
    ensure!(count.0 == count.1 && count.0 > 0, "{count:?} pages");
    for (ours, theirs) in printed.iter().zip(sheet) {
        let difference = ours.difference_from(theirs);
        ensure!(difference <= GRAIN, "it differs by {difference}");
        let codes = (ours.codes(folder)?, theirs.codes(folder)?);
        ensure!(codes.0 == codes.1, "the codes are {codes:?}");
    }
    Ok(())
}
