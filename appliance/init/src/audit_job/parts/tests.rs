//! Audits of archives in memory: sound ones, damaged ones, drives that go, sources that are not there.

use std::cell::RefCell;
use std::sync::{Arc, Mutex};

use heirloom_engine::{MediaChoice, RunOrder, VerifyProgress, compare as compare_source, ingest};
use heirloom_fakes::{FakeFile, FakeSource, FakeVolume};
use heirloom_format::{ArchiveId, ArchiveInfo, Fitness, SigningKey};

use super::*;

fn today() -> Day {
    "2026-11-23".parse().expect("a day")
}

fn files(seed: u8) -> Vec<FakeFile> {
    let file = |number: u8| {
        let path = format!("Internal/DCIM/IMG_{number:04}.png");
        FakeFile::new(&path, vec![seed ^ number; 5_000], 1_700_000_000)
    };
    (1..=4).map(file).collect()
}

fn phone(serial: &str, seed: u8) -> FakeSource {
    FakeSource::phone(serial, files(seed))
}

/// An archive of Mia's phone and of Ben's.
fn archive() -> FakeVolume {
    let volume = FakeVolume::new();
    let key = SigningKey::from_seed([3; 32], [5; 8]);
    let id = ArchiveId::from_bytes([7; 16]);
    let info = ArchiveInfo::new(id, "Family", today(), key.public_key());
    Archive::create(&volume, &info, &key).expect("an archive");
    for (name, mut source) in [("Mia", phone("1", 16)), ("Ben", phone("2", 64))] {
        let order = RunOrder {
            archive_info: info.clone(),
            source_name: name.to_owned(),
            date: today(),
            read_all: false,
            choice: MediaChoice::AllMedia,
            reads_twice: false,
            software: "heirloom".to_owned(),
            long_files: Default::default(),
        };
        let shared = Arc::new(volume.clone());
        ingest(&mut source, shared, &order, &|_| {}, &Cancel::new()).expect("a run");
    }
    volume
}

fn well() -> DriveHealth {
    DriveHealth {
        fitness: Fitness::Good,
        ..DriveHealth::unknown()
    }
}

/// An audit with this phone plugged in, and what it told.
fn audit(
    volume: &FakeVolume,
    mia: FakeSource,
    cancel: &Cancel,
) -> (Result<AuditDone, AuditError>, Vec<AuditEvent>) {
    let told = Mutex::new(Vec::new());
    let mia = RefCell::new(mia);
    let parts = Parts {
        volume,
        today: today(),
        health: &well,
        keys: &|| Ok((HeaderState::Mended, BackupState::Renewed)),
        compare: &|device, listed| match device.0.as_str() {
            "mia" => compare_source(&mut *mia.borrow_mut(), volume, listed, cancel),
            // Looks like one of the archive's, and is not.
            "stranger" => Ok(None),
            _ => Err(RunError::SourceStalled),
        },
        tell: &|event| told.lock().expect("no panic").push(event),
    };
    let sources = ["mia", "stranger", "asleep"];
    let sources = sources.map(|it| (DeviceId(it.to_owned()), format!("the {it} one")));
    let outcome = parts.all(&sources, cancel);
    (outcome, told.into_inner().expect("no panic"))
}

fn found(volume: &FakeVolume, mia: FakeSource) -> AuditDone {
    let (outcome, _) = audit(volume, mia, &Cancel::new());
    outcome.unwrap_or_else(|error| panic!("no result: {error}"))
}

#[test]
fn the_drive_is_asked_before_it_has_much_to_do_and_everything_is_read() {
    let volume = archive();
    let mut mia = phone("1", 16);
    mia.files.remove(0);
    for number in [7, 8] {
        let path = format!("Internal/DCIM/IMG_{number:04}.png");
        mia.files
            .push(FakeFile::new(&path, vec![number; 10], 1_700_000_000));
    }
    let (outcome, told) = audit(&volume, mia, &Cancel::new());
    let found = outcome.expect("a result");
    let steps: Vec<_> = told
        .iter()
        .filter_map(|event| match event {
            AuditEvent::Reached(step) => Some(format!("{step:?}")),
            _ => None,
        })
        .collect();
    let counting = |name| format!("Counting {{ source: \"the {name} one\" }}");
    let expected = [
        "Drive".to_owned(),
        "Header".to_owned(),
        counting("mia"),
        counting("stranger"),
        counting("asleep"),
        "Contents".to_owned(),
    ];
    assert_eq!(steps, expected);
    let planned = VerifyProgress::Planned {
        files: 8,
        bytes: 40_000,
    };
    assert!(
        told.iter()
            .any(|event| matches!(event, AuditEvent::Moved(it) if *it == planned))
    );

    let space = found.space;
    assert_eq!(
        found.audit,
        Audit {
            date: today(),
            result: AuditResult::Passed,
            generation: 2,
            files: 8,
            bytes: 40_000,
            problems: 0,
            counts: vec![SourceCount {
                source: "Mia".into(),
                listed_files: 5,
                archived_files: 4,
                new_files: 2,
                gone_files: 1,
                other: Default::default(),
            }],
            free_bytes: space.free_bytes,
            total_bytes: space.total_bytes,
            fitness: Fitness::Good,
            header_backup: true,
            remark: String::new(),
            other: Default::default(),
        }
    );
    let not_compared: Vec<_> = found.sources[1..]
        .iter()
        .map(|it| (it.name.as_str(), it.outcome.clone()))
        .collect();
    let stalled = NotCompared::Failed(RunError::SourceStalled);
    assert_eq!(
        not_compared,
        [
            ("the asleep one", Err(stalled)),
            ("Ben", Err(NotCompared::NotPluggedIn)),
        ]
    );
}

#[test]
fn what_went_bad_fails_the_audit_and_names_its_snapshot() {
    let volume = archive();
    let files = volume.files();
    let damaged = files
        .keys()
        .find(|path| path.contains("Ben") && path.ends_with("IMG_0003.png"));
    let damaged = damaged.expect("it is archived").clone();
    volume.tamper(&damaged, |bytes| bytes[4_000] ^= 1);
    let found = found(&volume, phone("1", 16));
    assert_eq!(found.audit.result, AuditResult::Failed);
    assert_eq!((found.audit.problems, found.audit.files), (1, 8));
    let report = found.check.expect("a report");
    assert_eq!(report.findings[0].place.as_str(), damaged);
    assert_eq!(report.findings[0].snapshots.len(), 1);
    assert_eq!(report.worst(), Some(Meaning::Lost));
}

#[test]
fn what_lies_beside_the_snapshots_is_named_and_fails_nothing() {
    let volume = archive();
    let stray = heirloom_engine::VolumePath::new("sources/holiday.txt");
    let mut draft = volume.create(&stray).expect("a draft");
    draft.write(b"mine").expect("written");
    draft.finish(None).expect("there");
    let found = found(&volume, phone("1", 16));
    assert_eq!(
        (found.audit.result, found.audit.problems),
        (AuditResult::Passed, 1)
    );
}

#[test]
fn a_phone_that_hides_a_folder_is_not_counted() {
    let volume = archive();
    let mut mia = phone("1", 16);
    mia.unlisted.push(heirloom_engine::ListingProblem {
        place: "Internal/DCIM".into(),
        error: heirloom_engine::SourceError::TimedOut,
    });
    let found = found(&volume, mia);
    assert_eq!(found.audit.counts, []);
    assert_eq!(
        found.sources[0].outcome,
        Err(NotCompared::PartlyListed { places: 1 })
    );
    assert!(found.sources.iter().filter(|it| it.name == "Mia").count() == 1);
}

#[test]
fn without_a_result_there_is_no_entry() {
    let stopped = Cancel::new();
    stopped.cancel();
    let (outcome, told) = audit(&archive(), phone("1", 16), &stopped);
    assert_eq!(outcome.err(), Some(AuditError::Stopped));
    assert!(told.is_empty());

    let sound = archive();
    let before = sound.operations();
    found(&sound, phone("1", 16));
    let operations = sound.operations() - before;
    for at in 1..=operations {
        let volume = sound.copy();
        volume.vanish_at(at);
        let (outcome, _) = audit(&volume, phone("1", 16), &Cancel::new());
        assert_eq!(outcome.err(), Some(AuditError::DriveGone), "{at}");
    }
}

#[test]
fn an_archive_that_can_not_be_understood_is_a_failed_audit() {
    let volume = archive();
    volume.tamper("archive.json", |bytes| bytes.truncate(1));
    let (outcome, _) = audit(&volume, phone("1", 16), &Cancel::new());
    let found = outcome.expect("a result");
    assert!(matches!(found.check, Err(VerifyError::Archive(_))));
    assert_eq!(
        (found.audit.result, found.audit.problems, found.audit.files),
        (AuditResult::Failed, 1, 0)
    );
}
