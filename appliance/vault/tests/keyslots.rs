//! Which key slots open, by stock cryptsetup's own headers: several of them, their priorities, and what is said when none does.

mod stock;

use heirloom_vault::{Bounds, Header, Priority, SlotFault, Slots, UnlockError};
use stock::{CHEAP_ARGON2ID, Stock};

const CHEAP_PBKDF2: [&str; 2] = ["--pbkdf=pbkdf2", "--pbkdf-force-iterations=1000"];

/// Slot 0 by Argon2id, 1 by PBKDF2, 5 by Argon2i; slot 3 has the key of something else.
fn four_slots() -> Stock {
    let stock = Stock::formatted(18 * 1024 * 1024, "zero", &CHEAP_ARGON2ID);
    let old = format!("--key-file={}", stock.passphrase("zero"));
    let mut cheap_argon2i = CHEAP_ARGON2ID;
    cheap_argon2i[0] = "--pbkdf=argon2i";
    let slots: [(&str, &str, &[&str]); 2] =
        [("1", "one", &CHEAP_PBKDF2), ("5", "five", &cheap_argon2i)];
    for (number, passphrase, options) in slots {
        let new = format!("--new-keyfile={}", stock.passphrase(passphrase));
        let slot = format!("--key-slot={number}");
        stock.cryptsetup(&[&["luksAddKey", &old, &new, &slot], options].concat());
    }
    stock.add_unbound_slot(3, "three", &CHEAP_PBKDF2);
    stock
}

#[test]
fn each_passphrase_opens_its_slot_and_no_other() {
    let image = four_slots().bytes();
    let header = Header::read(&image).expect("a header");
    let facts: Vec<_> = header
        .slots()
        .map(|slot| (slot.number, slot.is_supported))
        .collect();
    assert_eq!(facts, [(0, true), (1, true), (3, false), (5, true)]);
    let open = |passphrase: &str, slots| {
        header.unlock(&image, passphrase.as_bytes(), slots, &Bounds::default())
    };
    for (number, passphrase) in [(0, "zero"), (1, "one"), (5, "five")] {
        open(passphrase, Slots::All).expect(passphrase);
        open(passphrase, Slots::Only(number)).expect(passphrase);
    }
    for wrong in ["", "Zero", "zero ", "three"] {
        match open(wrong, Slots::All) {
            Err(UnlockError::WrongPassphrase { tried, passed_over }) => {
                assert_eq!(tried, [0, 1, 5], "{wrong:?}");
                assert!(passed_over.is_empty(), "{wrong:?}");
            }
            other => panic!("{wrong:?}: {other:?}"),
        }
    }
    match open("zero", Slots::Only(1)) {
        Err(UnlockError::WrongPassphrase { tried, .. }) => assert_eq!(tried, [1]),
        other => panic!("{other:?}"),
    }
    for number in [2, 4, 31, 32, 255] {
        match open("zero", Slots::Only(number)) {
            Err(UnlockError::NoSuchSlot { slot }) => assert_eq!(slot, number),
            other => panic!("{other:?}"),
        }
    }
    match open("three", Slots::Only(3)) {
        Err(UnlockError::NoSlotToTry { passed_over }) => {
            assert!(matches!(passed_over[0].fault, SlotFault::Unbound));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn priorities_are_heeded() {
    let stock = four_slots();
    stock.cryptsetup(&["config", "--priority=prefer", "--key-slot=5"]);
    stock.cryptsetup(&["config", "--priority=ignore", "--key-slot=0"]);
    let image = stock.bytes();
    let header = Header::read(&image).expect("a header");
    let facts: Vec<_> = header
        .slots()
        .map(|slot| (slot.number, slot.priority))
        .collect();
    let normal = Priority::Normal;
    assert_eq!(
        facts,
        [
            (0, Priority::Ignore),
            (1, normal),
            (3, normal),
            (5, Priority::Prefer)
        ]
    );
    match header.unlock(&image, b"zero", Slots::All, &Bounds::default()) {
        Err(UnlockError::WrongPassphrase { tried, .. }) => assert_eq!(tried, [5, 1]),
        other => panic!("{other:?}"),
    }
    header
        .unlock(&image, b"zero", Slots::Only(0), &Bounds::default())
        .expect("it was asked for by number");
}

#[test]
fn what_costs_too_much_is_refused_before_it_begins() {
    let image = four_slots().bytes();
    let header = Header::read(&image).expect("a header");
    let generous = Bounds::default();
    let bounds = Bounds {
        memory_kib: 32767,
        ..generous
    };
    match header.unlock(&image, b"zero", Slots::All, &bounds) {
        Err(UnlockError::WrongPassphrase { tried, passed_over }) => {
            assert_eq!(tried, [1]);
            for (one, number) in passed_over.iter().zip([0, 5]) {
                assert_eq!(one.slot, number);
                assert!(matches!(
                    one.fault,
                    SlotFault::TooMuchMemory {
                        needed_kib: 32768,
                        allowed_kib: 32767
                    }
                ));
            }
        }
        other => panic!("{other:?}"),
    }
    let argon2_kib_passes = 4 * 32768 - 1;
    let cases = [
        (
            0,
            Bounds {
                argon2_kib_passes,
                ..generous
            },
        ),
        (
            1,
            Bounds {
                iterations: 999,
                ..generous
            },
        ),
    ];
    for (number, bounds) in cases {
        match header.unlock(&image, b"one", Slots::Only(number), &bounds) {
            Err(UnlockError::NoSlotToTry { passed_over }) => {
                assert!(matches!(
                    passed_over[0].fault,
                    SlotFault::TooMuchWork { .. }
                ));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn nothing_secret_is_shown() {
    let image = four_slots().bytes();
    let header = Header::read(&image).expect("a header");
    let key = header
        .unlock(&image, b"one", Slots::All, &Bounds::default())
        .expect("a key");
    assert_eq!(format!("{key:?}"), "VolumeKey(not shown)");
    let result = header.unlock(&image, b"my secret", Slots::All, &Bounds::default());
    let error = result.expect_err("it is wrong");
    let shown = format!("{error:?} {error}");
    assert!(!shown.contains("secret"), "{shown}");
}
