//! Which snapshots an order is about, and into which folder of the target each goes.

use heirloom_format::{PortableNames, StoredPath, decode_component};

use super::order::{RestoreError, RestoreFrom, RestoreNames};
use super::target::TargetPath;
use crate::archive::{Archive, PublishedSnapshot, layout};
use crate::{Damage, VolumePath};

/// A snapshot that is restored.
#[derive(Clone, Debug)]
pub(super) struct Part<'a> {
    pub(super) published: &'a PublishedSnapshot,
    /// The folder for it; `None` for the target itself.
    pub(super) top: Option<Vec<u8>>,
}

impl Part<'_> {
    /// The folder for it as a path.
    pub(super) fn to(&self) -> Option<TargetPath> {
        TargetPath::new(vec![self.top.clone()?])
    }
}

/// The snapshots that an order is about: one, or the newest of each source, sorted by the names of their folders.
pub(super) fn parts<'a>(
    archive: &'a Archive,
    from: &RestoreFrom,
    names: RestoreNames,
) -> Result<Vec<Part<'a>>, RestoreError> {
    let (found, place) = match from {
        RestoreFrom::AllSources => return newest_of_all(archive, names),
        RestoreFrom::Snapshot(folder) => {
            let found = archive.snapshots().iter().find(|it| it.folder == *folder);
            (found, folder.clone())
        }
        RestoreFrom::LatestOf(source_folder) => {
            let place = layout::source_folder(source_folder);
            let mut newest_first = archive.snapshots().iter().rev();
            let found = newest_first.find(|it| it.source_folder == *source_folder);
            (found, place)
        }
    };
    // Where a folder can't be read, nobody can say that it is not there.
    let hiding = |damage: &&Damage| is_in(&place, &damage.place);
    let published = match (found, archive.damage().iter().find(hiding)) {
        (Some(published), _) => published,
        (None, Some(damage)) => return Err(RestoreError::Unlisted(damage.clone())),
        (None, None) => return Err(RestoreError::NoSuchSnapshot),
    };
    let top = None;
    Ok(vec![Part { published, top }])
}

fn newest_of_all(archive: &Archive, names: RestoreNames) -> Result<Vec<Part<'_>>, RestoreError> {
    let mut sources: Vec<&str> = archive
        .snapshots()
        .iter()
        .map(|it| it.source_folder.as_str())
        .collect();
    sources.sort_unstable();
    sources.dedup();
    let mut portable = PortableNames::new();
    let parts: Vec<Part<'_>> = sources
        .into_iter()
        .filter_map(|source| {
            let published = archive.of_source(source).next()?;
            let top = Some(match names {
                RestoreNames::Portable => portable_top(&mut portable, source),
                RestoreNames::Exact | RestoreNames::Fitting => exact_top(source),
            });
            Some(Part { published, top })
        })
        .collect();
    match (parts.is_empty(), archive.damage().first()) {
        (false, _) => Ok(parts),
        (true, Some(damage)) => Err(RestoreError::Unlisted(damage.clone())),
        (true, None) => Err(RestoreError::NoSuchSnapshot),
    }
}

fn portable_top(portable: &mut PortableNames, source: &str) -> Vec<u8> {
    match StoredPath::parse(source) {
        Ok(path) => portable.next(&path).into_bytes(),
        Err(_) => source.as_bytes().to_vec(),
    }
}

/// The id in the name keeps all of them apart.
fn exact_top(source: &str) -> Vec<u8> {
    decode_component(source)
        .filter(|name| !name.iter().any(|byte| matches!(byte, b'/' | 0)))
        .unwrap_or_else(|| source.as_bytes().to_vec())
}

/// What is wrong with the snapshots of a source: the newest one may not be the one that it seems to be.
pub(super) fn damage_of(archive: &Archive, published: &PublishedSnapshot) -> Vec<Damage> {
    let folder = layout::source_folder(&published.source_folder);
    let damage = archive.damage().iter();
    damage
        .filter(|damage| is_in(&damage.place, &folder))
        .cloned()
        .collect()
}

/// Whether a path is a folder or in it.
pub(super) fn is_in(path: &VolumePath, folder: &VolumePath) -> bool {
    path.as_str()
        .strip_prefix(folder.as_str())
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
