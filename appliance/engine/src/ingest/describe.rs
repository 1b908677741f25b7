//! Puts what a run found into a snapshot's description, and into words for a report.

use std::collections::HashMap;

use heirloom_format::{
    Day, Digest, FORMAT_VERSION, LeftOutRecord, Snapshot, SnapshotName, SourceRecord, Status,
};

use super::choice;
use super::groups::{GroupCounts, Grouping};
use super::holdings::Holdings;
use super::marks::MarkCounts;
use super::media::MediaKind;
use super::notes::Shown;
use super::order::RunOrder;
use super::reconcile::Reconciliation;
use super::report::{Completeness, KindCounts, LeftOutCount, Problem, RunReport};
use super::table::{RowNumber, Table};
use crate::archive::layout;
use crate::{SourceIdentity, SourceKind};

/// A snapshot's description, without its files.
pub(super) fn description(
    order: &RunOrder,
    generation: u32,
    previous_head: Option<Digest>,
    identity: &SourceIdentity,
    reconciliation: &Reconciliation,
    unwanted: &[LeftOutRecord],
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
        choice: choice::record(order.choice),
        left_out: unwanted.to_vec(),
        files: Vec::new(),
    }
}

/// What the files of a snapshot amount to.
#[derive(Default)]
pub(super) struct Census {
    pub(super) files: u64,
    pub(super) bytes: u64,
    kinds: KindCounts,
    groups: GroupCounts,
    marks: MarkCounts,
    first_unix_s: Option<i64>,
    last_unix_s: Option<i64>,
}

impl Census {
    pub(super) fn of(
        table: &Table,
        holdings: &Holdings,
        rows: impl Iterator<Item = RowNumber>,
    ) -> Self {
        let mut census = Self::default();
        let mut grouping = Grouping::default();
        for number in rows {
            let row = table.row(number);
            census.files += 1;
            // A device may state any length for a file that gives less.
            census.bytes = census
                .bytes
                .saturating_add(holdings.size_bytes(table, number));
            let path = row.path_text();
            let shown = Shown::at(&path);
            let notes = holdings.notes(number);
            census.marks.add(&path, &shown, notes);
            // Small copies belong together as what they are of does, and that is counted already.
            if !shown.is_thumbnails() {
                grouping.add(&path, notes.has_film());
            }
            *match MediaKind::from(shown.kind) {
                MediaKind::Photo => &mut census.kinds.photos,
                MediaKind::Video => &mut census.kinds.videos,
                MediaKind::Other => &mut census.kinds.others,
            } += 1;
            if let Some(unix_s) = row.unix_s() {
                let earlier = |first: i64| first.min(unix_s);
                let later = |last: i64| last.max(unix_s);
                census.first_unix_s = Some(census.first_unix_s.map_or(unix_s, earlier));
                census.last_unix_s = Some(census.last_unix_s.map_or(unix_s, later));
            }
        }
        census.groups = grouping.finish();
        census
    }
}

/// What the snapshot itself tells; the rest is zero and empty.
pub(super) fn report(
    order: &RunOrder,
    snapshot: SnapshotName,
    source_folder: &str,
    head: Digest,
    completeness: Completeness,
    census: &Census,
) -> RunReport {
    RunReport {
        snapshot,
        folder: layout::snapshot_folder(source_folder, snapshot).to_string(),
        head,
        source_name: order.source_name.clone(),
        up_to_date: false,
        completeness,
        files: census.files,
        bytes: census.bytes,
        kinds: census.kinds,
        groups: census.groups.clone(),
        marks: census.marks.clone(),
        new_files: 0,
        new_bytes: 0,
        known_content_files: 0,
        resumed_files: 0,
        linked_files: 0,
        gone_but_kept_files: 0,
        first_day: census.first_unix_s.and_then(Day::of_unix_s),
        last_day: census.last_unix_s.and_then(Day::of_unix_s),
        problems: Vec::new(),
        suspect_files: 0,
        left_out: LeftOutCount::default(),
        unwanted: Vec::new(),
        unwanted_thumbnails: 0,
        differences: Vec::new(),
        damage: Vec::new(),
    }
}

/// Files that are gone by path and by content: neither kept, nor moved, nor renamed, nor edited. `gone_by_path` are the contents whose
/// paths are gone, and how many files had them.
pub(super) fn gone(
    mut gone_by_path: HashMap<Digest, u64>,
    holdings: &Holdings,
    rows: impl Iterator<Item = RowNumber>,
) -> u64 {
    for row in rows {
        if gone_by_path.is_empty() {
            break;
        }
        gone_by_path.remove(&holdings.sha256(row));
    }
    gone_by_path.values().sum()
}
