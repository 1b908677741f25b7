//! What the emulated PC sends by the usbredir protocol 0.7 (its document calls it the usb-guest): a pure function of bytes.
//!
//! All integers are little-endian. A packet is a header (type, length of what follows, id), the fixed fields of its type, and for some types
//! data. Lengths that do not fit the type, or each other, are refused before anything is taken by them, and nothing is allocated here.

use crate::ControlRequest;

/// Longer transfers are refused. Linux lets one program have 16 MiB in flight altogether, unless it is told otherwise.
pub(crate) const BULK_BYTES_MAX: u32 = 64 << 20;
/// A filter's text is as long as its writer likes; no more than this of it is skipped.
const FILTER_BYTES_MAX: usize = 64 << 10;
/// `version`, before the capabilities of a hello.
pub(crate) const VERSION_BYTES: usize = 64;
/// More words of capabilities than any version of the protocol has.
const CAPABILITY_WORDS_MAX: usize = 16;

/// The type in a packet's header.
pub(crate) mod kind {
    pub(crate) const HELLO: u32 = 0;
    pub(crate) const DEVICE_CONNECT: u32 = 1;
    pub(crate) const DEVICE_DISCONNECT: u32 = 2;
    pub(crate) const RESET: u32 = 3;
    pub(crate) const INTERFACE_INFO: u32 = 4;
    pub(crate) const EP_INFO: u32 = 5;
    pub(crate) const SET_CONFIGURATION: u32 = 6;
    pub(crate) const GET_CONFIGURATION: u32 = 7;
    pub(crate) const CONFIGURATION_STATUS: u32 = 8;
    pub(crate) const SET_ALT_SETTING: u32 = 9;
    pub(crate) const GET_ALT_SETTING: u32 = 10;
    pub(crate) const ALT_SETTING_STATUS: u32 = 11;
    pub(crate) const START_INTERRUPT_RECEIVING: u32 = 15;
    pub(crate) const STOP_INTERRUPT_RECEIVING: u32 = 16;
    pub(crate) const INTERRUPT_RECEIVING_STATUS: u32 = 17;
    pub(crate) const CANCEL_DATA_PACKET: u32 = 21;
    pub(crate) const FILTER_REJECT: u32 = 22;
    pub(crate) const FILTER_FILTER: u32 = 23;
    pub(crate) const DEVICE_DISCONNECT_ACK: u32 = 24;
    pub(crate) const CONTROL_PACKET: u32 = 100;
    pub(crate) const BULK_PACKET: u32 = 101;
    pub(crate) const INTERRUPT_PACKET: u32 = 103;
}

/// How headers look. A hello has ids of 32 bits; after both, they have 64, as both ends must be able to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The next packet is the hello.
    Greeting,
    /// The hello is past.
    Agreed,
}

/// A packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packet<'a> {
    /// What the answer bears, too.
    pub(crate) id: u64,
    pub(crate) request: Request<'a>,
}

/// What a packet asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request<'a> {
    /// Its capabilities, as bits by their numbers.
    Hello {
        capabilities: u32,
    },
    Reset,
    SetConfiguration(u8),
    GetConfiguration,
    SetAltSetting {
        interface: u8,
        alt: u8,
    },
    GetAltSetting {
        interface: u8,
    },
    StartInterruptReceiving {
        endpoint: u8,
    },
    StopInterruptReceiving {
        endpoint: u8,
    },
    /// The id is that of the packet to cancel.
    CancelDataPacket,
    FilterReject,
    FilterFilter,
    DeviceDisconnectAck,
    Control {
        setup: ControlRequest,
        data: &'a [u8],
    },
    BulkOut {
        endpoint: u8,
        stream: u32,
        data: &'a [u8],
    },
    BulkIn {
        endpoint: u8,
        stream: u32,
        length_bytes: u32,
    },
    InterruptOut {
        endpoint: u8,
        length_bytes: u16,
    },
}

/// What can't be a packet, so that the connection is of no use any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// A packet before the hello, or a second hello.
    #[error("a packet of type {kind} where it has no place")]
    OutOfPlace {
        /// Its type.
        kind: u32,
    },
    /// A type that nobody sends to a device with the capabilities that were announced.
    #[error("a packet of the unknown type {kind}")]
    UnknownKind {
        /// Its type.
        kind: u32,
    },
    /// A length that its type can't have, or that contradicts its own fields.
    #[error("a packet of type {kind} with an impossible length of {length_bytes} bytes")]
    Length {
        /// Its type.
        kind: u32,
        /// What its header says.
        length_bytes: u32,
    },
    /// A transfer of more bytes than are ever in flight.
    #[error("a transfer of {length_bytes} bytes")]
    TransferTooLong {
        /// What its fields say.
        length_bytes: u32,
    },
}

/// Takes the first packet off some bytes. Returns it and how many bytes it has, or `None` when it is not all there.
///
/// # Errors
/// When no further bytes can make it a packet.
pub(crate) fn parse(
    bytes: &[u8],
    stage: Stage,
) -> Result<Option<(Packet<'_>, usize)>, PacketError> {
    let header_bytes = match stage {
        Stage::Greeting => 12,
        Stage::Agreed => 16,
    };
    let Some((header, rest)) = bytes.split_at_checked(header_bytes) else {
        return Ok(None);
    };
    let kind = u32_at(header, 0);
    let length_bytes = u32_at(header, 4);
    let id = match stage {
        Stage::Greeting => u64::from(u32_at(header, 8)),
        Stage::Agreed => u64::from(u32_at(header, 8)) | u64::from(u32_at(header, 12)) << 32,
    };
    if (kind == kind::HELLO) != (stage == Stage::Greeting) {
        return Err(PacketError::OutOfPlace { kind });
    }
    let wrong_length = PacketError::Length { kind, length_bytes };
    let (fields_bytes, data_bytes_max) = shape(kind).ok_or(PacketError::UnknownKind { kind })?;
    let length = usize::try_from(length_bytes).map_err(|_| wrong_length)?;
    let data_bytes = length.checked_sub(fields_bytes).ok_or(wrong_length)?;
    if data_bytes > data_bytes_max {
        return Err(wrong_length);
    }
    let Some((fields, rest)) = rest.split_at_checked(fields_bytes) else {
        return Ok(None);
    };
    // Judged before the data is there: nobody waits for bytes that contradict the fields.
    let expected = expected_data(kind, fields)?;
    if expected.is_some_and(|expected| expected != data_bytes) {
        return Err(wrong_length);
    }
    let Some(data) = rest.get(..data_bytes) else {
        return Ok(None);
    };
    let request = request(kind, fields, data).ok_or(wrong_length)?;
    Ok(Some((Packet { id, request }, header_bytes + length)))
}

/// The bytes of a type's fields, and how many bytes of data it may have at most.
fn shape(kind: u32) -> Option<(usize, usize)> {
    Some(match kind {
        kind::HELLO => (VERSION_BYTES, CAPABILITY_WORDS_MAX * 4),
        kind::RESET
        | kind::GET_CONFIGURATION
        | kind::CANCEL_DATA_PACKET
        | kind::FILTER_REJECT
        | kind::DEVICE_DISCONNECT_ACK => (0, 0),
        kind::FILTER_FILTER => (0, FILTER_BYTES_MAX),
        kind::SET_CONFIGURATION
        | kind::GET_ALT_SETTING
        | kind::START_INTERRUPT_RECEIVING
        | kind::STOP_INTERRUPT_RECEIVING => (1, 0),
        kind::SET_ALT_SETTING => (2, 0),
        kind::CONTROL_PACKET => (10, usize::from(u16::MAX)),
        kind::BULK_PACKET => (10, BULK_BYTES_MAX as usize),
        kind::INTERRUPT_PACKET => (4, usize::from(u16::MAX)),
        _ => return None,
    })
}

/// How many bytes of data the fields of a transfer announce; `None` where they do not.
fn expected_data(kind: u32, fields: &[u8]) -> Result<Option<usize>, PacketError> {
    let length_bytes = match kind {
        kind::CONTROL_PACKET => u32::from(u16_at(fields, 8)),
        kind::BULK_PACKET => bulk_length(fields),
        kind::INTERRUPT_PACKET => u32::from(u16_at(fields, 2)),
        _ => return Ok(None),
    };
    if length_bytes > BULK_BYTES_MAX {
        return Err(PacketError::TransferTooLong { length_bytes });
    }
    // A request for data has none.
    let reads = fields[0] & 0x80 != 0;
    Ok(Some(if reads { 0 } else { length_bytes as usize }))
}

/// The request of a type whose lengths were found right; `None` if there is none after all.
fn request<'a>(kind: u32, fields: &'a [u8], data: &'a [u8]) -> Option<Request<'a>> {
    Some(match kind {
        kind::HELLO => Request::Hello {
            // Only the first word has any meaning so far; without one there are no capabilities.
            capabilities: if data.len() < 4 { 0 } else { u32_at(data, 0) },
        },
        kind::RESET => Request::Reset,
        kind::SET_CONFIGURATION => Request::SetConfiguration(fields[0]),
        kind::GET_CONFIGURATION => Request::GetConfiguration,
        kind::SET_ALT_SETTING => Request::SetAltSetting {
            interface: fields[0],
            alt: fields[1],
        },
        kind::GET_ALT_SETTING => Request::GetAltSetting {
            interface: fields[0],
        },
        kind::START_INTERRUPT_RECEIVING => Request::StartInterruptReceiving {
            endpoint: fields[0],
        },
        kind::STOP_INTERRUPT_RECEIVING => Request::StopInterruptReceiving {
            endpoint: fields[0],
        },
        kind::CANCEL_DATA_PACKET => Request::CancelDataPacket,
        kind::FILTER_REJECT => Request::FilterReject,
        kind::FILTER_FILTER => Request::FilterFilter,
        kind::DEVICE_DISCONNECT_ACK => Request::DeviceDisconnectAck,
        kind::CONTROL_PACKET => Request::Control {
            setup: ControlRequest {
                request: fields[1],
                request_type: fields[2],
                value: u16_at(fields, 4),
                index: u16_at(fields, 6),
                length: u16_at(fields, 8),
            },
            data,
        },
        kind::BULK_PACKET if fields[0] & 0x80 != 0 => Request::BulkIn {
            endpoint: fields[0],
            stream: u32_at(fields, 4),
            length_bytes: bulk_length(fields),
        },
        kind::BULK_PACKET => Request::BulkOut {
            endpoint: fields[0],
            stream: u32_at(fields, 4),
            data,
        },
        kind::INTERRUPT_PACKET => Request::InterruptOut {
            endpoint: fields[0],
            length_bytes: u16_at(fields, 2),
        },
        _ => return None,
    })
}

/// The low half stands apart from the high one, which came with a later version.
fn bulk_length(fields: &[u8]) -> u32 {
    u32::from(u16_at(fields, 2)) | u32::from(u16_at(fields, 8)) << 16
}

/// Within fields whose length was checked.
fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// Within fields whose length was checked.
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}
