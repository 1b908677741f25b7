//! A restore, from a snapshot's list to the last file in its place. The archive is only read.

use std::collections::HashSet;
use std::thread;

use crossbeam_channel::{Sender, bounded};

use super::fetch::{Fetched, fetch, read_back};
use super::limits::TargetLimits;
use super::mend::copies;
use super::order::{RestoreError, RestoreOrder, RestoreProgress};
use super::plan::{Planned, fitted, look, problem, stop_if};
use super::report::{RestoreProblemReason, RestoreReport, RestoredPart};
use super::select::{Fate, Selection, Wanted};
use super::settle::{Settled, Staged, settle};
use super::target::{Occupant, OnTarget, StagedId, Target};
use crate::archive::Archive;
use crate::{Cancel, Damage, DamageKind, Volume};

/// What is written between two flushes, so that one flush serves many small files and the target's cache is not filled by large ones.
const BATCH_BYTES: u64 = 64 << 20;
const BATCH_FILES: usize = 512;

/// Restores snapshots or parts of them to a target. Nothing that is there is changed: a file that is there with the right content counts as
/// restored, so that a restore that was interrupted goes on; one with another content is named and left alone.
///
/// Every file's SHA-256 is compared twice: as it is read from the archive, and as it is read back from the target, past the cache. What is
/// damaged in the snapshot is taken from wherever the archive has the same content, or else named. So is what the target does not take:
/// [`plan_restore`](super::plan_restore) says that before.
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
    let limits = target.limits()?;
    let order = fitted(order, &limits);
    let planned = Planned::of(volume, &archive, &order, limits, cancel)?;
    let (plan, parts) = planned.count(target, &order, limits, cancel)?;
    if !plan.has_room() {
        return Err(RestoreError::NotEnoughSpace {
            needed_bytes: plan.needed_bytes,
            free_bytes: plan.free_bytes,
        });
    }
    let (files, bytes) = (plan.files, plan.bytes);
    watch(RestoreProgress::Planned { files, bytes });
    let ends = Ends {
        volume,
        archive: &archive,
        target,
        limits,
    };
    let parts = carry_out(ends, &planned.selections, parts, watch, cancel)?;
    Ok(RestoreReport {
        parts,
        unlisted: planned.unlisted,
        damage: planned.damage,
        limits,
    })
}

/// Between what files go.
#[derive(Clone, Copy)]
pub(super) struct Ends<'c> {
    pub(super) volume: &'c dyn Volume,
    pub(super) archive: &'c Archive,
    pub(super) target: &'c dyn Target,
    pub(super) limits: TargetLimits,
}

/// Restores what is selected, and completes the parts of the report.
pub(super) fn carry_out(
    ends: Ends<'_>,
    selections: &[Selection<'_>],
    parts: Vec<RestoredPart>,
    watch: &(dyn Fn(RestoreProgress) + Sync),
    cancel: &Cancel,
) -> Result<Vec<RestoredPart>, RestoreError> {
    let mut copying = Copying {
        ends,
        selections,
        watch,
        cancel,
        batch: Vec::new(),
        batch_bytes: 0,
        next_id: 0,
        read_bytes: 0,
        damaged: Vec::new(),
        parts,
    };
    let settled = copying.run()?;
    ends.target.clear()?;
    ends.target.flush()?;
    let mut parts = copying.parts;
    for (part, count) in parts.iter_mut().zip(settled.parts) {
        part.restored_files = count.files;
        part.restored_bytes = count.bytes;
        part.mended_files = count.mended_files;
    }
    for (wanted, reason) in settled.problems {
        let problem = problem(&selections[wanted.part], wanted.path, reason);
        parts[wanted.part].problems.push(problem);
    }
    Ok(parts)
}

struct Copying<'c, 's> {
    ends: Ends<'c>,
    selections: &'c [Selection<'s>],
    watch: &'c (dyn Fn(RestoreProgress) + Sync),
    cancel: &'c Cancel,
    batch: Vec<Staged>,
    batch_bytes: u64,
    next_id: u32,
    read_bytes: u64,
    damaged: Vec<(Wanted, DamageKind)>,
    parts: Vec<RestoredPart>,
}

impl Copying<'_, '_> {
    fn run(&mut self) -> Result<Settled, RestoreError> {
        // One batch is written while one is settled; no third one waits.
        let (batches, received) = bounded(0);
        let (target, watch, parts) = (self.ends.target, self.watch, self.parts.len());
        thread::scope(|scope| {
            let settler = scope.spawn(move || settle(target, &received, parts, watch));
            let copied = self.copy(&batches);
            drop(batches);
            let settled = settler.join().expect("a thread that does not panic");
            // The settler's error is why nobody took the batch.
            match (copied, settled) {
                (_, Err(error)) | (Err(error), Ok(_)) => Err(error),
                (Ok(()), Ok(settled)) => Ok(settled),
            }
        })
    }

    fn copy(&mut self, batches: &Sender<Vec<Staged>>) -> Result<(), RestoreError> {
        for selection in self.selections {
            selection.each(&mut |wanted| {
                stop_if(self.cancel)?;
                match wanted.fate {
                    Fate::Restored { .. } => self.one(wanted, batches),
                    Fate::OtherDays | Fate::LeftOutUndated => Ok(()),
                }
            })?;
        }
        self.mend(batches)?;
        self.hand_over(batches)
    }

    fn one(&mut self, wanted: Wanted, batches: &Sender<Vec<Staged>>) -> Result<(), RestoreError> {
        let target = self.ends.target;
        let occupant = match look(target, &wanted, &self.ends.limits)? {
            Ok(occupant) => occupant,
            Err(reason) => return self.problem(wanted, reason),
        };
        match (occupant, &wanted.to) {
            (Occupant::File { size_bytes }, Some(to)) if size_bytes == wanted.size_bytes => {
                let mut moved = 0;
                let file = OnTarget::Placed(to);
                let found = read_back(target, file, &mut |bytes| moved += bytes)?;
                self.read(moved);
                if found != Some(wanted.sha256) {
                    return self.problem(wanted, RestoreProblemReason::Occupied);
                }
                self.parts[wanted.part].already_files += 1;
                self.note_time(&wanted);
                Ok(())
            }
            (Occupant::Nothing, _) => self.fetch_one(wanted, batches),
            _ => self.problem(wanted, RestoreProblemReason::Occupied),
        }
    }

    fn fetch_one(
        &mut self,
        wanted: Wanted,
        batches: &Sender<Vec<Staged>>,
    ) -> Result<(), RestoreError> {
        let place = self.selections[wanted.part].place_of(&wanted.path);
        match self.fetch(&place, &wanted)? {
            Fetched::Staged => self.staged(wanted, false, batches),
            Fetched::NotTaken(reason) => self.problem(wanted, reason),
            Fetched::Damaged(kind) => {
                log::error!("{place} {kind}");
                self.parts[wanted.part].damage.push(Damage {
                    place,
                    kind: kind.clone(),
                });
                self.damaged.push((wanted, kind));
                Ok(())
            }
        }
    }

    fn note_time(&mut self, wanted: &Wanted) {
        let is_kept = wanted
            .unix_s
            .is_none_or(|unix_s| self.ends.limits.keeps_time(unix_s));
        self.parts[wanted.part].times_not_kept_files += u64::from(!is_kept);
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
        let problem = problem(&self.selections[wanted.part], wanted.path, reason);
        self.parts[wanted.part].problems.push(problem);
        Ok(())
    }

    fn fetch(
        &mut self,
        place: &crate::VolumePath,
        wanted: &Wanted,
    ) -> Result<Fetched, RestoreError> {
        let (volume, target, cancel) = (self.ends.volume, self.ends.target, self.cancel);
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
        self.note_time(&wanted);
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
        let copies = copies(self.ends.volume, self.ends.archive, &wanted)?;
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
