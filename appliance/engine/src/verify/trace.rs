//! Under which names a damaged file is known, and what is sound in its stead: one more walk through the folders, only when there is damage.

use std::collections::HashMap;

use heirloom_format::Digest;

use super::contents::{Contents, State};
use super::finding::Finding;
use super::suspect::Suspect;
use crate::archive::{Walk, layout};
use crate::{EntryKind, PublishedSnapshot, Volume, VolumeError, VolumePath};

/// A file whose names are looked for.
#[derive(Default)]
struct Traced {
    /// In which snapshot, and where. Of a sound copy, the first one only.
    names: Vec<(usize, VolumePath)>,
    all_names: bool,
}

/// Makes findings of suspects.
pub(super) fn trace(
    volume: &dyn Volume,
    bags: &[PublishedSnapshot],
    contents: &Contents,
    suspects: Vec<Suspect>,
) -> Result<Vec<Finding>, VolumeError> {
    if suspects.is_empty() {
        return Ok(Vec::new());
    }
    let sound = sound_copies(contents, &suspects);
    let mut traced: HashMap<u64, Traced> = HashMap::new();
    for file_id in sound.values() {
        traced.entry(*file_id).or_default();
    }
    for file_id in suspects.iter().filter_map(|suspect| suspect.file_id) {
        traced.entry(file_id).or_default().all_names = true;
    }
    for (bag, published) in bags.iter().enumerate() {
        let mut walk = Walk::of(volume, &published.folder)?;
        while let Some(walked) = walk.next()? {
            if walked.kind == EntryKind::File
                && let Some(it) = traced.get_mut(&walked.file_id)
                && (it.all_names || it.names.is_empty())
            {
                let place = published.folder.join(layout::DATA).join(&walked.path);
                it.names.push((bag, place));
            }
        }
    }
    let finding = |mut suspect: Suspect| {
        let copy = sound
            .get(&suspect.sha256)
            .and_then(|file_id| traced[file_id].names.first());
        if let Some((_, place)) = copy {
            suspect.kind.set_sound_copy(place.clone());
        }
        let own = [(suspect.bag, suspect.place.clone())];
        let names: &[(usize, VolumePath)] = match suspect.file_id {
            Some(file_id) if !traced[&file_id].names.is_empty() => &traced[&file_id].names,
            _ => &own,
        };
        let mut snapshots: Vec<VolumePath> = names
            .iter()
            .map(|(bag, _)| bags[*bag].folder.clone())
            .collect();
        snapshots.dedup();
        let mut places = names.iter().map(|(_, place)| place.clone());
        Finding {
            place: places.next().unwrap_or(suspect.place),
            kind: suspect.kind,
            snapshots,
            other_names: places.collect(),
        }
    };
    Ok(suspects.into_iter().map(finding).collect())
}

/// For each content that a suspect must hold, a sound file that holds it.
fn sound_copies(contents: &Contents, suspects: &[Suspect]) -> HashMap<Digest, u64> {
    let mut wanted: HashMap<Digest, Option<u64>> = suspects
        .iter()
        .map(|suspect| (suspect.sha256, None))
        .collect();
    for (file_id, sha256, state) in contents.iter() {
        if state == State::Sound
            && let Some(found) = wanted.get_mut(sha256)
        {
            found.get_or_insert(file_id);
        }
    }
    wanted
        .into_iter()
        .filter_map(|(sha256, found)| Some((sha256, found?)))
        .collect()
}
