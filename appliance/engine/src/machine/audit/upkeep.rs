//! When the open archive was looked after last, and when that is due again.

use heirloom_format::{AuditResult, Day, Plan, RehearsalResult};

use crate::machine::{Machine, OpenedArchive};

use super::view::UpkeepView;

impl Machine {
    /// `None` while there is nothing to look after, and where the plan can't be read.
    pub(in crate::machine) fn upkeep(&self, archive: &OpenedArchive) -> Option<UpkeepView> {
        let plan = archive.plan.as_ref().filter(|_| archive.generation > 0)?;
        Some(upkeep(plan, Day::of_unix_s(self.now.unix_s)))
    }
}

fn upkeep(plan: &Plan, today: Option<Day>) -> UpkeepView {
    let audits = || plan.audits.iter();
    let (audit_due, rehearsal_due) = (plan.audit_due(), plan.rehearsal_due());
    // A clock outside of all calendars tells nothing of what is over.
    let is_over = |due: Option<Day>| due.zip(today).is_some_and(|(due, today)| due <= today);
    UpkeepView {
        audit: audits()
            .max_by_key(|audit| audit.date)
            .map(|audit| (audit.date, audit.result == AuditResult::Passed)),
        audit_due,
        audit_is_overdue: is_over(audit_due),
        counted: audits()
            .filter(|audit| !audit.counts.is_empty())
            .map(|audit| audit.date)
            .max(),
        rehearsal: plan
            .rehearsals
            .iter()
            .max_by_key(|rehearsal| rehearsal.date)
            .map(|rehearsal| (rehearsal.date, rehearsal.result == RehearsalResult::Passed)),
        rehearsal_due,
        rehearsal_is_overdue: is_over(rehearsal_due),
    }
}
