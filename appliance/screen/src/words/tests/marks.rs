//! What a report says of files of which there is more to know, and of a source with nothing new.

use std::sync::Arc;

use heirloom_fakes::{FakeFile, FakeSource, FakeVolume};
use heirloom_format::{ArchiveId, ArchiveInfo, LeftOutRecord, SigningKey};

use super::*;
use crate::piece::{Page, Piece};
use crate::words::report::verdict;

/// The title, and what is said of the whole.
fn text(page: &Page) -> String {
    let said = page.pieces.iter().filter_map(|piece| match piece {
        Piece::Good(text) | Piece::Bad(text) => Some(text.as_str()),
        _ => None,
    });
    let lines: Vec<&str> = [page.title.as_str()].into_iter().chain(said).collect();
    lines.join("\n")
}

fn page(report: RunReport) -> String {
    let page = PageView::Report {
        source: "Anna's iPhone".into(),
        noun: SourceNoun::Phone,
        report: Box::new(report),
        sheet_written: true,
        scroll: 0,
        others: vec![],
    };
    rows(&View { page, help: false }, 80, 300).join("\n")
}

#[test]
fn files_of_which_there_is_more_to_know_are_told_in_one_line() {
    let mut marks = MarkCounts::default();
    assert!(!page(report()).contains("Among them"));
    marks.unfamiliar = 1;
    let one = page(RunReport {
        marks: marks.clone(),
        ..report()
    });
    let expected = "Among them                1 not what its name says\n";
    assert!(one.contains(expected), "{expected} in\n{one}");
    let many = MarkCounts {
        originals: 2_400,
        trashed: 4,
        pending: 1,
        thumbnails: 12,
        unfamiliar: 3,
        ..marks
    };
    let many = page(RunReport {
        marks: many,
        ..report()
    });
    let many: Vec<&str> = many.split_whitespace().collect();
    let expected = "2,400 iPhone originals, 4 in its trash, 1 unfinished, 12 thumbnails, 3 not what their names say";
    assert!(many.join(" ").contains(expected), "{many:?}");
}

#[test]
fn thumbnails_that_were_left_out_are_told() {
    let unwanted = vec![LeftOutRecord {
        folder: "Internal/DCIM/.thumbnails".into(),
        files: 200,
        bytes: 5_000_000,
    }];
    let text = page(RunReport {
        unwanted,
        unwanted_thumbnails: 200,
        ..report()
    });
    let expected = "Left out, as you chose: 200 other files (5.0 MB) in 1 folder; of these, 200";
    assert!(text.contains(expected), "{text}");
}

/// Reports of complete runs are made by runs alone: the first of a phone, and the next, which finds nothing new.
fn complete_reports() -> [RunReport; 2] {
    let volume = FakeVolume::new();
    let key = SigningKey::from_seed([3; 32], [5; 8]);
    let id = ArchiveId::from_bytes([7; 16]);
    let date = "2026-11-22".parse().expect("a day");
    let archive_info = ArchiveInfo::new(id, "Miller", date, key.public_key());
    Archive::create(&volume, &archive_info, &key).expect("a new archive");
    let file = FakeFile::new("Internal/DCIM/a.jpg", *b"a picture", 1_700_000_000);
    let mut source = FakeSource::iphone("1A2B3C", vec![file]);
    let order = RunOrder {
        archive_info,
        source_name: "Anna's iPhone".into(),
        date,
        read_all: false,
        choice: MediaChoice::Everything,
        reads_twice: false,
        software: "heirloom 0.1.0".into(),
        long_files: LongFiles::default(),
    };
    [(), ()].map(|()| {
        let volume = Arc::new(volume.clone());
        ingest(&mut source, volume, &order, &|_| {}, &Cancel::new()).expect("a run")
    })
}

#[test]
fn what_a_complete_report_says_of_erasing() {
    const SAFE: &str = "Complete. Every file was read back from the drive and is the same as on the phone. The files of this snapshot are safe to erase from the phone.";
    const SAME: &str =
        "Complete. Every file was read back from the drive and is the same as on the phone.";
    const AS_GIVEN: &str =
        "Complete. Every file was read back from the drive and is as the phone gave it.";
    const NOTHING_NEW: &str =
        "Complete. Everything on it is in the archive already, since the snapshot below.";
    const NOTHING_NEW_CHOSEN: &str =
        "Complete. All that you chose of it is in the archive already, since the snapshot below.";
    const SUSPECT: &str = "Don't erase anything from the phone yet: 2 files look damaged. Look at them on the phone first.";
    const CONVERTED: &str = "Don't erase anything from the phone yet: it converted 3 photos for this copy and has better ones. On it, choose Settings > Apps > Photos > Transfer to Mac or PC > Keep Originals, then archive again.";
    const ALSO_CONVERTED: &str = "The phone converted 3 photos for this copy and has better ones. On it, choose Settings > Apps > Photos > Transfer to Mac or PC > Keep Originals, then archive again.";
    const OLDER: &str = "Don't erase anything from the phone yet: something older on this drive is damaged, and named below.";
    let [new, same] = complete_reports();
    assert!(!new.up_to_date && same.up_to_date);
    let left_out = LeftOutRecord {
        folder: "Internal/Music".into(),
        files: 1,
        bytes: 1,
    };
    let older = Damage {
        place: VolumePath::new("sources/x/0001 2026-01-01"),
        kind: DamageKind::Missing,
    };
    let whole: fn(&mut RunReport) = |_| {};
    let suspect: fn(&mut RunReport) = |report| report.suspect_files = 2;
    let converted: fn(&mut RunReport) = |report| report.marks.converted = 3;
    let both: fn(&mut RunReport) = |report| {
        report.suspect_files = 2;
        report.marks.converted = 3;
    };
    type Case<'a> = (&'a RunReport, fn(&mut RunReport), bool, bool, &'a [&'a str]);
    let table: [Case<'_>; 11] = [
        (&new, whole, false, false, &[SAFE]),
        (&new, suspect, false, false, &[SAME, SUSPECT]),
        (&new, converted, false, false, &[AS_GIVEN, CONVERTED]),
        (
            &new,
            both,
            false,
            true,
            &[AS_GIVEN, SUSPECT, ALSO_CONVERTED],
        ),
        (&new, whole, false, true, &[SAME, OLDER]),
        (&same, whole, false, false, &[NOTHING_NEW]),
        (&same, whole, true, false, &[NOTHING_NEW_CHOSEN]),
        (&same, whole, false, true, &[NOTHING_NEW]),
        (&same, suspect, false, false, &[NOTHING_NEW, SUSPECT]),
        (&same, converted, false, false, &[NOTHING_NEW, CONVERTED]),
        (
            &same,
            both,
            true,
            false,
            &[NOTHING_NEW_CHOSEN, SUSPECT, ALSO_CONVERTED],
        ),
    ];
    for (report, change, has_left_out, is_damaged, expected) in table {
        let mut report = report.clone();
        change(&mut report);
        report
            .unwanted
            .extend(has_left_out.then(|| left_out.clone()));
        report.damage.extend(is_damaged.then(|| older.clone()));
        let title = match report.up_to_date {
            true => "Anna's iPhone: nothing new",
            false => "Anna's iPhone is archived",
        };
        let found = text(&verdict("Anna's iPhone", &report, "the phone"));
        let found: Vec<&str> = found.lines().collect();
        assert_eq!(found, [&[title], expected].concat());
        // Whatever else the page says, only the proof says this.
        assert_eq!(page(report).contains("safe to erase"), expected == [SAFE]);
    }
}

#[test]
fn nothing_new_tells_where_it_is_and_not_what_was_copied() {
    let [_, same] = complete_reports();
    let text = page(same);
    for line in [
        "Anna's iPhone: nothing new\n",
        "Snapshot                  0001 2026-11-22, in sources/Anna's iPhone [",
        "In this snapshot          1 photo (9 bytes)\n",
        "Among them                1 not what its name says\n",
        "Dates                     2023-11-14 to 2023-11-14\n",
    ] {
        assert!(text.contains(line), "{line:?} in\n{text}");
    }
    for word in ["Copied now", "There before", "erase", "to look at"] {
        assert!(!text.contains(word), "{word:?} in\n{text}");
    }
}

#[test]
fn an_incomplete_report_tells_of_converted_photos_besides() {
    for (converted, expected) in [
        (0, ""),
        (
            1,
            "The phone converted 1 photo for this copy and has a better one. On it, choose Settings > Apps > Photos > Transfer to Mac or PC > Keep Originals, then archive again.",
        ),
        (
            1_234,
            "The phone converted 1,234 photos for this copy and has better ones. On it, choose",
        ),
    ] {
        let mut report = report();
        report.marks.converted = converted;
        let text = text(&verdict("Anna's iPhone", &report, "the phone"));
        assert_eq!(text.contains("converted"), converted > 0, "{text}");
        assert!(text.contains(expected), "{text}");
        assert_eq!(text.matches("Don't erase anything").count(), 1, "{text}");
    }
}
