//! `heirloom verify`: what a check finds, and what the exit code says.

use std::fs;
use std::io::{Seek, SeekFrom, Write};

use serde_json::Value;

use crate::kit::{Home, tree};

fn sound(home: &Home, words: &[&str]) -> Value {
    let outcome = home.run(words.iter().chain(&["--json"]));
    assert_eq!(outcome.code, 0, "{words:?}: {outcome:?}");
    outcome.json()
}

#[test]
fn a_sound_archive_is_sound_beside_its_sheet_too() {
    let home = Home::new();
    home.card();
    home.archive("card/DCIM", "archive");
    let before = tree(&home.path("archive"));
    let report = sound(&home, &["verify", "archive"]);
    assert_eq!(report["sound"], true);
    assert_eq!(report["names"], 5);
    assert_eq!(report["contents_read"], true);
    let quick = sound(&home, &["verify", "archive", "--quick"]);
    assert_eq!(quick["contents_read"], false);
    assert_eq!(quick["bytes_read"], 0);
    let head = report["head"].as_str().expect("a head");
    let key = report["public_key"].as_str().expect("a key");
    let sheet = |head: &str, generation: &str| {
        home.run([
            "verify",
            "archive",
            "--sheet-head",
            head,
            "--sheet-generation",
            generation,
            "--sheet-key",
            key,
            "--json",
        ])
    };
    assert_eq!(sheet(head, "1").code, 0);
    let other = sheet(&"0".repeat(64), "1");
    assert_eq!(other.code, 1);
    assert_eq!(other.json()["findings"][0]["kind"], "other-than-sheet");
    let newer = sheet(head, "2");
    assert_eq!(newer.code, 1);
    assert_eq!(newer.json()["findings"][0]["kind"], "older-than-sheet");
    assert_eq!(
        tree(&home.path("archive")),
        before,
        "a check changes nothing"
    );
    let text = home.run(["verify", "archive"]).out;
    assert!(text.starts_with("The archive archive is sound."), "{text}");
}

#[test]
fn a_flipped_bit_is_found_named_and_explained() {
    let home = Home::new();
    home.card();
    home.archive("card/DCIM", "archive");
    let source = home.only_source("archive");
    let place = home
        .path("archive/sources")
        .join(source)
        .join("latest/data/DCIM/100APPLE/IMG_0002.MOV");
    let modified = fs::metadata(&place)
        .and_then(|it| it.modified())
        .expect("its time");
    let mut file = fs::File::options()
        .write(true)
        .open(&place)
        .expect("the file");
    file.seek(SeekFrom::Start(3)).expect("seek");
    file.write_all(b"X").expect("damage");
    file.set_modified(modified).expect("its time");
    drop(file);

    let quick = home.run(["verify", "archive", "--quick"]);
    assert_eq!(quick.code, 0, "length and time are right: {quick:?}");
    let outcome = home.run(["verify", "archive", "--json"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let report = outcome.json();
    assert_eq!(report["sound"], false);
    assert_eq!(report["loss"], true);
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 1, "{report}");
    assert_eq!(findings[0]["kind"], "file-altered");
    let place = findings[0]["place"].as_str().expect("a place");
    assert!(
        place.ends_with("data/DCIM/100APPLE/IMG_0002.MOV"),
        "{place}"
    );
    let text = home.run(["verify", "archive"]);
    assert_eq!(text.code, 1);
    for part in [
        "IMG_0002.MOV was altered",
        "can't be had back",
        "Look for it on the phone",
    ] {
        assert!(text.out.contains(part), "{part}: {}", text.out);
    }
    let restored = home.run(["restore", "archive", "target", "--json"]);
    assert_eq!(restored.code, 1, "{restored:?}");
    assert_eq!(
        restored.json()["snapshots"][0]["problems"][0]["reason"],
        "damaged"
    );
    assert!(!home.path("target/DCIM/100APPLE/IMG_0002.MOV").exists());
}
