//! What a device does on its endpoints, apart from how it is attached.

/// What a device's descriptors say (USB 2.0, section 9.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsbShape {
    /// idVendor.
    pub vendor: u16,
    /// idProduct.
    pub product: u16,
    /// iManufacturer's text.
    pub manufacturer: String,
    /// iProduct's text.
    pub model: String,
    /// iSerialNumber's text; `None` for a device without one.
    pub serial: Option<String>,
    /// Class, subclass, protocol of the interface, such as `[6, 1, 1]` for still images.
    pub interface: [u8; 3],
    /// The interface's own text, such as `MTP`, where it has one.
    pub interface_name: Option<String>,
    /// Whether it has an interrupt endpoint for events beside its two bulk endpoints, as still image devices do and Android's debug bridge does not.
    pub has_events: bool,
    /// How many such interfaces there are, each with two bulk endpoints of its own: 1, but for IPP over USB, which has at least 2, and here at most 3.
    pub interfaces: u8,
}

/// A transfer on endpoint 0 that the attachment does not answer itself (USB 2.0, section 9.3): class and vendor requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlRequest {
    /// bmRequestType.
    pub request_type: u8,
    /// bRequest.
    pub request: u8,
    /// wValue.
    pub value: u16,
    /// wIndex.
    pub index: u16,
    /// wLength, in bytes.
    pub length: u16,
}

/// A device's answer to a control request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ControlOut {
    /// Done; these bytes for a request that reads.
    Data(Vec<u8>),
    /// A protocol stall: the device knows no such request.
    Stall,
}

/// A device's answer when the host asks for data on its bulk endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BulkIn {
    /// So many bytes, at most as many as were asked for. Fewer than were asked for end the transfer, and so do none at all: a short or an empty packet.
    Data(Vec<u8>),
    /// Nothing yet: the device answers later, or never.
    NotYet,
    /// The endpoint is halted until the host clears it.
    Stall,
    /// The device falls off the bus here.
    Unplugged,
}

/// A device as seen from its endpoints: one bulk in, one bulk out, one interrupt in, as still image devices and MTP have them, or several pairs of
/// bulk endpoints, each of an interface of its own, as IPP over USB has them.
///
/// Calls never block. After [`BulkIn::NotYet`] the attachment asks again when anything has happened to the device, and at least every few
/// milliseconds while the host waits.
pub trait Function: Send {
    /// Its descriptors, which are the same until it comes again.
    fn shape(&self) -> UsbShape;

    /// Whether it wants off the bus now, and on again with the descriptors that it has from now on, as a phone does whose person chooses another
    /// use of the cable. Says so once.
    fn comes_again(&mut self) -> bool {
        false
    }

    /// The host has sent a transfer; `is_end` unless more of it follows (it was longer than the attachment's packets).
    /// Returns whether the endpoint takes it; it is halted otherwise.
    fn bulk_out(&mut self, bytes: &[u8], is_end: bool) -> bool;

    /// The host asks for at most so many bytes: a multiple of the packet's 512, unless the host asks for less.
    fn bulk_in(&mut self, at_most_bytes: usize) -> BulkIn;

    /// Whether it takes data now. A printer without paper does not, and does not refuse it either: the transfer waits.
    fn takes_bulk_out(&mut self) -> bool {
        true
    }

    /// As [`Function::bulk_out`], at one of several interfaces, from 0.
    fn bulk_out_at(&mut self, interface: u8, bytes: &[u8], is_end: bool) -> bool {
        debug_assert_eq!(interface, 0, "a device with one interface");
        self.bulk_out(bytes, is_end)
    }

    /// As [`Function::bulk_in`], at one of several interfaces, from 0.
    fn bulk_in_at(&mut self, interface: u8, at_most_bytes: usize) -> BulkIn {
        debug_assert_eq!(interface, 0, "a device with one interface");
        self.bulk_in(at_most_bytes)
    }

    /// An event that waits to be sent on the interrupt endpoint (PTP, section D.2.3 of the still image class).
    fn interrupt_in(&mut self) -> Option<Vec<u8>>;

    /// A class or vendor request, with the data of one that writes.
    fn control(&mut self, request: ControlRequest, data: &[u8]) -> ControlOut;

    /// The host has cleared the halt of both bulk endpoints, or of one: it starts afresh there.
    fn halt_cleared(&mut self);

    /// The host has reset the bus or chosen a configuration anew: sessions are gone.
    fn bus_reset(&mut self);
}
