//! Conversations with an attachment as QEMU leads them, over a socket pair. The packets of this side are written out by hand, by the
//! protocol's document, and share nothing with the code under test.

mod pc;

use std::io::Read;

use heirloom_lab::{Attachment, AttachmentError, BulkIn, Ending, UsbShape};

use pc::{CAPABILITIES, Pc, Scripted, pixel};

const READ: [u8; 10] = [0x81, 0, 0, 4, 0, 0, 0, 0, 0, 0];
const SUCCESS: u8 = 0;
const CANCELLED: u8 = 1;
const INVALID: u8 = 2;
const STALL: u8 = 4;

#[test]
fn a_device_is_told_of_and_plugged_in() {
    let (attachment, mut pc) = Pc::beside(&Scripted::default(), CAPABILITIES);
    let (_, _, endpoints) = pc.receive();
    assert_eq!(endpoints.len(), 160);
    let place = |at: usize| {
        (
            endpoints[at],
            endpoints[32 + at],
            endpoints[96 + 2 * at..][..2].to_vec(),
        )
    };
    for control in [0, 16] {
        assert_eq!(place(control), (0, 0, vec![64, 0]));
    }
    assert_eq!(place(1), (2, 0, vec![0, 2]));
    assert_eq!(place(17), (2, 0, vec![0, 2]));
    assert_eq!(place(18), (3, 6, vec![28, 0]));
    let absent = endpoints[..32].iter().filter(|&&kind| kind == 255);
    assert_eq!(absent.count(), 32 - 5);
    let (_, _, interfaces) = pc.receive();
    assert_eq!(interfaces.len(), 132);
    let set = [0, 36, 68, 100].map(|at| interfaces[at]);
    assert_eq!(set, [1, 6, 1, 1]);
    let (_, _, connect) = pc.receive();
    assert_eq!(connect, [2, 0, 0, 0, 0xd1, 0x18, 0xe1, 0x4e, 0, 1]);
    assert!(!attachment.has_ended());
}

#[test]
fn standard_requests_are_answered_and_others_handed_on() {
    let device = Scripted::default();
    let (_attachment, mut pc) = Pc::plug(&device);
    let (status, length, data) = pc.control([0x80, 6, 0, 1, 0, 0, 8, 0], &[]);
    assert_eq!(
        (status, length, data),
        (SUCCESS, 8, vec![18, 1, 0, 2, 0, 0, 0, 64])
    );
    let (status, length, data) = pc.control([0x80, 6, 2, 3, 9, 4, 255, 0], &[]);
    assert_eq!((status, length), (SUCCESS, 16));
    assert_eq!(data, b"\x10\x03P\0i\0x\0e\0l\0 \x007\0");
    for stalled in [
        [0x80, 6, 0, 15, 0, 0, 5, 0],
        [0x80, 6, 3, 3, 9, 4, 255, 0],
        [0x82, 0, 0, 0, 0x83, 0, 2, 0],
        [0x00, 3, 1, 0, 0, 0, 0, 0],
        [0xa1, 0x65, 0, 0, 0, 0, 8, 0],
    ] {
        assert_eq!(pc.control(stalled, &[]), (STALL, 0, vec![]), "{stalled:?}");
    }
    assert_eq!(
        pc.control([0x80, 0, 0, 0, 0, 0, 2, 0], &[]),
        (SUCCESS, 2, vec![0, 0])
    );
    let status = pc.control([0xa1, 0x67, 0, 0, 0, 0, 4, 0], &[]);
    assert_eq!(status, (SUCCESS, 4, vec![4, 0, 1, 0x20]));
    let cancel = pc.control([0x21, 0x64, 0, 0, 0, 0, 6, 0], &[1, 0x40, 7, 0, 0, 0]);
    assert_eq!(cancel, (SUCCESS, 6, vec![]));
    let told = [
        "control 0x65 []",
        "control 0x67 []",
        "control 0x64 [1, 64, 7, 0, 0, 0]",
    ];
    assert_eq!(device.told(), told);
}

#[test]
fn configurations_and_resets_begin_afresh() {
    let device = Scripted::default();
    let (_attachment, mut pc) = Pc::plug(&device);
    pc.send(3, 1, &[]);
    pc.send(7, 2, &[]);
    assert_eq!(pc.receive(), (8, 2, vec![SUCCESS, 0]));
    pc.send(101, 3, &READ);
    pc.send(6, 4, &[1]);
    // What was awaited of the old configuration comes no more.
    assert_eq!(pc.bulk(), (3, CANCELLED, vec![]));
    assert_eq!([pc.receive().0, pc.receive().0], [5, 4]);
    assert_eq!(pc.receive(), (8, 4, vec![SUCCESS, 1]));
    pc.send(6, 5, &[2]);
    assert_eq!(pc.receive(), (8, 5, vec![STALL, 1]));
    pc.send(10, 6, &[0]);
    assert_eq!(pc.receive(), (11, 6, vec![SUCCESS, 0, 0]));
    pc.send(9, 7, &[0, 0]);
    assert_eq!([pc.receive().0, pc.receive().0], [5, 4]);
    assert_eq!(pc.receive(), (11, 7, vec![SUCCESS, 0, 0]));
    pc.send(9, 8, &[0, 1]);
    assert_eq!(pc.receive(), (11, 8, vec![STALL, 0, 0]));
    assert_eq!(device.told(), ["reset", "reset", "halt cleared"]);
}

#[test]
fn transfers_are_answered_in_order_however_many_wait() {
    let device = Scripted::default();
    let (_attachment, mut pc) = Pc::plug(&device);
    for id in 10..14 {
        pc.send(101, id, &READ);
    }
    assert_eq!(pc.writes(&[7; 12]), SUCCESS);
    assert_eq!(pc.writes(&[7; 1024]), SUCCESS);
    assert_eq!(pc.writes(&[]), SUCCESS);
    let told = [
        "12 bytes, end true",
        "1024 bytes, end false",
        "0 bytes, end true",
    ];
    assert_eq!(device.told(), told);
    device.says(&[1; 1024]);
    assert_eq!(pc.bulk(), (10, SUCCESS, vec![1; 1024]));
    pc.send(21, 12, &[]);
    assert_eq!(pc.bulk(), (12, CANCELLED, vec![]));
    device.says(&[2; 3]);
    device.says(&[]);
    assert_eq!(pc.bulk(), (11, SUCCESS, vec![2; 3]));
    assert_eq!(pc.bulk(), (13, SUCCESS, vec![]));
    // Too late, and so without an answer of its own.
    pc.send(21, 13, &[]);
    let long = vec![3; 5 << 20];
    device.says(&long);
    pc.send(101, 14, &[0x81, 0, 0, 0, 0, 0, 0, 0, 80, 0]);
    assert_eq!(pc.bulk(), (14, SUCCESS, long));
    // Endpoints that are not there.
    pc.send(101, 15, &[0x83, 0, 0, 4, 0, 0, 0, 0, 0, 0]);
    assert_eq!(pc.receive().2[..2], [0x83, INVALID]);
}

#[test]
fn a_halt_lasts_until_it_is_cleared() {
    let device = Scripted::default();
    let (_attachment, mut pc) = Pc::plug(&device);
    for id in 1..4 {
        pc.send(101, id, &READ);
    }
    device.says(&[1; 1024]);
    device.script().bulk_in.push_back(BulkIn::Stall);
    device.says(&[2; 4]);
    assert_eq!(pc.bulk(), (1, SUCCESS, vec![1; 1024]));
    assert_eq!(pc.bulk(), (2, STALL, vec![]));
    assert_eq!(pc.bulk(), (3, STALL, vec![]));
    let halted = |pc: &mut Pc, endpoint| pc.control([0x82, 0, 0, 0, endpoint, 0, 2, 0], &[]).2[0];
    assert_eq!([halted(&mut pc, 0x81), halted(&mut pc, 1)], [1, 0]);
    assert_eq!(pc.writes(&[0xee]), STALL);
    assert_eq!(pc.writes(&[0x11]), STALL);
    assert_eq!([halted(&mut pc, 0x81), halted(&mut pc, 1)], [1, 1]);
    assert_eq!(device.told(), ["1 bytes, end true"]);
    for endpoint in [0x81, 1] {
        let cleared = pc.control([0x02, 1, 0, 0, endpoint, 0, 0, 0], &[]);
        assert_eq!(cleared, (SUCCESS, 0, vec![]));
    }
    assert_eq!(device.told(), ["halt cleared", "halt cleared"]);
    pc.send(101, 4, &READ);
    assert_eq!(pc.bulk(), (4, SUCCESS, vec![2; 4]));
    assert_eq!(pc.writes(&[0x11]), SUCCESS);
}

#[test]
fn events_come_once_they_are_wanted() {
    let device = Scripted::default();
    let (_attachment, mut pc) = Pc::plug(&device);
    device
        .script()
        .interrupts
        .extend([vec![1; 16], vec![2; 28]]);
    pc.send(7, 1, &[]);
    assert_eq!(pc.receive().0, 8, "nothing comes unasked");
    pc.send(15, 2, &[0x82]);
    assert_eq!(pc.receive(), (17, 2, vec![SUCCESS, 0x82]));
    let packet = |id, data: &[u8]| {
        let fields = [0x82, SUCCESS, data.len() as u8, 0];
        (103, id, [&fields, data].concat())
    };
    assert_eq!(pc.receive(), packet(0, &[1; 16]));
    // One that fills its packet is ended by an empty one.
    assert_eq!(pc.receive(), packet(1, &[2; 28]));
    assert_eq!(pc.receive(), packet(2, &[]));
    pc.send(16, 3, &[0x82]);
    assert_eq!(pc.receive(), (17, 3, vec![SUCCESS, 0x82]));
    pc.send(15, 4, &[0x83]);
    assert_eq!(pc.receive(), (17, 4, vec![INVALID, 0x83]));
    device.script().interrupts.push_back(vec![3; 16]);
    pc.send(7, 5, &[]);
    assert_eq!(pc.receive().0, 8, "nothing comes after it was ended");
}

#[test]
fn a_device_is_pulled_or_falls_off() {
    for ending in [Ending::Pulled, Ending::FellOff] {
        let device = Scripted::default();
        let (attachment, mut pc) = Pc::plug(&device);
        pc.send(101, 1, &READ);
        let pulls = ending == Ending::Pulled;
        if !pulls {
            device.script().bulk_in.push_back(BulkIn::Unplugged);
        }
        let ended = std::thread::spawn(move || {
            if !pulls {
                wait_for_end(&attachment);
            }
            attachment.unplug()
        });
        let mut answer = pc.receive();
        if answer.0 == 101 {
            // It was pulled when it had the request already.
            assert_eq!((answer.1, answer.2[1]), (1, CANCELLED));
            answer = pc.receive();
        }
        assert_eq!(answer, (2, 0, vec![]), "a disconnect");
        // What was on its way is dropped; then the ack ends the connection.
        pc.send(101, 2, &READ);
        pc.send(24, 0, &[]);
        let mut rest = Vec::new();
        pc.socket.read_to_end(&mut rest).expect("the end");
        assert!(rest.is_empty(), "{rest:?}");
        let ended = ended.join().expect("no panic").expect("in good order");
        assert_eq!(ended, ending);
    }
}

#[test]
fn a_device_comes_again_with_other_descriptors() {
    let device = Scripted::default();
    device.script().shape = Some(UsbShape {
        product: 0x4ee7,
        interface: [255, 66, 1],
        has_events: false,
        ..pixel()
    });
    let (attachment, mut pc) = Pc::beside(&device, CAPABILITIES);
    let (kind, _, endpoints) = pc.receive();
    assert_eq!((kind, endpoints[18]), (5, 255), "no endpoint for events");
    let (kind, _, interfaces) = pc.receive();
    let triple = [36, 68, 100].map(|at| interfaces[at]);
    assert_eq!((kind, triple), (4, [255, 66, 1]));
    assert_eq!(pc.receive().2[4..8], [0xd1, 0x18, 0xe7, 0x4e]);
    pc.send(15, 1, &[0x82]);
    assert_eq!(pc.receive(), (17, 1, vec![INVALID, 0x82]));
    pc.send(6, 2, &[1]);
    assert_eq!([5, 4, 8].map(|_| pc.receive().0), [5, 4, 8]);
    pc.send(101, 3, &READ);
    pc.send(7, 3, &[]);
    assert_eq!(pc.receive(), (8, 3, vec![SUCCESS, 1]), "it has the read");

    device.script().comes_again_as = Some(pixel());
    assert_eq!(pc.bulk(), (3, CANCELLED, vec![]));
    assert_eq!(pc.receive(), (2, 0, vec![]), "a disconnect");
    // What was on its way to the one that it was has no answer.
    pc.send(101, 4, &READ);
    pc.send(24, 0, &[]);
    let (kind, _, endpoints) = pc.receive();
    assert_eq!((kind, endpoints[18]), (5, 3));
    assert_eq!(pc.receive().0, 4);
    assert_eq!(pc.receive().2[4..8], [0xd1, 0x18, 0xe1, 0x4e]);
    device.says(&[7; 3]);
    pc.send(7, 5, &[]);
    assert_eq!(pc.receive(), (8, 5, vec![SUCCESS, 0]), "not configured");
    pc.send(101, 6, &READ);
    assert_eq!(pc.bulk(), (6, SUCCESS, vec![7; 3]));
    assert!(!attachment.has_ended());
}

#[test]
fn the_other_end_may_go_or_be_no_pc() {
    type Does = fn(Pc);
    let cases: [(Does, &str); 4] = [
        (drop, "Ok(PcGone)"),
        (
            |mut pc| pc.send(99, 0, &[]),
            "Err(Packet(UnknownKind { kind: 99 }))",
        ),
        (|mut pc| pc.send(22, 0, &[]), "Err(Rejected)"),
        (
            |mut pc| pc.send(3, 0, &[1]),
            "Err(Packet(Length { kind: 3, length_bytes: 1 }))",
        ),
    ];
    for (does, expected) in cases {
        let (attachment, pc) = Pc::plug(&Scripted::default());
        let keep = pc.socket.try_clone().expect("a clone");
        does(pc);
        if expected == "Ok(PcGone)" {
            drop(keep);
        }
        wait_for_end(&attachment);
        assert_eq!(format!("{:?}", attachment.unplug()), expected);
    }
    let (attachment, _pc) = Pc::beside(&Scripted::default(), 1 << 5);
    wait_for_end(&attachment);
    let ended = attachment.unplug();
    let lacks = |error| matches!(error, AttachmentError::Capabilities { capabilities: 32 });
    assert!(ended.is_err_and(lacks));
}

fn wait_for_end(attachment: &Attachment) {
    while !attachment.has_ended() {
        std::thread::yield_now();
    }
}
