//! A key is changed, and the power fails at every single write to the header. Afterwards exactly the old or the new set of secrets opens, as stock
//! `cryptsetup` finds, even if the power fails again while that is settled.

use super::power::{Cut, FailingPower};
use super::*;

const ALL: [&str; 3] = [OWNER, EXECUTORS, NEW];
const CUTS: [Cut; 3] = [Cut::Before, Cut::Torn, Cut::Lost];

/// A slot's key material is two writes, and its end is the second one. What arrives of them is what each kind of failure says.
#[test]
fn the_power_fails_as_it_says() {
    const AREA: usize = 0x8000 + 258_048;
    const LAST_WRITE: usize = AREA + 253_952;
    // 4000 stripes of a key of 64 bytes; the rest of the block is written as it was.
    const END: usize = AREA + 256_000;
    let before = Image::of_owner();
    let bytes = before.copy().bytes();
    let table = [
        (Cut::Before, 0, None),
        (Cut::Torn, 0, Some(AREA..AREA + 512)),
        (Cut::Lost, 0, Some(LAST_WRITE..END)),
        (Cut::Before, 1, Some(AREA..LAST_WRITE)),
        (Cut::Torn, 1, Some(AREA..LAST_WRITE + 512)),
        (Cut::Lost, 1, Some(AREA..LAST_WRITE)),
    ];
    for (cut, writes, expected) in table {
        let image = before.copy();
        let power = FailingPower::after(&image.path, writes, cut);
        let keys = image.keys_by(&power);
        let added = keys.add(1, &secret(OWNER), &secret(NEW), CHEAP);
        assert_eq!(added, Err(DriveError::Gone));
        let after = image.bytes();
        let differs = |&at: &usize| after[at] != bytes[at];
        let first = (0..bytes.len()).find(differs);
        let last = (0..bytes.len()).rev().find(differs);
        // Random bytes may happen to be as they were, at either end.
        match (first, last, expected) {
            (None, None, None) => {}
            (Some(first), Some(last), Some(expected)) => {
                assert!(
                    (expected.start..expected.start + 8).contains(&first),
                    "{cut:?} {first}"
                );
                assert!(
                    (expected.end - 8..expected.end).contains(&last),
                    "{cut:?} {last}"
                );
            }
            other => panic!("{cut:?} {other:?}"),
        }
    }
}

#[test]
fn the_executors_old_or_new_secret_opens_after_a_power_cut_at_any_write() {
    let kind = |writes| CUTS[writes as usize % 3];
    cut_everywhere(KeyHolder::Executors, EXECUTORS, OWNER, kind);
}

#[test]
fn the_owners_old_or_new_passphrase_opens_after_a_power_cut_at_any_write() {
    let kind = |writes| CUTS[(writes as usize + 1) % 3];
    cut_everywhere(KeyHolder::Owner, OWNER, EXECUTORS, kind);
}

/// `old` is the holder's secret that NEW takes the place of; `other` is that of the other holder.
fn cut_everywhere(
    holder: KeyHolder,
    old: &'static str,
    other: &'static str,
    kind: impl Fn(u64) -> Cut,
) {
    let before = Image::of_both();
    let mut seen = [0, 0];
    for writes in 0.. {
        let cut = kind(writes);
        let image = before.copy();
        let power = FailingPower::after(&image.path, writes, cut);
        let keys = image.keys_by(&power);
        let set = keys.set_key(holder, &secret(OWNER), &secret(NEW));
        if !power.has_failed() {
            assert_eq!(set, Ok(()));
            break;
        }
        let counting = counting(&image, holder, old);
        seen[usize::from(counting == NEW)] += 1;
        let place = format!("{holder:?}, {cut:?} after {writes} writes");
        // Both secrets may open before it is settled, but never neither.
        let opening = image.opened_by(&ALL);
        assert!(
            opening.contains(&counting) && opening.contains(&other),
            "{place}"
        );
        // Settling is interrupted too, each time elsewhere.
        let power = FailingPower::after(&image.path, writes * 7 % 31, CUTS[writes as usize % 3]);
        let by_counting = secret(counting);
        let interrupted = image.keys_by(&power).settle(holder, &by_counting);
        assert!(
            power.has_failed() || interrupted.is_ok(),
            "{place}: {interrupted:?}"
        );
        settle(&image, holder, &place, counting, other);
    }
    // As many states before the decisive write as there are calls of the program at the least.
    assert!(
        seen.iter().all(|&states| states > 10),
        "{holder:?} {seen:?}"
    );
}

/// Which secret counts now. It must open the slot that counts, and the other one must not.
fn counting(image: &Image, holder: KeyHolder, old: &'static str) -> &'static str {
    let keys = image.keys();
    let slot = keys.holding(holder).unwrap().valid.unwrap();
    let opens = |text| keys.test(slot, &secret(text)) == Ok(());
    match (opens(old), opens(NEW)) {
        (true, false) => old,
        (false, true) => NEW,
        both => panic!("slot {slot} of {holder:?}: {both:?}"),
    }
}

fn settle(
    image: &Image,
    holder: KeyHolder,
    place: &str,
    counting: &'static str,
    other: &'static str,
) {
    let keys = image.keys();
    let settled = keys.settle(holder, &secret(other));
    assert!(settled.is_ok(), "{place}: {settled:?}");
    let mut expected = vec![counting, other];
    expected.sort_by_key(|text| ALL.iter().position(|each| each == text));
    // The other holder's session takes away what does not count, and may have to leave the rest.
    assert_eq!(image.opened_by(&ALL), expected, "{place}");
    assert!(keys.settle(holder, &secret(counting)).is_ok(), "{place}");
    assert_eq!(image.opened_by(&ALL), expected, "{place}");
    assert_eq!(
        (image.slots(), image.tokens()),
        (vec![0, 1], vec![]),
        "{place}"
    );
    let health = keys.health().unwrap();
    assert_eq!(health.verdict, HeaderVerdict::Sound, "{place}");
    assert_eq!(health.interrupted, [], "{place}");
    let own = keys.test(holder.own_slot(), &secret(counting));
    assert_eq!(own, Ok(()), "{place}");
}
