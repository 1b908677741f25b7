//! What an executor is told, and what stands on the wallet card.

use super::numbers::size;
use super::{Span, Voice, spans, with_name};
use crate::facts::SheetFacts;

pub(crate) const KIND: &str = "Heirloom share sheet";
pub(crate) const BLANK_KIND: &str = "Heirloom share sheet, to be filled in by hand";
pub(crate) const WHAT_TO_DO: &str = "What to do";
pub(crate) const WHAT_NEVER_TO_DO: &str = "What never to do";
pub(crate) const THE_OTHERS: &str = "Who the others are";
pub(crate) const CODE: &str = "The words of this share as a code.";
pub(crate) const FILL_IN: &str = "For:";
pub(crate) const FILL_IN_SET: &str = "Set number:";
pub(crate) const FILL_IN_DAY: &str = "Date:";
pub(crate) const NO_OTHERS: &str =
    "It was not said who has the other shares. Ask the owner, and write their names here.";
pub(crate) const NOT_SAID: &str = "not said";

/// In large type.
pub(crate) fn any_of(needed: u8, count: usize) -> String {
    match needed {
        0 => "Any ____ of ____".to_owned(),
        needed => format!("Any {needed} of {count}"),
    }
}

/// Beside it.
pub(crate) fn which_of(number: u8, count: usize) -> String {
    match number {
        0 => "Share ____ of ____".to_owned(),
        number => format!("Share {number} of {count}"),
    }
}

/// What this paper is.
pub(crate) fn about(archive_name: String, needed: u8) -> Vec<Span> {
    let together = match needed {
        0 => "This paper and others like it together open".to_owned(),
        1 => "Each of these shares alone opens".to_owned(),
        2 => "This paper and one of the others together open".to_owned(),
        more => format!("This paper and {} of the others together open", more - 1),
    };
    let alone = if needed != 1 {
        " Alone it opens nothing, and tells nothing."
    } else {
        ""
    };
    with_name(
        &format!("{together} the encrypted archive of the photos and videos of "),
        Voice::Strong,
        archive_name,
        &format!(", in place of its passphrase.{alone}"),
    )
}

/// For whoever holds it.
pub(crate) fn what_to_do(needed: u8) -> Vec<Vec<Span>> {
    let others = match needed {
        0 => "meet the others, and take".to_owned(),
        1 => "take".to_owned(),
        2 => "meet one of the others, and take".to_owned(),
        more => format!("meet {} of the others, and take", more - 1),
    };
    [
        "*Keep it* dry and dark with your own important papers, and tell one person you trust where.".to_owned(),
        format!("*When the time comes,* {others} the restore sheet and the drive. That sheet says each step."),
        "*If you move,* or can keep it no longer, tell the owner.".to_owned(),
        "*If it is lost or was seen* by others, tell the owner at once: new shares are made, and this one opens nothing any more.".to_owned(),
    ]
    .iter()
    .map(|sentence| spans(sentence))
    .collect()
}

/// For whoever holds it.
pub(crate) fn what_never_to_do() -> Vec<Vec<Span>> {
    [
        "*Never* photograph or scan it, put it into a phone, a cloud or a mail, or read it out by telephone.",
        "*Never* type the words into a web page, or into a computer with a network.",
        "*Never* keep it together with the drive or with another share.",
    ]
    .map(spans)
    .to_vec()
}

/// What tells sets apart.
pub(crate) fn set(set: &str, day: &str) -> String {
    format!("Set {set}, made on {day}. Shares with another set number do not go with this one.")
}

pub(crate) const CARD: &str = "For the wallet";
pub(crate) const CARD_CUT: &str =
    "Cut along the marks and fold in the middle. There is no secret on it.";
pub(crate) const CARD_TITLE: &str = "Family archive";
pub(crate) const CARD_CALL: &str = "Call";
pub(crate) const CARD_NOBODY: &str = "Write a name and a number here:";
pub(crate) const CARD_WHERE: &str = "The drive is kept:";
pub(crate) const CARD_WHERE_UNSAID: &str = "Where the drive is kept:";

/// What exists.
pub(crate) fn card_what(facts: &SheetFacts) -> String {
    format!(
        "All photos and videos, encrypted, on the drive {}, {}.",
        facts.drive.model,
        size(facts.drive.size_bytes)
    )
}

/// What opens it.
pub(crate) fn card_key(facts: &SheetFacts) -> String {
    match &facts.plan.shares {
        Some(set) => format!(
            "The passphrase opens it, or any {} of {} shares. The restore sheet says how.",
            set.needed,
            set.shares.len()
        ),
        None => "The passphrase opens it. The restore sheet says how.".to_owned(),
    }
}
