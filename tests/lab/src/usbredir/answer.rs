//! What a device sends to the emulated PC by the usbredir protocol 0.7 (its document calls the sender the usb-host).

use crate::ControlRequest;
use crate::usbredir::descriptors::Endpoint;
use crate::usbredir::packet::{VERSION_BYTES, kind};

/// Capabilities as bits, by their numbers in the protocol.
pub(crate) mod capability {
    pub(crate) const CONNECT_DEVICE_VERSION: u32 = 1 << 1;
    pub(crate) const FILTER: u32 = 1 << 2;
    pub(crate) const DEVICE_DISCONNECT_ACK: u32 = 1 << 3;
    pub(crate) const EP_INFO_MAX_PACKET_SIZE: u32 = 1 << 4;
    pub(crate) const IDS_OF_64_BITS: u32 = 1 << 5;
    pub(crate) const BULK_LENGTH_OF_32_BITS: u32 = 1 << 6;
    /// All that are announced. The other end must have them, too: QEMU 7.2 and later do, and its xHCI asks for most of them.
    pub(crate) const ALL: u32 = CONNECT_DEVICE_VERSION
        | FILTER
        | DEVICE_DISCONNECT_ACK
        | EP_INFO_MAX_PACKET_SIZE
        | IDS_OF_64_BITS
        | BULK_LENGTH_OF_32_BITS;
}

/// How a transfer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Success = 0,
    Cancelled = 1,
    Invalid = 2,
    Stall = 4,
}

const SPEED_HIGH: u8 = 2;
/// An endpoint that is not there.
const TYPE_INVALID: u8 = 255;
const TYPE_CONTROL: u8 = 0;
/// Endpoints 0 to 15 out, then 0 to 15 in; as many places for interfaces.
const PLACES: usize = 32;
/// Of the first version that had the device's number of version.
const DEVICE_VERSION: u16 = 0x0100;

/// Packets that wait to be sent, one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    bytes: Vec<u8>,
}

impl Answers {
    /// All bytes that wait.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// They were sent. Their memory stays for the next.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    fn header(&mut self, kind: u32, id: u64, length_bytes: usize) {
        let length = u32::try_from(length_bytes).expect("no packet is longer than a transfer");
        self.bytes.extend(kind.to_le_bytes());
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(id.to_le_bytes());
    }

    fn packet(&mut self, kind: u32, id: u64, fields: &[u8]) {
        self.header(kind, id, fields.len());
        self.bytes.extend(fields);
    }

    /// The first packet, whose id has 32 bits.
    pub(crate) fn hello(&mut self) {
        let mut version = [0; VERSION_BYTES];
        let name = b"heirloom device lab";
        version[..name.len()].copy_from_slice(name);
        self.bytes.extend(kind::HELLO.to_le_bytes());
        self.bytes.extend((VERSION_BYTES as u32 + 4).to_le_bytes());
        self.bytes.extend(0_u32.to_le_bytes());
        self.bytes.extend(version);
        self.bytes.extend(capability::ALL.to_le_bytes());
    }

    /// The interfaces, which are all alike.
    pub(crate) fn interface_info(&mut self, interfaces: u8, class: [u8; 3]) {
        let mut fields = vec![0; 4 + 4 * PLACES];
        fields[0] = interfaces;
        for interface in 0..interfaces {
            let place = usize::from(interface);
            fields[4 + place] = interface;
            for (number, value) in class.into_iter().enumerate() {
                fields[4 + (1 + number) * PLACES + place] = value;
            }
        }
        self.packet(kind::INTERFACE_INFO, 0, &fields);
    }

    /// The endpoints, with those for control.
    pub(crate) fn ep_info(&mut self, endpoints: &[Endpoint], control_packet_bytes: u16) {
        let mut types = [TYPE_INVALID; PLACES];
        let mut intervals = [0; PLACES];
        let mut interfaces = [0; PLACES];
        let mut packet_bytes = [0_u16; PLACES];
        for place in [0, PLACES / 2] {
            types[place] = TYPE_CONTROL;
            packet_bytes[place] = control_packet_bytes;
        }
        for endpoint in endpoints {
            let number = usize::from(endpoint.address & 0x0f);
            let place = number + usize::from(endpoint.address >> 7) * PLACES / 2;
            types[place] = endpoint.transfer_type;
            intervals[place] = endpoint.interval;
            interfaces[place] = endpoint.interface;
            packet_bytes[place] = endpoint.packet_bytes;
        }
        let mut fields = Vec::with_capacity(5 * PLACES);
        fields.extend(types);
        fields.extend(intervals);
        fields.extend(interfaces);
        fields.extend(packet_bytes.into_iter().flat_map(u16::to_le_bytes));
        self.packet(kind::EP_INFO, 0, &fields);
    }

    /// Plugs in. Class and the like stand at the interface, as the device descriptor says by three zeros.
    pub(crate) fn device_connect(&mut self, vendor: u16, product: u16) {
        let mut fields = vec![SPEED_HIGH, 0, 0, 0];
        for number in [vendor, product, DEVICE_VERSION] {
            fields.extend(number.to_le_bytes());
        }
        self.packet(kind::DEVICE_CONNECT, 0, &fields);
    }

    /// Unplugs.
    pub(crate) fn device_disconnect(&mut self) {
        self.packet(kind::DEVICE_DISCONNECT, 0, &[]);
    }

    pub(crate) fn configuration_status(&mut self, id: u64, status: Status, configuration: u8) {
        let fields = [status as u8, configuration];
        self.packet(kind::CONFIGURATION_STATUS, id, &fields);
    }

    pub(crate) fn alt_setting_status(&mut self, id: u64, status: Status, interface: u8, alt: u8) {
        let fields = [status as u8, interface, alt];
        self.packet(kind::ALT_SETTING_STATUS, id, &fields);
    }

    pub(crate) fn interrupt_receiving_status(&mut self, id: u64, status: Status, endpoint: u8) {
        let fields = [status as u8, endpoint];
        self.packet(kind::INTERRUPT_RECEIVING_STATUS, id, &fields);
    }

    /// The end of a control transfer: the data of one that reads, or how much was taken of one that writes.
    pub(crate) fn control(&mut self, id: u64, setup: ControlRequest, status: Status, data: &[u8]) {
        let reads = setup.request_type & 0x80 != 0;
        let length = match (status, reads) {
            (Status::Success, true) => {
                u16::try_from(data.len()).expect("cut to the request's length")
            }
            (Status::Success, false) => setup.length,
            _ => 0,
        };
        let data = if reads && status == Status::Success {
            data
        } else {
            &[]
        };
        self.header(kind::CONTROL_PACKET, id, 10 + data.len());
        self.bytes.extend([
            setup.request_type & 0x80,
            setup.request,
            setup.request_type,
            status as u8,
        ]);
        for number in [setup.value, setup.index, length] {
            self.bytes.extend(number.to_le_bytes());
        }
        self.bytes.extend(data);
    }

    /// The end of a bulk transfer: its data, or the number of bytes that were taken.
    pub(crate) fn bulk(&mut self, id: u64, of: BulkTransfer, status: Status, data: &[u8]) {
        let length = if of.endpoint & 0x80 != 0 {
            u32::try_from(data.len()).expect("cut to the request's length")
        } else {
            of.length_bytes
        };
        self.header(kind::BULK_PACKET, id, 10 + data.len());
        let [low, high] = [length as u16, (length >> 16) as u16];
        self.bytes.extend([of.endpoint, status as u8]);
        self.bytes.extend(low.to_le_bytes());
        self.bytes.extend(of.stream.to_le_bytes());
        self.bytes.extend(high.to_le_bytes());
        self.bytes.extend(data);
    }

    /// One packet on an interrupt endpoint, or the refusal of one.
    pub(crate) fn interrupt(&mut self, id: u64, endpoint: u8, status: Status, data: &[u8]) {
        let length = u16::try_from(data.len()).expect("an interrupt's packet is short");
        self.header(kind::INTERRUPT_PACKET, id, 4 + data.len());
        self.bytes.extend([endpoint, status as u8]);
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(data);
    }
}

/// What a bulk packet's answer repeats of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BulkTransfer {
    pub(crate) endpoint: u8,
    pub(crate) stream: u32,
    pub(crate) length_bytes: u32,
}

impl BulkTransfer {
    /// The same, of which only so much was done.
    pub(crate) fn of_length(self, length_bytes: u32) -> Self {
        Self {
            length_bytes,
            ..self
        }
    }
}
