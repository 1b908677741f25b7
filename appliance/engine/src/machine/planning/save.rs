//! Saving: what changed, why, and what became of it on the drive.

use heirloom_format::{Change, Plan};

use crate::machine::event::Command;
use crate::machine::keys::move_cursor;
use crate::machine::page::Page;
use crate::machine::{Effect, Machine};

use super::changes::changes;
use super::page::{Next, Planning, Step};
use super::port::{PlanWriteError, PlanWritten};
use super::today;

/// Two lines of the screen.
const REASON_CHARS_MAX: usize = 120;

impl Machine {
    /// What would be added to the history now.
    pub(super) fn plan_changes(&self, planning: &Planning) -> Vec<Change> {
        let reason = planning.reason.text().trim();
        changes(&planning.base, &planning.draft, today(self.now), reason)
    }

    pub(super) fn unsaved(&self, planning: &Planning) -> usize {
        self.plan_changes(planning).len()
    }

    pub(super) fn press_save(
        &mut self,
        command: Command,
        planning: &mut Planning,
        scroll: usize,
    ) -> Next {
        match command {
            Command::Accept => self.save(planning),
            Command::Back => Next::Back,
            command => {
                planning.reason.edit(command, REASON_CHARS_MAX);
                let changes = self.unsaved(planning);
                Next::Stay(Step::Save {
                    scroll: move_cursor(command, scroll, changes),
                })
            }
        }
    }

    pub(super) fn press_save_failed(
        &mut self,
        command: Command,
        planning: &mut Planning,
        error: PlanWriteError,
    ) -> Next {
        match command {
            Command::Accept => self.save(planning),
            Command::Back => Next::Overview,
            _ => Next::Stay(Step::SaveFailed(error)),
        }
    }

    fn save(&mut self, planning: &Planning) -> Next {
        let mut plan = planning.draft.apply(&planning.base);
        let changes = self.plan_changes(planning);
        if changes.is_empty() {
            return Next::Overview;
        }
        plan.changes.extend(changes);
        self.write_plan(plan);
        Next::Stay(Step::Saving)
    }

    /// Has a plan written to the open archive; answered by [`Event::PlanWritten`](crate::Event::PlanWritten). Only one at a time.
    pub(in crate::machine) fn write_plan(&mut self, plan: Plan) {
        self.effects.push_back(Effect::WritePlan(Box::new(plan)));
    }

    pub(in crate::machine) fn plan_written(
        &mut self,
        outcome: Result<PlanWritten, PlanWriteError>,
    ) {
        let Some(archive) = &mut self.archive else {
            return;
        };
        if let Ok(written) = &outcome {
            archive.plan = Some(written.plan.clone());
        }
        match &mut self.page {
            Page::Planning(planning) if matches!(planning.step, Step::Saving) => {
                planning.step = match outcome {
                    Ok(written) => {
                        **planning = Planning::of(written.plan);
                        Step::Saved {
                            sheet_written: written.sheet_written,
                        }
                    }
                    Err(error) => Step::SaveFailed(error),
                };
            }
            Page::Keys(page) => page.plan_written(&outcome),
            _ => {}
        }
    }
}
