//! What is to be done with each listed file: it follows from the listing, the last snapshot and an interrupted run's journal.

use std::collections::HashMap;

use heirloom_format::{Digest, FileRecord, Snapshot, SnapshotName};

use super::choice::is_wanted;
use super::holdings::{Holdings, State};
use super::order::RunOrder;
use super::row::Row;
use super::suspicion::READS_DIFFER;
use super::table::{RowNumber, Table};
use crate::archive::{Archive, Damage};
use crate::{Volume, VolumeError, VolumePath};

/// The last snapshot of the source that can be read, compared with the listing.
pub(super) struct Previous {
    pub(super) folder: VolumePath,
    pub(super) name: SnapshotName,
    /// Without its files.
    pub(super) snapshot: Snapshot,
    pub(super) files: u64,
    /// Contents whose paths the listing has no more, and how often.
    pub(super) gone: HashMap<Digest, u64>,
}

/// Reads the last snapshot that can be read, and plans links for what it has unchanged, unless everything is to be read.
pub(super) fn plan_links(
    volume: &dyn Volume,
    archive: &Archive,
    source_folder: &str,
    table: &Table,
    order: &RunOrder,
    damage: &mut Vec<Damage>,
) -> Result<(Holdings, Option<Previous>), VolumeError> {
    for published in archive.of_source(source_folder) {
        let mut holdings = Holdings::nothing_of(table);
        let mut gone = HashMap::new();
        let mut files = 0;
        // Both are sorted, so the next one is mostly where the last one was found.
        let mut hint = 0;
        let read = archive.read_description(volume, published, &mut |record| {
            files += 1;
            match table.find(record.path.as_str(), hint) {
                // What is no longer wanted is not gone.
                None if !is_wanted(order.choice, record.path.as_str()) => {}
                None => *gone.entry(record.sha256).or_insert(0) += 1,
                Some(number) => {
                    hint = number + 1;
                    if !order.read_all && is_unchanged(&record, &table.row(number)) {
                        holdings.hold(number, State::Link, &record);
                    }
                }
            }
        })?;
        match read {
            Ok(snapshot) => {
                let previous = Previous {
                    folder: published.folder.clone(),
                    name: published.name,
                    snapshot,
                    files,
                    gone,
                };
                return Ok((holdings, Some(previous)));
            }
            // What was read of it counts for nothing.
            Err(found) if damage.contains(&found) => {}
            Err(found) => damage.push(found),
        }
    }
    Ok((Holdings::nothing_of(table), None))
}

/// Whether the newest snapshot of a folder that can be read has any file of the listing, so that it is the same device's. Where nothing speaks
/// against it, it is.
pub(super) fn shows_the_same_device(
    volume: &dyn Volume,
    archive: &Archive,
    source_folder: &str,
    table: &Table,
) -> Result<bool, VolumeError> {
    for published in archive.of_source(source_folder) {
        let (mut files, mut same, mut hint) = (0_u64, false, 0);
        let read = archive.read_description(volume, published, &mut |record| {
            files += 1;
            if let Some(number) = table.find(record.path.as_str(), hint) {
                hint = number + 1;
                same |= table.row(number).has_length_and_time_of(&record);
            }
        })?;
        // Damage is told by whoever reads it for what it holds.
        if read.is_ok() {
            return Ok(same || files == 0 || table.len() == 0);
        }
    }
    Ok(true)
}

/// Path, length, time and id agree. Without a time, nothing would tell an edit that keeps the length, so it doesn't count.
fn is_unchanged(record: &FileRecord, row: &Row<'_>) -> bool {
    record.modified.is_some() && agrees(record, row) && record.persistent_id == row.persistent_id()
}

/// Between an interrupted run and the next attempt, path, length and time are enough.
pub(super) fn is_resumable(record: &FileRecord, row: &Row<'_>) -> bool {
    agrees(record, row)
}

fn agrees(record: &FileRecord, row: &Row<'_>) -> bool {
    // A file whose length was not as stated, or that was not the same when it was read twice, is fetched again in each run, in the hope of better.
    record.listed_size_bytes.is_none()
        && record.suspect.as_deref() != Some(READS_DIFFER)
        && row.has_length_and_time_of(record)
}

/// The files to be fetched, by path.
pub(super) fn to_fetch(table: &Table, holdings: &Holdings) -> Vec<RowNumber> {
    table
        .numbers()
        .filter(|row| holdings.state(*row) == State::Fetch)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ListedObject, ObjectId, SourceTime};
    use heirloom_format::{StoredPath, TimeRecord};

    fn listed() -> ListedObject {
        ListedObject {
            id: ObjectId(1),
            path: StoredPath::parse("Internal/a.jpg").expect("a path"),
            size_bytes: 10,
            modified: Some(SourceTime {
                raw: "20240101T000000".into(),
                unix_s: Some(1_704_067_200),
            }),
            persistent_id: Some("p1".into()),
            is_stated_heif: false,
        }
    }

    fn record() -> FileRecord {
        FileRecord {
            path: listed().path,
            raw_path: None,
            size_bytes: 10,
            sha256: Digest::of(b"a"),
            modified: Some(TimeRecord {
                raw: "20240101T000000".into(),
                unix_s: Some(1_704_067_200),
            }),
            persistent_id: Some("p1".into()),
            listed_size_bytes: None,
            suspect: None,
            marks: Vec::new(),
            shared_time: false,
        }
    }

    #[test]
    fn whatever_differs_is_fetched() {
        type Change = fn(&mut ListedObject, &mut FileRecord);
        // What is changed, whether it still counts as unchanged, and whether an interrupted run's copy is still good.
        let cases: &[(&str, Change, bool, bool)] = &[
            ("nothing", |_, _| {}, true, true),
            ("length", |listed, _| listed.size_bytes = 11, false, false),
            (
                "raw time",
                |listed, _| {
                    if let Some(modified) = &mut listed.modified {
                        modified.raw.push('Z');
                    }
                },
                false,
                false,
            ),
            (
                "interpreted time",
                |listed, _| {
                    if let Some(modified) = &mut listed.modified {
                        modified.unix_s = None;
                    }
                },
                false,
                false,
            ),
            (
                "no time in either",
                |listed, record| {
                    listed.modified = None;
                    record.modified = None;
                },
                false,
                true,
            ),
            ("id", |listed, _| listed.persistent_id = None, false, true),
            (
                "a length that was not as stated",
                |_, record| record.listed_size_bytes = Some(9),
                false,
                false,
            ),
            (
                "reads that differ",
                |_, record| record.suspect = Some("reads-differ".into()),
                false,
                false,
            ),
            (
                "damaged on the source",
                |_, record| record.suspect = Some("no-end".into()),
                true,
                true,
            ),
        ];
        for (what, change, unchanged, resumable) in cases {
            let (mut object, mut record) = (listed(), record());
            change(&mut object, &mut record);
            let mut table = Table::default();
            assert!(table.push(&object));
            table.settle();
            let row = table.row(0);
            assert_eq!(is_unchanged(&record, &row), *unchanged, "{what}");
            assert_eq!(is_resumable(&record, &row), *resumable, "{what}");
        }
    }
}
