//! Finds out which snapshots can go without any content going with them. Nothing is written.

use std::collections::{HashMap, HashSet};

use heirloom_format::{Digest, FileRecord, SnapshotName};

use super::holdings::{Checked, FileNumber, Holdings};
use super::policy::Policy;
use super::verdict::{Fate, KeepReason, RetentionError, RetentionPlan, Verdict};
use crate::archive::{Archive, Beside, Walk, Walked, files, layout, readable};
use crate::{
    Cancel, Damage, DamageKind, EntryKind, PublishedSnapshot, Volume, VolumeError, VolumePath,
};

/// What of a bag is removed when it is thinned.
pub(super) const REMOVED: [&str; 4] = [
    layout::DATA,
    layout::MANIFEST,
    layout::BAGIT,
    layout::SHARED_TIMES,
];

/// Says what a policy would do. From the oldest snapshot on, one goes if the policy does not want it and all that it holds is in a snapshot that
/// stays: in the same file, or in another one that is read back now and is sound.
///
/// The newest snapshot of each source stays whatever the policy says, and nothing goes while any description can't be read.
///
/// # Errors
/// [`RetentionError`].
pub fn plan_retention(
    volume: &dyn Volume,
    archive: &Archive,
    policy: &Policy,
    cancel: &Cancel,
) -> Result<RetentionPlan, RetentionError> {
    // A name that is no snapshot's hides nothing.
    let in_the_way = |damage: &&Damage| damage.kind != DamageKind::NotASnapshot;
    if let Some(damage) = archive.damage().iter().find(in_the_way) {
        return Err(RetentionError::Damaged(damage.clone()));
    }
    let wishes = wishes(archive, policy);
    let mut planning = Planning {
        volume,
        archive,
        cancel,
        holdings: Holdings::default(),
        stays: vec![true; archive.snapshots().len()],
    };
    if wishes.contains(&None) || !unfinished(volume, archive)?.is_empty() {
        planning.take_stock()?;
    }
    let mut freed_bytes = 0;
    let mut verdicts = Vec::with_capacity(wishes.len());
    for (at, (published, wish)) in archive.snapshots().iter().zip(wishes).enumerate() {
        let fate = match wish {
            Some(reason) => Fate::Kept(reason),
            None => planning.judge(at)?,
        };
        if let Fate::Removed { freed_bytes: freed } = fate {
            freed_bytes += freed;
        }
        verdicts.push(Verdict {
            name: published.name,
            source_folder: published.source_folder.clone(),
            folder: published.folder.clone(),
            fate,
        });
    }
    Ok(RetentionPlan {
        verdicts,
        unfinished: planning.unfinished()?,
        freed_bytes,
    })
}

/// For each published snapshot, why it stays whatever it holds.
fn wishes(archive: &Archive, policy: &Policy) -> Vec<Option<KeepReason>> {
    let mut of_source: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, published) in archive.snapshots().iter().enumerate() {
        of_source
            .entry(&published.source_folder)
            .or_default()
            .push(at);
    }
    let mut reasons = vec![None; archive.snapshots().len()];
    for places in of_source.values() {
        let names: Vec<SnapshotName> = places
            .iter()
            .map(|at| archive.snapshots()[*at].name)
            .collect();
        for (at, wish) in places.iter().zip(policy.wishes(&names)) {
            reasons[*at] = wish.map(KeepReason::from);
        }
        if let Some(newest) = places.last() {
            reasons[*newest].get_or_insert(KeepReason::Newest);
        }
    }
    reasons
}

/// What interrupted thinnings left.
pub(super) fn unfinished<'a>(
    volume: &dyn Volume,
    archive: &'a Archive,
) -> Result<Vec<&'a PublishedSnapshot>, VolumeError> {
    let mut unfinished = Vec::new();
    for thinned in archive.thinned() {
        let entries = readable(volume.list(Some(&thinned.folder)))?.unwrap_or_default();
        if entries.iter().any(|it| REMOVED.contains(&it.name.as_str())) {
            unfinished.push(thinned);
        }
    }
    Ok(unfinished)
}

struct Planning<'p> {
    volume: &'p dyn Volume,
    archive: &'p Archive,
    cancel: &'p Cancel,
    holdings: Holdings,
    /// Which of the published snapshots stay, as far as it is decided.
    stays: Vec<bool>,
}

impl Planning<'_> {
    /// Goes through a snapshot's list and its folder at the same time. Yields what lies there and is not listed.
    fn beside(
        &self,
        published: &PublishedSnapshot,
        each: &mut dyn FnMut(&FileRecord, u64) -> Result<(), RetentionError>,
    ) -> Result<Option<VolumePath>, RetentionError> {
        if self.cancel.is_cancelled() {
            return Err(RetentionError::Stopped);
        }
        let volume = self.volume;
        let mut beside = Beside::of(volume, &published.folder)?;
        let mut not_listed: Option<Walked> = None;
        let mut failed = None;
        let mut one = |file: FileRecord, not_listed: &mut Option<Walked>| {
            let mut note = |walked| {
                not_listed.get_or_insert(walked);
            };
            match beside.find(&file.path, &mut note)? {
                Some(walked) if walked.kind == EntryKind::File => each(&file, walked.file_id),
                Some(walked) => {
                    note(walked);
                    Ok(())
                }
                // What is not there any more is not lost by removing the rest.
                None => Ok(()),
            }
        };
        let described = self
            .archive
            .read_description(volume, published, &mut |file| {
                if failed.is_none() {
                    failed = one(file, &mut not_listed).err();
                }
            })?;
        if let Some(error) = failed {
            return Err(error);
        }
        described.map_err(RetentionError::Damaged)?;
        beside.end(&mut |walked| {
            not_listed.get_or_insert(walked);
        })?;
        let data = published.folder.join(layout::DATA);
        if let Some((prefix, kind)) = beside.unlisted().first() {
            return Err(RetentionError::Damaged(Damage {
                place: match prefix.strip_suffix('/') {
                    Some(folder) => data.join(folder),
                    None => data,
                },
                kind: kind.clone(),
            }));
        }
        Ok(not_listed.map(|walked| data.join(&walked.path)))
    }

    /// Counts the names of all files.
    fn take_stock(&mut self) -> Result<(), RetentionError> {
        let mut holdings = Holdings::default();
        for published in self.archive.snapshots() {
            self.beside(published, &mut |file, file_id| {
                holdings
                    .add_name(file_id, &file.sha256, file.size_bytes)
                    .map_err(|_| {
                        let place = layout::payload(&published.folder, &file.path);
                        RetentionError::Disputed(place)
                    })
            })?;
        }
        self.holdings = holdings;
        Ok(())
    }

    /// Whether a snapshot that nobody wants can go. If so, it is gone for those that are judged after it.
    fn judge(&mut self, at: usize) -> Result<Fate, RetentionError> {
        let published = &self.archive.snapshots()[at];
        let mut holdings = std::mem::take(&mut self.holdings);
        holdings.look_at_another();
        let not_listed = self.beside(published, &mut |_, file_id| {
            holdings.add_name_here(file_id);
            Ok(())
        });
        self.holdings = holdings;
        let kept = match not_listed? {
            Some(place) => Some(KeepReason::NotListed { place }),
            None => match self.only_copy(published)? {
                Some(reason) => Some(reason),
                None => self.damaged_copy(at)?,
            },
        };
        if let Some(reason) = kept {
            return Ok(Fate::Kept(reason));
        }
        let sizes = self.holdings.going().map(|it| self.holdings.size_bytes(it));
        let mut freed_bytes: u64 = sizes.sum();
        for name in REMOVED.into_iter().filter(|name| *name != layout::DATA) {
            let facts = readable(self.volume.facts(&published.folder.join(name)))?;
            freed_bytes += facts.map_or(0, |facts| facts.size_bytes);
        }
        self.holdings.remove_names_here();
        self.stays[at] = false;
        Ok(Fate::Removed { freed_bytes })
    }

    /// Whether content would be nowhere any more.
    fn only_copy(
        &self,
        published: &PublishedSnapshot,
    ) -> Result<Option<KeepReason>, RetentionError> {
        let holdings = &self.holdings;
        let is_only = |number: &FileNumber| {
            let sha256 = holdings.sha256(*number);
            holdings.staying(&sha256).next().is_none()
        };
        let only: HashSet<FileNumber> = holdings.going().filter(is_only).collect();
        if only.is_empty() {
            return Ok(None);
        }
        let mut files = 0;
        let mut first = None;
        self.beside(published, &mut |file, file_id| {
            if holdings
                .number(file_id)
                .is_some_and(|it| only.contains(&it))
            {
                files += 1;
                first.get_or_insert_with(|| file.path.to_string());
            }
            Ok(())
        })?;
        let first = first.unwrap_or_default();
        Ok(Some(KeepReason::OnlyCopy { files, first }))
    }

    /// Reads the other files that hold what would go, until one is sound for each content.
    fn damaged_copy(&mut self, at: usize) -> Result<Option<KeepReason>, RetentionError> {
        let wanted: HashSet<Digest> = self
            .holdings
            .going()
            .map(|number| self.holdings.sha256(number))
            .filter(|sha256| !self.has_sound_copy(sha256))
            .collect();
        if wanted.is_empty() {
            return Ok(None);
        }
        let copies: HashSet<FileNumber> = wanted
            .iter()
            .flat_map(|sha256| self.holdings.staying(sha256))
            .filter(|number| self.holdings.checked(*number) == Checked::NotYet)
            .collect();
        let places = self.places(at, &copies)?;
        let mut damaged: HashMap<Digest, VolumePath> = HashMap::new();
        for (number, place) in places {
            if self.cancel.is_cancelled() {
                return Err(RetentionError::Stopped);
            }
            let sha256 = self.holdings.sha256(number);
            if self.has_sound_copy(&sha256) {
                continue;
            }
            let found = readable(files::read_back_digest(self.volume, &place))?;
            let is_sound = found.is_ok_and(|(found, _)| found == sha256);
            self.holdings.set_checked(
                number,
                match is_sound {
                    true => Checked::Sound,
                    false => Checked::Damaged,
                },
            );
            if !is_sound {
                log::error!("{place} is not what it was when it was archived");
                damaged.insert(sha256, place);
            }
        }
        let without = wanted.iter().find(|sha256| !self.has_sound_copy(sha256));
        Ok(without.map(|sha256| KeepReason::CopyDamaged {
            place: match damaged.remove(sha256) {
                Some(place) => place,
                // It was found damaged when an older snapshot was judged.
                None => self.archive.snapshots()[at].folder.clone(),
            },
        }))
    }

    fn has_sound_copy(&self, sha256: &Digest) -> bool {
        self.holdings
            .staying(sha256)
            .any(|number| self.holdings.checked(number) == Checked::Sound)
    }

    /// One name of each of these files, in a snapshot that stays; sorted, so that a plan is the same each time.
    fn places(
        &self,
        at: usize,
        wanted: &HashSet<FileNumber>,
    ) -> Result<Vec<(FileNumber, VolumePath)>, RetentionError> {
        let mut found: HashMap<FileNumber, VolumePath> = HashMap::new();
        for (other, published) in self.archive.snapshots().iter().enumerate() {
            if other == at || !self.stays[other] || found.len() == wanted.len() {
                continue;
            }
            let mut walk = Walk::of(self.volume, &published.folder)?;
            while let Some(walked) = walk.next()? {
                let number = self.holdings.number(walked.file_id);
                if let Some(number) = number.filter(|number| wanted.contains(number)) {
                    let data = published.folder.join(layout::DATA);
                    found
                        .entry(number)
                        .or_insert_with(|| data.join(&walked.path));
                }
            }
        }
        let mut places: Vec<_> = found.into_iter().collect();
        places.sort_unstable_by(|a, b| a.1.cmp(&b.1));
        Ok(places)
    }

    /// What interrupted thinnings left, if all that it names is in snapshots that stay.
    fn unfinished(&mut self) -> Result<Vec<VolumePath>, RetentionError> {
        self.holdings.look_at_another();
        let mut finished = Vec::new();
        for thinned in unfinished(self.volume, self.archive)? {
            let mut missing = 0;
            let described = self
                .archive
                .read_description(self.volume, thinned, &mut |file| {
                    missing += u64::from(self.holdings.staying(&file.sha256).next().is_none());
                })?;
            match described {
                Ok(_) if missing == 0 => finished.push(thinned.folder.clone()),
                Ok(_) => log::warn!("{}: {missing} files are nowhere else", thinned.folder),
                Err(damage) => return Err(RetentionError::Damaged(damage)),
            }
        }
        Ok(finished)
    }
}
