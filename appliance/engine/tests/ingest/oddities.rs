//! Devices and archives that are not as they should be: what is said about it.

use heirloom_engine::{
    Archive, DamageKind, Difference, DifferenceKind, ListingProblem, Problem, ProblemReason,
    RunError, SourceError,
};
use heirloom_fakes::{FakeFile, FakeSource};
use heirloom_format::Status;

use crate::kit::{bytes, check, check_mirrors, new_archive, phone, photo, run};

#[test]
fn a_file_that_is_refused_is_named_and_the_rest_is_archived() {
    for error in [
        SourceError::Refused { code: 0x200f },
        SourceError::Vanished,
        SourceError::Io { errno: 5 },
    ] {
        let volume = new_archive();
        let mut source = phone(1..=3);
        source.files[1].failure = Some(error.clone());
        let report = run(&volume, &mut source).expect("a run");
        let problem = Problem {
            place: photo(2).path.join("/"),
            reason: ProblemReason::NotRead(error),
        };
        assert_eq!(report.problems, [problem]);
        assert!(!report.completeness.is_complete());
        let published = check(&volume).pop().expect("a snapshot");
        assert_eq!(
            (published.snapshot.status, published.files.len()),
            (Status::Incomplete, 2)
        );

        // With nothing else changed, the next run tries again, and does not say that all is up to date.
        source.files[1].failure = None;
        let report = run(&volume, &mut source).expect("a second run");
        assert_eq!(
            (
                report.linked_files,
                report.new_files,
                report.completeness.is_complete()
            ),
            (2, 1, true)
        );
        check_mirrors(&volume, &source);
    }
}

#[test]
fn a_phone_that_gives_nothing_is_no_empty_phone() {
    let volume = new_archive();
    assert_eq!(run(&volume, &mut phone([])), Err(RunError::SourceEmpty));
    let mut source = phone(1..=2);
    for file in &mut source.files {
        file.failure = Some(SourceError::Refused { code: 0x2002 });
    }
    let first = SourceError::Refused { code: 0x2002 };
    assert_eq!(
        run(&volume, &mut source),
        Err(RunError::SourceUnreadable { files: 2, first })
    );
    for (error, expected) in [
        (SourceError::Gone, RunError::SourceGone),
        (SourceError::Locked, RunError::SourceStalled),
        (
            SourceError::Garbled { what: "x" },
            RunError::SourceFailed(SourceError::Garbled { what: "x" }),
        ),
    ] {
        source.listing_failure = Some(error);
        assert_eq!(run(&volume, &mut source), Err(expected));
    }
    assert_eq!(check(&volume).len(), 0);
}

#[test]
fn a_folder_that_is_not_described_makes_it_incomplete() {
    let volume = new_archive();
    let mut source = phone(1..=2);
    let error = SourceError::Refused { code: 0x2002 };
    source.unlisted = vec![ListingProblem {
        place: "Internal/WhatsApp".into(),
        error: error.clone(),
    }];
    for generation in 1..=2 {
        let report = run(&volume, &mut source).expect("a run");
        assert_eq!(
            (report.snapshot.generation, report.up_to_date),
            (generation, false)
        );
        let problem = Problem {
            place: "Internal/WhatsApp".into(),
            reason: ProblemReason::NotListed(error.clone()),
        };
        assert_eq!(
            report.problems,
            [problem],
            "named once, though both listings tell it"
        );
        assert!(!report.completeness.is_complete());
    }
    check_mirrors(&volume, &source);
}

#[test]
fn a_length_that_is_wrong_once_is_made_good_and_twice_is_named() {
    let volume = new_archive();
    let mut source = phone(1..=2);
    source.files[0].short_fetches = 1;
    assert!(
        run(&volume, &mut source)
            .expect("a run")
            .completeness
            .is_complete()
    );
    assert_eq!(source.take_fetched().len(), 3);
    check_mirrors(&volume, &source);

    let volume = new_archive();
    source.files[0].listed_size_bytes = Some(2_900);
    let report = run(&volume, &mut source).expect("a run");
    let reason = ProblemReason::SizeDiffers {
        listed_bytes: 2_900,
        received_bytes: 3_001,
    };
    assert!(reason.is_archived());
    assert_eq!(
        report.problems,
        [Problem {
            place: photo(1).path.join("/"),
            reason
        }]
    );
    assert!(!report.completeness.is_complete());
    let published = check_mirrors(&volume, &source);
    assert_eq!(published.snapshot.files[0].listed_size_bytes, Some(2_900));
    // It is tried again in each run, and stored once.
    let report = run(&volume, &mut source).expect("a second run");
    assert_eq!(
        (
            report.new_files,
            report.known_content_files,
            report.linked_files
        ),
        (1, 1, 1)
    );
    let all = check(&volume);
    let path = photo(1).path.join("/");
    assert_eq!(all[0].files[&path].node, all[1].files[&path].node);
}

#[test]
fn two_files_of_one_name_are_both_kept() {
    let volume = new_archive();
    let other = FakeFile {
        content: bytes(50, 500),
        modified: photo(50).modified,
        ..photo(1)
    };
    // A third is the first one listed twice, and one has the name of a folder.
    let folder = FakeFile {
        path: photo(1).path[..3].to_vec(),
        ..photo(9)
    };
    let mut source = FakeSource::phone("1A2B3C", vec![photo(1), other.clone(), photo(1), folder]);
    let report = run(&volume, &mut source).expect("a run");
    assert!(report.completeness.is_complete(), "{:?}", report.problems);
    let published = check(&volume).pop().expect("a snapshot");
    let top = "Internal shared storage/DCIM/";
    let paths = [
        "Camera (2)",
        "Camera/PXL_0001 (2).jpg",
        "Camera/PXL_0001 (3).jpg",
        "Camera/PXL_0001.jpg",
    ];
    assert_eq!(published.paths(), paths.map(|path| format!("{top}{path}")));
    let records = &published.snapshot.files;
    assert_eq!(records[1].raw_path.as_ref(), Some(&other.path));
    assert_eq!(records[3].raw_path, None);
    let file = |path: &str| &published.files[&format!("{top}{path}")];
    assert_eq!(file(paths[3]).content, photo(1).content);
    assert_eq!(
        file(paths[3]).node,
        file(paths[1]).node,
        "listed twice, stored once"
    );
    assert_eq!(file(paths[2]).content, other.content);
    source.files.reverse();
    assert!(
        run(&volume, &mut source).expect("a run").up_to_date,
        "in whatever order they are listed"
    );
}

#[test]
fn names_that_could_do_harm_are_stored_harmlessly() {
    let volume = new_archive();
    let long = format!("{}.jpg", "x".repeat(300));
    let names = ["../../../etc/passwd", "..", "", "a\nb", "tail ", &long];
    let files = names.iter().zip(1..).map(|(name, number)| FakeFile {
        path: vec!["Internal".to_owned(), (*name).to_owned()],
        ..photo(number)
    });
    let mut source = FakeSource::phone("1A2B3C", files.collect());
    let report = run(&volume, &mut source).expect("a run");
    assert!(report.completeness.is_complete());
    let published = check(&volume).pop().expect("a snapshot");
    for name in [
        "..=2F..=2F..=2Fetc=2Fpasswd",
        "=2E=2E",
        "=",
        "a=0Ab",
        "tail=20",
    ] {
        assert!(
            published.files.contains_key(&format!("Internal/{name}")),
            "{name}"
        );
    }
    let kept: Vec<_> = published
        .snapshot
        .files
        .iter()
        .filter_map(|file| file.raw_path.clone())
        .collect();
    assert_eq!(kept, [vec!["Internal".to_owned(), long]]);
    assert!(run(&volume, &mut source).expect("a run").up_to_date);
}

#[test]
fn what_happens_on_the_phone_during_the_copy_is_told() {
    let volume = new_archive();
    let mut source = phone(1..=3);
    source.before_listing(2, |files| {
        files.remove(0);
        files[0].modified = photo(60).modified;
        files.push(photo(9));
    });
    let report = run(&volume, &mut source).expect("a run");
    let difference = |number: u64, kind| Difference {
        path: photo(number).path.join("/"),
        kind,
    };
    let expected = [
        (1, DifferenceKind::Vanished),
        (2, DifferenceKind::Changed),
        (9, DifferenceKind::New),
    ];
    assert_eq!(
        report.differences,
        expected.map(|(number, kind)| difference(number, kind))
    );
    assert!(!report.completeness.is_complete());
    let reasons: Vec<&str> = report.problems.iter().map(|it| it.reason.code()).collect();
    assert_eq!(reasons, ["changed-meanwhile", "new-meanwhile"]);
    assert_eq!(
        check(&volume).pop().expect("a snapshot").files.len(),
        3,
        "what was deleted meanwhile is kept"
    );
    let report = run(&volume, &mut source).expect("the next run");
    assert!(report.completeness.is_complete());
    check_mirrors(&volume, &source);
}

#[test]
fn a_file_with_too_many_names_is_stored_again() {
    let volume = new_archive();
    let mut source = phone(1..=2);
    run(&volume, &mut source).expect("a run");
    volume.limit_names(1);
    source.files.push(photo(3));
    let report = run(&volume, &mut source).expect("a run");
    assert!(report.completeness.is_complete());
    assert_eq!((report.linked_files, report.new_files), (0, 3));
    check_mirrors(&volume, &source);
}

#[test]
fn damage_is_named_and_no_number_is_used_twice() {
    let volume = new_archive();
    let mut source = phone(1..=2);
    let first = run(&volume, &mut source).expect("a run");
    source.files.push(photo(3));
    let second = run(&volume, &mut source).expect("a run");
    let source_folder = first.folder.rsplit_once('/').expect("a folder").0;

    // The newest description is damaged: the one before is compared with, and the damage told.
    volume.tamper(&format!("{}/snapshot.json", second.folder), |json| {
        json[40] ^= 1
    });
    let stray = heirloom_engine::VolumePath::new(format!("{source_folder}/0041 broken"));
    heirloom_engine::Volume::make_folder(&volume, &stray).expect("make");
    source.files.push(photo(4));
    let report = run(&volume, &mut source).expect("a run");
    assert!(report.completeness.is_complete());
    assert_eq!(report.snapshot.generation, 42);
    assert_eq!(report.linked_files, 2);
    let found: Vec<_> = report
        .damage
        .iter()
        .map(|it| (it.place.to_string(), it.kind.clone()))
        .collect();
    let expected = [
        (stray.to_string(), DamageKind::NotASnapshot),
        (
            format!("{}/snapshot.json", second.folder),
            DamageKind::DigestDiffers,
        ),
    ];
    assert_eq!(found, expected);

    // A tag manifest that is cut, and one that is gone.
    volume.tamper(
        &format!("{}/tagmanifest-sha256.txt", second.folder),
        |text| {
            text.pop();
        },
    );
    let gone = heirloom_engine::VolumePath::new(format!("{}/tagmanifest-sha256.txt", first.folder));
    heirloom_engine::Volume::remove(&volume, &gone).expect("remove");
    let archive = Archive::open(&volume).expect("an archive");
    let kinds: Vec<_> = archive.damage().iter().map(|it| it.kind.clone()).collect();
    assert!(
        matches!(
            kinds[..],
            [
                DamageKind::Missing,
                DamageKind::Manifest(_),
                DamageKind::NotASnapshot
            ]
        ),
        "{kinds:?}"
    );
    assert_eq!(archive.head(), Some(report.head));
}
