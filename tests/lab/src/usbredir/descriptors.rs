//! The standard descriptors of a device (USB 2.0, section 9.6): one configuration, one interface of two or three endpoints or several of two, high speed.

use crate::UsbShape;

/// An endpoint as its descriptor has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// bEndpointAddress: bit 7 for in.
    pub(crate) address: u8,
    /// bmAttributes: 2 bulk, 3 interrupt.
    pub(crate) transfer_type: u8,
    /// wMaxPacketSize.
    pub(crate) packet_bytes: u16,
    /// bInterval.
    pub(crate) interval: u8,
    /// bInterfaceNumber of the interface that it belongs to.
    pub(crate) interface: u8,
}

/// As many interfaces as a device of the lab can have.
pub(crate) const INTERFACES_MAX: usize = 3;
/// From the device to the host, by interface. Number 2 is left to the events.
pub(crate) const BULK_IN: [u8; INTERFACES_MAX] = [0x81, 0x83, 0x84];
/// From the host to the device, by interface.
pub(crate) const BULK_OUT: [u8; INTERFACES_MAX] = [0x01, 0x03, 0x04];
/// Events.
pub(crate) const INTERRUPT_IN: u8 = 0x82;
/// As Android's gadget has it: a PTP event has at most 24 bytes.
pub(crate) const INTERRUPT_PACKET_BYTES: u16 = 28;
/// What high speed asks of bulk endpoints.
pub(crate) const BULK_PACKET_BYTES: u16 = 512;
/// What high speed asks of endpoint 0.
pub(crate) const CONTROL_PACKET_BYTES: u16 = 64;
/// bConfigurationValue of the only configuration.
pub(crate) const CONFIGURATION: u8 = 1;

/// The endpoints of one interface, in the order of the descriptors; the one for events is the last, and the first interface's.
fn endpoints_of(shape: &UsbShape, interface: u8) -> Vec<Endpoint> {
    let place = usize::from(interface);
    let bulk = [BULK_IN[place], BULK_OUT[place]].map(|address| Endpoint {
        address,
        transfer_type: 2,
        packet_bytes: BULK_PACKET_BYTES,
        interval: 0,
        interface,
    });
    let events = Endpoint {
        address: INTERRUPT_IN,
        transfer_type: 3,
        packet_bytes: INTERRUPT_PACKET_BYTES,
        interval: 6, // 4 ms
        interface,
    };
    let has_events = shape.has_events && interface == 0;
    let events = has_events.then_some(events);
    bulk.into_iter().chain(events).collect()
}

/// The endpoints of a device, in the order of its descriptors.
pub(crate) fn endpoints(shape: &UsbShape) -> Vec<Endpoint> {
    let of = |interface| endpoints_of(shape, interface);
    (0..shape.interfaces).flat_map(of).collect()
}

const DEVICE: u8 = 1;
const CONFIGURATION_TYPE: u8 = 2;
const STRING: u8 = 3;
const INTERFACE: u8 = 4;
const ENDPOINT: u8 = 5;

const MANUFACTURER: u8 = 1;
const PRODUCT: u8 = 2;
const SERIAL: u8 = 3;
const INTERFACE_NAME: u8 = 4;
const ENGLISH_US: u16 = 0x0409;
/// bLength has one byte, so that a string has at most (255 - 2) / 2 units.
const STRING_UNITS_MAX: usize = 126;

/// The answer to GET_DESCRIPTOR with this wValue, uncut; `None` for a stall, as a USB 2.0 device of high speed alone gives it for
/// BOS, the device qualifier, and the other speed's configuration.
pub(crate) fn descriptor(shape: &UsbShape, value: u16) -> Option<Vec<u8>> {
    let [index, kind] = value.to_le_bytes();
    match (kind, index) {
        (DEVICE, 0) => Some(device(shape)),
        (CONFIGURATION_TYPE, 0) => Some(configuration(shape)),
        (STRING, 0) => Some([&[4, STRING][..], &ENGLISH_US.to_le_bytes()].concat()),
        (STRING, index) => text(shape, index).map(string),
        _ => None,
    }
}

fn text(shape: &UsbShape, index: u8) -> Option<&str> {
    match index {
        MANUFACTURER => Some(&shape.manufacturer),
        PRODUCT => Some(&shape.model),
        SERIAL => shape.serial.as_deref(),
        INTERFACE_NAME => shape.interface_name.as_deref(),
        _ => None,
    }
}

/// The index that a descriptor gives for a text, which is 0 where there is none.
fn index_of(index: u8, text: Option<&String>) -> u8 {
    text.map_or(0, |_| index)
}

fn device(shape: &UsbShape) -> Vec<u8> {
    let mut bytes = vec![18, DEVICE, 0x00, 0x02, 0, 0, 0, CONTROL_PACKET_BYTES as u8];
    bytes.extend(shape.vendor.to_le_bytes());
    bytes.extend(shape.product.to_le_bytes());
    bytes.extend([0x00, 0x01, MANUFACTURER, PRODUCT]);
    bytes.extend([index_of(SERIAL, shape.serial.as_ref()), 1]);
    bytes
}

fn configuration(shape: &UsbShape) -> Vec<u8> {
    let name = index_of(INTERFACE_NAME, shape.interface_name.as_ref());
    let [class, subclass, protocol] = shape.interface;
    let total = 9 + 9 * shape.interfaces + 7 * endpoints(shape).len() as u8;
    // Powered by the bus, 500 mA.
    let mut bytes = vec![
        9,
        CONFIGURATION_TYPE,
        total,
        0,
        shape.interfaces,
        CONFIGURATION,
        0,
        0x80,
        250,
    ];
    for interface in 0..shape.interfaces {
        let endpoints = endpoints_of(shape, interface);
        bytes.extend([9, INTERFACE, interface, 0, endpoints.len() as u8]);
        bytes.extend([class, subclass, protocol, name]);
        for endpoint in endpoints {
            bytes.extend([7, ENDPOINT, endpoint.address, endpoint.transfer_type]);
            bytes.extend(endpoint.packet_bytes.to_le_bytes());
            bytes.push(endpoint.interval);
        }
    }
    bytes
}

fn string(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().take(STRING_UNITS_MAX).collect();
    let mut bytes = vec![2 + 2 * units.len() as u8, STRING];
    bytes.extend(units.into_iter().flat_map(u16::to_le_bytes));
    bytes
}
