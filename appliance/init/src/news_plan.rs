//! The event log's entries about the recovery plan. Nothing of what is in it but how much.

use heirloom_engine::{PlanWriteError, PlanWritten, PlanningView};
use serde_json::{Value, json};

/// What became of a plan that was to be written.
pub(crate) fn written(outcome: &Result<PlanWritten, PlanWriteError>) -> Value {
    match outcome {
        Ok(written) => json!({
            "event": "plan-written", "changes": written.plan.changes.len(), "sheet": written.sheet_written,
        }),
        Err(error) => json!({ "event": "plan-written", "trouble": error.to_string() }),
    }
}

pub(crate) fn page_name(page: &PlanningView) -> &'static str {
    match page {
        PlanningView::Overview { .. } => "plan-overview",
        PlanningView::List { .. } => "plan-part",
        PlanningView::Form { .. } => "plan-entry",
        PlanningView::ConfirmRemove { .. } => "confirm-remove-entry",
        PlanningView::Save { .. } => "save-plan",
        PlanningView::Saving => "saving-plan",
        PlanningView::Saved { .. } => "plan-saved",
        PlanningView::SaveFailed { .. } => "plan-not-saved",
        PlanningView::ConfirmDiscard { .. } => "confirm-discard-plan",
        PlanningView::History { .. } => "plan-history",
        PlanningView::Unreadable { .. } => "plan-unreadable",
    }
}
