//! What was written is made durable, read back, and only then given its name. On a thread of its own, while the next files are written.

use crossbeam_channel::Receiver;

use super::fetch::read_back;
use super::order::{RestoreError, RestoreProgress};
use super::report::{RestoreProblem, RestoreProblemReason};
use super::select::Wanted;
use super::target::{OnTarget, StagedId, Target, TargetError};

/// A file that was written and has no name yet.
pub(super) struct Staged {
    pub(super) id: StagedId,
    pub(super) wanted: Wanted,
    pub(super) is_mended: bool,
}

/// What was put in its place.
#[derive(Default)]
pub(super) struct Settled {
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) mended_files: u64,
    pub(super) problems: Vec<RestoreProblem>,
}

/// Settles batch after batch, until there are no more.
pub(super) fn settle(
    target: &dyn Target,
    batches: &Receiver<Vec<Staged>>,
    watch: &(dyn Fn(RestoreProgress) + Sync),
) -> Result<Settled, RestoreError> {
    let mut settled = Settled::default();
    for batch in batches {
        target.flush()?;
        for staged in batch {
            match place(target, &staged)? {
                None => {
                    settled.files += 1;
                    settled.bytes += staged.wanted.size_bytes;
                    settled.mended_files += u64::from(staged.is_mended);
                }
                Some(reason) => settled.problems.push(RestoreProblem {
                    path: staged.wanted.path,
                    reason,
                }),
            }
        }
        watch(RestoreProgress::Restored {
            files: settled.files,
        });
    }
    // The names of the last ones.
    target.flush()?;
    Ok(settled)
}

fn place(
    target: &dyn Target,
    staged: &Staged,
) -> Result<Option<RestoreProblemReason>, RestoreError> {
    let found = read_back(target, OnTarget::Staged(staged.id), &mut |_| {})?;
    let (true, Some(to)) = (found == Some(staged.wanted.sha256), &staged.wanted.to) else {
        log::error!(
            "{}: read back something else than was written",
            staged.wanted.path
        );
        return Ok(Some(RestoreProblemReason::NotKept));
    };
    match target.place(staged.id, to) {
        Ok(()) => Ok(None),
        Err(TargetError::Exists) => Ok(Some(RestoreProblemReason::Occupied)),
        Err(TargetError::Refused { errno }) => Ok(Some(RestoreProblemReason::NotTaken { errno })),
        Err(error) => Err(error.into()),
    }
}
