//! What comes out, and what is named when it doesn't.

use std::collections::BTreeMap;
use std::sync::Mutex;

use heirloom_engine::{
    Cancel, DamageKind, RestoreError, RestoreFrom, RestoreNames, RestoreOrder,
    RestoreProblemReason, RestoreProgress, RestoreReport, RestoredPart, Volume, VolumePath,
    restore,
};
use heirloom_fakes::{FakeTarget, FakeVolume, TargetFile};

use crate::kit::{BEN, MIA, Maker, Photo, family, photo, stored};

pub(crate) fn all_of(folder: &str) -> RestoreOrder {
    RestoreOrder {
        names: RestoreNames::Exact,
        ..RestoreOrder::all(RestoreFrom::Snapshot(VolumePath::new(folder)))
    }
}

pub(crate) fn run(
    volume: &FakeVolume,
    order: &RestoreOrder,
    target: &FakeTarget,
) -> Result<RestoredPart, RestoreError> {
    restore(volume, order, target, &|_| {}, &Cancel::new()).map(only_part)
}

/// What was done of the only snapshot that was restored.
pub(crate) fn only_part(mut report: RestoreReport) -> RestoredPart {
    assert_eq!((report.parts.len(), &report.unlisted[..]), (1, &[][..]));
    report.parts.remove(0)
}

/// What must come out of photos.
pub(crate) fn expected(photos: &[Photo]) -> BTreeMap<String, TargetFile> {
    let file = |photo: &Photo| {
        let file = TargetFile {
            content: photo.content.clone(),
            modified_unix_s: photo.unix_s,
        };
        (photo.path.clone(), file)
    };
    photos.iter().map(file).collect()
}

#[test]
fn a_snapshot_comes_out_with_its_own_names_and_times() {
    let (volume, bags) = family();
    let photos = [
        // Stored with the time of Mia's.
        Photo {
            path: "T/from Mia.jpg".into(),
            unix_s: Some(5),
            ..photo("", 1)
        },
        photo("T/own.jpg", 6),
    ];
    for order in [
        all_of(&bags[2]),
        RestoreOrder {
            from: RestoreFrom::LatestOf(BEN.into()),
            ..all_of(&bags[0])
        },
    ] {
        let target = FakeTarget::new();
        let seen = Mutex::new(Vec::new());
        let watch = |progress| seen.lock().expect("no panic").push(progress);
        let report = restore(&volume, &order, &target, &watch, &Cancel::new());
        let report = report.map(only_part).expect("a restore");
        assert!(report.is_complete(), "{report:?}");
        assert_eq!((report.files, report.restored_files), (2, 2));
        assert_eq!((report.already_files, report.mended_files), (0, 0));
        assert_eq!(report.restored_bytes, 2_001 + 2_006);
        assert_eq!(report.snapshot.generation, 3);
        assert_eq!(report.damage, []);
        assert_eq!(target.files(), expected(&photos));
        assert_eq!(target.staged_files(), 0);
        let seen = seen.into_inner().expect("no panic");
        let bytes = 4_007;
        assert_eq!(seen[0], RestoreProgress::Planned { files: 2, bytes });
        assert!(seen.contains(&RestoreProgress::Read { bytes }));
        assert!(seen.contains(&RestoreProgress::Restored { files: 2 }));
    }
}

#[test]
fn a_part_comes_out_by_folders_and_files() {
    let (volume, bags) = family();
    let cases: &[(&[&str], &[&str])] = &[
        (&["S/DCIM"], &["S/DCIM/a.jpg", "S/DCIM/b.jpg"]),
        (
            &["S/DCIM b", "S/gone.jpg"],
            &["S/DCIM b/c.jpg", "S/gone.jpg"],
        ),
        (
            &["S", "S/DCIM"],
            &[
                "S/DCIM b/c.jpg",
                "S/DCIM/a.jpg",
                "S/DCIM/b.jpg",
                "S/gone.jpg",
            ],
        ),
    ];
    for (only, paths) in cases {
        let order = RestoreOrder {
            only: only.iter().map(|it| stored(it)).collect(),
            ..all_of(&bags[0])
        };
        let target = FakeTarget::new();
        let report = run(&volume, &order, &target).expect("a restore");
        assert_eq!(report.files, paths.len() as u64);
        assert_eq!(target.files().keys().collect::<Vec<_>>(), *paths);
    }
    let order = RestoreOrder {
        only: vec![stored("S/DCI")],
        ..all_of(&bags[0])
    };
    let outcome = run(&volume, &order, &FakeTarget::new());
    assert_eq!(outcome, Err(RestoreError::NothingThere));
    for from in [
        RestoreFrom::LatestOf("nobody".into()),
        RestoreFrom::Snapshot(VolumePath::new("sources/nobody/0001 2026-11-22")),
    ] {
        let order = RestoreOrder {
            from,
            ..all_of(&bags[0])
        };
        let outcome = run(&volume, &order, &FakeTarget::new());
        assert_eq!(outcome, Err(RestoreError::NoSuchSnapshot));
    }
}

#[test]
fn odd_names_come_out_exactly_or_so_that_every_system_takes_them() {
    let volume = FakeVolume::new();
    let mut maker = Maker::new(&volume);
    let names = [
        "S/a:b?.jpg",
        "S/A:B?.jpg",
        "S/100%=1.jpg",
        "S/con.txt",
        "S/x. ",
    ];
    let photos: Vec<Photo> = (1..)
        .zip(names)
        .map(|(seed, name)| photo(name, seed))
        .collect();
    let bag = maker.publish(MIA, &photos);
    let target = FakeTarget::new();
    run(&volume, &all_of(&bag), &target).expect("a restore");
    assert_eq!(target.files(), expected(&photos));
    let order = |only: &[&str]| RestoreOrder {
        names: RestoreNames::Portable,
        only: only.iter().map(|it| stored(it)).collect(),
        ..all_of(&bag)
    };
    let target = FakeTarget::new();
    run(&volume, &order(&[]), &target).expect("a restore");
    let portable: Vec<String> = target.files().into_keys().collect();
    let names = [
        "S/100%=1.jpg",
        "S/A_B_.jpg",
        "S/a_b_ (2).jpg",
        "S/con_.txt",
        "S/x__",
    ];
    assert_eq!(portable, names);
    // A part of it has the same names as the whole.
    let target = FakeTarget::new();
    run(&volume, &order(&["S/a:b?.jpg"]), &target).expect("a restore");
    assert_eq!(
        target.files().into_keys().collect::<Vec<_>>(),
        ["S/a_b_ (2).jpg"]
    );
}

#[test]
fn nothing_that_is_there_is_changed() {
    let (volume, bags) = family();
    let target = FakeTarget::new();
    let right = photo("", 1);
    target.put("S/DCIM/a.jpg", &right.content);
    target.put("S/DCIM/b.jpg", b"something else");
    let mut same_length = photo("", 3).content;
    same_length[7] ^= 1;
    target.put("S/DCIM b/c.jpg", &same_length);
    target.put("S/gone.jpg/a folder", b"");
    let before = target.files();
    let report = run(&volume, &all_of(&bags[0]), &target).expect("a restore");
    assert_eq!(
        (report.files, report.restored_files, report.already_files),
        (4, 0, 1)
    );
    let problems: Vec<_> = report
        .problems
        .iter()
        .map(|it| (it.path.as_str(), it.reason.code()))
        .collect();
    let occupied = ["S/DCIM b/c.jpg", "S/DCIM/b.jpg", "S/gone.jpg"].map(|it| (it, "occupied"));
    assert_eq!(problems, occupied);
    assert_eq!(target.files(), before);
}

#[test]
fn what_is_damaged_is_taken_from_elsewhere_or_named() {
    let volume = FakeVolume::new();
    let mut maker = Maker::new(&volume);
    let photos = [
        photo("S/a.jpg", 1),
        photo("S/b.jpg", 2),
        photo("S/c.jpg", 3),
    ];
    let bag = maker.publish(MIA, &photos);
    maker.publish(MIA, &photos);
    maker.stores_again = true;
    let apart = maker.publish(BEN, &[photo("T/x.jpg", 1), photo("T/y.jpg", 2)]);
    let place = |path: &str| format!("{bag}/data/S/{path}");
    volume.tamper(&place("a.jpg"), |it| it[5] ^= 1);
    volume.tamper(&place("b.jpg"), |it| it.truncate(9));
    volume.tamper(&place("c.jpg"), |it| it[5] ^= 1);
    volume.tamper(&format!("{apart}/data/T/y.jpg"), |it| it[5] ^= 1);
    let target = FakeTarget::new();
    let report = run(&volume, &all_of(&bag), &target).expect("a restore");
    assert_eq!((report.restored_files, report.mended_files), (1, 1));
    assert_eq!(target.files(), expected(&photos[..1]));
    let damaged = RestoreProblemReason::Damaged(DamageKind::DigestDiffers);
    let problems: Vec<_> = report
        .problems
        .iter()
        .map(|it| (it.path.as_str(), &it.reason))
        .collect();
    assert_eq!(problems, [("S/b.jpg", &damaged), ("S/c.jpg", &damaged)]);
    let places: Vec<_> = report.damage.iter().map(|it| it.place.as_str()).collect();
    assert_eq!(places, [place("a.jpg"), place("b.jpg"), place("c.jpg")]);
    assert_eq!(target.staged_files(), 0);
    // A name that is gone is as good as a damaged one.
    let path = VolumePath::new(place("a.jpg"));
    volume.remove(&path).expect("remove");
    let target = FakeTarget::new();
    let report = run(&volume, &all_of(&bag), &target).expect("a restore");
    assert_eq!((report.restored_files, report.mended_files), (1, 1));
    assert_eq!(report.damage[0].kind, DamageKind::Missing);
}

#[test]
fn without_a_description_the_manifest_has_to_do() {
    let (volume, bags) = family();
    volume.tamper(&format!("{}/snapshot.json", bags[2]), |it| it[500] ^= 1);
    let target = FakeTarget::new();
    let report = run(&volume, &all_of(&bags[2]), &target).expect("a restore");
    assert!(report.is_complete());
    assert_eq!(report.damage[0].kind, DamageKind::DigestDiffers);
    // The time of the stored file: that of Mia's photo.
    let photos = [photo("T/from Mia.jpg", 1), photo("T/own.jpg", 6)];
    assert_eq!(target.files(), expected(&photos));
    volume.tamper(&format!("{}/manifest-sha256.txt", bags[2]), |it| it[5] ^= 1);
    let outcome = run(&volume, &all_of(&bags[2]), &FakeTarget::new());
    assert!(
        matches!(outcome, Err(RestoreError::Unlisted(_))),
        "{outcome:?}"
    );
}

#[test]
fn names_that_the_disk_does_not_take_are_told() {
    let volume = FakeVolume::new();
    let long = format!("S/{}.jpg", "x".repeat(60));
    let bag = Maker::new(&volume).publish(MIA, &[photo(&long, 1), photo("S/b.jpg", 2)]);
    let target = FakeTarget::new();
    target.limit_names(60);
    let report = run(&volume, &all_of(&bag), &target).expect("a restore");
    assert_eq!(report.restored_files, 1);
    assert_eq!(report.problems[0].reason.code(), "not-taken");
}
