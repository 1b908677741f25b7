//! A rehearsal: a restore as a drill. The newest files and some of all by chance go from the archive into memory, each checked as a restore checks
//! it. The archive is only read; who keeps the date is the caller.

use std::collections::HashSet;

use heirloom_format::{Day, Digest, SnapshotName};

use super::order::{RestoreError, RestoreFrom, RestoreOrder, RestoreProgress};
use super::plan::{Planned, fitted};
use super::report::{RestoreProblem, RestoredPart, UnlistedSource};
use super::run::{Ends, carry_out};
use super::sample::Sampler;
use super::target::Target;
use crate::archive::Archive;
use crate::{Cancel, Damage, Volume};

/// What to rehearse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RehearsalOrder {
    /// From which snapshots; usually all sources.
    pub from: RestoreFrom,
    /// What the choice by chance begins with: the same seed chooses the same files of the same archive.
    pub seed: u64,
    /// How many files by chance.
    pub sample_files: u32,
    /// How many of the newest files of each source, by the times in the snapshots.
    pub newest_files: u32,
    /// The room that there is in memory. A file that does not fit is passed over.
    pub bytes_max: u64,
    /// The day, by whatever clock the caller trusts.
    pub date: Day,
}

/// What a rehearsal showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RehearsalReport {
    /// The day that the order gave.
    pub date: Day,
    /// The newest snapshot of the archive.
    pub newest_snapshot: Option<SnapshotName>,
    /// Its head, to be compared with the sheet's.
    pub head: Option<Digest>,
    /// How many files there were to choose from.
    pub files: u64,
    /// Chosen for being the newest.
    pub newest_files: u64,
    /// Chosen by chance besides.
    pub sampled_files: u64,
    /// Files that would have been chosen, and are larger than the memory that was left.
    pub passed_over_files: u64,
    /// Files that came back as they were archived.
    pub restored_files: u64,
    /// Their length.
    pub restored_bytes: u64,
    /// Of them, those that are damaged and came from another copy in the archive.
    pub mended_files: u64,
    /// Files that did not come back, each with the reason.
    pub problems: Vec<RestoreProblem>,
    /// Sources of which nothing can be listed.
    pub unlisted: Vec<UnlistedSource>,
    /// What else is damaged.
    pub damage: Vec<Damage>,
}

impl RehearsalReport {
    /// At least one file was chosen, and all that were came back as they were archived.
    pub fn is_passed(&self) -> bool {
        self.restored_files > 0
            && self.restored_files == self.newest_files + self.sampled_files
            && self.problems.is_empty()
            && self.unlisted.is_empty()
    }
}

/// Rehearses. The target is new and empty, with room for the order's bytes: a [`RamTarget`](super::RamTarget).
///
/// # Errors
/// As [`restore`](super::restore). Then nothing was shown, and it is to be repeated.
pub fn rehearse(
    volume: &dyn Volume,
    order: &RehearsalOrder,
    target: &dyn Target,
    watch: &(dyn Fn(RestoreProgress) + Sync),
    cancel: &Cancel,
) -> Result<RehearsalReport, RestoreError> {
    let archive = Archive::open(volume)?;
    target.clear()?;
    let limits = target.limits()?;
    let restore_order = fitted(&RestoreOrder::all(order.from.clone()), &limits);
    let mut planned = Planned::of(volume, &archive, &restore_order, limits, cancel)?;
    let sources = planned.selections.len();
    let (newest, sample) = (order.newest_files, order.sample_files);
    let mut sampler = Sampler::new(order.seed, sources, newest, sample);
    for selection in &planned.selections {
        selection.each(&mut |wanted| {
            sampler.add(&wanted);
            Ok(())
        })?;
    }
    let files = sampler.seen;
    let chosen = sampler.choose(order.bytes_max.min(target.free_bytes()?));
    for (part, selection) in planned.selections.iter_mut().enumerate() {
        let of_it = chosen.files.iter().filter(|it| it.part == part);
        let numbers: HashSet<usize> = of_it.map(|it| it.number).collect();
        selection.choose(numbers);
    }
    let (plan, parts) = planned.count(target, &restore_order, limits, cancel)?;
    let (chosen_files, bytes) = (plan.files, plan.bytes);
    let files_planned = RestoreProgress::Planned {
        files: chosen_files,
        bytes,
    };
    watch(files_planned);
    let ends = Ends {
        volume,
        archive: &archive,
        target,
        limits,
    };
    let parts = carry_out(ends, &planned.selections, parts, watch, cancel)?;
    let newest = archive.newest();
    let sum = |count: fn(&RestoredPart) -> u64| parts.iter().map(count).sum();
    let damaged = parts.iter().flat_map(|part| part.damage.clone());
    Ok(RehearsalReport {
        date: order.date,
        newest_snapshot: newest.map(|published| published.name),
        head: newest.and_then(|published| published.head),
        files,
        newest_files: chosen.newest_files,
        sampled_files: chosen.sampled_files,
        passed_over_files: chosen.passed_over_files,
        restored_files: sum(|part| part.restored_files),
        restored_bytes: sum(|part| part.restored_bytes),
        mended_files: sum(|part| part.mended_files),
        damage: damaged.chain(planned.damage).collect(),
        unlisted: planned.unlisted,
        problems: parts.into_iter().flat_map(|part| part.problems).collect(),
    })
}
