//! What became of a plan that was to be written to the open archive.

use heirloom_format::Plan;

/// A plan that is on the drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanWritten {
    /// As it is there now: with what was on the drive, and was not known to whoever changed it.
    pub plan: Box<Plan>,
    /// Whether the restore sheet on the drive's first partition tells of it.
    pub sheet_written: bool,
}

/// Why a plan was not written. The one on the drive is as it was, unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanWriteError {
    /// Unplugged meanwhile.
    #[error("the drive is no longer connected")]
    Gone,
    /// No room on the drive.
    #[error("there is no room left on the drive")]
    Full,
    /// The one on the drive can't be read any more, or is of a later version; it is not written over.
    #[error("the plan on the drive can't be read")]
    Unreadable,
    /// More than a plan may have.
    #[error("the plan is too long")]
    TooLong,
    /// The drive gave back something else than was written.
    #[error("the drive gave back something else than was written")]
    NotKept,
    /// The drive or the kernel refused. The old or the new plan is on the drive, whole.
    #[error("the drive refused (error {errno})")]
    Io {
        /// From the operating system.
        errno: i32,
    },
}
