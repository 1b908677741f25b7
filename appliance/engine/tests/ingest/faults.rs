//! What runs survive: a drive or a phone that goes away at any moment, a full drive, a lying one.

use std::sync::Arc;

use heirloom_engine::{
    Archive, ArchiveError, Cancel, Problem, ProblemReason, Progress, RunError, RunOrder,
    SourceError, VolumeError, VolumePath, ingest,
};
use heirloom_fakes::{FakeFile, FakeSource, FakeVolume, PowerCut};

use crate::kit::{bytes, check, check_mirrors, info, key, new_archive, order, phone, photo, run};
use crate::recovery::{check_recovery, later_phone, some_days_later, undisturbed};

#[test]
fn an_operation_that_fails_alone_is_told_or_made_good() {
    let (volume, files) = some_days_later();
    let expected = undisturbed(&volume, &files);
    let io = VolumeError::Io {
        path: VolumePath::new("x"),
        errno: 5,
    };
    for error in [VolumeError::Full, io] {
        for operation in 1.. {
            let failing = volume.copy();
            failing.fail_at(operation, error.clone());
            let outcome = run(&failing, &mut later_phone(&files));
            let reached = failing.operations() >= operation;
            match outcome {
                Ok(_) if !reached => break,
                Ok(report) => {
                    check(&failing);
                    assert!(
                        report.completeness.is_complete(),
                        "operation {operation}: {:?}",
                        report.problems
                    );
                }
                Err(told) => {
                    let is_right = matches!(
                        (&error, &told),
                        (VolumeError::Full, RunError::DriveFull { .. })
                            | (VolumeError::Io { .. }, RunError::DriveFailed(_))
                    );
                    assert!(is_right, "operation {operation}: {told:?}");
                    check_recovery(
                        &failing,
                        &files,
                        1,
                        &expected,
                        &format!("{error} at {operation}"),
                    );
                }
            }
        }
    }
}

#[test]
fn making_an_archive_survives_a_power_cut_at_any_operation() {
    for operation in 1.. {
        let volume = FakeVolume::new();
        volume.vanish_at(operation);
        if Archive::create(&volume, &info(), &key()).is_ok() {
            break;
        }
        for cut in [
            PowerCut::LosesAll,
            PowerCut::KeepsAll,
            PowerCut::Seeded(operation),
        ] {
            let restarted = volume.copy();
            restarted.power_cut(cut);
            match Archive::create(&restarted, &info(), &key()) {
                Ok(_) | Err(ArchiveError::AlreadyAnArchive) => {}
                Err(error) => panic!("{cut:?} at {operation}: {error}"),
            }
            run(&restarted, &mut phone(1..=2)).expect("a run");
        }
    }
}

#[test]
fn an_unplugged_phone_goes_on_where_it_stopped() {
    let sizes: u64 = (1..=40)
        .map(|number| photo(number).content.len() as u64)
        .sum();
    for error in [
        SourceError::Gone,
        SourceError::TimedOut,
        SourceError::Locked,
    ] {
        let volume = new_archive();
        let mut source = phone(1..=40);
        // In the middle of the last file.
        source.fails_after = Some((sizes - 100, error.clone()));
        let expected = if error == SourceError::Gone {
            RunError::SourceGone
        } else {
            RunError::SourceStalled
        };
        assert_eq!(run(&volume, &mut source), Err(expected));
        assert_eq!(check(&volume).len(), 0);
        assert_eq!(
            Archive::open(&volume).expect("an archive").incoming().len(),
            1
        );

        source.reconnect();
        source.take_fetched();
        let report = run(&volume, &mut source).expect("a run");
        assert_eq!(source.take_fetched(), [photo(40).path.join("/")]);
        assert_eq!((report.resumed_files, report.new_files), (39, 1));
        assert!(report.completeness.is_complete());
        check_mirrors(&volume, &source);
    }
}

#[test]
fn what_changed_between_the_attempts_is_fetched_again() {
    let volume = new_archive();
    let mut source = phone(1..=10);
    source.before_listing(2, |_| {});
    source.fails_after = Some((28_000, SourceError::Gone));
    assert_eq!(run(&volume, &mut source), Err(RunError::SourceGone));
    source.reconnect();
    source.take_fetched();
    source.files[1].content[0] ^= 1;
    source.files[1].modified = photo(80).modified;
    source.files.remove(2);
    // Of what is verified, one file was lost on the drive and one was cut.
    let stored = |number: u64| {
        let files = volume.files();
        let path = photo(number).path.join("/");
        files
            .into_keys()
            .find(|it| it.ends_with(&path))
            .expect("in .incoming")
    };
    heirloom_engine::Volume::remove(&volume, &VolumePath::new(stored(4))).expect("remove");
    volume.tamper(&stored(5), |content| content.truncate(7));
    let report = run(&volume, &mut source).expect("a run");
    let expected: Vec<String> = [2, 4, 5, 10]
        .map(|number| photo(number).path.join("/"))
        .to_vec();
    assert_eq!(source.take_fetched(), expected);
    assert_eq!(report.resumed_files, 5);
    check_mirrors(&volume, &source);
}

#[test]
fn a_phone_that_goes_or_falls_silent_before_the_second_listing_loses_nothing() {
    let volume = new_archive();
    let mut source = phone(1..=3);
    let total_bytes = source
        .files
        .iter()
        .map(|file| file.content.len() as u64)
        .sum();
    source.fails_after = Some((total_bytes, SourceError::Gone));
    assert_eq!(run(&volume, &mut source), Err(RunError::SourceGone));
    source.reconnect();
    source.take_fetched();
    // Locked meanwhile, it shows nothing: that is no proof of anything.
    source.before_listing(3, |files| files.clear());
    assert_eq!(run(&volume, &mut source), Err(RunError::SourceStalled));
    assert_eq!(check(&volume).len(), 0);
    source.files = phone(1..=3).files;
    let report = run(&volume, &mut source).expect("a run");
    assert_eq!((report.resumed_files, report.new_files), (3, 0));
    assert!(source.take_fetched().is_empty() && report.completeness.is_complete());
    check_mirrors(&volume, &source);
}

#[test]
fn a_run_can_be_stopped_and_taken_up_again() {
    let volume = new_archive();
    let mut source = phone(1..=20);
    let cancel = Cancel::new();
    let stop = cancel.clone();
    let watch = move |progress| {
        if matches!(progress, Progress::Moved { bytes } if bytes > 30_000) {
            stop.cancel();
        }
    };
    let outcome = ingest(
        &mut source,
        Arc::new(volume.clone()),
        &order(),
        &watch,
        &cancel,
    );
    assert_eq!(outcome, Err(RunError::Stopped));
    assert_eq!(check(&volume).len(), 0);
    let report = run(&volume, &mut source).expect("a run");
    assert!(report.resumed_files > 0);
    check_mirrors(&volume, &source);
}

#[test]
fn a_drive_without_room_is_refused_before_anything_is_fetched() {
    let (volume, files) = some_days_later();
    volume.limit(17 << 20);
    let mut source = later_phone(&files);
    source.files.push(FakeFile::new(
        "Internal shared storage/long.mp4",
        bytes(1, 2 << 20),
        1_700_000_000,
    ));
    let before = check(&volume).len();
    match run(&volume, &mut source) {
        Err(RunError::NotEnoughSpace {
            needed_bytes,
            free_bytes,
        }) => {
            assert!(
                needed_bytes > free_bytes && free_bytes > 16 << 20,
                "{needed_bytes}, {free_bytes}"
            );
        }
        other => panic!("{other:?}"),
    }
    assert!(source.take_fetched().is_empty());
    assert_eq!(check(&volume).len(), before);
}

#[test]
fn a_drive_that_becomes_full_keeps_what_is_verified() {
    let volume = new_archive();
    volume.limit(17 << 20);
    let mut source = phone(1..=40);
    // It says 10 bytes, and has more than fits.
    let long = FakeFile {
        listed_size_bytes: Some(10),
        ..FakeFile::new("Z/long.mp4", bytes(1, 18 << 20), 1_700_000_000)
    };
    source.files.push(long);
    let outcome = run(&volume, &mut source);
    assert!(
        matches!(
            outcome,
            Err(RunError::DriveFull {
                free_bytes: Some(_)
            })
        ),
        "{outcome:?}"
    );
    assert_eq!(check(&volume).len(), 0);
    volume.limit(1 << 30);
    source.take_fetched();
    source.files.pop();
    let report = run(&volume, &mut source).expect("a run");
    assert!(report.resumed_files >= 32, "{}", report.resumed_files);
    check_mirrors(&volume, &source);
}

#[test]
fn a_bit_that_flips_on_the_drive_is_caught() {
    let volume = new_archive();
    let mut source = phone(1..=3);
    volume.flip_on_read_back("PXL_0002.jpg", 1);
    let report = run(&volume, &mut source).expect("a run");
    assert!(
        report.completeness.is_complete(),
        "fetched again, it was right"
    );
    assert_eq!(source.take_fetched().len(), 4);
    check_mirrors(&volume, &source);

    let volume = new_archive();
    volume.flip_on_read_back("PXL_0002.jpg", 2);
    let report = run(&volume, &mut source).expect("a run");
    assert!(!report.completeness.is_complete());
    let place = photo(2).path.join("/");
    assert_eq!(
        report.problems,
        [Problem {
            place: place.clone(),
            reason: ProblemReason::NotKept
        }]
    );
    let published = check(&volume).pop().expect("a snapshot");
    assert!(published.files.len() == 2 && !published.files.contains_key(&place));
    assert_eq!(published.snapshot.problems[0].reason, "not-kept");

    let volume = new_archive();
    volume.flip_on_read_back("manifest-sha256.txt", 4);
    assert!(matches!(
        run(&volume, &mut source),
        Err(RunError::DriveFailed(_))
    ));
    assert_eq!(check(&volume).len(), 0);
    volume.mend();
    run(&volume, &mut source).expect("a run");
    check_mirrors(&volume, &source);
}

#[test]
fn a_good_copy_does_not_give_way_to_a_damaged_one() {
    let volume = new_archive();
    let first = run(&volume, &mut phone(1..=2)).expect("a first run");
    let path = photo(2).path.join("/");
    let stored = format!("{}/data/{path}", first.folder);
    volume.tamper(&stored, |content| content[5] ^= 1);
    let mut ben = FakeSource::phone("OTHER", vec![photo(2)]);
    let report = run(&volume, &mut ben).expect("Ben's run");
    assert_eq!(report.known_content_files, 0);
    assert_eq!(report.damage.len(), 1);
    assert_eq!(report.damage[0].place.as_str(), stored);
    assert_eq!(
        volume.files()[&format!("{}/data/{path}", report.folder)].content,
        photo(2).content
    );
}

#[test]
fn reading_all_again_replaces_what_was_damaged() {
    let volume = new_archive();
    let mut source = phone(1..=3);
    let first = run(&volume, &mut source).expect("a first run");
    let path = photo(2).path.join("/");
    let stored = format!("{}/data/{path}", first.folder);
    volume.tamper(&stored, |content| content[5] ^= 1);
    assert!(
        run(&volume, &mut source).expect("a run").up_to_date,
        "unchanged on the phone"
    );
    source.take_fetched();
    let order = RunOrder {
        read_all: true,
        ..order()
    };
    let report = ingest(
        &mut source,
        Arc::new(volume.clone()),
        &order,
        &|_| {},
        &Cancel::new(),
    )
    .expect("a run that reads all");
    assert_eq!(source.take_fetched().len(), 3);
    assert_eq!((report.new_files, report.known_content_files), (3, 2));
    assert_eq!(report.damage.len(), 1);
    assert!(report.completeness.is_complete() && report.safe_to_erase().is_none());
    let files = volume.files();
    for number in 1..=3 {
        let path = photo(number).path.join("/");
        let (old, new) = (
            &files[&format!("{}/data/{path}", first.folder)],
            &files[&format!("{}/data/{path}", report.folder)],
        );
        assert_eq!(new.content, photo(number).content);
        assert_eq!(
            old.node == new.node,
            number != 2,
            "the others are stored once"
        );
    }
}
