//! A device attached without any USB: mtp-rs's transport straight onto a [`Function`], for tests that need no emulated PC.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures_timer::Delay;
use mtp_rs::ptp::PtpError;
use mtp_rs::transport::Transport;

use crate::function::{BulkIn, ControlOut, ControlRequest, Function};

/// The bulk packet of high speed. A host asks for whole packets.
const PACKET_BYTES: usize = 512;

/// What is read at a time when what is read is thrown away.
const DRAIN_BYTES: usize = 64 << 10;

/// How often a device that has nothing to say is asked again.
const POLL: Duration = Duration::from_millis(1);

/// The host's end of the cable, with what mtp-rs's own transport does on real USB: whole packets are asked for, a halt is cleared at once and
/// reported, a transfer that is waited for too long stays where it is.
pub struct InProcess {
    function: Mutex<Box<dyn Function>>,
    patience: Duration,
}

impl InProcess {
    /// Plugs a device in. A transfer is waited for as long as `patience` says.
    pub fn plug(function: impl Function + 'static, patience: Duration) -> Arc<Self> {
        Arc::new(Self {
            function: Mutex::new(Box::new(function)),
            patience,
        })
    }

    fn function(&self) -> MutexGuard<'_, Box<dyn Function>> {
        // A test that failed while it held the device says so itself.
        self.function.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the device has to say now. One that comes again is another device to the host, and whoever holds the one that it was is told so.
    fn bulk_in(&self, at_most_bytes: usize) -> BulkIn {
        let mut function = self.function();
        if function.comes_again() {
            return BulkIn::Unplugged;
        }
        function.bulk_in(at_most_bytes)
    }

    /// One transfer from the device, waited for so long.
    async fn read(&self, at_most_bytes: usize, patience: Duration) -> Result<Vec<u8>, PtpError> {
        let asked_bytes = at_most_bytes.next_multiple_of(PACKET_BYTES);
        let begun = Instant::now();
        loop {
            let answer = self.bulk_in(asked_bytes);
            match answer {
                BulkIn::Data(bytes) => return Ok(bytes),
                BulkIn::Unplugged => return Err(PtpError::Disconnected),
                BulkIn::Stall => {
                    self.function().halt_cleared();
                    return Err(halted());
                }
                BulkIn::NotYet if begun.elapsed() >= patience => return Err(PtpError::Timeout),
                BulkIn::NotYet => Delay::new(POLL).await,
            }
        }
    }

    /// Reads and forgets until the device is quiet for so long, or `is_last` says so.
    async fn drain(
        &self,
        quiet: Duration,
        at_most: Duration,
        is_last: impl Fn(&[u8]) -> bool,
    ) -> Result<usize, PtpError> {
        let begun = Instant::now();
        let mut drained_bytes = 0;
        while begun.elapsed() < at_most {
            match self.read(DRAIN_BYTES, quiet).await {
                Ok(bytes) => {
                    drained_bytes += bytes.len();
                    if is_last(&bytes) {
                        break;
                    }
                }
                Err(PtpError::Disconnected) => return Err(PtpError::Disconnected),
                Err(_) => break,
            }
        }
        Ok(drained_bytes)
    }

    fn control(&self, request_type: u8, request: u8, length: u16, data: &[u8]) -> ControlOut {
        let request = ControlRequest {
            request_type,
            request,
            value: 0,
            index: 0,
            length,
        };
        self.function().control(request, data)
    }
}

fn halted() -> PtpError {
    PtpError::Io(std::io::Error::other("endpoint stalled"))
}

/// Whether this is a whole response container, which ends a transaction.
fn is_response(bytes: &[u8]) -> bool {
    const RESPONSE: [u8; 2] = [3, 0];
    let length = bytes.get(..4).and_then(|four| four.try_into().ok());
    let length = length.map(u32::from_le_bytes);
    bytes.get(4..6) == Some(&RESPONSE) && length == u32::try_from(bytes.len()).ok()
}

#[async_trait]
impl Transport for InProcess {
    async fn send_bulk(&self, data: &[u8]) -> Result<(), PtpError> {
        let mut function = self.function();
        if function.comes_again() {
            return Err(PtpError::Disconnected);
        }
        if function.bulk_out(data, true) {
            return Ok(());
        }
        function.halt_cleared();
        Err(halted())
    }

    async fn receive_bulk(&self, max_size: usize) -> Result<Vec<u8>, PtpError> {
        self.read(max_size, self.patience).await
    }

    async fn receive_interrupt(&self) -> Result<Vec<u8>, PtpError> {
        let begun = Instant::now();
        loop {
            if let Some(event) = self.function().interrupt_in() {
                return Ok(event);
            }
            if begun.elapsed() >= self.patience {
                return Err(PtpError::Timeout);
            }
            Delay::new(POLL).await;
        }
    }

    async fn cancel_transfer(&self, transaction: u32, idle: Duration) -> Result<(), PtpError> {
        const CLASS_OUT: u8 = 0x21;
        const CANCEL: u8 = 0x64;
        const CANCELLATION_CODE: u16 = 0x4001;
        let mut data = CANCELLATION_CODE.to_le_bytes().to_vec();
        data.extend(transaction.to_le_bytes());
        // One that knows no such request sends the rest, which is read all the same.
        if self.control(CLASS_OUT, CANCEL, 6, &data) == ControlOut::Stall {
            log::info!("the device knows no cancelling");
        }
        self.drain(idle, Duration::MAX, is_response).await?;
        while self.function().interrupt_in().is_some() {}
        Ok(())
    }

    async fn drain_bulk_in(&self, idle: Duration, max: Duration) -> Result<usize, PtpError> {
        self.drain(idle, max, |_| false).await
    }

    async fn reset_device(&self) -> Result<(), PtpError> {
        const CLASS_OUT: u8 = 0x21;
        const RESET: u8 = 0x66;
        if self.control(CLASS_OUT, RESET, 0, &[]) == ControlOut::Stall {
            return Err(halted());
        }
        self.function().halt_cleared();
        Ok(())
    }
}
