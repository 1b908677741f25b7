//! Who can open the archive: shares for executors, and the passphrase of now. A new passphrase is chosen in `passphrase.rs`.

use heirloom_engine::{
    DriveError, KeysAtPull, KeysView, OwnQuestion, Passphrase, ReadBackRefusal, SchemeChoice,
    ShareLabel, SharesNoted, ShownWords,
};
use heirloom_shares::{SHARES_MAX, Scheme};

use super::{dots, share_paper};
use crate::piece::{Page, Piece};
use crate::quantity::duration;

/// Columns of words on the page of a share.
const WORD_COLUMNS: usize = 4;

pub(super) fn keys(view: &KeysView) -> Page {
    match view {
        KeysView::Scheme {
            name,
            renewal,
            choices,
            cursor,
        } => scheme(name, *renewal, choices, *cursor),
        KeysView::OwnNumber {
            question,
            typed,
            refused,
        } => own_number(*question, typed, *refused),
        KeysView::ExecutorName {
            scheme,
            number,
            typed,
            has_proposals,
        } => executor_name(*scheme, *number, typed, *has_proposals),
        KeysView::MakingShares => Page::new("Making the shares").text("One moment, please."),
        KeysView::Paper { label, stage } => share_paper::page(label, stage),
        KeysView::Share { label, words } => share(label, words),
        KeysView::ReadBack {
            label,
            asked,
            answered,
            typed,
            refused,
        } => read_back(label, asked, *answered, typed, *refused),
        KeysView::ConfirmLeave { renewal } => confirm_leave(*renewal),
        KeysView::SettingExecutors { elapsed_s } => {
            at_work("Giving the executors their key", *elapsed_s)
        }
        KeysView::NotingShares => Page::new("Noting who has which share")
            .text("The shares open the archive. One moment, please: leave the drive plugged in."),
        KeysView::SharesDone {
            name,
            scheme,
            renewal,
            not_read_back,
            noted,
        } => shares_done(name, *scheme, (*renewal, *not_read_back), *noted),
        KeysView::MakingFailed { error } => technical(
            Page::new("No shares could be made").bad("Nothing was changed."),
            error,
        )
        .key("Enter", "go on"),
        KeysView::SettingFailed { renewal, error } => setting_failed(*renewal, error),
        KeysView::OldPassphrase {
            name,
            typed_chars,
            refused,
            is_last,
        } => old_passphrase(name, *typed_chars, *refused, *is_last),
        KeysView::ChangingPassphrase { elapsed_s } => {
            at_work("Changing the passphrase", *elapsed_s)
        }
        KeysView::PassphraseChanged { name } => changed(name),
        KeysView::ChangeFailed { error } => change_failed(error),
    }
}

fn scheme(name: &str, renewal: bool, choices: &[SchemeChoice], cursor: usize) -> Page {
    let mut page = if renewal {
        Page::new(format!("New shares for the executors of {name}"))
            .text("The shares of now open the archive until the new ones are finished. From then on they open nothing any more.")
    } else {
        Page::new(format!("Shares for the executors of {name}"))
            .text("Executors can open the archive together when you can't. Each gets a paper with twenty words. One paper alone opens nothing.")
    };
    page = page
        .gap()
        .text("How many shares shall there be, and how many of them are needed?")
        .gap();
    for (index, choice) in choices.iter().enumerate() {
        page = page.with(Piece::Item {
            text: match choice {
                SchemeChoice::Of(scheme) if index == 0 => {
                    format!("{} of {} (recommended)", scheme.needed(), scheme.made())
                }
                SchemeChoice::Of(scheme) => format!("{} of {}", scheme.needed(), scheme.made()),
                SchemeChoice::Own => "Other numbers".to_owned(),
            },
            selected: index == cursor,
        });
    }
    page = page.gap();
    page = match choices.get(cursor) {
        Some(SchemeChoice::Of(scheme)) => meaning(page, *scheme),
        _ => page.text(format!(
            "You say how many shares there are, from 2 to {SHARES_MAX}, and how many of them are needed."
        )),
    };
    page.key("Up/Down", "move")
        .key("Enter", "choose")
        .key("Esc", "back, nothing is changed")
        .key("F1", "help")
}

fn meaning(page: Page, scheme: Scheme) -> Page {
    let (needed, made) = (scheme.needed(), scheme.made());
    match made - needed {
        0 => page.bad(format!(
            "{made} people get a share, and all of them are needed: if one share is lost, the others open nothing."
        )),
        1 => page.text(format!(
            "{made} people get a share. Any {needed} of them open the archive together, and one share can get lost."
        )),
        more => page.text(format!(
            "{made} people get a share. Any {needed} of them open the archive together, and {more} shares can get lost."
        )),
    }
}

fn own_number(question: OwnQuestion, typed: &str, refused: bool) -> Page {
    let (page, label, most) = match question {
        OwnQuestion::Made => (
            Page::new("How many people get a share?")
                .text(format!("From 2 to {SHARES_MAX}. Each share is written down by hand.")),
            "Number of shares",
            SHARES_MAX,
        ),
        OwnQuestion::Needed { made } => (
            Page::new(format!("How many of the {made} shares are needed?"))
                .text(format!("From 2 to {made}. Fewer are easier to bring together; more are harder for a thief. If all are needed, none may get lost.")),
            "Shares needed",
            made,
        ),
    };
    let page = page.gap().field(label, typed);
    let page = if refused {
        page.bad(format!("Please type a number from 2 to {most}."))
    } else {
        page
    };
    page.key("Enter", "go on")
        .key("Esc", "back")
        .key("F1", "help")
}

fn executor_name(scheme: Scheme, number: u8, typed: &str, has_proposals: bool) -> Page {
    let made = scheme.made();
    let page = Page::new(format!("Who gets share {number} of {made}?"))
        .text("A name, so that the papers can be told apart, and found: write it on the paper, too. It goes into the recovery plan and on the restore sheet. You can also leave it empty.")
        .gap()
        .field("Name", typed);
    let page = if scheme.needed() == made {
        page.gap()
            .bad("All shares are needed: if one is lost, the others open nothing. Your passphrase still does.")
    } else {
        page
    };
    let page = match has_proposals {
        true => page.key("F2", "another of the plan"),
        false => page,
    };
    page.key("Enter", "go on")
        .key("Esc", "back")
        .key("F1", "help")
}

/// Its number, and whose it is.
pub(super) fn named(label: &ShareLabel) -> String {
    let number = format!("{} of {}", label.number, label.made);
    match &label.executor {
        Some(name) => format!("{number}, for {name}"),
        None => number,
    }
}

fn share(label: &ShareLabel, words: &ShownWords) -> Page {
    let count = words.iter().len();
    let mut page = Page::new(format!("Share {}", named(label)))
        .text(format!(
            "Write these {count} words by hand on the blank sheet, in the numbered boxes, and above them: share {}.",
            named(label)
        ))
        .gap();
    for row in 0..count.div_ceil(WORD_COLUMNS) {
        // Along the rows, as on the sheet.
        let line: Vec<String> = words
            .iter()
            .enumerate()
            .skip(row * WORD_COLUMNS)
            .take(WORD_COLUMNS)
            .map(|(at, word)| format!("{:>3}. {word:<12}", at + 1))
            .collect();
        page = page.strong(line.concat().trim_end()).gap();
    }
    page.text(
        "Don't take a photo of them, and don't type them anywhere else. Then turn to the paper: some of the words will be asked for.",
    )
    .key("Enter", "they are on the paper")
    .key("Esc", "stop")
    .key("F1", "help")
}

fn read_back(
    label: &ShareLabel,
    asked: &[usize],
    answered: usize,
    typed: &Passphrase,
    refused: Option<ReadBackRefusal>,
) -> Page {
    let mut page = Page::new(format!("Read back share {}", named(label)))
        .text("Please enter these words from the sheet, to be sure they can be read. The first four letters are enough.")
        .gap();
    for (at, word) in asked.iter().enumerate() {
        page = match at.cmp(&answered) {
            std::cmp::Ordering::Less => page.good(format!("Word {word}: right")),
            std::cmp::Ordering::Equal => page.field(format!("Word {word}"), typed.expose()),
            std::cmp::Ordering::Greater => page.text(format!("Word {word}")),
        };
    }
    let word = asked.get(answered).copied().unwrap_or_default();
    let page = match refused {
        Some(ReadBackRefusal::Another) => page.gap().bad(format!(
            "That is not word {word} of this share. Look at the paper: is it in the right box? Esc shows the share again."
        )),
        Some(ReadBackRefusal::Unknown) => page.gap().bad(format!(
            "No share has such a word. Look at word {word} on the paper again. Esc shows the share again."
        )),
        None => page,
    };
    page.key("Enter", "go on")
        .key("Esc", "see the share once more")
        .key("F1", "help")
}

fn confirm_leave(renewal: bool) -> Page {
    let page = Page::new("Stop making shares?")
        .strong("Nothing was changed: the shares on paper open nothing. Tear them up.");
    let page = if renewal {
        page.text("The earlier shares open the archive as before.")
    } else {
        page
    };
    page.key("Enter", "stop")
        .key("Esc", "go on with the shares")
}

fn at_work(title: &str, elapsed_s: u64) -> Page {
    Page::new(title)
        .text("Please leave the drive plugged in. The key is computed and tried several times, which takes a while on purpose: it makes guessing slow.")
        .gap()
        .text(format!("{} so far; usually it takes less than {}.", duration(elapsed_s), duration(60)))
}

fn shares_done(
    name: &str,
    scheme: Scheme,
    (renewal, not_read_back): (bool, usize),
    noted: SharesNoted,
) -> Page {
    let (needed, made) = (scheme.needed(), scheme.made());
    let page = Page::new("The shares are finished");
    let page = if needed == made {
        page.good(format!(
            "All {made} shares together open the archive {name}."
        ))
    } else {
        page.good(format!(
            "Any {needed} of these {made} shares open the archive {name}."
        ))
    };
    let page = if renewal {
        page.strong("The earlier shares open nothing any more. Tear them up.")
    } else {
        page
    };
    let page = match not_read_back {
        0 => page,
        count => page.bad(format!(
            "{} not read back: nobody has seen yet whether the words can be read. The plan and the restore sheet say so, until a rehearsal is opened with them.",
            if count == 1 { "1 sheet was".to_owned() } else { format!("{count} sheets were") }
        )),
    };
    let page = page.gap()
        .text("Give each share to its executor, to be kept where nobody else looks: never two in one place, and none with the drive.")
        .text("Your passphrase opens the archive as before.");
    match noted {
        SharesNoted::Noted => page
            .text("Who has which share is in the recovery plan now.")
            .key("Enter", "go on"),
        SharesNoted::NotPossible => page
            .bad("The recovery plan on the drive can't be read, so it does not tell who has which share. Keep a note of it with your papers.")
            .key("Enter", "go on"),
        SharesNoted::Failed(error) => technical_text(
            page.bad("The shares count, but the recovery plan could not be written: it does not tell yet who has which."),
            error.to_string(),
        )
        .key("Enter", "try again")
        .key("Esc", "go on without"),
    }
}

fn setting_failed(renewal: bool, error: &DriveError) -> Page {
    let page = Page::new("The shares may not open the archive yet");
    let page = if *error == DriveError::WrongPassphrase {
        page.bad("Nothing was changed: the passphrase with which the archive was opened is no longer the right one.")
            .text("Press Esc, lock the archive, open it again, and make new shares. Tear these up.")
    } else {
        page.bad("The drive did not do what it was asked to.")
            .text("Keep the papers, and try once more with the same shares. Your passphrase opens the archive as before.")
            .text("If it fails again, lock the archive and open it: that settles what was begun. Then make new shares.")
    };
    let page = if renewal {
        page.strong("Keep the earlier shares too, until it has worked: the old ones or the new ones open the archive.")
    } else {
        page
    };
    technical(page, error)
        .key("Enter", "try again")
        .key("Esc", "to the start page")
        .key("F1", "help")
}

fn old_passphrase(name: &str, typed_chars: usize, refused: bool, is_last: bool) -> Page {
    let page = Page::new(format!("Change the passphrase of {name}"))
        .text("First the passphrase of now, to see that you may.")
        .gap()
        .field("Passphrase of now", dots(typed_chars));
    let page = if refused {
        page.gap().bad("This passphrase does not open the archive. Nothing was changed; please type it again.")
            .text("Is Caps Lock on?")
    } else {
        page
    };
    let page = if is_last {
        page.text("The new passphrase is kept meanwhile, and need not be typed again.")
    } else {
        page
    };
    page.key("Enter", "go on")
        .key("Esc", "back, nothing is changed")
        .key("F1", "help")
}

fn changed(name: &str) -> Page {
    Page::new("The passphrase is changed")
        .good(format!(
            "The new passphrase opens the archive {name}. The old one does not any more."
        ))
        .gap()
        .text("Write the new one down, and destroy every note of the old one.")
        .text("If executors have shares, these open the archive as before.")
        .key("Enter", "go on")
}

fn change_failed(error: &DriveError) -> Page {
    let page = Page::new("The passphrase may not be changed yet")
        .bad("The drive did not do what it was asked to.")
        .strong("Keep both passphrases: the old one or the new one opens the archive.")
        .text("Lock the archive, and open it with the new one; if that does not work, with the old one. Opening it settles what was begun.");
    technical(page, error)
        .key("Enter", "go on")
        .key("F1", "help")
}

/// For somebody who helps.
fn technical(page: Page, error: &DriveError) -> Page {
    technical_text(page, error.to_string())
}

fn technical_text(page: Page, text: String) -> Page {
    page.gap().fact("For somebody who helps", text)
}

/// What a pulled drive means for keys that were just being changed.
pub(super) fn at_pull(page: Page, keys: KeysAtPull) -> Page {
    match keys {
        KeysAtPull::Untouched => page.text(
            "Nothing was changed about its keys: what opened it opens it still. If there are new shares on paper, tear them up: they open nothing.",
        ),
        KeysAtPull::Unsettled => page.strong(
            "Its keys were just being changed: either the earlier or the new ones open it, and the next opening settles it. Keep both until then.",
        ),
    }
}

pub(super) fn help(view: &KeysView) -> (&'static str, &'static [&'static str]) {
    match view {
        KeysView::OldPassphrase { .. }
        | KeysView::ChangingPassphrase { .. }
        | KeysView::PassphraseChanged { .. }
        | KeysView::ChangeFailed { .. } => (
            "About changing the passphrase",
            &[
                "Change it when somebody knows it who should not. The pictures are not copied or encrypted anew; only the lock gets another key, so it takes a minute at most.",
                "A copy of the lock's header from before, if anybody made one, still opens with the old passphrase. Heirloom renews the copy on the drive itself.",
                "If the power fails in the middle, the old passphrase or the new one opens the archive, and opening it settles the rest.",
            ],
        ),
        _ => (
            "About executors and shares",
            &[
                "An executor is somebody whom you trust to open the archive when you can't: together with others, never alone. Each holds a share, which is a list of twenty words. With fewer shares than are needed, nobody learns anything at all.",
                "The words are those of SLIP-39, a public standard: other programs can read them as well, even if Heirloom is long gone.",
                "Shares belong on paper. A photo of them goes to places that nobody knows. They are renewed when one is lost, or when somebody should not be an executor any more.",
                "Nothing changes on the drive before every share was read back.",
            ],
        ),
    }
}
