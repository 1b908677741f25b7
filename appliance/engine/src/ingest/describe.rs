//! What a run says when it is done: in `snapshot.json`, and in its report.

use std::collections::HashSet;

use heirloom_format::{
    Day, Digest, FORMAT_VERSION, FileRecord, Snapshot, SnapshotName, SourceRecord, Status,
    StoredPath,
};

use super::media::{MediaKind, media_kind};
use super::order::RunOrder;
use super::reconcile::Reconciliation;
use super::report::{Completeness, KindCounts, Problem, RunReport};
use crate::archive::layout;
use crate::{SourceIdentity, SourceKind};

/// The description of a new snapshot.
pub(super) fn snapshot(
    order: &RunOrder,
    generation: u32,
    previous_head: Option<Digest>,
    identity: &SourceIdentity,
    reconciliation: &Reconciliation,
    files: Vec<FileRecord>,
) -> Snapshot {
    let kind = match identity.kind {
        SourceKind::Phone => "phone",
        SourceKind::Camera => "camera",
        SourceKind::Folder => "folder",
    };
    Snapshot {
        format_version: FORMAT_VERSION,
        archive_id: order.archive_info.archive_id,
        generation,
        date: order.date,
        previous_head,
        software: order.software.clone(),
        source: SourceRecord {
            kind: kind.to_owned(),
            manufacturer: identity.manufacturer.clone(),
            model: identity.model.clone(),
            serial: identity.serial.clone(),
            name: order.source_name.clone(),
        },
        status: match reconciliation.completeness {
            Completeness::Complete(_) => Status::Complete,
            Completeness::Incomplete => Status::Incomplete,
        },
        problems: reconciliation
            .problems
            .iter()
            .map(Problem::to_record)
            .collect(),
        files,
    }
}

/// What the snapshot itself tells; the rest is zero and empty.
pub(super) fn report(
    order: &RunOrder,
    snapshot: SnapshotName,
    source_folder: &str,
    head: Digest,
    completeness: Completeness,
    files: &[FileRecord],
) -> RunReport {
    let mut kinds = KindCounts::default();
    for file in files {
        *match media_kind(&file.path) {
            MediaKind::Photo => &mut kinds.photos,
            MediaKind::Video => &mut kinds.videos,
            MediaKind::Other => &mut kinds.others,
        } += 1;
    }
    let times = || {
        files
            .iter()
            .filter_map(|file| file.modified.as_ref()?.unix_s)
    };
    RunReport {
        snapshot,
        folder: layout::snapshot_folder(source_folder, snapshot).to_string(),
        head,
        source_name: order.source_name.clone(),
        up_to_date: false,
        completeness,
        files: files.len() as u64,
        bytes: files.iter().map(|file| file.size_bytes).sum(),
        kinds,
        new_files: 0,
        new_bytes: 0,
        known_content_files: 0,
        resumed_files: 0,
        linked_files: 0,
        gone_but_kept_files: 0,
        first_day: times().min().and_then(Day::of_unix_s),
        last_day: times().max().and_then(Day::of_unix_s),
        problems: Vec::new(),
        differences: Vec::new(),
        damage: Vec::new(),
    }
}

/// Files that are gone by path and by content: neither kept, nor moved, nor renamed, nor edited.
pub(super) fn gone(before: &[FileRecord], after: &[FileRecord]) -> u64 {
    let paths: HashSet<&StoredPath> = after.iter().map(|file| &file.path).collect();
    let contents: HashSet<Digest> = after.iter().map(|file| file.sha256).collect();
    let is_gone =
        |file: &&FileRecord| !paths.contains(&file.path) && !contents.contains(&file.sha256);
    before.iter().filter(is_gone).count() as u64
}
