//! Devices from which everything can be had: everything is listed, and every byte is right.

use heirloom_engine::{Source, SourceError, SourceKind};
use heirloom_lab::{Operation, Profile};

use crate::bench::{Bench, list, named, paths};

/// Profile; whether somebody must allow access first; whether sizes are listed as they are.
const PROFILES: [(&str, bool, bool); 15] = [
    ("pixel", false, true),
    ("samsung", true, true),
    ("no-partial-64", false, true),
    ("partial-64-refused", false, true),
    ("prop-list-wrong", false, true),
    ("prop-list-refused", false, true),
    ("wrong-sizes", false, false),
    ("rescan", false, true),
    ("renumbering", false, true),
    ("two-storages", false, true),
    ("camera", false, true),
    ("iphone", true, true),
    ("iphone-unknown-parent", true, true),
    ("parent-cycle", false, true),
    ("dot-dot", false, true),
];

#[test]
fn everything_is_listed_and_every_byte_is_right() {
    for (profile, is_locked, are_sizes_right) in PROFILES {
        let bench = Bench::named(profile);
        if is_locked {
            bench.watch.allow();
        }
        let mut source = bench
            .open()
            .unwrap_or_else(|error| panic!("{profile}: {error}"));
        let listing = list(&mut source).unwrap_or_else(|error| panic!("{profile}: {error}"));
        assert_eq!(listing.problems, [], "{profile}");
        let truth = bench.truth();
        assert_eq!(
            paths(&listing),
            truth.keys().collect::<Vec<_>>(),
            "{profile}"
        );
        for object in &listing.objects {
            let file = &truth[object.path.as_str()];
            let path = object.path.as_str();
            if are_sizes_right {
                assert_eq!(object.size_bytes, file.size_bytes, "{profile}: {path}");
            }
            let modified = object.modified.as_ref().map(|time| time.raw.as_str());
            assert_eq!(modified, Some(file.modified.as_str()), "{profile}: {path}");
            bench.fetch_right(&mut source, object);
        }
        drop(source);
        assert!(!bench.watch.has_session(), "{profile}");
        bench.assert_unharmed();
    }
}

#[test]
fn objects_of_one_name_are_all_listed_and_each_is_read() {
    let bench = Bench::named("iphone-same-names");
    bench.watch.allow();
    let mut source = bench.open().expect("open");
    let listing = list(&mut source).expect("listed");
    assert_eq!(listing.problems, []);
    let library = bench.watch.library();
    let mut expected: Vec<_> = library
        .files()
        .map(|file| (file.path.join("/"), bench.true_bytes(&file)))
        .collect();
    let mut read: Vec<_> = listing
        .objects
        .iter()
        .map(|object| {
            let got = crate::bench::fetch(&mut source, object, 0);
            assert!(got.ended.is_ok(), "{}: {:?}", object.path, got.ended);
            (object.path.as_str().to_owned(), got.bytes)
        })
        .collect();
    expected.sort();
    read.sort();
    assert!(read == expected, "{:?}", crate::bench::paths(&listing));
    bench.assert_unharmed();
}

#[test]
fn a_listing_by_property_lists_asks_little() {
    let mut profile = Profile::named("pixel").expect("a profile");
    profile.library = serde_json::from_str(
        r#"{"storages": [{"name": "Internal", "folders": [{"name": "DCIM", "folders": [
            {"name": "ANDRO###", "count": 20, "files": [
                {"name": "IMG_####.jpg", "count": 100, "size_bytes": [1000000, 4000000]}]}]}]}]}"#,
    )
    .expect("a library");
    let bench = Bench::of(profile);
    let mut source = bench.open().expect("open");
    assert_eq!(list(&mut source).expect("listed").objects.len(), 2000);
    let asked = bench.watch.commands().len();
    // Four lists and the handles for each folder, the folders themselves, and a sample; not one question for each file.
    assert!(asked < 250, "{asked}");
}

#[test]
fn a_device_that_is_not_allowed_is_locked_and_never_empty() {
    for profile in ["samsung", "locked-then-unlocked", "iphone"] {
        let bench = Bench::named(profile);
        assert_eq!(bench.open().err(), Some(SourceError::Locked), "{profile}");
        bench.watch.allow();
        let mut source = bench.open().expect("open");
        assert!(!list(&mut source).expect("listed").objects.is_empty());
        bench.assert_unharmed();
    }
}

#[test]
fn a_device_that_unlocks_by_itself_is_found_by_asking_again() {
    let bench = Bench::named("locked-then-unlocked");
    let tries = (1..10).find(|_| bench.open().is_ok());
    assert_eq!(tries, Some(4));
}

#[test]
fn an_object_beyond_32_bits_has_its_true_size() {
    let mut profile = Profile::named("pixel").expect("a profile");
    profile.library = serde_json::from_str(
        r#"{"storages": [{"name": "Internal", "files": [
            {"name": "VID.mp4", "size_bytes": 12884901888}, {"name": "a.jpg", "size_bytes": 4000}]}]}"#,
    )
    .expect("a library");
    let bench = Bench::of(profile);
    let mut source = bench.open().expect("open");
    let listing = list(&mut source).expect("listed");
    let video = named(&listing, "VID.mp4");
    assert_eq!(video.size_bytes, 12 << 30);
    // Its last bytes, beyond what 32 bits count, without the rest.
    let from_byte = (12 << 30) - 3000;
    let got = crate::bench::fetch(&mut source, video, from_byte);
    let mut expected = vec![0; 3000];
    bench
        .watch
        .library()
        .read_at(0, from_byte, &mut expected)
        .expect("computed");
    assert!(
        got.ended.is_ok() && got.bytes == expected,
        "{:?}",
        got.ended
    );
    assert!(bench.watch.bytes_sent() < 100_000);
    bench.fetch_right(&mut source, named(&listing, "a.jpg"));
}

#[test]
fn devices_are_told_by_what_they_say() {
    // Profile, kind, serial number.
    let table = [
        ("pixel", SourceKind::Phone, Some("39281FDJH001AB")),
        (
            "iphone",
            SourceKind::Phone,
            Some("000081010001234A1234001E"),
        ),
        ("camera", SourceKind::Camera, None),
    ];
    for (profile, kind, serial) in table {
        let bench = Bench::named(profile);
        bench.watch.allow();
        let source = bench.open().expect("open");
        assert_eq!(source.identity().kind, kind, "{profile}");
        assert_eq!(source.identity().serial.as_deref(), serial, "{profile}");
    }
}

#[test]
fn samsung_is_never_asked_what_it_hangs_at() {
    let bench = Bench::named("samsung");
    bench.watch.allow();
    let mut source = bench.open().expect("open");
    let listing = list(&mut source).expect("listed");
    bench.fetch_right(&mut source, named(&listing, "PXL_1012.jpg"));
    let zero_parent = bench.watch.commands().into_iter().any(|command| {
        command.operation == Operation::GET_OBJECT_HANDLES && command.parameters.get(2) == Some(&0)
    });
    assert!(
        !zero_parent,
        "parent 0 is asked for only where 0xFFFFFFFF was refused"
    );
}
