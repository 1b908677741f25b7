//! What was written is made durable, read back, and only then given its name. On a thread of its own, while the next files are written.

use crossbeam_channel::Receiver;

use super::fetch::read_back;
use super::order::{RestoreError, RestoreProgress};
use super::report::RestoreProblemReason;
use super::select::Wanted;
use super::target::{OnTarget, StagedId, Target, TargetError};

/// A file that was written and has no name yet.
pub(super) struct Staged {
    pub(super) id: StagedId,
    pub(super) wanted: Wanted,
    pub(super) is_mended: bool,
}

/// What was put in its place, and what was not.
pub(super) struct Settled {
    /// For each snapshot that is restored.
    pub(super) parts: Vec<Count>,
    pub(super) problems: Vec<(Wanted, RestoreProblemReason)>,
}

/// What was put in its place of one snapshot.
#[derive(Clone, Copy, Default)]
pub(super) struct Count {
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) mended_files: u64,
}

/// Settles batch after batch of so many snapshots, until there are no more.
pub(super) fn settle(
    target: &dyn Target,
    batches: &Receiver<Vec<Staged>>,
    parts: usize,
    watch: &(dyn Fn(RestoreProgress) + Sync),
) -> Result<Settled, RestoreError> {
    let mut settled = Settled {
        parts: vec![Count::default(); parts],
        problems: Vec::new(),
    };
    for batch in batches {
        target.flush()?;
        for staged in batch {
            match place(target, &staged)? {
                None => {
                    let count = &mut settled.parts[staged.wanted.part];
                    count.files += 1;
                    count.bytes += staged.wanted.size_bytes;
                    count.mended_files += u64::from(staged.is_mended);
                }
                Some(reason) => settled.problems.push((staged.wanted, reason)),
            }
        }
        watch(RestoreProgress::Restored {
            files: settled.parts.iter().map(|count| count.files).sum(),
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
