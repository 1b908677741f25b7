//! `Written`, `Durable`, `Verified`: a file's way onto the drive, as types. Each is made only from the one before.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use heirloom_format::Digest;

use super::look::Findings;
use super::table::RowNumber;
use crate::archive::files;
use crate::{Volume, VolumeError, VolumePath};

/// All bytes of a file were received, hashed and handed to the volume.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    pub(super) row: RowNumber,
    pub(super) sha256: Digest,
    pub(super) size_bytes: u64,
    /// What was found of it on the way.
    pub(super) findings: Findings,
}

/// Content and name would survive a power cut, if the drive keeps its word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Durable(Written);

/// The drive gave back what was received.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verified(Written);

/// Makes a batch of files durable, all at once.
pub(super) fn make_durable(
    flush: impl FnOnce() -> Result<(), VolumeError>,
    batch: Vec<Written>,
) -> Result<Vec<Durable>, VolumeError> {
    flush()?;
    Ok(batch.into_iter().map(Durable).collect())
}

/// What reading a batch back yielded.
#[derive(Default)]
pub(super) struct ReadBack {
    pub(super) verified: Vec<Verified>,
    /// Anything but what was received came back, or nothing at all.
    pub(super) mismatched: Vec<RowNumber>,
}

/// Reads a batch back from the drive, past the cache, as many files at once as the drive likes.
pub(super) fn read_back(
    volume: &dyn Volume,
    batch: Vec<Durable>,
    place_of: &(dyn Fn(RowNumber) -> VolumePath + Sync),
) -> Result<ReadBack, VolumeError> {
    let verify = |durable: &Durable| durable.verify(volume, &place_of(durable.0.row));
    let outcomes = side_by_side(volume.reads_at_once(), &batch, &verify);
    let mut read_back = ReadBack::default();
    for outcome in outcomes {
        match outcome? {
            Ok(verified) => read_back.verified.push(verified),
            Err(row) => read_back.mismatched.push(row),
        }
    }
    Ok(read_back)
}

/// Does the same with each, in so many threads; what comes of it is in the order of the items.
pub(super) fn side_by_side<T: Sync, R: Send>(
    threads: usize,
    items: &[T],
    work: &(dyn Fn(&T) -> R + Sync),
) -> Vec<R> {
    let threads = threads.clamp(1, items.len().max(1));
    if threads == 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let share = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else {
                return done;
            };
            done.push((at, work(item)));
        }
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let shares: Vec<_> = (0..threads).map(|_| scope.spawn(share)).collect();
        let join = |share: thread::ScopedJoinHandle<'_, _>| {
            share
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        shares.into_iter().flat_map(join).collect()
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

impl Durable {
    /// Of what was received.
    pub(super) fn size_bytes(&self) -> u64 {
        self.0.size_bytes
    }

    fn verify(
        self,
        volume: &dyn Volume,
        place: &VolumePath,
    ) -> Result<Result<Verified, RowNumber>, VolumeError> {
        let Written {
            row,
            sha256,
            size_bytes,
            ..
        } = self.0;
        match files::read_back_digest_of(volume, place, size_bytes) {
            Ok(found) if found == (sha256, size_bytes) => Ok(Ok(Verified(self.0))),
            Ok((found, _)) => {
                log::error!("{place}: wrote {sha256}, read back {found}");
                Ok(Err(row))
            }
            Err(error @ (VolumeError::Io { .. } | VolumeError::Missing(_))) => {
                log::error!("reading back: {error}");
                Ok(Err(row))
            }
            Err(error) => Err(error),
        }
    }
}

impl Verified {
    /// What was found of it on the way.
    pub(super) fn findings(&self) -> Findings {
        self.0.findings
    }

    pub(super) fn row(&self) -> RowNumber {
        self.0.row
    }

    pub(super) fn sha256(&self) -> Digest {
        self.0.sha256
    }

    /// Of what was received.
    pub(super) fn size_bytes(&self) -> u64 {
        self.0.size_bytes
    }
}
