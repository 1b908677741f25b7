//! `Written`, `Durable`, `Verified`: a file's way onto the drive, as types. Each is made only from the one before.

use std::collections::BTreeSet;

use heirloom_format::{Digest, FileRecord, StoredPath};

use super::plan::time_record;
use super::settle::Settled;
use crate::archive::files;
use crate::{Draft, Volume, VolumeError, VolumePath};

/// All bytes of a file were received, hashed and handed to the volume.
pub(super) struct Written<'a> {
    pub(super) settled: &'a Settled,
    pub(super) place: VolumePath,
    pub(super) draft: Box<dyn Draft>,
    pub(super) sha256: Digest,
    pub(super) size_bytes: u64,
}

/// Content and name would survive a power cut, if the drive keeps its word.
pub(super) struct Durable<'a> {
    settled: &'a Settled,
    place: VolumePath,
    sha256: Digest,
    size_bytes: u64,
}

/// The drive gave back what was received.
#[derive(Clone, Debug)]
pub(super) struct Verified(FileRecord);

/// Makes a batch of files durable: each file's content, then each folder's names once.
pub(super) fn make_durable<'a>(
    volume: &dyn Volume,
    batch: Vec<Written<'a>>,
) -> Result<Vec<Durable<'a>>, VolumeError> {
    let mut folders = BTreeSet::new();
    let mut durable = Vec::with_capacity(batch.len());
    for written in batch {
        let modified = written.settled.object.modified.as_ref();
        written
            .draft
            .sync(modified.and_then(|modified| modified.unix_s))?;
        folders.extend(written.place.parent());
        durable.push(Durable {
            settled: written.settled,
            place: written.place,
            sha256: written.sha256,
            size_bytes: written.size_bytes,
        });
    }
    for folder in &folders {
        volume.sync_folder(folder)?;
    }
    Ok(durable)
}

impl<'a> Durable<'a> {
    /// Reads the file back from the drive, past the cache. Gives the listed file back when that yields anything but what was received.
    pub(super) fn verify(
        self,
        volume: &dyn Volume,
    ) -> Result<Result<Verified, &'a Settled>, VolumeError> {
        match files::read_back_digest(volume, &self.place) {
            Ok(found) if found == (self.sha256, self.size_bytes) => Ok(Ok(Verified(self.record()))),
            Ok((found, _)) => {
                log::error!("{}: wrote {}, read back {found}", self.place, self.sha256);
                Ok(Err(self.settled))
            }
            Err(error @ (VolumeError::Io { .. } | VolumeError::Missing(_))) => {
                log::error!("reading back: {error}");
                Ok(Err(self.settled))
            }
            Err(error) => Err(error),
        }
    }

    fn record(&self) -> FileRecord {
        let listed_size_bytes = self.settled.object.size_bytes;
        FileRecord {
            path: self.settled.path.clone(),
            raw_path: self.settled.raw_path(),
            size_bytes: self.size_bytes,
            sha256: self.sha256,
            modified: time_record(self.settled),
            persistent_id: self.settled.object.persistent_id.clone(),
            listed_size_bytes: (listed_size_bytes != self.size_bytes).then_some(listed_size_bytes),
        }
    }
}

impl Verified {
    pub(super) fn path(&self) -> &StoredPath {
        &self.0.path
    }

    pub(super) fn record(&self) -> &FileRecord {
        &self.0
    }

    pub(super) fn into_record(self) -> FileRecord {
        self.0
    }

    pub(super) fn unix_s(&self) -> Option<i64> {
        self.0
            .modified
            .as_ref()
            .and_then(|modified| modified.unix_s)
    }
}
