//! Keys added, renewed and changed, undisturbed and stopped between any two calls of `cryptsetup`.

use super::*;

const ALL: [&str; 3] = [OWNER, EXECUTORS, NEW];

#[test]
fn executors_get_a_key_in_slot_1_at_the_owners_price() {
    let image = Image::of_both();
    assert_eq!(image.slots(), [0, 1]);
    assert_eq!(image.opened_by(&ALL), [OWNER, EXECUTORS]);
    let health = image.keys().health().unwrap();
    assert_eq!(health.slots[0].derivation, health.slots[1].derivation);
    assert_eq!(
        (health.owner_slot, health.executors_slot),
        (Some(0), Some(1))
    );
    assert_eq!(image.keys().test(1, &secret(EXECUTORS)), Ok(()));
    assert_eq!(
        image.keys().test(0, &secret(EXECUTORS)),
        Err(DriveError::WrongPassphrase)
    );
    assert_eq!(
        image.keys().test(2, &secret(EXECUTORS)),
        Err(DriveError::NoSuchKeySlot)
    );
}

#[test]
fn a_renewed_key_is_in_its_own_slot_and_the_old_one_is_worthless() {
    let table = [
        (KeyHolder::Executors, OWNER, [OWNER, NEW]),
        (KeyHolder::Owner, OWNER, [EXECUTORS, NEW]),
        // The passphrase is lost, and the executors give the owner another one.
        (KeyHolder::Owner, EXECUTORS, [EXECUTORS, NEW]),
        (KeyHolder::Executors, EXECUTORS, [OWNER, NEW]),
    ];
    let before = Image::of_both();
    for (holder, authority, opening) in table {
        let image = before.copy();
        let set = image
            .keys()
            .set_key(holder, &secret(authority), &secret(NEW));
        assert_eq!(set, Ok(()));
        assert_eq!(image.slots(), [0, 1], "{holder:?} by {authority}");
        assert!(image.tokens().is_empty());
        assert_eq!(image.opened_by(&ALL), opening);
        assert_eq!(image.keys().test(holder.own_slot(), &secret(NEW)), Ok(()));
    }
}

#[test]
fn a_wrong_secret_changes_nothing_that_opens() {
    let image = Image::of_both();
    for holder in KeyHolder::ALL {
        let set = image.keys().set_key(holder, &secret("wrong"), &secret(NEW));
        assert_eq!(set, Err(DriveError::WrongPassphrase));
        assert!(image.tokens().is_empty());
        assert_eq!(image.slots(), [0, 1]);
        assert_eq!(image.opened_by(&ALL), [OWNER, EXECUTORS]);
    }
}

#[test]
fn a_slot_is_only_wiped_while_another_one_opens() {
    let image = Image::of_both();
    let kill = |slot, remaining| image.keys().kill(slot, &secret(remaining));
    assert_eq!(kill(1, EXECUTORS), Err(DriveError::WrongPassphrase));
    assert_eq!(kill(0, OWNER), Err(DriveError::WrongPassphrase));
    assert_eq!(kill(4, OWNER), Err(DriveError::NoSuchKeySlot));
    assert_eq!(image.opened_by(&ALL), [OWNER, EXECUTORS]);
    assert_eq!(kill(1, OWNER), Ok(()));
    assert_eq!(image.opened_by(&ALL), [OWNER]);
    assert_eq!(kill(0, OWNER), Err(DriveError::WrongPassphrase));
}

#[test]
fn slots_of_other_hands_are_left_alone() {
    let image = Image::of_both();
    let owner = secret(OWNER);
    let theirs = KeyHolder::Executors.spare_slot();
    image
        .keys()
        .add(theirs, &owner, &secret("theirs"), CHEAP)
        .unwrap();
    let set = image
        .keys()
        .set_key(KeyHolder::Executors, &owner, &secret(NEW));
    assert_eq!(set, Err(DriveError::Changed));
    assert_eq!(
        image.keys().settle(KeyHolder::Executors, &owner),
        Ok(Settled::Nothing)
    );
    assert_eq!(image.slots(), [0, 1, theirs]);
    let opened = image.opened_by(&[OWNER, EXECUTORS, NEW, "theirs"]);
    assert_eq!(opened, [OWNER, EXECUTORS, "theirs"]);
}

#[test]
fn no_secret_is_on_a_command_line() {
    let image = Image::empty();
    let noted = Noted::default();
    let keys = image.keys_by(&noted);
    let (owner, executors) = (secret(OWNER), secret(EXECUTORS));
    format(&noted, &image.path, "test", &owner, CHEAP).unwrap();
    keys.set_key(KeyHolder::Executors, &owner, &executors)
        .unwrap();
    keys.set_key(KeyHolder::Executors, &owner, &secret(NEW))
        .unwrap();
    let noted = noted.arguments.borrow();
    assert!(noted.len() > 10, "{noted:?}");
    for argument in noted.iter().flatten() {
        assert!(
            !ALL.iter().any(|secret| argument.contains(secret)),
            "{argument}"
        );
    }
}

/// Stopped before each call of `cryptsetup` in turn, then settled by whoever comes next.
#[test]
fn a_change_stopped_between_two_steps_is_settled_by_the_next_session() {
    let before = Image::of_both();
    let mut outcomes = Vec::new();
    for calls in 0.. {
        let image = before.copy();
        let stopped = Noted {
            calls_left: Some(calls),
            ..Noted::default()
        };
        let set =
            image
                .keys_by(&stopped)
                .set_key(KeyHolder::Executors, &secret(OWNER), &secret(NEW));
        let settled = image
            .keys()
            .settle(KeyHolder::Executors, &secret(OWNER))
            .unwrap();
        let opening = image.opened_by(&ALL);
        outcomes.push((settled, opening[1..] == [NEW]));
        match settled {
            Settled::Waits => {
                assert_eq!((image.slots(), opening), (vec![0, 2], vec![OWNER, NEW]));
                // Now with the new shares.
                let settled = image.keys().settle(KeyHolder::Executors, &secret(NEW));
                assert_eq!(settled, Ok(Settled::Settled));
                assert_eq!(image.opened_by(&ALL), [OWNER, NEW]);
            }
            Settled::Nothing | Settled::Settled => assert_eq!(opening.len(), 2),
        }
        assert_eq!((image.slots(), image.tokens()), (vec![0, 1], vec![]));
        if set.is_ok() {
            break;
        }
    }
    use Settled::{Nothing, Settled as Ended, Waits};
    // Announced; added; tried; preferred; wiped; added; tried; no longer preferred; wiped; token removed; all done.
    let expected = [
        (Nothing, false),
        (Ended, false),
        (Ended, false),
        (Ended, false),
        (Waits, true),
        (Waits, true),
        (Waits, true),
        (Waits, true),
        (Ended, true),
        (Ended, true),
        (Nothing, true),
    ];
    assert_eq!(outcomes, expected);
}

/// A key that waits in the spare slot may be renewed again by an owner who does not know it.
#[test]
fn a_key_that_waits_can_be_renewed() {
    let image = Image::of_both();
    let stopped = Noted {
        calls_left: Some(5),
        ..Noted::default()
    };
    let owner = secret(OWNER);
    let keys = image.keys_by(&stopped);
    let set = keys.set_key(KeyHolder::Executors, &owner, &secret("waits"));
    assert_eq!(set, Err(DriveError::Gone));
    assert_eq!(
        image.keys().settle(KeyHolder::Executors, &owner),
        Ok(Settled::Waits)
    );
    assert_eq!(image.slots(), [0, 2]);
    image
        .keys()
        .set_key(KeyHolder::Executors, &owner, &secret(NEW))
        .unwrap();
    assert_eq!((image.slots(), image.tokens()), (vec![0, 1], vec![]));
    assert_eq!(
        image.opened_by(&[OWNER, EXECUTORS, "waits", NEW]),
        [OWNER, NEW]
    );
}
