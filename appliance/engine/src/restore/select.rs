//! Which files are restored, and under which names.

use heirloom_format::{Digest, FileRecord, PortableNames, StoredPath, TimeRecord};

use super::order::{RestoreError, RestoreFrom, RestoreNames, RestoreOrder};
use super::target::TargetPath;
use crate::archive::{Archive, PublishedSnapshot, layout, readable};
use crate::{Damage, Volume, VolumePath};

/// A file to be restored.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// Below `data/`.
    pub(super) path: StoredPath,
    /// `None` when no target takes such a name.
    pub(super) to: Option<TargetPath>,
    pub(super) sha256: Digest,
    pub(super) size_bytes: u64,
    /// What its time must be, in seconds since 1970, UTC.
    pub(super) unix_s: Option<i64>,
}

/// A snapshot and what tells its files.
pub(super) struct Selection<'s> {
    volume: &'s dyn Volume,
    archive: &'s Archive,
    order: &'s RestoreOrder,
    pub(super) published: &'s PublishedSnapshot,
    /// The description is damaged: the manifest has to do, and times are those of the stored files.
    pub(super) by_manifest: Option<Damage>,
}

/// The snapshot that an order is about.
fn find<'a>(
    archive: &'a Archive,
    from: &'a RestoreFrom,
) -> Result<&'a PublishedSnapshot, RestoreError> {
    let (found, place) = match from {
        RestoreFrom::Snapshot(folder) => {
            let found = archive.snapshots().iter().find(|it| it.folder == *folder);
            (found, folder.clone())
        }
        RestoreFrom::LatestOf(source_folder) => {
            let place = layout::source_folder(source_folder);
            (archive.of_source(source_folder).next(), place)
        }
    };
    // Where a folder can't be read, nobody can say that it is not there.
    let hiding = |damage: &&Damage| is_in(&place, &damage.place);
    match (found, archive.damage().iter().find(hiding)) {
        (Some(published), _) => Ok(published),
        (None, Some(damage)) => Err(RestoreError::Unlisted(damage.clone())),
        (None, None) => Err(RestoreError::NoSuchSnapshot),
    }
}

/// Whether a path is a folder or in it.
pub(super) fn is_in(path: &VolumePath, folder: &VolumePath) -> bool {
    path.as_str()
        .strip_prefix(folder.as_str())
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl<'s> Selection<'s> {
    /// Goes through the files once, to find out which list can be read. What `each` was told counts only if this comes back.
    pub(super) fn plan(
        volume: &'s dyn Volume,
        archive: &'s Archive,
        order: &'s RestoreOrder,
        each: &mut dyn FnMut(Wanted) -> Result<(), RestoreError>,
    ) -> Result<Self, RestoreError> {
        let mut selection = Self {
            volume,
            archive,
            order,
            published: find(archive, &order.from)?,
            by_manifest: None,
        };
        // Through once for nothing: no file of a damaged list is looked at.
        let published = selection.published;
        if let Err(damage) = archive.read_description(volume, published, &mut |_| {})? {
            log::warn!("{} {}: the manifest is used", damage.place, damage.kind);
            if let Err(damage) = archive.read_manifest(volume, published, &mut |_, _| {})? {
                return Err(RestoreError::Unlisted(damage));
            }
            selection.by_manifest = Some(damage);
        }
        selection.each(each)?;
        Ok(selection)
    }

    /// Every file that is asked for, in the order of stored paths. Stops at an error of `each`.
    pub(super) fn each(
        &self,
        each: &mut dyn FnMut(Wanted) -> Result<(), RestoreError>,
    ) -> Result<(), RestoreError> {
        let mut portable = PortableNames::new();
        let mut failed = None;
        let mut one = |file: FileRecord| {
            // Names depend on all files, those too that are not asked for.
            let names = match self.order.names {
                RestoreNames::Exact => file.exact_path(),
                RestoreNames::Portable => {
                    let path = portable.next(&file.path);
                    path.split('/').map(|it| it.as_bytes().to_vec()).collect()
                }
            };
            if failed.is_none() && self.is_asked_for(&file.path) {
                let modified = file.modified.as_ref();
                failed = each(Wanted {
                    to: TargetPath::new(names),
                    sha256: file.sha256,
                    size_bytes: file.size_bytes,
                    unix_s: modified.and_then(|modified| modified.unix_s),
                    path: file.path,
                })
                .err();
            }
        };
        let damage = if self.by_manifest.is_none() {
            let read = self
                .archive
                .read_description(self.volume, self.published, &mut one)?;
            read.err()
        } else {
            let mut drive_failed = None;
            let read =
                self.archive
                    .read_manifest(self.volume, self.published, &mut |sha256, path| match self
                        .record(path, sha256)
                    {
                        Ok(file) => one(file),
                        Err(error) => drive_failed = Some(error),
                    })?;
            if let Some(error) = drive_failed {
                return Err(error);
            }
            read.err()
        };
        match (failed, damage) {
            (Some(error), _) => Err(error),
            // It could be read a moment ago.
            (None, Some(damage)) => Err(RestoreError::Unlisted(damage)),
            (None, None) => Ok(()),
        }
    }

    /// What can be said of a file that only the manifest names.
    fn record(&self, path: StoredPath, sha256: Digest) -> Result<FileRecord, RestoreError> {
        let place = layout::payload(&self.published.folder, &path);
        let facts = readable(self.volume.facts(&place))?.ok();
        Ok(FileRecord {
            path,
            raw_path: None,
            // What can't be asked can't be read either; that is told when it is tried.
            size_bytes: facts.map_or(0, |facts| facts.size_bytes),
            sha256,
            modified: facts.map(|facts| TimeRecord {
                raw: facts.modified_unix_s.to_string(),
                unix_s: Some(facts.modified_unix_s),
            }),
            persistent_id: None,
            shared_time: false,
            listed_size_bytes: None,
            suspect: None,
        })
    }

    fn is_asked_for(&self, path: &StoredPath) -> bool {
        let only = &self.order.only;
        let is_below = |folder: &StoredPath| {
            path.as_str()
                .strip_prefix(folder.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        only.is_empty() || only.iter().any(is_below)
    }
}
