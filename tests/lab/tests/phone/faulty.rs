//! Devices that fail in the middle: what was handed over is right, the error is the right one, and the rest can be had.

use heirloom_engine::{Fetched, SourceError};

use crate::bench::{Bench, Got, fetch, list, named};

/// Asserts that what came is the beginning of the file, and not all of it.
fn assert_true_beginning(bench: &Bench, name: &str, got: &Got) {
    let truth = bench.truth();
    let (_, file) = truth
        .iter()
        .find(|(path, _)| path.ends_with(name))
        .expect("it");
    let whole = bench.true_bytes(file);
    assert!(got.bytes.len() < whole.len(), "{name}");
    assert!(whole.starts_with(&got.bytes), "{name}");
}

#[test]
fn a_device_unplugged_in_a_file_is_gone_and_resumed_later() {
    for (profile, name) in [
        ("pixel", "PXL_0021.mp4"),
        ("no-partial-64", "PXL_0021.mp4"),
        ("camera", "DSC_0003.JPG"),
    ] {
        let bench = Bench::named(profile);
        let mut source = bench.open().expect("open");
        let listing = list(&mut source).expect("listed");
        let object = named(&listing, name);
        bench.watch.unplug_at_byte(object.size_bytes / 2);
        let got = fetch(&mut source, object, 0);
        assert_eq!(got.ended, Err(SourceError::Gone), "{profile}");
        assert_true_beginning(&bench, name, &got);
        drop(source);
        bench.watch.plug_in();
        let mut source = bench.open().expect("open again");
        let listing = list(&mut source).expect("listed again");
        bench.fetch_right(&mut source, named(&listing, name));
        // From where it was, too.
        let object = named(&listing, name);
        let rest = fetch(&mut source, object, got.bytes.len() as u64);
        assert!(
            matches!(rest.ended, Ok(Fetched::Whole(_))),
            "{profile}: {:?}",
            rest.ended
        );
        let whole = fetch(&mut source, object, 0).bytes;
        assert!([got.bytes, rest.bytes].concat() == whole, "{profile}");
        bench.assert_unharmed();
    }
}

#[test]
fn a_device_that_stalls_in_a_file_times_out_and_goes_on_later() {
    let bench = Bench::named("pixel");
    let mut source = bench.open().expect("open");
    let listing = list(&mut source).expect("listed");
    let object = named(&listing, "PXL_0021.mp4");
    bench.watch.stall_at_byte(1_500_000);
    let got = fetch(&mut source, object, 0);
    assert_eq!(got.ended, Err(SourceError::TimedOut));
    assert_true_beginning(&bench, "PXL_0021.mp4", &got);
    bench.watch.go_on();
    for object in &listing.objects {
        bench.fetch_right(&mut source, object);
    }
    bench.assert_unharmed();
}

#[test]
fn a_device_that_falls_silent_times_out_and_is_found_again_after_a_replug() {
    let bench = Bench::named("silent");
    let mut source = bench.open().expect("open");
    assert_eq!(list(&mut source).err(), Some(SourceError::TimedOut));
    drop(source);
    bench.assert_unharmed();
}

#[test]
fn a_phone_locked_in_a_file_refuses_and_goes_on_when_unlocked() {
    let bench = Bench::named("iphone");
    bench.watch.allow();
    let mut source = bench.open().expect("open");
    let listing = list(&mut source).expect("listed");
    let object = named(&listing, "202411__/IMG_0001.MOV");
    bench.watch.lock_at_byte(1_200_000);
    let got = fetch(&mut source, object, 0);
    assert_eq!(got.ended, Err(SourceError::Locked));
    assert_true_beginning(&bench, "202411__/IMG_0001.MOV", &got);
    let again = fetch(&mut source, object, 0);
    assert_eq!(again.ended, Err(SourceError::Locked));
    assert_eq!(bench.open().err(), Some(SourceError::Locked));
    bench.watch.unlock();
    let listing = list(&mut source).expect("listed again");
    for object in &listing.objects {
        bench.fetch_right(&mut source, object);
    }
    bench.assert_unharmed();
}

#[test]
fn one_bad_object_never_costs_the_others() {
    let rules = r#"[
        {"when": {"name": "PXL_0002.jpg", "operation": "GetPartialObject64"}, "then": [{"refuse": "0x2002"}]},
        {"when": {"name": "PXL_0002.jpg", "operation": "GetPartialObject"}, "then": [{"refuse": "0x2002"}]},
        {"when": {"name": "PXL_0002.jpg", "operation": "GetObject"}, "then": [{"refuse": "0x2002"}]},
        {"when": {"name": "PXL_0004.jpg", "operation": "GetPartialObject64", "times": 1}, "then": ["stall"]},
        {"when": {"name": "PXL_0006.jpg", "operation": "GetPartialObject64", "times": 1}, "then": [{"silence": "once"}]}]"#;
    let mut profile = heirloom_lab::Profile::named("pixel").expect("a profile");
    profile.rules = serde_json::from_str(rules).expect("rules");
    let bench = Bench::of(profile);
    let mut source = bench.open().expect("open");
    let listing = list(&mut source).expect("listed");
    for object in &listing.objects {
        if object.path.as_str().ends_with("PXL_0002.jpg") {
            let got = fetch(&mut source, object, 0);
            assert_eq!(got.ended, Err(SourceError::Refused { code: 0x2002 }));
            assert!(got.bytes.is_empty());
            continue;
        }
        let path = object.path.as_str();
        // What fails once is right at the second try, and nothing wrong is ever called whole.
        let got = fetch(&mut source, object, 0);
        let file = &bench.truth()[path];
        match got.ended {
            Ok(ended) => assert!(
                ended == Fetched::Whole(file.size_bytes) && got.bytes == bench.true_bytes(file),
                "{path}"
            ),
            Err(_) => bench.fetch_right(&mut source, object),
        }
    }
    bench.assert_unharmed();
}
