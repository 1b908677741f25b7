//! Files that are not believed and asked for once more, when the source does not give them again: what came first is kept.

use heirloom_engine::{ProblemReason, RunError, RunOrder, RunReport, SourceError};
use heirloom_fakes::{FakeFile, FakeSource, FakeVolume};
use heirloom_format::FileRecord;

use crate::doubtful::jpeg;
use crate::kit::{check, check_mirrors, new_archive, order, phone, run, run_as};

const PATH: &str = "Internal shared storage/DCIM/Camera/A.jpg";
/// In memory; on the drive, and there as a long one with notes of its parts.
const SIZES: [usize; 2] = [9_000, 3_000_000];

/// Two photos, and a file that is given a few times and then refused.
fn phone_with(content: Vec<u8>, fetches: u32) -> FakeSource {
    let mut source = phone(1..=2);
    source.files.push(FakeFile {
        failure_after: Some((fetches, SourceError::Refused { code: 0x2002 })),
        ..FakeFile::new(PATH, content, 1_700_400_000)
    });
    source
}

fn without_its_end(size_bytes: usize) -> Vec<u8> {
    let mut content = jpeg(5, size_bytes + 2);
    content.truncate(size_bytes);
    content
}

fn record(volume: &FakeVolume) -> FileRecord {
    let newest = check(volume).pop().expect("a snapshot");
    let mut records = newest.snapshot.files.into_iter();
    records
        .find(|it| it.path.as_str() == PATH)
        .expect("the file")
}

fn reason(report: &RunReport) -> &ProblemReason {
    match &report.problems[..] {
        [problem] if problem.place == PATH => &problem.reason,
        problems => panic!("{problems:?}"),
    }
}

#[test]
fn what_looks_damaged_is_kept_as_suspect() {
    for size_bytes in SIZES {
        let volume = new_archive();
        let mut source = phone_with(without_its_end(size_bytes), 1);
        let report = run(&volume, &mut source).expect("a run");
        assert_eq!(reason(&report).code(), "suspect");
        assert!(report.completeness.is_complete());
        assert_eq!(report.suspect_files, 1);
        assert!(report.safe_to_erase().is_none());
        assert_eq!(source.take_fetched().len(), 4);
        assert_eq!(record(&volume).suspect.as_deref(), Some("no-end"));
        check_mirrors(&volume, &source);
    }
}

#[test]
fn what_has_another_length_is_kept_as_such() {
    for size_bytes in SIZES {
        let volume = new_archive();
        let mut source = phone_with(jpeg(5, size_bytes), 1);
        source.files[2].listed_size_bytes = Some(size_bytes as u64 + 7);
        let report = run(&volume, &mut source).expect("a run");
        assert_eq!(reason(&report).code(), "size-differs");
        assert!(!report.completeness.is_complete());
        assert_eq!(record(&volume).size_bytes, size_bytes as u64);
    }
}

#[test]
fn what_was_not_the_same_the_second_time_is_kept_as_such() {
    let twice = RunOrder {
        reads_twice: true,
        ..order()
    };
    for size_bytes in SIZES {
        // The second reading, which only compares, differs; the third is refused.
        let volume = new_archive();
        let mut source = phone_with(jpeg(5, size_bytes), 2);
        source.files[2].is_unsteady = true;
        let report = run_as(&volume, &mut source, &twice).expect("a run");
        assert_eq!(*reason(&report), ProblemReason::ReadsDiffer);
        assert!(!report.completeness.is_complete());
        assert_eq!(record(&volume).suspect.as_deref(), Some("reads-differ"));
    }
}

#[test]
fn what_is_never_given_is_not_there() {
    let volume = new_archive();
    let mut source = phone_with(jpeg(5, 9_000), 0);
    let report = run(&volume, &mut source).expect("a run");
    assert_eq!(reason(&report).code(), "not-read");
    assert!(!reason(&report).is_archived());
    assert_eq!(check(&volume).pop().expect("a snapshot").files.len(), 2);
}

#[test]
fn without_room_for_two_readings_only_one_is_on_the_drive() {
    let volume = new_archive();
    let size_bytes = SIZES[1];
    let mut source = phone_with(without_its_end(size_bytes), 1);
    volume.limit(60 << 20);
    let report = run(&volume, &mut source).expect("a run");
    assert_eq!(reason(&report).code(), "not-read");
    let published = check(&volume).pop().expect("a snapshot");
    assert_eq!(published.files.len(), 2);
}

#[test]
fn what_was_set_aside_is_not_left_behind() {
    // The phone goes away within the second reading.
    let volume = new_archive();
    let size_bytes = SIZES[1];
    let mut source = phone(1..=2);
    let content = without_its_end(size_bytes);
    source
        .files
        .push(FakeFile::new(PATH, content, 1_700_400_000));
    source.fails_after = Some((size_bytes as u64 + 1_500_000, SourceError::Gone));
    assert_eq!(run(&volume, &mut source), Err(RunError::SourceGone));
    source.reconnect();
    let report = run(&volume, &mut source).expect("a run");
    assert_eq!(reason(&report).code(), "suspect");
    check_mirrors(&volume, &source);
}
