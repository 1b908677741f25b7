//! Reading what a snapshot says about itself, held to its seal; and the key that seals the next one.

use std::ops::ControlFlow;

use heirloom_format::{
    Digest, FileRecord, ManifestError, ManifestReader, SigningKey, Snapshot, SnapshotError,
    SnapshotReader, StoredPath,
};
use sha2::Digest as _;
use zeroize::Zeroizing;

use super::{Archive, Damage, DamageKind, PublishedSnapshot, layout, readable};
use crate::{Volume, VolumeError, VolumePath};

/// More than a key file has: two lines of text.
const KEY_BYTES_MAX: usize = 4 << 10;

impl Archive {
    /// Reads a snapshot's description as a stream, and holds it to the seal. Each file is handed to `each`, in the order of the paths'
    /// bytes; **what was handed over counts only if the description itself comes back**, with its `files` left empty. The inner result
    /// says what is wrong with it.
    ///
    /// # Errors
    /// When the drive fails altogether.
    pub fn read_description(
        &self,
        volume: &dyn Volume,
        published: &PublishedSnapshot,
        each: &mut dyn FnMut(FileRecord),
    ) -> Result<Result<Snapshot, Damage>, VolumeError> {
        let place = published.folder.join(layout::SNAPSHOT);
        let mut reader = SnapshotReader::new();
        let mut hasher = sha2::Sha256::new();
        let mut fault: Option<SnapshotError> = None;
        let read = volume.read(&place, &mut |piece| {
            hasher.update(piece);
            // What is malformed may be so because it is damaged, and then that is what is told; so it is hashed to its end.
            if fault.is_none() {
                fault = reader.push(piece, each).err();
            }
            ControlFlow::Continue(())
        });
        let outcome = match readable(read)? {
            Err(kind) => Err(kind),
            Ok(_) => {
                let found = Digest::from_bytes(hasher.finalize().into());
                if published.sealed(layout::SNAPSHOT) != Some(found) {
                    Err(DamageKind::DigestDiffers)
                } else {
                    fault.map_or_else(|| reader.finish(), Err).map_err(|error| {
                        log::warn!("{place}: {error}");
                        error.into()
                    })
                }
            }
        };
        let outcome = outcome.and_then(|snapshot| {
            let is_at_home = snapshot.generation == published.name.generation
                && snapshot.archive_id == self.info.archive_id;
            if is_at_home {
                Ok(snapshot)
            } else {
                Err(DamageKind::Misplaced)
            }
        });
        Ok(outcome.map_err(|kind| Damage { place, kind }))
    }

    /// The same with all its files in memory: for small snapshots only.
    ///
    /// # Errors
    /// When the drive fails altogether.
    pub fn load(
        &self,
        volume: &dyn Volume,
        published: &PublishedSnapshot,
    ) -> Result<Result<Snapshot, Damage>, VolumeError> {
        let mut files = Vec::new();
        let outcome = self.read_description(volume, published, &mut |file| files.push(file))?;
        Ok(outcome.map(|snapshot| Snapshot { files, ..snapshot }))
    }

    /// Reads a snapshot's manifest as a stream: for when its description is damaged. It is held to its seal, unless the seal can't be read.
    /// **What was handed over counts only if nothing is wrong with it.**
    ///
    /// # Errors
    /// When the drive fails altogether.
    pub(crate) fn read_manifest(
        &self,
        volume: &dyn Volume,
        published: &PublishedSnapshot,
        each: &mut dyn FnMut(Digest, StoredPath),
    ) -> Result<Result<(), Damage>, VolumeError> {
        let place = published.folder.join(layout::MANIFEST);
        let mut reader = ManifestReader::new();
        let mut hasher = sha2::Sha256::new();
        let mut fault: Option<ManifestError> = None;
        let read = volume.read(&place, &mut |piece| {
            hasher.update(piece);
            if fault.is_none() {
                fault = reader.push(piece, each).err();
            }
            ControlFlow::Continue(())
        });
        let outcome = match readable(read)? {
            Err(kind) => Err(kind),
            Ok(_) => {
                let found = Digest::from_bytes(hasher.finalize().into());
                match published.sealed(layout::MANIFEST) {
                    Some(sealed) if sealed != found => Err(DamageKind::DigestDiffers),
                    _ => fault
                        .map_or_else(|| reader.finish(), Err)
                        .map_err(DamageKind::Manifest),
                }
            }
        };
        Ok(outcome.map_err(|kind| Damage { place, kind }))
    }

    /// The key that seals new snapshots. The inner result says what is wrong with it: without it, nothing more can be archived here, and
    /// everything that is archived can still be read and checked.
    ///
    /// # Errors
    /// When the drive fails altogether.
    pub fn signing_key(
        &self,
        volume: &dyn Volume,
    ) -> Result<Result<SigningKey, Damage>, VolumeError> {
        let place = VolumePath::new(layout::ARCHIVE_KEY);
        // Room from the start, so that growing leaves no copies behind.
        let mut secret = Zeroizing::new(Vec::with_capacity(KEY_BYTES_MAX));
        let mut fits = true;
        let read = volume.read(&place, &mut |piece| {
            fits = secret.len() + piece.len() <= KEY_BYTES_MAX;
            if fits {
                secret.extend_from_slice(piece);
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        let outcome = match readable(read)? {
            Err(kind) => Err(kind),
            Ok(_) if !fits => Err(DamageKind::TooLong),
            Ok(_) => match SigningKey::parse(&secret) {
                Err(error) => {
                    log::warn!("{place}: {error}");
                    Err(DamageKind::Key)
                }
                Ok(key) if key.public_key() != self.info.public_key => Err(DamageKind::OtherKey),
                Ok(key) => Ok(key),
            },
        };
        Ok(outcome.map_err(|kind| Damage { place, kind }))
    }
}
