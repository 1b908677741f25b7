//! Opening: one small file is read for each snapshot, and what is not as it should be is collected.

use heirloom_format::{ArchiveInfo, Digest, SnapshotName, TagManifest};

use super::{Archive, ArchiveError, DamageKind, PublishedSnapshot, files, layout, readable};
use crate::{Entry, EntryKind, Volume, VolumeError, VolumePath};

impl Archive {
    /// Reads what is there. Damage is collected, and is no error.
    ///
    /// # Errors
    /// [`ArchiveError`], when it is not an archive, or one that can't be understood, or the drive fails altogether.
    pub fn open(volume: &dyn Volume) -> Result<Self, ArchiveError> {
        let archive_json = VolumePath::new(layout::ARCHIVE_JSON);
        let bytes = match files::read_small(volume, &archive_json)? {
            Ok(bytes) => bytes,
            Err(DamageKind::Missing) => return Err(ArchiveError::NotAnArchive),
            Err(DamageKind::Unreadable { errno }) => {
                let path = archive_json;
                return Err(VolumeError::Io { path, errno }.into());
            }
            Err(_) => return Err(ArchiveError::InfoDamaged),
        };
        let mut archive = Self {
            info: ArchiveInfo::parse(&bytes)?,
            snapshots: Vec::new(),
            thinned: Vec::new(),
            highest_generation: 0,
            damage: Vec::new(),
            incoming: Vec::new(),
        };
        archive.snapshots = archive.scan(volume, layout::SOURCES)?;
        archive.thinned = archive.scan(volume, layout::THINNED)?;
        let history: Vec<&PublishedSnapshot> = archive.history().collect();
        let repeated: Vec<VolumePath> = history
            .windows(2)
            .filter(|pair| pair[0].name.generation == pair[1].name.generation)
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

    /// The snapshots below `sources/` or `thinned/`, sorted by generation.
    fn scan(
        &mut self,
        volume: &dyn Volume,
        top: &str,
    ) -> Result<Vec<PublishedSnapshot>, VolumeError> {
        let top = VolumePath::new(top);
        let is_thinned = top.as_str() == layout::THINNED;
        let mut found = Vec::new();
        for source in self.names(volume, &top, is_thinned)? {
            let folder = top.join(&source.name);
            if source.kind != EntryKind::Folder {
                self.note(folder, DamageKind::NotASnapshot);
                continue;
            }
            for entry in self.names(volume, &folder, false)? {
                // `latest` moves with nothing to `thinned/`; there, it is a name like any other.
                if is_thinned || entry.name != layout::LATEST {
                    let place = folder.join(&entry.name);
                    found.extend(self.look_at(volume, &source.name, place, &entry)?);
                }
            }
        }
        found.sort_by(PublishedSnapshot::order);
        Ok(found)
    }

    fn note(&mut self, place: VolumePath, kind: DamageKind) {
        log::warn!("{place} {kind}");
        self.damage.push(super::Damage { place, kind });
    }

    /// The names in a folder that must be there, unless it `may_be_missing`; none and a note where it isn't.
    fn names(
        &mut self,
        volume: &dyn Volume,
        folder: &VolumePath,
        may_be_missing: bool,
    ) -> Result<Vec<Entry>, VolumeError> {
        match readable(volume.list(Some(folder)))? {
            Ok(entries) => Ok(entries),
            Err(DamageKind::Missing) if may_be_missing => Ok(Vec::new()),
            Err(kind) => {
                self.note(folder.clone(), kind);
                Ok(Vec::new())
            }
        }
    }

    fn look_at(
        &mut self,
        volume: &dyn Volume,
        source: &str,
        folder: VolumePath,
        entry: &Entry,
    ) -> Result<Option<PublishedSnapshot>, VolumeError> {
        self.highest_generation = self.highest_generation.max(leading_number(&entry.name));
        let name: SnapshotName = match entry.name.parse() {
            Ok(name) if entry.kind == EntryKind::Folder => name,
            _ => {
                self.note(folder, DamageKind::NotASnapshot);
                return Ok(None);
            }
        };
        let tag_manifest = folder.join(layout::TAG_MANIFEST);
        let mut published = PublishedSnapshot {
            name,
            source_folder: source.to_owned(),
            folder,
            head: None,
            sealed: None,
        };
        match files::read_small(volume, &tag_manifest)? {
            Err(kind) => self.note(tag_manifest, kind),
            Ok(bytes) => {
                published.head = Some(Digest::of(&bytes));
                match sealed(&bytes) {
                    Ok(digests) => published.sealed = Some(digests),
                    Err(kind) => self.note(tag_manifest, kind),
                }
            }
        }
        Ok(Some(published))
    }
}

/// The digests that a tag manifest states, in the order of [`TAG_FILES`](heirloom_format::TAG_FILES).
fn sealed(tag_manifest: &[u8]) -> Result<Vec<Digest>, DamageKind> {
    let tags = TagManifest::parse(tag_manifest).map_err(DamageKind::Manifest)?;
    Ok(tags.iter().map(|(_, digest)| *digest).collect())
}

/// The number that a name begins with; 0 without one, or when it is too large to have been ours.
fn leading_number(name: &str) -> u32 {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    name[..digits].parse().unwrap_or(0)
}
