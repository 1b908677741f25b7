//! A check of a whole archive: that what was archived is still there, bit for bit, and that nobody changed it unseen.
//!
//! First everything but contents: each snapshot's seal, and its list beside its folder. That yields a table of files, each once. Then
//! every file's content, read past the cache and hashed at the same time. Where something is damaged, a last walk finds all its names and
//! what is sound in its stead.

mod chain;
mod contents;
mod finding;
mod meaning;
mod merge;
mod order;
mod pass;
mod reading;
mod report;
mod run;
mod seals;
mod suspect;
mod thinned;
mod trace;

pub use finding::{Finding, FindingKind, SoundCopy};
pub use meaning::{Advice, Meaning};
pub use order::{SheetClaim, VerifyDepth, VerifyError, VerifyOrder, VerifyProgress};
pub use report::VerifyReport;
pub use run::verify;
