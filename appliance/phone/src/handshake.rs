//! OpenSession: for a new session, and to learn whether a device still has the one of before.

use std::time::Duration;

use mtp_rs::ptp::{OperationCode, PtpError, ResponseCode};
use mtp_rs::transport::Transport;

use crate::deadline::{Patience, block_within};
use crate::transaction::{FIRST_BYTES, LATE_ANSWERS_MAX, command, response};

/// The only session that we ever have with a device; 0 is not allowed (ISO 15740, section 10.4.2).
const SESSION_ID: u32 = 1;

/// Sessions are asked for outside of any, with transaction 0 (ISO 15740, section 10.4.2).
const NO_TRANSACTION: u32 = 0;

/// How long a bulk pipe must be silent to count as read empty: what libmtp and Windows use.
pub(crate) const PIPE_QUIET: Duration = Duration::from_millis(300);

/// How long leftovers are read away before we give up on the session: more than a whole window of a file takes.
const DRAIN_MAX: Duration = Duration::from_secs(10);

/// Opens a session. Closes and opens it again where the device remembers one.
pub(crate) fn open(transport: &dyn Transport, patience: Patience) -> Result<(), PtpError> {
    let ask = || block_within(patience.exchange, ask(transport, false));
    let answer = match ask() {
        // The rest of what a process read that is no more: it comes before any answer to us.
        Err(PtpError::InvalidData { .. }) => {
            let drained_bytes = drain(transport)?;
            log::info!("{drained_bytes} bytes of somebody else's transfer read away");
            ask()?
        }
        other => other?,
    };
    let answer = if answer == ResponseCode::SessionAlreadyOpen {
        block_within(patience.exchange, close(transport))?;
        ask()?
    } else {
        answer
    };
    match answer {
        // It was closed and opened again, and still the device speaks of a session: then that one is good enough.
        ResponseCode::Ok | ResponseCode::SessionAlreadyOpen => Ok(()),
        code => Err(PtpError::Protocol {
            code,
            operation: OperationCode::OpenSession,
        }),
    }
}

/// Asks for a session after a failure, and tells the answer: whether the device had one still. Only an answer to this very question
/// counts: late ones to anything else bear another transaction's number.
pub(crate) fn ask_again(
    transport: &dyn Transport,
    patience: Patience,
) -> Result<ResponseCode, PtpError> {
    block_within(patience.exchange, ask(transport, true))
}

/// Reads away what the device still has to say; in bytes.
pub(crate) fn drain(transport: &dyn Transport) -> Result<usize, PtpError> {
    block_within(
        DRAIN_MAX + PIPE_QUIET,
        transport.drain_bulk_in(PIPE_QUIET, DRAIN_MAX),
    )
}

async fn ask(transport: &dyn Transport, is_strict: bool) -> Result<ResponseCode, PtpError> {
    let bytes = command(OperationCode::OpenSession, NO_TRANSACTION, &[SESSION_ID]);
    transport.send_bulk(&bytes).await?;
    for _ in 0..=LATE_ANSWERS_MAX {
        let answer = transport.receive_bulk(FIRST_BYTES).await?;
        match response(&answer) {
            Some((code, NO_TRANSACTION)) => return Ok(code),
            // At first nothing of ours can be late, and some devices count OpenSession as the first transaction.
            Some((code, _)) if !is_strict => return Ok(code),
            None if !is_strict => break,
            _ => {}
        }
    }
    Err(PtpError::invalid_data("no answer to OpenSession"))
}

/// Whatever the answer is, OpenSession comes next.
async fn close(transport: &dyn Transport) -> Result<(), PtpError> {
    let bytes = command(OperationCode::CloseSession, 1, &[]);
    transport.send_bulk(&bytes).await?;
    transport.receive_bulk(FIRST_BYTES).await.map(drop)
}
