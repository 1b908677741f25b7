//! Which content the archive holds already, and where.
//!
//! Hard links share one modification time. So content counts as held only together with its time, to the second; the same content
//! with another time is stored a second time.

use std::collections::HashMap;

use heirloom_format::{Digest, StoredPath};

use super::{Archive, Damage, layout};
use crate::{Volume, VolumeError, VolumePath};

/// Content and time, to a file that has them.
#[derive(Debug, Default)]
pub(crate) struct ContentIndex {
    bags: Vec<VolumePath>,
    files: HashMap<(Digest, Option<i64>), (usize, StoredPath)>,
}

impl ContentIndex {
    /// Reads the descriptions of all snapshots. Those that can't be read are told, and only cost space.
    pub(crate) fn of(
        volume: &dyn Volume,
        archive: &Archive,
        damage: &mut Vec<Damage>,
    ) -> Result<Self, VolumeError> {
        let mut index = Self::default();
        // Newest first, so that what is found lies where the fewest years have gnawed at it.
        for published in archive.snapshots().iter().rev() {
            match archive.load(volume, published)? {
                Err(found) if damage.contains(&found) => {}
                Err(found) => damage.push(found),
                Ok(snapshot) => {
                    let bag = index.add_bag(published.folder.clone());
                    for file in snapshot.files {
                        let unix_s = file.modified.and_then(|modified| modified.unix_s);
                        index
                            .files
                            .entry((file.sha256, unix_s))
                            .or_insert((bag, file.path));
                    }
                }
            }
        }
        Ok(index)
    }

    /// Makes a bag known; the number is for [`ContentIndex::put`].
    pub(crate) fn add_bag(&mut self, bag: VolumePath) -> usize {
        self.bags.push(bag);
        self.bags.len() - 1
    }

    /// From now on, this is where that content is found.
    pub(crate) fn put(
        &mut self,
        digest: Digest,
        unix_s: Option<i64>,
        bag: usize,
        path: StoredPath,
    ) {
        self.files.insert((digest, unix_s), (bag, path));
    }

    /// In which bag a content of that time is, and where on the volume.
    pub(crate) fn get(&self, digest: Digest, unix_s: Option<i64>) -> Option<(usize, VolumePath)> {
        let (bag, path) = self.files.get(&(digest, unix_s))?;
        Some((*bag, layout::payload(&self.bags[*bag], path)))
    }
}
