//! Bytes fetched from a phone: whole, stopped, refused, cut off by the cable, and under a new handle.

use std::ops::ControlFlow;
use std::sync::Arc;

use heirloom_engine::{Fetched, ListedObject, Listing, Source, SourceError};
use heirloom_phone::PhoneSource;

use crate::phone::{self, Fault, Phone, QUICK};

pub(crate) const MIB: usize = 1 << 20;

/// Ways to read a file, as the operations that a phone lacks.
pub(crate) const READERS: [&[u16]; 3] = [
    &[],
    &[phone::GET_PARTIAL_OBJECT_64],
    &[phone::GET_PARTIAL_OBJECT_64, phone::GET_PARTIAL_OBJECT],
];

pub(crate) fn content(length: usize) -> Vec<u8> {
    (0..length)
        .map(|at| (at % 251) as u8 ^ (at >> 12) as u8)
        .collect()
}

/// A phone with files of these lengths, `0.jpg` and so on in `DCIM`, their handles from 100, without these operations.
pub(crate) fn phone_with(lengths: &[usize], lacks: &[u16]) -> Arc<Phone> {
    let phone = Phone::new();
    let mut state = phone.state();
    state.operations.retain(|code| !lacks.contains(code));
    state.folder(1, 0, "DCIM");
    for (number, length) in (0..).zip(lengths) {
        let name = format!("{number}.jpg");
        state.file(100 + number, 1, &name, "20240131T235959", &content(*length));
    }
    drop(state);
    phone
}

/// Opens and lists in the order of the handles.
pub(crate) fn open(phone: &Arc<Phone>) -> (PhoneSource, Vec<ListedObject>) {
    let mut source = PhoneSource::over(Arc::clone(phone) as _, None, QUICK).expect("open");
    let mut objects = Listing::of(&mut source).expect("listed").objects;
    objects.sort_by_key(|object| object.id);
    (source, objects)
}

/// How a fetch ended, and what came before.
fn fetch(
    source: &mut PhoneSource,
    object: &ListedObject,
) -> (Result<Fetched, SourceError>, Vec<u8>) {
    let mut bytes = Vec::new();
    let ended = source.fetch(object, 0, &mut |piece| {
        assert!(!piece.is_empty() && piece.len() <= MIB, "{}", piece.len());
        bytes.extend_from_slice(piece);
        ControlFlow::Continue(())
    });
    (ended, bytes)
}

pub(crate) fn is_reading(operation: u16) -> bool {
    [
        phone::GET_OBJECT,
        phone::GET_PARTIAL_OBJECT,
        phone::GET_PARTIAL_OBJECT_64,
    ]
    .contains(&operation)
}

#[test]
fn contents_of_all_lengths_arrive_whole_by_every_way() {
    // Around a window, around mtp-rs's read of 64 KiB with the 12 bytes of a header, and Samsung's 500 of 512.
    let lengths = [
        0,
        1,
        500,
        65_523,
        65_524,
        65_525,
        65_536,
        MIB - 12,
        MIB - 1,
        MIB,
        MIB + 1,
        MIB + 500,
        3 * MIB - 12,
    ];
    for lacks in READERS {
        for manufacturer in ["Google", "samsung"] {
            let phone = phone_with(&lengths, lacks);
            phone.state().manufacturer = manufacturer.to_owned();
            let (mut source, objects) = open(&phone);
            for (object, length) in objects.iter().zip(lengths) {
                let (ended, bytes) = fetch(&mut source, object);
                assert_eq!(
                    ended,
                    Ok(Fetched::Whole(length as u64)),
                    "{manufacturer} {lacks:x?}"
                );
                assert!(
                    bytes == content(length),
                    "{length} {manufacturer} {lacks:x?}"
                );
            }
        }
    }
}

#[test]
fn samsung_is_never_asked_for_a_last_piece_that_hangs() {
    let phone = phone_with(&[500, MIB + 500, 1012, 4000], &[]);
    phone.state().manufacturer = "samsung".to_owned();
    phone.state().faults = {
        let lengths = [500, MIB as u32 + 500, 1012, 4000];
        Box::new(move |command| {
            if command.operation != phone::GET_PARTIAL_OBJECT_64 {
                return None;
            }
            let [handle, offset, 0, asked] = command.parameters[..] else {
                panic!("{command:?}");
            };
            let length = lengths[handle as usize - 100];
            assert!(offset + asked <= length, "past the end: {command:?}");
            let hangs = offset + asked == length && asked % 512 == 500;
            hangs.then_some(Fault::Silence)
        })
    };
    let (mut source, objects) = open(&phone);
    for object in &objects {
        let (ended, bytes) = fetch(&mut source, object);
        assert_eq!(ended, Ok(Fetched::Whole(object.size_bytes)));
        assert_eq!(bytes.len() as u64, object.size_bytes);
    }
}

#[test]
fn a_stopped_fetch_leaves_a_session_for_the_next() {
    for lacks in READERS {
        let phone = phone_with(&[3 * MIB, 100], lacks);
        let (mut source, objects) = open(&phone);
        let mut piece_count = 0;
        let ended = source.fetch(&objects[0], 0, &mut |_| {
            piece_count += 1;
            ControlFlow::Break(())
        });
        assert_eq!(
            (ended, piece_count),
            (Ok(Fetched::Stopped), 1),
            "{lacks:x?}"
        );
        let (ended, bytes) = fetch(&mut source, &objects[1]);
        assert_eq!(ended, Ok(Fetched::Whole(100)), "{lacks:x?}");
        assert!(bytes == content(100));
        let whole_only = lacks.len() == 2;
        assert_eq!(
            phone.state().cancel_count,
            usize::from(whole_only),
            "{lacks:x?}"
        );
        assert_eq!(phone.state().drain_count, 0, "{lacks:x?}");
    }
}

#[test]
fn a_cable_pulled_in_the_middle_is_gone_after_a_true_beginning() {
    for lacks in READERS {
        for after_bytes in [0, 12, 100_000] {
            let phone = phone_with(&[3 * MIB], lacks);
            let (mut source, objects) = open(&phone);
            let mut reads_left = if lacks.len() == 2 { 1 } else { 2 };
            phone.state().faults = Box::new(move |command| {
                reads_left -= i32::from(is_reading(command.operation));
                (reads_left == 0).then_some(Fault::Unplugged { after_bytes })
            });
            let (ended, bytes) = fetch(&mut source, &objects[0]);
            assert_eq!(ended, Err(SourceError::Gone), "{lacks:x?} {after_bytes}");
            assert!(content(3 * MIB).starts_with(&bytes));
            assert_eq!(fetch(&mut source, &objects[0]).0, Err(SourceError::Gone));
        }
    }
}

#[test]
fn a_refused_file_is_refused_and_the_next_one_is_read() {
    let phone = phone_with(&[100, 200], &[]);
    let (mut source, objects) = open(&phone);
    phone.state().faults = Box::new(|command| {
        let is_bad = is_reading(command.operation) && command.parameters[0] == 100;
        is_bad.then_some(Fault::Refusal(0x200F))
    });
    assert_eq!(
        fetch(&mut source, &objects[0]).0,
        Err(SourceError::Refused { code: 0x200F })
    );
    assert_eq!(fetch(&mut source, &objects[1]).0, Ok(Fetched::Whole(200)));
}

#[test]
fn a_silent_phone_times_out_and_is_reopened_quietly_for_the_next_file() {
    for lacks in READERS {
        let phone = phone_with(&[3 * MIB, 200], lacks);
        let (mut source, objects) = open(&phone);
        let mut reads_left = if lacks.len() == 2 { 1 } else { 2 };
        phone.state().faults = Box::new(move |command| {
            let is_reading = is_reading(command.operation);
            reads_left -= i32::from(is_reading);
            (is_reading && reads_left == 0).then_some(Fault::Silence)
        });
        let (ended, bytes) = fetch(&mut source, &objects[0]);
        assert_eq!(ended, Err(SourceError::TimedOut), "{lacks:x?}");
        assert!(content(3 * MIB).starts_with(&bytes));
        assert_eq!(fetch(&mut source, &objects[1]).0, Ok(Fetched::Whole(200)));
        let state = phone.state();
        assert_eq!(
            (state.drain_count, state.cancel_count),
            (1, 0),
            "{lacks:x?}"
        );
    }
}

#[test]
fn partial_reads_that_are_advertised_and_refused_are_not_asked_for_again() {
    let phone = phone_with(&[100, 200, 300], &[]);
    phone.state().faults = Box::new(|command| {
        (command.operation == phone::GET_PARTIAL_OBJECT_64).then_some(Fault::Refusal(0x2005))
    });
    let (mut source, objects) = open(&phone);
    for object in &objects {
        assert_eq!(
            fetch(&mut source, object).0,
            Ok(Fetched::Whole(object.size_bytes))
        );
    }
    // Once past the end, once without, then never.
    assert_eq!(phone.state().count(phone::GET_PARTIAL_OBJECT_64), 2);
}

#[test]
fn a_phone_that_chokes_on_bytes_past_the_end_is_asked_for_less() {
    for fault in [Fault::Refusal(0x201D), Fault::Silence, Fault::Stall] {
        let phone = phone_with(&[100, MIB, MIB + 7, 0], &[]);
        let (mut source, objects) = open(&phone);
        let sizes: Vec<u64> = objects.iter().map(|object| object.size_bytes).collect();
        phone.state().faults = Box::new(move |command| {
            let is_bad = command.operation == phone::GET_PARTIAL_OBJECT_64
                && u64::from(command.parameters[1]) + u64::from(command.parameters[3])
                    > sizes[command.parameters[0] as usize - 100];
            is_bad.then_some(fault)
        });
        for object in &objects {
            let (ended, bytes) = fetch(&mut source, object);
            assert_eq!(ended, Ok(Fetched::Whole(object.size_bytes)), "{fault:?}");
            assert!(bytes == content(bytes.len()));
        }
        let is_refusal = matches!(fault, Fault::Refusal(_));
        assert_eq!(
            phone.state().drain_count,
            usize::from(!is_refusal),
            "{fault:?}"
        );
    }
}

#[test]
fn what_comes_is_what_is_there_and_not_what_was_listed() {
    for lacks in READERS {
        for (listed_bytes, real_bytes) in [
            (749_356, 749_387),
            (2 * MIB, 2 * MIB - 5),
            (MIB, 0),
            (0, MIB + 1),
        ] {
            let phone = phone_with(&[real_bytes], lacks);
            phone
                .state()
                .objects
                .get_mut(&100)
                .expect("it")
                .stated_size_bytes = Some(listed_bytes as u64);
            let (mut source, objects) = open(&phone);
            assert_eq!(objects[0].size_bytes, listed_bytes as u64);
            let (ended, bytes) = fetch(&mut source, &objects[0]);
            assert_eq!(
                ended,
                Ok(Fetched::Whole(real_bytes as u64)),
                "{lacks:x?} {listed_bytes}"
            );
            assert!(bytes == content(real_bytes));
        }
    }
}

/// Gives every object a new handle, 1000 up.
fn rescan(phone: &Arc<Phone>) {
    let mut state = phone.state();
    let objects = std::mem::take(&mut state.objects);
    state.objects = objects
        .into_iter()
        .map(|(handle, mut object)| {
            if object.parent != 0 {
                object.parent += 1000;
            }
            (handle + 1000, object)
        })
        .collect();
}

#[test]
fn a_file_is_found_by_its_path_when_handles_have_changed() {
    for lacks in READERS {
        let phone = phone_with(&[100, 200, 300], lacks);
        let (mut source, objects) = open(&phone);
        rescan(&phone);
        phone.state().log.clear();
        for object in &objects {
            let (ended, bytes) = fetch(&mut source, object);
            assert_eq!(ended, Ok(Fetched::Whole(object.size_bytes)));
            assert!(bytes == content(bytes.len()));
        }
        // The folder was listed again once, from its storage down, for all of its files.
        assert_eq!(
            phone.state().count(phone::GET_OBJECT_HANDLES),
            2,
            "{lacks:x?}"
        );
    }
}

#[test]
fn a_handle_that_changes_in_the_middle_of_a_file_costs_no_byte() {
    let phone = phone_with(&[3 * MIB], &[]);
    let (mut source, objects) = open(&phone);
    let mut bytes = Vec::new();
    let ended = source.fetch(&objects[0], 0, &mut |piece| {
        if bytes.is_empty() {
            rescan(&phone);
        }
        bytes.extend_from_slice(piece);
        ControlFlow::Continue(())
    });
    assert_eq!(ended, Ok(Fetched::Whole(3 * MIB as u64)));
    assert!(bytes == content(3 * MIB));
}

#[test]
fn a_deleted_or_replaced_file_has_vanished() {
    let phone = phone_with(&[100, 200, 300], &[]);
    let (mut source, objects) = open(&phone);
    {
        let mut state = phone.state();
        state.objects.remove(&100);
        // Edited: the same name, another file.
        state.objects.remove(&101);
        state.file(500, 1, "1.jpg", "20250101T000000", &content(200));
    }
    assert_eq!(
        fetch(&mut source, &objects[0]).0,
        Err(SourceError::Vanished)
    );
    assert_eq!(
        fetch(&mut source, &objects[1]).0,
        Err(SourceError::Vanished)
    );
    assert_eq!(fetch(&mut source, &objects[2]).0, Ok(Fetched::Whole(300)));
}

#[test]
fn a_handle_of_an_earlier_session_is_never_used() {
    for lacks in READERS {
        let phone = phone_with(&[100, 200, 300, 400], lacks);
        phone.state().renumbers = true;
        let (mut source, objects) = open(&phone);
        let mut is_first = true;
        phone.state().faults = Box::new(move |command| {
            let is_bad = is_reading(command.operation) && std::mem::take(&mut is_first);
            is_bad.then_some(Fault::Crash)
        });
        for object in &objects {
            let (ended, bytes) = fetch(&mut source, object);
            let may_time_out = lacks.len() == 2 && object == &objects[0];
            if !(may_time_out && ended == Err(SourceError::TimedOut)) {
                assert_eq!(ended, Ok(Fetched::Whole(object.size_bytes)), "{lacks:x?}");
                assert!(bytes == content(bytes.len()));
            }
        }
        assert_eq!(phone.state().count(phone::OPEN_SESSION), 2, "{lacks:x?}");
    }
}

#[test]
fn handles_are_kept_where_the_phone_has_kept_its_session() {
    let phone = phone_with(&[3 * MIB, 200], &[]);
    let (mut source, objects) = open(&phone);
    let mut is_first = true;
    phone.state().faults = Box::new(move |command| {
        let is_bad = is_reading(command.operation) && std::mem::take(&mut is_first);
        is_bad.then_some(Fault::Silence)
    });
    phone.state().log.clear();
    assert_eq!(
        fetch(&mut source, &objects[0]).0,
        Err(SourceError::TimedOut)
    );
    assert_eq!(fetch(&mut source, &objects[1]).0, Ok(Fetched::Whole(200)));
    assert_eq!(phone.state().count(phone::CLOSE_SESSION), 0);
    assert_eq!(phone.state().count(phone::GET_OBJECT_HANDLES), 0);
}
