//! What was changed, why, and whether it is on the drive.

use heirloom_engine::PlanWriteError;
use heirloom_format::Change;

use super::shortened;
use crate::piece::{Page, Piece};
use crate::quantity::count;

/// Two lines of the list, with its numbers.
const CHANGE_COLUMNS: usize = 140;

pub(super) fn save(changes: &[Change], scroll: usize, reason: &str) -> Page {
    let page = Page::new("Save the plan?");
    if changes.is_empty() {
        return page
            .text("Nothing was changed.")
            .key("Enter", "to the plan")
            .key("Esc", "back");
    }
    page.text("Why was it changed? One line for the plan's history, such as: Ben has moved. It can stay empty.")
        .gap()
        .field("Why", reason)
        .gap()
        .text(format!("{}:", count(changes.len() as u64, "change", "changes")))
        .with(Piece::Scroll {
            items: changes.iter().map(change).collect(),
            first: scroll.min(changes.len() - 1),
        })
        .key("Enter", "save")
        .key("Esc", "back, not saved yet")
        .key("Up/Down", "see all")
        .key("F1", "help")
}

fn change(change: &Change) -> String {
    let text = match &*change.before {
        "" => change.what.clone(),
        before => format!("{} (before: {before})", change.what),
    };
    shortened(&text, CHANGE_COLUMNS)
}

pub(super) fn saving() -> Page {
    Page::new("Saving the plan").text(
        "It is written to the drive and read back, and the restore sheet is made anew. Please leave the drive plugged in.",
    )
}

pub(super) fn saved(name: &str, sheet_written: bool) -> Page {
    let page = Page::new("The plan is saved").good(format!(
        "The recovery plan is on the drive of {name}, and was read back from it."
    ));
    let page = match sheet_written {
        true => page.text("The restore sheet on the drive tells of it: START-HERE.pdf. Print it anew, and put it in the place of the earlier one."),
        false => page.bad("The restore sheet on the drive could not be made anew: it still tells the plan of before. It is made again after the next copy, and when the plan is saved."),
    };
    page.key("Enter", "to the start page")
}

pub(super) fn failed(error: PlanWriteError) -> Page {
    let advice = match error {
        PlanWriteError::Gone => "Is the drive plugged in? Look at its cable, and try again.",
        PlanWriteError::Full => {
            "There is no room left on the drive, not even for this. Nothing of it may be deleted by hand; somebody who knows the Heirloom tool can thin out old snapshots."
        }
        PlanWriteError::Unreadable => {
            "The plan on the drive can't be read any more, and is left as it is. Copy what you typed onto paper."
        }
        PlanWriteError::TooLong => {
            "It is longer than a plan can be. Take something out, and try again."
        }
        PlanWriteError::NotKept => {
            "The drive gave back something else than was written. Try again; if it happens again, replace the drive soon."
        }
        PlanWriteError::Io { .. } => {
            "The drive did not do what it was asked to. Try again; if it happens again, try another cable and another socket."
        }
    };
    Page::new("The plan is not saved yet")
        .bad("What you typed is still here, and not on the drive.")
        .text("The pictures are not affected. The plan of before is on the drive, or the new one: never half of either.")
        .text(advice)
        .gap()
        .fact("For somebody who helps", error.to_string())
        .key("Enter", "try again")
        .key("Esc", "to the plan")
        .key("F1", "help")
}

pub(super) fn confirm_discard(unsaved: usize) -> Page {
    Page::new("Leave without saving?")
        .strong(format!(
            "{} that you made now would be forgotten.",
            count(unsaved as u64, "change", "changes")
        ))
        .text("The plan stays as it was before.")
        .key("Enter", "forget them")
        .key("Esc", "back to the plan")
}

pub(super) fn history(changes: &[Change], scroll: usize) -> Page {
    let items = changes.iter().map(|it| {
        let reason = match &*it.reason {
            "" => String::new(),
            reason => format!("; because: {reason}"),
        };
        format!("{}: {}{reason}", it.date, change(it))
    });
    Page::new("What was changed in the plan")
        .text("The newest first. Nothing is ever taken out of it.")
        .gap()
        .with(Piece::Scroll {
            items: items.collect(),
            first: scroll.min(changes.len().saturating_sub(1)),
        })
        .key("Up/Down", "see all")
        .key("Enter", "back")
        .key("F1", "help")
}
