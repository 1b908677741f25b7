//! A device at the end of a usbredir connection: packets of the emulated PC go in, answers come out. No I/O and no clock.
//!
//! It answers the standard requests (USB 2.0, section 9.4) by itself; all else is the [`Function`]'s.

use std::collections::VecDeque;

use crate::usbredir::answer::{Answers, BulkTransfer, Status};
use crate::usbredir::descriptors::{
    BULK_IN, BULK_OUT, BULK_PACKET_BYTES, CONFIGURATION, CONTROL_PACKET_BYTES, INTERFACES_MAX,
    INTERRUPT_IN, INTERRUPT_PACKET_BYTES, descriptor, endpoints,
};
use crate::usbredir::packet::{Packet, Request};
use crate::{BulkIn, ControlOut, ControlRequest, Function, UsbShape};

/// bmRequestType: the two bits that say whose request it is, and the recipients.
const WHOSE: u8 = 0x60;
const OF_THE_STANDARD: u8 = 0;
const DEVICE_READS: u8 = 0x80;
const INTERFACE_READS: u8 = 0x81;
const ENDPOINT_READS: u8 = 0x82;
const ENDPOINT_WRITES: u8 = 0x02;
/// bRequest.
const GET_STATUS: u8 = 0;
const CLEAR_FEATURE: u8 = 1;
const SET_FEATURE: u8 = 3;
const GET_DESCRIPTOR: u8 = 6;
/// wValue of a feature.
const ENDPOINT_HALT: u16 = 0;

/// What came of a look at the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing more to say now.
    Waits,
    /// An answer was added; there may be another.
    Answered,
    /// The device falls off the bus.
    Unplugged,
    /// The device wants off the bus, and on again with other descriptors.
    ComesAgain,
}

/// What a packet means for the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Course {
    GoesOn,
    /// The PC does not take this device.
    Rejected,
    /// The PC has seen that the device is gone.
    DisconnectSeen,
}

/// One device.
pub(crate) struct Device {
    function: Box<dyn Function>,
    shape: UsbShape,
    configuration: u8,
    /// By interface.
    halted_in: [bool; INTERFACES_MAX],
    halted_out: [bool; INTERFACES_MAX],
    /// Reads of the bulk endpoints that are not answered yet, in their order.
    reads: VecDeque<(u64, BulkTransfer)>,
    /// What was sent and the function does not take yet, in its order.
    writes: VecDeque<(u64, BulkTransfer, Vec<u8>)>,
    receives_interrupts: bool,
    interrupts_sent: u64,
}

impl Device {
    pub(crate) fn new(function: Box<dyn Function>) -> Self {
        Self {
            shape: function.shape(),
            function,
            configuration: 0,
            halted_in: [false; INTERFACES_MAX],
            halted_out: [false; INTERFACES_MAX],
            reads: VecDeque::new(),
            writes: VecDeque::new(),
            receives_interrupts: false,
            interrupts_sent: 0,
        }
    }

    /// Plugs it in, with the descriptors that the function has now.
    pub(crate) fn connect(&mut self, out: &mut Answers) {
        self.shape = self.function.shape();
        self.configuration = 0;
        self.halted_in = [false; INTERFACES_MAX];
        self.halted_out = [false; INTERFACES_MAX];
        self.receives_interrupts = false;
        // What was asked of the one that it was before.
        self.reads.clear();
        self.writes.clear();
        self.tell_interface(out);
        out.device_connect(self.shape.vendor, self.shape.product);
    }

    /// Unplugs it: what the PC waits for comes no more.
    pub(crate) fn disconnect(&mut self, out: &mut Answers) {
        self.cancel_transfers(out);
        out.device_disconnect();
    }

    /// Whether the PC waits for something that the function may have any time.
    pub(crate) fn is_awaited(&self) -> bool {
        !self.reads.is_empty() || !self.writes.is_empty() || self.receives_interrupts
    }

    /// Takes a packet. A greeting changes nothing here.
    pub(crate) fn take(&mut self, packet: Packet<'_>, out: &mut Answers) -> Course {
        let id = packet.id;
        match packet.request {
            Request::Hello { .. } | Request::FilterFilter => {}
            Request::FilterReject => return Course::Rejected,
            Request::DeviceDisconnectAck => return Course::DisconnectSeen,
            Request::Reset => {
                self.configuration = 0;
                self.start_afresh(out);
            }
            Request::SetConfiguration(number) => self.set_configuration(id, number, out),
            Request::GetConfiguration => {
                out.configuration_status(id, Status::Success, self.configuration);
            }
            Request::SetAltSetting { interface, alt } => {
                self.set_alt_setting(id, interface, alt, out);
            }
            Request::GetAltSetting { interface } => {
                let status = if interface < self.shape.interfaces {
                    Status::Success
                } else {
                    Status::Stall
                };
                out.alt_setting_status(id, status, interface, 0);
            }
            Request::StartInterruptReceiving { endpoint } => {
                self.receive_interrupts(id, endpoint, true, out);
            }
            Request::StopInterruptReceiving { endpoint } => {
                self.receive_interrupts(id, endpoint, false, out);
            }
            Request::CancelDataPacket => self.cancel(id, out),
            Request::Control { setup, data } => self.control(id, setup, data, out),
            Request::BulkOut {
                endpoint,
                stream,
                data,
            } => self.bulk_out(id, endpoint, stream, data, out),
            Request::BulkIn {
                endpoint,
                stream,
                length_bytes,
            } => {
                let read = BulkTransfer {
                    endpoint,
                    stream,
                    length_bytes,
                };
                if self.interface_of(endpoint, &BULK_IN).is_some() {
                    self.reads.push_back((id, read));
                } else {
                    out.bulk(id, read, Status::Invalid, &[]);
                }
            }
            Request::InterruptOut { endpoint, .. } => {
                out.interrupt(id, endpoint, Status::Invalid, &[]);
            }
        }
        Course::GoesOn
    }

    /// Asks the function for what the PC waits for, and adds at most one answer.
    pub(crate) fn poll(&mut self, out: &mut Answers) -> Next {
        if self.function.comes_again() {
            return Next::ComesAgain;
        }
        if self.receives_interrupts
            && let Some(event) = self.function.interrupt_in()
        {
            self.interrupt(&event, out);
            return Next::Answered;
        }
        if !self.writes.is_empty() && self.function.takes_bulk_out() {
            let (id, write, data) = self.writes.pop_front().expect("it is not empty");
            self.hand_over(id, write, &data, out);
            return Next::Answered;
        }
        for interface in 0..self.shape.interfaces {
            match self.poll_interface(interface, out) {
                Next::Waits => {}
                next => return next,
            }
        }
        Next::Waits
    }

    /// Asks the function for what the PC waits for at one interface.
    fn poll_interface(&mut self, interface: u8, out: &mut Answers) -> Next {
        let place = usize::from(interface);
        let mut reads = self.reads.iter();
        let Some(at) = reads.position(|(_, read)| read.endpoint == BULK_IN[place]) else {
            return Next::Waits;
        };
        let (id, read) = self.reads[at];
        if self.halted_in[place] {
            self.reads.remove(at);
            out.bulk(id, read, Status::Stall, &[]);
            return Next::Answered;
        }
        // Both fit: the length was found to be at most 64 MiB.
        let at_most_bytes = read.length_bytes as usize;
        match self.function.bulk_in_at(interface, at_most_bytes) {
            BulkIn::NotYet => Next::Waits,
            BulkIn::Unplugged => Next::Unplugged,
            BulkIn::Stall => {
                self.halted_in[place] = true;
                // It is answered with the next look.
                Next::Answered
            }
            BulkIn::Data(data) => {
                assert!(
                    data.len() <= at_most_bytes,
                    "the function gave {} bytes where {at_most_bytes} were asked for",
                    data.len(),
                );
                self.reads.remove(at);
                out.bulk(id, read, Status::Success, &data);
                Next::Answered
            }
        }
    }

    /// The interface of an endpoint, out of the addresses of its kind; `None` for one that the device does not have.
    fn interface_of(&self, endpoint: u8, of: &[u8; INTERFACES_MAX]) -> Option<usize> {
        let mut there = of[..usize::from(self.shape.interfaces)].iter();
        there.position(|&address| address == endpoint)
    }

    fn tell_interface(&self, out: &mut Answers) {
        out.ep_info(&endpoints(&self.shape), CONTROL_PACKET_BYTES);
        out.interface_info(self.shape.interfaces, self.shape.interface);
    }

    /// As after a reset: no session, no halt, nothing awaited.
    fn start_afresh(&mut self, out: &mut Answers) {
        self.cancel_transfers(out);
        self.halted_in = [false; INTERFACES_MAX];
        self.halted_out = [false; INTERFACES_MAX];
        self.receives_interrupts = false;
        self.function.bus_reset();
    }

    fn set_configuration(&mut self, id: u64, number: u8, out: &mut Answers) {
        if number != 0 && number != CONFIGURATION {
            out.configuration_status(id, Status::Stall, self.configuration);
            return;
        }
        self.configuration = number;
        self.start_afresh(out);
        self.tell_interface(out);
        out.configuration_status(id, Status::Success, number);
    }

    fn set_alt_setting(&mut self, id: u64, interface: u8, alt: u8, out: &mut Answers) {
        if interface >= self.shape.interfaces || alt != 0 {
            out.alt_setting_status(id, Status::Stall, interface, 0);
            return;
        }
        let place = usize::from(interface);
        let endpoints = [BULK_IN[place], BULK_OUT[place]];
        self.cancel_where(out, |transfer| endpoints.contains(&transfer.endpoint));
        (self.halted_in[place], self.halted_out[place]) = (false, false);
        self.function.halt_cleared();
        self.tell_interface(out);
        out.alt_setting_status(id, Status::Success, interface, alt);
    }

    fn receive_interrupts(&mut self, id: u64, endpoint: u8, begin: bool, out: &mut Answers) {
        let status = if endpoint == INTERRUPT_IN && self.shape.has_events {
            self.receives_interrupts = begin;
            Status::Success
        } else {
            Status::Invalid
        };
        out.interrupt_receiving_status(id, status, endpoint);
    }

    /// Only what was not answered can be cancelled; the PC finds the answer to the rest on its way.
    fn cancel(&mut self, id: u64, out: &mut Answers) {
        if let Some(at) = self.reads.iter().position(|&(read, _)| read == id)
            && let Some((_, read)) = self.reads.remove(at)
        {
            out.bulk(id, read, Status::Cancelled, &[]);
        }
        if let Some(at) = self.writes.iter().position(|&(write, ..)| write == id)
            && let Some((_, write, _)) = self.writes.remove(at)
        {
            out.bulk(id, write.of_length(0), Status::Cancelled, &[]);
        }
    }

    fn cancel_transfers(&mut self, out: &mut Answers) {
        self.cancel_where(out, |_| true);
    }

    fn cancel_where(&mut self, out: &mut Answers, is_meant: impl Fn(&BulkTransfer) -> bool) {
        self.reads.retain(|&(id, read)| {
            if is_meant(&read) {
                out.bulk(id, read, Status::Cancelled, &[]);
            }
            !is_meant(&read)
        });
        self.writes.retain(|&(id, write, _)| {
            if is_meant(&write) {
                out.bulk(id, write.of_length(0), Status::Cancelled, &[]);
            }
            !is_meant(&write)
        });
    }

    fn bulk_out(&mut self, id: u64, endpoint: u8, stream: u32, data: &[u8], out: &mut Answers) {
        let length_bytes = u32::try_from(data.len()).expect("its length came in 32 bits");
        let transfer = BulkTransfer {
            endpoint,
            stream,
            length_bytes,
        };
        if !self.writes.is_empty() || !self.function.takes_bulk_out() {
            self.writes.push_back((id, transfer, data.to_vec()));
        } else {
            self.hand_over(id, transfer, data, out);
        }
    }

    /// Gives the function what was sent, and the PC its answer.
    fn hand_over(&mut self, id: u64, transfer: BulkTransfer, data: &[u8], out: &mut Answers) {
        let status = match self.interface_of(transfer.endpoint, &BULK_OUT) {
            None => Status::Invalid,
            Some(place) if self.halted_out[place] => Status::Stall,
            Some(place) => {
                // A transfer ends with a short packet, or an empty one.
                let is_end =
                    data.is_empty() || !data.len().is_multiple_of(BULK_PACKET_BYTES.into());
                // There are few interfaces.
                self.halted_out[place] = !self.function.bulk_out_at(place as u8, data, is_end);
                if self.halted_out[place] {
                    Status::Stall
                } else {
                    Status::Success
                }
            }
        };
        let transfer = if status == Status::Success {
            transfer
        } else {
            transfer.of_length(0)
        };
        out.bulk(id, transfer, status, &[]);
    }

    /// An event in packets of its endpoint; one that fills its last packet is ended by an empty one.
    fn interrupt(&mut self, event: &[u8], out: &mut Answers) {
        let packet_bytes = usize::from(INTERRUPT_PACKET_BYTES);
        let packets = event.len() / packet_bytes + 1;
        for packet in 0..packets {
            let rest = &event[packet * packet_bytes..];
            let piece = &rest[..rest.len().min(packet_bytes)];
            out.interrupt(self.interrupts_sent, INTERRUPT_IN, Status::Success, piece);
            self.interrupts_sent += 1;
        }
    }

    fn control(&mut self, id: u64, setup: ControlRequest, data: &[u8], out: &mut Answers) {
        let answer = if setup.request_type & WHOSE == OF_THE_STANDARD {
            self.standard(setup)
        } else {
            match self.function.control(setup, data) {
                ControlOut::Data(data) => Some(data),
                ControlOut::Stall => None,
            }
        };
        match answer {
            Some(mut data) => {
                data.truncate(setup.length.into());
                out.control(id, setup, Status::Success, &data);
            }
            None => out.control(id, setup, Status::Stall, &[]),
        }
    }

    /// `None` for a stall.
    fn standard(&mut self, setup: ControlRequest) -> Option<Vec<u8>> {
        match (setup.request_type, setup.request) {
            (DEVICE_READS, GET_DESCRIPTOR) => descriptor(&self.shape, setup.value),
            // Powered by the bus, and it wakes nobody.
            (DEVICE_READS | INTERFACE_READS, GET_STATUS) => Some(vec![0, 0]),
            (ENDPOINT_READS, GET_STATUS) => {
                let endpoint = setup.index.to_le_bytes()[0];
                let (of_in, of_out) = self.places(endpoint);
                let is_halted = match (of_in, of_out) {
                    (Some(place), _) => self.halted_in[place],
                    (_, Some(place)) => self.halted_out[place],
                    _ if [0, DEVICE_READS, INTERRUPT_IN].contains(&endpoint) => false,
                    _ => return None,
                };
                Some(vec![is_halted.into(), 0])
            }
            (ENDPOINT_WRITES, CLEAR_FEATURE | SET_FEATURE) if setup.value == ENDPOINT_HALT => {
                let is_halt = setup.request == SET_FEATURE;
                let endpoint = setup.index.to_le_bytes()[0];
                match self.places(endpoint) {
                    (Some(place), _) => self.halted_in[place] = is_halt,
                    (_, Some(place)) => self.halted_out[place] = is_halt,
                    _ if endpoint == INTERRUPT_IN => return Some(Vec::new()),
                    _ => return None,
                }
                if !is_halt {
                    self.function.halt_cleared();
                }
                Some(Vec::new())
            }
            _ => None,
        }
    }

    /// The interface whose bulk endpoint it is, in or out.
    fn places(&self, endpoint: u8) -> (Option<usize>, Option<usize>) {
        (
            self.interface_of(endpoint, &BULK_IN),
            self.interface_of(endpoint, &BULK_OUT),
        )
    }
}
