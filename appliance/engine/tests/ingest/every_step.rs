//! Faults at every single step of a small run, and at a sample of those of a larger one.

use heirloom_engine::{RunError, SourceError};
use heirloom_fakes::{FakeFile, FakeVolume, PowerCut};

use crate::kit::{bytes, check, new_archive, photo, run};
use crate::parts::long_file;
use crate::recovery::{check_recovery, later_phone, some_days_later, undisturbed};

/// A first run, and one some days later: archive, phone, how many snapshots there are before.
fn small_runs() -> [(FakeVolume, Vec<FakeFile>, usize); 2] {
    let mut first = vec![photo(1), photo(2), photo(2), photo(3)];
    first[2].path[1] = "Sent".to_owned();
    let (volume, files) = some_days_later();
    [(new_archive(), first, 0), (volume, files, 1)]
}

#[test]
fn a_drive_that_vanishes_or_loses_power_at_any_operation_loses_nothing() {
    for (volume, files, before) in small_runs() {
        let expected = undisturbed(&volume, &files);
        let mut operation = 0;
        loop {
            operation += 1;
            let broken = volume.copy();
            broken.vanish_at(operation);
            match run(&broken, &mut later_phone(&files)) {
                Ok(_) => break,
                Err(error) => assert_eq!(error, RunError::DriveGone, "operation {operation}"),
            }
            let replugged = broken.copy();
            let what = format!("gone at {operation}");
            check_recovery(&replugged, &files, before, &expected, &what);
            let seeds = (0..6).map(|seed| PowerCut::Seeded(operation * 31 + seed));
            for cut in [PowerCut::LosesAll, PowerCut::KeepsAll]
                .into_iter()
                .chain(seeds)
            {
                let restarted = broken.copy();
                restarted.power_cut(cut);
                let what = format!("{cut:?} at {operation}");
                check_recovery(&restarted, &files, before, &expected, &what);
            }
        }
        assert!(operation > 60, "a run has more operations than {operation}");
    }
}

/// A long file that is new, one whose content is published under another name, and one that comes twice. What gives way to a link must never be
/// gone on with.
fn long_run() -> (FakeVolume, Vec<FakeFile>) {
    let volume = new_archive();
    let old = long_file(1, "a.mp4", 1_300_000);
    run(&volume, &mut later_phone(&[photo(1), old.clone()])).expect("a first run");
    let files = vec![
        photo(1),
        old,
        long_file(1, "b.mp4", 1_300_000),
        long_file(2, "c.mp4", 2_600_000),
        long_file(2, "d.mp4", 2_600_000),
        photo(2),
    ];
    (volume, files)
}

#[test]
fn long_files_lose_nothing_at_any_operation_either() {
    let (volume, files) = long_run();
    let expected = undisturbed(&volume, &files);
    for operation in 1.. {
        let broken = volume.copy();
        broken.vanish_at(operation);
        if run(&broken, &mut later_phone(&files)).is_ok() {
            assert!(operation > 80, "a run has more operations than {operation}");
            break;
        }
        // The drive is only pulled, or loses what was not flushed, or some of it.
        if operation % 3 == 0 {
            let replugged = broken.copy();
            let what = format!("gone at {operation}");
            check_recovery(&replugged, &files, 1, &expected, &what);
        }
        let some = (operation % 2 == 0).then_some(PowerCut::Seeded(operation));
        for cut in [PowerCut::LosesAll].into_iter().chain(some) {
            let restarted = broken.copy();
            restarted.power_cut(cut);
            let what = format!("{cut:?} at {operation}");
            check_recovery(&restarted, &files, 1, &expected, &what);
        }
    }
}

#[test]
fn an_attempt_that_goes_on_in_a_long_file_can_break_off_at_any_operation() {
    let (volume, files) = long_run();
    let expected = undisturbed(&volume, &files);
    // In the midst of the third long file that is new.
    let interrupted = volume.copy();
    let mut source = later_phone(&files);
    source.fails_after = Some((5_500_000, SourceError::Gone));
    assert_eq!(run(&interrupted, &mut source), Err(RunError::SourceGone));
    for operation in 1.. {
        let broken = interrupted.copy();
        broken.vanish_at(operation);
        if run(&broken, &mut later_phone(&files)).is_ok() {
            assert!(operation > 50, "a run has more operations than {operation}");
            break;
        }
        broken.power_cut(PowerCut::Seeded(operation));
        let what = format!("power cut at {operation}");
        check_recovery(&broken, &files, 1, &expected, &what);
    }
}

#[test]
fn a_phone_that_is_pulled_in_long_files_loses_nothing() {
    let (volume, files) = long_run();
    let expected = undisturbed(&volume, &files);
    let new_bytes = 1_300_000 + 2 * 2_600_000 + files[5].content.len() as u64;
    for after_bytes in (0..=new_bytes).step_by(200_003) {
        let interrupted = volume.copy();
        let mut source = later_phone(&files);
        source.fails_after = Some((after_bytes, SourceError::Gone));
        let outcome = run(&interrupted, &mut source);
        let what = format!("after {after_bytes} bytes: {outcome:?}");
        assert!(
            matches!(outcome, Ok(_) | Err(RunError::SourceGone)),
            "{what}"
        );
        check_recovery(&interrupted, &files, 1, &expected, &what);
    }
}

#[test]
fn a_second_power_cut_during_the_recovery_loses_nothing_either() {
    let (volume, files) = some_days_later();
    let expected = undisturbed(&volume, &files);
    for seed in 0..400 {
        let broken = volume.copy();
        broken.vanish_at(20 + seed * 7 % 90);
        let first = run(&broken, &mut later_phone(&files));
        broken.power_cut(PowerCut::Seeded(seed));
        check(&broken);
        broken.vanish_at(1 + seed * 13 % 110);
        let second = run(&broken, &mut later_phone(&files));
        broken.power_cut(PowerCut::Seeded(seed + 1_000));
        let what = format!("seed {seed}: {:?}, {:?}", first.err(), second.err());
        check_recovery(&broken, &files, 1, &expected, &what);
    }
}

#[test]
fn power_cuts_in_a_larger_run_lose_nothing() {
    let volume = new_archive();
    let mut files: Vec<FakeFile> = (0..300)
        .map(|number| FakeFile {
            // Every tenth content comes again, under another name and with another time.
            content: bytes(number - number % 10 / 9, 700 + number as usize % 7 * 300),
            ..photo(number)
        })
        .collect();
    files[7].content = bytes(7, 3 << 20);
    let expected = undisturbed(&volume, &files);
    let operations = {
        let counted = volume.copy();
        run(&counted, &mut later_phone(&files)).expect("a run");
        counted.operations()
    };
    assert!(operations > 1_000, "{operations}");
    for seed in 0..40 {
        let broken = volume.copy();
        let operation = 1 + seed * 7_919 % operations;
        broken.vanish_at(operation);
        // Threads take turns as they like, so a run may be through before the very last operations.
        let first = run(&broken, &mut later_phone(&files));
        broken.power_cut(PowerCut::Seeded(seed));
        let what = format!("seed {seed}, operation {operation}: {:?}", first.err());
        check_recovery(&broken, &files, 0, &expected, &what);
    }
}

#[test]
fn a_phone_that_is_pulled_at_any_moment_loses_nothing() {
    for (volume, files, before) in small_runs() {
        let expected = undisturbed(&volume, &files);
        let total_bytes: usize = files.iter().map(|file| file.content.len()).sum();
        for after_bytes in (0..=total_bytes as u64).step_by(331) {
            let interrupted = volume.copy();
            let mut source = later_phone(&files);
            source.fails_after = Some((after_bytes, SourceError::Gone));
            let outcome = run(&interrupted, &mut source);
            let what = format!("after {after_bytes} bytes: {outcome:?}");
            assert!(
                matches!(outcome, Ok(_) | Err(RunError::SourceGone)),
                "{what}"
            );
            check_recovery(&interrupted, &files, before, &expected, &what);
        }
    }
}

#[test]
fn a_bit_that_flips_on_its_way_to_the_drive_is_caught() {
    let (volume, files) = some_days_later();
    let expected = undisturbed(&volume, &files);
    for name in [
        "PXL_0005.jpg",
        "later.jpg",
        "manifest-sha256.txt",
        "snapshot.json",
        "shared-times.txt",
        "minisig",
    ] {
        let flipping = volume.copy();
        flipping.flip_when_written(name, 1);
        let report = run(&flipping, &mut later_phone(&files)).expect("written again");
        assert!(report.completeness.is_complete(), "{name}");
        check_recovery(&flipping, &files, 1, &expected, name);
    }
}
