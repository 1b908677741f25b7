//! Telling a device to stop sending an object (USB Still Image Capture Device Definition 1.0, sections 5.2 and 7.2.2). Only for devices
//! that can read no part of a file, when a person stops.

use std::thread;
use std::time::{Duration, Instant};

use mtp_rs::ptp::{PtpError, ResponseCode};
use nusb::MaybeFuture;
use nusb::transfer::{Buffer, ControlIn, ControlOut, ControlType, Recipient, TransferError};

use super::pipe::failure;
use super::{UsbTransport, lock, take_back};
use crate::transaction::response;

const CANCEL_REQUEST: u8 = 0x64;
const CANCELLATION_CODE: u16 = 0x4001;
const GET_DEVICE_STATUS_REQUEST: u8 = 0x67;

/// For a control request: what libmtp and Windows allow.
const CONTROL_MAX: Duration = Duration::from_millis(300);

/// How long a device may go on sending; one that does not know the request sends all of the object.
const SENDING_MAX: Duration = Duration::from_secs(30);

/// How long a device may be busy with cancelling, and how often it is asked.
const BUSY_MAX: Duration = Duration::from_secs(5);
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// The longest status of a device: its code and a few stalled endpoints.
const STATUS_BYTES: u16 = 64;

impl UsbTransport {
    /// The order matters (mtp-rs, libmtp): what is in the pipe is read at once after the request, then the event, and only then is the
    /// device asked whether it is ready, which cameras wait for and Android does not know.
    pub(super) fn cancel(&self, transaction: u32, quiet: Duration) -> Result<(), PtpError> {
        self.request_cancel(transaction)?;
        let is_last = |transfer: &[u8]| {
            // An object's last bytes may look like a response, but not like one to this very transaction.
            response(transfer).is_some_and(|(_, answered)| answered == transaction)
        };
        let drained_bytes = lock(&self.input).drain(quiet, SENDING_MAX, &is_last)?;
        log::info!("a transfer was cancelled, {drained_bytes} bytes of it read away");
        self.take_event(quiet)?;
        self.settle()
    }

    fn request_cancel(&self, transaction: u32) -> Result<(), PtpError> {
        let mut data = CANCELLATION_CODE.to_le_bytes().to_vec();
        data.extend(transaction.to_le_bytes());
        let request = ControlOut {
            control_type: ControlType::Class,
            recipient: Recipient::Interface,
            request: CANCEL_REQUEST,
            value: 0,
            index: u16::from(self.interface.interface_number()),
            data: &data,
        };
        match self.interface.control_out(request, CONTROL_MAX).wait() {
            // A device that does not know the request, or is too busy sending for it, is read to its end.
            Ok(()) | Err(TransferError::Stall | TransferError::Cancelled) => Ok(()),
            Err(error) => Err(failure(error)),
        }
    }

    /// Takes the event that tells of the cancelling: some devices wait for that.
    fn take_event(&self, quiet: Duration) -> Result<(), PtpError> {
        let Some(events) = &self.events else {
            return Ok(());
        };
        let mut endpoint = lock(events);
        take_back(&mut endpoint)?;
        let packet_bytes = endpoint.max_packet_size();
        endpoint.submit(Buffer::new(packet_bytes));
        if endpoint.wait_next_complete(quiet).is_none() {
            take_back(&mut endpoint)?;
        }
        Ok(())
    }

    /// Waits until the device is no longer busy, and clears the endpoints that it says it has stalled.
    fn settle(&self) -> Result<(), PtpError> {
        let deadline = Instant::now() + BUSY_MAX;
        while Instant::now() < deadline {
            let request = ControlIn {
                control_type: ControlType::Class,
                recipient: Recipient::Interface,
                request: GET_DEVICE_STATUS_REQUEST,
                value: 0,
                index: u16::from(self.interface.interface_number()),
                length: STATUS_BYTES,
            };
            let status = match self.interface.control_in(request, CONTROL_MAX).wait() {
                Ok(bytes) => Status::parse(&bytes),
                Err(TransferError::Stall) => None,
                Err(error) => return Err(failure(error)),
            };
            let Some(status) = status else {
                return Ok(());
            };
            if status.has_stalled_endpoints {
                lock(&self.input).clear()?;
                lock(&self.output).clear()?;
            }
            if status.code != ResponseCode::DeviceBusy {
                return Ok(());
            }
            thread::sleep(BUSY_PAUSE);
        }
        Err(PtpError::Timeout)
    }
}

/// What GetDeviceStatus tells.
#[derive(Debug, PartialEq, Eq)]
struct Status {
    code: ResponseCode,
    has_stalled_endpoints: bool,
}

impl Status {
    /// Length, code, and the numbers of the endpoints that are stalled.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let [length_low, length_high, code_low, code_high, ..] = *bytes else {
            return None;
        };
        let length = usize::from(u16::from_le_bytes([length_low, length_high]));
        Some(Self {
            code: ResponseCode::from(u16::from_le_bytes([code_low, code_high])),
            has_stalled_endpoints: length.min(bytes.len()) >= 8,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_tells_whether_the_device_is_busy_and_what_is_stalled() {
        let status = |code, has_stalled_endpoints| {
            Some(Status {
                code,
                has_stalled_endpoints,
            })
        };
        let table: &[(&[u8], Option<Status>)] = &[
            (&[4, 0, 0x01, 0x20], status(ResponseCode::Ok, false)),
            (
                &[4, 0, 0x19, 0x20, 0x81, 0, 0, 0],
                status(ResponseCode::DeviceBusy, false),
            ),
            (
                &[8, 0, 0x1F, 0x20, 0x81, 0, 0, 0],
                status(ResponseCode::TransactionCancelled, true),
            ),
            (&[0xFF, 0xFF, 0x01, 0x20], status(ResponseCode::Ok, false)),
            (&[4, 0, 1], None),
            (&[], None),
        ];
        for (bytes, expected) in table {
            assert_eq!(Status::parse(bytes), *expected, "{bytes:?}");
        }
    }
}
