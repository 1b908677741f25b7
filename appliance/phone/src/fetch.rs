//! The bytes of one object: by windows where the device can read a part of a file, whole in one exchange where it can't.
//!
//! Windows are preferred for what happens between them: nothing is in flight, so stopping costs nothing, and a device that fails can
//! be asked again from where it failed.

use std::ops::ControlFlow;

use heirloom_engine::{Fetched, SourceError};
use mtp_rs::ptp::{OperationCode, PtpError, ResponseCode};

use crate::device::Device;
use crate::error::family;
use crate::session::{Handle, Streamed};

/// What is asked for at a time, in bytes: the most that a sink may be handed.
const WINDOW_BYTES: u32 = 1 << 20;

/// How many bytes at the end of a file some Samsung phones can't send in one piece: with the header of 12 they fill their packets.
const LAST_PACKET_BYTES: u64 = 512;
const LAST_PACKET_STUCK_BYTES: u64 = 500;

const WHAT: &str = "the bytes of a file";

/// An object being fetched. It survives a change of the object's handle.
pub(crate) struct Fetch<'a> {
    pub(crate) size_bytes: u64,
    /// Bytes that the sink has.
    pub(crate) handed_bytes: u64,
    pub(crate) sink: &'a mut dyn FnMut(&[u8]) -> ControlFlow<()>,
}

impl Fetch<'_> {
    /// Goes on from where it is to the end of the object with this handle.
    pub(crate) fn run(
        &mut self,
        device: &mut Device,
        handle: Handle,
    ) -> Result<Fetched, SourceError> {
        for operation in [
            OperationCode::GetPartialObject64,
            OperationCode::GetPartialObject,
        ] {
            if !device.supports(operation) || !self.is_within_reach(operation) {
                continue;
            }
            let begun_at = self.handed_bytes;
            match self.by_windows(device, operation, handle) {
                Err(PtpError::Protocol { code, .. })
                    if self.handed_bytes == begun_at && !is_stale(code) =>
                {
                    if code == ResponseCode::OperationNotSupported {
                        device.withdraw(operation);
                    }
                }
                other => return other.map_err(|error| family(error, WHAT)),
            }
        }
        self.whole(device, handle)
            .map_err(|error| family(error, WHAT))
    }

    /// GetPartialObject counts in 32 bits.
    fn is_within_reach(&self, operation: OperationCode) -> bool {
        operation != OperationCode::GetPartialObject
            || self.size_bytes < u64::from(u32::MAX - WINDOW_BYTES)
    }

    fn by_windows(
        &mut self,
        device: &mut Device,
        operation: OperationCode,
        handle: Handle,
    ) -> Result<Fetched, PtpError> {
        let mut asks_past_end = device.asks_past_end;
        loop {
            let offset = self.handed_bytes;
            let window = window(
                offset,
                self.size_bytes,
                asks_past_end,
                device.quirks.last_byte_apart,
            );
            let Some(asked_bytes) = window else {
                return Ok(Fetched::Whole(offset));
            };
            let data = match read_window(device, operation, handle, offset, asked_bytes) {
                Err(error)
                    if asks_past_end && self.is_past_end(asked_bytes) && may_ask_less(&error) =>
                {
                    log::info!("asking past the end of a file failed: {error}");
                    asks_past_end = false;
                    // A refusal is cheap, and may have been about this file alone; silence and stalls are neither.
                    device.asks_past_end &= matches!(error, PtpError::Protocol { .. });
                    continue;
                }
                other => other?,
            };
            self.handed_bytes += data.len() as u64;
            let is_end = data.is_empty()
                || (data.len() as u64) < u64::from(asked_bytes)
                    && self.handed_bytes >= self.size_bytes;
            if !data.is_empty() && (self.sink)(&data).is_break() {
                return Ok(Fetched::Stopped);
            }
            if is_end {
                return Ok(Fetched::Whole(self.handed_bytes));
            }
        }
    }

    fn is_past_end(&self, asked_bytes: u32) -> bool {
        self.handed_bytes + u64::from(asked_bytes) > self.size_bytes
    }

    fn whole(&mut self, device: &mut Device, handle: Handle) -> Result<Fetched, PtpError> {
        let mut received_bytes = 0;
        let already_bytes = self.handed_bytes;
        let handed_bytes = &mut self.handed_bytes;
        let sink = &mut *self.sink;
        let ended = device
            .session
            .stream_object(handle, self.size_bytes, &mut |piece| {
                // After a change of handle the beginning comes once more.
                let old = piece.len().min(
                    usize::try_from(already_bytes.saturating_sub(received_bytes))
                        .unwrap_or(usize::MAX),
                );
                received_bytes += piece.len() as u64;
                let new = &piece[old..];
                if new.is_empty() {
                    return ControlFlow::Continue(());
                }
                *handed_bytes += new.len() as u64;
                sink(new)
            })?;
        Ok(match ended {
            Streamed::Whole => Fetched::Whole(self.handed_bytes),
            Streamed::Stopped => Fetched::Stopped,
        })
    }
}

/// Whether the object, by this handle, is not there.
fn is_stale(code: ResponseCode) -> bool {
    code == ResponseCode::InvalidObjectHandle
}

/// Whether asking for less may help: not when the device or the object is gone.
fn may_ask_less(error: &PtpError) -> bool {
    match error {
        PtpError::Protocol { code, .. } => !is_stale(*code),
        PtpError::Timeout | PtpError::Io(_) | PtpError::InvalidData { .. } => true,
        _ => false,
    }
}

/// How many bytes to ask for next; `None` when all are there.
///
/// A device that allows it is asked for one byte more than it says the file has. That proves the end, and brings to light the phones
/// that understate a size.
fn window(offset: u64, size_bytes: u64, asks_past_end: bool, last_byte_apart: bool) -> Option<u32> {
    let rest_bytes = size_bytes.saturating_sub(offset);
    let wanted_bytes = match (asks_past_end, rest_bytes) {
        (true, _) if offset > size_bytes => u64::from(WINDOW_BYTES),
        (true, rest_bytes) => rest_bytes + 1,
        (false, 0) => return None,
        (false, rest_bytes)
            if last_byte_apart
                && rest_bytes <= u64::from(WINDOW_BYTES)
                && rest_bytes % LAST_PACKET_BYTES == LAST_PACKET_STUCK_BYTES =>
        {
            rest_bytes - 1
        }
        (false, rest_bytes) => rest_bytes,
    };
    Some(u32::try_from(wanted_bytes).map_or(WINDOW_BYTES, |wanted| wanted.min(WINDOW_BYTES)))
}

fn read_window(
    device: &mut Device,
    operation: OperationCode,
    handle: Handle,
    offset: u64,
    asked_bytes: u32,
) -> Result<Vec<u8>, PtpError> {
    // The halves of the offset; `GetPartialObject` knows only the lower one, and is not used beyond it.
    let (low, high) = (offset as u32, (offset >> 32) as u32);
    let parameters: &[u32] = if operation == OperationCode::GetPartialObject64 {
        &[low, high, asked_bytes]
    } else {
        &[low, asked_bytes]
    };
    device
        .session
        .read_of(handle, operation, parameters, asked_bytes as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All windows of a file whose device answers what it has.
    fn windows(size_bytes: u64, asks_past_end: bool, last_byte_apart: bool) -> Vec<u32> {
        let mut offset = 0;
        let mut asked = Vec::new();
        while let Some(window) = window(offset, size_bytes, asks_past_end, last_byte_apart) {
            asked.push(window);
            let got = u64::from(window).min(size_bytes - offset);
            offset += got;
            if got < u64::from(window) {
                break;
            }
        }
        asked
    }

    #[test]
    fn windows_cover_a_file_and_prove_its_end() {
        const MIB: u32 = 1 << 20;
        let table: &[(u64, &[u32], &[u32])] = &[
            (0, &[1], &[]),
            (1, &[2], &[1]),
            (u64::from(MIB) - 1, &[MIB], &[MIB - 1]),
            (u64::from(MIB), &[MIB, 1], &[MIB]),
            (u64::from(MIB) + 1, &[MIB, 2], &[MIB, 1]),
            (u64::from(MIB) + 500, &[MIB, 501], &[MIB, 500]),
        ];
        for (size_bytes, past_end, to_end) in table {
            assert_eq!(windows(*size_bytes, true, false), *past_end, "{size_bytes}");
            assert_eq!(windows(*size_bytes, false, false), *to_end, "{size_bytes}");
        }
    }

    #[test]
    fn the_last_byte_is_asked_apart_where_it_would_hang() {
        const MIB: u32 = 1 << 20;
        let table: &[(u64, &[u32])] = &[
            (499, &[499]),
            (500, &[499, 1]),
            (501, &[501]),
            (1012, &[1011, 1]),
            (u64::from(MIB), &[MIB]),
            (u64::from(MIB) + 500, &[MIB, 499, 1]),
            (0, &[]),
        ];
        for (size_bytes, asked) in table {
            assert_eq!(windows(*size_bytes, false, true), *asked, "{size_bytes}");
        }
    }

    #[test]
    fn a_file_that_has_grown_is_read_on_in_whole_windows() {
        assert_eq!(window(10, 9, true, false), Some(WINDOW_BYTES));
        assert_eq!(window(u64::MAX - 1, 9, true, false), Some(WINDOW_BYTES));
        assert_eq!(window(10, 9, false, false), None);
        assert_eq!(window(0, u64::MAX - 1, true, false), Some(WINDOW_BYTES));
    }
}
