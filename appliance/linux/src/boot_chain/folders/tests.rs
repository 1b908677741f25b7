//! Renewals of made-up sticks, with the power cut at every step.

use super::*;

/// A file for other computers, which lies at the top.
const TOOL: &str = "heirloom-linux-x86_64";

/// A stick whose files all say `what`, built at a time.
fn stick(what: &str, built_unix_s: i64) -> tempfile::TempDir {
    let stick = tempfile::tempdir().expect("a folder for the test");
    let release = format!(r#"{{"version":"{what}","commit":"c","built_unix_s":{built_unix_s}}}"#);
    let files = [
        ("EFI/BOOT/BOOTX64.EFI", "the same shim".to_owned()),
        ("EFI/BOOT/grubx64.efi", format!("GRUB of {what}")),
        ("heirloom/vmlinuz", what.repeat(500_000)),
        ("heirloom/release.json", release),
        ("heirloom/drive/grub.cfg", format!("menu of {what}")),
        (TOOL, format!("tool of {what}").repeat(200_000)),
    ];
    let mut lines = Vec::new();
    for (path, content) in files {
        put(&stick.path().join(path), &content);
        lines.push((path.to_owned(), Digest::of(content.as_bytes())));
    }
    put(
        &stick.path().join("heirloom/SHA256SUMS"),
        &sums::print(&lines),
    );
    stick
}

fn put(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("make it");
    fs::write(path, content).expect("write it");
}

fn drive() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

fn renew_wholly(stick: &Path, drive: &Path) {
    renew(stick, drive, standing(drive).as_ref(), &mut |_, _| Ok(())).expect("a renewal");
}

/// Of which Heirloom the tool is, if it is whole.
fn tool(drive: &Path) -> Option<&'static str> {
    let found = fs::read_to_string(drive.join(TOOL)).unwrap_or_default();
    let is = |what: &&str| found == format!("tool of {what}").repeat(200_000);
    ["one", "old", "new"].into_iter().find(is)
}

fn version(drive: &Path) -> Option<String> {
    standing(drive).map(|standing| standing.release.version)
}

/// What GRUB would find: a menu, and a folder with its mark and a kernel.
fn boots(drive: &Path, of: &[&str]) -> bool {
    let has = |path: &str, wanted: &dyn Fn(&str) -> String| {
        let found = fs::read_to_string(drive.join(path)).unwrap_or_default();
        of.iter().any(|what| found == wanted(what))
    };
    let kernel_of_marked = |folder: &&str| {
        drive.join("heirloom").join(folder).join(COMPLETE).exists()
            && has(&format!("heirloom/{folder}/vmlinuz"), &|what| {
                what.repeat(500_000)
            })
    };
    let marked = FOLDERS
        .iter()
        .filter(|folder| drive.join("heirloom").join(folder).join(COMPLETE).exists());
    has("EFI/debian/grub.cfg", &|what| format!("menu of {what}"))
        && has("EFI/BOOT/grubx64.efi", &|what| format!("GRUB of {what}"))
        && marked.clone().count() > 0
        && marked.clone().all(kernel_of_marked)
}

#[test]
fn the_list_of_a_drive_is_that_of_the_stick_that_it_boots() {
    let drive = drive();
    assert_eq!(list(drive.path()), None);
    for (what, built_unix_s) in [("one", 1), ("old", 2), ("new", 3)] {
        let stick = stick(what, built_unix_s);
        renew_wholly(stick.path(), drive.path());
        let carried = fs::read(stick.path().join("heirloom/SHA256SUMS")).expect("a list");
        assert_eq!(list(drive.path()), Some(carried), "{what}");
    }
}

#[test]
fn a_drive_gets_what_the_stick_carries_and_a_newer_one_later() {
    let drive = drive();
    assert_eq!(standing(drive.path()), None);
    renew_wholly(stick("one", 1).path(), drive.path());
    assert_eq!(version(drive.path()).as_deref(), Some("one"));
    assert!(boots(drive.path(), &["one"]));
    renew_wholly(stick("two", 2).path(), drive.path());
    assert_eq!(version(drive.path()).as_deref(), Some("two"));
    assert!(boots(drive.path(), &["two"]));
    assert!(!drive.path().join("heirloom/a").join(COMPLETE).exists());
    renew_wholly(stick("three", 3).path(), drive.path());
    assert_eq!(version(drive.path()).as_deref(), Some("three"));
    assert_eq!(
        fs::read_to_string(drive.path().join(MENU)).expect("it"),
        "menu of three"
    );
}

#[test]
fn a_drive_boots_whatever_moment_the_power_fails() {
    let (old, new) = (stick("old", 1), stick("new", 2));
    let mut steps = 0;
    loop {
        let drive = drive();
        renew_wholly(old.path(), drive.path());
        let mut left = steps;
        let outcome = renew(
            new.path(),
            drive.path(),
            standing(drive.path()).as_ref(),
            &mut |_, _| {
                if left == 0 {
                    return Err(io::Error::other("the power fails"));
                }
                left -= 1;
                Ok(())
            },
        );
        assert!(boots(drive.path(), &["old", "new"]), "after {steps} steps");
        assert!(tool(drive.path()).is_some(), "after {steps} steps");
        if outcome.is_ok() {
            break;
        }
        // The next session puts it right.
        renew_wholly(new.path(), drive.path());
        assert_eq!(
            version(drive.path()).as_deref(),
            Some("new"),
            "after {steps} steps"
        );
        assert!(boots(drive.path(), &["new"]), "after {steps} steps");
        assert_eq!(tool(drive.path()), Some("new"), "after {steps} steps");
        steps += 1;
    }
    assert!(steps > 10, "{steps}");
}

#[test]
fn damage_on_the_drive_is_seen_and_mended() {
    for place in [
        "EFI/BOOT/BOOTX64.EFI",
        MENU,
        "heirloom/a/vmlinuz",
        "heirloom/a/SHA256SUMS",
    ] {
        let (stick, drive) = (stick("one", 1), drive());
        renew_wholly(stick.path(), drive.path());
        fs::write(drive.path().join(place), "another").expect("damage it");
        assert_eq!(version(drive.path()), None, "{place}");
        renew_wholly(stick.path(), drive.path());
        assert_eq!(version(drive.path()).as_deref(), Some("one"), "{place}");
    }
}

#[test]
fn a_drive_boots_without_its_tool_and_gets_it_back() {
    for damage in [None, Some("another")] {
        let (stick, drive) = (stick("one", 1), drive());
        renew_wholly(stick.path(), drive.path());
        assert!(standing(drive.path()).expect("it boots").has_all);
        match damage {
            None => fs::remove_file(drive.path().join(TOOL)).expect("remove it"),
            Some(content) => fs::write(drive.path().join(TOOL), content).expect("damage it"),
        }
        assert_eq!(version(drive.path()).as_deref(), Some("one"));
        assert!(!standing(drive.path()).expect("it boots").has_all);
        renew_wholly(stick.path(), drive.path());
        assert_eq!(tool(drive.path()), Some("one"));
        assert!(standing(drive.path()).expect("it boots").has_all);
    }
}

/// Something that plays no part in booting may be what is damaged.
#[test]
fn a_folder_that_grub_would_take_is_the_last_to_go() {
    for folder in FOLDERS {
        let (stick, drive) = (stick("one", 1), drive());
        renew_wholly(stick.path(), drive.path());
        if folder == FOLDERS[1] {
            renew_wholly(stick.path(), drive.path());
        }
        fs::write(drive.path().join("EFI/BOOT/BOOTX64.EFI"), "another").expect("damage it");
        assert_eq!(standing(drive.path()), None);
        let outcome = renew(stick.path(), drive.path(), None, &mut |_, _| {
            Err(io::Error::other("the power fails"))
        });
        assert!(outcome.is_err());
        assert!(boots(drive.path(), &["one"]), "{folder}");
    }
}

#[test]
fn a_damaged_stick_changes_nothing_that_boots() {
    for place in [
        "heirloom/vmlinuz",
        "EFI/BOOT/grubx64.efi",
        "heirloom/SHA256SUMS",
    ] {
        let drive = drive();
        renew_wholly(stick("old", 1).path(), drive.path());
        let new = stick("new", 2);
        fs::write(new.path().join(place), "damaged").expect("damage it");
        let outcome = renew(
            new.path(),
            drive.path(),
            standing(drive.path()).as_ref(),
            &mut |_, _| Ok(()),
        );
        assert!(matches!(outcome, Err(CopyError::Stick(_))), "{place}");
        assert!(boots(drive.path(), &["old"]), "{place}");
    }
}
