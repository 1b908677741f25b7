//! Thinning out old snapshots, when a person asks for it: shown before it is done, and never at the price of the only copy of a content.

mod holdings;
mod plan;
mod policy;
mod thin;
mod verdict;

pub use plan::plan_retention;
pub use policy::{Policy, Wish};
pub use thin::thin;
pub use verdict::{Fate, KeepReason, RetentionError, RetentionPlan, ThinReport, Verdict};
