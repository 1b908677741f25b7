//! OpenSession: for a new session, and to learn whether a device still has the one of before.

use std::sync::Arc;

use mtp_rs::ptp::{OperationCode, PtpError, PtpSession, ResponseCode};
use mtp_rs::transport::Transport;

use crate::deadline::{Patience, block_within};

/// The only session that we ever have with a device; 0 is not allowed (ISO 15740, section 10.4.2).
const SESSION_ID: u32 = 1;

/// Opens a session. Closes and opens it again where the device remembers one.
pub(crate) fn open(
    transport: &Arc<dyn Transport>,
    patience: Patience,
) -> Result<Arc<PtpSession>, PtpError> {
    let open = PtpSession::open(Arc::clone(transport), SESSION_ID);
    let ptp = match block_within(patience.exchange, open) {
        // It was closed and opened again, and still the device speaks of a session: then that one is good enough.
        Err(PtpError::Protocol {
            code: ResponseCode::SessionAlreadyOpen,
            ..
        }) => {
            return reuse(transport, patience);
        }
        other => other?,
    };
    Ok(Arc::new(ptp))
}

/// Goes on with the session that the device says it has.
pub(crate) fn reuse(
    transport: &Arc<dyn Transport>,
    patience: Patience,
) -> Result<Arc<PtpSession>, PtpError> {
    let reuse = PtpSession::open_reusing_existing(Arc::clone(transport), SESSION_ID);
    block_within(patience.exchange, reuse).map(Arc::new)
}

/// Asks for a session and tells the answer, which mtp-rs keeps to itself: whether the device had one still. Sessions are asked for
/// outside of any, with transaction 0 (ISO 15740, section 10.4.2), so that late answers to anything else can be told from this one.
pub(crate) async fn ask(transport: &Arc<dyn Transport>) -> Result<ResponseCode, PtpError> {
    const COMMAND: u16 = 1;
    const RESPONSE: [u8; 2] = [3, 0];
    const TRANSACTION: [u8; 4] = [0; 4];
    const LATE_ANSWERS_MAX: usize = 4;
    let mut command = 16_u32.to_le_bytes().to_vec();
    command.extend(COMMAND.to_le_bytes());
    command.extend(u16::from(OperationCode::OpenSession).to_le_bytes());
    command.extend(TRANSACTION);
    command.extend(SESSION_ID.to_le_bytes());
    transport.send_bulk(&command).await?;
    for _ in 0..=LATE_ANSWERS_MAX {
        let answer = transport.receive_bulk(512).await?;
        if answer.get(4..6) == Some(&RESPONSE) && answer.get(8..12) == Some(&TRANSACTION) {
            return Ok(ResponseCode::from(u16::from_le_bytes([
                answer[6], answer[7],
            ])));
        }
    }
    Err(PtpError::invalid_data("no answer to OpenSession"))
}
