//! `heirloom thin`: old snapshots go, when somebody asks for it; never the only copy of a content.

use heirloom_engine::{Fate, Policy, RetentionError, RetentionPlan, ThinReport, plan_retention};
use serde_json::{Value, json};

use crate::args::{Talk, ThinOrder};
use crate::exit::Exit;
use crate::interrupt::cancel_on_signal;
use crate::place::{Place, Use};
use crate::progress::{Display, Where};
use crate::quantity::{count, shown, size};
use crate::report::{Page, Report};
use crate::trouble::Trouble;

/// Shows what would go, or removes it.
pub(crate) fn thin(order: &ThinOrder, talk: Talk) -> Result<Report, Trouble> {
    let purpose = if order.remove { Use::Write } else { Use::Read };
    let place = Place::open(&order.archive_dir, purpose)?;
    let policy = match (order.keep_last, order.keep_newest) {
        (Some(last), _) => Policy::KeepLast(last),
        (None, Some(newest)) => Policy::ByGenerationAndYear {
            newest,
            each_year: 1,
        },
        // The argument parser asks for one of them.
        (None, None) => Policy::KeepAll,
    };
    let cancel = cancel_on_signal()?;
    let display = Display::new(talk);
    display.show(|| Where::at("Looking for what other snapshots hold too"));
    let outcome = plan_retention(&*place.volume, &place.archive, &policy, &cancel);
    display.end();
    let failed = |error| match error {
        RetentionError::Archive(error) => Trouble::of_archive(place.dir.clone(), error),
        error => Trouble::Thin(error),
    };
    let plan = outcome.map_err(failed)?;
    let done = if order.remove && !plan.is_empty() {
        display.show(|| Where::at("Removing"));
        let outcome = heirloom_engine::thin(&*place.volume, &place.archive, &plan);
        display.end();
        Some(outcome.map_err(failed)?)
    } else {
        None
    };
    Ok(Report {
        exit: Exit::Done,
        text: page(&plan, done.as_ref(), order.remove).print(),
        json: object(&place, &plan, done.as_ref()),
        is_printed: false,
    })
}

fn page(plan: &RetentionPlan, done: Option<&ThinReport>, remove: bool) -> Page {
    let number = plan.removed().count() as u64;
    let snapshots = count(number, "snapshot", "snapshots");
    let freed = size(plan.freed_bytes);
    let mut page = match (number, done) {
        (0, Some(_)) => Page::new(format!(
            "No snapshot goes. An earlier thinning was finished: {freed} are free again."
        )),
        (0, None) => Page::new("No snapshot goes."),
        (_, Some(_)) => Page::new(format!("{snapshots} removed: {freed} are free again."))
            .text("What was in them is in the snapshots that stay; thinned/ says what it was."),
        (_, None) => Page::new(format!("{snapshots} would go, and free {freed}."))
            .text("What is in them is in the snapshots that stay, too. Nothing was changed yet."),
    };
    page = page.gap();
    for verdict in &plan.verdicts {
        let place = shown(verdict.folder.as_str());
        page = page.item(match &verdict.fate {
            Fate::Removed { freed_bytes } if done.is_some() => {
                format!("{place}: removed ({})", size(*freed_bytes))
            }
            Fate::Removed { freed_bytes } => format!("{place}: goes ({})", size(*freed_bytes)),
            Fate::Kept(reason) => format!("{place}: stays, {}", shown(&reason.to_string())),
        });
    }
    if !plan.unfinished.is_empty() && done.is_none() {
        page = page
            .gap()
            .text("What an interrupted thinning left goes too:");
        for folder in &plan.unfinished {
            page = page.item(shown(folder.as_str()));
        }
    }
    if !remove && !plan.is_empty() {
        page = page.gap().text("The same with --remove removes it.");
    }
    page
}

fn object(place: &Place, plan: &RetentionPlan, done: Option<&ThinReport>) -> Value {
    json!({
        "archive": place.dir.to_string_lossy(),
        "removed": done.is_some(),
        "freed_bytes": plan.freed_bytes,
        "snapshots": plan.verdicts.iter().map(|verdict| {
            let (goes, freed_bytes, reason) = match &verdict.fate {
                Fate::Removed { freed_bytes } => (true, *freed_bytes, None),
                Fate::Kept(reason) => (false, 0, Some(reason.to_string())),
            };
            json!({
                "generation": verdict.name.generation,
                "date": verdict.name.date.to_string(),
                "folder": verdict.folder.as_str(),
                "goes": goes,
                "freed_bytes": freed_bytes,
                "stays_because": reason,
            })
        }).collect::<Vec<_>>(),
        "unfinished": plan.unfinished.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
