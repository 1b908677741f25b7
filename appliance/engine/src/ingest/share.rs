//! Content that the archive holds already is stored once: the new copy, verified, gives way to a hard link.

use std::collections::BTreeSet;

use super::copied::Verified;
use super::workspace::Workspace;
use crate::archive::{ContentIndex, Damage, DamageKind, files, readable};
use crate::{Volume, VolumeError, VolumePath};

/// Knows what the archive holds, and what this run added to it.
pub(super) struct Sharing<'a> {
    index: ContentIndex,
    bag: usize,
    workspace: &'a Workspace,
    /// Content that should be there and isn't, or is something else.
    pub(super) damage: Vec<Damage>,
}

impl<'a> Sharing<'a> {
    pub(super) fn new(mut index: ContentIndex, workspace: &'a Workspace) -> Self {
        let bag = index.add_bag(workspace.bag.clone());
        Self {
            index,
            bag,
            workspace,
            damage: Vec::new(),
        }
    }

    /// Makes a verified file of this run known.
    pub(super) fn know(&mut self, record: &heirloom_format::FileRecord) {
        let unix_s = record
            .modified
            .as_ref()
            .and_then(|modified| modified.unix_s);
        self.index
            .put(record.sha256, unix_s, self.bag, record.path.clone());
    }

    /// Replaces those files by links whose content is known, and makes the others known; returns how many were replaced.
    pub(super) fn share(
        &mut self,
        volume: &dyn Volume,
        files: &[Verified],
    ) -> Result<u64, VolumeError> {
        let mut folders = BTreeSet::new();
        let mut shared_files = 0;
        for verified in files {
            if self.replace(volume, verified)? {
                shared_files += 1;
                folders.extend(self.place(verified).parent());
            } else {
                self.know(verified.record());
            }
        }
        for folder in &folders {
            volume.sync_folder(folder)?;
        }
        Ok(shared_files)
    }

    fn place(&self, verified: &Verified) -> VolumePath {
        self.workspace.data.join(verified.path().as_str())
    }

    fn replace(&mut self, volume: &dyn Volume, verified: &Verified) -> Result<bool, VolumeError> {
        let record = verified.record();
        let Some((bag, existing)) = self.index.get(record.sha256, verified.unix_s()) else {
            return Ok(false);
        };
        // A good copy must not give way to one that the years have damaged. What this run wrote was read back a moment ago.
        if bag != self.bag && !self.is_sound(volume, &existing, record)? {
            return Ok(false);
        }
        // The link has its name before the copy loses it, so that no step leaves less than there was.
        let link = &self.workspace.link;
        match volume.link(&existing, link) {
            Ok(()) => {}
            Err(VolumeError::TooManyLinks | VolumeError::Missing(_)) => return Ok(false),
            Err(error) => return Err(error),
        }
        let place = self.place(verified);
        volume.remove(&place)?;
        volume.rename(link, &place)?;
        Ok(true)
    }

    fn is_sound(
        &mut self,
        volume: &dyn Volume,
        existing: &VolumePath,
        record: &heirloom_format::FileRecord,
    ) -> Result<bool, VolumeError> {
        let kind = match readable(files::read_back_digest(volume, existing))? {
            Ok((sha256, _)) if sha256 == record.sha256 => return Ok(true),
            Ok(_) => DamageKind::DigestDiffers,
            Err(kind) => kind,
        };
        log::error!("{existing} {kind}");
        self.damage.push(Damage {
            place: existing.clone(),
            kind,
        });
        Ok(false)
    }
}
