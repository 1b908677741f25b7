//! From the state of the pages about the plan to their views.

use crate::machine::Machine;

use super::list::lines;
use super::page::{Planning, Step};
use super::view::PlanningView;

impl Machine {
    pub(in crate::machine) fn show_planning(&self, planning: &Planning) -> PlanningView {
        let around = self.surroundings();
        match &planning.step {
            Step::Overview { cursor } => {
                let lines = self.overview_lines(planning);
                PlanningView::Overview {
                    name: around.name,
                    plan: Box::new(planning.draft.apply(&planning.base)),
                    unsaved: self.unsaved(planning),
                    cursor: (*cursor).min(lines.len() - 1),
                    lines,
                }
            }
            Step::List { part, cursor } => {
                let lines = lines(*part, &planning.draft, &planning.base, &around);
                PlanningView::List {
                    part: *part,
                    guided: planning.guided,
                    cursor: (*cursor).min(lines.len() - 1),
                    lines,
                }
            }
            Step::Form(form) => PlanningView::Form {
                part: form.part,
                is_new: form.at.is_none(),
                fields: form.lines(),
                cursor: form.cursor,
                refused: form.refused,
            },
            Step::ConfirmRemove { entry, .. } => PlanningView::ConfirmRemove {
                entry: entry.clone(),
            },
            Step::Save { scroll } => PlanningView::Save {
                changes: self.plan_changes(planning),
                scroll: *scroll,
                reason: planning.reason.text().to_owned(),
            },
            Step::Saving => PlanningView::Saving,
            Step::Saved { sheet_written } => PlanningView::Saved {
                name: around.name,
                sheet_written: *sheet_written,
            },
            Step::SaveFailed(error) => PlanningView::SaveFailed { error: *error },
            Step::ConfirmDiscard => PlanningView::ConfirmDiscard {
                unsaved: self.unsaved(planning),
            },
            Step::History { scroll } => PlanningView::History {
                changes: planning.base.changes.iter().rev().cloned().collect(),
                scroll: *scroll,
            },
            Step::Unreadable => PlanningView::Unreadable { name: around.name },
        }
    }
}
