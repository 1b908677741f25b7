//! What restores survive: disks that go away at any moment, full ones, lying ones.

use heirloom_engine::{
    Cancel, RestoreError, RestoreFrom, RestoreLayout, RestoreOrder, RestoreProgress, RestoredPart,
    TargetError, TargetFileSystem, TargetLimits, VolumeError, VolumePath, restore,
};
use heirloom_fakes::{FakeTarget, FakeVolume, PowerCut};

use crate::all_sources::run_all;
use crate::kit::{BEN, MIA, Maker, Photo, family, photo};
use crate::restores::{all_of, expected, run};

fn archive() -> (FakeVolume, String, Vec<Photo>) {
    let volume = FakeVolume::new();
    let photos: Vec<Photo> = (1..=6)
        .map(|it| photo(&format!("S/a name of some length {it}.jpg"), it))
        .collect();
    let mut maker = Maker::new(&volume);
    let bag = maker.publish(MIA, &photos);
    // Names that meet when they are sorted by month.
    maker.publish(BEN, &[photo("T/a/1.jpg", 7), photo("T/b/1.jpg", 8)]);
    (volume, bag, photos)
}

/// An order, and the target that it is for.
struct Case {
    what: &'static str,
    order: RestoreOrder,
    limits: TargetLimits,
}

/// Everything that makes a difference to where files go, over an archive of two sources.
fn cases(bag: &str) -> Vec<Case> {
    let linux = TargetLimits::of(TargetFileSystem::Linux, 4_096);
    let fat = TargetLimits {
        folder_entries_max: Some(16),
        ..TargetLimits::of(TargetFileSystem::Fat, 4_096)
    };
    let case = |what, order, limits| Case {
        what,
        order,
        limits,
    };
    let all = RestoreOrder::all(RestoreFrom::AllSources);
    let by_month = RestoreOrder {
        layout: RestoreLayout::ByMonth,
        ..all.clone()
    };
    vec![
        case("as it was", all_of(bag), linux),
        case("all sources", all, linux),
        case("all sources by month", by_month.clone(), linux),
        case("all sources by month, to FAT", by_month, fat),
    ]
}

#[test]
fn a_disk_that_vanishes_or_loses_power_at_any_operation_is_taken_up_again() {
    let (volume, bag, _) = archive();
    for case in cases(&bag) {
        vanishes_at_every_operation(&volume, &case);
    }
}

fn vanishes_at_every_operation(volume: &FakeVolume, case: &Case) {
    let what = case.what;
    let new_target = || {
        let target = FakeTarget::new();
        target.limit_to(case.limits);
        target
    };
    let undisturbed = new_target();
    run_all(volume, &case.order, &undisturbed).expect("a restore");
    let expected = undisturbed.files();
    let mut operation = 0;
    loop {
        operation += 1;
        let target = new_target();
        target.vanish_at(operation);
        match run_all(volume, &case.order, &target) {
            Ok(_) => break,
            Err(error) => {
                assert_eq!(
                    error,
                    RestoreError::TargetGone,
                    "{what}: operation {operation}"
                );
            }
        }
        for cut in [
            PowerCut::LosesAll,
            PowerCut::KeepsAll,
            PowerCut::Seeded(operation),
        ] {
            let target = target.copy();
            target.power_cut(cut);
            // What has a name is whole.
            for (path, file) in target.files() {
                assert_eq!(
                    file, expected[&path],
                    "{what}: {cut:?} at {operation}: {path}"
                );
            }
            let there = target.files().len() as u64;
            let report = run_all(volume, &case.order, &target).expect("a restore");
            assert!(
                report.is_complete(),
                "{what}: {cut:?} at {operation}: {report:?}"
            );
            let already = report.sum(|part| part.already_files);
            assert_eq!(already, there, "{what}: {cut:?} at {operation}");
            assert_eq!(target.files(), expected, "{what}");
            assert_eq!(target.staged_files(), 0);
        }
    }
    assert!(operation > 40, "{what}: {operation} operations");
}

#[test]
fn an_archive_drive_that_goes_or_fails_is_told_and_the_next_attempt_goes_on() {
    let (volume, bag, photos) = archive();
    let expected = expected(&photos);
    for operation in 1.. {
        let broken = volume.copy();
        broken.vanish_at(operation);
        let target = FakeTarget::new();
        let outcome = run(&broken, &all_of(&bag), &target);
        if outcome.is_ok() {
            break;
        }
        assert_eq!(
            outcome,
            Err(RestoreError::DriveGone),
            "operation {operation}"
        );
        run(&volume, &all_of(&bag), &target).expect("a restore");
        assert_eq!(target.files(), expected);
    }
    let io = VolumeError::Io {
        path: VolumePath::new("x"),
        errno: 5,
    };
    let named = |report: &RestoredPart| report.problems.len() + report.damage.len();
    for operation in 1.. {
        let broken = volume.copy();
        broken.fail_at(operation, io.clone());
        let target = FakeTarget::new();
        let before = broken.operations();
        match run(&broken, &all_of(&bag), &target) {
            Ok(report) if broken.operations() - before < operation => {
                assert_eq!(named(&report), 0);
                break;
            }
            // Named, or read a second time.
            Ok(report) => assert_eq!(
                report.restored_files + report.problems.len() as u64,
                6,
                "operation {operation}"
            ),
            Err(error) => {
                let is_told = matches!(
                    error,
                    RestoreError::DriveFailed(_) | RestoreError::Unlisted(_)
                );
                assert!(is_told, "operation {operation}: {error:?}");
            }
        }
        for (path, file) in target.files() {
            assert_eq!(file, expected[&path], "operation {operation}: {path}");
        }
    }
}

#[test]
fn a_disk_without_room_is_refused_before_anything_is_written() {
    let (volume, bag, photos) = archive();
    let target = FakeTarget::new();
    target.limit(16 << 20);
    let outcome = run(&volume, &all_of(&bag), &target);
    assert!(
        matches!(outcome, Err(RestoreError::NotEnoughSpace { needed_bytes, free_bytes })
            if needed_bytes > free_bytes),
        "{outcome:?}"
    );
    assert!(target.files().is_empty());
    // What is there already needs none.
    for photo in &photos {
        target.put(&photo.path, &photo.content);
    }
    let report = run(&volume, &all_of(&bag), &target).expect("a restore");
    assert_eq!(report.already_files, 6);
    let full = FakeTarget::new();
    full.fail_at(12, TargetError::Full);
    let outcome = run(&volume, &all_of(&bag), &full);
    assert_eq!(outcome, Err(RestoreError::TargetFull));
}

#[test]
fn a_disk_that_lies_is_caught() {
    let (volume, bag, photos) = archive();
    let target = FakeTarget::new();
    target.flip_on_read_back(1);
    let report = run(&volume, &all_of(&bag), &target).expect("a restore");
    assert_eq!(report.restored_files, 5);
    assert_eq!(report.problems[0].reason.code(), "not-kept");
    assert_eq!(target.files().len(), 5);
    let report = run(&volume, &all_of(&bag), &target).expect("a restore");
    assert_eq!((report.restored_files, report.already_files), (1, 5));
    assert_eq!(target.files(), expected(&photos));
}

#[test]
fn a_restore_can_be_stopped_and_taken_up_again() {
    let (volume, bags) = family();
    let target = FakeTarget::new();
    let cancel = Cancel::new();
    let watch = |progress| {
        if matches!(progress, RestoreProgress::Read { bytes } if bytes > 3_000) {
            cancel.cancel();
        }
    };
    let outcome = restore(&volume, &all_of(&bags[0]), &target, &watch, &cancel);
    assert_eq!(outcome, Err(RestoreError::Stopped));
    let report = run(&volume, &all_of(&bags[0]), &target).expect("a restore");
    assert!(report.is_complete());
    assert_eq!(target.files().len(), 4);
    assert_eq!(target.staged_files(), 0);
}
