//! The audit: looking after the archive, four times a year, in words for somebody who would rather be done with it.

mod done;
mod finding;
mod help;
#[cfg(test)]
mod tests;
mod upkeep;

use heirloom_engine::{AuditError, AuditRunView, AuditStep, AuditView};
use heirloom_format::Day;

use crate::piece::{Page, Piece};
use crate::quantity::{count, duration, size};

pub(super) use help::help;
pub(super) use upkeep::upkeep;

/// A page in words.
pub(super) fn page(view: &AuditView) -> Page {
    match view {
        AuditView::Begin {
            name,
            counted,
            absent,
            used_bytes,
        } => begin(name, counted, absent, *used_bytes),
        AuditView::Running(view) => running(view),
        AuditView::ConfirmStop => Page::new("Stop the check?")
            .text("Then it does not count, and begins anew the next time. Nothing on the drive has changed.")
            .key("Enter", "stop")
            .key("Esc", "go on"),
        AuditView::Done { name, done, scroll } => done::done(name, done, *scroll),
        AuditView::Trouble { name, error } => trouble(name, error),
        AuditView::Remark { before, typed } => remark(*before, typed),
        AuditView::Remarking => {
            Page::new("Writing it down").text("Your words are being put into the plan and onto the sheet.")
        }
        AuditView::NotRemarked => Page::new("Your words could not be written down")
            .bad("The plan on the drive does not take them. The result of the check is in it.")
            .text("Write them on the printed sheet by hand, with today's date.")
            .key("Enter", "go on"),
    }
}

fn begin(name: &str, counted: &[String], absent: &[String], used_bytes: u64) -> Page {
    let page = Page::new(format!("Check all of {name}"))
        .text("Everything in the archive is read from the drive and compared with what was archived. The drive is asked how it is, the lock's header and its backup are looked at, and what is plugged in is counted against the archive.")
        .gap();
    let page = match counted {
        [] => page.fact(
            "Counted",
            "nothing: no phone or card of this archive is plugged in",
        ),
        names => page.fact("Counted", names.join(", ")),
    };
    let page = match absent {
        [] => page,
        names => page.fact("Not seen yet", absent_names(names)),
    };
    page.fact("To be read", format!("up to {}", size(used_bytes)))
        .gap()
        .text("It may take hours, and it can be stopped. Nothing that was archived is changed. Plug in the phones that you want counted first, and unlock them.")
        .key("Enter", "begin")
        .key("Esc", "back")
        .key("F1", "help")
}

/// More than a few are only counted.
fn absent_names(names: &[String]) -> String {
    const NAMED: usize = 4;
    let mut text = names[..names.len().min(NAMED)].join(", ");
    if names.len() > NAMED {
        text.push_str(&format!(", and {} more", names.len() - NAMED));
    }
    text
}

fn running(view: &AuditRunView) -> Page {
    let page = Page::new(format!("Checking {}", view.name));
    let page = match &view.step {
        AuditStep::Drive => {
            page.text("Asking the drive how it is. One that slept takes a while...")
        }
        AuditStep::Header => page.text("Looking at the lock's header and at its backup..."),
        AuditStep::Counting { source } => {
            let page = page.text(format!("Counting what is on {source}..."));
            match view.listed_files {
                0 => page,
                files => page.text(format!("{} so far", count(files, "file", "files"))),
            }
        }
        AuditStep::Contents => contents(page, view),
        AuditStep::Recording => page.text("Writing down the result..."),
    };
    let page = page
        .gap()
        .fact("Since the start", duration(view.elapsed_s))
        .gap();
    if view.stopping {
        return page.strong("Stopping...").key("F1", "help");
    }
    let page = page.text("Please leave the archive drive plugged in.");
    match view.step {
        AuditStep::Recording => page,
        _ => page.key("Esc", "stop"),
    }
    .key("F1", "help")
}

fn contents(page: Page, view: &AuditRunView) -> Page {
    let Some(bytes) = view.bytes else {
        return page.text("Reading what describes the snapshots...");
    };
    let permille = match bytes {
        0 => 1_000,
        total => {
            let done = u128::from(view.read_bytes) * 1_000 / u128::from(total);
            u16::try_from(done.min(1_000)).unwrap_or(1_000)
        }
    };
    let still = match (view.rate_bytes_per_s, view.remaining_s) {
        (Some(rate), Some(remaining)) => {
            format!("about {} ({} a second)", duration(remaining), size(rate))
        }
        _ => "not known yet".to_owned(),
    };
    page.with(Piece::Bar { permille })
        .gap()
        .fact(
            "Read and compared",
            format!("{} of {}", size(view.read_bytes), size(bytes)),
        )
        .fact("Still to go", still)
}

fn trouble(name: &str, error: &AuditError) -> Page {
    let page = Page::new(format!("The check of {name} has no result"));
    match error {
        AuditError::Stopped => page.text("It was stopped."),
        AuditError::DriveGone => page
            .bad("The drive was unplugged, or does not answer any more.")
            .text("Nothing that was archived was changed. Plug it in again, at best directly into the computer, and check again."),
        AuditError::ChangedMeanwhile => page
            .bad("Files in the archive came or went while it was checked.")
            .text("Check again. If this is said once more, the drive can't be relied on: get the pictures back to another disk while it can be read."),
    }
    .key("Enter", "go on")
}

fn remark(before: Option<Day>, typed: &str) -> Page {
    let since = match before {
        Some(day) => format!("What has changed since {day}, and why?"),
        None => "What should be remembered of this time?".to_owned(),
    };
    Page::new(since)
        .text("For whoever reads the plan one day, in one line: \"Ben has a new phone\", \"the drive is now at Oma's\". Never a password.")
        .gap()
        .field("In one line", typed)
        .key("Enter", "write it down; empty: nothing")
        .key("Esc", "nothing")
}
