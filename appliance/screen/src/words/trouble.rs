//! What went wrong, what it means for the pictures, what to do next.

use heirloom_engine::{DriveError, KeysAtPull, RunError, SourceNoun};

use super::keys;
use super::noun::{has_a_lock, the};
use crate::piece::Page;
use crate::quantity::{count, size};

const CABLE: &str = "Try another cable and another socket; they are the usual reasons. If it happens again, use another drive.";

pub(super) fn run(source: &str, noun: SourceNoun, error: &RunError, safe_files: u64) -> Page {
    let the = the(noun);
    let larger = format!(
        "Set up a larger drive for {}; this archive stays as it is, and stays good.",
        the.replacen("the", "this", 1)
    );
    let page = Page::new(format!("{source} could not be archived completely"));
    let page = match error {
        RunError::SourceGone => page.bad("It was unplugged.").text("Plug it in again, and archive it once more."),
        RunError::SourceStalled | RunError::SourceFailed(_) | RunError::SourceUnreadable { .. }
            if !has_a_lock(noun) =>
        {
            page.bad("It can't be read.").text("Nothing on it was changed. Try another socket, cable or reader. If the computer or camera that it belongs to can still read it, copy it there first.")
        }
        RunError::SourceEmpty if !has_a_lock(noun) => page
            .bad("It shows no files at all.")
            .text("If there should be some, look at it with the computer or camera that it belongs to. Nothing on it was changed."),
        RunError::SourceStalled => page
            .bad("It stopped answering, again and again.")
            .text("Unplug it, restart it, unlock it, plug it in again, and archive it once more."),
        RunError::SourceFailed(_) => page
            .bad("It answers in a way that can't be read.")
            .text("Unplug it, restart it, plug it in again, and archive it once more."),
        RunError::SourceEmpty => page
            .bad("It shows no files at all. That is rarely true: most likely it is locked, or set to charge only.")
            .text("Unlock it, choose \"File transfer\" on it, and archive it once more."),
        RunError::SourceUnreadable { files, .. } => page
            .bad(format!("It lists {}, and gives none of them.", count(*files, "file", "files")))
            .text("Unlock it, choose \"File transfer\" or \"Allow\" on it, and archive it once more."),
        RunError::NotEnoughSpace { needed_bytes, free_bytes } => page
            .bad(format!(
                "The drive has not enough room: {} more are needed, and {} are free.",
                size(*needed_bytes),
                size(*free_bytes)
            ))
            .text(format!("Nothing was begun. {larger}")),
        RunError::DriveFull { .. } => page
            .bad("The drive became full on the way.")
            .text(larger),
        RunError::DriveGone => page
            .bad("The archive drive was unplugged.")
            .text("Plug it in again, open it, and archive once more: it goes on where it stopped."),
        RunError::DriveFailed(_) => page.bad("The archive drive did not do what it was asked to.").text(CABLE),
        RunError::Archive(_) => page
            .bad("The archive's own description can't be read.")
            .text("Nothing was changed. Don't erase this drive; ask somebody who knows Linux to look at it."),
        RunError::OtherArchive => page
            .bad("Another drive was plugged in meanwhile.")
            .text("Lock the archive, open it again, and archive once more."),
        RunError::Stopped => page.text("It was stopped, as you asked."),
    };
    let page = page.gap().text(format!(
        "All finished snapshots are as they were. Don't erase anything from {the} yet."
    ));
    let page = if safe_files > 0 {
        page.text(format!(
            "{} of this copy are safe already and will not be copied again.",
            count(safe_files, "file", "files")
        ))
    } else {
        page
    };
    let page = match error {
        RunError::SourceFailed(error) => technical(page, error),
        RunError::SourceUnreadable { first, .. } => technical(page, first),
        RunError::DriveFailed(error) => technical(page, error),
        RunError::Archive(error) => technical(page, error),
        _ => page,
    };
    page.key("Enter", "go on").key("F1", "help")
}

/// For somebody who helps.
fn technical(page: Page, error: &dyn std::error::Error) -> Page {
    page.gap().fact("For somebody who helps", error.to_string())
}

pub(super) fn drive(name: &str, error: &DriveError) -> Page {
    let page = Page::new(format!("{name} can't be used now"));
    let page = match error {
        DriveError::WrongPassphrase => page.bad("The passphrase does not open it.").text("Please try again."),
        DriveError::Gone => page.bad("It was unplugged.").text("Plug it in again. If it was being set up, set it up once more."),
        DriveError::Changed => page
            .bad("It is not the drive that it was a moment ago, or it is in use.")
            .text("Unplug it, plug it in again, and begin anew."),
        DriveError::Tool { program: "e2fsck", .. } => page
            .bad("The table of contents of the drive is damaged, and mending it needs somebody who knows Linux.")
            .text("Nothing was changed, and the pictures are most likely intact. Don't archive to this drive any more. The steps on the restore sheet only read; follow them on a Linux computer, and copy everything to another drive."),
        DriveError::Tool { .. } | DriveError::Io { .. } => {
            page.bad("The drive did not do what it was asked to.").text(CABLE)
        }
        DriveError::NotAnArchive => page
            .bad("It opens, but what is on it is no archive that this version of Heirloom can read.")
            .text("Nothing was changed. If a newer version made it, start the computer from a newer stick."),
        DriveError::NoSuchKeySlot => page
            .bad("No executors were named for this archive, so no shares open it.")
            .text("Open it with the passphrase."),
        DriveError::DamagedHeader => page
            .bad("The part of the drive without which nothing can be decrypted is damaged, and so is its copy.")
            .text("Nothing was changed. Don't archive to this drive, and don't erase it: a backup of that part lies on the drive's open partition. Somebody who knows Linux can put it back with `cryptsetup luksHeaderRestore`."),
        DriveError::OutOfMemory => page
            .bad("This computer has too little memory to open it.")
            .text("Nothing was changed. Use a computer with at least 1 GB of memory."),
    };
    technical(page, error)
        .key("Enter", "go on")
        .key("F1", "help")
}

pub(super) fn pulled(name: &str, keys: Option<KeysAtPull>, keeps_plan: bool) -> Page {
    let page = Page::new(format!("The drive of {name} was unplugged"))
        .bad("The archive was still open.")
        .text("All finished snapshots are as they were: they are sealed on the drive. A copy that was going on is not finished, and goes on where it stopped the next time.");
    let page = match keys {
        Some(keys) => keys::at_pull(page, keys),
        None => page,
    };
    let page = match keeps_plan {
        true => page.text("What you typed for its recovery plan is kept here until the computer is switched off, and is not on the drive yet."),
        false => page,
    };
    page.gap()
        .strong("Plug the drive in again. You will be asked for its passphrase.")
        .key("Enter", "to the start page")
        .key("F1", "help")
}
