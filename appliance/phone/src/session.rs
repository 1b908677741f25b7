//! One exchange at a time with a device, each with a deadline, and the way back after one that failed.
//!
//! **Invariant:** after any failure but a plain refusal, nothing more is sent as if nothing had happened. The next exchange first
//! waits a moment, reads away what the device still had to say, and asks for a session: quietly, without a cancel request and without
//! a reset, since both have silenced phones until they were unplugged.
//!
//! **Invariant:** a handle is good for the session that it was given in (ISO 15740), and no longer. Some devices count
//! from one in each session, so the same number would be another file. Where the device has kept its session, so do the handles.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use mtp_rs::ptp::{
    DeviceInfo, OperationCode, PtpError, PtpSession, ReceiveStream, ResponseCode, StorageId,
    StorageInfo,
};
use mtp_rs::transport::Transport;

use crate::deadline::{Patience, block_within};
use crate::handshake;

/// How often an exchange is tried anew while the device says that it is busy.
const BUSY_RETRIES: u32 = 5;

/// The longest answer about a folder or an object that we take: the handles of 16 million objects, the names of half a million.
pub(crate) const ANSWER_BYTES_MAX: usize = 64 << 20;

/// How long a bulk pipe must be silent to count as read empty: what libmtp and Windows use.
const PIPE_QUIET: Duration = Duration::from_millis(300);

/// How long leftovers are read away before we give up on the session: more than a whole window of a file takes.
const DRAIN_MAX: Duration = Duration::from_secs(10);

/// How long a polite good-bye may take.
const CLOSE_MAX: Duration = Duration::from_secs(2);

/// How the reading of a whole file ended without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Streamed {
    /// The device has sent all.
    Whole,
    /// The sink asked to stop, and the device has been told.
    Stopped,
}

/// Whether the device may have more to say about what is over for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pipes {
    Empty,
    Unknown,
}

/// An object's handle and the session that it was given in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Handle {
    pub(crate) epoch: u32,
    pub(crate) number: u32,
}

/// A session with a device, or the means to open one again.
pub(crate) struct Session {
    transport: Arc<dyn Transport>,
    /// `None` once something failed: what is in the pipes is not known then.
    ptp: Option<Arc<PtpSession>>,
    /// Which of the sessions that the device has had with us it is.
    epoch: u32,
    patience: Patience,
}

impl Session {
    /// Opens a session. Closes and opens it again where the device remembers one.
    pub(crate) fn open(
        transport: Arc<dyn Transport>,
        patience: Patience,
    ) -> Result<Self, PtpError> {
        let ptp = handshake::open(&transport, patience)?;
        Ok(Self {
            transport,
            ptp: Some(ptp),
            epoch: 1,
            patience,
        })
    }

    /// Sends a command and collects the data of its answer, which may have up to `limit_bytes`.
    pub(crate) fn read(
        &mut self,
        operation: OperationCode,
        parameters: &[u32],
        limit_bytes: usize,
    ) -> Result<Vec<u8>, PtpError> {
        self.exchange(None, async |ptp| {
            collect(ptp, operation, parameters, limit_bytes).await
        })
    }

    /// The same for a command about an object, whose handle is the first parameter.
    pub(crate) fn read_of(
        &mut self,
        handle: Handle,
        operation: OperationCode,
        parameters: &[u32],
        limit_bytes: usize,
    ) -> Result<Vec<u8>, PtpError> {
        let parameters = [&[handle.number], parameters].concat();
        self.exchange(Some(handle), async |ptp| {
            collect(ptp, operation, &parameters, limit_bytes).await
        })
    }

    /// What is directly in a folder, by the number that stands for it; the folder's handle where it has one.
    pub(crate) fn handles(
        &mut self,
        storage: u32,
        parent: u32,
        folder: Option<Handle>,
    ) -> Result<Vec<u8>, PtpError> {
        let parameters = [storage, 0, parent];
        self.exchange(folder, async |ptp| {
            let operation = OperationCode::GetObjectHandles;
            collect(ptp, operation, &parameters, ANSWER_BYTES_MAX).await
        })
    }

    /// Handles that the device has just named.
    pub(crate) fn adopt(&self, numbers: Vec<u32>) -> Vec<Handle> {
        let epoch = self.epoch;
        let numbers = numbers.into_iter();
        numbers.map(|number| Handle { epoch, number }).collect()
    }

    /// The session that handles are good for now.
    pub(crate) fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Who the device says it is.
    pub(crate) fn device_info(&mut self) -> Result<DeviceInfo, PtpError> {
        self.exchange(None, async |ptp| ptp.get_device_info().await)
    }

    /// What a storage says it is.
    pub(crate) fn storage_info(&mut self, storage: u32) -> Result<StorageInfo, PtpError> {
        self.exchange(None, async |ptp| {
            ptp.get_storage_info(StorageId(storage)).await
        })
    }

    fn exchange<T>(
        &mut self,
        about: Option<Handle>,
        ask: impl AsyncFn(&Arc<PtpSession>) -> Result<T, PtpError>,
    ) -> Result<T, PtpError> {
        let mut busy_count = 0;
        let mut reopened = false;
        loop {
            let ptp = self.ready()?;
            self.check(about)?;
            match block_within(self.patience.exchange, ask(&ptp)) {
                Err(error) if busy_count < BUSY_RETRIES && is_busy(&error) => {
                    busy_count += 1;
                    thread::sleep(self.patience.quiet);
                }
                Err(error) if !reopened && is_out_of_session(&error) => {
                    reopened = true;
                    self.renew()?;
                }
                Err(error) => return Err(self.after_failure(error)),
                Ok(answer) => return Ok(answer),
            }
        }
    }

    /// Reads a whole object by GetObject, handing its pieces to `sink` as they come. The session is free again afterwards.
    pub(crate) fn stream_object(
        &mut self,
        handle: Handle,
        size_bytes: u64,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Streamed, PtpError> {
        let ptp = self.ready()?;
        self.check(Some(handle))?;
        let limit = self.patience.exchange;
        let start = async {
            let parameters = [handle.number];
            ptp.execute_with_receive_stream_sized(OperationCode::GetObject, &parameters, size_bytes)
                .await
        };
        // A stream holds the session until it is dropped, so it lives no longer than this match.
        let result = match block_within(limit, start) {
            Ok(mut stream) => drain_into(&mut stream, limit, sink),
            Err(error) => Err(error),
        };
        match result {
            Ok((ended, pipes)) => {
                if pipes == Pipes::Unknown {
                    self.ptp = None;
                }
                Ok(ended)
            }
            Err(error) => Err(self.after_failure(error)),
        }
    }

    /// Says good-bye, so that the next one to open the device finds it as new.
    pub(crate) fn close(&mut self) {
        if let Some(ptp) = self.ptp.take() {
            // The device may be gone or silent by now, and nothing of ours is left in it that could be lost.
            if let Err(error) =
                block_within(CLOSE_MAX, ptp.execute(OperationCode::CloseSession, &[]))
            {
                log::debug!("closing the session: {error}");
            }
        }
    }

    /// The open session, opened again where something had failed.
    fn ready(&mut self) -> Result<Arc<PtpSession>, PtpError> {
        if let Some(ptp) = &self.ptp
            && !ptp.needs_recovery()
        {
            return Ok(Arc::clone(ptp));
        }
        self.ptp = None;
        thread::sleep(self.patience.quiet);
        let drained = block_within(
            DRAIN_MAX + PIPE_QUIET,
            self.transport.drain_bulk_in(PIPE_QUIET, DRAIN_MAX),
        )?;
        log::info!("opening the session again, {drained} bytes of leftovers read away");
        match block_within(self.patience.exchange, handshake::ask(&self.transport)) {
            // It has kept its session, and with it the handles.
            Ok(ResponseCode::SessionAlreadyOpen) => {}
            Ok(ResponseCode::Ok) => self.epoch += 1,
            Ok(_) => return self.renew(),
            Err(error) => {
                // It may have begun a new session, of which only the answer was lost.
                self.epoch += 1;
                return Err(error);
            }
        }
        let ptp = handshake::reuse(&self.transport, self.patience)?;
        self.ptp = Some(Arc::clone(&ptp));
        Ok(ptp)
    }

    /// Begins a new session, in which no handle of before means anything.
    fn renew(&mut self) -> Result<Arc<PtpSession>, PtpError> {
        self.ptp = None;
        self.epoch += 1;
        let ptp = handshake::open(&self.transport, self.patience)?;
        self.ptp = Some(Arc::clone(&ptp));
        Ok(ptp)
    }

    /// Answers for the device about a handle of an earlier session.
    fn check(&self, handle: Option<Handle>) -> Result<(), PtpError> {
        match handle {
            Some(handle) if handle.epoch != self.epoch => Err(PtpError::Protocol {
                code: ResponseCode::InvalidObjectHandle,
                operation: OperationCode::GetObject,
            }),
            _ => Ok(()),
        }
    }

    /// Takes the session out of use unless the failure was an orderly refusal. A transfer that merely failed is looked into further: a
    /// cable pulled out shows as a fault first and as an absence only at the next try.
    fn after_failure(&mut self, error: PtpError) -> PtpError {
        match error {
            PtpError::Protocol { .. } => error,
            PtpError::Io(_) => {
                self.ptp = None;
                match self.ready() {
                    Err(PtpError::Disconnected) => PtpError::Disconnected,
                    // Whatever else the reopening ran into, the next exchange will meet it again.
                    _ => error,
                }
            }
            _ => {
                self.ptp = None;
                error
            }
        }
    }
}

/// Whether the device knows nothing of our session, or not of its count of transactions.
fn is_out_of_session(error: &PtpError) -> bool {
    matches!(
        error,
        PtpError::Protocol {
            code: ResponseCode::SessionNotOpen | ResponseCode::InvalidTransactionId,
            ..
        }
    )
}

/// Whether the device asks for a moment.
pub(crate) fn is_busy(error: &PtpError) -> bool {
    matches!(error, PtpError::Protocol { code, .. } if *code == ResponseCode::DeviceBusy)
}

/// The data of one answer. It is streamed and not read by mtp-rs in one go, so that a device can't make us hold gigabytes, and since
/// the stream alone copes with a zero-length packet after the data.
async fn collect(
    ptp: &Arc<PtpSession>,
    operation: OperationCode,
    parameters: &[u32],
    limit_bytes: usize,
) -> Result<Vec<u8>, PtpError> {
    let mut stream = ptp
        .execute_with_receive_stream(operation, parameters)
        .await?;
    let mut data = Vec::new();
    while let Some(piece) = stream.next_chunk().await {
        let piece = piece?;
        if data.len() + piece.len() > limit_bytes {
            return Err(PtpError::invalid_data("longer than was asked for"));
        }
        data.extend_from_slice(&piece);
    }
    Ok(data)
}

fn drain_into(
    stream: &mut ReceiveStream,
    limit: Duration,
    sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<(Streamed, Pipes), PtpError> {
    loop {
        let piece = block_within(limit, async { stream.next_chunk().await.transpose() })?;
        match piece {
            Some(piece) if piece.is_empty() => {}
            Some(piece) => {
                if sink(&piece).is_break() {
                    return match block_within(limit, stream.cancel(PIPE_QUIET)) {
                        Ok(()) => Ok((Streamed::Stopped, Pipes::Empty)),
                        Err(error @ PtpError::Disconnected) => Err(error),
                        Err(error) => {
                            log::info!("a transfer could not be cancelled: {error}");
                            Ok((Streamed::Stopped, Pipes::Unknown))
                        }
                    };
                }
            }
            None => return Ok((Streamed::Whole, Pipes::Empty)),
        }
    }
}
