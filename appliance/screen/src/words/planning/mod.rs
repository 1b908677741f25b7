//! The recovery plan: what is in it, and the questions about it. Whoever answers them thinks of a time when they are not there.

mod entry;
mod form;
mod help;
mod overview;
mod part;
mod save;
#[cfg(test)]
mod tests;
mod whole;

use heirloom_engine::PlanningView;

use crate::piece::Page;

pub(super) use help::help;
pub(super) use whole::whole;

/// A page in words.
pub(super) fn page(view: &PlanningView) -> Page {
    match view {
        PlanningView::Overview {
            name,
            plan,
            unsaved,
            lines,
            cursor,
        } => overview::overview(name, plan, *unsaved, (lines, *cursor)),
        PlanningView::List {
            part,
            guided,
            lines,
            cursor,
        } => part::list(*part, *guided, lines, *cursor),
        PlanningView::Form {
            part,
            is_new,
            fields,
            cursor,
            refused,
        } => form::form(*part, *is_new, (fields, *cursor), *refused),
        PlanningView::ConfirmRemove { entry } => part::confirm_remove(entry),
        PlanningView::Save {
            changes,
            scroll,
            reason,
        } => save::save(changes, *scroll, reason),
        PlanningView::Saving => save::saving(),
        PlanningView::Saved {
            name,
            sheet_written,
        } => save::saved(name, *sheet_written),
        PlanningView::SaveFailed { error } => save::failed(*error),
        PlanningView::ConfirmDiscard { unsaved } => save::confirm_discard(*unsaved),
        PlanningView::History { changes, scroll } => save::history(changes, *scroll),
        PlanningView::Unreadable { name } => overview::unreadable(name),
    }
}

/// At most so many columns; what is cut off is marked.
pub(super) fn shortened(text: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.to_owned();
    }
    let kept: String = text.chars().take(columns.saturating_sub(3)).collect();
    format!("{}...", kept.trim_end())
}
