//! Restoring: files of a snapshot out of the archive into a folder of another disk, each compared twice on the way.

mod fetch;
mod mend;
mod order;
mod report;
mod run;
mod select;
mod settle;
mod target;

pub use order::{RestoreError, RestoreFrom, RestoreNames, RestoreOrder, RestoreProgress};
pub use report::{RestoreProblem, RestoreProblemReason, RestoreReport};
pub use run::restore;
pub use target::{Occupant, OnTarget, StagedId, Target, TargetDraft, TargetError, TargetPath};
