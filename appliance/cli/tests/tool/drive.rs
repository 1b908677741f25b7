//! `--from`: an encrypted drive that nobody mounted, by somebody who may only read it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use crate::drive_kit::{
    IMAGE, PASSPHRASE_FILE, SECTOR_SIZES_BYTES, contents, disk, encrypted, fingerprint,
    run_with_input, seal, shares, with_shares,
};
use crate::kit::{Home, Outcome};

/// Two snapshots that share files, a file of several pieces, and names of people.
fn archived(home: &Home) {
    home.card();
    let long: Vec<u8> = (0..3_000_017_u32)
        .map(|it| (it.wrapping_mul(it) >> 7) as u8)
        .collect();
    home.write("card/DCIM/100APPLE/IMG_0003.MOV", &long);
    home.write("card/DCIM/Weihnachten – Oma/Bild 1.jpg", "süß".as_bytes());
    home.archive("card/DCIM", "archive");
    home.write("card/DCIM/102APPLE/IMG_0009.JPG", b"nine");
    home.archive("card/DCIM", "archive");
}

/// Somebody who is not root, with the passphrase in a file.
fn run(home: &Home, words: &[&str], image: &str) -> Outcome {
    let opened = ["--from", image, "--passphrase-file", PASSPHRASE_FILE];
    home.run_as_nobody(&[words, &opened].concat())
}

/// What must be the same of a report, wherever the archive is.
fn essence(mut report: Value) -> Value {
    let object = report.as_object_mut().expect("an object");
    object.remove("archive");
    object.remove("seconds");
    report
}

fn open_for_nobody(home: &Home, folder: &str) {
    fs::create_dir(home.path(folder)).expect("a folder");
    let everybody = fs::Permissions::from_mode(0o777);
    fs::set_permissions(home.path(folder), everybody).expect("its mode");
}

#[test]
fn what_is_in_it_is_listed_checked_and_restored_without_a_change() {
    let home = Home::new();
    archived(&home);
    let image = encrypted(&home, "archive");
    seal(&image);
    let before = fingerprint(&image);
    for words in [
        &["ls", "--json"][..],
        &["verify", "--json"],
        &["verify", "--quick", "--json"],
    ] {
        let folder = home.run([words, &["archive"]].concat());
        let drive = run(&home, words, IMAGE);
        assert_eq!(drive.code, 0, "{drive:?}");
        assert_eq!(essence(drive.json()), essence(folder.json()), "{words:?}");
    }
    let source = home.only_source("archive");
    for words in [
        &["DCIM", "latest"][..],
        &["DCIM", "1", "DCIM/100APPLE"],
        &["DCIM", "2", "-l"],
    ] {
        let folder = home.run([&["ls", "archive"], words].concat());
        let drive = run(&home, &[&["ls"], words].concat(), IMAGE);
        assert_eq!((drive.code, &drive.err[..]), (0, ""), "{drive:?}");
        assert_eq!(drive.out, folder.out, "{words:?}");
    }

    open_for_nobody(&home, "out");
    let restored = run(&home, &["restore", "out/new", "--json"], IMAGE);
    assert_eq!(restored.code, 0, "{restored:?}");
    assert_eq!(restored.json()["complete"], true);
    let card = contents(&home.path("card/DCIM"));
    assert_eq!(contents(&home.path("out/new/DCIM")), card);
    let old = run(&home, &["restore", "out/old", "--snapshot", "1"], IMAGE);
    assert_eq!(old.code, 0, "{old:?}");
    assert!(!home.path("out/old/DCIM/102APPLE").exists());

    for path in [
        "DCIM/Weihnachten – Oma/Bild 1.jpg",
        &format!(
            "sources/{source}/{}/data/DCIM/Weihnachten – Oma/Bild 1.jpg",
            snapshot(&home)
        ),
    ] {
        let file = run(&home, &["cat", path], IMAGE);
        assert_eq!((file.code, &file.out[..]), (0, "süß"), "{file:?}");
    }
    assert_eq!(fingerprint(&image), before);
}

fn snapshot(home: &Home) -> String {
    let ls = home.run(["ls", "archive", "--json"]).json();
    let folder = ls["sources"][0]["snapshots"][0]["folder"].as_str();
    let name = folder.and_then(|it| it.rsplit('/').next());
    name.expect("a snapshot").to_owned()
}

#[test]
fn a_whole_disk_is_as_good() {
    let home = Home::new();
    archived(&home);
    encrypted(&home, "archive");
    let kinds = [
        ("heirloom-archive", false),
        ("heirloom-archive", true),
        ("", false),
    ];
    let sizes = SECTOR_SIZES_BYTES.into_iter();
    for ((name, table_is_lost), sector_bytes) in
        sizes.flat_map(|size| kinds.map(|kind| (kind, size)))
    {
        let disk = disk(&home, name, sector_bytes);
        if table_is_lost {
            let mut bytes = fs::read(&disk).expect("the disk");
            let sector_bytes = sector_bytes as usize;
            bytes[sector_bytes..2 * sector_bytes].fill(0);
            fs::write(&disk, bytes).expect("its damage");
        }
        seal(&disk);
        let before = fingerprint(&disk);
        let verified = run(&home, &["verify"], "disk");
        assert_eq!(verified.code, 0, "{name:?} {sector_bytes}: {verified:?}");
        let file = run(&home, &["cat", "DCIM/102APPLE/IMG_0009.JPG"], "disk");
        assert_eq!((file.code, &file.out[..]), (0, "nine"), "{file:?}");
        assert_eq!(fingerprint(&disk), before);
        fs::remove_file(disk).expect("remove");
    }
}

/// Overwrites one or both copies of the header.
fn damaged(image: &Path, first: bool, second: bool) {
    let mut bytes = fs::read(image).expect("the image");
    let size = u64::from_be_bytes(bytes[8..16].try_into().expect("eight bytes")) as usize;
    for (is_damaged, at) in [(first, 0), (second, size)] {
        if is_damaged {
            bytes[at..at + 4096].fill(0xa5);
        }
    }
    fs::write(image, bytes).expect("its damage");
}

#[test]
fn one_damaged_header_is_told_and_no_obstacle() {
    for (first, second, told) in [
        (true, false, Some("the first header of image is damaged")),
        (false, true, Some("the second header of image is damaged")),
        (true, true, None),
    ] {
        let home = Home::new();
        home.card();
        home.archive("card/DCIM", "archive");
        let image = encrypted(&home, "archive");
        damaged(&image, first, second);
        seal(&image);
        let before = fingerprint(&image);
        let outcome = run(&home, &["verify"], IMAGE);
        match told {
            Some(told) => {
                assert_eq!(outcome.code, 0, "{outcome:?}");
                assert!(outcome.err.contains(told), "{outcome:?}");
                assert!(outcome.err.contains("cryptsetup repair"), "{outcome:?}");
            }
            // With both lost, nothing says that it ever was encrypted.
            None => {
                assert_eq!(outcome.code, 2, "{outcome:?}");
                assert!(outcome.err.contains("no LUKS header"), "{outcome:?}");
            }
        }
        assert_eq!(fingerprint(&image), before);
    }
}

/// An image that is not whole has nothing to do with cables.
#[test]
fn an_image_that_is_too_short_is_told_how_long_it_must_be() {
    let home = Home::new();
    home.card();
    home.archive("card/DCIM", "archive");
    encrypted(&home, "archive");
    disk(&home, "heirloom-archive", SECTOR_SIZES_BYTES[0]);
    for name in [IMAGE, "disk"] {
        let path = home.path(name);
        let size_bytes = fs::metadata(&path).expect("its facts").len();
        let file = fs::File::options().write(true).open(&path).expect("it");
        // Behind the file system, 16 MiB and more are free; of itself, a little is then missing where nothing is.
        file.set_len(size_bytes - (17 << 20) - (64 << 10))
            .expect("shorter");
        let words = ["ls", "--from", name, "--passphrase-file", PASSPHRASE_FILE];
        let short = home.run([&words[..], &["--json"]].concat());
        assert_eq!(short.code, 3, "{name}: {short:?}");
        assert_eq!(short.json()["error"]["reason"], "truncated", "{name}");
        assert!(!short.err.contains("cable"), "{short:?}");
        let needed = short.err.split_once("needs ").expect("a number").1;
        let needed = needed.split(':').next().expect("a number");
        let needed_bytes: u64 = needed.parse().expect("a number");
        assert!(needed_bytes <= size_bytes, "{short:?}");
        // As the advice says: what is left can be read.
        file.set_len(needed_bytes).expect("longer");
        let long = home.run(words);
        assert_eq!(long.code, 0, "{name}: {long:?}");
    }
}

#[test]
fn a_damaged_file_is_never_taken_for_a_sound_one() {
    let home = Home::new();
    home.card();
    home.archive("card/DCIM", "archive");
    let source = home.only_source("archive");
    let latest = home.path("archive/sources").join(source).join("latest");
    fs::write(
        latest.join("data/DCIM/100APPLE/IMG_0002.MOV"),
        "two, and LONGER",
    )
    .expect("damage");
    encrypted(&home, "archive");
    let cat = run(&home, &["cat", "DCIM/100APPLE/IMG_0002.MOV"], IMAGE);
    assert_eq!((cat.code, &cat.out[..]), (1, "two, and LONGER"), "{cat:?}");
    assert!(cat.err.contains("is not what was archived"), "{cat:?}");
    let sound = run(&home, &["cat", "DCIM/100APPLE/IMG_0001.JPG"], IMAGE);
    assert_eq!((sound.code, &sound.out[..]), (0, "one"), "{sound:?}");
    let verified = run(&home, &["verify", "--json"], IMAGE);
    assert_eq!(verified.code, 1, "{verified:?}");
    assert_eq!(verified.json()["findings"][0]["kind"], "file-altered");
    let folder = home.run(["cat", "archive", "DCIM/100APPLE/IMG_0002.MOV"]);
    assert_eq!(folder.code, 1, "a folder is no different: {folder:?}");
}

#[test]
fn a_file_of_several_sources_is_named_with_its_source() {
    let home = Home::new();
    home.card();
    home.write("phone/DCIM/other.jpg", b"other");
    home.archive("card/DCIM", "archive");
    let named = home.run(["archive", "phone/DCIM", "archive", "--name", "Mia"]);
    assert_eq!(named.code, 0, "{named:?}");
    let cat = home.run(["cat", "archive", "DCIM/other.jpg"]);
    assert_eq!(cat.code, 2, "{cat:?}");
    assert!(cat.err.contains("Mia ["), "{cat:?}");
    for words in [&["--source", "Mia"][..], &["--snapshot", "2"]] {
        let cat = home.run([&["cat", "archive", "DCIM/other.jpg"], words].concat());
        assert_eq!((cat.code, &cat.out[..]), (0, "other"), "{cat:?}");
    }
    let missing = home.run(["cat", "archive", "DCIM/none.jpg", "--source", "Mia"]);
    assert_eq!(missing.code, 2, "{missing:?}");
}

#[test]
fn a_passphrase_comes_from_a_file_or_from_standard_input() {
    let home = Home::new();
    home.card();
    home.archive("card/DCIM", "archive");
    encrypted(&home, "archive");
    let words = ["ls", "--from", IMAGE, "--passphrase-file", "-", "--json"];
    for (input, code, reason) in [
        ("correct horse battery staple", 0, None),
        ("correct horse battery staple\n", 0, None),
        ("correct horse battery staple\r\n", 0, None),
        (
            "correct horse battery staple\n\n",
            2,
            Some("wrong-passphrase"),
        ),
        ("correct horse", 2, Some("wrong-passphrase")),
        ("\n", 2, Some("no-passphrase")),
        ("", 2, Some("no-passphrase")),
    ] {
        let outcome = run_with_input(&home, &words, input);
        assert_eq!(outcome.code, code, "{input:?}: {outcome:?}");
        assert!(!outcome.err.contains("horse"), "{outcome:?}");
        if let Some(reason) = reason {
            assert_eq!(outcome.json()["error"]["reason"], reason);
        }
    }
}

/// With how many lines of which shares what is said.
#[test]
fn two_of_three_executors_open_it_and_nobody_else() {
    let home = Home::new();
    home.card();
    home.archive("card/DCIM", "archive");
    encrypted(&home, "archive");
    let words = ["ls", "--from", IMAGE, "--shares-file", "-", "--json"];
    let of_another = shares().1;
    let too_early = run_with_input(&home, &words, &of_another[..2].join("\n"));
    assert_eq!(too_early.json()["error"]["reason"], "no-shares");

    let ours = with_shares(&home, 1);
    let wrong_word = ours[0].replacen(' ', " heirloom ", 1);
    let cases: [(&str, &[&str], Option<&str>); 8] = [
        ("first and second", &[&ours[0], &ours[1]], None),
        ("third and first", &[&ours[2], "", &ours[0]], None),
        ("all", &[&ours[0], &ours[1], &ours[2]], None),
        ("one", &[&ours[0]], Some("too-few-shares")),
        ("one, twice", &[&ours[0], &ours[0]], Some("share-refused")),
        (
            "of two archives",
            &[&ours[0], &of_another[1]],
            Some("share-refused"),
        ),
        (
            "of another archive",
            &[&of_another[0], &of_another[1]],
            Some("shares-of-another-archive"),
        ),
        (
            "a wrong word",
            &[&wrong_word, &ours[1]],
            Some("share-wrong"),
        ),
    ];
    for (what, shares, reason) in cases {
        let outcome = run_with_input(&home, &words, &shares.join("\n"));
        let said = outcome.json();
        match reason {
            None => assert_eq!(outcome.code, 0, "{what}: {outcome:?}"),
            Some(reason) => assert_eq!(said["error"]["reason"], reason, "{what}"),
        }
        let first = ours[0].split(' ').nth(5).expect("a word");
        assert!(!outcome.err.contains(first), "{what}: {outcome:?}");
    }
}

/// The power failed while they were renewed, and no appliance has opened the drive since.
#[test]
fn shares_open_the_drive_in_the_midst_of_a_renewal() {
    let home = Home::new();
    archived(&home);
    encrypted(&home, "archive");
    let newer = with_shares(&home, 2);
    let words = ["ls", "--from", IMAGE, "--shares-file", "-", "--json"];
    let outcome = run_with_input(&home, &words, &newer[..2].join("\n"));
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    let older = with_shares(&home, 1);
    for (which, shares) in [("older", older), ("newer", newer)] {
        let outcome = run_with_input(&home, &words, &shares[1..].join("\n"));
        assert_eq!(outcome.code, 0, "{which}: {}", outcome.err);
    }
}
