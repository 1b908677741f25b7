//! Runs that read the source twice: what comes must be the same.

use heirloom_engine::{Problem, ProblemReason, RunError, RunOrder, SourceError};
use heirloom_format::Status;

use crate::doubtful::jpeg;
use crate::kit::{check, check_mirrors, new_archive, order, phone, photo, run, run_as};

fn twice() -> RunOrder {
    RunOrder {
        reads_twice: true,
        ..order()
    }
}

/// The same, with a bit changed in its middle.
fn changed(mut content: Vec<u8>) -> Vec<u8> {
    let middle = content.len() / 2;
    content[middle] ^= 1;
    content
}

#[test]
fn what_is_the_same_twice_is_not_named() {
    let volume = new_archive();
    let mut source = phone(1..=3);
    let report = run_as(&volume, &mut source, &twice()).expect("a run");
    assert!(report.safe_to_erase().is_some());
    assert_eq!(report.problems, []);
    let mut fetched = source.take_fetched();
    assert_eq!(fetched.len(), 6);
    fetched.dedup();
    assert_eq!(fetched.len(), 3, "one after the other");
    check_mirrors(&volume, &source);
    // What is not fetched is not read.
    let report = run_as(&volume, &mut source, &twice()).expect("a second run");
    assert!(report.up_to_date);
    assert_eq!(source.take_fetched().len(), 0);
}

#[test]
fn other_bytes_once_are_made_good() {
    for size_bytes in [9_000, 3_000_000] {
        for spoilt_read in [0, 1] {
            let volume = new_archive();
            let mut source = phone(1..=2);
            let content = jpeg(5, size_bytes);
            let mut instead = vec![content.clone(); spoilt_read];
            instead.push(changed(content.clone()));
            source.files[0].content = content;
            source.files[0].instead = instead.into();
            let report = run_as(&volume, &mut source, &twice()).expect("a run");
            assert_eq!(report.problems, []);
            assert!(report.safe_to_erase().is_some());
            assert_eq!(source.take_fetched().len(), 4 + 2, "anew, and twice");
            check_mirrors(&volume, &source);
        }
    }
}

#[test]
fn other_bytes_each_time_are_named_and_fetched_again_by_the_next_run() {
    for size_bytes in [9_000, 3_000_000] {
        let volume = new_archive();
        let mut source = phone(1..=2);
        source.files[0].content = jpeg(5, size_bytes);
        source.files[0].is_unsteady = true;
        let expected = Problem {
            place: photo(1).path.join("/"),
            reason: ProblemReason::ReadsDiffer,
        };
        let report = run_as(&volume, &mut source, &twice()).expect("a run");
        assert_eq!(report.problems, [expected]);
        assert!(!report.completeness.is_complete());
        assert!(report.safe_to_erase().is_none());
        let published = check(&volume).pop().expect("a snapshot");
        assert_eq!(published.snapshot.status, Status::Incomplete);
        assert_eq!(published.files.len(), 2, "it is archived all the same");
        let word = published.snapshot.files[0].suspect.as_deref();
        assert_eq!(word, Some("reads-differ"));

        // Nothing of it is believed later, even by a run that does not read twice.
        source.files[0].is_unsteady = false;
        source.take_fetched();
        let report = run(&volume, &mut source).expect("a second run");
        assert_eq!((report.linked_files, source.take_fetched().len()), (1, 1));
        assert!(report.safe_to_erase().is_some());
        check_mirrors(&volume, &source);
    }
}

#[test]
fn what_is_damaged_in_another_way_each_time_is_not_blamed_on_the_device_alone() {
    let mut cut = jpeg(5, 9_000);
    cut.truncate(4_500);
    let zeros = vec![0; 4_500];
    for (first, order, differs) in [
        (cut.clone(), order(), false),
        (cut.clone(), twice(), false),
        (zeros, order(), true),
        // In the same way, with other bytes: only who reads twice knows it.
        (changed(cut.clone()), order(), false),
        (changed(cut.clone()), twice(), true),
    ] {
        let volume = new_archive();
        let mut source = phone(1..=2);
        source.files[0].content = cut.clone();
        source.files[0].instead = [first].into();
        let report = run_as(&volume, &mut source, &order).expect("a run");
        let [problem] = &report.problems[..] else {
            panic!("{:?}", report.problems)
        };
        assert_eq!(problem.reason == ProblemReason::ReadsDiffer, differs);
        assert_eq!(problem.reason.code() == "suspect", !differs);
        assert_eq!(report.completeness.is_complete(), !differs);
        assert_eq!(report.suspect_files, 1);
        assert!(report.safe_to_erase().is_none());
        check_mirrors(&volume, &source);
    }
}

#[test]
fn an_interrupted_run_does_not_forget_that_reads_differed() {
    let volume = new_archive();
    let mut source = phone(1..=2);
    source.files[0].is_unsteady = true;
    source.fails_after = Some((4 * 3_001 + 10, SourceError::Gone));
    assert_eq!(
        run_as(&volume, &mut source, &twice()),
        Err(RunError::SourceGone)
    );
    source.reconnect();
    source.files[0].is_unsteady = false;
    let report = run_as(&volume, &mut source, &twice()).expect("a run");
    assert_eq!((report.resumed_files, report.new_files), (0, 2));
    assert!(report.safe_to_erase().is_some());
    check_mirrors(&volume, &source);
}

#[test]
fn a_long_file_that_is_gone_on_with_is_compared_as_a_whole() {
    for (is_spoilt, begun_at) in [(false, &[3_000_000, 0][..]), (true, &[3_000_000, 0, 0, 0])] {
        let volume = new_archive();
        let mut source = phone(1..=1);
        let content = jpeg(5, 5_000_000);
        source.files[0].content = content.clone();
        source.fails_after = Some((3_000_000, SourceError::Gone));
        assert_eq!(
            run_as(&volume, &mut source, &twice()),
            Err(RunError::SourceGone)
        );
        source.reconnect();
        source.take_fetched();
        if is_spoilt {
            // The byte that differs is in the part that the drive has.
            source.files[0].instead = [changed(content)].into();
        }
        let report = run_as(&volume, &mut source, &twice()).expect("a run");
        assert_eq!(report.problems, []);
        let fetched = source.take_fetched_from().into_iter();
        let begun: Vec<u64> = fetched.map(|(_, from_byte)| from_byte).collect();
        assert_eq!(begun, begun_at);
        check_mirrors(&volume, &source);
    }
}
