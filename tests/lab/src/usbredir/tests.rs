//! Packets and descriptors by the letter of their specifications; whole conversations are in `tests/usbredir`.

use crate::usbredir::descriptors::descriptor;
use crate::usbredir::packet::{Packet, PacketError, Request, Stage, kind, parse};
use crate::{ControlRequest, UsbShape};

fn shape() -> UsbShape {
    UsbShape {
        vendor: 0x18d1,
        product: 0x4ee1,
        manufacturer: "Google".to_owned(),
        model: "Pixel 7 ü𝄞".to_owned(),
        serial: Some("1A2B".to_owned()),
        interface: [6, 1, 1],
        interface_name: Some("MTP".to_owned()),
        has_events: true,
        interfaces: 1,
    }
}

/// A packet of the stage after the hello.
fn packet(kind: u32, length_bytes: u32, id: u64, rest: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_le_bytes().to_vec();
    bytes.extend(length_bytes.to_le_bytes());
    bytes.extend(id.to_le_bytes());
    bytes.extend(rest);
    bytes
}

fn hello(words: &[u32], length_bytes: u32) -> Vec<u8> {
    let mut bytes = vec![0; 4];
    bytes.extend(length_bytes.to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend([b'q'; 64]);
    bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    bytes
}

const READ_OF_1_MIB: [u8; 10] = [0x81, 0, 0, 0, 0, 0, 0, 0, 0x10, 0];
const WRITE_OF_3: [u8; 13] = [0x01, 0, 3, 0, 7, 0, 0, 0, 0, 0, 9, 8, 7];
const GET_DEVICE: [u8; 10] = [0x80, 6, 0x80, 0, 0x00, 0x01, 0, 0, 64, 0];
const CANCEL_REQUEST: [u8; 12] = [0, 0x64, 0x21, 0, 0, 0, 0, 0, 2, 0, 0x5a, 0xa5];

#[test]
fn each_kind_of_packet_is_read() {
    let setup = |request_type, request, value, length| ControlRequest {
        request_type,
        request,
        value,
        index: 0,
        length,
    };
    let cases: [(u32, &[u8], Request<'_>); 14] = [
        (kind::RESET, &[], Request::Reset),
        (kind::SET_CONFIGURATION, &[1], Request::SetConfiguration(1)),
        (kind::GET_CONFIGURATION, &[], Request::GetConfiguration),
        (
            kind::SET_ALT_SETTING,
            &[2, 3],
            Request::SetAltSetting {
                interface: 2,
                alt: 3,
            },
        ),
        (
            kind::GET_ALT_SETTING,
            &[2],
            Request::GetAltSetting { interface: 2 },
        ),
        (
            kind::START_INTERRUPT_RECEIVING,
            &[0x82],
            Request::StartInterruptReceiving { endpoint: 0x82 },
        ),
        (
            kind::STOP_INTERRUPT_RECEIVING,
            &[0x82],
            Request::StopInterruptReceiving { endpoint: 0x82 },
        ),
        (kind::CANCEL_DATA_PACKET, &[], Request::CancelDataPacket),
        (kind::FILTER_REJECT, &[], Request::FilterReject),
        (kind::FILTER_FILTER, b"-1,-1\0", Request::FilterFilter),
        (
            kind::CONTROL_PACKET,
            &GET_DEVICE,
            Request::Control {
                setup: setup(0x80, 6, 0x0100, 64),
                data: &[],
            },
        ),
        (
            kind::CONTROL_PACKET,
            &CANCEL_REQUEST,
            Request::Control {
                setup: setup(0x21, 0x64, 0, 2),
                data: &[0x5a, 0xa5],
            },
        ),
        (
            kind::BULK_PACKET,
            &READ_OF_1_MIB,
            Request::BulkIn {
                endpoint: 0x81,
                stream: 0,
                length_bytes: 1 << 20,
            },
        ),
        (
            kind::BULK_PACKET,
            &WRITE_OF_3,
            Request::BulkOut {
                endpoint: 1,
                stream: 7,
                data: &[9, 8, 7],
            },
        ),
    ];
    let id = 0x0102_0304_0506_0708;
    for (kind, rest, request) in cases {
        let bytes = packet(kind, rest.len() as u32, id, rest);
        for end in 0..bytes.len() {
            assert_eq!(parse(&bytes[..end], Stage::Agreed), Ok(None), "{request:?}");
        }
        // What follows it is left alone.
        let longer = [&bytes[..], &[0xff; 5]].concat();
        let expected = Packet { id, request };
        let parsed = parse(&longer, Stage::Agreed);
        assert_eq!(parsed, Ok(Some((expected, bytes.len()))));
    }
}

#[test]
fn a_greeting_has_capabilities_or_none() {
    for (words, capabilities) in [
        (&[][..], 0),
        (&[0xfe], 0xfe),
        (&[0x1fe, u32::MAX, 3], 0x1fe),
    ] {
        let bytes = hello(words, 64 + 4 * words.len() as u32);
        let request = Request::Hello { capabilities };
        let expected = (Packet { id: 0, request }, bytes.len());
        assert_eq!(parse(&bytes, Stage::Greeting), Ok(Some(expected)));
    }
}

#[test]
fn impossible_packets_are_refused_before_their_data_come() {
    let agreed: [(u32, u32, &[u8], PacketError); 11] = [
        (0, 68, &[], PacketError::OutOfPlace { kind: 0 }),
        (12, 3, &[], PacketError::UnknownKind { kind: 12 }),
        (
            u32::MAX,
            0,
            &[],
            PacketError::UnknownKind { kind: u32::MAX },
        ),
        (kind::RESET, 1, &[], length(kind::RESET, 1)),
        (
            kind::SET_CONFIGURATION,
            0,
            &[],
            length(kind::SET_CONFIGURATION, 0),
        ),
        (
            kind::FILTER_FILTER,
            u32::MAX,
            &[],
            length(kind::FILTER_FILTER, u32::MAX),
        ),
        (kind::BULK_PACKET, 9, &[], length(kind::BULK_PACKET, 9)),
        (
            kind::BULK_PACKET,
            u32::MAX,
            &[],
            length(kind::BULK_PACKET, u32::MAX),
        ),
        // A read that brings data, and a write whose lengths differ.
        (
            kind::BULK_PACKET,
            11,
            &READ_OF_1_MIB,
            length(kind::BULK_PACKET, 11),
        ),
        (
            kind::BULK_PACKET,
            14,
            &WRITE_OF_3[..10],
            length(kind::BULK_PACKET, 14),
        ),
        (
            kind::BULK_PACKET,
            10,
            &[0x81, 0, 1, 0, 0, 0, 0, 0, 0, 4],
            PacketError::TransferTooLong {
                length_bytes: (64 << 20) + 1,
            },
        ),
    ];
    for (kind, length_bytes, rest, error) in agreed {
        let bytes = packet(kind, length_bytes, 1, rest);
        assert_eq!(parse(&bytes, Stage::Agreed), Err(error), "{kind}");
    }
    let early = packet(kind::RESET, 0, 0, &[]);
    let out_of_place = PacketError::OutOfPlace { kind: kind::RESET };
    assert_eq!(parse(&early, Stage::Greeting), Err(out_of_place));
    for length_bytes in [0, 63, 64 + 65, u32::MAX] {
        let bytes = hello(&[], length_bytes);
        let error = length(kind::HELLO, length_bytes);
        assert_eq!(parse(&bytes, Stage::Greeting), Err(error));
    }
}

fn length(kind: u32, length_bytes: u32) -> PacketError {
    PacketError::Length { kind, length_bytes }
}

#[test]
fn any_bytes_are_judged_without_a_panic() {
    // A linear congruential generator: the same bytes each time (Knuth, MMIX).
    let mut state = 1_u64;
    let mut byte = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    let mut taken = 0;
    for round in 0..200_000_u32 {
        let mut bytes: Vec<u8> = (0..48).map(|_| byte()).collect();
        // Small types and lengths, or hardly any would come past the header.
        bytes[1..4].fill(0);
        bytes[0] %= 105;
        if !round.is_multiple_of(4) {
            bytes[5..8].fill(0);
            bytes[4] %= 20;
        }
        for stage in [Stage::Greeting, Stage::Agreed] {
            if let Ok(Some((_, length))) = parse(&bytes, stage) {
                assert!((12..=bytes.len()).contains(&length));
                taken += 1;
            }
        }
    }
    assert!(taken > 1_000, "only {taken} were packets at all");
}

#[test]
fn descriptors_are_those_of_a_phone() {
    let named = shape();
    let nameless = UsbShape {
        serial: None,
        interface_name: None,
        ..shape()
    };
    let device = [
        18, 1, 0, 2, 0, 0, 0, 64, 0xd1, 0x18, 0xe1, 0x4e, 0, 1, 1, 2, 3, 1,
    ];
    assert_eq!(descriptor(&named, 0x0100).as_deref(), Some(&device[..]));
    let configuration = descriptor(&named, 0x0200).expect("a configuration");
    assert_eq!(configuration[..9], [9, 2, 39, 0, 1, 1, 0, 0x80, 250]);
    assert_eq!(configuration[9..18], [9, 4, 0, 0, 3, 6, 1, 1, 4]);
    assert_eq!(configuration[18..25], [7, 5, 0x81, 2, 0, 2, 0]);
    assert_eq!(configuration[25..32], [7, 5, 0x01, 2, 0, 2, 0]);
    assert_eq!(configuration[32..], [7, 5, 0x82, 3, 28, 0, 6]);
    assert_eq!(descriptor(&nameless, 0x0100).expect("a device")[16], 0);
    assert_eq!(
        descriptor(&nameless, 0x0200).expect("a configuration")[17],
        0
    );

    let without_events = UsbShape {
        has_events: false,
        ..shape()
    };
    let shorter = descriptor(&without_events, 0x0200).expect("a configuration");
    assert_eq!(shorter[..4], [9, 2, 32, 0]);
    assert_eq!(shorter[9..14], [9, 4, 0, 0, 2]);
    assert_eq!(shorter[18..], configuration[18..32]);

    assert_eq!(
        descriptor(&named, 0x0300).as_deref(),
        Some(&[4, 3, 9, 4][..])
    );
    let model = descriptor(&named, 0x0302).expect("a model");
    assert_eq!(usize::from(model[0]), model.len());
    assert_eq!(model[2..4], [b'P', 0]);
    assert_eq!(model[model.len() - 6..], [0xfc, 0, 0x34, 0xd8, 0x1e, 0xdd]);
    let long = UsbShape {
        model: "x".repeat(1000),
        ..shape()
    };
    assert_eq!(descriptor(&long, 0x0302).expect("a model").len(), 254);

    // Another configuration, strings that are not there, Microsoft's, the qualifier, the other speed, BOS.
    for value in [
        0x0101, 0x0201, 0x0305, 0x03ee, 0x0600, 0x0700, 0x0f00, 0x2200,
    ] {
        assert_eq!(descriptor(&named, value), None, "{value:#x}");
    }
    for value in [0x0303, 0x0304] {
        assert_eq!(descriptor(&nameless, value), None, "{value:#x}");
    }
}
