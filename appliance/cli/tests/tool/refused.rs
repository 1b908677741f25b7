//! Bad input: a clear error with advice, the right exit code, and nothing changed.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

use nix::fcntl::{Flock, FlockArg};

use crate::kit::{Home, Outcome, tree_without_folder_times};

type Prepare = fn(&Home);

struct Case {
    what: &'static str,
    prepare: Prepare,
    words: &'static [&'static str],
    code: i32,
    reason: &'static str,
    /// Part of what is said.
    says: &'static str,
}

fn nothing(_: &Home) {}

fn archived(home: &Home) {
    home.archive("card/DCIM", "archive");
}

const CASES: &[Case] = &[
    Case {
        what: "no source",
        prepare: nothing,
        words: &["archive", "missing", "archive"],
        code: 2,
        reason: "no-folder",
        says: "There is no folder",
    },
    Case {
        what: "a file as source",
        prepare: nothing,
        words: &["archive", "card/DCIM/empty.txt", "archive"],
        code: 2,
        reason: "not-a-folder",
        says: "is not a folder",
    },
    Case {
        what: "an empty source",
        prepare: |home| fs::create_dir(home.path("nothing")).expect("a folder"),
        words: &["archive", "nothing", "archive"],
        code: 2,
        reason: "source-empty",
        says: "There are no files in",
    },
    Case {
        what: "an empty source, and an archive that is there",
        prepare: |home| {
            archived(home);
            fs::create_dir(home.path("nothing")).expect("a folder");
        },
        words: &["archive", "nothing", "archive"],
        code: 2,
        reason: "source-empty",
        says: "nothing was deleted from the archive",
    },
    Case {
        what: "the archive in the source",
        prepare: nothing,
        words: &["archive", "card", "card/archive"],
        code: 2,
        reason: "archive-in-source",
        says: "lies inside the source",
    },
    Case {
        what: "the archive deep in the source, by a detour",
        prepare: |home| symlink("card/DCIM/100APPLE", home.path("detour")).expect("a link"),
        words: &["archive", "card", "detour/archive"],
        code: 2,
        reason: "archive-in-source",
        says: "lies inside the source",
    },
    Case {
        what: "the source in the archive",
        prepare: archived,
        words: &["archive", "archive/sources", "archive"],
        code: 2,
        reason: "source-in-archive",
        says: "lies inside the archive",
    },
    Case {
        what: "one folder as both",
        prepare: |home| symlink("card", home.path("same")).expect("a link"),
        words: &["archive", "card", "same/."],
        code: 2,
        reason: "same-folder",
        says: "the same folder",
    },
    Case {
        what: "a folder with other things",
        prepare: |home| drop(home.write("documents/letter.txt", b"dear")),
        words: &["archive", "card/DCIM", "documents"],
        code: 2,
        reason: "not-an-archive",
        says: "not empty",
    },
    Case {
        what: "a folder that looks a little like an archive",
        prepare: |home| drop(home.write("documents/sources/letter.txt", b"dear")),
        words: &["archive", "card/DCIM", "documents"],
        code: 2,
        reason: "not-an-archive",
        says: "not empty",
    },
    Case {
        what: "a file as archive",
        prepare: nothing,
        words: &["archive", "card/DCIM", "card/DCIM/empty.txt"],
        code: 2,
        reason: "archive-in-source",
        says: "lies inside the source",
    },
    Case {
        what: "a file elsewhere as archive",
        prepare: |home| drop(home.write("file", b"")),
        words: &["archive", "card/DCIM", "file"],
        code: 2,
        reason: "not-a-folder",
        says: "is not a folder",
    },
    Case {
        what: "an archive where there is no folder for it",
        prepare: nothing,
        words: &["archive", "card/DCIM", "no/such/archive"],
        code: 2,
        reason: "no-folder",
        says: "There is no folder no/such",
    },
    Case {
        what: "an archive of a newer format",
        prepare: |home| {
            archived(home);
            fs::write(
                home.path("archive/archive.json"),
                r#"{"format_version": 2}"#,
            )
            .expect("a newer one");
        },
        words: &["archive", "card/DCIM", "archive"],
        code: 2,
        reason: "newer-format",
        says: "Use a newer heirloom",
    },
    Case {
        what: "verify of a newer format",
        prepare: |home| drop(home.write("archive/archive.json", br#"{"format_version": 7}"#)),
        words: &["verify", "archive"],
        code: 2,
        reason: "newer-format",
        says: "format 7",
    },
    Case {
        what: "a damaged archive.json",
        prepare: |home| {
            archived(home);
            fs::write(home.path("archive/archive.json"), "{").expect("damage");
        },
        words: &["archive", "card/DCIM", "archive"],
        code: 3,
        reason: "archive-json-damaged",
        says: "README.txt says how",
    },
    Case {
        what: "verify of no archive",
        prepare: nothing,
        words: &["verify", "card"],
        code: 2,
        reason: "not-an-archive",
        says: "is not an archive",
    },
    Case {
        what: "verify of an empty folder",
        prepare: |home| fs::create_dir(home.path("empty")).expect("a folder"),
        words: &["verify", "empty"],
        code: 2,
        reason: "empty-folder",
        says: "drive is mounted",
    },
    Case {
        what: "verify of nothing",
        prepare: nothing,
        words: &["verify", "missing"],
        code: 2,
        reason: "no-folder",
        says: "There is no folder",
    },
    Case {
        what: "ls of a source that is not there",
        prepare: archived,
        words: &["ls", "archive", "Mia"],
        code: 2,
        reason: "no-source",
        says: "Its sources are: DCIM [",
    },
    Case {
        what: "ls of a snapshot that is not there",
        prepare: archived,
        words: &["ls", "archive", "DCIM", "7"],
        code: 2,
        reason: "no-snapshot",
        says: "has no snapshot",
    },
    Case {
        what: "a span of days that ends before it begins",
        prepare: archived,
        words: &[
            "restore",
            "archive",
            "target",
            "--from-date",
            "2024-07-02",
            "--to-date",
            "2024-07-01",
        ],
        code: 2,
        reason: "dates-reversed",
        says: "the first is after the last",
    },
    Case {
        what: "days of which nothing is there",
        prepare: archived,
        words: &["restore", "archive", "target", "--to-date", "1999-12-31"],
        code: 2,
        reason: "nothing-in-span",
        says: "There is nothing of these days",
    },
    Case {
        what: "restore into the archive",
        prepare: archived,
        words: &["restore", "archive", "archive/restored"],
        code: 2,
        reason: "target-in-archive",
        says: "lies inside the archive",
    },
    Case {
        what: "restore of a path that is not there",
        prepare: archived,
        words: &["restore", "archive", "target", "--only", "DCIM/other"],
        code: 2,
        reason: "no-path",
        says: "shows its paths",
    },
    Case {
        what: "restore of a snapshot that is not there",
        prepare: archived,
        words: &["restore", "archive", "target", "--snapshot", "9"],
        code: 2,
        reason: "no-snapshot",
        says: "has no snapshot",
    },
    Case {
        what: "restore to a file",
        prepare: |home| {
            archived(home);
            home.write("file", b"");
        },
        words: &["restore", "archive", "file"],
        code: 2,
        reason: "not-a-folder",
        says: "is not a folder",
    },
];

#[test]
fn bad_input_is_refused_with_advice_and_changes_nothing() {
    for case in CASES {
        let home = Home::new();
        home.card();
        (case.prepare)(&home);
        let before = tree_without_folder_times(&home.path("."));
        let outcome = home.run(case.words.iter().chain(&["--quiet"]));
        assert_refused(case, &outcome);
        assert_eq!(
            tree_without_folder_times(&home.path(".")),
            before,
            "{}: something changed",
            case.what
        );

        let with_json = home.run(case.words.iter().chain(&["--json"]));
        let error = &with_json.json()["error"];
        assert_eq!(error["reason"], case.reason, "{}", case.what);
        assert!(
            error["advice"]
                .as_str()
                .is_some_and(|advice| !advice.is_empty())
        );
    }
}

fn assert_refused(case: &Case, outcome: &Outcome) {
    assert_eq!(outcome.code, case.code, "{}: {outcome:?}", case.what);
    assert_eq!(outcome.out, "", "{}", case.what);
    assert!(
        outcome.err.contains(case.says),
        "{}: {outcome:?}",
        case.what
    );
    let mut lines = outcome.err.lines();
    assert!(
        lines
            .next()
            .is_some_and(|line| line.starts_with("heirloom: ")),
        "{outcome:?}"
    );
    assert!(lines.next().is_some(), "{}: no advice", case.what);
}

#[test]
fn what_is_another_users_is_refused_and_changes_nothing() {
    let home = Home::new();
    home.card();
    home.archive("card/DCIM", "archive");
    fs::create_dir(home.path("closed")).expect("a folder");
    fs::set_permissions(home.path("closed"), Permissions::from_mode(0o700)).expect("its mode");
    if !nix::unistd::geteuid().is_root() {
        // Without another user, closed folders are closed to their owner.
        fs::set_permissions(home.path("closed"), Permissions::from_mode(0o000)).expect("its mode");
        fs::set_permissions(home.path("archive"), Permissions::from_mode(0o500)).expect("its mode");
    }
    let cases: &[(&[&str], &str)] = &[
        (
            &["archive", "closed", "new"],
            "cannot be opened: Permission denied",
        ),
        (&["archive", "card/DCIM", "archive"], "cannot be written to"),
        (
            &["archive", "card/DCIM", "closed/archive"],
            "Permission denied",
        ),
        (&["verify", "closed"], "cannot be opened: Permission denied"),
    ];
    for (words, says) in cases {
        let outcome = home.run_as_nobody(words);
        assert_eq!(outcome.code, 2, "{words:?}: {outcome:?}");
        assert!(outcome.err.contains(says), "{words:?}: {outcome:?}");
        assert!(outcome.err.contains("sudo"), "{words:?}: {outcome:?}");
        assert!(!home.path("new").exists());
    }
    fs::set_permissions(home.path("closed"), Permissions::from_mode(0o700)).expect("its mode");
    fs::set_permissions(home.path("archive"), Permissions::from_mode(0o755)).expect("its mode");
}

#[test]
fn an_archive_has_one_writer_at_a_time() {
    let home = Home::new();
    home.card();
    home.archive("card/DCIM", "archive");
    let lock = |how| {
        let folder = fs::File::open(home.path("archive")).expect("the archive");
        Flock::lock(folder, how).expect("a lock")
    };
    let held = lock(FlockArg::LockExclusive);
    for words in [
        &["archive", "card/DCIM", "archive"][..],
        &["verify", "archive"],
        &["restore", "archive", "target"],
        &["thin", "archive", "--keep-last", "1"],
    ] {
        let outcome = home.run(words);
        assert_eq!(outcome.code, 2, "{words:?}: {outcome:?}");
        assert!(
            outcome.err.contains("in use by another heirloom"),
            "{outcome:?}"
        );
    }
    assert_eq!(
        home.run(["ls", "archive"]).code,
        0,
        "looking is always possible"
    );
    drop(held);
    let held = lock(FlockArg::LockShared);
    assert_eq!(home.run(["verify", "archive"]).code, 0, "many may read");
    assert_eq!(home.run(["archive", "card/DCIM", "archive"]).code, 2);
    drop(held);
    assert_eq!(home.run(["archive", "card/DCIM", "archive"]).code, 0);
}

#[test]
fn wrong_use_is_told_by_the_argument_parser() {
    let home = Home::new();
    for words in [
        &["archive", "a"][..],
        &["other"],
        &["verify", "a", "--sheet-head", "xyz"],
    ] {
        let outcome = home.run(words);
        assert_eq!(outcome.code, 2, "{words:?}: {outcome:?}");
        assert!(outcome.err.contains("--help"), "{outcome:?}");
    }
}
