//! What is to be shown of a restore or a rehearsal: meaning only.

use heirloom_format::ShareSet;

use crate::machine::planning::PlanEntry;
use crate::{
    RehearsalReport, RestoreError, RestoreLayout, RestorePlan, RestoreReport, UndatedFiles,
};

use super::port::{TargetDisk, TargetDiskError};
use super::view_parts::{
    BrowseView, DaysLine, DaysRefusal, KeyLine, PartLine, PlaceLine, RunningView, SnapshotLine,
    SourceLine, WantedView, WordsView,
};

/// The pages of a restore or a rehearsal.
#[derive(Clone, Debug)]
pub enum ReadingView {
    /// The archive that is open for archiving is locked first.
    ClosingOther {
        /// The archive that is to be read.
        name: String,
    },
    /// What opens the archive?
    How {
        /// The archive.
        name: String,
        /// It is for a rehearsal.
        rehearses: bool,
        /// What can be chosen.
        lines: Vec<KeyLine>,
        /// Which one the cursor is on.
        cursor: usize,
    },
    /// The words of a share.
    Words(WordsView),
    /// The archive is being opened.
    Opening {
        /// The archive.
        name: String,
        /// By shares; else by the passphrase.
        by_shares: bool,
        /// How long it has been going on.
        elapsed_s: u64,
    },
    /// Everything, or one source?
    What {
        /// The archive.
        name: String,
        /// Its sources.
        sources: Vec<SourceLine>,
        /// 0 is everything, then the sources.
        cursor: usize,
        /// What can't be read as it should.
        damaged: Vec<String>,
        /// What the plan wishes to be restored first.
        wished: Vec<String>,
        /// After the sources, the recovery plan can be chosen.
        has_plan: bool,
    },
    /// What the recovery plan says.
    RecoveryPlan {
        /// The archive.
        name: String,
        /// The executors' shares.
        shares: Option<ShareSet>,
        /// All else in it.
        entries: Vec<PlanEntry>,
        /// First of them that is shown.
        scroll: usize,
    },
    /// All of it, or a part?
    Part {
        /// The source; `None` for everything.
        source: Option<String>,
        /// The snapshot of it.
        snapshot: Option<SnapshotLine>,
        /// What can be chosen.
        lines: Vec<PartLine>,
        /// Which one the cursor is on.
        cursor: usize,
    },
    /// From which snapshot?
    Snapshots {
        /// The source.
        source: String,
        /// Newest first.
        snapshots: Vec<SnapshotLine>,
        /// Which one the cursor is on.
        cursor: usize,
    },
    /// Which folders and files?
    Browse(BrowseView),
    /// From which day to which?
    Days {
        /// The source; `None` for everything.
        source: Option<String>,
        /// What was typed.
        first: String,
        /// What was typed.
        last: String,
        /// What becomes of files without a date.
        undated: UndatedFiles,
        /// Which line the cursor is on.
        line: DaysLine,
        /// Why it was not taken.
        refused: Option<DaysRefusal>,
    },
    /// As it was, or by month?
    Layout {
        /// The layouts.
        layouts: [RestoreLayout; 2],
        /// Which one the cursor is on.
        cursor: usize,
    },
    /// To which disk?
    Where {
        /// What can be chosen.
        places: Vec<PlaceLine>,
        /// Which one the cursor is on.
        cursor: usize,
        /// Disks that are plugged in and can only be read.
        read_only: Vec<String>,
        /// A disk that was chosen, and went or changed meanwhile.
        lost: Option<String>,
    },
    /// A disk is made ready.
    Preparing {
        /// The disk.
        disk: String,
        /// It is erased for that.
        erases: bool,
        /// How long it has been going on.
        elapsed_s: u64,
    },
    /// What would be restored is being found out.
    Planning {
        /// The disk.
        disk: String,
        /// How long it has been going on.
        elapsed_s: u64,
        /// It was asked to stop.
        stopping: bool,
    },
    /// What would be restored.
    Plan {
        /// The archive.
        name: String,
        /// The disk, as a person calls it.
        disk: String,
        /// The same, as it was made ready.
        target: TargetDisk,
        /// What is restored of what, in short.
        wanted: WantedView,
        /// All about it.
        plan: Box<RestorePlan>,
        /// First line shown of what this disk can't take.
        scroll: usize,
    },
    /// A restore or a rehearsal in progress.
    Running(RunningView),
    /// Stop it?
    ConfirmStop {
        /// A rehearsal; else a restore.
        rehearses: bool,
    },
    /// The disk can't be restored to.
    TargetTrouble {
        /// The disk.
        disk: String,
        /// Why.
        error: TargetDiskError,
    },
    /// What was chosen can't be restored.
    PlanTrouble {
        /// Why.
        error: RestoreError,
    },
    /// A restore ended early.
    RestoreTrouble {
        /// The disk.
        disk: String,
        /// Why.
        error: RestoreError,
        /// Files that were put in their place by then.
        done_files: u64,
        /// It can go on, as soon as the disk is there.
        can_go_on: bool,
        /// Whether the disk is there.
        disk_is_there: bool,
    },
    /// A rehearsal ended early.
    RehearsalTrouble {
        /// The archive.
        name: String,
        /// Why.
        error: RestoreError,
    },
    /// What a restore did.
    Restored {
        /// The archive.
        name: String,
        /// The disk, as a person calls it.
        disk: String,
        /// The folder on it that everything went into.
        folder: String,
        /// All about it.
        report: Box<RestoreReport>,
        /// First line shown of what did not come back.
        scroll: usize,
        /// The archive drive is still open: more can be restored.
        is_open: bool,
    },
    /// What a rehearsal showed.
    Rehearsed {
        /// The archive.
        name: String,
        /// All about it.
        report: Box<RehearsalReport>,
        /// Date and result are on the drive, for the next sheet.
        is_recorded: bool,
        /// First line shown of what did not come back.
        scroll: usize,
    },
    /// Lock the archive again?
    ConfirmLeave {
        /// The archive.
        name: String,
    },
    /// The archive is let go of.
    Leaving {
        /// The archive.
        name: String,
    },
    /// The archive drive was pulled.
    Pulled {
        /// The archive.
        name: String,
    },
}
