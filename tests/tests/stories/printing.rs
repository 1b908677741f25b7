//! The restore sheet on a plain stick, and on printers of each kind.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use heirloom_lab::{IppPrinter, Printer, PrinterProfile, PrinterTrouble, PrinterWatch};
use heirloom_stories::{
    Drive, Key, LONG, Pc, PrintedPage, STORY_DAY, pcl_pages, pdf_pages, postscript_pages,
    pwg_pages, story,
};
use serde_json::Value;

use crate::ARCHIVE;

/// How the screen calls the printers of the lab.
const PCL: &str = "HP LaserJet 1320";
const POSTSCRIPT: &str = "Lexmark Optra PS";
const DRIVERLESS: &str = "EPSON ET-2850 Series";
const HOST_BASED: &str = "HP LaserJet 1020";
const STICK_MIB: u64 = 64;
/// In dots at 300 dpi.
const LETTER: (usize, usize) = (2550, 3300);
/// How much a page may differ from the sheet itself, in thousandths of its blackness: by the grain of another renderer, and a dot or two of place.
/// Measured: at most 85 without a driver, 127 in PCL, 105 in PostScript. An empty page is 1000.
const GRAIN: usize = 150;

#[test]
fn the_restore_sheet_is_copied_and_printed_in_each_language() {
    story("printing", |story| {
        let folder = story.folder("paper")?;
        let (mut pc, drive) = story.sits_down_with_archive()?;
        let sheet = story.file_to_keep("sheet.pdf");
        drive.copy_from_boot_partition("START-HERE.pdf", &sheet)?;
        let sheet = pdf_pages(&sheet, &folder)?;

        let stick = Drive::stick(story.file("plain.img"), STICK_MIB)?;
        is_copied_to_a_stick(&mut pc, &stick)?;
        let copy = story.file_to_keep("copy.pdf");
        let name = format!("Heirloom/Restore sheet {ARCHIVE} {STORY_DAY}.pdf");
        stick.copy_from_stick(&name, &copy)?;
        is_the_sheet(&pdf_pages(&copy, &folder)?, &sheet, &folder).context("on the stick")?;

        let driverless = IppPrinter::new(PrinterProfile::named("ipp-over-usb")?);
        let watch = driverless.watch();
        pc.plug_lab_device("driverless", driverless)?;
        cups_runs(&mut pc, true)?;
        begins(&mut pc, DRIVERLESS)?;
        is_printed(&mut pc, DRIVERLESS)?;
        std::fs::write(story.file_to_keep("printed.pwg"), watch.received())?;
        is_the_sheet(&pwg_pages(&watch.received())?, &sheet, &folder).context("driverless")?;
        unplug(&mut pc, "driverless", DRIVERLESS)?;

        let watch = plug(&mut pc, "pcl", "pcl-laser")?;
        let printed = prints_with_troubles(&mut pc, &watch)?;
        std::fs::write(story.file_to_keep("printed.pcl"), &printed)?;
        is_the_sheet(&pcl_pages(&printed)?, &sheet, &folder).context("in PCL")?;
        is_unplugged_while_it_waits(&mut pc, &watch)?;

        let watch = plug(&mut pc, "postscript", "postscript-laser")?;
        begins(&mut pc, POSTSCRIPT)?;
        is_printed(&mut pc, POSTSCRIPT)?;
        std::fs::write(story.file_to_keep("printed.ps"), watch.received())?;
        let pages = postscript_pages(&watch.received(), &folder)?;
        is_the_sheet(&pages, &sheet, &folder).context("in PostScript")?;
        let first = watch.received().len();
        prints_two_on_letter(&mut pc, POSTSCRIPT)?;
        let second = &watch.received()[first..];
        std::fs::write(story.file_to_keep("letter.ps"), second)?;
        are_two_on_letter(&postscript_pages(second, &folder)?, &sheet, &folder)?;
        unplug(&mut pc, "postscript", POSTSCRIPT)?;

        let watch = plug_in(&mut pc, "host-based", "host-based")?;
        begins(&mut pc, HOST_BASED)?;
        pc.reads_all(&[
            "This printer needs a driver that Heirloom does not have.",
            "It understands only ACL, ZJS",
        ])?;
        ensure!(watch.received_bytes() == 0, "it was sent something");
        pc.leaves("did not print the restore sheet")?;
        pc.unplug("host-based")?;
        pc.sees_go(HOST_BASED)?;
        let all = pc.events.all();
        let last = all.iter().rfind(|event| event["event"] == "cups");
        ensure!(
            last.is_some_and(|event| event["runs"] == false),
            "CUPS still runs"
        );
        pc.switches_off()
    });
}

fn is_copied_to_a_stick(pc: &mut Pc, stick: &Drive) -> Result<()> {
    pc.plug_drive("plain", stick)?;
    pc.chooses("Copy the restore sheet to a stick")?;
    pc.reads("Where shall the restore sheet go?")?;
    pc.leaves("It is one PDF file, beside what is there.")?;
    pc.screen.wait_for_text("It was read back from", LONG)?;
    pc.leaves("The restore sheet is copied")?;
    pc.unplug("plain")
}

/// CUPS is started when the printer is plugged in.
fn plug(pc: &mut Pc, id: &str, profile: &str) -> Result<PrinterWatch> {
    let watch = plug_in(pc, id, profile)?;
    cups_runs(pc, true)?;
    Ok(watch)
}

/// And ended when it is unplugged.
fn unplug(pc: &mut Pc, id: &str, printer: &str) -> Result<()> {
    pc.unplug(id)?;
    cups_runs(pc, false)?;
    pc.sees_go(printer)
}

fn cups_runs(pc: &mut Pc, runs: bool) -> Result<()> {
    let is_it = |event: &Value| event["event"] == "cups" && event["runs"] == runs;
    let what = if runs {
        "CUPS is there"
    } else {
        "CUPS is gone"
    };
    pc.events.wait(what, LONG, is_it).map(drop)
}

fn plug_in(pc: &mut Pc, id: &str, profile: &str) -> Result<PrinterWatch> {
    let printer = Printer::new(PrinterProfile::named(profile)?);
    let watch = printer.watch();
    pc.plug_lab_device(id, printer)?;
    Ok(watch)
}

fn begins(pc: &mut Pc, printer: &str) -> Result<()> {
    pc.chooses(&format!("Print the restore sheet on {printer}"))?;
    pc.leaves(&format!("Print the restore sheet on {printer}?"))
}

/// Nothing of a document is left: CUPS was ended with it, and stands ready anew.
fn is_printed(pc: &mut Pc, printer: &str) -> Result<()> {
    cups_runs(pc, false)?;
    cups_runs(pc, true)?;
    pc.reads_all(&[
        &format!("{printer} has printed the restore sheet"),
        &format!("Is the archive's name on it, {ARCHIVE}, and today's date"),
    ])?;
    pc.leaves("Please look at the paper now:")
}

/// The tray is empty, and printing is stopped. Once more: the tray is empty, then a page is stuck, then a cover is open. Each is told in its words, and
/// it goes on by itself. Gives what was sent the second time.
fn prints_with_troubles(pc: &mut Pc, printer: &PrinterWatch) -> Result<Vec<u8>> {
    printer.set_trouble(Some(PrinterTrouble::PaperOut));
    begins(pc, PCL)?;
    pc.reads(&format!("{PCL} has no paper."))?;
    pc.screen.press(&[Key::Escape])?;
    pc.reads("It was stopped, as you asked.")?;
    cups_runs(pc, false)?;
    cups_runs(pc, true)?;
    let stopped = printer.received_bytes();
    pc.screen.press(&[Key::Text("p".to_owned())])?;
    pc.reads(&format!("{PCL} has no paper."))?;
    printer.set_trouble(Some(PrinterTrouble::Jam));
    pc.reads(&format!("{PCL} has a paper jam."))?;
    printer.set_trouble(Some(PrinterTrouble::CoverOpen));
    pc.reads(&format!("{PCL} has an open cover."))?;
    printer.set_trouble(None);
    is_printed(pc, PCL)?;
    Ok(printer.received().split_off(stopped))
}

fn is_unplugged_while_it_waits(pc: &mut Pc, printer: &PrinterWatch) -> Result<()> {
    printer.set_trouble(Some(PrinterTrouble::PaperOut));
    begins(pc, PCL)?;
    pc.reads(&format!("{PCL} has no paper."))?;
    pc.unplug("pcl")?;
    pc.reads("It was unplugged or switched off.")?;
    cups_runs(pc, false)?;
    pc.leaves("did not print the restore sheet")?;
    pc.sees_go(PCL)
}

fn prints_two_on_letter(pc: &mut Pc, printer: &str) -> Result<()> {
    pc.chooses(&format!("Print the restore sheet on {printer}"))?;
    let steps = [
        (Key::Down, "> Paper: A4"),
        (Key::Enter, "> Paper: Letter"),
        (Key::Down, "> Copies: 1"),
        (Key::Enter, "> Copies: 2"),
        (Key::Up, "> Paper: Letter"),
        (Key::Up, "> Print"),
    ];
    for (key, line) in steps {
        pc.screen.press(&[key])?;
        pc.reads(line)?;
    }
    pc.leaves(&format!("Print the restore sheet on {printer}?"))?;
    is_printed(pc, printer)
}

/// Twice the same pages, each of Letter's size, and all codes of the sheet.
fn are_two_on_letter(pages: &[PrintedPage], sheet: &[PrintedPage], folder: &Path) -> Result<()> {
    let sizes: Vec<_> = pages.iter().map(PrintedPage::size_dots).collect();
    let is_letter = sizes.iter().all(|size| *size == LETTER);
    ensure!(is_letter, "the pages' sizes are {sizes:?}");
    let (first, second) = pages.split_at(pages.len() / 2);
    ensure!(
        !first.is_empty() && first == second,
        "{} pages, not twice the same",
        pages.len()
    );
    let codes = |pages: &[PrintedPage]| -> Result<Vec<String>> {
        let each: Result<Vec<_>> = pages.iter().map(|page| page.codes(folder)).collect();
        let mut codes = each?.concat();
        codes.sort_unstable();
        Ok(codes)
    };
    let (ours, theirs) = (codes(first)?, codes(sheet)?);
    ensure!(ours == theirs, "the codes are {ours:?} and {theirs:?}");
    Ok(())
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
