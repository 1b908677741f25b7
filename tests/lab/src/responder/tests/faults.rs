//! Each fault does what its profile promises.

use super::*;

fn code(result: Result<Vec<u8>, PtpError>) -> u16 {
    match result {
        Err(PtpError::Protocol { code, .. }) => code.into(),
        other => panic!("no refusal: {other:?}"),
    }
}

const READ: OperationCode = OperationCode::GetPartialObject;
const READ_64: OperationCode = OperationCode::GetPartialObject64;

#[test]
fn a_locked_device_shows_nothing_until_it_is_allowed() {
    const REMOVED: u16 = 0x4005;
    const ADDED: u16 = 0x4004;
    // Profile, the storages that it shows at first, the events by which it shows the true ones.
    for (name, ids, events) in [
        ("samsung", vec![], vec![(ADDED, 0x0001_0001)]),
        (
            "iphone",
            vec![StorageId(0xFEED_FACE)],
            vec![(REMOVED, 0xFEED_FACE), (ADDED, 0x0001_0001)],
        ),
    ] {
        let bench = bench(name);
        assert_eq!(
            block_on(bench.session.get_storage_ids()).expect("ids"),
            ids,
            "{name}"
        );
        for id in ids {
            let handles = block_on(bench.session.get_object_handles(id, None, None));
            assert_eq!(handles.expect("handles"), [], "{name}");
        }
        assert_ne!(bench.refusal(0x1008, &[1]), 0x2001, "{name}");
        bench.watch.allow();
        for (code, id) in events {
            let event = block_on(bench.transport.receive_interrupt()).expect("an event");
            assert_eq!(event[6..8], u16::to_le_bytes(code), "{name}");
            assert_eq!(event[12..], u32::to_le_bytes(id), "{name}");
        }
        assert!(!bench.walk().is_empty(), "{name}");
        bench.watch.lock();
        assert_ne!(bench.refusal(0x1008, &[1]), 0x2001, "{name}");
    }
}

#[test]
fn a_device_unlocks_itself_at_the_nth_question() {
    let bench = bench("locked-then-unlocked");
    let ids = || {
        block_on(bench.session.get_storage_ids())
            .expect("ids")
            .len()
    };
    assert_eq!([ids(), ids(), ids(), ids(), ids()], [0, 0, 0, 1, 1]);
}

#[test]
fn samsung_hangs_at_the_end_of_a_file_and_only_there() {
    let bench = bench("samsung");
    bench.watch.allow();
    assert_eq!(bench.refusal(0x1007, &[u32::MAX, 0, 0]), 0x2009);
    let handle = bench.handle_of("PXL_1012.jpg");
    assert_eq!(bench.refusal(0x95C1, &[handle, 0, 0, 1]), 0x2005);
    assert_eq!(
        bench.stream(READ, &[handle, 0, 1011]).expect("read").len(),
        1011
    );
    assert_eq!(
        bench.stream(READ, &[handle, 0, 500]).expect("read").len(),
        500
    );
    assert_eq!(
        bench.stream(READ, &[handle, 1011, 1]).expect("read").len(),
        1
    );
    assert_eq!(
        bench.stream(READ, &[handle, 11, 1001]).expect("read").len(),
        1001
    );
    assert!(matches!(
        bench.stream(READ, &[handle, 0, 1012]),
        Err(PtpError::Timeout)
    ));
    assert!(matches!(
        bench.stream(READ, &[handle, 0, 1]),
        Err(PtpError::Timeout)
    ));
    bench.watch.plug_in();
    let again = PtpSession::open(Arc::clone(&bench.transport) as _, 1);
    assert!(block_on(again).is_ok());
}

#[test]
fn sizes_are_stated_wrongly_where_the_profile_says_so() {
    let bench = bench("wrong-sizes");
    let seen = bench.walk();
    assert_eq!(seen[0].size_bytes, 749_356);
    let handle = seen[0].handle.0;
    assert_eq!(
        bench
            .stream(OperationCode::GetObject, &[handle])
            .expect("read")
            .len(),
        749_387
    );
    assert_eq!(
        bench
            .stream(READ_64, &[handle, 749_356, 0, 100])
            .expect("read")
            .len(),
        31
    );
    let bench = super::bench("prop-list-wrong");
    let handle = bench.handle_of("PXL_1012.jpg");
    let list = bench.ask(OperationCode::GetObjectPropList, &[handle, 0, 0xDC04, 0, 0]);
    let list = ObjectPropListElement::list_from_bytes(&list.expect("a list")).expect("read");
    assert_eq!(list[0].value, Some(PropertyValue::Uint64(1011)));
}

#[test]
fn old_handles_are_nothing_after_a_rescan() {
    let bench = bench("pixel");
    let before = bench.walk();
    bench.watch.rescan();
    assert_eq!(bench.refusal(0x1008, &[before[0].handle.0]), 0x2009);
    let after = bench.walk();
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.path, after.path);
        assert_ne!(before.handle, after.handle);
    }
    let id =
        |handle: ObjectHandle| bench.ask(OperationCode::GetObjectPropValue, &[handle.0, 0xDC41]);
    let id_after = id(after[0].handle).expect("an id");
    bench.watch.rescan();
    let last = bench.walk();
    assert_eq!(id(last[0].handle).expect("an id"), id_after);
}

#[test]
fn numbers_are_other_files_in_each_session_where_the_profile_says_so() {
    let bench = bench("renumbering");
    let before = bench.walk();
    block_on(bench.session.execute(OperationCode::CloseSession, &[])).expect("closed");
    let again = PtpSession::open(Arc::clone(&bench.transport) as _, 1);
    let bench = Bench {
        session: Arc::new(block_on(again).expect("a session")),
        ..bench
    };
    let after = bench.walk();
    let is_other = |(before, after): (&Seen, &Seen)| {
        before.path == after.path && before.handle != after.handle
    };
    assert!(before.iter().zip(&after).all(is_other));
    let numbers = |seen: &[Seen]| seen.iter().map(|seen| seen.handle.0).max();
    assert!(numbers(&after) <= Some(bench.watch.library().object_count() as u32));
    assert!(numbers(&before) <= Some(bench.watch.library().object_count() as u32));
}

#[test]
fn an_iphone_keeps_a_converted_file_back_and_refuses_it_once_locked() {
    let bench = bench("iphone");
    bench.watch.allow();
    let handle = bench.handle_of("IMG_0003.HEIC");
    let begun = std::time::Instant::now();
    assert!(bench.stream(READ, &[handle, 0, 5000]).is_ok());
    assert!(begun.elapsed() >= Duration::from_millis(150));
    bench.watch.lock_at_byte(10_000);
    assert!(bench.stream(READ, &[handle, 0, 8000]).is_ok());
    // The data end early and a refusal follows: mtp-rs takes that for data, and then waits in vain.
    assert!(bench.stream(READ, &[handle, 8000, 8000]).is_err());
    let transport = &bench.transport;
    block_on(transport.cancel_transfer(0, Duration::from_millis(5))).expect("cancelled");
    assert_eq!(bench.refusal(0x101B, &[handle, 10_000, 100]), 0x200F);
    bench.watch.unlock();
    assert_eq!(
        bench
            .stream(READ, &[handle, 10_000, 100])
            .expect("read")
            .len(),
        100
    );
}

#[test]
fn lengths_that_lie_are_on_the_wire() {
    let bench = bench("lying-lengths");
    let third = bench.handles_below_camera()[2];
    assert!(block_on(bench.session.get_object_info(ObjectHandle(third))).is_err());
    let answer = |handle: u32| {
        let bench = super::bench("lying-lengths");
        let command = super::wire::command(0x101B, 9, &[handle, 0, 1000]);
        block_on(bench.transport.send_bulk(&command)).expect("sent");
        let data = block_on(bench.transport.receive_bulk(64 << 10)).expect("data");
        let stated = u32::from_le_bytes(data[..4].try_into().expect("four"));
        (stated, data.len())
    };
    assert_eq!(answer(third + 2), (1012 - 7, 1012));
    assert_eq!(answer(third + 4), (1012 + 1_000_000_000, 1012));
}

#[test]
fn an_endless_dataset_has_no_end() {
    let bench = bench("endless-dataset");
    let fourth = bench.handles_below_camera()[3];
    let parameters = [fourth];
    block_on(async {
        let start = bench
            .session
            .execute_with_receive_stream(OperationCode::GetObjectInfo, &parameters);
        let mut stream = start.await.expect("begun");
        let mut got = 0;
        while got < 80 << 20 {
            got += stream
                .next_chunk()
                .await
                .expect("more")
                .expect("read")
                .len();
        }
        stream
            .cancel(Duration::from_millis(5))
            .await
            .expect("cancelled");
    });
    assert!(block_on(bench.session.get_object_info(ObjectHandle(fourth + 1))).is_ok());
}

#[test]
fn folders_contain_one_another() {
    let bench = bench("parent-cycle");
    let children = |handle| {
        block_on(
            bench
                .session
                .get_object_handles(StorageId::ALL, None, Some(handle)),
        )
    };
    let dcim = children(ObjectHandle::ALL).expect("handles")[0];
    let camera = children(dcim).expect("handles")[0];
    assert!(children(camera).expect("handles").contains(&dcim));
    let info = block_on(bench.session.get_object_info(dcim)).expect("an object");
    assert_eq!(info.parent, camera);
}

#[test]
fn nasty_names_come_over_the_wire_as_they_are() {
    let bench = bench("dot-dot");
    let raw = |number: u32| {
        bench
            .ask(OperationCode::GetObjectInfo, &[number])
            .expect("an object")
    };
    let name = |number: u32| raw(number)[52..].to_vec();
    assert_eq!(name(2)[..3], [9, b'.', 0]);
    assert_eq!(name(5)[0], 0);
    assert_eq!(name(6)[..9], [9, b'n', 0, b'u', 0, b'l', 0, 0, 0]);
    assert_eq!(name(9)[..5], [6, 0x3C, 0xD8, b'.', 0]);
}

#[test]
fn a_silent_device_says_nothing_more() {
    let bench = bench("silent");
    let mut answered = 1;
    while block_on(bench.session.get_device_info()).is_ok() {
        answered += 1;
        assert!(answered < 100);
    }
    assert_eq!(answered, 29);
    assert!(block_on(bench.session.get_device_info()).is_err());
}

#[test]
fn stalls_and_plugs_are_where_the_watch_puts_them() {
    let bench = bench("pixel");
    let handle = bench.handle_of("PXL_0021.mp4");
    bench.watch.stall_at_byte(100_000);
    assert!(matches!(
        bench.stream(OperationCode::GetObject, &[handle]),
        Err(PtpError::Timeout)
    ));
    bench.watch.go_on();
    let drained = bench
        .transport
        .drain_bulk_in(Duration::from_millis(5), LONG_PATIENCE);
    assert!(block_on(drained).expect("leftovers") > 2_900_000);
    let got = bench
        .stream(OperationCode::GetObject, &[handle])
        .expect("read");
    assert_eq!(got.len(), 3_000_000);
    bench.watch.unplug_at_byte(1_000_000);
    let ended = bench.stream(OperationCode::GetObject, &[handle]);
    assert!(matches!(ended, Err(PtpError::Disconnected)));
    bench.watch.plug_in();
    let again = PtpSession::open(Arc::clone(&bench.transport) as _, 1);
    assert!(block_on(again).is_ok());
}

#[test]
fn rules_cut_flip_stall_and_refuse() {
    let rules = r#"[
        {"when": {"name": "PXL_0001.jpg", "operation": "GetObject"}, "then": [{"flip_bit": {"at_bytes": 1000}}]},
        {"when": {"name": "PXL_0002.jpg", "operation": "GetObject"}, "then": [{"cut_data": {"at_bytes": 700}}]},
        {"when": {"name": "PXL_0003.jpg", "operation": "GetObject"}, "then": ["stall"]},
        {"when": {"name": "PXL_0004.jpg", "operation": "GetObject"}, "then": [{"silence": "until_reset"}]},
        {"when": {"name": "PXL_0005.jpg", "operation": "GetObject"}, "then": [{"unplug": {"after_bytes": 3000}}]},
        {"when": {"name": "PXL_0006.jpg", "operation": "GetObject"}, "then": ["end_session"]}]"#;
    let mut profile = Profile::named("pixel").expect("a profile");
    profile.rules = serde_json::from_str(rules).expect("rules");
    let bench = bench_of(&profile);
    let seen = bench.walk();
    let get = |name: &str| {
        let seen = seen.iter().find(|seen| seen.path[3] == name).expect("it");
        bench.stream(OperationCode::GetObject, &[seen.handle.0])
    };
    let files = bench.expected();
    let file = files
        .iter()
        .find(|file| file.path[3] == "PXL_0001.jpg")
        .expect("it");
    let mut flipped = bench.watch.library().bytes(file.number).expect("computed");
    flipped[1000] ^= 1;
    assert!(get("PXL_0001.jpg").expect("read") == flipped);
    assert_eq!(get("PXL_0002.jpg").expect("read").len(), 700);
    assert!(matches!(get("PXL_0003.jpg"), Err(PtpError::Io(_))));
    assert!(get("PXL_0007.jpg").is_ok());
    assert_eq!(code(get("PXL_0006.jpg")), 0x2003);
    let again = PtpSession::open(Arc::clone(&bench.transport) as _, 1);
    let session = Arc::new(block_on(again).expect("a session"));
    let bench = Bench { session, ..bench };
    let get = |name: &str| {
        let seen = seen.iter().find(|seen| seen.path[3] == name).expect("it");
        bench.stream(OperationCode::GetObject, &[seen.handle.0])
    };
    assert!(matches!(get("PXL_0004.jpg"), Err(PtpError::Timeout)));
    block_on(bench.transport.reset_device()).expect("reset");
    assert_eq!(bench.watch.resets(), 1);
    assert!(!bench.watch.has_session());
    let again = PtpSession::open(Arc::clone(&bench.transport) as _, 1);
    let session = Arc::new(block_on(again).expect("a session"));
    let bench = Bench { session, ..bench };
    let seen = seen
        .iter()
        .find(|seen| seen.path[3] == "PXL_0005.jpg")
        .expect("it");
    let ended = bench.stream(OperationCode::GetObject, &[seen.handle.0]);
    assert!(matches!(ended, Err(PtpError::Disconnected)));
}

impl Bench {
    /// The handles of what is in DCIM/Camera.
    fn handles_below_camera(&self) -> Vec<u32> {
        let children = |folder| {
            let handles = self
                .session
                .get_object_handles(StorageId::ALL, None, Some(folder));
            block_on(handles).expect("handles")
        };
        let dcim = children(ObjectHandle::ALL)[0];
        let camera = children(dcim)[0];
        children(camera)
            .into_iter()
            .map(|handle| handle.0)
            .collect()
    }
}
