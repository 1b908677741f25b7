//! One entry of the plan: its fields, and what is meant by the one that the cursor is on.

use heirloom_engine::{FieldLine, FieldValue, FormRefusal, PlanField, PlanPart};

use super::entry;
use crate::piece::{Page, Piece};

/// The columns of a field's name.
const NAME_COLUMNS: usize = 24;
/// What is left for its text.
const TEXT_COLUMNS: usize = 48;

pub(super) fn form(
    part: PlanPart,
    is_new: bool,
    (fields, cursor): (&[FieldLine], usize),
    refused: Option<FormRefusal>,
) -> Page {
    let page = Page::new(title(part, is_new));
    let page = match part {
        PlanPart::Accounts => page
            .strong("Never the password itself: only where it is kept.")
            .gap(),
        PlanPart::Cadence => page
            .text("An audit reads everything and compares it. A rehearsal tries out whether pictures can be got back. We recommend 3 and 12 months.")
            .gap(),
        _ => page,
    };
    let page = fields.iter().enumerate().fold(page, |page, (at, line)| {
        page.with(Piece::Item {
            text: field_text(line, at == cursor),
            selected: at == cursor,
        })
    });
    let page = page.gap();
    let page = match (refused, fields.get(cursor)) {
        (Some(refusal), _) => page.bad(refusal_text(refusal)),
        (None, Some(line)) => page.text(meaning(line.field, fields)),
        (None, None) => page,
    };
    let is_last = cursor + 1 == fields.len();
    let page = match fields.get(cursor).map(|line| &line.value) {
        Some(FieldValue::Role(_) | FieldValue::Kept(_)) => page.key("Space", "change"),
        _ => page,
    };
    page.key("Up/Down", "move")
        .key("Enter", if is_last { "done" } else { "next" })
        .key("Esc", "back, without it")
        .key("F1", "help")
}

fn title(part: PlanPart, is_new: bool) -> &'static str {
    match (part, is_new) {
        (PlanPart::People, true) => "A new person in the plan",
        (PlanPart::People, false) => "A person in the plan",
        (PlanPart::Kept, _) => "Where is it kept?",
        (PlanPart::Accounts, _) => "Where else there are pictures",
        (PlanPart::Order, _) => "What to restore",
        (PlanPart::Cadence, _) => "How often shall the archive be checked?",
    }
}

fn field_text(line: &FieldLine, is_here: bool) -> String {
    let value = match &line.value {
        FieldValue::Text(text) => {
            let count = text.chars().count();
            let end = text.chars().skip(count.saturating_sub(TEXT_COLUMNS));
            let end: String = end.collect();
            format!("{end}{}", if is_here { "█" } else { "" })
        }
        FieldValue::Role(role) => entry::role(role).to_owned(),
        FieldValue::Kept(kept) => entry::kept(kept).to_owned(),
    };
    format!("{:<NAME_COLUMNS$} {value}", label(line.field))
}

fn label(field: PlanField) -> &'static str {
    match field {
        PlanField::Name => "Name",
        PlanField::Role => "Part in it",
        PlanField::Contact => "How to reach them",
        PlanField::MayRestore => "May restore when",
        PlanField::What => "What",
        PlanField::Which => "Which one, or whose",
        PlanField::Place => "Where it is",
        PlanField::Service => "Service or place",
        PlanField::Account => "Account name",
        PlanField::CredentialsAt => "Password is kept",
        PlanField::SecondFactorAt => "Second factor is kept",
        PlanField::Step => "What",
        PlanField::AuditMonths => "Months between audits",
        PlanField::RehearsalMonths => "... between rehearsals",
    }
}

fn meaning(field: PlanField, fields: &[FieldLine]) -> &'static str {
    use heirloom_format::Kept;
    let is_passphrase = fields
        .iter()
        .any(|line| line.value == FieldValue::Kept(Kept::Passphrase));
    match field {
        PlanField::Name => "As the family calls them.",
        PlanField::Role => "The space bar goes through what there is.",
        PlanField::Contact => "Telephone, address, e-mail: in one line. It can stay empty.",
        PlanField::MayRestore => {
            "Such as: after my death; or when I am ill and say so. It can stay empty."
        }
        PlanField::What => "The space bar goes through what there is.",
        PlanField::Which => {
            "Where there are several: the name of the drive, or whose share it is. It can stay empty."
        }
        PlanField::Place if is_passphrase => {
            "Where the paper is on which it stands, and never the passphrase itself. Whoever finds the drive can read this place, too."
        }
        PlanField::Place => "So that somebody finds it who was never there: house, room, drawer.",
        PlanField::Service => "Such as iCloud or Google Photos; or the computer in the study.",
        PlanField::Account => "The name or address to sign in with. It can stay empty.",
        PlanField::CredentialsAt => {
            "Such as: in the blue notebook, top drawer. Never the password itself."
        }
        PlanField::SecondFactorAt => {
            "What is asked for besides the password, such as a telephone or a key, and where it is. Never a code itself. It can stay empty."
        }
        PlanField::Step => "One line, such as: the pictures of the wedding.",
        PlanField::AuditMonths | PlanField::RehearsalMonths => {
            "A number from 1 to 120. The start page and the sheet say when the next one is due."
        }
    }
}

fn refusal_text(refusal: FormRefusal) -> &'static str {
    match refusal {
        FormRefusal::Empty(PlanField::Name) => {
            "Please type a name. Esc goes back, and nobody is added."
        }
        FormRefusal::Empty(PlanField::Place) => {
            "Please type where it is. Esc goes back, and nothing is added."
        }
        FormRefusal::Empty(PlanField::Service) => {
            "Please type the service or the place. Esc goes back, and nothing is added."
        }
        FormRefusal::Empty(_) => "Please type a line. Esc goes back, and nothing is added.",
        FormRefusal::NotMonths => "Please type a number of months, from 1 to 120.",
    }
}
