//! Devices whose answers are the fuzzer's bytes. They answer at once or not at all, and have nothing to say when the bytes are used up.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use mtp_rs::ptp::PtpError;
use mtp_rs::transport::Transport;

/// What is still to be received, and what has been.
#[derive(Default)]
struct State {
    input: Vec<u8>,
    transfers: Vec<Vec<u8>>,
    received_bytes: usize,
}

/// How the bytes of the fuzzer become transfers.
enum Kind {
    /// Each begins with its length in two bytes.
    Raw,
    /// Each is the answer to a command: what kind of answer, the length of its data in two bytes, its data.
    Framed,
}

/// The device end of the cable.
pub(crate) struct Wire {
    kind: Kind,
    state: Mutex<State>,
}

const DATA: u16 = 2;
const RESPONSE: u16 = 3;

/// Response codes that the session treats differently.
const CODES: [u16; 8] = [
    0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2009, 0x2019, 0x201E,
];

impl Wire {
    pub(crate) fn raw(data: &[u8]) -> Self {
        Self::new(Kind::Raw, data)
    }

    pub(crate) fn framed(data: &[u8]) -> Self {
        Self::new(Kind::Framed, data)
    }

    fn new(kind: Kind, data: &[u8]) -> Self {
        let state = State {
            input: data.to_vec(),
            ..State::default()
        };
        Self {
            kind,
            state: Mutex::new(state),
        }
    }

    /// How many bytes have been received.
    pub(crate) fn received_bytes(&self) -> usize {
        self.lock().received_bytes
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The next bytes of the input, as many as there are.
    fn take(&mut self, count: usize) -> Vec<u8> {
        let count = count.min(self.input.len());
        self.input.drain(..count).collect()
    }

    fn length(&mut self) -> usize {
        let bytes = self.take(2);
        usize::from(u16::from_le_bytes([
            bytes.first().copied().unwrap_or_default(),
            bytes.get(1).copied().unwrap_or_default(),
        ]))
    }

    fn answer(&mut self, command: &[u8]) {
        let [kind] = self.take(1)[..] else {
            return;
        };
        let length = self.length();
        let payload = self.take(length);
        let code = u16::from_le_bytes([command[6], command[7]]);
        let transaction = &command[8..12];
        let has = |bit: u8| kind & bit != 0;
        if has(0x80) {
            // Silence, or bytes without any sense.
            self.transfers.push(payload);
            return;
        }
        if !has(0x08) {
            let mut length = 12 + payload.len() as u32;
            if has(0x10) {
                length += 100;
            }
            if has(0x40) {
                length = u32::MAX;
            }
            let header = container(length, DATA, code, transaction);
            if has(0x20) {
                self.transfers.push(header);
                self.transfers
                    .extend(payload.chunks(512).map(<[u8]>::to_vec));
            } else {
                self.transfers.push([header, payload].concat());
            }
        }
        let code = CODES[usize::from(kind & 7)];
        self.transfers
            .push(container(12, RESPONSE, code, transaction));
    }
}

fn container(length: u32, kind: u16, code: u16, transaction: &[u8]) -> Vec<u8> {
    let mut bytes = length.to_le_bytes().to_vec();
    bytes.extend(kind.to_le_bytes());
    bytes.extend(code.to_le_bytes());
    bytes.extend(transaction);
    bytes
}

#[async_trait]
impl Transport for Wire {
    async fn send_bulk(&self, command: &[u8]) -> Result<(), PtpError> {
        let mut state = self.lock();
        if let Kind::Framed = self.kind {
            state.transfers.clear();
            state.answer(command);
            state.transfers.reverse();
        }
        Ok(())
    }

    async fn receive_bulk(&self, bytes_max: usize) -> Result<Vec<u8>, PtpError> {
        let mut state = self.lock();
        let mut transfer = match self.kind {
            Kind::Framed => state.transfers.pop().ok_or(PtpError::Timeout)?,
            Kind::Raw if state.input.is_empty() => return Err(PtpError::Timeout),
            Kind::Raw => {
                let length = state.length();
                state.take(length)
            }
        };
        transfer.truncate(bytes_max);
        state.received_bytes += transfer.len();
        Ok(transfer)
    }

    async fn receive_interrupt(&self) -> Result<Vec<u8>, PtpError> {
        Err(PtpError::Timeout)
    }

    async fn cancel_transfer(&self, _transaction: u32, _quiet: Duration) -> Result<(), PtpError> {
        Ok(())
    }

    async fn drain_bulk_in(&self, _quiet: Duration, _max: Duration) -> Result<usize, PtpError> {
        let mut state = self.lock();
        state.transfers.clear();
        Ok(0)
    }

    async fn reset_device(&self) -> Result<(), PtpError> {
        panic!("no reset is ever asked for");
    }
}
