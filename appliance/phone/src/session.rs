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
use std::time::{Duration, Instant};

use mtp_rs::ptp::{OperationCode, PtpError, ResponseCode};
use mtp_rs::transport::Transport;

use crate::deadline::{Patience, block_within};
use crate::handshake::{self, PIPE_QUIET};
use crate::spares::Spares;
use crate::transaction::{Answer, Piece, Step, command};

/// How often an exchange is tried anew while the device says that it is busy.
const BUSY_RETRIES: u32 = 5;

/// The longest answer about a folder or an object that we take: the handles of 16 million objects, the names of half a million.
pub(crate) const ANSWER_BYTES_MAX: usize = 64 << 20;

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

/// What state the session is in, as far as we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Open, and nothing is on its way.
    Ready,
    /// Something failed: the device may have more to say about what is over for us.
    Unknown,
}

/// An object's handle and the session that it was given in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Handle {
    pub(crate) epoch: u32,
    pub(crate) number: u32,
}

/// A question with an answer that we keep in memory.
struct Question<'a> {
    operation: OperationCode,
    parameters: &'a [u32],
    limit_bytes: usize,
    /// For the whole answer, or for each piece of it.
    deadline: Deadline,
}

/// How long an answer may take.
#[derive(Clone, Copy, Debug)]
enum Deadline {
    ForAll(Duration),
    ForEachPiece(Duration),
}

/// A session with a device, or the means to open one again.
pub(crate) struct Session {
    transport: Arc<dyn Transport>,
    state: State,
    /// Which of the sessions that the device has had with us it is.
    epoch: u32,
    /// Of this session; 0 stands for no session, and 0xFFFFFFFF for none of all (ISO 15740, section 9.3.1).
    next_transaction: u32,
    patience: Patience,
    spares: Spares,
}

impl Session {
    /// Opens a session. Closes and opens it again where the device remembers one.
    pub(crate) fn open(
        transport: Arc<dyn Transport>,
        patience: Patience,
        spares: Spares,
    ) -> Result<Self, PtpError> {
        handshake::open(&*transport, patience)?;
        Ok(Self {
            transport,
            state: State::Ready,
            epoch: 1,
            next_transaction: 1,
            patience,
            spares,
        })
    }

    /// Sends a command and collects the data of its answer.
    pub(crate) fn read(
        &mut self,
        operation: OperationCode,
        parameters: &[u32],
    ) -> Result<Vec<u8>, PtpError> {
        self.dataset(None, operation, parameters)
    }

    /// The same for a command about an object, whose handle is the first parameter.
    pub(crate) fn read_of(
        &mut self,
        handle: Handle,
        operation: OperationCode,
        parameters: &[u32],
    ) -> Result<Vec<u8>, PtpError> {
        let parameters = [&[handle.number], parameters].concat();
        self.dataset(Some(handle), operation, &parameters)
    }

    /// What is directly in a folder, by the number that stands for it; the folder's handle where it has one.
    pub(crate) fn handles(
        &mut self,
        storage: u32,
        parent: u32,
        folder: Option<Handle>,
    ) -> Result<Vec<u8>, PtpError> {
        let parameters = [storage, 0, parent];
        self.dataset(folder, OperationCode::GetObjectHandles, &parameters)
    }

    /// Bytes of an object, as many as `limit_bytes` at most, in the pieces in which they came. `between` is called with the length of each
    /// piece, while the transport goes on reading.
    pub(crate) fn read_part(
        &mut self,
        handle: Handle,
        operation: OperationCode,
        parameters: &[u32],
        limit_bytes: usize,
        between: &mut dyn FnMut(usize),
    ) -> Result<Vec<Piece>, PtpError> {
        let question = Question {
            operation,
            parameters: &[&[handle.number], parameters].concat(),
            limit_bytes,
            deadline: Deadline::ForEachPiece(self.patience.exchange),
        };
        self.exchange(Some(handle), &question, between)
    }

    /// Handles that the device has just named.
    pub(crate) fn adopt(&self, numbers: Vec<u32>) -> Vec<Handle> {
        let epoch = self.epoch;
        let numbers = numbers.into_iter();
        numbers.map(|number| Handle { epoch, number }).collect()
    }

    /// Where the memory of pieces goes when they were handed on.
    pub(crate) fn spares(&self) -> Spares {
        self.spares.clone()
    }

    /// The session that handles are good for now.
    pub(crate) fn epoch(&self) -> u32 {
        self.epoch
    }

    fn dataset(
        &mut self,
        about: Option<Handle>,
        operation: OperationCode,
        parameters: &[u32],
    ) -> Result<Vec<u8>, PtpError> {
        let question = Question {
            operation,
            parameters,
            limit_bytes: ANSWER_BYTES_MAX,
            deadline: Deadline::ForAll(self.patience.exchange),
        };
        let pieces = self.exchange(about, &question, &mut |_| {})?;
        let pieces: Vec<&[u8]> = pieces.iter().map(|piece| &**piece).collect();
        Ok(pieces.concat())
    }

    fn exchange(
        &mut self,
        about: Option<Handle>,
        question: &Question<'_>,
        between: &mut dyn FnMut(usize),
    ) -> Result<Vec<Piece>, PtpError> {
        let mut busy_count = 0;
        let mut reopened = false;
        loop {
            self.ready()?;
            self.check(about)?;
            match self.ask(question, between) {
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

    /// One transaction from its command to its response.
    fn ask(
        &mut self,
        question: &Question<'_>,
        between: &mut dyn FnMut(usize),
    ) -> Result<Vec<Piece>, PtpError> {
        let started = Instant::now();
        let mut answer = self.begin(question.operation, question.parameters, 0)?;
        let mut pieces = Vec::new();
        let mut received_bytes = 0;
        loop {
            let limit = match question.deadline {
                Deadline::ForEachPiece(limit) => limit,
                // A transport that waits by itself is not interrupted, so it is asked again only while there is time.
                Deadline::ForAll(limit) => limit
                    .checked_sub(started.elapsed())
                    .ok_or(PtpError::Timeout)?,
            };
            let Some(piece) = next(&*self.transport, &mut answer, limit)? else {
                return Ok(pieces);
            };
            received_bytes += piece.len();
            if received_bytes > question.limit_bytes {
                return Err(PtpError::invalid_data("longer than was asked for"));
            }
            let piece_bytes = piece.len();
            pieces.push(piece);
            between(piece_bytes);
        }
    }

    fn begin(
        &mut self,
        operation: OperationCode,
        parameters: &[u32],
        expected_bytes: u64,
    ) -> Result<Answer, PtpError> {
        let transaction = self.next_transaction;
        self.next_transaction = match transaction.wrapping_add(1) {
            u32::MAX => 1,
            next => next,
        };
        let bytes = command(operation, transaction, parameters);
        block_within(self.patience.exchange, self.transport.send_bulk(&bytes))?;
        Ok(Answer::new(operation, transaction, expected_bytes))
    }

    /// Reads a whole object by GetObject, handing its pieces to `sink` as they come. The session is free again afterwards.
    pub(crate) fn stream_object(
        &mut self,
        handle: Handle,
        size_bytes: u64,
        sink: &mut dyn FnMut(Piece) -> ControlFlow<()>,
    ) -> Result<Streamed, PtpError> {
        self.ready()?;
        self.check(Some(handle))?;
        self.stream(handle, size_bytes, sink)
            .map_err(|error| self.after_failure(error))
    }

    fn stream(
        &mut self,
        handle: Handle,
        size_bytes: u64,
        sink: &mut dyn FnMut(Piece) -> ControlFlow<()>,
    ) -> Result<Streamed, PtpError> {
        let limit = self.patience.exchange;
        let transaction = self.next_transaction;
        let mut answer = self.begin(OperationCode::GetObject, &[handle.number], size_bytes)?;
        while let Some(piece) = next(&*self.transport, &mut answer, limit)? {
            if sink(piece).is_break() {
                let cancel = self.transport.cancel_transfer(transaction, PIPE_QUIET);
                match block_within(limit, cancel) {
                    Ok(()) => {}
                    Err(error @ PtpError::Disconnected) => return Err(error),
                    Err(error) => {
                        log::info!("a transfer could not be cancelled: {error}");
                        self.state = State::Unknown;
                    }
                }
                return Ok(Streamed::Stopped);
            }
        }
        Ok(Streamed::Whole)
    }

    /// Says good-bye, so that the next one to open the device finds it as new.
    pub(crate) fn close(&mut self) {
        if self.state != State::Ready {
            return;
        }
        self.state = State::Unknown;
        let question = Question {
            operation: OperationCode::CloseSession,
            parameters: &[],
            limit_bytes: 0,
            deadline: Deadline::ForAll(CLOSE_MAX),
        };
        // The device may be gone or silent by now, and nothing of ours is left in it that could be lost.
        if let Err(error) = self.ask(&question, &mut |_| {}) {
            log::debug!("closing the session: {error}");
        }
    }

    /// Sees to it that a session is open, where something had failed too.
    fn ready(&mut self) -> Result<(), PtpError> {
        if self.state == State::Ready {
            return Ok(());
        }
        thread::sleep(self.patience.quiet);
        let mut answer = self.ask_for_session();
        if let Err(PtpError::Io(error)) = &answer {
            // Leftovers without end halt a strict device at the question; the halt, which is cleared by now, ends them.
            log::info!("the question for a session failed, once more: {error}");
            answer = self.ask_for_session();
        }
        match answer {
            // It has kept its session, and with it the handles and our count of transactions.
            Ok(ResponseCode::SessionAlreadyOpen) => {}
            Ok(ResponseCode::Ok) => {
                self.epoch += 1;
                self.next_transaction = 1;
            }
            Ok(_) => return self.renew(),
            Err(error) => {
                // It may have begun a new session, of which only the answer was lost.
                self.epoch += 1;
                return Err(error);
            }
        }
        self.state = State::Ready;
        Ok(())
    }

    /// Reads leftovers away, and asks whether there is a session.
    fn ask_for_session(&self) -> Result<ResponseCode, PtpError> {
        let drained_bytes = handshake::drain(&*self.transport)?;
        log::info!("opening the session again, {drained_bytes} bytes of leftovers read away");
        handshake::ask_again(&*self.transport, self.patience)
    }

    /// Begins a new session, in which no handle of before means anything.
    fn renew(&mut self) -> Result<(), PtpError> {
        self.state = State::Unknown;
        self.epoch += 1;
        handshake::open(&*self.transport, self.patience)?;
        self.next_transaction = 1;
        self.state = State::Ready;
        Ok(())
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
                self.state = State::Unknown;
                match self.ready() {
                    Err(PtpError::Disconnected) => PtpError::Disconnected,
                    // Whatever else the reopening ran into, the next exchange will meet it again.
                    _ => error,
                }
            }
            _ => {
                self.state = State::Unknown;
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

/// The next piece of data; `None` when the response has said OK.
fn next(
    transport: &dyn Transport,
    answer: &mut Answer,
    limit: Duration,
) -> Result<Option<Piece>, PtpError> {
    loop {
        let step = match answer.take_rest() {
            Some(step) => step?,
            None => {
                let receive = transport.receive_bulk(answer.awaited_bytes());
                answer.take(block_within(limit, receive)?)?
            }
        };
        match step {
            Step::Data(piece) => return Ok(Some(piece)),
            Step::More => {}
            Step::Over => return Ok(None),
        }
    }
}
