//! Making, opening, reading; and checks that find nothing.

use std::sync::Mutex;

use heirloom_engine::{
    Archive, ArchiveError, Cancel, DamageKind, VerifyDepth, VerifyError, VerifyOrder,
    VerifyProgress, Volume, VolumeError, VolumePath, verify,
};
use heirloom_fakes::{FakeVolume, PowerCut};
use heirloom_format::{ArchiveInfo, SigningKey};

use crate::kit::{BEN, MIA, Maker, Photo, family, info, key, photo};

#[test]
fn making_an_archive_survives_a_power_cut_at_any_operation_and_then_another_key() {
    let other_key = SigningKey::from_seed([9; 32], *b"another!");
    let other_info = ArchiveInfo {
        public_key: other_key.public_key(),
        ..info()
    };
    let mut operation = 0;
    loop {
        operation += 1;
        let volume = FakeVolume::new();
        volume.vanish_at(operation);
        if Archive::create(&volume, &info(), &key()).is_ok() {
            break;
        }
        for cut in [
            PowerCut::LosesAll,
            PowerCut::KeepsAll,
            PowerCut::Seeded(operation),
            PowerCut::Seeded(!operation),
        ] {
            let volume = volume.copy();
            volume.power_cut(cut);
            let expected = match Archive::create(&volume, &other_info, &other_key) {
                Ok(_) => &other_key,
                Err(ArchiveError::AlreadyAnArchive) => &key(),
                Err(error) => panic!("{cut:?} at {operation}: {error}"),
            };
            let archive = Archive::open(&volume).expect("an archive");
            assert_eq!(archive.damage(), []);
            let found = archive.signing_key(&volume).expect("a drive");
            let found = found.unwrap_or_else(|damage| panic!("{cut:?} at {operation}: {damage:?}"));
            assert_eq!(found.public_key(), expected.public_key());
        }
    }
    assert!(operation > 10, "{operation} operations");
}

#[test]
fn what_is_wrong_with_the_key_is_told() {
    let other = SigningKey::from_seed([9; 32], *b"another!").print();
    type Change<'a> = &'a dyn Fn(&FakeVolume);
    let tamper = |content: &[u8]| {
        let content = content.to_vec();
        move |volume: &FakeVolume| volume.tamper("archive.key", |it| it.clone_from(&content))
    };
    let remove: Change<'_> = &|volume| {
        volume
            .remove(&VolumePath::new("archive.key"))
            .expect("remove")
    };
    let cases: [(Change<'_>, DamageKind); 5] = [
        (remove, DamageKind::Missing),
        (&tamper(b""), DamageKind::Key),
        (&tamper(b"\xff\n\n"), DamageKind::Key),
        (&tamper(&[b'x'; 70_000]), DamageKind::TooLong),
        (&tamper(other.as_bytes()), DamageKind::OtherKey),
    ];
    for (change, kind) in cases {
        let volume = FakeVolume::new();
        let archive = Archive::create(&volume, &info(), &key()).expect("an archive");
        change(&volume);
        let damage = archive.signing_key(&volume).expect("a drive");
        assert_eq!(damage.err().map(|it| it.kind), Some(kind));
    }
}

#[test]
fn opening_bounds_what_it_takes_into_memory() {
    let (volume, bags) = family();
    let tags = format!("{}/tagmanifest-sha256.txt", bags[0]);
    volume.tamper(&tags, |content| content.resize(70_000, b'a'));
    let archive = Archive::open(&volume).expect("an archive");
    assert_eq!(archive.damage()[0].kind, DamageKind::TooLong);
    volume.tamper("archive.json", |content| content.resize(70_000, b' '));
    let refused = Archive::open(&volume).err();
    assert_eq!(refused, Some(ArchiveError::InfoDamaged));
}

#[test]
fn thinned_snapshots_are_history_and_no_snapshots() {
    let (volume, bags) = family();
    let thinned = bags[1].replace("sources/", "thinned/");
    volume
        .make_folder(&VolumePath::new(format!("thinned/{MIA}")))
        .expect("make");
    volume
        .rename(&VolumePath::new(&bags[1]), &VolumePath::new(&thinned))
        .expect("rename");
    volume.flush().expect("flush");
    let archive = Archive::open(&volume).expect("an archive");
    let numbers = |it: &mut dyn Iterator<Item = &heirloom_engine::PublishedSnapshot>| {
        it.map(|it| (it.name.generation, it.is_thinned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        numbers(&mut archive.snapshots().iter()),
        [(1, false), (3, false)]
    );
    assert_eq!(
        numbers(&mut archive.history()),
        [(1, false), (2, true), (3, false)]
    );
    assert_eq!(archive.next_generation(), Some(4));
    let files = archive.load(&volume, &archive.thinned()[0]);
    let files = files.expect("a drive").expect("a description").files;
    assert_eq!(files.len(), 4);
    volume
        .make_folder(&VolumePath::new(format!("thinned/{BEN}/0009 x")))
        .expect("make");
    let archive = Archive::open(&volume).expect("an archive");
    assert_eq!(archive.next_generation(), Some(10));
    assert_eq!(archive.damage()[0].kind, DamageKind::NotASnapshot);
}

#[test]
fn a_description_is_held_to_its_seal_and_its_place() {
    let (volume, bags) = family();
    let archive = Archive::open(&volume).expect("an archive");
    let first = &archive.snapshots()[0];
    let mut seen = Vec::new();
    let read = |seen: &mut Vec<String>| {
        let each = &mut |file: heirloom_format::FileRecord| seen.push(file.path.to_string());
        archive.read_description(&volume, first, each)
    };
    let snapshot = read(&mut seen).expect("a drive").expect("a description");
    assert!(snapshot.files.is_empty());
    assert_eq!(
        seen,
        [
            "S/DCIM b/c.jpg",
            "S/DCIM/a.jpg",
            "S/DCIM/b.jpg",
            "S/gone.jpg"
        ]
    );
    let json = format!("{}/snapshot.json", bags[0]);
    for change in [
        |content: &mut Vec<u8>| content.truncate(9),
        |content: &mut Vec<u8>| content.push(b'\n'),
        |content: &mut Vec<u8>| content[700] ^= 1,
    ] {
        let before = volume.files()[&json].content.clone();
        volume.tamper(&json, change);
        let damage = read(&mut Vec::new()).expect("a drive").err();
        assert_eq!(damage.map(|it| it.kind), Some(DamageKind::DigestDiffers));
        volume.tamper(&json, |content| *content = before);
    }
    volume.fail_at(
        1,
        VolumeError::Io {
            path: VolumePath::new(&json),
            errno: 5,
        },
    );
    let damage = read(&mut Vec::new()).expect("a drive").err();
    assert_eq!(
        damage.map(|it| it.kind),
        Some(DamageKind::Unreadable { errno: 5 })
    );
    // A bag that was copied from another archive.
    let (other, other_bags) = family();
    let elsewhere = ArchiveInfo {
        archive_id: heirloom_format::ArchiveId::from_bytes([8; 16]),
        ..info()
    };
    other.tamper("archive.json", |it| *it = elsewhere.print().into_bytes());
    let archive = Archive::open(&other).expect("an archive");
    let damage = archive.load(&other, &archive.snapshots()[0]);
    let damage = damage.expect("a drive").err();
    assert_eq!(damage.map(|it| it.kind), Some(DamageKind::Misplaced));
    assert_eq!(other_bags, bags);
}

#[test]
fn a_sound_archive_is_found_sound_and_each_content_is_read_once() {
    let (volume, _) = family();
    for (depth, reads) in [(VerifyDepth::Contents, 6), (VerifyDepth::Descriptions, 0)] {
        let before = volume.reads_back().len();
        let order = VerifyOrder { depth, sheet: None };
        let seen = Mutex::new(Vec::new());
        let watch = |progress| seen.lock().expect("no panic").push(progress);
        let report = verify(&volume, &order, &watch, &Cancel::new()).expect("a check");
        assert_eq!(report.findings, []);
        assert!(report.is_sound() && report.worst().is_none());
        assert_eq!(
            (report.snapshots, report.thinned, report.generation),
            (3, 0, 3)
        );
        assert_eq!((report.names, report.files), (10, 6));
        let bytes = (1..=6).map(|seed| 2_000 + seed).sum::<u64>();
        let read_back = volume.reads_back().split_off(before);
        let data = read_back.iter().filter(|it| it.contains("/data/")).count();
        assert_eq!(data, reads);
        let bytes = if reads == 0 { 0 } else { bytes };
        assert_eq!(report.bytes_read, bytes);
        let seen = seen.into_inner().expect("no panic");
        assert!(seen.contains(&VerifyProgress::Planned { files: 6, bytes }));
        let most = |it: &VerifyProgress| match it {
            VerifyProgress::Read { bytes } => *bytes,
            _ => 0,
        };
        assert_eq!(seen.iter().map(most).max(), Some(bytes));
    }
}

#[test]
fn an_archive_without_snapshots_is_sound() {
    let volume = FakeVolume::new();
    let mut maker = Maker::new(&volume);
    let check = || verify(&volume, &VerifyOrder::default(), &|_| {}, &Cancel::new());
    let report = check().expect("a check");
    assert!(report.is_sound() && report.head.is_none(), "{report:?}");
    // And one of an empty snapshot, and of empty files, and of one without a time.
    maker.publish(MIA, &[]);
    let empty = Photo {
        content: vec![],
        unix_s: None,
        ..photo("S/empty", 1)
    };
    maker.publish(MIA, &[empty, photo("S/=%\n.jpg", 7)]);
    let report = check().expect("a check");
    assert_eq!(report.findings, []);
    assert_eq!((report.names, report.files), (2, 2));
}

#[test]
fn a_check_ends_when_the_drive_goes_or_somebody_asks() {
    let (volume, _) = family();
    let order = VerifyOrder::default();
    let mut operation = 0;
    loop {
        operation += 1;
        let broken = volume.copy();
        broken.vanish_at(operation);
        match verify(&broken, &order, &|_| {}, &Cancel::new()) {
            Ok(_) => break,
            Err(error) => assert_eq!(error, VerifyError::DriveGone, "operation {operation}"),
        }
    }
    assert!(operation > 50, "{operation} operations");
    for stops_at in 0..8 {
        let cancel = Cancel::new();
        let calls = Mutex::new(0);
        let watch = |_| {
            let mut calls = calls.lock().expect("no panic");
            *calls += 1;
            if *calls > stops_at {
                cancel.cancel();
            }
        };
        let outcome = verify(&volume, &order, &watch, &cancel);
        assert_eq!(outcome.err(), Some(VerifyError::Stopped), "{stops_at}");
    }
    let nothing = FakeVolume::new();
    let outcome = verify(&nothing, &order, &|_| {}, &Cancel::new()).err();
    assert_eq!(
        outcome,
        Some(VerifyError::Archive(ArchiveError::NotAnArchive))
    );
}
