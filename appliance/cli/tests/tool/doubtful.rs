//! Files that look damaged, sources that are read twice, and files that are not wanted.

use std::fs;

use crate::judges::judge;
use crate::kit::Home;

const WHOLE: &[u8] = b"\xff\xd8\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00 a picture \xff\xd9";

#[test]
fn a_picture_that_is_damaged_on_the_card_is_archived_and_said_to_be_so() {
    let home = Home::new();
    home.write("card/DCIM/whole.jpg", WHOLE);
    home.write("card/DCIM/broken.jpg", &WHOLE[..WHOLE.len() - 4]);
    let outcome = home.run(["archive", "card", "archive"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(
        outcome
            .out
            .contains("DCIM/broken.jpg: It looks damaged: its end is missing."),
        "{}",
        outcome.out
    );
    assert!(
        outcome.out.contains("Don't erase anything"),
        "{}",
        outcome.out
    );
    assert!(!outcome.out.contains("something older"), "{}", outcome.out);
    assert!(!outcome.out.contains("safe to erase"), "{}", outcome.out);
    judge(&home.path("archive"));

    // It is known; nobody is called again.
    let report = home.archive("card", "archive");
    assert_eq!(report["up_to_date"], true);
    assert_eq!(report["suspect_files"], 1);
    let again = home.run(["archive", "card", "archive"]);
    assert!(
        again.out.contains("Look damaged    1 file"),
        "{}",
        again.out
    );

    home.write("card/DCIM/new.jpg", WHOLE);
    let outcome = home.run(["archive", "card", "archive", "--json"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let report = outcome.json();
    assert_eq!(report["complete"], true);
    assert_eq!(report["safe_to_erase"], false);
    assert_eq!(report["suspect_files"], 1);
    assert_eq!(report["new_files"], 1);
    assert_eq!(report["problems"].as_array().map(Vec::len), Some(0));

    fs::remove_file(home.path("card/DCIM/broken.jpg")).expect("remove");
    let report = home.archive("card", "archive");
    assert_eq!(report["safe_to_erase"], true);
    assert_eq!(report["suspect_files"], 0);
    judge(&home.path("archive"));
}

#[test]
fn photos_and_films_alone_are_archived_when_they_alone_are_wanted() {
    let home = Home::new();
    home.write("disk/DCIM/whole.jpg", WHOLE);
    home.write("disk/letters/one.txt", b"one");
    home.write("disk/letters/two.pdf", b"number two");
    let only_media = |target: &str| ["archive", "disk", target, "--only-media"].map(str::to_owned);
    let outcome = home.run(only_media("archive"));
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(
        outcome
            .out
            .contains("left out as you asked: 2 files (13 bytes)"),
        "{}",
        outcome.out
    );
    assert!(
        outcome.out.contains("/letters: 2 files (13 bytes)"),
        "{}",
        outcome.out
    );
    let again = home.run(
        only_media("archive")
            .into_iter()
            .chain(["--json".to_owned()]),
    );
    assert_eq!(again.code, 0, "{again:?}");
    let report = again.json();
    assert_eq!(report["up_to_date"], true);
    assert_eq!(report["files"], 1);
    let unwanted = &report["unwanted"][0];
    assert_eq!(
        (&unwanted["files"], &unwanted["bytes"]),
        (&2.into(), &13.into())
    );
    assert!(
        unwanted["folder"]
            .as_str()
            .is_some_and(|it| it.ends_with("letters"))
    );

    let report = home.archive("disk", "archive");
    assert_eq!(
        (&report["files"], &report["new_files"]),
        (&3.into(), &2.into())
    );
    assert_eq!(report["unwanted"].as_array().map(Vec::len), Some(0));
    judge(&home.path("archive"));

    // Nothing is made for a folder of letters, and an archive that is there stays as it is.
    fs::remove_file(home.path("disk/DCIM/whole.jpg")).expect("remove");
    for target in ["archive", "another"] {
        let outcome = home.run(only_media(target));
        assert_eq!(outcome.code, 2, "{outcome:?}");
        assert!(
            outcome.err.contains("There are no photos or films in"),
            "{}",
            outcome.err
        );
    }
    assert!(!home.path("another").exists());
}

#[test]
fn a_source_is_read_twice_when_asked() {
    for (more, is_twice) in [(&["--read-twice"][..], true), (&[], false)] {
        let home = Home::new();
        home.card();
        let words = ["archive", "card/DCIM", "archive", "--json", "--verbose"];
        let outcome = home.run(words.iter().chain(more));
        assert_eq!(outcome.code, 0, "{outcome:?}");
        let is_said = outcome
            .err
            .contains("each file that is fetched is read twice");
        assert_eq!(is_said, is_twice, "{}", outcome.err);
        let report = outcome.json();
        assert_eq!(report["safe_to_erase"], true);
        assert_eq!(report["new_files"], 5);
        judge(&home.path("archive"));
    }
}
