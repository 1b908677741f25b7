//! Files of which there is more to know, and what is said of a source with nothing new.

use std::fs;

use serde_json::{Value, json};

use crate::judges::judge;
use crate::kit::Home;

const PICTURE: &[u8] = b"\xff\xd8\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00 a picture \xff\xd9";

fn disk() -> Home {
    let home = Home::new();
    home.write("disk/DCIM/a.jpg", PICTURE);
    home.write("disk/DCIM/.trashed-1700000000-b.jpg", PICTURE);
    home.write("disk/DCIM/.pending-1700000000-c.jpg", PICTURE);
    home.write("disk/DCIM/.thumbnails/1.jpg", PICTURE);
    home.write("disk/DCIM/.thumbnails/2.jpg", PICTURE);
    home.write("disk/Vault/d.jpg", b"a text under a picture's name");
    home
}

/// The marks in the newest snapshot, by the ends of paths.
fn marks(home: &Home, source: &Value) -> Vec<(String, Vec<String>)> {
    let folder = source["snapshot"]["folder"].as_str().expect("a folder");
    let path = home.path("archive").join(folder).join("snapshot.json");
    let text = fs::read_to_string(path).expect("a description");
    let snapshot: Value = serde_json::from_str(&text).expect("JSON");
    let files = snapshot["files"].as_array().expect("files").iter();
    let marked = files.filter_map(|file| {
        let words = file["marks"].as_array()?.iter();
        let words = words.map(|word| word.as_str().expect("a word").to_owned());
        let name = file["path"].as_str()?.rsplit('/').next()?;
        Some((name.to_owned(), words.collect()))
    });
    marked.collect()
}

#[test]
fn what_there_is_to_know_of_files_is_counted_and_stands_beside_each() {
    let home = disk();
    let outcome = home.run(["archive", "disk", "archive"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let expected =
        "Among them      1 in its trash, 1 unfinished, 2 thumbnails, 1 not what its name says\n";
    assert!(outcome.out.contains(expected), "{}", outcome.out);
    assert!(outcome.out.contains("safe to erase"), "{}", outcome.out);

    let report = home.archive("disk", "archive");
    assert_eq!(report["up_to_date"], true);
    assert_eq!(
        (&report["photos"], &report["others"]),
        (&4.into(), &2.into())
    );
    let first = report["marks"]["first_unfamiliar"][0].as_str();
    assert!(
        first.is_some_and(|it| it.ends_with("/Vault/d.jpg")),
        "{report}"
    );
    let mut counts = report["marks"].clone();
    counts["first_unfamiliar"] = json!([]);
    let expected = json!({
        "originals": 0, "converted": 0, "trashed": 1, "pending": 1, "thumbnails": 2,
        "unfamiliar": 1, "first_unfamiliar": [],
    });
    assert_eq!(counts, expected);
    let expected = [
        (".pending-1700000000-c.jpg", "pending"),
        ("1.jpg", "thumbnails"),
        ("2.jpg", "thumbnails"),
        (".trashed-1700000000-b.jpg", "trashed"),
        ("d.jpg", "unfamiliar"),
    ];
    let mut found = marks(&home, &report);
    found.sort_by(|one, two| one.1.cmp(&two.1));
    let expected = expected.map(|(name, word)| (name.to_owned(), vec![word.to_owned()]));
    assert_eq!(found, expected);
    judge(&home.path("archive"));
}

#[test]
fn thumbnails_are_left_out_and_counted_where_only_media_are_wanted() {
    let home = disk();
    let words = ["archive", "disk", "archive", "--only-media"];
    let outcome = home.run(words);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let expected = "left out as you asked: 2 files (50 bytes; of these, 2 thumbnails).";
    assert!(outcome.out.contains(expected), "{}", outcome.out);
    assert!(!outcome.out.contains("2 thumbnails,"), "{}", outcome.out);
    let report = home.run(words.iter().chain(&["--json"])).json();
    assert_eq!(report["files"], 4);
    assert_eq!(report["left_out_thumbnails"], 2);
}

#[test]
fn nothing_new_says_of_what_and_neither_copies_nor_erases() {
    const ALL: &str = "disk: nothing new.\nComplete. All of it is in the archive already, since the snapshot below.\n\n  Snapshot ";
    const CHOSEN: &str = "disk: nothing new.\nComplete. All that you asked for is in the archive already, since the snapshot below.\n\n  Snapshot ";
    for (more, expected) in [(&[][..], ALL), (&["--only-media"], CHOSEN)] {
        let home = disk();
        let words = ["archive", "disk", "archive"].iter().chain(more);
        assert_eq!(home.run(words.clone()).code, 0);
        let outcome = home.run(words);
        assert_eq!(outcome.code, 0, "{outcome:?}");
        assert!(outcome.out.starts_with(expected), "{}", outcome.out);
        for word in ["Copied now", "There before", "erase"] {
            assert!(!outcome.out.contains(word), "{word} in {}", outcome.out);
        }
    }
}
