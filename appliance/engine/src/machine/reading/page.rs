//! A restore or a rehearsal from its first question to its last page: where it is, what was chosen, and what Esc leads back to.

use heirloom_format::StoredPath;

use crate::device::DeviceId;
use crate::machine::entry::Entry;
use crate::machine::event::DriveError;
use crate::machine::page::Target;
use crate::{
    DateSpan, Passphrase, RestoreError, RestoreFrom, RestoreLayout, RestoreNames, RestoreOrder,
    RestorePlan, RestoreReport,
};

use super::browse::Browse;
use super::days::Days;
use super::places::Place;
use super::port::{ReadArchive, RehearsalDone, TargetDiskError};
use super::run::Running;
use super::target::ChosenTarget;
use super::words::WordsEntry;

/// What an archive is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    Restore,
    Rehearse,
}

/// All of it.
#[derive(Debug)]
pub(in crate::machine) struct Reading {
    pub(super) goal: Goal,
    pub(super) drive: Target,
    pub(super) step: Step,
    /// The steps before it that Esc leads back to.
    pub(super) trail: Vec<Step>,
    /// Kept while somebody goes back and forth: twenty words are not typed twice.
    pub(super) words: WordsEntry,
    /// The open archive.
    pub(super) archive: Option<ReadArchive>,
    pub(super) wanted: Wanted,
    pub(super) target: Option<ChosenTarget>,
}

/// Where it is.
#[derive(Debug)]
pub(super) enum Step {
    /// The archive that was open for archiving is locked first.
    ClosingOther,
    How {
        cursor: usize,
    },
    Passphrase {
        typed: Passphrase,
        refused: bool,
    },
    Words,
    Opening {
        by_shares: bool,
        since_ms: u64,
    },
    Date {
        entry: Entry,
        refused: bool,
    },
    What {
        cursor: usize,
    },
    RecoveryPlan {
        scroll: usize,
    },
    Part {
        cursor: usize,
    },
    Snapshots {
        cursor: usize,
    },
    Browse(Browse),
    Days(Days),
    Layout {
        cursor: usize,
    },
    Where(WhereStep),
    Erase {
        device: DeviceId,
        entry: Entry,
        refused: bool,
    },
    Preparing {
        /// An interrupted restore goes on as soon as the disk is ready.
        goes_on: bool,
        since_ms: u64,
    },
    Planning {
        since_ms: u64,
        stopping: bool,
    },
    Plan {
        plan: Box<RestorePlan>,
        scroll: usize,
    },
    Running {
        run: Running,
        confirm_stop: bool,
    },
    Trouble(Trouble),
    Restored {
        report: Box<RestoreReport>,
        scroll: usize,
    },
    Rehearsed {
        done: Box<RehearsalDone>,
        scroll: usize,
    },
    ConfirmLeave,
    Leaving,
    Pulled,
}

/// The page on which a disk is chosen.
#[derive(Clone, Debug, Default)]
pub(super) struct WhereStep {
    /// What the cursor was put on; the first, where that has gone.
    pub(super) chosen: Option<Place>,
    /// When another place came under the cursor by itself.
    pub(super) shifted_ms: Option<u64>,
    /// A disk that was chosen, and went or changed meanwhile: its name.
    pub(super) lost: Option<String>,
}

/// Why it does not go on.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The archive does not open.
    Drive(DriveError),
    /// The disk can't be restored to.
    Target {
        disk: String,
        error: TargetDiskError,
        /// An interrupted restore was to go on there.
        goes_on: bool,
    },
    /// What was chosen can't be restored.
    Plan(RestoreError),
    /// A restore ended early.
    Restore {
        error: RestoreError,
        done_files: u64,
    },
    /// A rehearsal ended early.
    Rehearsal(RestoreError),
}

/// What was chosen to be restored.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// Which of the archive's sources; `None` for all.
    pub(super) source: Option<usize>,
    /// Which of its snapshots; 0 is the newest.
    pub(super) snapshot: usize,
    pub(super) only: Vec<StoredPath>,
    pub(super) dates: Option<DateSpan>,
    pub(super) layout: RestoreLayout,
}

/// What a key press leads to.
#[derive(Debug)]
pub(super) enum Next {
    /// The same page, perhaps with something changed on it.
    Stay(Step),
    /// Another page; Esc leads back to the first of the two.
    On(Step, Step),
    /// Another page; Esc leads back to where it led from here.
    Instead(Step),
    /// One step back.
    Back,
    /// To the start page.
    Home,
}

impl Reading {
    pub(super) fn of(goal: Goal, drive: Target, step: Step) -> Self {
        Self {
            goal,
            drive,
            step,
            trail: Vec::new(),
            words: WordsEntry::new(),
            archive: None,
            wanted: Wanted::default(),
            target: None,
        }
    }

    /// Begins at this step, without a way back.
    pub(super) fn begin_at(&mut self, step: Step) {
        self.trail.clear();
        self.step = step;
    }

    /// The order for what was chosen; `None` while the archive is not open, or no longer.
    pub(super) fn order(&self) -> Option<RestoreOrder> {
        let archive = self.archive.as_ref()?;
        let from = match self.wanted.source {
            None => RestoreFrom::AllSources,
            Some(at) => {
                let snapshots = &archive.sources.get(at)?.snapshots;
                RestoreFrom::Snapshot(snapshots.get(self.wanted.snapshot)?.folder.clone())
            }
        };
        Some(RestoreOrder {
            from,
            only: self.wanted.only.clone(),
            dates: self.wanted.dates,
            names: RestoreNames::Fitting,
            layout: self.wanted.layout,
        })
    }

    pub(super) fn rehearses(&self) -> bool {
        self.goal == Goal::Rehearse
    }

    pub(super) fn disk_name(&self) -> String {
        let name = self.target.as_ref().map(|target| target.name.clone());
        name.unwrap_or_default()
    }
}
