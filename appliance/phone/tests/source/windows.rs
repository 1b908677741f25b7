//! Files read by windows: begun at an offset, stopped within a window, and windows that do not end well.

use std::ops::ControlFlow;
use std::sync::Arc;

use heirloom_engine::{Fetched, ListedObject, Source, SourceError};
use heirloom_phone::PhoneSource;

use crate::fetch::{MIB, READERS, content, is_reading, open, phone_with};
use crate::phone::{self, Fault, Phone};

/// How a fetch from this byte on ended, and what came before.
fn fetch_from(
    source: &mut PhoneSource,
    object: &ListedObject,
    from_byte: u64,
) -> (Result<Fetched, SourceError>, Vec<u8>) {
    let mut bytes = Vec::new();
    let ended = source.fetch(object, from_byte, &mut |piece| {
        assert!(!piece.is_empty() && piece.len() <= MIB, "{}", piece.len());
        bytes.extend_from_slice(piece);
        ControlFlow::Continue(())
    });
    (ended, bytes)
}

/// Makes the reading with this number, from 1, go wrong.
fn fail_reading(phone: &Arc<Phone>, number: u32, fault: Fault) {
    let mut left = number;
    phone.state().faults = Box::new(move |command| {
        if !is_reading(command.operation) || left == 0 {
            return None;
        }
        left -= 1;
        (left == 0).then_some(fault)
    });
}

#[test]
fn a_fetch_goes_on_at_any_byte_by_every_way() {
    let lengths = [0, 1, 500, MIB + 500, 3 * MIB];
    for lacks in READERS {
        for manufacturer in ["Google", "samsung"] {
            let phone = phone_with(&lengths, lacks);
            phone.state().manufacturer = manufacturer.to_owned();
            let (mut source, objects) = open(&phone);
            for (object, length) in objects.iter().zip(lengths) {
                for from in [
                    0,
                    1,
                    2,
                    499,
                    500,
                    501,
                    MIB,
                    2 * MIB + 7,
                    length,
                    length + 1,
                    9 * MIB,
                ] {
                    let (ended, bytes) = fetch_from(&mut source, object, from as u64);
                    let what = format!("{length} from {from} {manufacturer} {lacks:x?}");
                    assert_eq!(ended, Ok(Fetched::Whole(length as u64)), "{what}");
                    assert!(bytes == content(length)[from.min(length)..], "{what}");
                }
            }
        }
    }
}

#[test]
fn what_was_there_before_is_not_read_again_where_parts_can_be_read() {
    for lacks in [READERS[0], READERS[1]] {
        let phone = phone_with(&[20 * MIB], lacks);
        let (mut source, objects) = open(&phone);
        phone.state().log.clear();
        let from = 19 * MIB as u64 + 5;
        let (ended, bytes) = fetch_from(&mut source, &objects[0], from);
        assert_eq!(ended, Ok(Fetched::Whole(20 * MIB as u64)));
        assert_eq!(bytes.len(), MIB - 5);
        let state = phone.state();
        let mut readings = state.log.iter().filter(|it| is_reading(it.operation));
        // The byte before proves that the file is as long as that.
        let first = readings.next().expect("one at least");
        assert_eq!(u64::from(first.parameters[1]), from - 1, "{lacks:x?}");
    }
}

#[test]
fn a_file_that_is_shorter_than_what_was_fetched_tells_its_length() {
    for lacks in READERS {
        for (real_bytes, listed_bytes, from_byte) in [
            (500, 1000, 900),
            (500, 500, 501),
            (0, 1000, 1),
            (500, 1000, 5000),
        ] {
            let phone = phone_with(&[real_bytes], lacks);
            phone
                .state()
                .objects
                .get_mut(&100)
                .expect("it")
                .stated_size_bytes = Some(listed_bytes);
            let (mut source, objects) = open(&phone);
            let (ended, bytes) = fetch_from(&mut source, &objects[0], from_byte);
            assert_eq!(
                ended,
                Ok(Fetched::Whole(real_bytes as u64)),
                "{lacks:x?} {from_byte}"
            );
            assert_eq!(bytes, [0; 0]);
        }
    }
}

#[test]
fn windows_are_long_and_not_too_long() {
    let phone = phone_with(&[40 * MIB], &[]);
    let (mut source, objects) = open(&phone);
    let (ended, bytes) = fetch_from(&mut source, &objects[0], 0);
    assert_eq!(ended, Ok(Fetched::Whole(40 * MIB as u64)));
    assert!(bytes == content(40 * MIB));
    let state = phone.state();
    let readings = state.log.iter().filter(|it| is_reading(it.operation));
    let asked: Vec<usize> = readings.map(|it| it.parameters[3] as usize).collect();
    assert_eq!(asked[0], MIB);
    // The last is what is left; how fast the others grow depends on the clock.
    let (_, whole) = asked.split_last().expect("several");
    assert!(
        whole.iter().all(|asked| (MIB..=16 * MIB).contains(asked)),
        "{asked:?}"
    );
}

#[test]
fn a_stop_within_a_window_leaves_a_session_for_the_next() {
    for lacks in [READERS[0], READERS[1]] {
        for pieces_wanted in [1, 2, 3, 7, 11] {
            let phone = phone_with(&[12 * MIB, 100], lacks);
            let (mut source, objects) = open(&phone);
            let mut bytes = Vec::new();
            let mut piece_count = 0;
            let ended = source.fetch(&objects[0], 0, &mut |piece| {
                assert!(piece_count < pieces_wanted, "nothing comes after a stop");
                piece_count += 1;
                bytes.extend_from_slice(piece);
                if piece_count == pieces_wanted {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            assert_eq!(ended, Ok(Fetched::Stopped), "{pieces_wanted}");
            assert!(content(12 * MIB).starts_with(&bytes));
            let (ended, rest) = fetch_from(&mut source, &objects[0], bytes.len() as u64);
            assert_eq!(ended, Ok(Fetched::Whole(12 * MIB as u64)));
            assert!([bytes, rest].concat() == content(12 * MIB));
            assert_eq!(
                fetch_from(&mut source, &objects[1], 0).0,
                Ok(Fetched::Whole(100))
            );
            let state = phone.state();
            assert_eq!((state.cancel_count, state.drain_count), (0, 0));
            assert_eq!(state.count(phone::OPEN_SESSION), 1);
        }
    }
}

#[test]
fn of_a_window_that_ends_badly_nothing_is_handed_over() {
    const INCOMPLETE_TRANSFER: u16 = 0x2007;
    let faults = [
        (
            Fault::BadEnding(INCOMPLETE_TRANSFER),
            SourceError::Refused {
                code: u32::from(INCOMPLETE_TRANSFER),
            },
            0,
        ),
        (
            Fault::LessData { at_bytes: 1000 },
            // It makes sense again afterwards.
            SourceError::Io { errno: 71 },
            1,
        ),
    ];
    for (fault, error, drain_count) in faults {
        let phone = phone_with(&[3 * MIB, 100], &[]);
        let (mut source, objects) = open(&phone);
        fail_reading(&phone, 2, fault);
        let (ended, bytes) = fetch_from(&mut source, &objects[0], 0);
        assert_eq!(ended, Err(error), "{fault:?}");
        assert!(
            bytes == content(3 * MIB)[..MIB],
            "the first window alone, {fault:?}"
        );
        let (ended, rest) = fetch_from(&mut source, &objects[0], MIB as u64);
        assert_eq!(ended, Ok(Fetched::Whole(3 * MIB as u64)), "{fault:?}");
        assert!(rest == content(3 * MIB)[MIB..], "{fault:?}");
        assert_eq!(phone.state().drain_count, drain_count, "{fault:?}");
    }
}

#[test]
fn a_first_window_that_ends_badly_is_read_in_another_way() {
    let phone = phone_with(&[3 * MIB], &[]);
    let (mut source, objects) = open(&phone);
    fail_reading(&phone, 1, Fault::BadEnding(0x2002));
    let (ended, bytes) = fetch_from(&mut source, &objects[0], 0);
    assert_eq!(ended, Ok(Fetched::Whole(3 * MIB as u64)));
    assert!(bytes == content(3 * MIB));
}
