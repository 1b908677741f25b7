//! The restore sheet on a plain stick, and on printers of each kind.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use heirloom_lab::{IppPrinter, Printer, PrinterProfile, PrinterTrouble, PrinterWatch};
use heirloom_stories::{
    Drive, LONG, Pc, PrintedPage, STORY_DAY, pcl_pages, pdf_pages, postscript_pages, pwg_pages,
    story,
};

use crate::{ARCHIVE, DRIVE_MIB, DRIVE_SIZE, PASSPHRASE};

/// How the screen calls the printers of the lab.
const PCL: &str = "HP LaserJet 1320";
const POSTSCRIPT: &str = "Lexmark Optra PS";
const DRIVERLESS: &str = "EPSON ET-2850 Series";
const HOST_BASED: &str = "HP LaserJet 1020";
const STICK_MIB: u64 = 64;
/// How much a page may differ from the sheet itself, in thousandths of its blackness: by the grain of another renderer, and a dot or two of place.
/// Measured: at most 85 without a driver, 127 in PCL, 105 in PostScript. An empty page is 1000.
const GRAIN: usize = 150;

#[test]
fn the_restore_sheet_is_copied_and_printed_in_each_language() {
    story("printing", |story| {
        let drive = Drive::new(story.file("archive.img"), DRIVE_MIB)?;
        let folder = story.folder("paper")?;
        let mut pc = story.sits_down()?;
        pc.plug_drive("archive", &drive)?;
        pc.sets_up_drive(DRIVE_SIZE, ARCHIVE, PASSPHRASE)?;
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
        begins(&mut pc, DRIVERLESS)?;
        is_printed(&mut pc, DRIVERLESS)?;
        std::fs::write(story.file_to_keep("printed.pwg"), watch.received())?;
        is_the_sheet(&pwg_pages(&watch.received())?, &sheet, &folder).context("driverless")?;
        pc.unplug("driverless")?;
        pc.sees_go(DRIVERLESS)?;

        let watch = plug(&mut pc, "pcl", "pcl-laser")?;
        prints_with_troubles(&mut pc, &watch)?;
        std::fs::write(story.file_to_keep("printed.pcl"), watch.received())?;
        is_the_sheet(&pcl_pages(&watch.received())?, &sheet, &folder).context("in PCL")?;
        pc.unplug("pcl")?;
        pc.sees_go(PCL)?;

        let watch = plug(&mut pc, "postscript", "postscript-laser")?;
        begins(&mut pc, POSTSCRIPT)?;
        is_printed(&mut pc, POSTSCRIPT)?;
        std::fs::write(story.file_to_keep("printed.ps"), watch.received())?;
        let pages = postscript_pages(&watch.received(), &folder)?;
        is_the_sheet(&pages, &sheet, &folder).context("in PostScript")?;
        pc.unplug("postscript")?;
        pc.sees_go(POSTSCRIPT)?;

        let watch = plug(&mut pc, "host-based", "host-based")?;
        begins(&mut pc, HOST_BASED)?;
        pc.reads_all(&[
            "This printer needs a driver that Heirloom does not have.",
            "It understands only ACL, ZJS",
        ])?;
        ensure!(watch.received_bytes() == 0, "it was sent something");
        pc.leaves("did not print the restore sheet")?;
        pc.unplug("host-based")?;
        pc.sees_go(HOST_BASED)?;
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
