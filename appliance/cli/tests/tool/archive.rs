//! Runs from a folder into an archive.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use crate::judges::judge;
use crate::kit::{Home, tree};

#[test]
fn a_folder_is_archived_and_then_there_is_nothing_new() {
    let home = Home::new();
    let card = home.card();
    let before = tree(&card);

    let report = home.archive("card/DCIM", "archive");
    assert_eq!(report["complete"], true);
    assert_eq!(report["safe_to_erase"], true);
    assert_eq!(report["up_to_date"], false);
    assert_eq!(report["files"], 5);
    assert_eq!(report["new_files"], 5);
    assert_eq!(report["known_content_files"], 1, "one content, two names");
    assert_eq!(report["photos"], 3);
    assert_eq!(report["snapshot"]["generation"], 1);
    assert_eq!(report["source"], "DCIM");
    let folder = home
        .path("archive")
        .join(report["snapshot"]["folder"].as_str().expect("text"));
    let data = folder.join("data/DCIM/101APPLE/IMG_0001.JPG");
    assert_eq!(fs::read(data).expect("the file"), b"three");

    let archived = tree(&folder);
    let again = home.run(["archive", "card/DCIM", "archive"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.out.starts_with("DCIM: nothing new."), "{}", again.out);
    assert_eq!(tree(&folder), archived, "a snapshot never changes");

    judge(&home.path("archive"));
    assert_eq!(tree(&card), before, "the source is never written to");
}

#[test]
fn a_second_run_adds_what_is_new_and_keeps_what_is_gone() {
    let home = Home::new();
    home.card();
    home.archive("card/DCIM", "archive");
    fs::remove_file(home.path("card/DCIM/100APPLE/IMG_0001.JPG")).expect("remove");
    home.write("card/DCIM/102APPLE/new.jpg", b"new");
    home.write("card/DCIM/101APPLE/IMG_0001.JPG", b"another content");

    let outcome = home.run(["archive", "card/DCIM", "archive", "--json"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let report = outcome.json();
    assert_eq!(report["snapshot"]["generation"], 2);
    assert_eq!(report["new_files"], 2);
    assert_eq!(report["linked_files"], 3);
    assert_eq!(report["complete"], true);
    let source = home
        .path("archive/sources")
        .join(home.only_source("archive"));
    let latest = fs::read_link(source.join("latest")).expect("latest");
    assert!(
        latest
            .to_str()
            .is_some_and(|name| name.starts_with("0002 "))
    );
    let first = fs::read_dir(&source)
        .expect("snapshots")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("0001 "))
        })
        .expect("the first snapshot");
    let old = first.join("data/DCIM/100APPLE/IMG_0001.JPG");
    assert_eq!(fs::read(old).expect("the old file"), b"one");
    let inode = |path: &std::path::Path| {
        let path = path.join("data/DCIM/100APPLE/IMG_0002.MOV");
        fs::metadata(path).expect("it").ino()
    };
    assert_eq!(inode(&first), inode(&source.join("latest")), "stored once");
    judge(&home.path("archive"));
}

#[test]
fn a_named_source_is_the_same_one_wherever_it_is_mounted() {
    let home = Home::new();
    home.card();
    let run = |source: &str| {
        let words = [
            "archive",
            source,
            "archive",
            "--name",
            "Mia's card",
            "--json",
        ];
        let outcome = home.run(words);
        assert_eq!(outcome.code, 0, "{outcome:?}");
        outcome.json()
    };
    let first = run("card/DCIM");
    assert_eq!(first["source"], "Mia's card");
    fs::create_dir(home.path("elsewhere")).expect("a folder");
    fs::rename(home.path("card/DCIM"), home.path("elsewhere/DCIM")).expect("rename");
    let second = run("elsewhere/DCIM");
    assert_eq!(second["up_to_date"], true);
    // Without the name, the path tells it.
    let other = home.archive("elsewhere/DCIM", "archive");
    assert_eq!(other["snapshot"]["generation"], 2);
    assert_eq!(
        other["known_content_files"], 5,
        "content is stored once, whatever source it is from"
    );
}

#[test]
fn an_archive_is_made_in_an_empty_folder_and_its_key_is_nobody_elses() {
    let home = Home::new();
    home.card();
    fs::create_dir_all(home.path("disk/lost+found")).expect("a disk as mkfs makes it");
    home.archive("card/DCIM", "disk");
    let mode = |path: &str| {
        let facts = fs::metadata(home.path(path)).expect("its facts");
        facts.permissions().mode() & 0o777
    };
    assert_eq!(mode("disk/archive.key"), 0o600);
    assert_eq!(mode("disk") & 0o700, 0o700);
    let info = fs::read_to_string(home.path("disk/archive.json")).expect("archive.json");
    assert!(info.contains("\"name\": \"disk\""), "{info}");
    judge(&home.path("disk"));
}

#[test]
fn an_archive_that_was_not_made_to_its_end_is_made_anew() {
    let home = Home::new();
    home.card();
    // What is there when the power fails just before archive.json gets its name.
    fs::create_dir_all(home.path("archive/sources")).expect("a folder");
    fs::create_dir_all(home.path("archive/.incoming")).expect("a folder");
    for name in ["README.txt", "archive.key", ".incoming/archive.json"] {
        home.write(format!("archive/{name}"), b"half");
    }
    home.archive("card/DCIM", "archive");
    judge(&home.path("archive"));
}

#[test]
fn beside_older_damage_nothing_is_called_safe_to_erase() {
    let home = Home::new();
    home.card();
    home.archive("card/DCIM", "archive");
    let source = home
        .path("archive/sources")
        .join(home.only_source("archive"));
    fs::write(source.join("latest/tagmanifest-sha256.txt"), "damage").expect("damage");
    home.write("card/DCIM/new.jpg", b"new");
    let outcome = home.run(["archive", "card/DCIM", "archive", "--json"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let report = outcome.json();
    assert_eq!(report["complete"], true);
    assert_eq!(report["safe_to_erase"], false);
    assert_ne!(report["damage"], serde_json::json!([]));
    home.write("card/DCIM/newer.jpg", b"newer");
    let text = home.run(["archive", "card/DCIM", "archive"]);
    assert_eq!(text.code, 1, "{text:?}");
    assert!(text.out.contains("Don't erase anything"), "{}", text.out);
    assert!(!text.out.contains("safe to erase"), "{}", text.out);
}

#[test]
fn what_is_left_out_is_named_and_does_not_make_it_incomplete() {
    let home = Home::new();
    home.card();
    std::os::unix::fs::symlink("..", home.path("card/DCIM/loop")).expect("a link");
    let report = home.archive("card/DCIM", "archive");
    assert_eq!(report["complete"], true);
    assert_eq!(report["left_out_count"], 1);
    assert_eq!(report["left_out"][0]["place"], "DCIM/loop");
    let text = home.run(["archive", "card/DCIM", "archive"]).out;
    assert!(text.contains("DCIM/loop: a symbolic link"), "{text}");
}

#[test]
fn what_cannot_be_read_makes_it_incomplete_and_is_named() {
    let home = Home::new();
    home.card();
    let secret = home.path("card/DCIM/100APPLE/IMG_0002.MOV");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).expect("its mode");
    let closed = home.path("card/DCIM/closed");
    fs::create_dir(&closed).expect("a folder");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("its mode");
    fs::create_dir(home.path("place")).expect("a folder");
    fs::set_permissions(home.path("place"), fs::Permissions::from_mode(0o777)).expect("its mode");

    let outcome = home.run_as_nobody(&["archive", "card/DCIM", "place/archive", "--json"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let report = outcome.json();
    assert_eq!(report["outcome"], "attention");
    assert_eq!(report["complete"], false);
    let mut problems: Vec<_> = report["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(|it| (it["place"].as_str(), it["reason"].as_str()))
        .collect();
    problems.sort();
    let expected = [
        (Some("DCIM/100APPLE/IMG_0002.MOV"), Some("not-read")),
        (Some("DCIM/closed"), Some("not-listed")),
    ];
    assert_eq!(problems, expected);
    judge(&home.path("place/archive"));

    let words = ["archive", "card/DCIM", "place/archive"];
    let text = home.run_as_nobody(&words);
    assert_eq!(text.code, 1);
    assert!(text.out.contains("Don't erase anything"), "{}", text.out);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).expect("its mode");
}

#[test]
fn progress_is_shown_as_asked() {
    let home = Home::new();
    home.card();
    let lines = home.run(["archive", "card/DCIM", "a"]).err;
    assert!(lines.contains("Copying: "), "{lines}");
    assert!(
        !lines.contains('\r'),
        "no terminal, no line that is written anew"
    );
    let quiet = home.run(["archive", "card/DCIM", "b", "--quiet"]).err;
    assert_eq!(quiet, "");
    let json = home
        .run(["archive", "card/DCIM", "c", "--json-progress"])
        .err;
    for line in json.lines() {
        let value: serde_json::Value = serde_json::from_str(line).expect(line);
        assert!(value["progress"].is_string(), "{line}");
    }
    let log = home.run(["archive", "card/DCIM", "d", "-q", "-v"]).err;
    assert!(
        log.contains("SHA-256") || log.contains("SHA instructions"),
        "{log}"
    );
}
