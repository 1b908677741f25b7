//! `.incoming/<source>/`: where a snapshot grows until it is published, and what an interrupted run left there.

use std::collections::{HashMap, HashSet};

use heirloom_format::{FileRecord, StoredPath};

use super::journal;
use crate::archive::layout;
use crate::{Entry, EntryKind, Volume, VolumeError, VolumePath};

/// The places of one run.
#[derive(Clone, Debug)]
pub(super) struct Workspace {
    /// `.incoming/<source>`
    pub(super) folder: VolumePath,
    /// `.incoming/<source>/bag`
    pub(super) bag: VolumePath,
    /// `.incoming/<source>/bag/data`
    pub(super) data: VolumePath,
    /// A name for a link on its way to replace a file.
    pub(super) link: VolumePath,
}

impl Workspace {
    pub(super) fn of(source_folder: &str) -> Self {
        let folder = VolumePath::new(layout::INCOMING).join(source_folder);
        let bag = folder.join("bag");
        Self {
            data: bag.join(layout::DATA),
            link: folder.join("link"),
            bag,
            folder,
        }
    }

    /// Names at the workspace's top; none when there is no workspace.
    pub(super) fn entries(&self, volume: &dyn Volume) -> Result<Vec<Entry>, VolumeError> {
        list(volume, &self.folder)
    }

    /// What an interrupted run verified, as far as it is still there with its length.
    pub(super) fn resumable(
        &self,
        volume: &dyn Volume,
    ) -> Result<HashMap<StoredPath, FileRecord>, VolumeError> {
        let mut records = journal::read(volume, &self.folder, &self.entries(volume)?)?;
        let mut lost = Vec::new();
        for record in records.values() {
            match volume.size_bytes(&layout::payload(&self.bag, &record.path)) {
                Ok(size_bytes) if size_bytes == record.size_bytes => {}
                // Missing, cut or unreadable: fetched again.
                Ok(_) | Err(VolumeError::Missing(_) | VolumeError::Io { .. }) => {
                    lost.push(record.path.clone());
                }
                Err(error) => return Err(error),
            }
        }
        for path in lost {
            records.remove(&path);
        }
        Ok(records)
    }

    /// Removes all but the journal and the files to be kept, and makes what a run needs.
    pub(super) fn prepare(
        &self,
        volume: &dyn Volume,
        keep: &HashSet<&str>,
    ) -> Result<(), VolumeError> {
        for entry in self.entries(volume)? {
            if entry.name != "bag" && !journal::is_segment(&entry.name) {
                volume.remove(&self.folder.join(&entry.name))?;
            }
        }
        for entry in list(volume, &self.bag)? {
            if entry.name != layout::DATA {
                volume.remove(&self.bag.join(&entry.name))?;
            }
        }
        let mut keep_folders = HashSet::new();
        for path in keep {
            keep_folders.extend(path.match_indices('/').map(|(at, _)| &path[..at]));
        }
        remove_others(volume, &self.data, "", keep, &keep_folders)?;
        volume.make_folder(&self.data)?;
        for folder in [&self.bag, &self.folder, &VolumePath::new(layout::INCOMING)] {
            volume.sync_folder(folder)?;
        }
        Ok(())
    }

    /// Removes the workspace: what was in it is published, or of no use.
    pub(super) fn discard(&self, volume: &dyn Volume) -> Result<(), VolumeError> {
        volume.remove(&self.folder)?;
        volume.sync_folder(&VolumePath::new(layout::INCOMING))
    }
}

fn remove_others(
    volume: &dyn Volume,
    folder: &VolumePath,
    below: &str,
    keep: &HashSet<&str>,
    keep_folders: &HashSet<&str>,
) -> Result<(), VolumeError> {
    for entry in list(volume, folder)? {
        let path = format!("{below}{}", entry.name);
        let place = folder.join(&entry.name);
        match entry.kind {
            EntryKind::File if keep.contains(path.as_str()) => {}
            EntryKind::Folder if keep_folders.contains(path.as_str()) => {
                remove_others(volume, &place, &format!("{path}/"), keep, keep_folders)?;
            }
            _ => volume.remove(&place)?,
        }
    }
    Ok(())
}

fn list(volume: &dyn Volume, folder: &VolumePath) -> Result<Vec<Entry>, VolumeError> {
    match volume.list(Some(folder)) {
        Err(VolumeError::Missing(_)) => Ok(Vec::new()),
        entries => entries,
    }
}

/// Folders below `data/`: made once, and made durable before a file in them is called verified.
pub(super) struct Folders {
    top: VolumePath,
    made: HashSet<String>,
    durable: HashSet<String>,
}

impl Folders {
    pub(super) fn below(top: VolumePath) -> Self {
        Self {
            top,
            made: HashSet::new(),
            durable: HashSet::new(),
        }
    }

    /// Makes the folder of a file.
    pub(super) fn make_for(
        &mut self,
        volume: &dyn Volume,
        path: &StoredPath,
    ) -> Result<(), VolumeError> {
        if let Some(folder) = path.folders().next()
            && !self.made.contains(folder)
        {
            volume.make_folder(&self.top.join(folder))?;
            self.made.extend(path.folders().map(str::to_owned));
        }
        Ok(())
    }

    /// Makes the folder of a file, and its name and those of all above it durable.
    pub(super) fn make_durable_for(
        &mut self,
        volume: &dyn Volume,
        path: &StoredPath,
    ) -> Result<(), VolumeError> {
        self.make_for(volume, path)?;
        let mut fresh: Vec<&str> = path
            .folders()
            .filter(|folder| !self.durable.contains(*folder))
            .collect();
        fresh.reverse();
        for folder in fresh {
            match folder.rsplit_once('/') {
                Some((parent, _)) => volume.sync_folder(&self.top.join(parent))?,
                None => volume.sync_folder(&self.top)?,
            }
            self.durable.insert(folder.to_owned());
        }
        Ok(())
    }
}
