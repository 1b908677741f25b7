//! An archive on a volume: which snapshots it holds, and what is wrong with it.
//!
//! Opening reads one small file for each snapshot. The descriptions, which grow with the library, are read only when they are needed, and
//! then as streams.

mod create;
mod damage;
mod describe;
pub(crate) mod files;
pub(crate) mod layout;
mod open;
mod walk;

pub use damage::{ArchiveError, Damage, DamageKind};
pub(crate) use walk::{Beside, Walk, Walked};

use std::cmp::Ordering;

use heirloom_format::{ArchiveInfo, Digest, SnapshotName, SourceShortId, TAG_FILES};

use crate::{VolumeError, VolumePath};

/// What an archive holds, as it was when it was opened.
#[derive(Clone, Debug)]
pub struct Archive {
    info: ArchiveInfo,
    snapshots: Vec<PublishedSnapshot>,
    /// What is left of those that retention removed.
    thinned: Vec<PublishedSnapshot>,
    /// Above this, no number was ever used; names that are damaged count too.
    highest_generation: u32,
    damage: Vec<Damage>,
    incoming: Vec<String>,
}

/// A snapshot that is in its place, or what retention left of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedSnapshot {
    /// Its generation and its day.
    pub name: SnapshotName,
    /// The name of its source's folder.
    pub source_folder: String,
    /// Where it is.
    pub folder: VolumePath,
    /// The SHA-256 of its tag manifest, whatever is in that. `None` when it can't be read.
    pub head: Option<Digest>,
    /// What its sealed files must hash to, in the order of [`TAG_FILES`]; `None` when the tag manifest does not say.
    sealed: Option<Vec<Digest>>,
}

impl PublishedSnapshot {
    /// The digest that the tag manifest states for a sealed file, such as `snapshot.json`.
    pub(crate) fn sealed(&self, name: &str) -> Option<Digest> {
        let at = TAG_FILES.iter().position(|sealed| *sealed == name)?;
        self.sealed.as_ref()?.get(at).copied()
    }

    /// Whether retention removed it, so that only what describes it is left.
    pub fn is_thinned(&self) -> bool {
        self.folder
            .as_str()
            .split('/')
            .next()
            .is_some_and(|top| top == layout::THINNED)
    }

    fn order(a: &Self, b: &Self) -> Ordering {
        (a.name, &a.source_folder).cmp(&(b.name, &b.source_folder))
    }
}

impl Archive {
    /// What the archive says about itself.
    pub fn info(&self) -> &ArchiveInfo {
        &self.info
    }

    /// Every published snapshot of every source, oldest first. Those that retention removed are not among them.
    pub fn snapshots(&self) -> &[PublishedSnapshot] {
        &self.snapshots
    }

    /// Every snapshot that retention removed and left a description of, oldest first.
    pub fn thinned(&self) -> &[PublishedSnapshot] {
        &self.thinned
    }

    /// Every snapshot that the chain of heads goes through, published or thinned, oldest first.
    pub fn history(&self) -> impl DoubleEndedIterator<Item = &PublishedSnapshot> {
        let mut all: Vec<&PublishedSnapshot> = self.snapshots.iter().chain(&self.thinned).collect();
        all.sort_by(|a, b| PublishedSnapshot::order(a, b));
        all.into_iter()
    }

    /// The newest snapshot of the whole archive.
    pub fn newest(&self) -> Option<&PublishedSnapshot> {
        self.snapshots.last()
    }

    /// The head: what seals the newest snapshot and, through the chain, all before it. `None` for a new archive. Where the newest
    /// snapshot's own can't be read, that of the one before, and the damage is named.
    pub fn head(&self) -> Option<Digest> {
        self.history().rev().find_map(|it| it.head)
    }

    /// The number for the next snapshot; never one that any name in the archive bears. `None` after the four-billionth.
    pub fn next_generation(&self) -> Option<u32> {
        self.highest_generation.checked_add(1)
    }

    /// What is not as it should be.
    pub fn damage(&self) -> &[Damage] {
        &self.damage
    }

    /// The source folders of runs that were interrupted.
    pub fn incoming(&self) -> &[String] {
        &self.incoming
    }

    /// The folder of a source that was archived before, or is being: whatever name it was given then.
    pub fn source_folder(&self, id: &SourceShortId) -> Option<&str> {
        let published = self
            .snapshots
            .iter()
            .rev()
            .map(|it| it.source_folder.as_str());
        published
            .chain(self.incoming.iter().map(String::as_str))
            .find(|folder| id.is_of_folder(folder))
    }

    /// The folders of all sources that are archived, or being, each once: those of the newest snapshots first.
    pub fn source_folders(&self) -> Vec<&str> {
        let published = self.snapshots.iter().rev();
        let mut folders: Vec<&str> = Vec::new();
        for folder in published
            .map(|it| it.source_folder.as_str())
            .chain(self.incoming.iter().map(String::as_str))
        {
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        folders
    }

    /// The snapshots of a source, newest first.
    pub fn of_source<'a>(
        &'a self,
        source_folder: &'a str,
    ) -> impl Iterator<Item = &'a PublishedSnapshot> {
        self.snapshots
            .iter()
            .rev()
            .filter(move |it| it.source_folder == source_folder)
    }
}

/// Tells what is wrong with one file from a drive that is gone.
pub(crate) fn readable<T>(
    result: Result<T, VolumeError>,
) -> Result<Result<T, DamageKind>, VolumeError> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(VolumeError::Missing(_)) => Ok(Err(DamageKind::Missing)),
        Err(VolumeError::Io { errno, .. }) => Ok(Err(DamageKind::Unreadable { errno })),
        Err(error) => Err(error),
    }
}
