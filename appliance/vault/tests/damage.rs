//! Headers that are damaged, stale or hostile: what can still be opened is opened, and what can't is told apart.

mod stock;

use std::io;

use heirloom_vault::{
    Bounds, CopyFault, CopyState, Feature, Header, HeaderCopy, HeaderError, Inconsistency, Plain,
    PlainError, ReadAt, SlotFault, Slots, UnlockError,
};
use serde_json::{Value, json};
use stock::{CHEAP_ARGON2ID, Stock, edit, header_bytes, seal};

const SIZE_BYTES: u64 = 17 * 1024 * 1024;
const HEADER_BYTES: usize = 16 * 1024;

fn image() -> Vec<u8> {
    Stock::formatted(SIZE_BYTES, "words", &CHEAP_ARGON2ID).bytes()
}

fn unlock(image: &Vec<u8>) -> Result<(), UnlockError> {
    let header = Header::read(image).expect("a header");
    header
        .unlock(image, b"words", Slots::All, &Bounds::default())
        .map(drop)
}

#[test]
fn one_good_copy_is_enough() {
    let good = image();
    assert_eq!(header_bytes(&good), HEADER_BYTES);
    let secondary = HEADER_BYTES;
    type Damage = (
        &'static str,
        HeaderCopy,
        fn(&mut [u8]),
        fn(&CopyFault) -> bool,
    );
    let damages: [Damage; 9] = [
        (
            "overwritten",
            HeaderCopy::Primary,
            |copy| copy.fill(0),
            |fault| matches!(fault, CopyFault::Absent),
        ),
        (
            "a partition table",
            HeaderCopy::Primary,
            |copy| copy[..512].fill(0xee),
            |fault| matches!(fault, CopyFault::Absent),
        ),
        (
            "a flipped bit in the text",
            HeaderCopy::Primary,
            |copy| copy[4200] ^= 1,
            |fault| matches!(fault, CopyFault::Checksum),
        ),
        (
            "a flipped bit in the last byte",
            HeaderCopy::Primary,
            |copy| copy[16383] ^= 1,
            |fault| matches!(fault, CopyFault::Checksum),
        ),
        (
            "a size that no header has",
            HeaderCopy::Primary,
            |copy| copy[14] = 0x41,
            |fault| matches!(fault, CopyFault::IllegalSize { size_bytes: 0x4100 }),
        ),
        (
            "a size of another header",
            HeaderCopy::Primary,
            |copy| copy[14] = 0x80,
            |fault| matches!(fault, CopyFault::Checksum),
        ),
        (
            "a version of the future",
            HeaderCopy::Primary,
            |copy| copy[7] = 3,
            |fault| matches!(fault, CopyFault::OtherVersion { version: 3 }),
        ),
        (
            "another place",
            HeaderCopy::Secondary,
            |copy| copy[262] = 0x80,
            |fault| {
                matches!(
                    fault,
                    CopyFault::WrongPlace {
                        stated_bytes: 0x8000,
                        found_bytes: 0x4000
                    }
                )
            },
        ),
        (
            "overwritten",
            HeaderCopy::Secondary,
            |copy| copy.fill(0xff),
            |fault| matches!(fault, CopyFault::Absent),
        ),
    ];
    for (what, copy, damage, is_expected) in damages {
        let mut image = good.clone();
        let (start, used) = match copy {
            HeaderCopy::Primary => (0, HeaderCopy::Secondary),
            HeaderCopy::Secondary => (secondary, HeaderCopy::Primary),
        };
        damage(&mut image[start..start + HEADER_BYTES]);
        let header = Header::read(&image).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(header.used_copy(), used, "{what}");
        match header.other_copy() {
            CopyState::Damaged(fault) => assert!(is_expected(fault), "{what}: {fault:?}"),
            other => panic!("{what}: {other:?}"),
        }
        unlock(&image).unwrap_or_else(|error| panic!("{what}: {error}"));
    }
}

#[test]
fn both_damaged_is_told_from_no_header_at_all() {
    let good = image();
    let mut image = good.clone();
    image[5000] ^= 1;
    image[HEADER_BYTES + 5000] ^= 1;
    let error = Header::read(&image).expect_err("both are damaged");
    let shown = "both copies of the LUKS2 header are damaged (first: its checksum is wrong; second: its checksum is wrong)";
    assert_eq!(error.to_string(), shown);
    assert!(matches!(
        error,
        HeaderError::BothDamaged {
            primary: CopyFault::Checksum,
            secondary: CopyFault::Checksum
        }
    ));
    image[HEADER_BYTES..2 * HEADER_BYTES].fill(0);
    assert!(matches!(
        Header::read(&image),
        Err(HeaderError::BothDamaged {
            primary: CopyFault::Checksum,
            secondary: CopyFault::Absent
        })
    ));
    let mut version_1 = good;
    version_1[7] = 1;
    version_1[HEADER_BYTES..2 * HEADER_BYTES].fill(0);
    assert!(matches!(
        Header::read(&version_1),
        Err(HeaderError::OtherVersion { version: 1 })
    ));
    for bytes in [vec![], vec![0; 100], vec![0; 1024 * 1024]] {
        assert!(matches!(Header::read(&bytes), Err(HeaderError::NotLuks)));
    }
}

#[test]
fn the_newer_copy_counts() {
    let stock = Stock::formatted(SIZE_BYTES, "words", &CHEAP_ARGON2ID);
    let before = stock.bytes();
    stock.cryptsetup(&["config", "--label=after"]);
    let after = stock.bytes();
    let (first, second) = (0..HEADER_BYTES, HEADER_BYTES..2 * HEADER_BYTES);
    for (stale, used) in [
        (first, HeaderCopy::Secondary),
        (second, HeaderCopy::Primary),
    ] {
        let mut image = after.clone();
        image[stale.clone()].copy_from_slice(&before[stale]);
        let header = Header::read(&image).expect("a header");
        assert_eq!(header.used_copy(), used);
        assert_eq!(header.label().as_str(), "after");
        let newer = header.sequence_id();
        assert!(
            matches!(header.other_copy(), CopyState::Older { sequence_id } if *sequence_id < newer)
        );
        unlock(&image).expect("it opens");
    }
}

/// A medium of which some bytes can't be read.
struct Worn {
    image: Vec<u8>,
    from_bytes: u64,
    to_bytes: u64,
}

impl ReadAt for Worn {
    fn read_at(&self, offset_bytes: u64, buffer: &mut [u8]) -> io::Result<()> {
        let end_bytes = offset_bytes + buffer.len() as u64;
        if offset_bytes < self.to_bytes && end_bytes > self.from_bytes {
            return Err(io::Error::from_raw_os_error(5));
        }
        self.image.read_at(offset_bytes, buffer)
    }

    fn size_bytes(&self) -> io::Result<u64> {
        self.image.size_bytes()
    }
}

#[test]
fn what_the_medium_does_not_give_is_said() {
    let worn = |from_bytes, to_bytes| Worn {
        image: image(),
        from_bytes,
        to_bytes,
    };
    let device = worn(0, 4096);
    let header = Header::read(&device).expect("the second one");
    assert!(matches!(
        header.other_copy(),
        CopyState::Damaged(CopyFault::Unreadable(error)) if error.raw_os_error() == Some(5)
    ));
    let device = worn(40_000, 40_001);
    let header = Header::read(&device).expect("both");
    match header.unlock(&device, b"words", Slots::All, &Bounds::default()) {
        Err(UnlockError::NoSlotToTry { passed_over }) => {
            assert!(matches!(passed_over[0].fault, SlotFault::Unreadable(_)));
        }
        other => panic!("{other:?}"),
    }
    let at_bytes = 16 * 1024 * 1024 + 8192;
    let device = worn(at_bytes, at_bytes + 1);
    let header = Header::read(&device).expect("both");
    let key = header.unlock(&device, b"words", Slots::All, &Bounds::default());
    let plain = Plain::new(device, &header, &key.expect("a key")).expect("data");
    plain.read_at(0, &mut [0; 8192]).expect("what is before");
    match plain.read_at(8192, &mut [0; 1]) {
        Err(PlainError::Unreadable { device_bytes, .. }) => assert_eq!(device_bytes, at_bytes),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_device_that_was_cut_off_is_too_short() {
    let whole = image();
    let header = Header::read(&whole).expect("a header");
    let key = header
        .unlock(&whole, b"words", Slots::All, &Bounds::default())
        .expect("a key");
    let cut = whole[..16 * 1024 * 1024 - 1].to_vec();
    assert!(matches!(
        Plain::new(&cut, &header, &key),
        Err(PlainError::TooShort)
    ));
    let empty = whole[..16 * 1024 * 1024 + 100].to_vec();
    let plain = Plain::new(&empty, &header, &key).expect("no whole sector");
    assert_eq!(plain.size_bytes(), 0);
}

/// What a description may ask for, and what is said. Each is sealed by a right checksum.
#[test]
fn what_is_not_supported_is_named() {
    type Row = (&'static str, Feature, &'static str, fn(&mut Value));
    let of_data: [Row; 6] = [
        ("cipher", Feature::Cipher, "serpent-xts-plain64", |all| {
            all["segments"]["0"]["encryption"] = json!("serpent-xts-plain64")
        }),
        ("sector", Feature::SectorBytes, "8192", |all| {
            all["segments"]["0"]["sector_size"] = json!(8192)
        }),
        ("integrity", Feature::Integrity, "of sectors", |all| {
            all["segments"]["0"]["integrity"] = json!({"type": "hmac(sha256)"})
        }),
        ("kind of segment", Feature::Segment, "linear", |all| {
            all["segments"]["0"]["type"] = json!("linear")
        }),
        ("two segments", Feature::SegmentCount, "2", |all| {
            all["segments"]["1"] = all["segments"]["0"].clone()
        }),
        (
            "interrupted",
            Feature::Requirement,
            "online-reencrypt-v2",
            |all| all["config"]["requirements"] = json!({"mandatory": ["online-reencrypt-v2"]}),
        ),
    ];
    let good = image();
    for (what, feature, name, change) in of_data {
        let mut image = good.clone();
        edit(&mut image, change);
        match unlock(&image) {
            Err(UnlockError::Unsupported(unsupported)) => {
                assert_eq!(
                    (unsupported.feature, unsupported.name.as_str()),
                    (feature, name),
                    "{what}"
                );
            }
            other => panic!("{what}: {other:?}"),
        }
    }
    let of_slot: [Row; 6] = [
        ("slot", Feature::KeySlot, "reencrypt", |all| {
            all["keyslots"]["0"]["type"] = json!("reencrypt")
        }),
        ("kdf", Feature::KeyDerivation, "scrypt", |all| {
            all["keyslots"]["0"]["kdf"]["type"] = json!("scrypt")
        }),
        ("cipher", Feature::Cipher, "aes-cbc-essiv:sha256", |all| {
            all["keyslots"]["0"]["area"]["encryption"] = json!("aes-cbc-essiv:sha256")
        }),
        ("hash", Feature::Hash, "whirlpool", |all| {
            all["keyslots"]["0"]["af"]["hash"] = json!("whirlpool")
        }),
        ("splitter", Feature::Splitter, "luks9", |all| {
            all["keyslots"]["0"]["af"]["type"] = json!("luks9")
        }),
        ("key", Feature::KeyBits, "384", |all| {
            all["keyslots"]["0"]["key_size"] = json!(48)
        }),
    ];
    for (what, feature, name, change) in of_slot {
        let mut image = good.clone();
        edit(&mut image, change);
        match slot_fault(&image) {
            SlotFault::Unsupported(unsupported) => {
                assert_eq!(
                    (unsupported.feature, unsupported.name.as_str()),
                    (feature, name),
                    "{what}"
                );
            }
            other => panic!("{what}: {other:?}"),
        }
    }
}

fn slot_fault(image: &Vec<u8>) -> SlotFault {
    match unlock(image) {
        Err(UnlockError::NoSlotToTry { mut passed_over }) => passed_over.remove(0).fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_contradicts_itself_is_refused() {
    type Row = (&'static str, Inconsistency, fn(&mut Value));
    let rows: [Row; 9] = [
        ("beyond all slots", Inconsistency::SlotArea, |all| {
            all["keyslots"]["0"]["area"]["offset"] = json!("16700000")
        }),
        ("within the header", Inconsistency::SlotArea, |all| {
            all["keyslots"]["0"]["area"]["offset"] = json!("4096")
        }),
        ("at the end of numbers", Inconsistency::SlotArea, |all| {
            all["keyslots"]["0"]["area"]["offset"] = json!("18446744073709551615")
        }),
        ("no area", Inconsistency::SlotField, |all| {
            all["keyslots"]["0"]["area"] = Value::Null
        }),
        ("too many stripes", Inconsistency::SlotSize, |all| {
            all["keyslots"]["0"]["af"]["stripes"] = json!(1_000_000)
        }),
        ("no stripe", Inconsistency::SlotSize, |all| {
            all["keyslots"]["0"]["af"]["stripes"] = json!(0)
        }),
        ("no pass", Inconsistency::SlotSize, |all| {
            all["keyslots"]["0"]["kdf"]["time"] = json!(0)
        }),
        ("too many lanes", Inconsistency::SlotSize, |all| {
            all["keyslots"]["0"]["kdf"]["cpus"] = json!(100_000)
        }),
        ("a salt that is none", Inconsistency::Encoding, |all| {
            all["keyslots"]["0"]["kdf"]["salt"] = json!("?")
        }),
    ];
    let good = image();
    for (what, expected, change) in rows {
        let mut image = good.clone();
        edit(&mut image, change);
        match slot_fault(&image) {
            SlotFault::Inconsistent(inconsistency) => assert_eq!(inconsistency, expected, "{what}"),
            other => panic!("{what}: {other:?}"),
        }
    }
    let rows: [Row; 3] = [
        ("no digest", Inconsistency::Digest, |all| {
            all["digests"] = json!({})
        }),
        ("a digest of one byte", Inconsistency::Digest, |all| {
            all["digests"]["0"]["digest"] = json!("AA==")
        }),
        ("not on a sector", Inconsistency::SegmentArea, |all| {
            all["segments"]["0"]["offset"] = json!("16777217")
        }),
    ];
    for (what, expected, change) in rows {
        let mut image = good.clone();
        edit(&mut image, change);
        match unlock(&image) {
            Err(UnlockError::Inconsistent(inconsistency)) => {
                assert_eq!(inconsistency, expected, "{what}")
            }
            other => panic!("{what}: {other:?}"),
        }
    }
}

#[test]
fn what_is_no_description_damages_its_copy() {
    let good = image();
    let texts = [
        "",
        "[]",
        "{}",
        "{\"keyslots\":",
        r#"{"keyslots":{"0":{}},"segments":{},"digests":{},"config":{"json_size":"12288","keyslots_size":"0"}}"#,
        r#"{"keyslots":{},"segments":{},"digests":{},"config":{"json_size":"12289","keyslots_size":"0"}}"#,
        r#"{"keyslots":{},"segments":{},"digests":{},"config":{"json_size":12288,"keyslots_size":"0"}}"#,
        r#"{"keyslots":{},"segments":{},"digests":{},"config":{"json_size":"+12288","keyslots_size":"0"}}"#,
        r#"{"keyslots":{"32":{"type":"luks2"}},"segments":{},"digests":{},"config":{"json_size":"12288","keyslots_size":"0"}}"#,
        r#"{"keyslots":{"0":{"type":"luks2"},"0":{"type":"luks2"}},"segments":{},"digests":{},"config":{"json_size":"12288","keyslots_size":"0"}}"#,
    ];
    let deep = "[".repeat(5000);
    let endless = "{".to_owned() + &" ".repeat(HEADER_BYTES - 4096 - 1);
    for text in texts.into_iter().chain([deep.as_str(), &endless]) {
        let mut image = good.clone();
        image[4096..HEADER_BYTES].fill(0);
        image[4096..][..text.len()].copy_from_slice(text.as_bytes());
        seal(&mut image[..HEADER_BYTES]);
        let header = Header::read(&image).expect("the second copy");
        assert_eq!(header.used_copy(), HeaderCopy::Secondary, "{text}");
        unlock(&image).expect("the second copy opens");
    }
}
