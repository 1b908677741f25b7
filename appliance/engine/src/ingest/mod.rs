//! One run: from a source's listing to a published snapshot.
//!
//! Blocking code over the ports [`Source`] and [`Volume`]. It may end at any step, by an error or a power cut: published snapshots are as they
//! were, and the next attempt goes on with what was verified.

mod choice;
mod compare;
mod copied;
mod describe;
mod error;
mod fetcher;
mod gather;
mod groups;
mod holdings;
mod in_flight;
mod journal;
mod known;
mod look;
mod marks;
mod media;
mod notes;
mod order;
mod packed;
mod part;
mod pipeline;
mod plan;
mod publish;
mod reconcile;
mod report;
mod row;
mod run;
mod share;
mod source_folder;
mod standstill;
mod suspicion;
mod table;
mod verifier;
mod workspace;
mod writer;

pub use choice::is_wanted;
pub use compare::{SourceComparison, compare};
pub use error::RunError;
pub use groups::{GroupCounts, IncompleteGroup};
pub use marks::MarkCounts;
pub use media::{MediaKind, media_kind};
pub use order::{Cancel, LongFiles, Progress, RunOrder};
pub use reconcile::{Complete, SafeToErase};
pub use report::{
    Completeness, Difference, DifferenceKind, KindCounts, LeftOutCount, Problem, ProblemReason,
    RunReport,
};
pub use run::ingest;
