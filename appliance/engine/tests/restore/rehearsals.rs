//! Rehearsals: a sample and the newest files, into memory.

use heirloom_engine::{
    Cancel, RamTarget, RehearsalOrder, RehearsalReport, RestoreError, RestoreFrom, rehearse,
};
use heirloom_fakes::{FakeTarget, FakeVolume, target_contract};

use crate::by_month::dated;
use crate::kit::{BEN, MIA, Maker, Photo, day, photo};

fn order() -> RehearsalOrder {
    RehearsalOrder {
        from: RestoreFrom::AllSources,
        seed: 7,
        sample_files: 5,
        newest_files: 3,
        bytes_max: 1 << 20,
        date: day("2026-11-23"),
    }
}

/// 40 files of Mia, later ones newer, one without a time; 2 of Ben.
fn archive() -> (FakeVolume, String) {
    let volume = FakeVolume::new();
    let mut maker = Maker::new(&volume);
    let mut photos: Vec<Photo> = (1..=40)
        .map(|it| photo(&format!("S/{it:02}.jpg"), it))
        .collect();
    photos.push(dated("S/undated.jpg", 41, None));
    let bag = maker.publish(MIA, &photos);
    maker.publish(BEN, &[photo("T/1.jpg", 50), photo("T/2.jpg", 51)]);
    (volume, bag)
}

fn run(volume: &FakeVolume, order: &RehearsalOrder) -> Result<RehearsalReport, RestoreError> {
    let target = RamTarget::new(order.bytes_max);
    rehearse(volume, order, &target, &|_| {}, &Cancel::new())
}

#[test]
fn memory_is_a_target_like_any_other() {
    target_contract(&RamTarget::new(16 << 20));
    let full = RamTarget::new(2_000);
    let (volume, _) = archive();
    let outcome = rehearse(
        &volume,
        &RehearsalOrder {
            bytes_max: 1 << 20,
            ..order()
        },
        &full,
        &|_| {},
        &Cancel::new(),
    );
    assert!(outcome.is_ok_and(|report| !report.is_passed() && report.passed_over_files > 0));
}

#[test]
fn the_newest_of_each_source_and_a_sample_come_back() {
    let (volume, _) = archive();
    let target = FakeTarget::new();
    let report = rehearse(&volume, &order(), &target, &|_| {}, &Cancel::new());
    let report = report.expect("a rehearsal");
    assert!(report.is_passed(), "{report:?}");
    assert_eq!(report.date, day("2026-11-23"));
    assert_eq!(report.newest_snapshot.map(|it| it.generation), Some(2));
    assert!(report.head.is_some());
    // Three of Mia's, and both of Ben's.
    assert_eq!(
        (report.files, report.newest_files, report.sampled_files),
        (43, 5, 5)
    );
    assert_eq!((report.restored_files, report.passed_over_files), (10, 0));
    let files = target.files();
    assert_eq!(files.len(), 10);
    for newest in ["38.jpg", "39.jpg", "40.jpg"] {
        assert!(files.contains_key(&format!("{MIA}/S/{newest}")), "{newest}");
    }
}

#[test]
fn a_seed_chooses_and_over_many_seeds_every_file_is_chosen() {
    let (volume, _) = archive();
    let chosen = |seed| {
        let target = FakeTarget::new();
        let order = RehearsalOrder { seed, ..order() };
        rehearse(&volume, &order, &target, &|_| {}, &Cancel::new()).expect("a rehearsal");
        target.files().into_keys().collect::<Vec<_>>()
    };
    assert_eq!(chosen(1), chosen(1));
    assert_ne!(chosen(1), chosen(2));
    let mut all: Vec<String> = (0..100).flat_map(chosen).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 43);
}

#[test]
fn what_has_no_room_in_memory_is_passed_over_and_counted() {
    let (volume, _) = archive();
    let order = RehearsalOrder {
        bytes_max: 7_000,
        ..order()
    };
    let report = run(&volume, &order).expect("a rehearsal");
    assert!(report.is_passed(), "{report:?}");
    assert_eq!(report.restored_files, 3);
    assert!(report.restored_bytes <= 7_000);
    assert!(report.passed_over_files > 0);
    // More files than there are: all of them.
    let order = RehearsalOrder {
        sample_files: u32::MAX,
        newest_files: 1_000,
        ..order
    };
    let order = RehearsalOrder {
        bytes_max: 1 << 30,
        ..order
    };
    let report = run(&volume, &order).expect("a rehearsal");
    assert_eq!(report.restored_files, 43);
}

#[test]
fn damage_is_found_and_no_rehearsal_passes_without_files() {
    let (volume, bag) = archive();
    volume.tamper(&format!("{bag}/data/S/40.jpg"), |it| it[5] ^= 1);
    let report = run(&volume, &order()).expect("a rehearsal");
    assert!(!report.is_passed());
    assert_eq!(report.problems.len(), 1);
    assert_eq!(report.problems[0].path.as_str(), "S/40.jpg");
    let none = RehearsalOrder {
        sample_files: 0,
        newest_files: 0,
        ..order()
    };
    let report = run(&volume, &none).expect("a rehearsal");
    assert_eq!((report.restored_files, report.is_passed()), (0, false));
}

#[test]
fn an_archive_drive_that_goes_ends_it_and_nothing_of_the_archive_is_changed() {
    let (volume, _) = archive();
    for operation in 1.. {
        let broken = volume.copy();
        broken.vanish_at(operation);
        match run(&broken, &order()) {
            Ok(report) => {
                assert!(report.is_passed());
                break;
            }
            Err(error) => assert_eq!(error, RestoreError::DriveGone, "operation {operation}"),
        }
    }
}
