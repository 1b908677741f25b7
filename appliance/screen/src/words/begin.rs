//! The questions at the start.

use crate::piece::{Page, Piece};

pub(super) fn layout(names: &[String], cursor: usize, refused: bool) -> Page {
    let page = Page::new("Welcome. Which keyboard is this?")
        .text("Choose with the arrow keys, or press the first letter. The passphrase depends on it, so choose what is printed on the keys.")
        .gap()
        .with(Piece::List { items: names.to_vec(), cursor });
    let page = if refused {
        page.gap()
            .bad("This layout could not be set. Please choose another one.")
    } else {
        page
    };
    page.key("Up/Down", "move")
        .key("Enter", "choose")
        .key("F1", "help")
}

pub(super) fn date(typed: &str, refused: bool) -> Page {
    let page = Page::new("What is today's date?")
        .text("This computer's clock can't be right. The date is only written on the folders and the sheet; nothing depends on it, and a wrong one loses nothing.")
        .gap()
        .field("Year-month-day, such as 2027-01-31", typed);
    let page = if refused {
        page.gap().bad("This is no day that it can be today. Four digits for the year, two for the month, two for the day.")
    } else {
        page
    };
    page.key("Enter", "go on").key("F1", "help")
}
