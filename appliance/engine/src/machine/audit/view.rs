//! The pages of an audit: meaning only.

use heirloom_format::Day;

use super::port::{AuditDone, AuditError, AuditStep};

/// The pages of an audit.
#[derive(Clone, Debug)]
pub enum AuditView {
    /// What will be done; what is plugged in is counted too.
    Begin {
        /// The archive.
        name: String,
        /// What is plugged in and will be counted.
        counted: Vec<String>,
        /// Sources of the archive of which nothing is seen.
        absent: Vec<String>,
        /// How much is on the archive and will be read.
        used_bytes: u64,
    },
    /// It goes on.
    Running(AuditRunView),
    /// Stop it?
    ConfirmStop,
    /// What it found.
    Done {
        /// The archive.
        name: String,
        /// All about it.
        done: Box<AuditDone>,
        /// First line shown of what is to be looked at.
        scroll: usize,
    },
    /// It has no result.
    Trouble {
        /// The archive.
        name: String,
        /// Why.
        error: AuditError,
    },
    /// What changed since the last time, and why?
    Remark {
        /// When the last time was.
        before: Option<Day>,
        /// What was typed.
        typed: String,
    },
    /// The remark is being put into the plan.
    Remarking,
    /// The remark could not be put there.
    NotRemarked,
}

/// An audit as it is now.
#[derive(Clone, Debug)]
pub struct AuditRunView {
    /// The archive.
    pub name: String,
    /// Where it is.
    pub step: AuditStep,
    /// How many files are listed of the source that is being counted.
    pub listed_files: u64,
    /// How much is to be read; `None` while it is not known.
    pub bytes: Option<u64>,
    /// How much was read.
    pub read_bytes: u64,
    /// How fast, once that can be told.
    pub rate_bytes_per_s: Option<u64>,
    /// How long it will still take, once that can be told.
    pub remaining_s: Option<u64>,
    /// Since it began.
    pub elapsed_s: u64,
    /// It was asked to stop.
    pub stopping: bool,
}

/// When the archive was looked after, and when that is due again. For the page from which everything starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpkeepView {
    /// The last audit, and whether it passed.
    pub audit: Option<(Day, bool)>,
    /// When the next one is due; `None`: now, because there never was one.
    pub audit_due: Option<Day>,
    /// That day is over.
    pub audit_is_overdue: bool,
    /// The last audit in which a source was counted.
    pub counted: Option<Day>,
    /// The last rehearsal, and whether it passed.
    pub rehearsal: Option<(Day, bool)>,
    /// When the next one is due; `None`: now, because there never was one.
    pub rehearsal_due: Option<Day>,
    /// That day is over.
    pub rehearsal_is_overdue: bool,
}
