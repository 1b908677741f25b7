//! The entries of a part of the plan, with the question that they answer.

use heirloom_engine::{PlanEntry, PlanLine, PlanPart};

use super::{entry, shortened};
use crate::piece::{Page, Piece};

/// So that a line fits with its cursor.
const COLUMNS: usize = 74;

pub(super) fn list(part: PlanPart, guided: bool, lines: &[PlanLine], cursor: usize) -> Page {
    let (title, text) = question(part);
    let is_empty = !lines.iter().any(|line| matches!(line, PlanLine::Entry(_)));
    let items = lines.iter().map(|line| match line {
        PlanLine::Entry(it) => entry::entry(it),
        PlanLine::Suggested(it) => entry::suggested(it),
        PlanLine::Add => add(part, is_empty).to_owned(),
        PlanLine::GoOn => go_on(guided, is_empty).to_owned(),
    });
    let page = Page::new(title).text(text).gap().with(Piece::List {
        items: items.map(|text| shortened(&text, COLUMNS)).collect(),
        cursor,
    });
    let page = page.key("Enter", "choose");
    let page = match (part, lines.get(cursor)) {
        (PlanPart::Order, Some(PlanLine::Entry(_))) => {
            page.key("U/D", "put up, down").key("R", "take out")
        }
        (_, Some(PlanLine::Entry(_))) => page.key("R", "take out"),
        _ => page,
    };
    page.key("Esc", "back").key("F1", "help")
}

fn question(part: PlanPart) -> (&'static str, &'static str) {
    match part {
        PlanPart::People => (
            "Who has to do with this archive?",
            "Its owner; executors, who hold shares; relatives who are to get pictures; somebody who helps with computers. With a way to reach each, and under which circumstances they may restore.",
        ),
        PlanPart::Kept => (
            "Where is everything kept?",
            "So exactly that somebody finds it who was never there. Only where the passphrase is written down: never the passphrase itself.",
        ),
        PlanPart::Accounts => (
            "Where else are there pictures?",
            "An account in a cloud, a computer, a disk. Only where its password is kept, and the second factor if it has one: never the password itself.",
        ),
        PlanPart::Order => (
            "What is to be restored first?",
            "What is needed or missed most comes first. Choose from what is archived here, or write a line of your own.",
        ),
        PlanPart::Cadence => (
            "How often shall the archive be checked?",
            "An audit reads everything and compares. A rehearsal tries out whether pictures can be got back.",
        ),
    }
}

fn add(part: PlanPart, is_empty: bool) -> &'static str {
    match (part, is_empty) {
        (PlanPart::People, true) => "+ A person",
        (PlanPart::People, false) => "+ Another person",
        (PlanPart::Kept, _) => "+ Something else",
        (PlanPart::Accounts, true) => "+ An account or a place",
        (PlanPart::Accounts, false) => "+ Another account or place",
        (PlanPart::Order | PlanPart::Cadence, _) => "+ A line of your own",
    }
}

fn go_on(guided: bool, is_empty: bool) -> &'static str {
    match (guided, is_empty) {
        (true, true) => "Skip this question",
        (true, false) => "Go on to the next question",
        (false, _) => "Back to the plan",
    }
}

pub(super) fn confirm_remove(it: &PlanEntry) -> Page {
    Page::new("Take this out of the plan?")
        .strong(shortened(&entry::entry(it), 2 * COLUMNS))
        .text("That it was there stays in the plan's history, with the day.")
        .key("Enter", "take it out")
        .key("Esc", "keep it")
}
