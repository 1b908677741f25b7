//! Files that are not whole by their own account: asked for once more, archived all the same, and named.

use heirloom_engine::{ProblemReason, RunError, RunReport, SourceError};
use heirloom_fakes::{FakeFile, FakeSource, FakeVolume};
use heirloom_format::{Digest, Status};

use crate::kit::{bytes, check, check_mirrors, new_archive, phone, photo, run};
use crate::recovery::archive_of;

/// A JPEG that is whole by its own account: a beginning, a scan without markers, an end.
pub(crate) fn jpeg(seed: u64, size_bytes: usize) -> Vec<u8> {
    let mut content = b"\xff\xd8\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00".to_vec();
    let scan = bytes(seed, size_bytes - content.len() - 2);
    content.extend(
        scan.into_iter()
            .map(|it| if it == 0xff { 0xfe } else { it }),
    );
    content.extend(b"\xff\xd9");
    content
}

/// An MP4 with its pictures first and its index last, as cameras write it.
pub(crate) fn mp4(seed: u64, size_bytes: usize) -> Vec<u8> {
    let of_box = |kind: &[u8; 4], content: &[u8]| {
        let size_bytes = content.len() as u32 + 8;
        [&size_bytes.to_be_bytes()[..], kind, content].concat()
    };
    let ftyp = of_box(b"ftyp", b"isom\x00\x00\x02\x00isommp41");
    let moov = of_box(b"moov", &of_box(b"mvhd", &[1; 100]));
    let mdat = of_box(
        b"mdat",
        &bytes(seed, size_bytes - ftyp.len() - moov.len() - 8),
    );
    [ftyp, mdat, moov].concat()
}

/// Of the same length, and zeros from its middle on: what some devices give for what they can't read.
fn zeros_from_the_middle(mut content: Vec<u8>) -> Vec<u8> {
    let middle = content.len() / 2;
    content[middle..].fill(0);
    content
}

fn first_half(mut content: Vec<u8>) -> Vec<u8> {
    content.truncate(content.len() / 2);
    content
}

fn picture(name: &str, content: Vec<u8>) -> FakeFile {
    let path = format!("Internal shared storage/DCIM/Camera/{name}");
    FakeFile::new(&path, content, 1_700_400_000)
}

/// Two photos, and this file before them.
fn phone_with(file: FakeFile) -> FakeSource {
    let mut source = phone(1..=2);
    source.files.push(file);
    source
}

fn times_fetched(source: &mut FakeSource, name: &str) -> usize {
    let fetched = source.take_fetched();
    fetched.iter().filter(|it| it.ends_with(name)).count()
}

/// The word in the newest snapshot.
fn word(volume: &FakeVolume, name: &str) -> Option<String> {
    let newest = check(volume).pop().expect("a snapshot");
    let mut records = newest.snapshot.files.into_iter();
    let record = records.find(|it| it.path.file_name() == name);
    record.expect("the file").suspect
}

/// It is a complete snapshot, and nothing may be erased.
fn check_doubtful(report: &RunReport) {
    assert!(report.completeness.is_complete(), "{:?}", report.problems);
    assert_eq!(report.suspect_files, 1);
    assert!(report.safe_to_erase().is_none());
}

#[test]
fn what_is_cut_off_once_is_asked_for_again_and_is_right() {
    type Spoil = fn(Vec<u8>) -> Vec<u8>;
    for (size_bytes, spoil) in [
        (9_000, zeros_from_the_middle as Spoil),
        (9_000, first_half),
        // In several pieces.
        (3_000_000, zeros_from_the_middle),
        (3_000_000, first_half),
    ] {
        let volume = new_archive();
        let mut source = phone_with(picture("A.jpg", jpeg(5, size_bytes)));
        source.files[2].instead = [spoil(jpeg(5, size_bytes))].into();
        let report = run(&volume, &mut source).expect("a run");
        assert_eq!((report.problems.len(), report.suspect_files), (0, 0));
        assert!(report.safe_to_erase().is_some());
        assert_eq!(times_fetched(&mut source, "A.jpg"), 2);
        check_mirrors(&volume, &source);
        assert_eq!(word(&volume, "A.jpg"), None);
    }
}

#[test]
fn what_is_damaged_on_the_device_is_archived_and_named_from_then_on() {
    for (name, content, expected) in [
        ("A.jpg", first_half(jpeg(5, 9_000)), "no-end"),
        ("A.jpg", first_half(jpeg(5, 3_000_000)), "no-end"),
        ("A.jpg", Vec::new(), "empty"),
        ("A.jpg", vec![0; 70_000], "all-zeros"),
        ("A.mp4", first_half(mp4(5, 70_000)), "cut-off"),
    ] {
        let volume = new_archive();
        let mut source = phone_with(picture(name, content));
        let report = run(&volume, &mut source).expect("a run");
        check_doubtful(&report);
        let [problem] = &report.problems[..] else {
            panic!("{expected}: {:?}", report.problems)
        };
        assert!(problem.place.ends_with(name), "{problem:?}");
        assert!(matches!(problem.reason, ProblemReason::Suspect(_)));
        assert!(problem.reason.is_archived());
        assert_eq!(times_fetched(&mut source, name), 2, "{expected}");
        let published = check_mirrors(&volume, &source);
        assert_eq!(published.snapshot.status, Status::Complete);
        assert_eq!(published.snapshot.problems[0].reason, "suspect");
        assert_eq!(word(&volume, name).as_deref(), Some(expected));

        // It is known; asking each time would come to nothing.
        let report = run(&volume, &mut source).expect("a second run");
        assert!(report.up_to_date);
        check_doubtful(&report);
        assert_eq!(times_fetched(&mut source, name), 0);

        source.files.push(photo(3));
        let report = run(&volume, &mut source).expect("a third run");
        assert_eq!((report.new_files, report.linked_files), (1, 3));
        check_doubtful(&report);
        assert_eq!(times_fetched(&mut source, name), 0);
        assert_eq!(word(&volume, name).as_deref(), Some(expected));

        // Repaired on the device, it is another file.
        source.files[2].content = jpeg(6, 9_000);
        let report = run(&volume, &mut source).expect("a fourth run");
        assert_eq!(report.suspect_files, 0);
        assert!(report.safe_to_erase().is_some());
        assert_eq!(word(&volume, name), None);
    }
}

#[test]
fn an_interrupted_run_does_not_forget_what_is_damaged() {
    let volume = new_archive();
    let mut source = phone_with(picture("A.jpg", first_half(jpeg(5, 9_000))));
    // It is fetched first, twice.
    source.fails_after = Some((2 * 4_500 + 100, SourceError::Gone));
    assert_eq!(run(&volume, &mut source), Err(RunError::SourceGone));
    assert_eq!(times_fetched(&mut source, "A.jpg"), 2);
    source.reconnect();
    let report = run(&volume, &mut source).expect("a run");
    assert_eq!((report.resumed_files, report.new_files), (1, 2));
    check_doubtful(&report);
    assert_eq!(times_fetched(&mut source, "A.jpg"), 0);
    assert_eq!(word(&volume, "A.jpg").as_deref(), Some("no-end"));
    check_mirrors(&volume, &source);
}

/// Makes of the journal's first segment, which must be its only one, what a version wrote that left out what the words do not tell.
fn make_older(volume: &FakeVolume) {
    let mut paths = volume.files().into_keys();
    let segment = paths.find(|path| path.ends_with("/verified-0001.jsonl"));
    assert!(!paths.any(|path| path.contains("/verified-")));
    volume.tamper(&segment.expect("a journal"), |content| {
        let text = String::from_utf8(std::mem::take(content)).expect("text");
        let (lines, _) = text.rsplit_once("sealed ").expect("a seal");
        let mut older = String::new();
        for line in lines.lines() {
            let mut line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            line.as_object_mut()
                .expect("an object")
                .remove("suspect_numbers");
            older += &format!("{line}\n");
        }
        let seal = Digest::of(older.as_bytes());
        *content = format!("{older}sealed {seal}\n").into_bytes();
    });
}

#[test]
fn what_an_older_journal_does_not_tell_is_fetched_again() {
    for (name, content, times) in [
        ("A.jpg", first_half(jpeg(5, 18_000)), 0),
        ("A.jpg", zeros_from_the_middle(jpeg(5, 9_000)), 2),
        ("A.mp4", first_half(mp4(5, 18_000)), 2),
    ] {
        for is_older in [false, true] {
            let volume = new_archive();
            let mut source = phone_with(picture(name, content.clone()));
            let undisturbed = volume.copy();
            let expected = run(&undisturbed, &mut source).expect("a run");
            source.fails_after = Some((2 * 9_000 + 100, SourceError::Gone));
            assert_eq!(run(&volume, &mut source), Err(RunError::SourceGone));
            if is_older {
                make_older(&volume);
            }
            source.reconnect();
            source.take_fetched();
            let report = run(&volume, &mut source).expect("a run");
            assert_eq!(report.problems, expected.problems, "{name}");
            check_doubtful(&report);
            let times = if is_older { times } else { 0 };
            assert_eq!(times_fetched(&mut source, name), times, "{name}");
            assert!(archive_of(&volume) == archive_of(&undisturbed), "{name}");
        }
    }
}

#[test]
fn what_was_named_and_then_not_kept_by_the_drive_is_named_once() {
    // The drive gives back something else at first, so that it is fetched, and judged, a second time.
    for (is_repaired, named) in [(false, 1), (true, 0)] {
        let volume = new_archive();
        let broken = first_half(jpeg(5, 9_000));
        let mut source = phone_with(picture("A.jpg", broken.clone()));
        if is_repaired {
            source.files[2].content = jpeg(6, 4_500);
            source.files[2].instead = [broken.clone(), broken].into();
        }
        volume.flip_when_written("A.jpg", 1);
        let report = run(&volume, &mut source).expect("a run");
        assert!(report.completeness.is_complete(), "{:?}", report.problems);
        assert_eq!(report.problems.len(), named, "{:?}", report.problems);
        assert_eq!(report.suspect_files, named as u64);
        check_mirrors(&volume, &source);
    }
}

#[test]
fn what_is_no_picture_is_its_owners_affair() {
    let volume = new_archive();
    let mut source = phone_with(picture("A.jpg", b"a text under a picture's name".to_vec()));
    source.files.push(picture("B.mp4", bytes(7, 5_000)));
    source.files.push(picture("C.txt", Vec::new()));
    source.files.push(picture("D.jpg", jpeg(5, 9_000)));
    source.files.push(picture("E.mp4", mp4(5, 9_000)));
    let report = run(&volume, &mut source).expect("a run");
    assert_eq!((report.problems.len(), report.suspect_files), (0, 0));
    assert!(report.safe_to_erase().is_some());
    assert_eq!(source.take_fetched().len(), 7, "each once");
    check_mirrors(&volume, &source);
}

#[test]
fn a_long_file_that_is_gone_on_with_is_looked_at_as_a_whole() {
    type Make = fn(u64, usize) -> Vec<u8>;
    let whole: [(&str, Make); 2] = [("A.jpg", jpeg), ("A.mp4", mp4)];
    for (name, make) in whole {
        for is_broken in [false, true] {
            let volume = new_archive();
            // Twice as long where its second half is missing.
            let content = match is_broken {
                false => make(5, 5_000_000),
                true => first_half(make(5, 10_000_000)),
            };
            let mut source = phone_with(picture(name, content));
            source.fails_after = Some((3_000_000, SourceError::Gone));
            assert_eq!(run(&volume, &mut source), Err(RunError::SourceGone));
            source.reconnect();
            source.take_fetched();
            let report = run(&volume, &mut source).expect("a run");
            check_mirrors(&volume, &source);
            let begun_at: Vec<u64> = source
                .take_fetched_from()
                .into_iter()
                .filter(|(path, _)| path.ends_with(name))
                .map(|(_, from_byte)| from_byte)
                .collect();
            if is_broken {
                check_doubtful(&report);
                assert_eq!(
                    begun_at,
                    [3_000_000, 0],
                    "{name}: and once more, as a whole"
                );
            } else {
                assert_eq!(report.problems, [], "{name}");
                assert!(report.safe_to_erase().is_some());
                assert_eq!(begun_at, [3_000_000], "{name}");
            }
        }
    }
}
