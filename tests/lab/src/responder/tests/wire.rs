//! What is beneath a client's notice: packets, halts, class requests, and commands that no client of ours sends.

use super::*;

/// A command container.
pub(super) fn command(operation: u16, transaction: u32, parameters: &[u32]) -> Vec<u8> {
    super::super::transfer::container(1, operation, transaction, parameters)
}

fn responder(profile: &str) -> (Responder, ResponderWatch) {
    let profile = Profile::named(profile).expect("a profile");
    let mut responder = Responder::of(profile).expect("a library");
    let watch = responder.watch();
    assert!(responder.bulk_out(&command(0x1002, 0, &[1]), true));
    assert_eq!(response(&mut responder), 0x2001);
    (responder, watch)
}

fn response(responder: &mut Responder) -> u16 {
    match responder.bulk_in(512) {
        BulkIn::Data(bytes) if bytes.len() >= 12 && bytes[4] == 3 => {
            u16::from_le_bytes([bytes[6], bytes[7]])
        }
        other => panic!("no response: {other:?}"),
    }
}

fn lengths(responder: &mut Responder, at_most_bytes: usize) -> Vec<usize> {
    let mut lengths = Vec::new();
    loop {
        match responder.bulk_in(at_most_bytes) {
            BulkIn::Data(bytes) => lengths.push(bytes.len()),
            BulkIn::NotYet => return lengths,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn whatever_writes_is_refused_and_counted() {
    let (mut responder, watch) = responder("pixel");
    let with_data = [
        0x100C, 0x100D, 0x1016, 0x9804, 0x9806, 0x9808, 0x9811, 0x95C2,
    ];
    let without = [
        0x100B, 0x100E, 0x100F, 0x1010, 0x1012, 0x1013, 0x1019, 0x101A, 0x95C3, 0x95C4,
    ];
    for operation in without {
        assert!(responder.bulk_out(&command(operation, 1, &[1, 0]), true));
        assert_eq!(response(&mut responder), 0x2005, "{operation:#x}");
    }
    for operation in with_data {
        assert!(responder.bulk_out(&command(operation, 1, &[1, 0]), true));
        assert_eq!(responder.bulk_in(512), BulkIn::NotYet, "{operation:#x}");
        let mut data = command(operation, 1, &[]);
        data[4] = 2;
        data.extend([7; 5000]);
        assert!(responder.bulk_out(&data[..4096], false));
        assert!(responder.bulk_out(&data[4096..], true));
        assert_eq!(response(&mut responder), 0x2005, "{operation:#x}");
    }
    assert_eq!(
        watch.attempts_to_write(),
        (without.len() + with_data.len()) as u64
    );
    assert_eq!(watch.protocol_violations(), 0);
}

#[test]
fn a_command_before_the_answer_is_read_halts_a_strict_device() {
    let (mut responder, watch) = responder("pixel");
    assert!(responder.bulk_out(&command(0x1001, 1, &[]), true));
    assert!(!responder.bulk_out(&command(0x1001, 2, &[]), true));
    assert_eq!(watch.protocol_violations(), 1);
    assert_eq!(responder.bulk_in(512), BulkIn::Stall);
    let status = ControlRequest {
        request_type: 0xA1,
        request: 0x67,
        value: 0,
        index: 0,
        length: 64,
    };
    assert_eq!(
        responder.control(status, &[]),
        ControlOut::Data(vec![4, 0, 0x19, 0x20])
    );
    responder.halt_cleared();
    assert_eq!(
        responder.control(status, &[]),
        ControlOut::Data(vec![4, 0, 0x01, 0x20])
    );
    assert_eq!(responder.bulk_in(512), BulkIn::NotYet);
    assert!(responder.bulk_out(&command(0x1004, 3, &[]), true));
    assert!(matches!(responder.bulk_in(512), BulkIn::Data(_)));
}

#[test]
fn what_is_no_command_halts_it() {
    let commands: [&[u8]; 6] = [
        &[1],
        &[0; 12],
        &[12, 0, 0, 0, 3, 0, 1, 0x10, 0, 0, 0, 0],
        &[13, 0, 0, 0, 1, 0, 1, 0x10, 0, 0, 0, 0],
        &[13, 0, 0, 0, 1, 0, 1, 0x10, 0, 0, 0, 0, 0],
        &[200; 3000],
    ];
    for bytes in commands {
        let (mut responder, watch) = responder("pixel");
        assert!(!responder.bulk_out(bytes, true), "{bytes:?}");
        assert_eq!(watch.protocol_violations(), 1, "{bytes:?}");
        responder.halt_cleared();
        assert!(
            responder.bulk_out(&command(0x1004, 3, &[]), true),
            "{bytes:?}"
        );
    }
}

#[test]
fn packets_end_as_usb_has_it() {
    // Bytes of a file asked for at once; the read's lengths: data, then the response of 12 or 16.
    let table: &[(u32, &[usize])] = &[
        (499, &[511, 16]),
        (500, &[512, 0, 16]),
        (501, &[512, 1, 16]),
        (1012, &[512, 512, 0, 16]),
        (0, &[12, 16]),
    ];
    for (asked, expected) in table {
        let (mut responder, _) = responder("pixel");
        // The sixth object: a picture of more than 1,012 bytes.
        assert!(responder.bulk_out(&command(0x101B, 1, &[6, 0, *asked]), true));
        assert_eq!(lengths(&mut responder, 512), *expected, "{asked}");
    }
    let (mut responder, _) = responder("iphone");
    responder.watch().allow();
    assert!(responder.bulk_out(&command(0x101B, 1, &[6, 0, 512]), true));
    assert_eq!(lengths(&mut responder, 1024), [12, 512, 16]);
    assert!(responder.bulk_out(&command(0x101B, 1, &[6, 0, 512]), true));
    assert_eq!(lengths(&mut responder, 512), [12, 512, 0, 16]);
}

#[test]
fn sessions_are_kept_strictly() {
    let (mut responder, watch) = responder("pixel");
    let mut ask = |operation, parameters: &[u32]| {
        assert!(responder.bulk_out(&command(operation, 1, parameters), true));
        response(&mut responder)
    };
    assert_eq!(ask(0x1002, &[2]), 0x201E);
    assert_eq!(ask(0x1003, &[]), 0x2001);
    assert_eq!(ask(0x1003, &[]), 0x2003);
    assert_eq!(ask(0x1004, &[]), 0x2003);
    assert_eq!(ask(0x1002, &[0]), 0x201D);
    assert_eq!(ask(0x1002, &[5]), 0x2001);
    assert_eq!(ask(0x1005, &[9]), 0x2008);
    assert_eq!(ask(0x1007, &[u32::MAX, 0x3801, 0]), 0x2014);
    assert_eq!(ask(0x1007, &[u32::MAX, 0, 6]), 0x201A);
    assert_eq!(ask(0x100A, &[1]), 0x2010);
    assert_eq!(ask(0x9999, &[]), 0x2005);
    assert_eq!(watch.sessions_opened(), 2);
    responder.bus_reset();
    assert!(!watch.has_session());
}

#[test]
fn what_parent_zero_means_is_the_profile_s() {
    let folders_only = {
        let mut profile = Profile::named("pixel").expect("a profile");
        profile.parent_zero = crate::profile::ParentZero::Folders;
        profile
    };
    let profile = |name: &str| Profile::named(name).expect("a profile");
    let table = [
        (profile("pixel"), 41),
        (profile("two-storages"), 3),
        (folders_only, 9),
    ];
    for (profile, count) in table {
        let bench = bench_of(&profile);
        let handles = bench.ask(OperationCode::GetObjectHandles, &[u32::MAX, 0, 0]);
        assert_eq!(
            handles.expect("handles").len(),
            4 + 4 * count,
            "{}",
            profile.about
        );
    }
}

#[test]
fn early_commands_and_cancelled_transfers_are_met_as_the_profile_says() {
    use crate::profile::{AtCancel, AtEarlyCommand};
    const CANCEL: ControlRequest = ControlRequest {
        request_type: 0x21,
        request: 0x64,
        value: 0,
        index: 0,
        length: 6,
    };
    let begin = |early, cancel| {
        let mut profile = Profile::named("pixel").expect("a profile");
        profile.at_early_command = early;
        profile.at_cancel = cancel;
        let mut responder = Responder::of(profile).expect("a library");
        assert!(responder.bulk_out(&command(0x1002, 0, &[1]), true));
        assert_eq!(response(&mut responder), 0x2001);
        assert!(responder.bulk_out(&command(0x1009, 1, &[6]), true));
        assert!(matches!(responder.bulk_in(512), BulkIn::Data(_)));
        responder
    };
    // Before the answer is read.
    let mut lenient = begin(AtEarlyCommand::Answer, AtCancel::Ready);
    assert!(lenient.bulk_out(&command(0x1002, 2, &[1]), true));
    assert_eq!(response(&mut lenient), 0x201E);
    let mut sulky = begin(AtEarlyCommand::Silence, AtCancel::Ready);
    assert!(sulky.bulk_out(&command(0x1002, 2, &[1]), true));
    assert_eq!(sulky.bulk_in(512), BulkIn::NotYet);
    sulky.bus_reset();
    assert!(sulky.bulk_out(&command(0x1002, 0, &[1]), true));
    assert_eq!(sulky.bulk_in(512), BulkIn::NotYet);
    // Cancelled in the middle.
    let data = [0x01, 0x40, 1, 0, 0, 0];
    let mut ready = begin(AtEarlyCommand::Stall, AtCancel::Ready);
    assert_eq!(ready.control(CANCEL, &data[..4]), ControlOut::Stall);
    assert_eq!(ready.control(CANCEL, &data), ControlOut::Data(vec![]));
    assert_eq!(ready.bulk_in(512), BulkIn::NotYet);
    assert!(ready.bulk_out(&command(0x1003, 2, &[]), true));
    assert_eq!(response(&mut ready), 0x2001);
    let mut deaf = begin(AtEarlyCommand::Stall, AtCancel::Refuse);
    assert_eq!(deaf.control(CANCEL, &data), ControlOut::Stall);
    assert!(matches!(deaf.bulk_in(512), BulkIn::Data(_)));
    let mut silent = begin(AtEarlyCommand::Stall, AtCancel::Silence);
    assert_eq!(silent.control(CANCEL, &data), ControlOut::Data(vec![]));
    assert_eq!(silent.bulk_in(512), BulkIn::NotYet);
    assert!(silent.bulk_out(&command(0x1003, 2, &[]), true));
    assert_eq!(silent.bulk_in(512), BulkIn::NotYet);
}

#[test]
fn a_folder_on_disk_is_served_and_one_that_vanished_halts() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.jpg"), [7; 1000]).expect("written");
    std::fs::write(folder.path().join("b.jpg"), [8; 1000]).expect("written");
    let library = Library::over_folder("Card", folder.path()).expect("a library");
    let profile = Profile::named("camera").expect("a profile");
    let mut responder = Responder::new(profile, Arc::new(library));
    assert!(responder.bulk_out(&command(0x1002, 0, &[1]), true));
    assert_eq!(response(&mut responder), 0x2001);
    std::fs::write(folder.path().join("a.jpg"), [7; 10]).expect("cut");
    assert!(responder.bulk_out(&command(0x1009, 1, &[0x10000]), true));
    let expected = [&[7; 10][..], &[0; 990][..]].concat();
    assert!(matches!(responder.bulk_in(4096), BulkIn::Data(bytes) if bytes[12..] == expected));
    assert_eq!(response(&mut responder), 0x2001);
    std::fs::remove_file(folder.path().join("b.jpg")).expect("gone");
    assert!(responder.bulk_out(&command(0x1009, 2, &[0x10001]), true));
    assert_eq!(responder.bulk_in(4096), BulkIn::Stall);
}
