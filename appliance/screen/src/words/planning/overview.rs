//! The plan as a whole: what is in it, and what is not.

use heirloom_engine::{OverviewLine, PlanPart};
use heirloom_format::{Plan, ShareSet};

use super::shortened;
use crate::piece::{Page, Piece};
use crate::quantity::count;

/// So that a line fits with its cursor.
const COLUMNS: usize = 74;
/// Names of a line.
const NAMED: usize = 3;

pub(super) fn overview(
    name: &str,
    plan: &Plan,
    unsaved: usize,
    (lines, cursor): (&[OverviewLine], usize),
) -> Page {
    let mut page = Page::new(format!("The recovery plan of {name}"))
        .text("What somebody has to know who wants the pictures back without you. Nothing must be answered, and all can be changed later.")
        .text("The restore sheet tells it, and anybody who finds the drive can read that: please write no secret into the plan.")
        .gap();
    if let Some(shares) = &plan.shares {
        page = page
            .text(shortened(&about_shares(shares), 2 * COLUMNS))
            .gap();
    }
    let items = lines.iter().map(|line| text(*line, plan, unsaved));
    page.with(Piece::List {
        items: items.map(|text| shortened(&text, COLUMNS)).collect(),
        cursor,
    })
    .key("Up/Down", "move")
    .key("Enter", "choose")
    .key("Esc", if unsaved > 0 { "save" } else { "back" })
    .key("F1", "help")
}

fn text(line: OverviewLine, plan: &Plan, unsaved: usize) -> String {
    match line {
        OverviewLine::Interview => "Go through all questions, one after the other".to_owned(),
        OverviewLine::Part(PlanPart::People) => {
            let names = plan.people.iter().map(|person| &*person.name);
            format!("People: {}", few(names, "nobody yet"))
        }
        OverviewLine::Part(PlanPart::Kept) => {
            let things = match plan.kept.len() {
                0 => "not said yet".to_owned(),
                several => format!("said of {}", count(several as u64, "thing", "things")),
            };
            format!("Where drive, sheets and shares are: {things}")
        }
        OverviewLine::Part(PlanPart::Accounts) => {
            let services = plan.accounts.iter().map(|account| &*account.service);
            format!(
                "Other places with pictures: {}",
                few(services, "none named")
            )
        }
        OverviewLine::Part(PlanPart::Order) => {
            let order = plan.restore_order.iter().map(|line| &**line);
            format!("What to restore first: {}", few(order, "not said yet"))
        }
        OverviewLine::Part(PlanPart::Cadence) => cadence(plan),
        OverviewLine::History => {
            let changes = count(plan.changes.len() as u64, "change", "changes");
            format!("What was changed, when and why: {changes}")
        }
        OverviewLine::Save => {
            let changes = count(unsaved as u64, "change is", "changes are");
            format!("Save: {changes} not on the drive yet")
        }
        OverviewLine::Discard => "Leave without saving".to_owned(),
    }
}

fn cadence(plan: &Plan) -> String {
    let (cadence, chosen) = match &plan.cadence {
        Some(cadence) => (cadence.clone(), ""),
        None => (Default::default(), " (as recommended)"),
    };
    format!(
        "How often: audit each {}, rehearsal each {}{chosen}",
        months(cadence.audit_months),
        months(cadence.rehearsal_months)
    )
}

fn months(months: u8) -> String {
    match months {
        1 => "month".to_owned(),
        months => format!("{months} months"),
    }
}

/// The first few; of many, their number comes first, for the end of a line may be cut off.
fn few<'a>(names: impl ExactSizeIterator<Item = &'a str>, none: &str) -> String {
    let all = names.len();
    let named: Vec<&str> = names.take(NAMED).collect();
    match all {
        0 => none.to_owned(),
        all if all > NAMED => format!("{all}: {}, ...", named.join(", ")),
        _ => named.join(", "),
    }
}

pub(super) fn about_shares(set: &ShareSet) -> String {
    let holders = set.shares.iter().map(|share| {
        let holder = match &*share.holder {
            "" => "somebody",
            holder => holder,
        };
        match share.read_back {
            Some(_) => holder.to_owned(),
            None => format!("{holder} (never read back)"),
        }
    });
    let holders: Vec<String> = holders.collect();
    format!(
        "Any {} of {} shares open the archive, since {}. They are with {}.",
        set.needed,
        set.shares.len(),
        set.date,
        holders.join(", ")
    )
}

pub(super) fn unreadable(name: &str) -> Page {
    Page::new(format!("The recovery plan of {name}"))
        .bad("The plan on the drive can't be read: it is damaged, or a newer Heirloom made it.")
        .strong("It is left as it is, and nothing is written to it. The pictures are not affected.")
        .text("Try it with the newest Heirloom that you have. If that can't read it either, ask somebody who knows computers to look at the file plan.json in the archive.")
        .key("Enter", "to the start page")
        .key("F1", "help")
}
