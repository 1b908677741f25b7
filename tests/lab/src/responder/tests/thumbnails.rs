//! Thumbnails: what ObjectInfo says of them is what comes.

use super::*;

const NO_THUMBNAIL_PRESENT: u16 = 0x2010;
const INVALID_OBJECT_HANDLE: u16 = 0x2009;
/// The bytes of ObjectInfo before ThumbFormat: storage, format, protection, size.
const BEFORE: usize = 4 + 2 + 2 + 4;

/// ThumbFormat, ThumbCompressedSize, ThumbPixWidth and ThumbPixHeight.
fn stated(info: &[u8]) -> (u16, u32, u32, u32) {
    let word = |at: usize| {
        let four = info[BEFORE + at..][..4].try_into();
        u32::from_le_bytes(four.expect("four bytes"))
    };
    let format = u16::from_le_bytes([info[BEFORE], info[BEFORE + 1]]);
    (format, word(2), word(6), word(10))
}

#[test]
fn pictures_have_thumbnails_as_the_profile_says_and_nothing_else_has() {
    // Profile, format, stated width and height.
    let table = [
        ("pixel", 0x3801, 0, 0),
        ("camera", 0x3808, 160, 120),
        ("iphone", 0x3808, 160, 120),
    ];
    for (name, format, width, height) in table {
        let bench = bench(name);
        bench.watch.allow();
        let mut pictures = 0;
        for (seen, file) in bench.walk().iter().zip(bench.expected()) {
            assert_eq!(seen.path, file.path);
            let handle = [seen.handle.0];
            let info = bench.ask(OperationCode::GetObjectInfo, &handle);
            let stated = stated(&info.expect("described"));
            let Some(thumbnail) = bench.watch.thumbnail(file.number) else {
                assert_eq!(stated, (0, 0, 0, 0), "{name}: {:?}", seen.path);
                let refused = bench.refusal(0x100A, &handle);
                assert_eq!(refused, NO_THUMBNAIL_PRESENT, "{name}: {:?}", seen.path);
                continue;
            };
            pictures += 1;
            let length_bytes = u32::try_from(thumbnail.len()).expect("small");
            assert_eq!(stated, (format, length_bytes, width, height), "{name}");
            let got = bench.ask(OperationCode::GetThumb, &handle);
            assert!(got.expect("a thumbnail") == thumbnail, "{:?}", seen.path);
        }
        assert!(pictures >= 18, "{name}: {pictures}");
        assert_eq!(bench.refusal(0x100A, &[0xFFFF]), INVALID_OBJECT_HANDLE);
    }
}

#[test]
fn a_device_that_makes_none_says_so() {
    let mut profile = Profile::named("pixel").expect("a profile");
    profile.thumbnails = None;
    let bench = bench_of(&profile);
    let handle = bench.handle_of("PXL_0001.jpg");
    assert_eq!(bench.refusal(0x100A, &[handle]), NO_THUMBNAIL_PRESENT);
    let info = bench.ask(OperationCode::GetObjectInfo, &[handle]);
    assert_eq!(stated(&info.expect("described")), (0, 0, 0, 0));
}

#[test]
fn no_two_thumbnails_are_the_same() {
    let bench = bench("pixel");
    let made: Vec<_> = bench
        .expected()
        .iter()
        .filter_map(|file| bench.watch.thumbnail(file.number))
        .collect();
    let different: std::collections::BTreeSet<_> = made.iter().collect();
    assert_eq!((different.len(), made.len() >= 20), (made.len(), true));
}
