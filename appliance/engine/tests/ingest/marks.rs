//! What there is to know of files beside whether they are whole: kept in each snapshot, counted in each report.

use heirloom_engine::{MarkCounts, MediaChoice, RunError, RunOrder, RunReport, SourceError};
use heirloom_fakes::{FakeFile, FakeSource, FakeVolume};
use heirloom_format::Status;

use crate::doubtful::jpeg;
use crate::kit::{bytes, check, check_mirrors, new_archive, order, run, run_as};

/// A PNG that is whole by its own account: its header, one piece of data, its end.
fn png() -> Vec<u8> {
    let part = |kind: &[u8; 4], content: &[u8]| {
        let size_bytes = (content.len() as u32).to_be_bytes();
        [&size_bytes[..], kind, content, &[0; 4]].concat()
    };
    let parts = [
        part(b"IHDR", &[1; 13]),
        part(b"IDAT", &[2; 500]),
        part(b"IEND", b""),
    ];
    [&b"\x89PNG\r\n\x1a\n"[..], &parts.concat()].concat()
}

/// A JPEG with a film behind it.
fn motion_photo() -> Vec<u8> {
    let of_box = |kind: &[u8; 4], content: &[u8]| {
        let size_bytes = content.len() as u32 + 8;
        [&size_bytes.to_be_bytes()[..], kind, content].concat()
    };
    [
        jpeg(5, 4_000),
        of_box(b"ftyp", b"mp42\x00\x00\x00\x00"),
        of_box(b"moov", &of_box(b"mvhd", &[1; 100])),
        of_box(b"mdat", &bytes(7, 5_000)),
    ]
    .concat()
}

fn file(path: &str, content: Vec<u8>) -> FakeFile {
    FakeFile::new(&format!("Internal/{path}"), content, 1_700_000_000)
}

/// The marks in the newest snapshot, of each file that has any.
fn marked(volume: &FakeVolume) -> Vec<(String, String)> {
    let newest = check(volume).pop().expect("a snapshot");
    let files = newest.snapshot.files.into_iter();
    files
        .filter(|it| !it.marks.is_empty())
        .map(|it| {
            let path = it.path.as_str().trim_start_matches("Internal/").to_owned();
            (path, it.marks.join(" "))
        })
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let pair = |(path, marks): &(&str, &str)| ((*path).to_owned(), (*marks).to_owned());
    expected.iter().map(pair).collect()
}

/// What is said of a source is said again when nothing is new, when a file more is there, and when all is read again.
fn check_that_marks_last(volume: &FakeVolume, source: &mut FakeSource, first: &RunReport) {
    let before = marked(volume);
    let report = run(volume, source).expect("a second run");
    assert!(report.up_to_date);
    assert_eq!(
        (&report.marks, &report.groups),
        (&first.marks, &first.groups)
    );
    source.files.push(file("more.txt", b"more".to_vec()));
    let report = run(volume, source).expect("a third run");
    assert_eq!(report.new_files, 1);
    assert_eq!(
        (&report.marks, &report.groups),
        (&first.marks, &first.groups)
    );
    assert_eq!(marked(volume), before);
    let read_all = RunOrder {
        read_all: true,
        ..order()
    };
    let report = run_as(volume, source, &read_all).expect("a fourth run");
    assert_eq!(
        (&report.marks, &report.groups),
        (&first.marks, &first.groups)
    );
    assert_eq!(marked(volume), before);
    check_mirrors(volume, source);
}

#[test]
fn an_iphones_files_are_original_or_converted_or_it_is_not_known() {
    let stated_heif = |path: &str, content| FakeFile {
        is_stated_heif: true,
        ..file(path, content)
    };
    let files = || {
        vec![
            stated_heif("DCIM/IMG_0001.HEIC", jpeg(1, 3_000)),
            file("DCIM/IMG_0002.PNG", png()),
            file("DCIM/IMG_0003.JPG", jpeg(3, 3_000)),
        ]
    };
    let volume = new_archive();
    let mut source = FakeSource::iphone("1A2B3C", files());
    let report = run(&volume, &mut source).expect("a run");
    assert_eq!((report.marks.originals, report.marks.converted), (1, 1));
    assert!(report.completeness.is_complete(), "{:?}", report.problems);
    assert!(
        report.safe_to_erase().is_none(),
        "the iPhone has one with more in it"
    );
    let expected = [
        ("DCIM/IMG_0001.HEIC", "converted"),
        ("DCIM/IMG_0002.PNG", "original"),
    ];
    assert_eq!(marked(&volume), pairs(&expected));
    check_that_marks_last(&volume, &mut source, &report);

    // As the advice has it: it gives what it keeps now, of another length.
    source.files[0] = stated_heif("DCIM/IMG_0001.HEIC", png());
    let report = run(&volume, &mut source).expect("a last run");
    assert_eq!((report.marks.originals, report.marks.converted), (2, 0));
    assert!(report.safe_to_erase().is_some());

    // No other phone converts.
    let volume = new_archive();
    let mut source = FakeSource::phone("1A2B3C", files());
    let report = run(&volume, &mut source).expect("a run");
    assert_eq!(report.marks, MarkCounts::default());
    assert!(report.safe_to_erase().is_some());
    assert_eq!(marked(&volume), []);
}

#[test]
fn trash_what_is_unfinished_and_thumbnails_are_shown_as_such() {
    let volume = new_archive();
    let files = vec![
        file("DCIM/.pending-1700000000-c.mp4", bytes(3, 400)),
        file("DCIM/.thumbnails/1.jpg", jpeg(4, 500)),
        file("DCIM/.thumbnails/2.jpg", jpeg(5, 500)),
        file("DCIM/.thumbdata4--1967290299", bytes(6, 500)),
        file("DCIM/.trashed-1700000000-b.jpg", jpeg(2, 300)),
        file("DCIM/a.jpg", jpeg(1, 300)),
    ];
    let mut source = FakeSource::phone("1A2B3C", files);
    let media = RunOrder {
        choice: MediaChoice::AllMedia,
        ..order()
    };
    let report = run_as(&volume, &mut source, &media).expect("a run");
    assert_eq!((report.files, report.unwanted_thumbnails), (3, 3));
    assert_eq!(report.unwanted.iter().map(|it| it.files).sum::<u64>(), 3);
    assert_eq!((report.kinds.photos, report.kinds.videos), (2, 1));
    let marks = &report.marks;
    assert_eq!((marks.trashed, marks.pending, marks.thumbnails), (1, 1, 0));
    let mut expected = vec![
        (".pending-1700000000-c.mp4", "unfamiliar pending"),
        (".trashed-1700000000-b.jpg", "trashed"),
    ];
    let in_dcim = |expected: &[(&str, &str)]| {
        let found = pairs(expected).into_iter();
        let found = found.map(|(path, marks)| (format!("DCIM/{path}"), marks));
        let mut found: Vec<_> = found.collect();
        found.sort();
        found
    };
    assert_eq!(marked(&volume), in_dcim(&expected));

    let report = run(&volume, &mut source).expect("a second run");
    assert_eq!((report.files, report.unwanted_thumbnails), (6, 0));
    let marks = &report.marks;
    assert_eq!((marks.trashed, marks.pending, marks.thumbnails), (1, 1, 3));
    let kinds = report.kinds;
    assert_eq!((kinds.photos, kinds.videos, kinds.others), (2, 1, 3));
    expected.extend([
        (".thumbdata4--1967290299", "thumbnails"),
        (".thumbnails/1.jpg", "thumbnails"),
        (".thumbnails/2.jpg", "thumbnails"),
    ]);
    assert_eq!(marked(&volume), in_dcim(&expected));
    assert!(report.safe_to_erase().is_some(), "none of it is a fault");
    check_that_marks_last(&volume, &mut source, &report);
}

#[test]
fn what_begins_like_nothing_known_is_named_and_no_fault() {
    let volume = new_archive();
    let files = vec![
        file("DCIM/a.jpg", jpeg(1, 300)),
        file("Vault/b.jpg", b"a text under a picture's name".to_vec()),
        file("Vault/c.mp4", bytes(7, 5_000)),
        file("Vault/d.txt", b"a text".to_vec()),
    ];
    let mut source = FakeSource::phone("1A2B3C", files);
    let report = run(&volume, &mut source).expect("a run");
    assert_eq!(report.marks.unfamiliar, 2);
    let named = ["Internal/Vault/b.jpg", "Internal/Vault/c.mp4"];
    assert_eq!(report.marks.first_unfamiliar, named);
    assert_eq!((report.problems.len(), report.suspect_files), (0, 0));
    assert!(report.safe_to_erase().is_some());
    assert_eq!(source.take_fetched().len(), 4, "each once");
    let expected = [("Vault/b.jpg", "unfamiliar"), ("Vault/c.mp4", "unfamiliar")];
    assert_eq!(marked(&volume), pairs(&expected));
    let published = check(&volume).pop().expect("a snapshot");
    assert_eq!(published.snapshot.status, Status::Complete);
    check_that_marks_last(&volume, &mut source, &report);
}

#[test]
fn moving_photos_are_counted_by_what_is_in_them() {
    let volume = new_archive();
    let files = vec![
        file("DCIM/20240131_101010.jpg", motion_photo()),
        file("DCIM/20240131_101011.jpg", jpeg(2, 3_000)),
        file("DCIM/PXL_1.MP.jpg", motion_photo()),
        file("DCIM/PXL_2.MP.jpg", jpeg(3, 3_000)),
    ];
    let mut source = FakeSource::phone("1A2B3C", files);
    let report = run(&volume, &mut source).expect("a run");
    assert_eq!(
        (report.groups.motion_photos, report.groups.incomplete),
        (2, 1)
    );
    let incomplete = &report.groups.first_incomplete[0];
    assert_eq!(incomplete.path, "Internal/DCIM/PXL_2.MP.jpg");
    assert!(report.safe_to_erase().is_some());
    let expected = [
        ("DCIM/20240131_101010.jpg", "moving"),
        ("DCIM/PXL_1.MP.jpg", "moving"),
        ("DCIM/PXL_2.MP.jpg", "still"),
    ];
    assert_eq!(marked(&volume), pairs(&expected));
    check_that_marks_last(&volume, &mut source, &report);
}

#[test]
fn an_interrupted_run_does_not_forget_what_was_seen() {
    let volume = new_archive();
    let files = vec![
        file("Vault/a.jpg", b"a text under a picture's name".to_vec()),
        file("Vault/b.jpg", bytes(7, 5_000)),
    ];
    let mut source = FakeSource::phone("1A2B3C", files);
    source.fails_after = Some((1_000, SourceError::Gone));
    assert_eq!(run(&volume, &mut source), Err(RunError::SourceGone));
    source.reconnect();
    let report = run(&volume, &mut source).expect("a run");
    assert_eq!((report.resumed_files, report.new_files), (1, 1));
    assert_eq!(report.marks.unfamiliar, 2);
}
