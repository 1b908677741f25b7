//! What became of several sources that were archived one after the other, and who could be next.

use heirloom_engine::{RunError, SourceOutcome};

use super::noun::names;
use crate::piece::{Page, Piece};
use crate::quantity::count;

pub(super) fn report(
    outcomes: &[(String, SourceOutcome)],
    cursor: usize,
    sheet_written: bool,
    others: &[String],
) -> Page {
    let total = outcomes.len() as u64;
    let complete = outcomes.iter().filter(|(_, it)| is_complete(it)).count() as u64;
    let page = if complete == total {
        Page::new(format!("All {total} are archived")).good(
            "Each is complete: all that you chose of it is in the archive, and was read back from the drive when it was copied.",
        )
    } else {
        Page::new(format!("{complete} of {total} are archived completely"))
            .bad("Don't erase anything yet from those that are not. What could be copied is safe.")
    };
    let items = outcomes
        .iter()
        .map(|(source, outcome)| format!("{source}: {}", line(outcome)));
    let page = page.gap().with(Piece::List {
        items: items.collect(),
        cursor,
    });
    let page = if sheet_written {
        page.gap().text(
            "The restore sheet on the drive, START-HERE.pdf, tells of all of them; print it and keep it safe.",
        )
    } else {
        page.gap()
            .bad("The restore sheet could not be written. The pictures are safe; archive again.")
    };
    offer(page, others)
        .key("Up/Down", "move")
        .key("Enter", "all about it")
        .key("Esc", "go on")
        .key("F1", "help")
}

/// Others that are plugged in, where there are any.
pub(super) fn offer(page: Page, others: &[String]) -> Page {
    match others {
        [] => page,
        [only] => page
            .strong(format!(
                "{only} is plugged in too, and not archived yet. Press N to archive it now."
            ))
            .key("N", "next"),
        several => page
            .strong(format!(
                "Plugged in too, and not archived yet: {}. Press N to archive them now.",
                names(several)
            ))
            .key("N", "next"),
    }
}

fn is_complete(outcome: &SourceOutcome) -> bool {
    matches!(outcome, SourceOutcome::Archived { complete: true, .. })
}

/// Short enough to stand behind a name in one line.
fn line(outcome: &SourceOutcome) -> String {
    match outcome {
        SourceOutcome::Archived {
            complete: false, ..
        } => "not complete; Enter says why".to_owned(),
        SourceOutcome::Archived {
            up_to_date: true, ..
        } => "complete, nothing new".to_owned(),
        SourceOutcome::Archived {
            safe_to_erase: true,
            new_files,
            ..
        } => format!(
            "complete, {}, safe to erase",
            count(*new_files, "new file", "new files")
        ),
        SourceOutcome::Archived { .. } => "complete; before you erase: Enter".to_owned(),
        SourceOutcome::Failed(error) => failed(error).to_owned(),
        SourceOutcome::NotBegun => "not begun".to_owned(),
    }
}

fn failed(error: &RunError) -> &'static str {
    match error {
        RunError::SourceGone => "not finished, it was unplugged",
        RunError::SourceStalled => "not finished, it fell silent",
        RunError::SourceFailed(_) | RunError::SourceUnreadable { .. } => "it can't be read",
        RunError::SourceEmpty => "it shows no files",
        RunError::NotEnoughSpace { .. } | RunError::DriveFull { .. } => {
            "not enough room on the drive"
        }
        RunError::Stopped => "stopped",
        RunError::DriveGone
        | RunError::DriveFailed(_)
        | RunError::Archive(_)
        | RunError::OtherArchive => "trouble with the drive",
    }
}
