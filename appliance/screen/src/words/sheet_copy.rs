//! The restore sheet on a plain stick, in words.

use heirloom_engine::{SheetCopyError, SheetCopyView};

use super::reading::{place_line, target_reason};
use crate::piece::{Page, Piece};
use crate::quantity::duration;

pub(super) fn page(view: &SheetCopyView) -> Page {
    match view {
        SheetCopyView::Where { places, cursor } => {
            let page = match places.as_slice() {
                [] => Page::new("Please plug in a stick for the restore sheet")
                    .text("Any stick or disk that is used on computers will do. It appears here by itself."),
                _ => Page::new("Where shall the restore sheet go?")
                    .text("It is one PDF file, beside what is there. There is no secret on it."),
            };
            let items: Vec<String> = places.iter().map(place_line).collect();
            let page = match cursor {
                Some(cursor) => {
                    let cursor = *cursor;
                    page.gap()
                        .with(Piece::List { items, cursor })
                        .key("Enter", "copy it there")
                }
                None if items.is_empty() => page,
                None => items
                    .into_iter()
                    .fold(page.gap(), |page, item| page.text(item))
                    .bad("What was chosen is gone. Choose again with the arrow keys."),
            };
            page.key("Up/Down", "move").key("Esc", "back")
        }
        SheetCopyView::Copying { disk, elapsed_s } => {
            Page::new(format!("Copying the sheet to {disk}"))
                .text("A few seconds. Please leave it plugged in.")
                .fact("So far", duration(*elapsed_s))
        }
        SheetCopyView::Done { disk, file } => Page::new("The restore sheet is copied")
            .good(format!(
                "It was read back from {disk}, which can be unplugged now."
            ))
            .fact("The file", file)
            .text("Print it on any computer, and put the paper where your family finds it.")
            .key("Enter", "go on"),
        SheetCopyView::Failed { disk, error } => failed(disk, error)
            .text("The archive is not affected, and the sheet is on its drive too.")
            .fact("For somebody who helps", error.to_string())
            .key("Enter", "choose another place")
            .key("Esc", "leave it"),
    }
}

fn failed(disk: &str, error: &SheetCopyError) -> Page {
    let page = Page::new("The sheet was not copied");
    match error {
        SheetCopyError::Disk(error) => target_reason(page, error),
        SheetCopyError::Full => page
            .bad(format!("There is no room on {disk}."))
            .text("Choose another one, or make room on it at your computer."),
        SheetCopyError::NotKept => page
            .bad(format!(
                "{disk} gave back something else than was written to it."
            ))
            .text("It is failing, or not what it says. Choose another one."),
        SheetCopyError::NoSheet => page
            .bad("The sheet could not be made from the archive.")
            .text("Check the archive, then try again."),
    }
}
