//! Small whole files on a volume.

use std::ops::ControlFlow;

use heirloom_format::Digest;
use sha2::Digest as _;

use crate::{Volume, VolumeError, VolumePath};

/// What the port moves at a time.
const PIECE_BYTES: usize = 1 << 20;

/// Reads a file into memory. What is read this way was bounded when we wrote it: descriptions and manifests.
pub(crate) fn read_whole(volume: &dyn Volume, path: &VolumePath) -> Result<Vec<u8>, VolumeError> {
    let mut bytes = Vec::new();
    volume.read(path, &mut |piece| {
        bytes.extend_from_slice(piece);
        ControlFlow::Continue(())
    })?;
    Ok(bytes)
}

/// Writes a new file and makes its content durable; its name is durable when its folder is synced.
pub(crate) fn write_durable(
    volume: &dyn Volume,
    path: &VolumePath,
    bytes: &[u8],
) -> Result<(), VolumeError> {
    let mut draft = volume.create(path)?;
    for piece in bytes.chunks(PIECE_BYTES) {
        draft.write(piece)?;
    }
    draft.sync(None)
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
