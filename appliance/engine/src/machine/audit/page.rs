//! Where the person is in an audit.

use heirloom_format::Day;

use crate::machine::entry::Entry;

use super::port::{AuditDone, AuditError};
use super::run::Running;

/// The pages of an audit.
#[derive(Debug)]
pub(in crate::machine) enum AuditPage {
    Begin,
    Running {
        run: Running,
        confirm_stop: bool,
    },
    Done {
        done: Box<AuditDone>,
        scroll: usize,
    },
    Trouble(AuditError),
    Remark {
        /// When the audit before was.
        before: Option<Day>,
        entry: Entry,
    },
    Remarking,
    NotRemarked,
}

impl AuditPage {
    /// Asks what changed since the audit before this one.
    pub(super) fn remark(done: &AuditDone) -> Self {
        let audits = done.plan.iter().flat_map(|plan| &plan.audits).rev();
        Self::Remark {
            before: audits.skip(1).map(|audit| audit.date).next(),
            entry: Entry::default(),
        }
    }

    /// Whether a clock runs on it.
    pub(in crate::machine) fn has_clock(&self) -> bool {
        matches!(self, Self::Running { .. })
    }
}
