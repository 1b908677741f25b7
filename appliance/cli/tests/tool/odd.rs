//! Names and trees that are hard on a program.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;

use crate::judges::judge;
use crate::kit::{Home, Outcome, tool};

fn odd_names() -> Vec<Vec<u8>> {
    let mut names: Vec<Vec<u8>> = [
        &b"new\nline.jpg"[..],
        b"carriage\rreturn",
        b"Gr\xf6\xdfe.jpg",
        b"\xff\xfe",
        "Größe 🎂.jpg".as_bytes(),
        b"con.jpg",
        b"CON.JPG",
        b"aux",
        b"a=b",
        b"a=3Db",
        b"50%25.jpg",
        b"back\\slash",
        b" spaces ",
        b"trailing.",
        b"...",
        b"-rf",
        b"*?<>|\":",
        b"\x1b[2J",
        b"case.jpg",
        b"CASE.jpg",
        "e\u{301}.jpg".as_bytes(),
        "\u{e9}.jpg".as_bytes(),
    ]
    .map(<[u8]>::to_vec)
    .into();
    names.push([&[b'x'; 251][..], b".jpg"].concat());
    names.push([&[b'='; 251][..], b".jpg"].concat());
    names.push([&[0xff; 251][..], b".jpg"].concat());
    names
}

fn write_all(home: &Home) {
    for name in odd_names() {
        home.write(OsStr::from_bytes(&[&b"odd/"[..], &name].concat()), &name);
        let below = [&b"odd/folder "[..], &name[..name.len().min(240)], b"/a.jpg"].concat();
        home.write(OsStr::from_bytes(&below), &below);
    }
}

#[test]
fn odd_names_are_archived_judged_and_restored_byte_for_byte() {
    let home = Home::new();
    write_all(&home);
    let report = home.archive("odd", "archive");
    assert_eq!(report["files"], 2 * odd_names().len());
    judge(&home.path("archive"));
    let verified = home.run(["verify", "archive"]);
    assert_eq!(verified.code, 0, "{verified:?}");
    let listed = home.run(["ls", "archive", "odd", "latest"]);
    assert_eq!(listed.out.lines().count(), 2 * odd_names().len());
    assert!(!listed.out.contains('\u{1b}'));

    let restored = home.run(["restore", "archive", "restored"]);
    assert_eq!(restored.code, 0, "{restored:?}");
    let mut diff = Command::new("diff");
    tool(
        diff.arg("-r")
            .arg(home.path("odd"))
            .arg(home.path("restored/odd")),
    );

    let again = home.archive("odd", "archive");
    assert_eq!(again["up_to_date"], true);
}

#[test]
fn names_that_other_systems_take_are_distinct_and_hold_all_contents() {
    let home = Home::new();
    write_all(&home);
    home.archive("odd", "archive");
    let restored = home.run(["restore", "archive", "portable", "--names", "portable"]);
    assert_eq!(restored.code, 0, "{restored:?}");
    let mut contents = Vec::new();
    let mut folded = Vec::new();
    gather(&home.path("portable"), &mut contents, &mut folded);
    contents.sort();
    let mut expected: Vec<Vec<u8>> = odd_names();
    for name in odd_names() {
        expected.push([&b"odd/folder "[..], &name[..name.len().min(240)], b"/a.jpg"].concat());
    }
    expected.sort();
    assert_eq!(contents, expected);
    let count = folded.len();
    folded.sort();
    folded.dedup();
    assert_eq!(folded.len(), count, "no two differ in case only");
}

fn gather(folder: &Path, contents: &mut Vec<Vec<u8>>, folded: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let text = path.to_str().expect("UTF-8");
        folded.push(text.to_lowercase());
        let name = path.file_name().and_then(OsStr::to_str).expect("UTF-8");
        assert!(
            !name.contains(|it: char| "<>:\"|?*\\".contains(it) || it.is_control()),
            "{name}"
        );
        assert!(!name.ends_with(['.', ' ']), "{name}");
        if path.is_dir() {
            gather(&path, contents, folded);
        } else {
            contents.push(fs::read(&path).expect("its content"));
        }
    }
}

/// What is mounted inside of a source is named, and a folder inside itself ends somewhere. In a namespace of its own, where the system has such.
#[test]
fn mounts_inside_of_a_source_are_left_out() {
    let may_mount = Command::new("unshare").args(["-rm", "true"]).output();
    if !may_mount.is_ok_and(|output| output.status.success()) {
        eprintln!("this system lets nobody mount anything: nothing was tested");
        return;
    }
    let home = Home::new();
    home.card();
    for name in ["card/DCIM/disk", "card/DCIM/100APPLE/loop"] {
        fs::create_dir(home.path(name)).expect("a folder");
    }
    let script = "mount -t tmpfs none card/DCIM/disk && echo x > card/DCIM/disk/a.jpg \
        && mount --bind card/DCIM card/DCIM/100APPLE/loop \
        && exec \"$1\" archive card/DCIM archive --json";
    let output = Command::new("unshare")
        .args([
            "-rm",
            "sh",
            "-c",
            script,
            "sh",
            env!("CARGO_BIN_EXE_heirloom"),
        ])
        .current_dir(home.path("."))
        .output()
        .expect("unshare runs");
    let outcome = Outcome::of(output);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let report = outcome.json();
    assert_eq!(report["files"], 5);
    let left_out: Vec<_> = report["left_out"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| it["place"].as_str().expect("text"))
        .collect();
    assert_eq!(left_out, ["DCIM/100APPLE/loop", "DCIM/disk"]);
}
