//! What somebody changed, or an old drive in place of the new one: seals, signatures, chain, sheet.

use heirloom_engine::{
    Cancel, Meaning, SheetClaim, VerifyDepth, VerifyOrder, Volume, VolumePath, verify,
};
use heirloom_fakes::FakeVolume;
use heirloom_format::{Digest, SigningKey, Snapshot};

use crate::damage::check;
use crate::kit::{MIA, Maker, family, key, photo, seal, write};

fn codes(volume: &FakeVolume) -> Vec<(&'static str, String)> {
    let report = check(volume, VerifyDepth::Contents);
    let tell = |it: &heirloom_engine::Finding| {
        let name = it.place.as_str().rsplit('/').next().unwrap_or_default();
        (it.kind.code(), name.to_owned())
    };
    report.findings.iter().map(tell).collect()
}

fn path(bag: &str, name: &str) -> VolumePath {
    VolumePath::new(format!("{bag}/{name}"))
}

fn remove(volume: &FakeVolume, bag: &str, name: &str) {
    volume.remove(&path(bag, name)).expect("remove");
}

/// Writes a snapshot anew that somebody thought out.
fn forge(volume: &FakeVolume, bag: &str, key: &SigningKey, change: impl FnOnce(&mut Snapshot)) {
    let json = &volume.files()[&format!("{bag}/snapshot.json")].content;
    let mut snapshot = Snapshot::parse(json).expect("a description");
    change(&mut snapshot);
    for entry in volume.list(Some(&VolumePath::new(bag))).expect("list") {
        if entry.name != "data" {
            remove(volume, bag, &entry.name);
        }
    }
    seal(volume, &VolumePath::new(bag), &snapshot, key);
}

#[test]
fn each_change_of_what_seals_a_snapshot_has_its_name() {
    type Change = fn(&FakeVolume, &[String]);
    /// Code, and the name of the file.
    type Told<'t> = &'t [(&'t str, &'t str)];
    let other = || SigningKey::from_seed([9; 32], *b"another!");
    assert_ne!(other().public_key(), key().public_key());
    let cases: &[(&str, Change, Told<'_>)] = &[
        (
            "no signature",
            |volume, bags| remove(volume, &bags[0], "tagmanifest-sha256.txt.minisig"),
            &[("unsigned", "tagmanifest-sha256.txt.minisig")],
        ),
        (
            "a signature that is none",
            |volume, bags| {
                let place = format!("{}/tagmanifest-sha256.txt.minisig", bags[0]);
                volume.tamper(&place, |it| it.truncate(30));
            },
            &[("signature", "tagmanifest-sha256.txt.minisig")],
        ),
        (
            "the signature of another snapshot",
            |volume, bags| {
                let name = "tagmanifest-sha256.txt.minisig";
                remove(volume, &bags[0], name);
                let other = path(&bags[1], name);
                volume.link(&other, &path(&bags[0], name)).expect("link");
            },
            &[("signature", "tagmanifest-sha256.txt.minisig")],
        ),
        (
            "all sealed again with another key, and therefore another chain",
            |volume, bags| {
                let other = SigningKey::from_seed([9; 32], *b"another!");
                forge(volume, &bags[1], &other, |it| it.software = "x".into());
            },
            &[
                ("chain-broken", "snapshot.json"),
                ("signature", "tagmanifest-sha256.txt.minisig"),
            ],
        ),
        (
            "the newest one forged by somebody who has the key",
            |volume, bags| {
                forge(volume, &bags[2], &key(), |it| it.files[1].size_bytes += 1);
            },
            &[("length-differs", "own.jpg")],
        ),
        (
            "a chain that leads elsewhere",
            |volume, bags| {
                forge(volume, &bags[2], &key(), |it| {
                    it.previous_head = Some(Digest::of(b"x"))
                });
            },
            &[("chain-broken", "snapshot.json")],
        ),
        (
            "a description of another generation",
            |volume, bags| forge(volume, &bags[2], &key(), |it| it.generation = 9),
            &[
                ("seal-damaged", "snapshot.json"),
                ("signature-misplaced", "tagmanifest-sha256.txt.minisig"),
            ],
        ),
        (
            "the manifest is changed, and the description says what was there",
            |volume, bags| {
                volume.tamper(&format!("{}/manifest-sha256.txt", bags[0]), |it| it[3] ^= 1);
            },
            &[("seal-damaged", "manifest-sha256.txt")],
        ),
        (
            "the description is changed, and the manifest says what was there",
            |volume, bags| {
                volume.tamper(&format!("{}/snapshot.json", bags[0]), |it| it[900] ^= 1);
                let photo = format!("{}/data/S/gone.jpg", bags[0]);
                volume.tamper(&photo, |it| it[0] ^= 1);
            },
            &[
                ("file-altered", "gone.jpg"),
                ("seal-damaged", "snapshot.json"),
            ],
        ),
        (
            "both are changed",
            |volume, bags| {
                volume.tamper(&format!("{}/snapshot.json", bags[0]), |it| it[900] ^= 1);
                volume.tamper(&format!("{}/manifest-sha256.txt", bags[0]), |it| it[3] ^= 1);
            },
            &[
                ("unjudged", "0001 2026-11-22"),
                ("seal-damaged", "manifest-sha256.txt"),
                ("seal-damaged", "snapshot.json"),
            ],
        ),
        (
            "the tag manifest is changed: chain and signature and description say so",
            |volume, bags| {
                let place = format!("{}/tagmanifest-sha256.txt", bags[0]);
                volume.tamper(&place, |it| it[3] = if it[3] == b'0' { b'1' } else { b'0' });
            },
            &[
                ("seal-damaged", "bag-info.txt"),
                ("chain-broken", "snapshot.json"),
                ("signature", "tagmanifest-sha256.txt.minisig"),
            ],
        ),
        (
            "the tag manifest is gone: the payload is still held to the manifest",
            |volume, bags| {
                remove(volume, &bags[0], "tagmanifest-sha256.txt");
                let photo = format!("{}/data/S/gone.jpg", bags[0]);
                volume.tamper(&photo, |it| it[0] ^= 1);
            },
            &[
                ("file-altered", "gone.jpg"),
                ("seal-damaged", "tagmanifest-sha256.txt"),
            ],
        ),
        (
            "other tag files",
            |volume, bags| {
                volume.tamper(&format!("{}/bagit.txt", bags[0]), |it| it.push(b'\n'));
                remove(volume, &bags[1], "shared-times.txt");
                volume.tamper(&format!("{}/bag-info.txt", bags[1]), |it| it[0] = b'x');
                write(volume, &format!("{}/notes.txt", bags[2]), b"", None);
            },
            &[
                ("seal-damaged", "bagit.txt"),
                ("seal-damaged", "bag-info.txt"),
                ("seal-damaged", "shared-times.txt"),
                ("added", "notes.txt"),
            ],
        ),
        (
            "a snapshot is removed",
            |volume, bags| volume.remove(&VolumePath::new(&bags[1])).expect("remove"),
            &[("generations-missing", "sources"), ("latest", "latest")],
        ),
        (
            "a snapshot is renamed to what another is called",
            |volume, bags| {
                let twin = bags[1].replace("0002", "0001").replace("22", "23");
                let from = VolumePath::new(&bags[1]);
                volume
                    .rename(&from, &VolumePath::new(twin))
                    .expect("rename");
            },
            &[
                ("generations-missing", "sources"),
                ("latest", "latest"),
                ("seal-damaged", "0001 2026-11-23"),
                ("seal-damaged", "snapshot.json"),
                ("signature-misplaced", "tagmanifest-sha256.txt.minisig"),
            ],
        ),
        (
            "no latest, and what is no snapshot",
            |volume, _| {
                remove(volume, &format!("sources/{MIA}"), "latest");
                write(volume, "sources/note", b"", None);
            },
            &[("latest", "latest"), ("seal-damaged", "note")],
        ),
        (
            "latest is not the newest",
            |volume, _| {
                let latest = path(&format!("sources/{MIA}"), "latest");
                volume.point(&latest, "0001 2026-11-22").expect("point");
            },
            &[("latest", "latest")],
        ),
    ];
    for (what, change, expected) in cases {
        let (volume, bags) = family();
        change(&volume, &bags);
        let mut found = codes(&volume);
        let mut expected: Vec<_> = expected
            .iter()
            .map(|(code, name)| (*code, (*name).to_owned()))
            .collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{what}");
    }
}

#[test]
fn sealed_lists_that_contradict_each_other_are_told() {
    let volume = FakeVolume::new();
    let mut maker = Maker::new(&volume);
    let bag = maker.publish(MIA, &[photo("S/a", 1), photo("S/b", 2)]);
    // A writer that seals one thing and lists another: everything is signed and as it was sealed.
    let json = format!("{bag}/snapshot.json");
    let mut snapshot = Snapshot::parse(&volume.files()[&json].content).expect("a description");
    snapshot.files[0].shared_time = true;
    snapshot.files.pop();
    remove(&volume, &bag, "snapshot.json");
    write(&volume, &json, snapshot.print().as_bytes(), None);
    let tag_manifest = format!("{bag}/tagmanifest-sha256.txt");
    let tags = volume.files()[&tag_manifest].content.clone();
    let tags = String::from_utf8(tags).expect("text");
    let (kept, _) = tags
        .rsplit_once('\n')
        .expect("lines")
        .0
        .rsplit_once('\n')
        .expect("lines");
    let sealed = Digest::of(snapshot.print().as_bytes());
    let tags = format!("{kept}\n{sealed}  snapshot.json\n");
    remove(&volume, &bag, "tagmanifest-sha256.txt");
    write(&volume, &tag_manifest, tags.as_bytes(), None);
    remove(&volume, &bag, "tagmanifest-sha256.txt.minisig");
    let comment =
        heirloom_format::trusted_comment(snapshot.archive_id, snapshot.generation, snapshot.date);
    let signature = key().sign(tags.as_bytes(), &comment).print();
    write(
        &volume,
        &format!("{tag_manifest}.minisig"),
        signature.as_bytes(),
        None,
    );
    let expected = [
        ("contradiction", "bag-info.txt"),
        ("contradiction", "manifest-sha256.txt"),
        ("contradiction", "shared-times.txt"),
        ("added", "b"),
    ];
    assert_eq!(
        codes(&volume),
        expected.map(|(code, name)| (code, name.to_owned()))
    );
}

#[test]
fn a_sheet_tells_an_older_drive_another_key_and_another_history() {
    let (volume, bags) = family();
    let report = check(&volume, VerifyDepth::Descriptions);
    let sheet = SheetClaim {
        generation: 3,
        head: report.head,
        public_key: Some(key().public_key()),
    };
    let with_sheet = |volume: &FakeVolume, sheet| {
        let order = VerifyOrder {
            depth: VerifyDepth::Descriptions,
            sheet: Some(sheet),
        };
        let report = verify(volume, &order, &|_| {}, &Cancel::new()).expect("a check");
        let codes: Vec<_> = report.findings.iter().map(|it| it.kind.code()).collect();
        (codes, report.worst())
    };
    assert_eq!(with_sheet(&volume, sheet), (vec![], None));
    let older = volume.copy();
    older.remove(&VolumePath::new(&bags[2])).expect("remove");
    older.flush().expect("flush");
    let (found, worst) = with_sheet(&older, sheet);
    assert_eq!(found, ["older-than-sheet"]);
    assert_eq!(worst, Some(Meaning::NewerMissing));
    let other = SigningKey::from_seed([9; 32], *b"another!").public_key();
    let sheet = SheetClaim {
        head: Some(Digest::of(b"x")),
        public_key: Some(other),
        ..sheet
    };
    let (mut found, worst) = with_sheet(&volume, sheet);
    found.sort_unstable();
    assert_eq!(found, ["key-not-on-sheet", "other-than-sheet"]);
    assert_eq!(worst, Some(Meaning::NotThatOfSheet));
}

#[test]
fn what_a_thinned_snapshot_names_must_still_be_somewhere() {
    let (volume, bags) = family();
    let thinned = bags[1].replace("sources/", "thinned/");
    let parent = VolumePath::new(&thinned).parent().expect("a folder");
    volume.make_folder(&parent).expect("make");
    let (from, to) = (VolumePath::new(&bags[1]), VolumePath::new(&thinned));
    volume.rename(&from, &to).expect("rename");
    let latest = path(&format!("sources/{MIA}"), "latest");
    volume.point(&latest, "0001 2026-11-22").expect("point");
    for name in [
        "data",
        "manifest-sha256.txt",
        "bagit.txt",
        "shared-times.txt",
    ] {
        // Interrupted anywhere, it is no damage; but one file was in no other snapshot.
        let found = codes(&volume);
        let expected = [("thinned-content-missing", "snapshot.json".to_owned())];
        assert_eq!(found, expected, "before {name} is removed");
        remove(&volume, &thinned, name);
    }
    let report = check(&volume, VerifyDepth::Contents);
    assert_eq!((report.snapshots, report.thinned), (2, 1));
    assert_eq!(report.worst(), Some(Meaning::Lost));
}
