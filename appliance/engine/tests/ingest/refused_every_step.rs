//! Files that look damaged and are refused when they are asked for once more: faults at every single step of such a run.

use heirloom_engine::{RunError, SourceError, VolumeError, VolumePath};
use heirloom_fakes::{FakeFile, FakeVolume, PowerCut};

use crate::doubtful::{jpeg, mp4};
use crate::kit::{check, run};
use crate::recovery::{check_recovery, later_phone, some_days_later, undisturbed};

/// In memory while it is asked for again; on the drive, where it is a long one with notes of its parts.
const SHORT_BYTES: usize = 9_000;
const LONG_BYTES: usize = 1_300_000;

fn cut_to(size_bytes: usize, mut content: Vec<u8>) -> Vec<u8> {
    content.truncate(size_bytes);
    content
}

fn with_zeros_at_its_end(mut content: Vec<u8>) -> Vec<u8> {
    let middle = content.len() / 2;
    content[middle..].fill(0);
    content
}

/// What each attempt is given once; then so many bytes, and a refusal.
fn refused_again(name: &str, content: Vec<u8>, bytes_before_failure: usize) -> FakeFile {
    let path = format!("Internal shared storage/DCIM/Camera/{name}");
    FakeFile {
        failure_after: Some((1, SourceError::Refused { code: 0x2002 })),
        bytes_before_failure,
        ..FakeFile::new(&path, content, 1_700_400_000)
    }
}

/// Short and long ones that have no end, or end in zeros, or are cut off by their own account, before, among and after photos.
fn doubtful_files() -> Vec<FakeFile> {
    let short = |seed| cut_to(SHORT_BYTES, jpeg(seed, 2 * SHORT_BYTES));
    vec![
        refused_again("A.jpg", short(11), 0),
        refused_again("B.jpg", with_zeros_at_its_end(jpeg(12, SHORT_BYTES)), 700),
        refused_again("C.jpg", cut_to(LONG_BYTES, jpeg(13, LONG_BYTES + 2)), 0),
        refused_again(
            "Q.mp4",
            cut_to(LONG_BYTES, mp4(14, 2 * LONG_BYTES)),
            LONG_BYTES - 1,
        ),
        refused_again("Z.mp4", cut_to(SHORT_BYTES, mp4(15, 2 * SHORT_BYTES)), 0),
    ]
}

fn doubtful_run() -> (FakeVolume, Vec<FakeFile>) {
    let (volume, mut files) = some_days_later();
    files.extend(doubtful_files());
    (volume, files)
}

#[test]
fn a_power_cut_at_any_operation_forgets_no_suspicion() {
    let (volume, files) = doubtful_run();
    let expected = undisturbed(&volume, &files);
    for operation in 1.. {
        let broken = volume.copy();
        broken.vanish_at(operation);
        match run(&broken, &mut later_phone(&files)) {
            Ok(_) => {
                assert!(operation > 100, "more operations than {operation}");
                break;
            }
            Err(error) => assert_eq!(error, RunError::DriveGone, "operation {operation}"),
        }
        // The drive is only pulled, or loses what was not flushed, or some of it.
        if operation % 3 == 0 {
            let replugged = broken.copy();
            let what = format!("gone at {operation}");
            check_recovery(&replugged, &files, 1, &expected, &what);
        }
        for cut in [PowerCut::LosesAll, PowerCut::Seeded(operation)] {
            let restarted = broken.copy();
            restarted.power_cut(cut);
            let what = format!("{cut:?} at {operation}");
            check_recovery(&restarted, &files, 1, &expected, &what);
        }
    }
}

#[test]
fn a_power_cut_while_an_interrupted_run_goes_on_forgets_none_either() {
    let (volume, files) = doubtful_run();
    let expected = undisturbed(&volume, &files);
    let handed_bytes = {
        let mut source = later_phone(&files);
        run(&volume.copy(), &mut source).expect("an undisturbed run");
        source.take_handed_bytes()
    };
    // Within the second reading of the second long one: what came before is verified and noted.
    let interrupted = volume.copy();
    let mut source = later_phone(&files);
    source.fails_after = Some((handed_bytes - 600_000, SourceError::Gone));
    assert_eq!(run(&interrupted, &mut source), Err(RunError::SourceGone));
    for operation in 1.. {
        let broken = interrupted.copy();
        broken.vanish_at(operation);
        if run(&broken, &mut later_phone(&files)).is_ok() {
            assert!(operation > 60, "more operations than {operation}");
            break;
        }
        for cut in [PowerCut::LosesAll, PowerCut::Seeded(operation)] {
            let restarted = broken.copy();
            restarted.power_cut(cut);
            let what = format!("{cut:?} at {operation}");
            check_recovery(&restarted, &files, 1, &expected, &what);
        }
    }
}

#[test]
fn a_phone_that_is_pulled_within_either_reading_forgets_none() {
    let (volume, mut files) = doubtful_run();
    // All of them are given twice.
    for file in &mut files {
        file.failure_after = None;
    }
    let expected = undisturbed(&volume, &files);
    let mut source = later_phone(&files);
    run(&volume.copy(), &mut source).expect("an undisturbed run");
    let handed_bytes = source.take_handed_bytes();
    assert!(handed_bytes > 4 * LONG_BYTES as u64, "{handed_bytes}");
    // Every moment of the short ones at the beginning, and then some.
    let early = (0..4 * SHORT_BYTES as u64).step_by(1_999);
    let later = (4 * SHORT_BYTES as u64..=handed_bytes).step_by(270_001);
    for after_bytes in early.chain(later) {
        let interrupted = volume.copy();
        let mut source = later_phone(&files);
        source.fails_after = Some((after_bytes, SourceError::Gone));
        let outcome = run(&interrupted, &mut source);
        let what = format!("after {after_bytes} bytes: {outcome:?}");
        assert!(
            matches!(outcome, Ok(_) | Err(RunError::SourceGone)),
            "{what}"
        );
        if outcome.is_err() && after_bytes % 2 == 0 {
            interrupted.power_cut(PowerCut::Seeded(after_bytes));
        }
        check_recovery(&interrupted, &files, 1, &expected, &what);
    }
}

#[test]
fn a_drive_that_is_full_or_fails_at_any_operation_is_told_and_forgets_none() {
    let (volume, files) = doubtful_run();
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
            let what = format!("{error} at {operation}: {outcome:?}");
            match outcome {
                Ok(_) if !reached => break,
                Ok(report) => {
                    // What is not read back right is fetched again, and refused: then it is named.
                    let codes = report.problems.iter().map(|it| it.reason.code());
                    let lost = codes.filter(|code| *code == "not-read").count();
                    assert_eq!(report.completeness.is_complete(), lost == 0, "{what}");
                    assert_eq!(report.suspect_files as usize + lost, 5, "{what}");
                    assert_eq!(report.problems.len(), 5, "{what}");
                    check(&failing);
                }
                Err(told) => {
                    let is_right = matches!(
                        (&error, &told),
                        (VolumeError::Full, RunError::DriveFull { .. })
                            | (VolumeError::Io { .. }, RunError::DriveFailed(_))
                    );
                    assert!(is_right, "{what}");
                    check_recovery(&failing, &files, 1, &expected, &what);
                }
            }
        }
    }
}
