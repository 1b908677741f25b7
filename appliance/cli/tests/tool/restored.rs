//! `heirloom restore`: what comes out is what went in.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::kit::{Home, tool, tree};

/// Seconds of every file.
fn times(top: &Path) -> BTreeMap<PathBuf, i64> {
    let mut times = BTreeMap::new();
    for path in tree(top).into_keys().filter(|path| path.is_file()) {
        let facts = fs::metadata(&path).expect("its facts");
        let below = path.strip_prefix(top).expect("below").to_owned();
        times.insert(below, facts.mtime());
    }
    times
}

fn assert_same(a: &Path, b: &Path) {
    tool(Command::new("diff").arg("-r").arg(a).arg(b));
    assert_eq!(times(a), times(b));
}

#[test]
fn all_comes_back_with_its_times_and_twice_is_no_harm() {
    let home = Home::new();
    let card = home.card();
    // One content with two times.
    home.write("card/DCIM/copy.jpg", b"one");
    let copy = fs::File::options()
        .write(true)
        .open(home.path("card/DCIM/copy.jpg"))
        .expect("the copy");
    copy.set_modified(std::time::UNIX_EPOCH).expect("its time");
    home.archive("card/DCIM", "archive");
    let before = tree(&home.path("archive"));

    let outcome = home.run(["restore", "archive", "target", "--json"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let report = outcome.json();
    assert_eq!(report["complete"], true);
    assert_eq!(report["snapshots"][0]["restored_files"], 6);
    assert_same(&card, &home.path("target/DCIM"));

    let again = home.run(["restore", "archive", "target", "--json"]).json();
    assert_eq!(again["snapshots"][0]["already_files"], 6);
    assert_eq!(again["snapshots"][0]["restored_files"], 0);
    assert_same(&card, &home.path("target/DCIM"));
    assert_eq!(
        tree(&home.path("archive")),
        before,
        "a restore changes no archive"
    );
}

#[test]
fn an_old_snapshot_a_part_and_one_of_several_sources() {
    let home = Home::new();
    home.card();
    home.archive("card/DCIM", "archive");
    fs::remove_file(home.path("card/DCIM/100APPLE/IMG_0001.JPG")).expect("remove");
    home.archive("card/DCIM", "archive");
    home.write("phone/DCIM/other.jpg", b"other");
    let named = home.run(["archive", "phone/DCIM", "archive", "--name", "Mia's phone"]);
    assert_eq!(named.code, 0, "{named:?}");

    let run = |words: &[&str]| {
        let outcome = home.run(words);
        assert_eq!(outcome.code, 0, "{words:?}: {outcome:?}");
    };
    run(&["restore", "archive", "old", "--snapshot", "1"]);
    assert!(home.path("old/DCIM/100APPLE/IMG_0001.JPG").exists());
    run(&["restore", "archive", "new", "--source", "DCIM"]);
    assert!(!home.path("new/DCIM/100APPLE/IMG_0001.JPG").exists());
    run(&[
        "restore",
        "archive",
        "part",
        "--source",
        "DCIM",
        "--only",
        "DCIM/101APPLE",
        "--only",
        "DCIM/empty.txt",
    ]);
    let part: Vec<_> = times(&home.path("part")).into_keys().collect();
    let expected = [
        "DCIM/101APPLE/IMG_0001.JPG",
        "DCIM/101APPLE/again.jpg",
        "DCIM/empty.txt",
    ];
    assert_eq!(part, expected.map(PathBuf::from));
    run(&["restore", "archive", "all"]);
    let folders: Vec<String> = fs::read_dir(home.path("all"))
        .expect("folders")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    assert_eq!(folders.len(), 2, "a folder for each source: {folders:?}");
    let mia = folders
        .iter()
        .find(|name| name.starts_with("Mia's phone ["))
        .expect("Mia's");
    assert!(home.path("all").join(mia).join("DCIM/other.jpg").exists());
}

#[test]
fn what_is_there_already_is_never_replaced() {
    let home = Home::new();
    home.card();
    home.archive("card/DCIM", "archive");
    home.write("target/DCIM/empty.txt", b"something else");
    let outcome = home.run(["restore", "archive", "target", "--json"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let report = outcome.json();
    assert_eq!(report["snapshots"][0]["problems"][0]["reason"], "occupied");
    assert_eq!(report["snapshots"][0]["restored_files"], 4);
    let content = fs::read(home.path("target/DCIM/empty.txt")).expect("it");
    assert_eq!(content, b"something else");
}
