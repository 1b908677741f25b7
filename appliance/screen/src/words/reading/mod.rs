//! Getting pictures back, and rehearsing it. Whoever reads this may be grieving, and never saw Heirloom before.

mod help;
mod report;
mod run;
mod target;
#[cfg(test)]
mod tests;
mod trouble;
mod unlock;
mod what;

use heirloom_engine::ReadingView;

use super::planning;
use crate::piece::Page;

pub(super) use help::help;
pub(super) use target::place_line;
pub(super) use trouble::target_reason;

/// A page in words.
pub(super) fn page(view: &ReadingView) -> Page {
    match view {
        ReadingView::ClosingOther { name } => unlock::closing_other(name),
        ReadingView::How {
            name,
            rehearses,
            lines,
            cursor,
        } => unlock::how(name, *rehearses, lines, *cursor),
        ReadingView::Words(view) => unlock::words(view),
        ReadingView::Opening {
            name,
            by_shares,
            elapsed_s,
        } => unlock::opening(name, *by_shares, *elapsed_s),
        ReadingView::What {
            name,
            sources,
            cursor,
            damaged,
            wished,
            has_plan,
        } => what::what(name, sources, *cursor, damaged, (wished, *has_plan)),
        ReadingView::RecoveryPlan {
            name,
            shares,
            entries,
            scroll,
        } => planning::whole(name, shares.as_ref(), entries, *scroll),
        ReadingView::Part {
            source,
            snapshot,
            lines,
            cursor,
        } => what::part(source.as_deref(), snapshot.as_ref(), lines, *cursor),
        ReadingView::Snapshots {
            source,
            snapshots,
            cursor,
        } => what::snapshots(source, snapshots, *cursor),
        ReadingView::Browse(view) => what::browse(view),
        ReadingView::Days {
            source,
            first,
            last,
            undated,
            line,
            refused,
        } => what::days(source.as_deref(), (first, last), *undated, *line, *refused),
        ReadingView::Layout { layouts, cursor } => what::layout(layouts, *cursor),
        ReadingView::Where {
            places,
            cursor,
            read_only,
            lost,
        } => target::places(places, *cursor, read_only, lost.as_deref()),
        ReadingView::Preparing {
            disk,
            erases,
            elapsed_s,
        } => target::preparing(disk, *erases, *elapsed_s),
        ReadingView::Planning {
            disk,
            elapsed_s,
            stopping,
        } => run::planning(disk, *elapsed_s, *stopping),
        ReadingView::Plan {
            name,
            disk,
            target,
            wanted,
            plan,
            scroll,
        } => target::plan(name, disk, target, wanted, plan, *scroll),
        ReadingView::Running(view) => run::running(view),
        ReadingView::ConfirmStop { rehearses } => run::confirm_stop(*rehearses),
        ReadingView::TargetTrouble { disk, error } => trouble::target(disk, error),
        ReadingView::PlanTrouble { error } => trouble::plan(error),
        ReadingView::RestoreTrouble {
            disk,
            error,
            done_files,
            can_go_on,
            disk_is_there,
        } => trouble::restore(disk, error, *done_files, *can_go_on, *disk_is_there),
        ReadingView::RehearsalTrouble { name, error } => trouble::rehearsal(name, error),
        ReadingView::Restored {
            disk,
            folder,
            report,
            scroll,
            is_open,
            ..
        } => report::restored((disk, folder), report, *scroll, *is_open),
        ReadingView::Rehearsed {
            name,
            report,
            is_recorded,
            scroll,
        } => report::rehearsed(name, report, *is_recorded, *scroll),
        ReadingView::ConfirmLeave { name } => unlock::confirm_leave(name),
        ReadingView::Leaving { name } => unlock::leaving(name),
        ReadingView::Pulled { name } => trouble::pulled(name),
    }
}

/// Lines of which one can be chosen.
fn items<'a>(page: Page, lines: impl IntoIterator<Item = &'a str>, cursor: usize) -> Page {
    lines
        .into_iter()
        .enumerate()
        .fold(page, |page, (index, text)| {
            page.with(crate::piece::Piece::Item {
                text: text.to_owned(),
                selected: index == cursor,
            })
        })
}

/// The keys of a page on which something is chosen.
fn choosing(page: Page) -> Page {
    page.key("Up/Down", "move")
        .key("Enter", "choose")
        .key("Esc", "back")
        .key("F1", "help")
}
