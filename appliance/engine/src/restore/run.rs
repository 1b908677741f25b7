//! A restore, from a snapshot's list to the last file in its place. The archive is only read.

use std::collections::HashSet;
use std::thread;

use crossbeam_channel::{Sender, bounded};

use super::fetch::{Fetched, fetch, read_back};
use super::mend::copies;
use super::order::{RestoreError, RestoreOrder, RestoreProgress};
use super::report::{RestoreProblem, RestoreProblemReason, RestoreReport};
use super::select::{Selection, Wanted, is_in};
use super::settle::{Settled, Staged, settle};
use super::target::{Occupant, OnTarget, StagedId, Target, TargetError};
use crate::archive::{Archive, layout};
use crate::{Cancel, Damage, DamageKind, PublishedSnapshot, Volume};

/// What is written between two flushes, so that one flush serves many small files and the target's cache is not filled by large ones.
const BATCH_BYTES: u64 = 64 << 20;
const BATCH_FILES: usize = 512;
/// What stays free on the target for its own tables.
const RESERVE_BYTES: u64 = 16 << 20;
/// Files take whole blocks; FAT and exFAT have large ones.
const BLOCK_BYTES: u64 = 32 << 10;

/// Restores a snapshot or a part of it to a target. Nothing that is there is changed: a file that is there with the right content counts as
/// restored, so that a restore that was interrupted goes on; one with another content is named and left alone.
///
/// Every file's SHA-256 is compared twice: as it is read from the archive, and as it is read back from the target, past the cache. What is
/// damaged in the snapshot is taken from wherever the archive has the same content, or else named.
///
/// # Errors
/// [`RestoreError`]; what is in its place then is right.
pub fn restore(
    volume: &dyn Volume,
    order: &RestoreOrder,
    target: &dyn Target,
    watch: &(dyn Fn(RestoreProgress) + Sync),
    cancel: &Cancel,
) -> Result<RestoreReport, RestoreError> {
    let archive = Archive::open(volume)?;
    target.clear()?;
    let mut files = 0;
    let mut bytes: u64 = 0;
    let mut needed_bytes = RESERVE_BYTES;
    let selection = Selection::plan(volume, &archive, order, &mut |wanted| {
        stop_if(cancel)?;
        files += 1;
        bytes = bytes.saturating_add(wanted.size_bytes);
        // What has another length will not be written at all.
        if look(target, &wanted)? == Ok(Occupant::Nothing) {
            let blocks = wanted.size_bytes.div_ceil(BLOCK_BYTES) + 1;
            needed_bytes = needed_bytes.saturating_add(blocks.saturating_mul(BLOCK_BYTES));
        }
        Ok(())
    })?;
    if files == 0 && !order.only.is_empty() {
        return Err(RestoreError::NothingThere);
    }
    let free_bytes = target.free_bytes()?;
    if needed_bytes > RESERVE_BYTES && needed_bytes > free_bytes {
        return Err(RestoreError::NotEnoughSpace {
            needed_bytes,
            free_bytes,
        });
    }
    watch(RestoreProgress::Planned { files, bytes });
    let mut copying = Copying {
        volume,
        target,
        archive: &archive,
        watch,
        cancel,
        batch: Vec::new(),
        batch_bytes: 0,
        next_id: 0,
        read_bytes: 0,
        already_files: 0,
        damaged: Vec::new(),
        problems: Vec::new(),
        damage: damage_of(&archive, selection.published),
    };
    copying.damage.extend(selection.by_manifest.clone());
    let settled = copying.run(&selection)?;
    target.clear()?;
    target.flush()?;
    let mut problems = copying.problems;
    problems.extend(settled.problems);
    Ok(RestoreReport {
        snapshot: selection.published.name,
        folder: selection.published.folder.clone(),
        files,
        restored_files: settled.files,
        restored_bytes: settled.bytes,
        mended_files: settled.mended_files,
        already_files: copying.already_files,
        problems,
        damage: copying.damage,
    })
}

/// What is wrong with the snapshots of a source: the newest one may not be the one that it seems to be.
fn damage_of(archive: &Archive, published: &PublishedSnapshot) -> Vec<Damage> {
    let folder = layout::source_folder(&published.source_folder);
    let damage = archive.damage().iter();
    damage
        .filter(|damage| is_in(&damage.place, &folder))
        .cloned()
        .collect()
}

fn stop_if(cancel: &Cancel) -> Result<(), RestoreError> {
    if cancel.is_cancelled() {
        return Err(RestoreError::Stopped);
    }
    Ok(())
}

/// What is where a file goes; the inner error says why it can't be there at all.
fn look(
    target: &dyn Target,
    wanted: &Wanted,
) -> Result<Result<Occupant, RestoreProblemReason>, RestoreError> {
    // A name that no file system takes: EINVAL, as they say themselves.
    let errno = 22;
    let Some(to) = &wanted.to else {
        return Ok(Err(RestoreProblemReason::NotTaken { errno }));
    };
    match target.look(to) {
        Err(TargetError::Refused { errno }) => Ok(Err(RestoreProblemReason::NotTaken { errno })),
        outcome => Ok(Ok(outcome?)),
    }
}

struct Copying<'c> {
    volume: &'c dyn Volume,
    target: &'c dyn Target,
    archive: &'c Archive,
    watch: &'c (dyn Fn(RestoreProgress) + Sync),
    cancel: &'c Cancel,
    batch: Vec<Staged>,
    batch_bytes: u64,
    next_id: u32,
    read_bytes: u64,
    already_files: u64,
    damaged: Vec<(Wanted, DamageKind)>,
    problems: Vec<RestoreProblem>,
    damage: Vec<Damage>,
}

impl Copying<'_> {
    fn run(&mut self, selection: &Selection<'_>) -> Result<Settled, RestoreError> {
        // One batch is written while one is settled; no third one waits.
        let (batches, received) = bounded(0);
        let (target, watch) = (self.target, self.watch);
        thread::scope(|scope| {
            let settler = scope.spawn(move || settle(target, &received, watch));
            let copied = self.copy(selection, &batches);
            drop(batches);
            let settled = settler.join().expect("a thread that does not panic");
            // The settler's error is why nobody took the batch.
            match (copied, settled) {
                (_, Err(error)) | (Err(error), Ok(_)) => Err(error),
                (Ok(()), Ok(settled)) => Ok(settled),
            }
        })
    }

    fn copy(
        &mut self,
        selection: &Selection<'_>,
        batches: &Sender<Vec<Staged>>,
    ) -> Result<(), RestoreError> {
        let folder = &selection.published.folder;
        selection.each(&mut |wanted| {
            stop_if(self.cancel)?;
            let occupant = match look(self.target, &wanted)? {
                Ok(occupant) => occupant,
                Err(reason) => return self.problem(wanted, reason),
            };
            match (occupant, &wanted.to) {
                (Occupant::File { size_bytes }, Some(to)) if size_bytes == wanted.size_bytes => {
                    let file = OnTarget::Placed(to);
                    let mut moved = 0;
                    let found = read_back(self.target, file, &mut |bytes| moved += bytes)?;
                    self.read(moved);
                    if found == Some(wanted.sha256) {
                        self.already_files += 1;
                        return Ok(());
                    }
                    self.problem(wanted, RestoreProblemReason::Occupied)
                }
                (Occupant::Nothing, _) => {
                    let place = layout::payload(folder, &wanted.path);
                    match self.fetch(&place, &wanted)? {
                        Fetched::Staged => self.staged(wanted, false, batches),
                        Fetched::NotTaken(reason) => self.problem(wanted, reason),
                        Fetched::Damaged(kind) => {
                            log::error!("{place} {kind}");
                            self.damage.push(Damage {
                                place,
                                kind: kind.clone(),
                            });
                            self.damaged.push((wanted, kind));
                            Ok(())
                        }
                    }
                }
                _ => self.problem(wanted, RestoreProblemReason::Occupied),
            }
        })?;
        self.mend(batches)?;
        self.hand_over(batches)
    }

    fn read(&mut self, bytes: u64) {
        self.read_bytes += bytes;
        (self.watch)(RestoreProgress::Read {
            bytes: self.read_bytes,
        });
    }

    fn problem(
        &mut self,
        wanted: Wanted,
        reason: RestoreProblemReason,
    ) -> Result<(), RestoreError> {
        let path = wanted.path;
        self.problems.push(RestoreProblem { path, reason });
        Ok(())
    }

    fn fetch(
        &mut self,
        place: &crate::VolumePath,
        wanted: &Wanted,
    ) -> Result<Fetched, RestoreError> {
        let (volume, target, cancel) = (self.volume, self.target, self.cancel);
        let id = StagedId(self.next_id);
        fetch(volume, target, place, wanted, id, cancel, &mut |bytes| {
            self.read(bytes);
        })
    }

    fn staged(
        &mut self,
        wanted: Wanted,
        is_mended: bool,
        batches: &Sender<Vec<Staged>>,
    ) -> Result<(), RestoreError> {
        self.batch_bytes += wanted.size_bytes;
        self.batch.push(Staged {
            id: StagedId(self.next_id),
            wanted,
            is_mended,
        });
        // A number comes around again when its first bearer has been settled for long.
        self.next_id = self.next_id.wrapping_add(1);
        if self.batch_bytes >= BATCH_BYTES || self.batch.len() >= BATCH_FILES {
            self.hand_over(batches)?;
        }
        Ok(())
    }

    fn hand_over(&mut self, batches: &Sender<Vec<Staged>>) -> Result<(), RestoreError> {
        self.batch_bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return Ok(());
        }
        // The settler ended with an error of its own, which is the one that is told.
        batches.send(batch).map_err(|_| RestoreError::Stopped)
    }

    /// Looks for other copies of what is damaged.
    fn mend(&mut self, batches: &Sender<Vec<Staged>>) -> Result<(), RestoreError> {
        let damaged = std::mem::take(&mut self.damaged);
        if damaged.is_empty() {
            return Ok(());
        }
        let wanted: HashSet<_> = damaged.iter().map(|(wanted, _)| wanted.sha256).collect();
        let copies = copies(self.volume, self.archive, &wanted)?;
        'files: for (wanted, kind) in damaged {
            for place in copies.get(&wanted.sha256).into_iter().flatten() {
                stop_if(self.cancel)?;
                match self.fetch(place, &wanted)? {
                    Fetched::Damaged(_) => {}
                    Fetched::Staged => {
                        self.staged(wanted, true, batches)?;
                        continue 'files;
                    }
                    Fetched::NotTaken(reason) => {
                        self.problem(wanted, reason)?;
                        continue 'files;
                    }
                }
            }
            self.problem(wanted, RestoreProblemReason::Damaged(kind))?;
        }
        Ok(())
    }
}
