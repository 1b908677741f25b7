//! Long files of which an interrupted run had a part: where the next attempt begins, and when it begins anew.

use std::collections::BTreeSet;
use std::sync::Arc;

use heirloom_engine::{
    Cancel, Progress, RunError, RunReport, SourceError, Volume, VolumePath, ingest,
};
use heirloom_fakes::{FakeFile, FakeSource, FakeVolume, PowerCut};

use crate::kit::{bytes, check, check_mirrors, new_archive, order, phone, photo, run, run_watched};
use crate::recovery::vouched;

const LONG_BYTES: u64 = 5_000_000;

pub(crate) fn long_file(seed: u64, name: &str, size_bytes: u64) -> FakeFile {
    FakeFile::new(
        &format!("Internal shared storage/Movies/{name}"),
        bytes(seed, size_bytes as usize),
        1_700_500_000,
    )
}

/// Two photos, then a long file.
fn phone_with_a_long_file() -> FakeSource {
    let mut source = phone(1..=2);
    source.files.push(long_file(9, "long.mp4", LONG_BYTES));
    source
}

fn photo_bytes() -> u64 {
    (1..=2).map(|it| photo(it).content.len() as u64).sum()
}

/// Where the part is that is kept.
fn stored(volume: &FakeVolume) -> Option<String> {
    let mut paths = volume.files().into_keys();
    paths.find(|path| path.starts_with(".incoming/") && path.ends_with("/long.mp4"))
}

fn tamper(volume: &FakeVolume, change: impl FnOnce(&mut Vec<u8>)) {
    volume.tamper(&stored(volume).expect("a part"), change);
}

/// An archive whose first run lost its phone, or was stopped by another error of it, when it had so much of the long file.
fn interrupted(part_bytes: u64, error: SourceError) -> (FakeVolume, FakeSource) {
    let volume = new_archive();
    let mut source = phone_with_a_long_file();
    source.fails_after = Some((photo_bytes() + part_bytes, error));
    run(&volume, &mut source).expect_err("an interrupted run");
    source.reconnect();
    source.take_fetched();
    source.take_handed_bytes();
    (volume, source)
}

/// Where the fetches of the long file began.
fn begun_at(source: &mut FakeSource) -> Vec<u64> {
    let fetched = source.take_fetched_from().into_iter();
    fetched
        .filter(|(path, _)| path.ends_with("long.mp4"))
        .map(|(_, from_byte)| from_byte)
        .collect()
}

fn check_complete(volume: &FakeVolume, source: &FakeSource, report: &RunReport) {
    assert!(report.completeness.is_complete(), "{:?}", report.problems);
    check_mirrors(volume, source);
}

#[test]
fn only_the_rest_is_asked_for_after_an_unplugged_cable() {
    for error in [
        SourceError::Gone,
        SourceError::TimedOut,
        SourceError::Locked,
    ] {
        // Not even the first piece, a part of it, one byte less than all, all but the second listing.
        for part_bytes in [1_000, 1_400_000, 3_777_777, LONG_BYTES - 1, LONG_BYTES] {
            let (volume, mut source) = interrupted(part_bytes, error.clone());
            let kept_bytes = match part_bytes {
                1_000 => 0,
                part_bytes => part_bytes,
            };
            let (report, seen) = run_watched(&volume, &mut source);
            check_complete(&volume, &source, &report.expect("a run"));
            let rest_bytes = LONG_BYTES - kept_bytes;
            assert_eq!(
                source.take_handed_bytes(),
                rest_bytes,
                "{error} {part_bytes}"
            );
            if rest_bytes == 0 {
                // It was whole and verified.
                continue;
            }
            assert_eq!(begun_at(&mut source), [kept_bytes]);
            let is_planned = |it: &Progress| matches!(it, Progress::Planned { to_fetch_bytes, .. } if *to_fetch_bytes == rest_bytes);
            assert!(seen.iter().any(is_planned), "{seen:?}");
            let goes_on = |it: &Progress| matches!(it, Progress::Fetching { from_byte, .. } if *from_byte == kept_bytes);
            assert!(seen.iter().any(goes_on), "{seen:?}");
            assert!(seen.contains(&Progress::Moved { bytes: rest_bytes }));
            let is_taken_up = |it: &Progress| {
                matches!(it, Progress::TakingUp { bytes, of_bytes, .. }
                    if bytes == of_bytes && *bytes == kept_bytes)
            };
            assert_eq!(seen.iter().any(is_taken_up), kept_bytes > 0, "{seen:?}");
        }
    }
}

#[test]
fn each_attempt_gets_further_however_often_the_cable_comes_off() {
    let volume = new_archive();
    let mut source = phone_with_a_long_file();
    let mut attempts = 0;
    let report = loop {
        attempts += 1;
        source.reconnect();
        source.fails_after = Some((1_300_000, SourceError::Gone));
        match run(&volume, &mut source) {
            Ok(report) => break report,
            Err(error) => assert_eq!(error, RunError::SourceGone),
        }
        assert!(attempts < 10, "it does not come to an end");
    };
    check_complete(&volume, &source, &report);
    let all_bytes = photo_bytes() + LONG_BYTES;
    assert_eq!(source.take_handed_bytes(), all_bytes, "no byte came twice");
    assert_eq!(attempts, all_bytes.div_ceil(1_300_000));
}

#[test]
fn a_run_that_is_stopped_keeps_the_part_too() {
    let volume = new_archive();
    let mut source = phone_with_a_long_file();
    let cancel = Cancel::new();
    let stop = cancel.clone();
    let watch = move |progress| {
        if matches!(progress, Progress::Moved { bytes } if bytes > 2_000_000) {
            stop.cancel();
        }
    };
    let volume_port = Arc::new(volume.clone());
    let outcome = ingest(&mut source, volume_port, &order(), &watch, &cancel);
    assert_eq!(outcome, Err(RunError::Stopped));
    source.take_fetched();
    let report = run(&volume, &mut source).expect("a run");
    check_complete(&volume, &source, &report);
    let begun_at = begun_at(&mut source);
    assert!(
        matches!(begun_at[..], [2_000_000..=LONG_BYTES]),
        "{begun_at:?}"
    );
}

#[test]
fn another_file_in_its_place_begins_anew() {
    type Change = fn(&mut FakeFile);
    let changes: [(&str, Change); 4] = [
        ("longer", |file| file.content.push(1)),
        ("shorter", |file| file.content.truncate(4_000_000)),
        ("another time", |file| file.modified = photo(3).modified),
        ("no time", |file| file.modified = None),
    ];
    for (what, change) in changes {
        let (volume, mut source) = interrupted(3_000_000, SourceError::Gone);
        // Its beginning is another, too.
        source.files[2].content[77] ^= 1;
        change(&mut source.files[2]);
        let report = run(&volume, &mut source).expect("a run");
        check_complete(&volume, &source, &report);
        assert_eq!(begun_at(&mut source), [0], "{what}");
    }
}

#[test]
fn a_file_that_nothing_tells_from_another_begins_anew() {
    // Without a time; with a time that is nonsense; two of one path.
    type Make = fn(&mut FakeSource);
    let makes: [Make; 3] = [
        |source| source.files[2].modified = None,
        |source| source.files[2].modified.as_mut().expect("a time").unix_s = None,
        |source| {
            let twin = long_file(10, "long.mp4", LONG_BYTES);
            source.files.push(twin);
        },
    ];
    for make in makes {
        let volume = new_archive();
        let mut source = phone_with_a_long_file();
        make(&mut source);
        source.fails_after = Some((photo_bytes() + 3_000_000, SourceError::Gone));
        assert_eq!(run(&volume, &mut source), Err(RunError::SourceGone));
        assert!(stored(&volume).is_none(), "nothing is kept of it");
        source.reconnect();
        source.take_fetched();
        let report = run(&volume, &mut source).expect("a run");
        assert!(report.completeness.is_complete(), "{:?}", report.problems);
        assert!(
            begun_at(&mut source)
                .iter()
                .all(|from_byte| *from_byte == 0)
        );
        check(&volume);
    }
}

#[test]
fn a_part_that_the_drive_does_not_give_back_begins_anew() {
    type Change = fn(&FakeVolume);
    let changes: [(&str, Change); 6] = [
        ("a bit in the middle", |volume| {
            tamper(volume, |content| content[1_500_000] ^= 1)
        }),
        ("the last bit", |volume| {
            tamper(volume, |content| content[2_999_999] ^= 0x80)
        }),
        ("cut", |volume| {
            tamper(volume, |content| content.truncate(2_999_999))
        }),
        ("missing", |volume| {
            let path = VolumePath::new(stored(volume).expect("a part"));
            volume.remove(&path).expect("remove");
        }),
        ("a bit that is read wrong", |volume| {
            volume.flip_on_read_back("long.mp4", 1)
        }),
        ("the note is cut", |volume| {
            let is_it = |content: &[u8]| String::from_utf8_lossy(content).contains("3000000");
            let files = volume.files();
            let mut journal = files.iter().filter(|(path, _)| path.contains("/verified-"));
            let (path, _) = journal.find(|(_, it)| is_it(&it.content)).expect("a note");
            volume.tamper(path, |content| content.truncate(content.len() - 9));
        }),
    ];
    for (what, change) in changes {
        let (volume, mut source) = interrupted(3_000_000, SourceError::Gone);
        change(&volume);
        let report = run(&volume, &mut source).expect("a run");
        check_complete(&volume, &source, &report);
        // Without the last note, the one before it counts, or none.
        let begun_at = begun_at(&mut source);
        if what == "the note is cut" {
            assert!(matches!(begun_at[..], [1..3_000_000]), "{begun_at:?}");
        } else {
            assert_eq!(begun_at, [0], "{what}");
        }
    }
}

#[test]
fn what_was_appended_after_the_note_is_not_trusted() {
    let (volume, mut source) = interrupted(3_000_000, SourceError::Gone);
    tamper(&volume, |content| content.extend([7; 10_000]));
    let report = run(&volume, &mut source).expect("a run");
    check_complete(&volume, &source, &report);
    assert_eq!(begun_at(&mut source), [3_000_000]);
}

#[test]
fn a_flaw_that_only_the_whole_file_shows_is_made_good() {
    let (volume, mut source) = interrupted(3_000_000, SourceError::Gone);
    // The rest goes on in the middle, arrives, and then the drive gives back something else.
    volume.flip_when_written("long.mp4", 1);
    let report = run(&volume, &mut source).expect("a run");
    check_complete(&volume, &source, &report);
    assert_eq!(begun_at(&mut source), [3_000_000, 0]);
}

#[test]
fn a_file_with_a_second_name_is_never_opened_to_be_written() {
    let (volume, mut source) = interrupted(3_000_000, SourceError::Gone);
    let elsewhere = VolumePath::new("elsewhere");
    let path = VolumePath::new(stored(&volume).expect("a part"));
    volume.link(&path, &elsewhere).expect("a second name");
    let report = run(&volume, &mut source).expect("a run");
    check_complete(&volume, &source, &report);
    assert_eq!(begun_at(&mut source), [0]);
    let kept = &volume.files()["elsewhere"].content;
    assert!(*kept == source.files[2].content[..3_000_000], "it stayed");
}

#[test]
fn a_device_that_cannot_go_on_in_the_middle_is_read_from_its_first_byte() {
    // What it answers, and where the attempts begin until one succeeds. A device that falls silent ends the run.
    let answers: [(SourceError, &[u64]); 5] = [
        (SourceError::Refused { code: 0x2005 }, &[3_000_000, 0]),
        (SourceError::Io { errno: 5 }, &[3_000_000, 0]),
        (SourceError::TimedOut, &[3_000_000, 0]),
        (SourceError::Garbled { what: "a part" }, &[3_000_000, 0]),
        // That was a cable, and no answer at all.
        (SourceError::Gone, &[3_000_000, 3_000_000]),
    ];
    for (error, expected) in answers {
        let (volume, mut source) = interrupted(3_000_000, SourceError::Gone);
        source.files[2].failure_in_the_middle = Some(error.clone());
        let mut outcome = run(&volume, &mut source);
        if !error.is_about_one_object() {
            assert!(outcome.is_err(), "{error}");
            source.reconnect();
            source.files[2].failure_in_the_middle = None;
            outcome = run(&volume, &mut source);
        }
        check_complete(&volume, &source, &outcome.expect("a run"));
        assert_eq!(begun_at(&mut source), expected, "{error}");
    }
}

#[test]
fn no_note_is_ahead_of_what_it_is_about() {
    let mut noted = BTreeSet::new();
    for operation in 1.. {
        let volume = new_archive();
        volume.vanish_at(operation);
        if run(&volume, &mut phone_with_a_long_file()).is_ok() {
            break;
        }
        let seeds = (0..6).map(|seed| PowerCut::Seeded(operation * 37 + seed));
        for cut in [PowerCut::LosesAll, PowerCut::KeepsAll]
            .into_iter()
            .chain(seeds)
        {
            let restarted = volume.copy();
            restarted.power_cut(cut);
            let vouched = vouched(&restarted);
            assert_eq!(vouched.parts, vouched.noted, "{cut:?} at {operation}");
            noted.extend(vouched.noted.into_values());
        }
    }
    assert!(noted.len() >= 4, "a note after each piece: {noted:?}");
}

#[test]
fn what_there_is_of_a_long_file_needs_no_room_again() {
    let (volume, mut source) = interrupted(3_000_000, SourceError::Gone);
    // The reserve, the rest, and not one megabyte more.
    let used_bytes: u64 = volume
        .files()
        .values()
        .map(|it| it.content.len() as u64)
        .sum();
    volume.limit(used_bytes + (16 << 20) + 2_000_000 + 500_000);
    let report = run(&volume, &mut source).expect("a run");
    check_complete(&volume, &source, &report);
    assert_eq!(begun_at(&mut source), [3_000_000]);
}
