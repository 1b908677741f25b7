//! Restoring: files of snapshots out of the archive into a folder of another disk, each compared twice on the way.

mod arrange;
mod fetch;
mod limits;
mod marked;
mod mend;
mod names;
mod order;
mod part;
mod plan;
mod ram_target;
mod rehearse;
mod report;
mod run;
mod sample;
mod select;
mod settle;
mod span;
mod target;

pub use limits::{TargetFileSystem, TargetLimits};
pub use order::{
    RestoreError, RestoreFrom, RestoreLayout, RestoreNames, RestoreOrder, RestoreProgress,
};
pub use plan::{RestorePlan, plan_restore};
pub use ram_target::RamTarget;
pub use rehearse::{RehearsalOrder, RehearsalReport, rehearse};
pub use report::{
    RestoreProblem, RestoreProblemReason, RestoreReport, RestoredPart, UnlistedSource,
};
pub use run::restore;
pub use span::{DateSpan, UndatedFiles};
pub use target::{Occupant, OnTarget, StagedId, Target, TargetDraft, TargetError, TargetPath};
