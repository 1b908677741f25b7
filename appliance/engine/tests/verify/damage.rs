//! Files that are not as they were: each is named, with its snapshots, what it means and what is sound in its stead.

use heirloom_engine::{
    Advice, Cancel, Finding, Meaning, VerifyDepth, VerifyOrder, VerifyReport, Volume, VolumeError,
    VolumePath, verify,
};
use heirloom_fakes::FakeVolume;

use crate::kit::{BEN, MIA, Maker, Photo, family, photo, write};

pub(crate) fn check(volume: &FakeVolume, depth: VerifyDepth) -> VerifyReport {
    volume.flush().expect("flush");
    let order = VerifyOrder { depth, sheet: None };
    verify(volume, &order, &|_| {}, &Cancel::new()).expect("a check")
}

/// Code, place below the snapshot, snapshots that are touched, what it means.
fn told(report: &VerifyReport) -> Vec<(&'static str, String, usize, Meaning)> {
    let tell = |it: &Finding| {
        let place = it.place.as_str();
        let below = place.split_once("/data").map_or(place, |(_, below)| below);
        (
            it.kind.code(),
            below.to_owned(),
            it.snapshots.len(),
            it.kind.meaning(),
        )
    };
    report.findings.iter().map(tell).collect()
}

fn rewrite(volume: &FakeVolume, path: &str, content: &[u8], unix_s: i64) {
    volume.remove(&VolumePath::new(path)).expect("remove");
    write(volume, path, content, Some(unix_s));
}

#[test]
fn each_damage_of_a_file_has_its_name() {
    type Change = fn(&FakeVolume, &[String]);
    type Told = (&'static str, &'static str, usize, Meaning);
    // What is done; what a full check says; what a check without contents says.
    let cases: &[(&str, Change, &[Told], &[Told])] = &[
        (
            "a bit flips in a file of three names",
            |volume, bags| {
                volume.tamper(&format!("{}/data/S/DCIM/a.jpg", bags[0]), |it| it[9] ^= 4);
            },
            &[("file-altered", "/S/DCIM/a.jpg", 3, Meaning::Lost)],
            &[],
        ),
        (
            "a file becomes shorter",
            |volume, bags| {
                volume.tamper(&format!("{}/data/S/gone.jpg", bags[0]), |it| it.truncate(7));
            },
            &[("file-altered", "/S/gone.jpg", 1, Meaning::Lost)],
            &[("length-differs", "/S/gone.jpg", 1, Meaning::Lost)],
        ),
        (
            "one name of several is removed",
            |volume, bags| {
                let path = VolumePath::new(format!("{}/data/S/DCIM/a.jpg", bags[1]));
                volume.remove(&path).expect("remove");
            },
            &[("file-missing", "/S/DCIM/a.jpg", 1, Meaning::Recoverable)],
            &[("file-missing", "/S/DCIM/a.jpg", 1, Meaning::Recoverable)],
        ),
        (
            "the only name is removed",
            |volume, bags| {
                let path = VolumePath::new(format!("{}/data/T/own.jpg", bags[2]));
                volume.remove(&path).expect("remove");
            },
            &[("file-missing", "/T/own.jpg", 1, Meaning::Lost)],
            &[("file-missing", "/T/own.jpg", 1, Meaning::Lost)],
        ),
        (
            "one name gets another content",
            |volume, bags| {
                let path = format!("{}/data/S/DCIM/a.jpg", bags[1]);
                rewrite(
                    volume,
                    &path,
                    &photo("", 99).content[..2_001],
                    1_700_000_001,
                );
            },
            &[("file-altered", "/S/DCIM/a.jpg", 1, Meaning::Recoverable)],
            &[],
        ),
        (
            "one name is linked to another photo",
            |volume, bags| {
                let path = VolumePath::new(format!("{}/data/S/DCIM/a.jpg", bags[1]));
                volume.remove(&path).expect("remove");
                let other = VolumePath::new(format!("{}/data/S/DCIM/b.jpg", bags[1]));
                volume.link(&other, &path).expect("link");
            },
            &[("file-altered", "/S/DCIM/a.jpg", 1, Meaning::Recoverable)],
            &[("length-differs", "/S/DCIM/a.jpg", 1, Meaning::Recoverable)],
        ),
        (
            "a time changes",
            |volume, bags| {
                let path = format!("{}/data/S/gone.jpg", bags[0]);
                rewrite(volume, &path, &photo("", 4).content, 77);
            },
            &[("time-differs", "/S/gone.jpg", 1, Meaning::AsTheyWere)],
            &[("time-differs", "/S/gone.jpg", 1, Meaning::AsTheyWere)],
        ),
        (
            "files are added",
            |volume, bags| {
                let data = format!("{}/data", bags[0]);
                volume
                    .make_folder(&VolumePath::new(format!("{data}/A")))
                    .expect("make");
                write(volume, &format!("{data}/A/x"), b"x", None);
                write(volume, &format!("{data}/S/DCIM/z"), b"x", None);
                volume
                    .point(&VolumePath::new(format!("{data}/link")), "S")
                    .expect("point");
            },
            &[
                ("added", "/A/x", 1, Meaning::NotOurs),
                ("added", "/S/DCIM/z", 1, Meaning::NotOurs),
                ("added", "/link", 1, Meaning::NotOurs),
            ],
            &[
                ("added", "/A/x", 1, Meaning::NotOurs),
                ("added", "/S/DCIM/z", 1, Meaning::NotOurs),
                ("added", "/link", 1, Meaning::NotOurs),
            ],
        ),
        (
            "a link where a file must be",
            |volume, bags| {
                let path = VolumePath::new(format!("{}/data/S/DCIM/a.jpg", bags[0]));
                volume.remove(&path).expect("remove");
                volume.point(&path, "b.jpg").expect("point");
            },
            &[("not-a-file", "/S/DCIM/a.jpg", 1, Meaning::Recoverable)],
            &[("not-a-file", "/S/DCIM/a.jpg", 1, Meaning::Recoverable)],
        ),
        (
            "a payload is gone as a whole",
            |volume, bags| {
                let data = VolumePath::new(format!("{}/data", bags[2]));
                volume.remove(&data).expect("remove");
            },
            &[("folder-unlisted", "", 1, Meaning::Lost)],
            &[("folder-unlisted", "", 1, Meaning::Lost)],
        ),
    ];
    for (what, change, full, quick) in cases {
        let (volume, bags) = family();
        change(&volume, &bags);
        for (depth, expected) in [
            (VerifyDepth::Contents, full),
            (VerifyDepth::Descriptions, quick),
        ] {
            let report = check(&volume, depth);
            let expected: Vec<_> = expected
                .iter()
                .map(|(code, place, snapshots, meaning)| {
                    (*code, (*place).to_owned(), *snapshots, *meaning)
                })
                .collect();
            assert_eq!(told(&report), expected, "{what}, {depth:?}");
            let worst = expected.iter().map(|(.., meaning)| *meaning).min();
            assert_eq!(report.worst(), worst);
        }
    }
}

#[test]
fn a_damaged_file_is_told_with_all_its_names_and_the_copy_that_is_sound() {
    let volume = FakeVolume::new();
    let mut maker = Maker::new(&volume);
    let same = photo("S/a.jpg", 1);
    let twice = [
        same.clone(),
        Photo {
            path: "S/b.jpg".into(),
            ..same.clone()
        },
    ];
    let bags = [maker.publish(MIA, &twice), maker.publish(MIA, &twice)];
    maker.stores_again = true;
    let apart = maker.publish(BEN, &[same]);
    volume.tamper(&format!("{}/data/S/a.jpg", bags[0]), |it| it[0] ^= 1);
    let report = check(&volume, VerifyDepth::Contents);
    let [finding] = &report.findings[..] else {
        panic!("{:?}", report.findings)
    };
    let place = |bag: &str, path: &str| VolumePath::new(format!("{bag}/data/S/{path}"));
    assert_eq!(finding.place, place(&bags[0], "a.jpg"));
    let others = [
        place(&bags[0], "b.jpg"),
        place(&bags[1], "a.jpg"),
        place(&bags[1], "b.jpg"),
    ];
    assert_eq!(finding.other_names, others);
    assert_eq!(finding.snapshots, bags.map(VolumePath::new));
    let copy = place(&apart, "a.jpg");
    assert_eq!(finding.kind.sound_copy(), Some(&copy));
    assert_eq!(finding.kind.meaning(), Meaning::Recoverable);
    assert_eq!(finding.kind.advice(), Advice::RestoreAsUsual);
    // Damaged as well, it is of no help.
    volume.tamper(copy.as_str(), |it| it[0] ^= 1);
    let report = check(&volume, VerifyDepth::Contents);
    assert_eq!(report.findings.len(), 2);
    assert!(
        report
            .findings
            .iter()
            .all(|it| it.kind.sound_copy().is_none())
    );
    assert!(report.worst().is_some_and(Meaning::is_loss));
}

#[test]
fn what_the_drive_cannot_read_is_told_and_the_rest_is_checked() {
    let (volume, _) = family();
    let io = VolumeError::Io {
        path: VolumePath::new("x"),
        errno: 5,
    };
    let sound = volume.operations();
    check(&volume, VerifyDepth::Contents);
    let operations = volume.operations() - sound;
    for operation in 2..operations {
        let failing = volume.copy();
        failing.fail_at(operation, io.clone());
        let order = VerifyOrder::default();
        let Ok(report) = verify(&failing, &order, &|_| {}, &Cancel::new()) else {
            // `archive.json`, and the list of interrupted runs.
            assert!(operation < 15, "operation {operation}");
            continue;
        };
        // A list that is read a second time may fail without harm.
        for finding in &report.findings {
            let code = finding.kind.code();
            assert!(
                [
                    "file-unreadable",
                    "folder-unlisted",
                    "seal-damaged",
                    "latest",
                    "generations-missing",
                    "unjudged",
                    "older-than-sheet",
                ]
                .contains(&code),
                "operation {operation}: {code}"
            );
        }
    }
}

#[test]
fn another_hand_during_the_check_is_noticed() {
    let (volume, bags) = family();
    let path = VolumePath::new(format!("{}/data/S/gone.jpg", bags[0]));
    let shared = volume.clone();
    let watch = move |progress| {
        if matches!(progress, heirloom_engine::VerifyProgress::Planned { .. }) {
            shared.remove(&path).expect("remove");
        }
    };
    let outcome = verify(&volume, &VerifyOrder::default(), &watch, &Cancel::new());
    assert_eq!(
        outcome.err(),
        Some(heirloom_engine::VerifyError::ChangedMeanwhile)
    );
}
