//! The USB end of the cable: bulk pipes with several transfers queued ahead, behind mtp-rs's [`Transport`].
//!
//! What [`Transport::receive_bulk`] is asked for is how much will surely still come, and it is answered with what one transfer brought:
//! not more, never less than the device sent, and in order. Nothing resets the device. Every wait has a deadline.

mod ahead;
mod cancel;
mod pipe;

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use heirloom_engine::SourceError;
use mtp_rs::ptp::PtpError;
use mtp_rs::transport::Transport;
use nusb::transfer::{Bulk, In, Interrupt};
use nusb::{Endpoint, Interface, MaybeFuture};

use crate::error::family_of_usb;
use crate::interface::Endpoints;
use crate::spares::Spares;
pub(crate) use ahead::TRANSFER_BYTES;
use pipe::{InPipe, OutPipe, take_back};

/// How a device is reached.
pub(crate) struct Link {
    pub(crate) endpoints: Endpoints,
    /// Its folder in sysfs, which goes when it is unplugged.
    pub(crate) entry: PathBuf,
    /// For one transfer.
    pub(crate) patience: Duration,
}

/// An interface of a device, claimed.
pub(crate) struct UsbTransport {
    interface: Interface,
    input: Mutex<InPipe>,
    output: Mutex<OutPipe>,
    events: Option<Mutex<Endpoint<Interrupt, In>>>,
    /// For one transfer.
    patience: Duration,
}

impl UsbTransport {
    /// Claims an interface. What is received comes in memory of `spares`, where there is some.
    pub(crate) fn claim(
        device: &nusb::Device,
        link: Link,
        spares: Spares,
    ) -> Result<Self, SourceError> {
        let Link {
            endpoints,
            entry,
            patience,
        } = link;
        let failed = |error: nusb::Error| family_of_usb(&error);
        let interface = device
            .claim_interface(endpoints.interface)
            .wait()
            .map_err(failed)?;
        let input = interface
            .endpoint::<Bulk, In>(endpoints.bulk_in)
            .map_err(failed)?;
        let output = interface.endpoint(endpoints.bulk_out).map_err(failed)?;
        let events = match endpoints.interrupt_in {
            Some(address) => Some(Mutex::new(interface.endpoint(address).map_err(failed)?)),
            None => None,
        };
        Ok(Self {
            interface,
            input: Mutex::new(InPipe::new(input, entry, spares)),
            output: Mutex::new(OutPipe(output)),
            events,
            patience,
        })
    }
}

/// A pipe holds no state that a panic could leave half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

// The waits are nusb's blocking ones: a session has a thread of its own, and a second timer for each transfer would only cost time.
#[async_trait]
impl Transport for UsbTransport {
    async fn send_bulk(&self, data: &[u8]) -> Result<(), PtpError> {
        // Transfers still wait only where less came than the device had said. What they may have got since belongs to nothing any more.
        let stray_bytes = lock(&self.input).take_back()?;
        if stray_bytes > 0 {
            log::info!("{stray_bytes} bytes came between two exchanges");
        }
        lock(&self.output).send(data, self.patience)
    }

    async fn receive_bulk(&self, awaited_bytes: usize) -> Result<Vec<u8>, PtpError> {
        lock(&self.input).receive(awaited_bytes, self.patience)
    }

    /// Nobody asks for events: what changes on the device shows in the next listing.
    async fn receive_interrupt(&self) -> Result<Vec<u8>, PtpError> {
        Err(PtpError::Timeout)
    }

    async fn cancel_transfer(&self, transaction: u32, quiet: Duration) -> Result<(), PtpError> {
        self.cancel(transaction, quiet)
    }

    async fn drain_bulk_in(&self, quiet: Duration, limit: Duration) -> Result<usize, PtpError> {
        lock(&self.input).drain(quiet, limit, &|_| false)
    }

    /// Not done: a reset has silenced phones until they were unplugged.
    async fn reset_device(&self) -> Result<(), PtpError> {
        Err(PtpError::Timeout)
    }
}
