//! An archive on a volume: which snapshots it holds, and what is wrong with it.
//!
//! Opening reads one small file for each snapshot. The descriptions, which grow with the library, are read only when they are needed.

mod damage;
pub(crate) mod files;
mod index;
pub(crate) mod layout;

pub use damage::{ArchiveError, Damage, DamageKind};
pub(crate) use index::ContentIndex;

use heirloom_format::{
    ArchiveInfo, Digest, Snapshot, SnapshotName, SourceShortId, UntrustedManifest, readme,
};

use crate::{Entry, EntryKind, Volume, VolumeError, VolumePath};

/// What an archive holds, as it was when it was opened.
#[derive(Clone, Debug)]
pub struct Archive {
    info: ArchiveInfo,
    snapshots: Vec<PublishedSnapshot>,
    /// Above this, no number was ever used; names that are damaged count too.
    highest_generation: u32,
    damage: Vec<Damage>,
    incoming: Vec<String>,
}

/// A snapshot that is in its place.
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
    /// What its description must hash to; `None` when the tag manifest can't be read.
    snapshot_json: Option<Digest>,
}

impl Archive {
    /// Makes an archive on a volume without one. Interrupted, it leaves a volume that this can be called on again.
    ///
    /// # Errors
    /// [`ArchiveError::AlreadyAnArchive`], [`ArchiveError::Volume`].
    pub fn create(volume: &dyn Volume, info: &ArchiveInfo) -> Result<Self, ArchiveError> {
        let archive_json = VolumePath::new(layout::ARCHIVE_JSON);
        if files::exists(volume, &archive_json)? {
            return Err(ArchiveError::AlreadyAnArchive);
        }
        let readme_txt = VolumePath::new(layout::README);
        let incoming = VolumePath::new(layout::INCOMING);
        let draft = incoming.join(layout::ARCHIVE_JSON);
        volume.remove(&readme_txt)?;
        volume.remove(&draft)?;
        volume.make_folder(&VolumePath::new(layout::SOURCES))?;
        volume.make_folder(&incoming)?;
        files::write_durable(volume, &readme_txt, readme(info).as_bytes())?;
        files::write_durable(volume, &draft, info.print().as_bytes())?;
        volume.flush()?;
        // With this name, and not before, the volume is an archive.
        volume.rename(&draft, &archive_json)?;
        volume.flush()?;
        Self::open(volume)
    }

    /// Reads what is there. Damage is collected, and is no error.
    ///
    /// # Errors
    /// [`ArchiveError`], when it is not an archive, or one that can't be understood, or the drive fails altogether.
    pub fn open(volume: &dyn Volume) -> Result<Self, ArchiveError> {
        let bytes = match files::read_whole(volume, &VolumePath::new(layout::ARCHIVE_JSON)) {
            Err(VolumeError::Missing(_)) => return Err(ArchiveError::NotAnArchive),
            bytes => bytes?,
        };
        let mut archive = Self {
            info: ArchiveInfo::parse(&bytes)?,
            snapshots: Vec::new(),
            highest_generation: 0,
            damage: Vec::new(),
            incoming: Vec::new(),
        };
        let sources = VolumePath::new(layout::SOURCES);
        for source in archive.names(volume, &sources)? {
            let folder = sources.join(&source.name);
            if source.kind != EntryKind::Folder {
                archive.note(folder, DamageKind::NotASnapshot);
                continue;
            }
            for entry in archive.names(volume, &folder)? {
                if entry.name != layout::LATEST {
                    archive.add(volume, &source.name, &entry)?;
                }
            }
        }
        archive
            .snapshots
            .sort_by(|a, b| (a.name, &a.source_folder).cmp(&(b.name, &b.source_folder)));
        let same = |pair: &&[PublishedSnapshot]| pair[0].name.generation == pair[1].name.generation;
        let repeated: Vec<VolumePath> = archive
            .snapshots
            .windows(2)
            .filter(same)
            .map(|pair| pair[1].folder.clone())
            .collect();
        for folder in repeated {
            archive.note(folder, DamageKind::SameGeneration);
        }
        // Made on demand, so it may be missing.
        match volume.list(Some(&VolumePath::new(layout::INCOMING))) {
            Ok(entries) => archive.incoming = entries.into_iter().map(|entry| entry.name).collect(),
            Err(VolumeError::Missing(_)) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(archive)
    }

    /// What the archive says about itself.
    pub fn info(&self) -> &ArchiveInfo {
        &self.info
    }

    /// Every published snapshot of every source, oldest first.
    pub fn snapshots(&self) -> &[PublishedSnapshot] {
        &self.snapshots
    }

    /// The newest snapshot of the whole archive.
    pub fn newest(&self) -> Option<&PublishedSnapshot> {
        self.snapshots.last()
    }

    /// The head: what seals the newest snapshot and, through the chain, all before it. `None` for a new archive. Where the newest
    /// snapshot's own can't be read, that of the one before, and the damage is named.
    pub fn head(&self) -> Option<Digest> {
        self.snapshots.iter().rev().find_map(|it| it.head)
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

    /// Reads a snapshot's description, and holds it to the seal. The inner result says what is wrong with it.
    ///
    /// # Errors
    /// When the drive fails altogether.
    pub fn load(
        &self,
        volume: &dyn Volume,
        published: &PublishedSnapshot,
    ) -> Result<Result<Snapshot, Damage>, VolumeError> {
        let place = published.folder.join(layout::SNAPSHOT);
        let damaged = |kind| {
            Ok(Err(Damage {
                place: place.clone(),
                kind,
            }))
        };
        let bytes = match readable(files::read_whole(volume, &place))? {
            Ok(bytes) => bytes,
            Err(kind) => return damaged(kind),
        };
        if published.snapshot_json != Some(Digest::of(&bytes)) {
            return damaged(DamageKind::DigestDiffers);
        }
        match Snapshot::parse(&bytes) {
            Ok(snapshot) if snapshot.generation != published.name.generation => {
                damaged(DamageKind::Description)
            }
            Ok(snapshot) => Ok(Ok(snapshot)),
            Err(error) => {
                log::warn!("{place}: {error}");
                damaged(error.into())
            }
        }
    }

    fn note(&mut self, place: VolumePath, kind: DamageKind) {
        log::warn!("{place} {kind}");
        self.damage.push(Damage { place, kind });
    }

    /// The names in a folder that must be there; none and a note where it isn't.
    fn names(
        &mut self,
        volume: &dyn Volume,
        folder: &VolumePath,
    ) -> Result<Vec<Entry>, VolumeError> {
        Ok(readable(volume.list(Some(folder)))?.unwrap_or_else(|kind| {
            self.note(folder.clone(), kind);
            Vec::new()
        }))
    }

    fn add(&mut self, volume: &dyn Volume, source: &str, entry: &Entry) -> Result<(), VolumeError> {
        self.highest_generation = self.highest_generation.max(leading_number(&entry.name));
        let folder = layout::source_folder(source).join(&entry.name);
        let name: SnapshotName = match entry.name.parse() {
            Ok(name) if entry.kind == EntryKind::Folder => name,
            _ => {
                self.note(folder, DamageKind::NotASnapshot);
                return Ok(());
            }
        };
        let tag_manifest = folder.join(layout::TAG_MANIFEST);
        let mut published = PublishedSnapshot {
            name,
            source_folder: source.to_owned(),
            folder,
            head: None,
            snapshot_json: None,
        };
        match readable(files::read_whole(volume, &tag_manifest))? {
            Err(kind) => self.note(tag_manifest, kind),
            Ok(bytes) => {
                published.head = Some(Digest::of(&bytes));
                match UntrustedManifest::parse(&bytes).and_then(UntrustedManifest::validate_tags) {
                    Err(error) => self.note(tag_manifest, DamageKind::Manifest(error)),
                    Ok(tags) => {
                        for name in layout::SEALED {
                            if tags.digest(name).is_none() {
                                self.note(published.folder.join(name), DamageKind::Missing);
                            }
                        }
                        published.snapshot_json = tags.digest(layout::SNAPSHOT).copied();
                    }
                }
            }
        }
        self.snapshots.push(published);
        Ok(())
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

/// The number that a name begins with; 0 without one, or when it is too large to have been ours.
fn leading_number(name: &str) -> u32 {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    name[..digits].parse().unwrap_or(0)
}
