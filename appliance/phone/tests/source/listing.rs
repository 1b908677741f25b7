//! What a listing of a phone says, and what it says about what it could not list.

use std::ops::ControlFlow;
use std::sync::Arc;

use heirloom_engine::{Found, ListedObject, Listing, Source, SourceError, SourceKind, SourceTime};
use heirloom_phone::{PhoneSource, UsbIds};

use crate::phone::{self, Fault, Phone, QUICK};

fn open(phone: &Arc<Phone>) -> Result<PhoneSource, SourceError> {
    PhoneSource::over(Arc::clone(phone) as _, None, QUICK)
}

fn list(source: &mut PhoneSource) -> Result<Listing, SourceError> {
    Listing::of(source)
}

/// Opens and lists, sorted by path.
fn listing(phone: &Arc<Phone>) -> Listing {
    let mut listing = list(&mut open(phone).expect("open")).expect("listed");
    listing.objects.sort_by(|a, b| a.path.cmp(&b.path));
    listing
}

fn paths(objects: &[ListedObject]) -> Vec<&str> {
    objects.iter().map(|object| object.path.as_str()).collect()
}

/// A camera folder with this many pictures, their handles from 100.
fn camera(phone: &Arc<Phone>, picture_count: u32) {
    let mut state = phone.state();
    state.folder(1, 0, "DCIM");
    state.folder(2, 1, "Camera");
    for number in 0..picture_count {
        let name = format!("IMG_{number:04}.JPG");
        state.file(100 + number, 2, &name, "20240131T235959", &[7; 10]);
    }
}

#[test]
fn nested_folders_are_listed_with_times_and_sizes() {
    let phone = Phone::new();
    {
        let mut state = phone.state();
        state.folder(1, 0, "DCIM");
        state.folder(2, 1, "Camera");
        state.file(3, 2, "a.jpg", "20240131T235959", &[1; 1000]);
        state.file(4, 2, "../b\n.jpg", "20480000T000000", &[]);
        state.file(5, 0, "note.txt", "", b"hello");
        state.file(6, 1, "long.mp4", "20240131T235959.0Z", &[]);
        state.objects.get_mut(&6).expect("it").stated_size_bytes = Some(5_000_000_000);
    }
    let listing = listing(&phone);
    assert_eq!(listing.problems, []);
    let time = |raw: &str, unix_s| {
        Some(SourceTime {
            raw: raw.to_owned(),
            unix_s,
        })
    };
    let expected = [
        (
            "DCIM/Camera/..=2Fb=0A.jpg",
            0,
            time("20480000T000000", None),
        ),
        (
            "DCIM/Camera/a.jpg",
            1000,
            time("20240131T235959", Some(1_706_745_599)),
        ),
        (
            "DCIM/long.mp4",
            5_000_000_000,
            time("20240131T235959.0Z", Some(1_706_745_599)),
        ),
        ("note.txt", 5, None),
    ];
    assert_eq!(listing.objects.len(), expected.len());
    for (object, (path, size_bytes, modified)) in listing.objects.iter().zip(expected) {
        assert_eq!(
            object.path.as_str(),
            format!("Internal shared storage/{path}")
        );
        assert_eq!(object.size_bytes, size_bytes, "{path}");
        assert_eq!(object.modified, modified, "{path}");
        assert_eq!(object.persistent_id, None);
    }
}

#[test]
fn a_phone_says_who_it_is_and_is_closed_in_the_end() {
    let phone = Phone::new();
    let source = open(&phone).expect("open");
    let identity = source.identity();
    assert_eq!(identity.kind, SourceKind::Phone);
    assert_eq!(identity.manufacturer, "Google");
    assert_eq!(identity.model, "Pixel 8");
    assert_eq!(identity.serial.as_deref(), Some("39281FDJH001"));
    drop(source);
    assert_eq!(phone.state().count(phone::CLOSE_SESSION), 1);
}

#[test]
fn a_session_left_open_by_somebody_else_is_taken_over() {
    let phone = Phone::new();
    std::mem::forget(open(&phone).expect("open"));
    assert!(open(&phone).is_ok());
}

#[test]
fn a_phone_without_storages_or_that_refuses_is_locked() {
    let phone = Phone::new();
    phone.state().storages.clear();
    assert_eq!(open(&phone).err(), Some(SourceError::Locked));
    // A slot without a card.
    phone.state().storages = vec![(0x0002_0000, "Card".to_owned())];
    assert_eq!(open(&phone).err(), Some(SourceError::Locked));
    for operation in [
        phone::OPEN_SESSION,
        phone::GET_DEVICE_INFO,
        phone::GET_STORAGE_IDS,
    ] {
        let phone = Phone::new();
        phone.state().faults = Box::new(move |command| {
            (command.operation == operation).then_some(Fault::Refusal(0x200F))
        });
        assert_eq!(
            open(&phone).err(),
            Some(SourceError::Locked),
            "{operation:#06x}"
        );
    }
}

#[test]
fn a_phone_locked_after_opening_says_so_and_lists_when_unlocked() {
    let phone = Phone::new();
    camera(&phone, 2);
    let mut source = open(&phone).expect("open");
    let storages = std::mem::take(&mut phone.state().storages);
    assert_eq!(list(&mut source), Err(SourceError::Locked));
    phone.state().storages = storages;
    assert_eq!(list(&mut source).expect("listed").objects.len(), 2);
}

#[test]
fn an_iphone_that_shows_nothing_is_locked_and_another_phone_is_empty() {
    let phone = Phone::new();
    assert_eq!(listing(&phone), Listing::default());
    let apple = UsbIds {
        vendor: 0x05AC,
        product: 0x12A8,
    };
    let open_apple = || PhoneSource::over(Arc::clone(&phone) as _, Some(apple), QUICK);
    assert_eq!(open_apple().err(), Some(SourceError::Locked));
    camera(&phone, 2);
    let mut source = open_apple().expect("open");
    assert_eq!(list(&mut source).expect("listed").objects.len(), 2);
    phone.state().objects.clear();
    assert_eq!(list(&mut source), Err(SourceError::Locked));
}

#[test]
fn one_bad_object_is_named_and_the_others_are_listed() {
    let faults = [
        (
            Fault::Refusal(0x2002),
            SourceError::Refused { code: 0x2002 },
        ),
        (Fault::Refusal(0x2009), SourceError::Vanished),
        (Fault::Silence, SourceError::TimedOut),
        (Fault::Stall, SourceError::Io { errno: 5 }),
        (
            Fault::CutData { at_bytes: 40 },
            SourceError::Garbled {
                what: "what an object is",
            },
        ),
    ];
    for (fault, error) in faults {
        let phone = Phone::new();
        camera(&phone, 5);
        phone.state().faults = Box::new(move |command| {
            let is_bad = command.operation == phone::GET_OBJECT_INFO && command.parameters == [102];
            is_bad.then_some(fault)
        });
        let listing = listing(&phone);
        assert_eq!(listing.objects.len(), 4, "{fault:?}");
        assert_eq!(listing.problems.len(), 1, "{fault:?}");
        assert_eq!(listing.problems[0].error, error);
        let place = "Internal shared storage/DCIM/Camera (object 0x66)";
        assert_eq!(listing.problems[0].place, place);
    }
}

#[test]
fn a_folder_that_can_not_be_read_is_named() {
    let phone = Phone::new();
    camera(&phone, 2);
    phone.state().folder(9, 0, "Secret");
    phone.state().faults = Box::new(|command| {
        let is_bad = command.operation == phone::GET_OBJECT_HANDLES && command.parameters[2] == 9;
        is_bad.then_some(Fault::Refusal(0x200F))
    });
    let listing = listing(&phone);
    assert_eq!(listing.objects.len(), 2);
    assert_eq!(listing.problems[0].place, "Internal shared storage/Secret");
}

#[test]
fn when_nothing_can_be_described_it_is_an_error() {
    let phone = Phone::new();
    phone.state().file(1, 0, "a.jpg", "", &[]);
    phone.state().file(2, 0, "b.jpg", "", &[]);
    phone.state().faults = Box::new(|command| {
        (command.operation == phone::GET_OBJECT_INFO).then_some(Fault::Refusal(0x2002))
    });
    let mut source = open(&phone).expect("open");
    assert_eq!(
        list(&mut source),
        Err(SourceError::Refused { code: 0x2002 })
    );
}

#[test]
fn an_unplugged_phone_is_gone_at_once() {
    let phone = Phone::new();
    camera(&phone, 20);
    let mut source = open(&phone).expect("open");
    phone.state().faults = Box::new(|command| {
        let is_bad = command.operation == phone::GET_OBJECT_INFO && command.parameters == [110];
        is_bad.then_some(Fault::Unplugged { after_bytes: 0 })
    });
    assert_eq!(list(&mut source), Err(SourceError::Gone));
    assert_eq!(
        phone.state().log.last().map(|last| last.operation),
        Some(phone::GET_OBJECT_INFO)
    );
}

#[test]
fn a_phone_that_has_gone_silent_is_given_up_soon() {
    let phone = Phone::new();
    camera(&phone, 20);
    let mut source = open(&phone).expect("open");
    let is_about_picture = |command: &phone::Command| {
        command.operation == phone::GET_OBJECT_INFO && command.parameters[0] >= 100
    };
    phone.state().faults =
        Box::new(move |command| is_about_picture(command).then_some(Fault::Silence));
    assert_eq!(list(&mut source), Err(SourceError::TimedOut));
    let state = phone.state();
    let asked = state.log.iter().filter(|command| is_about_picture(command));
    assert_eq!(asked.count(), 2);
    assert_eq!(state.cancel_count, 0, "recovery is quiet");
}

#[test]
fn a_session_lost_over_one_object_costs_that_object_alone() {
    let phone = Phone::new();
    camera(&phone, 5);
    phone.state().faults = Box::new(|command| {
        let is_bad = command.operation == phone::GET_OBJECT_INFO && command.parameters == [102];
        is_bad.then_some(Fault::Crash)
    });
    let listing = listing(&phone);
    assert_eq!(listing.objects.len(), 4);
    assert_eq!(listing.problems.len(), 1);
    assert_eq!(listing.problems[0].error, SourceError::TimedOut);
}

#[test]
fn handles_that_change_in_the_middle_of_a_listing_do_not_mix_files_up() {
    let phone = Phone::new();
    camera(&phone, 9);
    let mut source = open(&phone).expect("open");
    phone.state().renumbers = true;
    let mut left = 7;
    phone.state().faults = Box::new(move |command| {
        left -= i32::from(command.operation == phone::GET_OBJECT_INFO);
        (left == 0).then(|| {
            left -= 1;
            Fault::Refusal(0x2004)
        })
    });
    let mut listing = list(&mut source).expect("listed");
    listing.objects.sort_by(|a, b| a.path.cmp(&b.path));
    let expected: Vec<String> = (0..9)
        .map(|number| format!("Internal shared storage/DCIM/Camera/IMG_{number:04}.JPG"))
        .collect();
    assert_eq!(paths(&listing.objects), expected);
    assert_eq!(listing.problems, []);
}

#[test]
fn the_root_is_asked_for_by_zero_only_after_a_refusal() {
    let table = [
        (Fault::Refusal(0x201D), true),
        (Fault::Stall, true),
        (Fault::Silence, false),
    ];
    for (fault, is_asked) in table {
        let phone = Phone::new();
        phone.state().file(1, 0, "a.jpg", "", &[]);
        phone.state().faults = Box::new(move |command| {
            let is_root = command.operation == phone::GET_OBJECT_HANDLES
                && command.parameters[2] == 0xFFFF_FFFF;
            is_root.then_some(fault)
        });
        let listed = list(&mut open(&phone).expect("open"));
        assert_eq!(listed.is_ok(), is_asked, "{fault:?}");
        let zero_asked = phone.state().log.iter().any(|command| {
            command.operation == phone::GET_OBJECT_HANDLES && command.parameters[2] == 0
        });
        assert_eq!(zero_asked, is_asked, "{fault:?}");
    }
}

#[test]
fn folders_that_contain_one_another_end_and_lose_nothing() {
    let phone = Phone::new();
    {
        let mut state = phone.state();
        state.folder(1, 0, "a");
        state.folder(2, 1, "b");
        state.file(3, 2, "c.jpg", "", &[]);
        // In itself, and reachable from nowhere else.
        state.folder(4, 4, "d");
        state.file(5, 2, "c.jpg", "", &[]);
    }
    let listing = listing(&phone);
    let path = "Internal shared storage/a/b/c.jpg";
    assert_eq!(paths(&listing.objects), [path, path]);
    assert_eq!(listing.problems, []);
}

#[test]
fn storages_of_one_name_stay_apart_and_a_nameless_one_gets_a_number() {
    let phone = Phone::new();
    {
        let mut state = phone.state();
        state.storages = vec![
            (0x0001_0001, "Card".to_owned()),
            (0x0002_0001, "Card".to_owned()),
            (0x0003_0001, String::new()),
        ];
        for (handle, storage) in [(1, 0x0001_0001), (2, 0x0002_0001), (3, 0x0003_0001)] {
            state.file(handle, 0, "a.jpg", "", &[]);
            state.objects.get_mut(&handle).expect("it").storage = storage;
        }
    }
    let listing = listing(&phone);
    let expected = ["Card (2)/a.jpg", "Card/a.jpg", "Storage 3/a.jpg"];
    assert_eq!(paths(&listing.objects), expected);
}

#[test]
fn a_size_that_is_cut_to_32_bits_is_never_passed_on() {
    let phone = Phone::new();
    {
        let mut state = phone.state();
        state.file(1, 0, "a.jpg", "", &[]);
        state.file(2, 0, "b.mp4", "", &[]);
        state.objects.get_mut(&2).expect("it").stated_size_bytes = Some(1 << 33);
        state
            .operations
            .retain(|code| *code != phone::GET_OBJECT_PROP_VALUE);
    }
    let listing = listing(&phone);
    assert_eq!(paths(&listing.objects), ["Internal shared storage/a.jpg"]);
    assert_eq!(
        listing.problems[0].error,
        SourceError::Refused { code: 0x2005 }
    );
}

#[test]
fn property_lists_say_the_same_in_far_fewer_exchanges() {
    let phone = Phone::new();
    camera(&phone, 200);
    phone
        .state()
        .objects
        .get_mut(&150)
        .expect("it")
        .stated_size_bytes = Some(1 << 33);
    let slow = listing(&phone);
    let slow_count = std::mem::take(&mut phone.state().log).len();
    phone.state().operations.push(phone::GET_OBJECT_PROP_LIST);
    let fast = listing(&phone);
    assert_eq!(fast, slow);
    let fast_count = phone.state().log.len();
    assert!(fast_count * 8 < slow_count, "{fast_count} and {slow_count}");
}

#[test]
fn property_lists_that_fail_or_lie_or_leave_out_are_made_good() {
    let phone = Phone::new();
    camera(&phone, 20);
    let truth = listing(&phone);
    phone.state().operations.push(phone::GET_OBJECT_PROP_LIST);
    for fault in [
        Fault::Refusal(0x2005),
        Fault::Refusal(0x2002),
        Fault::Silence,
        Fault::Stall,
        Fault::CutData { at_bytes: 100 },
        Fault::CutData { at_bytes: 0 },
    ] {
        phone.state().faults = Box::new(move |command| {
            (command.operation == phone::GET_OBJECT_PROP_LIST).then_some(fault)
        });
        assert_eq!(listing(&phone), truth, "{fault:?}");
    }
    phone.state().faults = Box::new(|_| None);
    phone.state().prop_lists_lie = true;
    assert_eq!(listing(&phone), truth);
}

#[test]
fn a_busy_phone_is_asked_again() {
    let phone = Phone::new();
    camera(&phone, 3);
    let mut left = 3;
    phone.state().faults = Box::new(move |command| {
        let is_busy = command.operation == phone::GET_OBJECT_HANDLES && left > 0;
        left -= i32::from(is_busy);
        is_busy.then_some(Fault::Refusal(0x2019))
    });
    assert_eq!(listing(&phone).objects.len(), 3);
}

#[test]
fn a_session_that_the_phone_has_dropped_is_opened_again() {
    let phone = Phone::new();
    camera(&phone, 3);
    let mut source = open(&phone).expect("open");
    let mut is_first = true;
    phone.state().faults = Box::new(move |command| {
        let is_bad =
            command.operation == phone::GET_OBJECT_HANDLES && std::mem::take(&mut is_first);
        is_bad.then_some(Fault::Refusal(0x2003))
    });
    assert_eq!(list(&mut source).expect("listed").objects.len(), 3);
    assert_eq!(
        phone.state().drain_count,
        0,
        "a refusal leaves nothing in the pipe"
    );
}

#[test]
fn progress_counts_up_and_can_break_off() {
    let phone = Phone::new();
    camera(&phone, 30);
    let mut source = open(&phone).expect("open");
    let mut counts = Vec::new();
    let listed = source.list(&mut |found| match found {
        Found::Seen(count) => {
            counts.push(count);
            if count < 10 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        }
        other => panic!("{other:?} before the walk is over"),
    });
    assert_eq!(listed, Err(SourceError::TimedOut));
    assert!(counts.is_sorted());
    assert_eq!(counts.last(), Some(&10));
    assert_eq!(list(&mut source).expect("listed").objects.len(), 30);
}
