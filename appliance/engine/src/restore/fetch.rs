//! One file out of the archive onto the target, where it has no name yet.

use std::ops::ControlFlow;

use heirloom_format::Digest;
use sha2::Digest as _;

use super::order::RestoreError;
use super::report::RestoreProblemReason;
use super::select::Wanted;
use super::target::{OnTarget, StagedId, Target, TargetError};
use crate::archive::readable;
use crate::{Cancel, DamageKind, Volume, VolumePath};

/// How fetching a file ended.
pub(super) enum Fetched {
    /// Its content is what it must be, and lies on the target.
    Staged,
    /// It is damaged in the archive.
    Damaged(DamageKind),
    /// The target does not take it.
    NotTaken(RestoreProblemReason),
}

/// Reads a file, hashing and writing what comes.
pub(super) fn fetch(
    volume: &dyn Volume,
    target: &dyn Target,
    place: &VolumePath,
    wanted: &Wanted,
    id: StagedId,
    cancel: &Cancel,
    moved: &mut dyn FnMut(u64),
) -> Result<Fetched, RestoreError> {
    let mut draft = target.stage(id)?;
    let mut hasher = sha2::Sha256::new();
    let mut written = Ok(());
    let read = volume.read(place, &mut |piece| {
        hasher.update(piece);
        moved(piece.len() as u64);
        written = draft.write(piece);
        match written.is_err() || cancel.is_cancelled() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    if cancel.is_cancelled() {
        return Err(RestoreError::Stopped);
    }
    if let Err(kind) = readable(read)? {
        return Ok(Fetched::Damaged(kind));
    }
    let finished = written.and_then(|()| {
        if Digest::from_bytes(hasher.finalize().into()) != wanted.sha256 {
            return Ok(Fetched::Damaged(DamageKind::DigestDiffers));
        }
        draft.finish(wanted.unix_s).map(|()| Fetched::Staged)
    });
    match finished {
        Err(TargetError::Refused { errno }) => {
            Ok(Fetched::NotTaken(RestoreProblemReason::NotTaken { errno }))
        }
        outcome => Ok(outcome?),
    }
}

/// The digest of what the target itself holds. The inner result is `None` where it can't read it.
pub(super) fn read_back(
    target: &dyn Target,
    file: OnTarget<'_>,
    moved: &mut dyn FnMut(u64),
) -> Result<Option<Digest>, RestoreError> {
    let mut hasher = sha2::Sha256::new();
    let read = target.read_back(file, &mut |piece| {
        hasher.update(piece);
        moved(piece.len() as u64);
        ControlFlow::Continue(())
    });
    match read {
        Ok(_) => Ok(Some(Digest::from_bytes(hasher.finalize().into()))),
        Err(TargetError::Refused { .. } | TargetError::Io { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
