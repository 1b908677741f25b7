//! A device at the end of a usbredir connection: packets of the emulated PC go in, answers come out. No I/O and no clock.
//!
//! It answers the standard requests (USB 2.0, section 9.4) by itself; all else is the [`Function`]'s.

use std::collections::VecDeque;

use crate::usbredir::answer::{Answers, BulkTransfer, Status};
use crate::usbredir::descriptors::{
    BULK_IN, BULK_OUT, BULK_PACKET_BYTES, CONFIGURATION, CONTROL_PACKET_BYTES, INTERRUPT_IN,
    INTERRUPT_PACKET_BYTES, descriptor, endpoints,
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
    halted_in: bool,
    halted_out: bool,
    /// Reads of the bulk endpoint that are not answered yet, in their order.
    reads: VecDeque<(u64, BulkTransfer)>,
    receives_interrupts: bool,
    interrupts_sent: u64,
}

impl Device {
    pub(crate) fn new(function: Box<dyn Function>) -> Self {
        Self {
            shape: function.shape(),
            function,
            configuration: 0,
            halted_in: false,
            halted_out: false,
            reads: VecDeque::new(),
            receives_interrupts: false,
            interrupts_sent: 0,
        }
    }

    /// Plugs it in, with the descriptors that the function has now.
    pub(crate) fn connect(&mut self, out: &mut Answers) {
        self.shape = self.function.shape();
        self.configuration = 0;
        self.halted_in = false;
        self.halted_out = false;
        self.receives_interrupts = false;
        // What was asked of the one that it was before.
        self.reads.clear();
        self.tell_interface(out);
        out.device_connect(self.shape.vendor, self.shape.product);
    }

    /// Unplugs it: what the PC waits for comes no more.
    pub(crate) fn disconnect(&mut self, out: &mut Answers) {
        self.cancel_reads(out);
        out.device_disconnect();
    }

    /// Whether the PC waits for something that the function may have any time.
    pub(crate) fn is_awaited(&self) -> bool {
        !self.reads.is_empty() || self.receives_interrupts
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
                let status = if interface == 0 {
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
                if endpoint == BULK_IN {
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
        let Some(&(id, read)) = self.reads.front() else {
            return Next::Waits;
        };
        if self.halted_in {
            self.reads.pop_front();
            out.bulk(id, read, Status::Stall, &[]);
            return Next::Answered;
        }
        // Both fit: the length was found to be at most 64 MiB.
        match self.function.bulk_in(read.length_bytes as usize) {
            BulkIn::NotYet => Next::Waits,
            BulkIn::Unplugged => Next::Unplugged,
            BulkIn::Stall => {
                self.halted_in = true;
                // It is answered with the next look.
                Next::Answered
            }
            BulkIn::Data(data) => {
                assert!(
                    data.len() <= read.length_bytes as usize,
                    "the function gave {} bytes where {} were asked for",
                    data.len(),
                    read.length_bytes
                );
                self.reads.pop_front();
                out.bulk(id, read, Status::Success, &data);
                Next::Answered
            }
        }
    }

    fn tell_interface(&self, out: &mut Answers) {
        out.ep_info(endpoints(&self.shape), CONTROL_PACKET_BYTES);
        out.interface_info(self.shape.interface);
    }

    /// As after a reset: no session, no halt, nothing awaited.
    fn start_afresh(&mut self, out: &mut Answers) {
        self.cancel_reads(out);
        self.halted_in = false;
        self.halted_out = false;
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
        if (interface, alt) != (0, 0) {
            out.alt_setting_status(id, Status::Stall, interface, 0);
            return;
        }
        self.cancel_reads(out);
        self.clear_halts(true, true);
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
    }

    fn cancel_reads(&mut self, out: &mut Answers) {
        for (id, read) in self.reads.drain(..) {
            out.bulk(id, read, Status::Cancelled, &[]);
        }
    }

    fn bulk_out(&mut self, id: u64, endpoint: u8, stream: u32, data: &[u8], out: &mut Answers) {
        let length_bytes = u32::try_from(data.len()).expect("its length came in 32 bits");
        let mut transfer = BulkTransfer {
            endpoint,
            stream,
            length_bytes,
        };
        let status = if endpoint != BULK_OUT {
            Status::Invalid
        } else if self.halted_out {
            Status::Stall
        } else {
            // A transfer ends with a short packet, or an empty one.
            let is_end = data.is_empty() || !data.len().is_multiple_of(BULK_PACKET_BYTES.into());
            self.halted_out = !self.function.bulk_out(data, is_end);
            if self.halted_out {
                Status::Stall
            } else {
                Status::Success
            }
        };
        if status != Status::Success {
            transfer.length_bytes = 0;
        }
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
                let is_halted = match setup.index.to_le_bytes()[0] {
                    BULK_IN => self.halted_in,
                    BULK_OUT => self.halted_out,
                    0 | DEVICE_READS | INTERRUPT_IN => false,
                    _ => return None,
                };
                Some(vec![is_halted.into(), 0])
            }
            (ENDPOINT_WRITES, CLEAR_FEATURE | SET_FEATURE) if setup.value == ENDPOINT_HALT => {
                let is_halt = setup.request == SET_FEATURE;
                match setup.index.to_le_bytes()[0] {
                    BULK_IN if is_halt => self.halted_in = true,
                    BULK_OUT if is_halt => self.halted_out = true,
                    BULK_IN => self.clear_halts(true, false),
                    BULK_OUT => self.clear_halts(false, true),
                    INTERRUPT_IN => {}
                    _ => return None,
                }
                Some(Vec::new())
            }
            _ => None,
        }
    }

    fn clear_halts(&mut self, of_in: bool, of_out: bool) {
        self.halted_in &= !of_in;
        self.halted_out &= !of_out;
        self.function.halt_cleared();
    }
}
