//! What went wrong while pictures were to come back, what it means for them, what to do next.

use heirloom_engine::{RestoreError, TargetDiskError};

use super::run::done_so_far;
use crate::piece::Page;
use crate::quantity::{count, size};

const SAFE: &str = "The archive was only read: all pictures are still in it.";
const CABLE: &str = "Try another cable and another socket; they are the usual reasons. If it happens again, use another disk.";

pub(super) fn target(disk: &str, error: &TargetDiskError) -> Page {
    let page = target_reason(Page::new(format!("{disk} can't be used")), error);
    technical(page.text(SAFE), error)
        .key("Enter", "go on")
        .key("Esc", "choose another disk")
        .key("F1", "help")
}

/// Why a disk can't be written to, and what to do.
pub(in crate::words) fn target_reason(page: Page, error: &TargetDiskError) -> Page {
    match error {
        TargetDiskError::Gone => page.bad("It was unplugged.").text("Plug it in again, and choose it once more."),
        TargetDiskError::Changed => page
            .bad("It is not what it was a moment ago, or it is in use.")
            .text("Unplug it, plug it in again, and choose it once more."),
        TargetDiskError::NotOffered => page.bad("This disk is never written to.").text("Please choose another one."),
        TargetDiskError::ReadOnly => page
            .bad("It can only be read, not written.")
            .text("If it has a small lock switch, move it, unplug the disk and plug it in again."),
        TargetDiskError::Unclean => page
            .bad("It was not let go of in good order by the computer that it was used with before.")
            .text("Plug it into that computer, let it repair the disk if it asks, choose \"Eject\" there, and come back. Or choose another disk. Nothing on it was changed."),
        TargetDiskError::UnknownFileSystem => page
            .bad("What is on it can't be written here.")
            .text("Choose another disk, or erase this one."),
        TargetDiskError::Tool { .. } | TargetDiskError::Io { .. } => {
            page.bad("It did not do what it was asked to.").text(CABLE)
        }
    }
}

pub(super) fn plan(error: &RestoreError) -> Page {
    let page = Page::new("This can't be restored");
    let page = match error {
        RestoreError::NothingInSpan { undated_files: 0 } => page
            .bad("There are no files of this time.")
            .text("Choose another time, or everything."),
        RestoreError::NothingInSpan { undated_files } => page
            .bad("There are no files of this time.")
            .text(format!(
                "But there are {} without a date, which may be of this time. Choose another time, or bring those without a date too.",
                count(*undated_files, "file", "files")
            )),
        RestoreError::NoSuchSnapshot | RestoreError::NothingThere => page
            .bad("It is not in the archive.")
            .text("Please choose something else."),
        RestoreError::Unlisted(_) => page
            .bad("Nothing that tells what is in this snapshot can be read.")
            .text("Choose an older or a newer snapshot: most pictures are in several of them."),
        error => reason(page, error),
    };
    technical(page.text(SAFE), error)
        .key("Enter", "go on")
        .key("F1", "help")
}

pub(super) fn restore(
    disk: &str,
    error: &RestoreError,
    done_files: u64,
    can_go_on: bool,
    disk_is_there: bool,
) -> Page {
    let page = match error {
        RestoreError::Stopped => Page::new("Stopped, as you asked"),
        RestoreError::TargetGone => Page::new(format!("{disk} was unplugged")),
        _ => Page::new("Not everything came back"),
    };
    let page = match error {
        RestoreError::Stopped => page,
        error => reason(page, error),
    };
    let page = page
        .text("What is on the disk by now was checked, and is right.")
        .gap();
    let page = done_so_far(page, done_files);
    let page = match (can_go_on, disk_is_there) {
        (true, true) => page
            .strong("Press Enter, and it goes on where it stopped.")
            .key("Enter", "go on"),
        (true, false) => page.strong(format!(
            "Plug {disk} in again. Then it goes on where it stopped."
        )),
        (false, _) => page.text(SAFE),
    };
    let page = match error {
        RestoreError::Stopped | RestoreError::TargetGone => page,
        error => technical(page, error),
    };
    page.key("Esc", "choose another disk").key("F1", "help")
}

fn reason(page: Page, error: &RestoreError) -> Page {
    match error {
        RestoreError::TargetGone => page.bad("The disk for the pictures was unplugged, or fell silent."),
        RestoreError::TargetFailed(_) => page.bad("The disk for the pictures is failing.").text(CABLE),
        RestoreError::TargetFull => page
            .bad("The disk became full on the way.")
            .text("Choose a larger disk, or less. What is there already is right."),
        RestoreError::NotEnoughSpace {
            needed_bytes,
            free_bytes,
        } => page
            .bad(format!(
                "The disk has not enough room: {} are needed, and {} are free.",
                size(*needed_bytes),
                size(*free_bytes)
            ))
            .text("Choose a larger disk, or less."),
        RestoreError::DriveGone => page.bad("The archive drive was unplugged."),
        RestoreError::DriveFailed(_) => page
            .bad("The archive drive did not do what it was asked to.")
            .text("Try another cable and another socket for it; they are the usual reasons. If it happens again, use another archive drive, if there is one, or ask somebody who knows Linux."),
        RestoreError::Archive(_) | RestoreError::Unlisted(_) => page
            .bad("The archive's own description can't be read.")
            .text("Don't erase this drive. Use another archive drive, if there is one, or ask somebody who knows Linux."),
        RestoreError::NoSuchSnapshot
        | RestoreError::NothingThere
        | RestoreError::NothingInSpan { .. } => page.bad("There is nothing of what was asked for."),
        RestoreError::Stopped => page.text("It was stopped, as you asked."),
    }
}

pub(super) fn rehearsal(name: &str, error: &RestoreError) -> Page {
    let page = match error {
        RestoreError::Stopped => Page::new("The rehearsal was stopped")
            .text("It does not count, and nothing on the drive has changed. Rehearse again when there is time."),
        error => technical(
            reason(Page::new(format!("The rehearsal with {name} came to no end")), error)
                .text("It does not count. Repeat it soon: if it happens again, getting the pictures back would fail too."),
            error,
        ),
    };
    page.key("Enter", "lock the archive").key("F1", "help")
}

pub(super) fn pulled(name: &str) -> Page {
    Page::new(format!("The drive of {name} was unplugged"))
        .bad("Nothing more can come back until it is plugged in again.")
        .text("It was only read, so the pictures in it are as they were. What came back by now is right; begin again with the same choices, and it goes on where it stopped.")
        .gap()
        .strong("Plug the drive in again, and begin anew from the start page.")
        .key("Enter", "to the start page")
        .key("F1", "help")
}

/// For somebody who helps.
fn technical(page: Page, error: &dyn std::error::Error) -> Page {
    page.gap().fact("For somebody who helps", error.to_string())
}
