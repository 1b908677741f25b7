//! The recovery plan as whoever gets pictures back finds it: what is wished to be restored first, who has a part in it, and where things are.

use crate::machine::event::Command;
use crate::machine::keys::move_cursor;
use crate::machine::planning::PlanEntry;

use super::page::{Next, Reading, Step};

impl Reading {
    /// Whether the plan says anything. In an archive without pictures there is nothing to be got back by it.
    pub(super) fn has_recovery_plan(&self) -> bool {
        let Some(archive) = &self.archive else {
            return false;
        };
        let says = archive.plan.shares.is_some() || !self.recovery_plan().is_empty();
        says && !archive.sources.is_empty()
    }

    /// All entries: what helps somebody who has the archive open comes first.
    pub(super) fn recovery_plan(&self) -> Vec<PlanEntry> {
        let plan = self.archive.as_ref().map(|archive| &archive.plan);
        let Some(plan) = plan else { return Vec::new() };
        let order = plan.restore_order.iter().enumerate();
        let order = order.map(|(at, line)| PlanEntry::Step(at + 1, line.clone()));
        let people = plan.people.iter().cloned().map(PlanEntry::Person);
        let accounts = plan.accounts.iter().cloned().map(PlanEntry::Account);
        let kept = plan.kept.iter().cloned().map(PlanEntry::Kept);
        order.chain(people).chain(accounts).chain(kept).collect()
    }
}

pub(super) fn press_recovery_plan(command: Command, reading: &Reading, scroll: usize) -> Next {
    match command {
        Command::Accept | Command::Back => Next::Back,
        command => Next::Stay(Step::RecoveryPlan {
            scroll: move_cursor(command, scroll, reading.recovery_plan().len()),
        }),
    }
}
