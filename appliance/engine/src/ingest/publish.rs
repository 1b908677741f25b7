//! Seals a bag and puts it in its place.

use std::collections::BTreeSet;

use heirloom_format::{
    BAGIT_TXT, BagInfo, Digest, Manifest, Snapshot, SnapshotName, StoredPath, TagManifest,
};

use super::workspace::Workspace;
use crate::archive::{files, layout};
use crate::{Volume, VolumeError, VolumePath};

/// What Linux calls a drive that loses what it was given (EIO).
pub(super) const EIO: i32 = 5;

/// Writes what stands beside the payload, makes all durable, renames; returns the head.
///
/// Everything of the payload must be verified or linked already. Until the rename the archive is as it was; after it,
/// only `latest` and the workspace may be stale, and the next run puts them right.
pub(super) fn publish(
    volume: &dyn Volume,
    workspace: &Workspace,
    source_folder: &str,
    snapshot: &Snapshot,
) -> Result<Digest, VolumeError> {
    let name = SnapshotName {
        generation: snapshot.generation,
        date: snapshot.date,
    };
    let files = snapshot
        .files
        .iter()
        .map(|file| (file.path.clone(), file.sha256));
    let manifest = Manifest::of(files).expect("settling gave each file a path of its own");
    let info = BagInfo {
        date: snapshot.date,
        payload_bytes: snapshot.files.iter().map(|file| file.size_bytes).sum(),
        payload_files: snapshot.files.len() as u64,
        archive_id: snapshot.archive_id,
        generation: snapshot.generation,
        source_name: snapshot.source.name.clone(),
        software: snapshot.software.clone(),
    };
    let sealed = [
        (layout::BAGIT, BAGIT_TXT.to_owned()),
        (layout::BAG_INFO, info.print()),
        (layout::MANIFEST, manifest.print()),
        (layout::SNAPSHOT, snapshot.print()),
    ];
    let mut tags = Vec::new();
    for (name, text) in sealed {
        let digest = write_verified(volume, &workspace.bag.join(name), text.as_bytes())?;
        let path = StoredPath::from_raw([name]).expect("one component");
        tags.push((path, digest));
    }
    let tags = TagManifest::of(tags).expect("four names").print();
    let head = write_verified(
        volume,
        &workspace.bag.join(layout::TAG_MANIFEST),
        tags.as_bytes(),
    )?;

    for folder in folders(workspace, snapshot) {
        volume.sync_folder(&folder)?;
    }
    volume.flush()?;
    let source = layout::source_folder(source_folder);
    volume.make_folder(&source)?;
    volume.sync_folder(&VolumePath::new(layout::SOURCES))?;
    volume.rename(
        &workspace.bag,
        &layout::snapshot_folder(source_folder, name),
    )?;
    volume.sync_folder(&source)?;
    volume.sync_folder(&workspace.folder)?;
    finish(volume, workspace, source_folder, name)?;
    Ok(head)
}

/// What may be left undone by a power cut right after publishing: points `latest`, and removes the workspace.
pub(super) fn finish(
    volume: &dyn Volume,
    workspace: &Workspace,
    source_folder: &str,
    newest: SnapshotName,
) -> Result<(), VolumeError> {
    let source = layout::source_folder(source_folder);
    volume.point(&source.join(layout::LATEST), &newest.to_string())?;
    volume.sync_folder(&source)?;
    workspace.discard(volume)?;
    volume.flush()
}

fn write_verified(
    volume: &dyn Volume,
    path: &VolumePath,
    bytes: &[u8],
) -> Result<Digest, VolumeError> {
    let digest = Digest::of(bytes);
    for _ in 0..2 {
        volume.remove(path)?;
        files::write_durable(volume, path, bytes)?;
        match files::read_back_digest(volume, path) {
            Ok((found, _)) if found == digest => return Ok(digest),
            Ok((found, _)) => log::error!("{path}: wrote {digest}, read back {found}"),
            Err(error @ VolumeError::Io { .. }) => log::error!("reading back: {error}"),
            Err(error) => return Err(error),
        }
    }
    Err(VolumeError::Io {
        path: path.clone(),
        errno: EIO,
    })
}

/// Every folder of the bag, innermost first.
fn folders(workspace: &Workspace, snapshot: &Snapshot) -> Vec<VolumePath> {
    let mut below: BTreeSet<&str> = BTreeSet::new();
    for file in &snapshot.files {
        for folder in file.path.folders() {
            if !below.insert(folder) {
                break;
            }
        }
    }
    let below = below.iter().rev().map(|folder| workspace.data.join(folder));
    below
        .chain([
            workspace.data.clone(),
            workspace.bag.clone(),
            workspace.folder.clone(),
        ])
        .collect()
}
