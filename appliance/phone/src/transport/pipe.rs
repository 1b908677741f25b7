//! The two bulk pipes, each wait with a deadline.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use log::{debug, warn};
use mtp_rs::ptp::PtpError;
use nusb::transfer::{
    Buffer, Bulk, BulkOrInterrupt, Completion, EndpointDirection, In, Out, TransferError,
};
use nusb::{Endpoint, MaybeFuture};

use super::ahead::{Ahead, TRANSFER_BYTES};
use crate::spares::Spares;

/// How long the kernel may take to give a cancelled transfer back; it never takes long.
const GIVE_BACK_MAX: Duration = Duration::from_secs(5);

/// How often it is looked whether a device that sends nothing is still there.
const LOOK: Duration = Duration::from_secs(1);

const EIO: i32 = 5;
const EPIPE: i32 = 32;
const EPROTO: i32 = 71;

/// What a failed transfer means.
pub(super) fn failure(error: TransferError) -> PtpError {
    let errno = match error {
        TransferError::Disconnected => return PtpError::Disconnected,
        TransferError::Cancelled => return PtpError::Timeout,
        TransferError::Stall => EPIPE,
        TransferError::Fault => EPROTO,
        TransferError::InvalidArgument => EIO,
        TransferError::Unknown(errno) => i32::try_from(errno).unwrap_or(EIO),
    };
    PtpError::Io(std::io::Error::from_raw_os_error(errno))
}

/// To the device.
pub(super) struct OutPipe(pub(super) Endpoint<Bulk, Out>);

impl OutPipe {
    /// Sends one transfer.
    pub(super) fn send(&mut self, bytes: &[u8], limit: Duration) -> Result<(), PtpError> {
        // What an earlier call gave up on may not have come back yet.
        take_back(&mut self.0)?;
        self.0.submit(Buffer::from(bytes));
        let Some(completion) = self.0.wait_next_complete(limit) else {
            take_back(&mut self.0)?;
            return Err(PtpError::Timeout);
        };
        completion.status.map_err(|error| {
            clear_stall(&mut self.0, error);
            failure(error)
        })
    }

    /// Takes a stall away, which the device has told of in another way.
    pub(super) fn clear(&mut self) -> Result<(), PtpError> {
        take_back(&mut self.0)?;
        clear_stall(&mut self.0, TransferError::Stall);
        Ok(())
    }
}

/// From the device, with transfers queued ahead.
pub(super) struct InPipe {
    endpoint: Endpoint<Bulk, In>,
    /// The device's folder in sysfs.
    entry: PathBuf,
    ahead: Ahead,
    spares: Spares,
}

impl InPipe {
    pub(super) fn new(endpoint: Endpoint<Bulk, In>, entry: PathBuf, spares: Spares) -> Self {
        Self {
            endpoint,
            entry,
            ahead: Ahead::default(),
            spares,
        }
    }

    /// The next transfer, with as many queued behind it as are surely needed for so many bytes. After [`PtpError::Timeout`] they still
    /// wait, so that nothing is lost.
    pub(super) fn receive(
        &mut self,
        awaited_bytes: usize,
        limit: Duration,
    ) -> Result<Vec<u8>, PtpError> {
        let packet_bytes = self.endpoint.max_packet_size();
        while let Some(bytes) = self.ahead.next_transfer(awaited_bytes, packet_bytes) {
            self.ahead.add(bytes);
            self.endpoint.submit(self.buffer(bytes));
        }
        let completion = self.wait(limit)?;
        self.ahead.remove(completion.buffer.requested_len());
        if let Err(error) = completion.status {
            debug!("a transfer failed: {error}");
            self.take_back()?;
            clear_stall(&mut self.endpoint, error);
            return Err(failure(error));
        }
        Ok(self.fitting(completion))
    }

    /// The transfer that waits longest. Where the kernel notices the end of the device before it has given back what waits for it, nusb 0.2 takes
    /// the first for the sign that nothing waits any more, and never fetches the rest: so that it is looked whether the device is still there.
    fn wait(&mut self, limit: Duration) -> Result<Completion, PtpError> {
        let deadline = Instant::now() + limit;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if let Some(completion) = self.endpoint.wait_next_complete(left.min(LOOK)) {
                return Ok(completion);
            }
            if !self.entry.exists() {
                return Err(PtpError::Disconnected);
            }
            if left <= LOOK {
                return Err(PtpError::Timeout);
            }
        }
    }

    /// Memory for a transfer of so many bytes: that of a whole one, unless it is short.
    fn buffer(&self, bytes: usize) -> Buffer {
        if !(TRANSFER_BYTES / 2..=TRANSFER_BYTES).contains(&bytes) {
            return Buffer::new(bytes);
        }
        let mut buffer = Buffer::from(self.spares.take());
        buffer.set_requested_len(bytes);
        buffer
    }

    /// The received bytes, without the memory of a long transfer for a few of them.
    fn fitting(&self, completion: Completion) -> Vec<u8> {
        let transfer = completion.buffer.into_vec();
        if transfer.len() >= transfer.capacity() / 2 {
            return transfer;
        }
        let fitting = transfer.clone();
        self.spares.give_back(transfer);
        fitting
    }

    /// Takes back what still waits for data, and counts what came after all.
    pub(super) fn take_back(&mut self) -> Result<usize, PtpError> {
        if self.endpoint.pending() == 0 {
            return Ok(0);
        }
        let bytes = take_back(&mut self.endpoint)?;
        self.ahead = Ahead::default();
        Ok(bytes)
    }

    /// Reads and counts what comes until nothing has come for so long, or until `is_last` says so of a transfer. A stall is cleared, and
    /// the reading goes on. [`PtpError::Timeout`] where the device still sends after the limit.
    pub(super) fn drain(
        &mut self,
        quiet: Duration,
        limit: Duration,
        is_last: &dyn Fn(&[u8]) -> bool,
    ) -> Result<usize, PtpError> {
        let deadline = Instant::now() + limit;
        let mut drained_bytes = 0;
        while Instant::now() < deadline {
            match self.receive(TRANSFER_BYTES, quiet) {
                Ok(transfer) => {
                    drained_bytes += transfer.len();
                    if is_last(&transfer) {
                        return Ok(drained_bytes + self.take_back()?);
                    }
                }
                Err(PtpError::Timeout) => return Ok(drained_bytes + self.take_back()?),
                Err(PtpError::Io(error)) if error.raw_os_error() == Some(EPIPE) => {}
                Err(error) => return Err(error),
            }
        }
        self.take_back()?;
        Err(PtpError::Timeout)
    }

    /// Takes a stall away, which the device has told of in another way.
    pub(super) fn clear(&mut self) -> Result<(), PtpError> {
        self.take_back()?;
        clear_stall(&mut self.endpoint, TransferError::Stall);
        Ok(())
    }
}

/// Cancels all transfers that wait, and takes them back; how many bytes they had.
pub(super) fn take_back<Kind: BulkOrInterrupt, Direction: EndpointDirection>(
    endpoint: &mut Endpoint<Kind, Direction>,
) -> Result<usize, PtpError> {
    let mut bytes = 0;
    if endpoint.pending() > 0 {
        endpoint.cancel_all();
    }
    while endpoint.pending() > 0 {
        let Some(completion) = endpoint.wait_next_complete(GIVE_BACK_MAX) else {
            warn!("the kernel does not give a cancelled transfer back");
            return Err(PtpError::Timeout);
        };
        bytes += completion.actual_len;
    }
    Ok(bytes)
}

/// After a stall, clears the endpoint's halt, at the device and here (USB 2.0, section 5.8.5). Nothing may wait on it then.
fn clear_stall<Kind: BulkOrInterrupt, Direction: EndpointDirection>(
    endpoint: &mut Endpoint<Kind, Direction>,
    error: TransferError,
) {
    if error == TransferError::Stall
        && let Err(error) = endpoint.clear_halt().wait()
    {
        // The next transfer fails as well then, and says so.
        warn!("a stall could not be cleared: {error}");
    }
}
