//! What is to be done with each listed file: a pure function of the listing, the last snapshot and an interrupted run's journal.

use std::collections::HashMap;

use heirloom_format::{FileRecord, StoredPath, TimeRecord};

use super::settle::Settled;

/// A listed file and what is to be done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    pub(super) settled: Settled,
    pub(super) action: Action,
}

/// What is to be done with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// The last snapshot has it, unchanged.
    Link(Box<FileRecord>),
    /// An interrupted run has fetched and verified it.
    Resume(Box<FileRecord>),
    /// It is new or changed, or that can't be told.
    Fetch,
}

/// Decides for each file. `previous` is sorted by path, as every snapshot is; `journal` holds only what is really on the drive.
pub(super) fn plan(
    listed: Vec<Settled>,
    previous: &[FileRecord],
    journal: &HashMap<StoredPath, FileRecord>,
) -> Vec<Planned> {
    let decide = |settled: &Settled| {
        if let Ok(at) = previous.binary_search_by(|record| record.path.cmp(&settled.path))
            && is_unchanged(&previous[at], settled)
        {
            return Action::Link(Box::new(previous[at].clone()));
        }
        match journal.get(&settled.path) {
            Some(record) if is_resumable(record, settled) => {
                Action::Resume(Box::new(record_of(settled, record)))
            }
            _ => Action::Fetch,
        }
    };
    listed
        .into_iter()
        .map(|settled| Planned {
            action: decide(&settled),
            settled,
        })
        .collect()
}

/// Path, length, time and id agree. Without a time, nothing would tell an edit that keeps the length, so it doesn't count.
fn is_unchanged(record: &FileRecord, settled: &Settled) -> bool {
    record.modified.is_some()
        && agrees(record, settled)
        && record.persistent_id == settled.object.persistent_id
}

/// Between an interrupted run and the next attempt, path, length and time are enough.
fn is_resumable(record: &FileRecord, settled: &Settled) -> bool {
    agrees(record, settled)
}

fn agrees(record: &FileRecord, settled: &Settled) -> bool {
    // A file whose length was not as stated is fetched again in each run, in the hope of better.
    record.listed_size_bytes.is_none()
        && record.size_bytes == settled.object.size_bytes
        && record.modified == time_record(settled)
}

/// The journal's digest, and all else as the source says now.
fn record_of(settled: &Settled, journal: &FileRecord) -> FileRecord {
    FileRecord {
        raw_path: settled.raw_path(),
        persistent_id: settled.object.persistent_id.clone(),
        ..journal.clone()
    }
}

pub(super) fn time_record(settled: &Settled) -> Option<TimeRecord> {
    settled.object.modified.as_ref().map(|modified| TimeRecord {
        raw: modified.raw.clone(),
        unix_s: modified.unix_s,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ListedObject, ObjectId, SourceTime};
    use heirloom_format::Digest;

    fn listed() -> Settled {
        let path = StoredPath::parse("Internal/a.jpg").expect("a path");
        Settled {
            path: path.clone(),
            object: ListedObject {
                id: ObjectId(1),
                path,
                size_bytes: 10,
                modified: Some(SourceTime {
                    raw: "20240101T000000".into(),
                    unix_s: Some(1_704_067_200),
                }),
                persistent_id: Some("p1".into()),
            },
        }
    }

    fn record() -> FileRecord {
        FileRecord {
            path: listed().path,
            raw_path: None,
            size_bytes: 10,
            sha256: Digest::of(b"a"),
            modified: time_record(&listed()),
            persistent_id: Some("p1".into()),
            listed_size_bytes: None,
        }
    }

    #[derive(Debug, PartialEq)]
    enum Want {
        Link,
        Resume,
        Fetch,
    }

    type Change = fn(&mut Settled, &mut FileRecord);

    /// What is different from a file that did not change; what to do when the record is the last snapshot's; and the journal's.
    const CASES: &[(&str, Change, Want, Want)] = &[
        ("nothing", |_, _| {}, Want::Link, Want::Resume),
        (
            "length",
            |listed, _| listed.object.size_bytes = 11,
            Want::Fetch,
            Want::Fetch,
        ),
        (
            "time as stated",
            |_, record| record.modified.as_mut().unwrap().raw.push('Z'),
            Want::Fetch,
            Want::Fetch,
        ),
        (
            "time as understood",
            |_, record| record.modified.as_mut().unwrap().unix_s = None,
            Want::Fetch,
            Want::Fetch,
        ),
        (
            "id",
            |listed, _| listed.object.persistent_id = None,
            Want::Fetch,
            Want::Resume,
        ),
        (
            "path",
            |_, record| record.path = record.path.numbered(2),
            Want::Fetch,
            Want::Fetch,
        ),
        (
            "suspect",
            |_, record| record.listed_size_bytes = Some(11),
            Want::Fetch,
            Want::Fetch,
        ),
        (
            "no time on either side",
            |listed, record| {
                listed.object.modified = None;
                record.modified = None;
            },
            Want::Fetch,
            Want::Resume,
        ),
    ];

    #[test]
    fn what_is_done_follows_from_what_agrees() {
        let want = |planned: &[Planned]| match planned[0].action {
            Action::Link(_) => Want::Link,
            Action::Resume(_) => Want::Resume,
            Action::Fetch => Want::Fetch,
        };
        for (what, change, from_snapshot, from_journal) in CASES {
            let (mut listed, mut record) = (listed(), record());
            change(&mut listed, &mut record);
            let planned = plan(
                vec![listed.clone()],
                std::slice::from_ref(&record),
                &HashMap::new(),
            );
            assert_eq!(
                want(&planned),
                *from_snapshot,
                "{what}, in the last snapshot"
            );
            let journal = HashMap::from([(record.path.clone(), record)]);
            assert_eq!(
                want(&plan(vec![listed], &[], &journal)),
                *from_journal,
                "{what}, in the journal"
            );
        }
    }
}
