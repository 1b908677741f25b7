//! Whole files on a volume.

use std::ops::ControlFlow;
use std::thread;

use crossbeam_channel::bounded;
use heirloom_format::Digest;
use sha2::Digest as _;

use super::{DamageKind, readable};
use crate::{Volume, VolumeError, VolumePath};

/// What the port moves at a time.
const PIECE_BYTES: usize = 1 << 20;
/// From here on a second thread is worth its while.
const LONG_BYTES: u64 = 16 << 20;
const PIECES_QUEUED: usize = 3;
/// More than a small file of an archive ever has; its description with the longest names takes a tenth of it.
const SMALL_BYTES_MAX: usize = 64 << 10;

/// Reads a file into memory, whatever its length: only for what was just written, or for tests.
pub(crate) fn read_whole(volume: &dyn Volume, path: &VolumePath) -> Result<Vec<u8>, VolumeError> {
    let mut bytes = Vec::new();
    volume.read(path, &mut |piece| {
        bytes.extend_from_slice(piece);
        ControlFlow::Continue(())
    })?;
    Ok(bytes)
}

/// Reads a file that is small if it is ours, so that a damaged drive can't fill the memory. The inner result says what is wrong with it.
pub(crate) fn read_small(
    volume: &dyn Volume,
    path: &VolumePath,
) -> Result<Result<Vec<u8>, DamageKind>, VolumeError> {
    let mut bytes = Vec::new();
    let outcome = volume.read(path, &mut |piece| {
        let room = SMALL_BYTES_MAX + 1 - bytes.len();
        bytes.extend_from_slice(&piece[..piece.len().min(room)]);
        match bytes.len() > SMALL_BYTES_MAX {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    Ok(match readable(outcome)? {
        Err(kind) => Err(kind),
        Ok(_) if bytes.len() > SMALL_BYTES_MAX => Err(DamageKind::TooLong),
        Ok(_) => Ok(bytes),
    })
}

/// Writes a new file; the next flush makes it durable.
pub(crate) fn write_new(
    volume: &dyn Volume,
    path: &VolumePath,
    bytes: &[u8],
) -> Result<(), VolumeError> {
    let mut draft = volume.create(path)?;
    for piece in bytes.chunks(PIECE_BYTES) {
        draft.write(piece)?;
    }
    draft.finish(None)
}

/// The digest and the length of what the drive itself holds.
pub(crate) fn read_back_digest(
    volume: &dyn Volume,
    path: &VolumePath,
) -> Result<(Digest, u64), VolumeError> {
    let mut hasher = sha2::Sha256::new();
    let size_bytes = volume.read_back(path, &mut |piece| {
        hasher.update(piece);
        ControlFlow::Continue(())
    })?;
    Ok((Digest::from_bytes(hasher.finalize().into()), size_bytes))
}

/// The same for a file whose length is known: a long one is hashed while its next piece is read.
pub(crate) fn read_back_digest_of(
    volume: &dyn Volume,
    path: &VolumePath,
    size_bytes: u64,
) -> Result<(Digest, u64), VolumeError> {
    if size_bytes < LONG_BYTES {
        return read_back_digest(volume, path);
    }
    let (hasher, size_bytes) =
        read_back_hasher_of(volume, path, size_bytes, &mut |_| ControlFlow::Continue(()))?;
    Ok((Digest::from_bytes(hasher.finalize().into()), size_bytes))
}

/// The same as a hasher that can be gone on with. `watch` is shown each piece as it is read, and may stop it.
pub(crate) fn read_back_hasher_of(
    volume: &dyn Volume,
    path: &VolumePath,
    size_bytes: u64,
    watch: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<(sha2::Sha256, u64), VolumeError> {
    if size_bytes < LONG_BYTES {
        let mut hasher = sha2::Sha256::new();
        let size_bytes = volume.read_back(path, &mut |piece| {
            hasher.update(piece);
            watch(piece)
        })?;
        return Ok((hasher, size_bytes));
    }
    let (to_hasher, pieces) = bounded::<Vec<u8>>(PIECES_QUEUED);
    let (spare, spares) = bounded::<Vec<u8>>(PIECES_QUEUED);
    thread::scope(|scope| {
        let hasher = scope.spawn(move || {
            let mut hasher = sha2::Sha256::new();
            for mut piece in pieces {
                hasher.update(&piece);
                piece.clear();
                // When enough spares wait, this one is just freed.
                let _ = spare.try_send(piece);
            }
            hasher
        });
        let read = volume.read_back(path, &mut |piece| {
            // When none is spare yet, a new one is made.
            let mut copy = spares.try_recv().unwrap_or_default();
            copy.extend_from_slice(piece);
            match to_hasher.send(copy) {
                Ok(()) => watch(piece),
                // It panicked, which is told below.
                Err(_) => ControlFlow::Break(()),
            }
        });
        drop(to_hasher);
        let hasher = hasher
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok((hasher, read?))
    })
}

/// Whether there is a file of this name. `false` where its folder is missing too.
pub(crate) fn exists(volume: &dyn Volume, path: &VolumePath) -> Result<bool, VolumeError> {
    let (folder, name) = match path.as_str().rsplit_once('/') {
        Some((folder, name)) => (Some(VolumePath::new(folder)), name),
        None => (None, path.as_str()),
    };
    match volume.list(folder.as_ref()) {
        Ok(entries) => Ok(entries.iter().any(|entry| entry.name == name)),
        Err(VolumeError::Missing(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
