//! Content that is there already is stored once: the new copy, verified, gives way to a hard link.

use std::collections::{BTreeMap, HashSet};

use heirloom_format::Digest;

use super::copied::{Verified, side_by_side};
use super::holdings::{Holdings, State};
use super::known::{KnownContent, Place};
use super::table::Table;
use super::workspace::Workspace;
use crate::archive::{Damage, DamageKind, files, layout, readable};
use crate::{Volume, VolumeError, VolumePath};

/// Knows what the archive holds, and what this run added to it.
pub(super) struct Sharing<'a> {
    pub(super) known: KnownContent,
    pub(super) table: &'a Table,
    pub(super) workspace: &'a Workspace,
    /// The snapshot that unchanged files were linked from.
    pub(super) previous: Option<&'a VolumePath>,
    /// Content that should be there and isn't, or is something else.
    pub(super) damage: Vec<Damage>,
}

impl Sharing<'_> {
    /// Takes verified files into the bag, as links where their content is there already; returns how many those are.
    pub(super) fn take(
        &mut self,
        volume: &dyn Volume,
        batch: &[Verified],
        holdings: &mut Holdings,
    ) -> Result<u64, VolumeError> {
        let damaged = self.damaged_among(volume, batch, holdings)?;
        let mut shared_files = 0;
        for verified in batch {
            match self.replace(volume, verified, &damaged, holdings)? {
                Some(shared_time) => {
                    holdings.verified(verified, shared_time, self.table);
                    shared_files += 1;
                }
                None => {
                    holdings.verified(verified, false, self.table);
                    self.known.put(verified.row(), holdings);
                }
            }
        }
        Ok(shared_files)
    }

    /// A good copy must not give way to one that the years have damaged: what older snapshots hold of this content is read back, as many
    /// files at once as the drive likes. What this run wrote was read back a moment ago.
    fn damaged_among(
        &mut self,
        volume: &dyn Volume,
        batch: &[Verified],
        holdings: &Holdings,
    ) -> Result<HashSet<VolumePath>, VolumeError> {
        let mut old: BTreeMap<VolumePath, Digest> = BTreeMap::new();
        for verified in batch {
            let known = self.known.get(verified.sha256(), self.table, holdings);
            if let Some(first_stored) = known.and_then(|it| self.old_place(&it.place, holdings)) {
                old.insert(first_stored, verified.sha256());
            }
        }
        let old: Vec<(VolumePath, Digest)> = old.into_iter().collect();
        let digest_of =
            |(place, _): &(VolumePath, Digest)| readable(files::read_back_digest(volume, place));
        let found = side_by_side(volume.reads_at_once(), &old, &digest_of);
        let mut damaged = HashSet::new();
        for ((place, sha256), found) in old.into_iter().zip(found) {
            let kind = match found? {
                Ok((found, _)) if found == sha256 => continue,
                Ok(_) => DamageKind::DigestDiffers,
                Err(kind) => kind,
            };
            log::error!("{place} {kind}");
            let damage = Damage {
                place: place.clone(),
                kind,
            };
            if !self.damage.contains(&damage) {
                self.damage.push(damage);
            }
            damaged.insert(place);
        }
        Ok(damaged)
    }

    /// Where an older snapshot has it; nothing where this run, or an interrupted one, brought it.
    fn old_place(&self, place: &Place, holdings: &Holdings) -> Option<VolumePath> {
        match place {
            Place::Snapshot(existing) => Some(existing.clone()),
            Place::Bag(row) if holdings.state(*row) == State::Linked => {
                let path = self.table.row(*row).path();
                self.previous.map(|bag| layout::payload(bag, &path))
            }
            Place::Bag(_) => None,
        }
    }

    /// Replaces the new copy by a link; says whether the stored file's time may be another's, and nothing where the copy stays.
    fn replace(
        &self,
        volume: &dyn Volume,
        verified: &Verified,
        damaged: &HashSet<VolumePath>,
        holdings: &Holdings,
    ) -> Result<Option<bool>, VolumeError> {
        let Some(known) = self.known.get(verified.sha256(), self.table, holdings) else {
            return Ok(None);
        };
        let old_place = self.old_place(&known.place, holdings);
        if old_place.is_some_and(|place| damaged.contains(&place)) {
            return Ok(None);
        }
        let existing = match known.place {
            Place::Bag(row) => self.workspace.place(&self.table.row(row)),
            Place::Snapshot(existing) => existing,
        };
        // The link has its name before the copy loses it, so that no step leaves less than there was.
        let link = &self.workspace.link;
        match volume.link(&existing, link) {
            Ok(()) => {}
            Err(VolumeError::TooManyLinks | VolumeError::Missing(_)) => return Ok(None),
            Err(error) => return Err(error),
        }
        let row = self.table.row(verified.row());
        volume.replace(link, &self.workspace.place(&row))?;
        Ok(Some(known.unix_s.is_none() || known.unix_s != row.unix_s()))
    }
}
