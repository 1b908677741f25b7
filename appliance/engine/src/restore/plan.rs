//! What a restore will do, found out before anything is written.

use heirloom_format::StoredPath;

use super::arrange::Rules;
use super::limits::{TargetFileSystem, TargetLimits};
use super::order::{RestoreError, RestoreFrom, RestoreLayout, RestoreNames, RestoreOrder};
use super::part::{damage_of, is_in, parts};
use super::report::{RestoreProblem, RestoreProblemReason, RestoredPart, UnlistedSource};
use super::select::{Fate, Selection, Wanted};
use super::target::{Occupant, Target, TargetError};
use crate::archive::{Archive, layout};
use crate::{Cancel, Damage, Volume};

/// What stays free on the target for its own tables.
const RESERVE_BYTES: u64 = 16 << 20;
/// Files take whole blocks. Where these are not known for sure, they are taken to be large.
const BLOCK_BYTES: u64 = 32 << 10;

/// What a restore will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestorePlan {
    /// Files that are asked for, with those that are there already and those that can't be restored.
    pub files: u64,
    /// Their length.
    pub bytes: u64,
    /// Among them, those of which no date is known.
    pub undated_files: u64,
    /// Files of which no date is known, and which are therefore not asked for.
    pub left_out_undated_files: u64,
    /// Files of other days than those that are asked for.
    pub left_out_files: u64,
    /// What the target needs room for.
    pub needed_bytes: u64,
    /// What it has.
    pub free_bytes: u64,
    /// Files that this target does not take, whatever room it has. All others will be restored.
    pub problems: Vec<RestoreProblem>,
    /// Sources of which nothing can be restored. Only where all sources are asked for.
    pub unlisted: Vec<UnlistedSource>,
    /// What the target can't hold.
    pub limits: TargetLimits,
}

impl RestorePlan {
    /// Whether there is room for what is not there yet.
    pub fn has_room(&self) -> bool {
        self.needed_bytes <= RESERVE_BYTES || self.needed_bytes <= self.free_bytes
    }
}

/// Says what a restore would do, for a person to decide. Nothing is written.
///
/// # Errors
/// As [`restore`](super::restore), but for [`RestoreError::NotEnoughSpace`]: see [`RestorePlan::has_room`].
pub fn plan_restore(
    volume: &dyn Volume,
    order: &RestoreOrder,
    target: &dyn Target,
    cancel: &Cancel,
) -> Result<RestorePlan, RestoreError> {
    let archive = Archive::open(volume)?;
    let limits = target.limits()?;
    let order = fitted(order, &limits);
    let planned = Planned::of(volume, &archive, &order, limits, cancel)?;
    Ok(planned.count(target, &order, limits, cancel)?.0)
}

/// An order whose names are known.
pub(super) fn fitted(order: &RestoreOrder, limits: &TargetLimits) -> RestoreOrder {
    let names = match (order.names, limits.takes_any_name) {
        (RestoreNames::Fitting, true) => RestoreNames::Exact,
        (RestoreNames::Fitting, false) => RestoreNames::Portable,
        (names, _) => names,
    };
    RestoreOrder {
        names,
        ..order.clone()
    }
}

/// The snapshots that are restored, each with where its files go.
pub(super) struct Planned<'s> {
    pub(super) selections: Vec<Selection<'s>>,
    pub(super) unlisted: Vec<UnlistedSource>,
    /// What is damaged outside of all sources that are restored.
    pub(super) damage: Vec<Damage>,
}

impl<'s> Planned<'s> {
    pub(super) fn of(
        volume: &'s dyn Volume,
        archive: &'s Archive,
        order: &'s RestoreOrder,
        limits: TargetLimits,
        cancel: &Cancel,
    ) -> Result<Self, RestoreError> {
        let rules = Rules {
            by_month: order.layout == RestoreLayout::ByMonth,
            dates: order.dates,
            folder_entries_max: limits.folder_entries_max,
        };
        let is_all = order.from == RestoreFrom::AllSources;
        let mut planned = Self {
            selections: Vec::new(),
            unlisted: Vec::new(),
            damage: archive.damage().to_vec(),
        };
        for part in parts(archive, &order.from, order.names)? {
            stop_if(cancel)?;
            let source_folder = part.published.source_folder.clone();
            let folder = layout::source_folder(&source_folder);
            planned.damage.retain(|it| !is_in(&it.place, &folder));
            let numbered = (planned.selections.len(), part);
            match Selection::of(volume, archive, order, rules, numbered) {
                Ok(selection) => planned.selections.push(selection),
                // The others are restored all the same.
                Err(RestoreError::Unlisted(damage)) if is_all => {
                    planned.unlisted.push(UnlistedSource {
                        source_folder,
                        damage,
                    });
                }
                Err(error) => return Err(error),
            }
        }
        if !is_all {
            planned.damage.clear();
        }
        match planned.unlisted.first() {
            Some(first) if planned.selections.is_empty() => {
                Err(RestoreError::Unlisted(first.damage.clone()))
            }
            _ => Ok(planned),
        }
    }

    /// Counts what is to be done, and begins the parts of the report.
    pub(super) fn count(
        &self,
        target: &dyn Target,
        order: &RestoreOrder,
        limits: TargetLimits,
        cancel: &Cancel,
    ) -> Result<(RestorePlan, Vec<RestoredPart>), RestoreError> {
        let mut plan = RestorePlan {
            files: 0,
            bytes: 0,
            undated_files: 0,
            left_out_undated_files: 0,
            left_out_files: 0,
            needed_bytes: RESERVE_BYTES,
            free_bytes: 0,
            problems: Vec::new(),
            unlisted: self.unlisted.clone(),
            limits,
        };
        let mut reports = Vec::new();
        for selection in &self.selections {
            let mut part = begun(selection);
            selection.each(&mut |wanted| {
                stop_if(cancel)?;
                match wanted.fate {
                    Fate::OtherDays => part.left_out_files += 1,
                    Fate::LeftOutUndated => part.left_out_undated_files += 1,
                    Fate::Restored { is_dated } => {
                        part.files += 1;
                        part.undated_files += u64::from(!is_dated);
                        part.parted_files += u64::from(wanted.is_parted);
                        plan.expect(selection, target, &wanted)?;
                    }
                }
                Ok(())
            })?;
            plan.files += part.files;
            plan.undated_files += part.undated_files;
            plan.left_out_files += part.left_out_files;
            plan.left_out_undated_files += part.left_out_undated_files;
            reports.push(part);
        }
        let left_out_files = plan.left_out_files + plan.left_out_undated_files;
        if plan.files == 0 && left_out_files > 0 {
            let undated_files = plan.left_out_undated_files;
            return Err(RestoreError::NothingInSpan { undated_files });
        }
        if plan.files == 0 && !order.only.is_empty() {
            return Err(RestoreError::NothingThere);
        }
        plan.free_bytes = target.free_bytes()?;
        Ok((plan, reports))
    }
}

impl RestorePlan {
    fn expect(
        &mut self,
        selection: &Selection<'_>,
        target: &dyn Target,
        wanted: &Wanted,
    ) -> Result<(), RestoreError> {
        self.bytes = self.bytes.saturating_add(wanted.size_bytes);
        match look(target, wanted, &self.limits)? {
            Ok(Occupant::Nothing) => {
                let block_bytes = self.block_bytes();
                let blocks = wanted.size_bytes.div_ceil(block_bytes) + 1;
                let bytes = blocks.saturating_mul(block_bytes);
                self.needed_bytes = self.needed_bytes.saturating_add(bytes);
            }
            // What has another length will not be written at all.
            Ok(_) => {}
            Err(reason) => {
                let path = wanted.path.clone();
                self.problems.push(problem(selection, path, reason));
            }
        }
        Ok(())
    }

    fn block_bytes(&self) -> u64 {
        match self.limits.file_system {
            // Clusters of a large disk may be larger than most files.
            TargetFileSystem::Fat | TargetFileSystem::ExFat | TargetFileSystem::Ntfs => {
                self.limits.block_bytes.max(1)
            }
            TargetFileSystem::Linux | TargetFileSystem::Other => BLOCK_BYTES,
        }
    }
}

fn begun(selection: &Selection<'_>) -> RestoredPart {
    let published = selection.part.published;
    let mut damage = damage_of(selection.archive(), published);
    damage.extend(selection.by_manifest.clone());
    RestoredPart {
        source_folder: published.source_folder.clone(),
        snapshot: published.name,
        folder: published.folder.clone(),
        to: selection.part.to(),
        files: 0,
        restored_files: 0,
        restored_bytes: 0,
        mended_files: 0,
        already_files: 0,
        undated_files: 0,
        parted_files: 0,
        left_out_undated_files: 0,
        left_out_files: 0,
        times_not_kept_files: 0,
        problems: Vec::new(),
        damage,
    }
}

pub(super) fn problem(
    selection: &Selection<'_>,
    path: StoredPath,
    reason: RestoreProblemReason,
) -> RestoreProblem {
    RestoreProblem {
        place: selection.place_of(&path),
        path,
        reason,
    }
}

pub(super) fn stop_if(cancel: &Cancel) -> Result<(), RestoreError> {
    if cancel.is_cancelled() {
        return Err(RestoreError::Stopped);
    }
    Ok(())
}

/// What is where a file goes; the inner error says why it can't be there at all.
pub(super) fn look(
    target: &dyn Target,
    wanted: &Wanted,
    limits: &TargetLimits,
) -> Result<Result<Occupant, RestoreProblemReason>, RestoreError> {
    // A name that no file system takes: EINVAL, as they say themselves.
    let errno = 22;
    let Some(to) = &wanted.to else {
        return Ok(Err(RestoreProblemReason::NotTaken { errno }));
    };
    match limits.file_bytes_max {
        Some(max_bytes) if !limits.takes_length(wanted.size_bytes) => {
            return Ok(Err(RestoreProblemReason::TooLong { max_bytes }));
        }
        _ => {}
    }
    match target.look(to) {
        Err(TargetError::Refused { errno }) => Ok(Err(RestoreProblemReason::NotTaken { errno })),
        outcome => Ok(Ok(outcome?)),
    }
}
