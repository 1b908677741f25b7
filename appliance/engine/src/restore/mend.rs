//! Where else in the archive the content of a damaged file may be.

use std::collections::{HashMap, HashSet};

use heirloom_format::{Digest, StoredPath};

use crate::archive::{Archive, layout, readable};
use crate::{EntryKind, PublishedSnapshot, Volume, VolumeError, VolumePath};

/// For each content, the files of the archive that should hold it, each once whatever number of names it has.
///
/// Goes through the descriptions of all snapshots, newest first. One that can't be read has nothing to offer; that is no damage of what is
/// restored, and a check of the archive tells it.
pub(super) fn copies(
    volume: &dyn Volume,
    archive: &Archive,
    wanted: &HashSet<Digest>,
) -> Result<HashMap<Digest, Vec<VolumePath>>, VolumeError> {
    let mut copies: HashMap<Digest, Vec<VolumePath>> = HashMap::new();
    let mut seen = HashSet::new();
    for published in archive.snapshots().iter().rev() {
        for (sha256, place) in named(volume, archive, published, wanted)? {
            if let Some(file_id) = file_id(volume, &place)?
                && seen.insert(file_id)
            {
                copies.entry(sha256).or_default().push(place);
            }
        }
    }
    Ok(copies)
}

fn named(
    volume: &dyn Volume,
    archive: &Archive,
    published: &PublishedSnapshot,
    wanted: &HashSet<Digest>,
) -> Result<Vec<(Digest, VolumePath)>, VolumeError> {
    let mut named = Vec::new();
    let mut note = |sha256: Digest, path: &StoredPath| {
        if wanted.contains(&sha256) {
            named.push((sha256, layout::payload(&published.folder, path)));
        }
    };
    let described = archive.read_description(volume, published, &mut |file| {
        note(file.sha256, &file.path);
    })?;
    // What a damaged list said is of no harm here: every copy is hashed before it is taken.
    if described.is_err() {
        let listed = archive.read_manifest(volume, published, &mut |sha256, path| {
            note(sha256, &path);
        })?;
        if let Err(damage) = listed {
            log::warn!(
                "{} {}: nothing is looked for there",
                damage.place,
                damage.kind
            );
        }
    }
    Ok(named)
}

/// Which file a name stands for; `None` when it is not there, or is no file.
fn file_id(volume: &dyn Volume, place: &VolumePath) -> Result<Option<u64>, VolumeError> {
    let (Some(folder), Some((_, name))) = (place.parent(), place.as_str().rsplit_once('/')) else {
        return Ok(None);
    };
    let entries = readable(volume.list(Some(&folder)))?.unwrap_or_default();
    let found = entries
        .iter()
        .find(|entry| entry.name == name && entry.kind == EntryKind::File);
    Ok(found.map(|entry| entry.file_id))
}
