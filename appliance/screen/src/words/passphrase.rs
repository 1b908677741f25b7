//! Choosing a passphrase: typed and judged, or made of words; then typed once more.

use heirloom_engine::{EasyBecause, Passphrase, PassphrasePurpose, PassphraseRefusal};

use super::dots;
use crate::piece::Page;

/// Words of a proposal on one line.
const WORDS_A_LINE: usize = 4;

pub(super) fn new_passphrase(
    purpose: PassphrasePurpose,
    name: &str,
    typed_chars: usize,
    refused: Option<PassphraseRefusal>,
) -> Page {
    let title = match purpose {
        PassphrasePurpose::SetUp => format!("A passphrase for the archive {name}"),
        PassphrasePurpose::Change => format!("A new passphrase for the archive {name}"),
    };
    let page = Page::new(title)
        .text("Whoever has the drive and this passphrase can see the pictures. Without it, nobody can, not even the makers of Heirloom.")
        .gap()
        .text("Five or six unusual words are good: long, and easy to type. Write it down on paper and keep it away from the drive. Or press F2, and Heirloom makes one of words for you.")
        .gap()
        .field("Passphrase", dots(typed_chars));
    let page = match refused {
        Some(refusal) => page.bad(reason(refusal)),
        None => page,
    };
    page.key("Enter", "go on")
        .key("F2", "make one for me")
        .key("Esc", "back")
        .key("F1", "help")
}

fn reason(refusal: PassphraseRefusal) -> String {
    let because = match refusal {
        PassphraseRefusal::TooShort { least_chars } => {
            return format!(
                "This is too short: at least {least_chars} characters, better five words."
            );
        }
        PassphraseRefusal::Differ => {
            return "The two were not the same. Nothing has been changed; please type it again, twice.".to_owned();
        }
        PassphraseRefusal::Unchanged => {
            return "This is the passphrase of now. Please choose another one.".to_owned();
        }
        PassphraseRefusal::NoProposal => {
            return "Heirloom could not draw words by chance. Please think of some yourself."
                .to_owned();
        }
        PassphraseRefusal::Easy(because) => because,
    };
    let because = match because {
        EasyBecause::KnownNames => {
            "it has a name in it that stands on the drive, or that others know"
        }
        EasyBecause::Common => "many people use it, or one very much like it",
        EasyBecause::Keys => "the keys are neighbours on the keyboard",
        EasyBecause::Repeats => "the same comes again and again",
        EasyBecause::Sequence => "one character follows the other, as in abc or 4321",
        EasyBecause::Date => "it is little more than a date or a year",
        EasyBecause::Name => "it is little more than a name",
        EasyBecause::FewWords => "it is too little: a usual word or two, or only a few characters",
    };
    format!(
        "This would be guessed too soon: {because}. Add two or three unusual words that have nothing to do with you, or press F2."
    )
}

pub(super) fn proposed(name: &str, words: Option<&Passphrase>, mistyped: bool) -> Page {
    let page = Page::new(format!("A passphrase for {name}, made for you"));
    let Some(words) = words else {
        return page.text("One moment, please.").key("Esc", "back");
    };
    let words: Vec<&str> = words.expose().split(' ').collect();
    let mut page = page
        .text(format!(
            "These {} words were drawn by chance. Write them on paper, in this order:",
            words.len()
        ))
        .gap();
    for line in words.chunks(WORDS_A_LINE) {
        page = page.strong(format!("    {}", line.join(" ")));
    }
    page = page
        .gap()
        .text("On the next page, type them once from the paper, with one space between two words. Keep the paper where your family will find it and a thief will not, and not with the drive.");
    if mistyped {
        page = page
            .gap()
            .bad("What was typed was something else. Nothing has been changed; compare the paper with the words above.");
    }
    page.key("Enter", "they are on the paper")
        .key("F2", "other words")
        .key("Esc", "back")
        .key("F1", "help")
}

pub(super) fn repeat_passphrase(
    purpose: PassphrasePurpose,
    name: &str,
    typed_chars: usize,
) -> Page {
    let (title, then, key) = match purpose {
        PassphrasePurpose::SetUp => (
            format!("The same passphrase for {name} once more"),
            "After Enter, the drive is erased and set up.",
            "set up the drive",
        ),
        PassphrasePurpose::Change => (
            format!("The same new passphrase for {name} once more"),
            "After Enter, the passphrase is changed.",
            "change it",
        ),
    };
    Page::new(title)
        .text("To be sure that it is what you meant.")
        .gap()
        .field("Passphrase again", dots(typed_chars))
        .gap()
        .text(then)
        .key("Enter", key)
        .key("Esc", "back")
}
