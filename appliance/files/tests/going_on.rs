//! A run of a real folder into a real folder that is stopped within a long file, and the run after it.
#![forbid(unsafe_code)]

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use heirloom_engine::{
    Archive, Cancel, LongFiles, MediaChoice, Progress, RunError, RunOrder, RunReport, ingest,
};
use heirloom_files::{FolderSource, FolderVolume};
use heirloom_format::{ArchiveId, ArchiveInfo, SigningKey};

const LONG_BYTES: usize = 40_000_000;

fn info(key: &SigningKey) -> ArchiveInfo {
    let created = "2026-11-22".parse().expect("a day");
    ArchiveInfo::new(
        ArchiveId::from_bytes([7; 16]),
        "test",
        created,
        key.public_key(),
    )
}

/// Runs, and stops when so many bytes came; returns where the fetch of the long file began.
fn run(top: &Path, stop_at_bytes: Option<u64>) -> (Result<RunReport, RunError>, Option<u64>) {
    let order = RunOrder {
        archive_info: info(&SigningKey::from_seed([1; 32], [2; 8])),
        source_name: "card".to_owned(),
        date: "2026-11-22".parse().expect("a day"),
        read_all: false,
        software: "heirloom 0.1.0".to_owned(),
        choice: MediaChoice::Everything,
        reads_twice: false,
        long_files: LongFiles {
            from_bytes: 1 << 20,
            note_every_bytes: 4 << 20,
        },
    };
    let cancel = Cancel::new();
    let begun_at = Mutex::new(None);
    let watch = |progress| match progress {
        Progress::Moved { bytes } if stop_at_bytes.is_some_and(|stop| bytes >= stop) => {
            cancel.cancel();
        }
        Progress::Fetching {
            path, from_byte, ..
        } if path.ends_with("long.mp4") => {
            *begun_at.lock().expect("no panic") = Some(from_byte);
        }
        _ => {}
    };
    let mut source = FolderSource::open(&top.join("DCIM"), Some("card")).expect("a source");
    let volume = Arc::new(FolderVolume::new(top.join("archive"), None));
    let outcome = ingest(&mut source, volume, &order, &watch, &cancel);
    (outcome, begun_at.into_inner().expect("no panic"))
}

#[test]
fn a_stopped_run_goes_on_within_a_long_file() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let top = folder.path();
    for name in ["DCIM", "archive"] {
        fs::create_dir(top.join(name)).expect("a folder");
    }
    let content: Vec<u8> = (0..LONG_BYTES)
        .map(|at| (at * 31 + at / 251) as u8)
        .collect();
    fs::write(top.join("DCIM/a photo.jpg"), b"a photo").expect("a photo");
    fs::write(top.join("DCIM/long.mp4"), &content).expect("a video");
    let key = SigningKey::from_seed([1; 32], [2; 8]);
    let volume = FolderVolume::new(top.join("archive"), None);
    Archive::create(&volume, &info(&key), &key).expect("an archive");

    let (outcome, begun_at) = run(top, Some(7_000_000));
    assert_eq!(
        (outcome.err(), begun_at),
        (Some(RunError::Stopped), Some(0))
    );
    let (outcome, begun_at) = run(top, Some(9_000_000));
    assert_eq!(outcome.err(), Some(RunError::Stopped));
    assert!(begun_at >= Some(6_000_000), "{begun_at:?}");
    let (outcome, begun_at) = run(top, None);
    let report = outcome.expect("a run");
    assert!(begun_at >= Some(14_000_000), "{begun_at:?}");
    assert!(report.completeness.is_complete(), "{:?}", report.problems);
    assert_eq!((report.files, report.resumed_files), (2, 1));
    let stored = top
        .join("archive")
        .join(&report.folder)
        .join("data/DCIM/long.mp4");
    assert!(fs::read(stored).expect("the video") == content);
}
