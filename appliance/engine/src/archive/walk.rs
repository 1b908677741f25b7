//! A snapshot's payload as it lies on the drive, one file after the other.

use heirloom_format::StoredPath;

use super::{DamageKind, layout, readable};
use crate::{Entry, EntryKind, Volume, VolumeError, VolumePath};

/// Walks through `data/` in the order in which manifests and descriptions list files: by the bytes of whole paths. Holds the listings of
/// the folders that it is in, and no more.
pub(crate) struct Walk<'v> {
    volume: &'v dyn Volume,
    data: VolumePath,
    /// From the outermost folder to the one that it is in: what its names begin with, and those that are still to come.
    stack: Vec<(String, std::vec::IntoIter<Entry>)>,
    unlisted: Vec<(String, DamageKind)>,
}

/// Something in `data/` that is no folder.
#[derive(Clone, Debug)]
pub(crate) struct Walked {
    /// Below `data/`. Whoever tampered with the drive may have chosen it.
    pub(crate) path: String,
    pub(crate) kind: EntryKind,
    pub(crate) file_id: u64,
}

impl<'v> Walk<'v> {
    /// Begins at the top of a snapshot's payload.
    pub(crate) fn of(volume: &'v dyn Volume, bag: &VolumePath) -> Result<Self, VolumeError> {
        let mut walk = Self {
            volume,
            data: bag.join(layout::DATA),
            stack: Vec::new(),
            unlisted: Vec::new(),
        };
        walk.enter(String::new())?;
        Ok(walk)
    }

    /// The next one, if there is one.
    pub(crate) fn next(&mut self) -> Result<Option<Walked>, VolumeError> {
        while let Some((prefix, names)) = self.stack.last_mut() {
            match names.next() {
                None => {
                    self.stack.pop();
                }
                Some(entry) => {
                    let path = format!("{prefix}{}", entry.name);
                    if entry.kind != EntryKind::Folder {
                        return Ok(Some(Walked {
                            path,
                            kind: entry.kind,
                            file_id: entry.file_id,
                        }));
                    }
                    self.enter(path + "/")?;
                }
            }
        }
        Ok(None)
    }

    fn enter(&mut self, prefix: String) -> Result<(), VolumeError> {
        let folder = match prefix.strip_suffix('/') {
            Some(below) => self.data.join(below),
            None => self.data.clone(),
        };
        match readable(self.volume.list(Some(&folder)))? {
            Err(kind) => self.unlisted.push((prefix, kind)),
            Ok(mut entries) => {
                // A path is sorted as a whole, so that of a folder ends in its slash.
                let key = |entry: &Entry| {
                    let end = (entry.kind == EntryKind::Folder).then_some(b'/');
                    entry.name.bytes().chain(end).collect::<Vec<u8>>()
                };
                let is_sorted = entries.is_sorted_by_key(key);
                if !is_sorted {
                    entries.sort_by_cached_key(key);
                }
                self.stack.push((prefix, entries.into_iter()));
            }
        }
        Ok(())
    }

    /// The folders that could not be listed so far: what the paths in them begin with, and why. The payload's top begins with nothing.
    pub(crate) fn unlisted(&self) -> &[(String, DamageKind)] {
        &self.unlisted
    }
}

/// A list of files, in the order of their paths, beside what lies in the folder.
pub(crate) struct Beside<'v> {
    walk: Walk<'v>,
    ahead: Option<Walked>,
}

impl<'v> Beside<'v> {
    pub(crate) fn of(volume: &'v dyn Volume, bag: &VolumePath) -> Result<Self, VolumeError> {
        let mut walk = Walk::of(volume, bag)?;
        let ahead = walk.next()?;
        Ok(Self { walk, ahead })
    }

    /// What lies where the next file of the list must be. What lies before it and is not listed is handed to `added`.
    pub(crate) fn find(
        &mut self,
        path: &StoredPath,
        added: &mut dyn FnMut(Walked),
    ) -> Result<Option<Walked>, VolumeError> {
        while let Some(walked) = self.ahead.take_if(|it| it.path.as_str() < path.as_str()) {
            added(walked);
            self.ahead = self.walk.next()?;
        }
        let found = self.ahead.take_if(|it| it.path == path.as_str());
        if found.is_some() {
            self.ahead = self.walk.next()?;
        }
        Ok(found)
    }

    /// The list is at its end: what is left is handed to `added`.
    pub(crate) fn end(&mut self, added: &mut dyn FnMut(Walked)) -> Result<(), VolumeError> {
        while let Some(walked) = self.ahead.take() {
            added(walked);
            self.ahead = self.walk.next()?;
        }
        Ok(())
    }

    pub(crate) fn unlisted(&self) -> &[(String, DamageKind)] {
        self.walk.unlisted()
    }
}
