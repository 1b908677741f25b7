//! Opening an archive only to read it: by its passphrase, or by the words on the executors' sheets.

use heirloom_engine::{KeyLine, SecretText, ShareRefusal, WordRefusal, WordsView};

use super::{choosing, items};
use crate::piece::{Page, Piece};
use crate::quantity::duration;

/// Words stand in so many columns, as wide as the longest with its number.
const WORD_COLUMNS: usize = 4;
const WORD_WIDTH: usize = 18;

pub(super) fn closing_other(name: &str) -> Page {
    Page::new("Locking the open archive first")
        .text(format!("Then {name} is opened only to be read, so that nothing on it can change. Please leave everything plugged in."))
}

pub(super) fn how(name: &str, rehearses: bool, lines: &[KeyLine], cursor: usize) -> Page {
    let page = if rehearses {
        Page::new(format!("Rehearse getting the pictures back from {name}"))
            .text("This tries out, with some of the pictures, what would have to work one day. They come back into this computer's memory only, and nothing on the drive changes until the end. Then the date and the result are kept there, for the next sheet.")
    } else {
        Page::new(format!("Get pictures back from {name}"))
            .text("The archive is only read. Nothing on it changes, and you can go back a step at any time with Esc.")
    };
    let page = page.gap().strong("What do you have to open it with?").gap();
    let texts = lines.iter().map(|line| match line {
        KeyLine::Passphrase => "The passphrase",
        KeyLine::Shares => "Words on executors' sheets",
    });
    let page = items(page, texts, cursor).gap();
    let page = match lines.get(cursor) {
        Some(KeyLine::Shares) => page.text("Each sheet has 20 words. As many sheets are needed as they say, from as many people; which of them does not matter."),
        _ => page.text("The passphrase was chosen by the owner of the archive. It may lie with a will, or in a safe."),
    };
    choosing(page)
}

pub(super) fn words(view: &WordsView) -> Page {
    let (share, word) = (view.entered + 1, view.cursor + 1);
    let page = Page::new(format!(
        "Share {share}, word {word} of {}",
        view.words.len()
    ));
    let page = match (view.entered, view.needed) {
        (0, _) | (_, None) => page.text("Take one of the sheets, and type its words in their order. The first four letters of a word are enough."),
        (entered, Some(needed)) => page.good(format!(
            "{entered} of {needed} shares {} in. Now take the next sheet.",
            if entered == 1 { "is" } else { "are" }
        )),
    };
    let page = page.gap();
    let rows = view.words.len().div_ceil(WORD_COLUMNS);
    let page = (0..rows).fold(page, |page, row| page.text(word_row(view, row, rows)));
    let page = page.gap().with(Piece::Field {
        label: format!("Word {word}"),
        text: view
            .words
            .get(view.cursor)
            .map_or(String::new(), |typed| typed.expose().to_owned()),
    });
    let page = match (&view.share_refused, view.word_refused, &view.completed) {
        (Some(refusal), ..) => share_refused(page, *refusal),
        (None, Some(refusal), _) => word_refused(page, view, refusal),
        (None, None, Some(word)) => page.good(format!("= {}", word.expose())),
        (None, None, None) => {
            page.text("Backspace at the beginning of a word leads back to the word before.")
        }
    };
    let page = match view.is_full {
        true => page.key("Enter", "done").key("Space", "next word"),
        false => page.key("Space or Enter", "next word"),
    };
    page.key("Up/Down", "move")
        .key("Esc", "back")
        .key("F1", "help")
}

/// Numbered down the columns, as lists are read on paper.
fn word_row(view: &WordsView, row: usize, rows: usize) -> String {
    let cells = (0..WORD_COLUMNS).filter_map(|column| {
        let at = column * rows + row;
        let word = view.words.get(at)?;
        let mark = if at == view.cursor { '>' } else { ' ' };
        let text = match word.expose() {
            "" => "........",
            text => text,
        };
        Some(format!(
            "{:<WORD_WIDTH$}",
            format!("{mark}{:>2} {text}", at + 1)
        ))
    });
    cells.collect::<String>().trim_end().to_owned()
}

fn word_refused(page: Page, view: &WordsView, refusal: WordRefusal) -> Page {
    let proposals: Vec<&str> = view.proposals.iter().map(SecretText::expose).collect();
    let page = match refusal {
        WordRefusal::NoSuchWord => page.bad("No word of a share begins like this."),
        WordRefusal::TooShort => {
            page.bad("Several words begin like this. Please type one more letter.")
        }
    };
    if proposals.is_empty() {
        page.text("Look at the sheet again, and use Backspace.")
    } else {
        page.text(format!("Is it one of these? {}", proposals.join(", ")))
    }
}

fn share_refused(page: Page, refusal: ShareRefusal) -> Page {
    match refusal {
        ShareRefusal::Checksum { position: Some(position) } => page
            .bad(format!("These words don't fit together. It looks as if word {position} is another one on the sheet."))
            .text("Compare it, type it again, and press Enter."),
        ShareRefusal::Checksum { position: None } => page
            .bad("These words don't fit together: some are others on the sheet, or in another order.")
            .text("Go through them with Up and Down, type again what differs, and press Enter."),
        ShareRefusal::Impossible => page
            .bad("These words fit together, but no program makes such a share. Is it really a sheet of Heirloom?")
            .text("Compare the words with the sheet, or take another sheet."),
        ShareRefusal::Repeated => page
            .bad("This share is in already.")
            .text("Please take the sheet of another person."),
        ShareRefusal::OtherSet => page
            .bad("This sheet does not belong to those before: it is of another archive, or of a time before the sheets were renewed.")
            .text("Take another one. If it is the one before that is old: Backspace leads back to it."),
        ShareRefusal::OtherParameters => page
            .bad("This sheet does not belong to those before: it speaks of another number of sheets.")
            .text("Take another one. If it is the one before that is wrong: Backspace leads back to it."),
        ShareRefusal::SameNumber => page
            .bad("A share with this number is in already, in other words. One of the two is of another archive.")
            .text("Take another sheet. If it is the one before that is wrong: Backspace leads back to it."),
        ShareRefusal::NotNeeded => page
            .bad("Of its group, no more shares are needed.")
            .text("Please take the sheet of another person."),
        ShareRefusal::NotTogether => page
            .bad("These shares don't belong together: at least one is of another archive.")
            .text("The last one was taken out again. Take another sheet, or go back to an earlier one with Backspace."),
        ShareRefusal::OtherArchive => page
            .bad("These shares belong together, but to another archive, or they were renewed since.")
            .text("Look for newer sheets, or for the drive that they belong to. You can begin again with the first."),
    }
}

pub(super) fn opening(name: &str, by_shares: bool, elapsed_s: u64) -> Page {
    let from = if by_shares { "words" } else { "passphrase" };
    Page::new(format!("Opening {name}, only to read"))
        .text(format!("The key is computed from the {from}, which takes a while on purpose: it makes guessing slow. Then the archive's contents are looked over."))
        .gap()
        .text(format!(
            "{} so far; usually it takes less than {}.",
            duration(elapsed_s),
            duration(60)
        ))
}

pub(super) fn confirm_leave(name: &str) -> Page {
    Page::new(format!("Lock {name} again?"))
        .text("To get more pictures back later, it has to be opened once more.")
        .key("Enter", "lock it")
        .key("Esc", "back")
}

pub(super) fn leaving(name: &str) -> Page {
    Page::new(format!("Locking {name}"))
        .text("Please leave the drive plugged in until this page is gone.")
}
