//! `heirloom restore` of spans of days, by month, and of all sources.

use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

use crate::kit::{Home, tree};

/// 2024-07-01, midnight UTC.
const JULY: u64 = 1_719_792_000;
const DAY_S: u64 = 86_400;

fn write(home: &Home, path: &str, unix_s: u64) {
    let path = home.write(path, path.as_bytes());
    let file = fs::File::options().write(true).open(path).expect("it");
    file.set_modified(UNIX_EPOCH + Duration::from_secs(unix_s))
        .expect("its time");
}

/// One card with two folders whose names meet, and another one.
fn archives(home: &Home) {
    for (path, unix_s) in [
        ("card/DCIM/1/IMG_1.HEIC", JULY),
        ("card/DCIM/1/IMG_1.MOV", JULY),
        ("card/DCIM/2/IMG_1.HEIC", JULY + 30 * DAY_S),
        ("card/DCIM/2/IMG_1.MOV", JULY + 31 * DAY_S),
        ("card/DCIM/2/late.jpg", JULY + 31 * DAY_S),
        ("other/Pictures/x.jpg", JULY),
    ] {
        write(home, path, unix_s);
    }
    home.archive("card/DCIM", "archive");
}

fn files(top: &Path) -> Vec<String> {
    tree(top)
        .into_keys()
        .filter(|path| path.is_file())
        .map(|path| path.strip_prefix(top).expect("below").display().to_string())
        .collect()
}

fn restored(home: &Home, words: &[&str]) -> Value {
    let line = ["restore", "archive", "target", "--json"];
    let outcome = home.run(line.iter().chain(words));
    assert_eq!(outcome.code, 0, "{words:?}: {outcome:?}");
    outcome.json()
}

#[test]
fn by_month_names_that_meet_are_numbered_together() {
    let home = Home::new();
    archives(&home);
    let expected = [
        "2024/2024-07/IMG_1 (2).HEIC",
        "2024/2024-07/IMG_1 (2).MOV",
        "2024/2024-07/IMG_1.HEIC",
        "2024/2024-07/IMG_1.MOV",
        "2024/2024-08/late.jpg",
    ];
    let report = restored(&home, &["--by-month"]);
    assert_eq!(files(&home.path("target")), expected);
    assert_eq!(report["by_month"], true);
    let again = restored(&home, &["--by-month"]);
    assert_eq!(again["snapshots"][0]["already_files"], 5);
    assert_eq!(files(&home.path("target")), expected);
}

#[test]
fn a_span_of_days_and_all_sources() {
    let home = Home::new();
    archives(&home);
    let report = restored(
        &home,
        &["--from-date", "2024-07-31", "--to-date", "2024-07-31"],
    );
    // The film of a Live Photo comes with its picture.
    let expected = ["DCIM/2/IMG_1.HEIC", "DCIM/2/IMG_1.MOV"];
    assert_eq!(files(&home.path("target")), expected);
    assert_eq!(report["snapshots"][0]["left_out_files"], 3);
    fs::remove_dir_all(home.path("target")).expect("remove");

    let report = restored(&home, &["--all-sources"]);
    let to = report["snapshots"][0]["to"].as_str().expect("a folder");
    assert!(to.starts_with("target/"), "{to}");
    assert_eq!(files(&home.path(to)).len(), 5);
    fs::remove_dir_all(home.path("target")).expect("remove");

    home.archive("other/Pictures", "archive");
    let report = restored(&home, &["--by-month", "--to-date", "2024-07-15"]);
    assert_eq!(report["snapshots"].as_array().map(Vec::len), Some(2));
    let found = files(&home.path("target"));
    assert_eq!(found.len(), 3, "{found:?}");
    let is_sorted = |it: &String| it.contains("]/2024/2024-07/");
    assert!(found.iter().all(is_sorted), "{found:?}");
}

#[test]
fn the_report_says_what_came_out_and_what_did_not_and_where_that_is() {
    let home = Home::new();
    archives(&home);
    home.write("target/DCIM/2/late.jpg", b"something else");
    let outcome = home.run(["restore", "archive", "target"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let source = home.only_source("archive");
    for part in [
        "Restored to target, all but 1 file.",
        "Restored        4 files",
        "4 files, in target",
        "1 file could not be restored. Something else of that name is there already.",
    ] {
        assert!(outcome.out.contains(part), "{part}: {}", outcome.out);
    }
    let place = format!("DCIM/2/late.jpg  (in the archive: sources/{source}/0001 ");
    assert!(outcome.out.contains(&place), "{place}: {}", outcome.out);
}
