//! The bytes of one object: by windows where the device can read a part of a file, whole in one exchange where it can't.
//!
//! Windows are preferred for what happens between them: nothing is in flight, so stopping costs little, and a device that fails can
//! be asked again from where it failed. They are long, so that the question for each hardly counts, and a window is handed over
//! only when the device has said at its end that all was well: some fill up what they could not read. Meanwhile the next one
//! is read, so that the link does not wait for whoever takes the bytes.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use heirloom_engine::{Fetched, SourceError};
use mtp_rs::ptp::{OperationCode, PtpError, ResponseCode};

use crate::device::Device;
use crate::error::family;
use crate::session::{Handle, Streamed};
use crate::spares::Spares;
use crate::transaction::Piece;

/// What is asked for at a time, in bytes: at first, and when the device has shown that it is quick. Two windows are in memory.
pub(crate) const WINDOW_BYTES_MIN: u32 = 1 << 20;
const WINDOW_BYTES_MAX: u32 = 16 << 20;

/// Windows double while one takes less than this; a question takes a millisecond or two.
const WINDOW_QUICK: Duration = Duration::from_millis(200);

/// Windows halve when one takes longer than this: so long may whoever stops a fetch have to wait.
const WINDOW_SLOW: Duration = Duration::from_secs(1);

/// The most that a sink may be handed at once, in bytes.
const PIECE_BYTES_MAX: usize = 1 << 20;

/// How many bytes at the end of a file some Samsung phones can't send in one piece: with the header of 12 they fill their packets.
const LAST_PACKET_BYTES: u64 = 512;
const LAST_PACKET_STUCK_BYTES: u64 = 500;

const WHAT: &str = "the bytes of a file";

/// An object being fetched. It survives a change of the object's handle.
pub(crate) struct Fetch<'a> {
    size_bytes: u64,
    /// The first byte that the sink is to have; what comes before is passed over.
    from_byte: u64,
    /// The first byte that has not been read yet.
    next_byte: u64,
    /// What was read last and the sink does not have yet.
    held: VecDeque<Piece>,
    /// The offset of what is held, or would be.
    held_from_byte: u64,
    is_stopped: bool,
    spares: Spares,
    sink: &'a mut dyn FnMut(&[u8]) -> ControlFlow<()>,
}

impl<'a> Fetch<'a> {
    pub(crate) fn new(
        size_bytes: u64,
        from_byte: u64,
        sink: &'a mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Self {
        // The byte before is read once more, because its being there proves that the object is at least so long.
        let next_byte = from_byte.min(size_bytes).saturating_sub(1);
        Self {
            size_bytes,
            from_byte,
            next_byte,
            held: VecDeque::new(),
            held_from_byte: next_byte,
            is_stopped: false,
            spares: Spares::default(),
            sink,
        }
    }

    /// Goes on from where it is to the end of the object with this handle.
    pub(crate) fn run(
        &mut self,
        device: &mut Device,
        handle: Handle,
    ) -> Result<Fetched, SourceError> {
        self.spares = device.session.spares();
        for operation in [
            OperationCode::GetPartialObject64,
            OperationCode::GetPartialObject,
        ] {
            if !device.supports(operation) || !is_within_reach(operation, self.size_bytes) {
                continue;
            }
            let begun_at = self.next_byte;
            match self.by_windows(device, operation, handle) {
                Err(PtpError::Protocol { code, .. })
                    if self.next_byte <= begun_at && !is_stale(code) =>
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

    fn by_windows(
        &mut self,
        device: &mut Device,
        operation: OperationCode,
        handle: Handle,
    ) -> Result<Fetched, PtpError> {
        let begun_at = self.next_byte;
        let mut asks_past_end = device.asks_past_end;
        // Whether the last window was asked for past the end, and not answered.
        let mut was_silent = false;
        while !self.is_stopped {
            let window = window(
                self.next_byte,
                self.size_bytes,
                asks_past_end,
                device.quirks.last_byte_apart,
                device.window_bytes,
            );
            let Some(asked_bytes) = window else {
                self.hand_all();
                break;
            };
            let started = Instant::now();
            let offset = self.next_byte;
            let mut came_bytes = 0;
            let mut between = |bytes| {
                came_bytes += bytes as u64;
                self.hand_one();
            };
            let read = read_window(device, operation, handle, offset, asked_bytes, &mut between);
            // What is held is true whatever became of the next.
            self.hand_all();
            let pieces = match read {
                Err(PtpError::Io(error)) if was_silent => {
                    // It had an answer after all, and took it ill that it was asked anew.
                    log::info!("asking a silent device for less failed: {error}");
                    return Err(PtpError::Timeout);
                }
                // In the midst of its data it is silent whatever was asked.
                Err(PtpError::Timeout)
                    if 0 < came_bytes && offset + came_bytes < self.size_bytes =>
                {
                    return Err(PtpError::Timeout);
                }
                Err(error)
                    if asks_past_end && self.is_past_end(asked_bytes) && may_ask_less(&error) =>
                {
                    was_silent = matches!(error, PtpError::Timeout);
                    log::info!("asking past the end of a file failed: {error}");
                    asks_past_end = false;
                    // A refusal is cheap, and may have been about this file alone; silence and stalls are neither.
                    device.asks_past_end &= matches!(error, PtpError::Protocol { .. });
                    continue;
                }
                other => other?,
            };
            was_silent = false;
            device.window_bytes = next_window(device.window_bytes, asked_bytes, started.elapsed());
            let got_bytes: u64 = pieces.iter().map(|piece| piece.len() as u64).sum();
            if got_bytes == 0 && 0 < offset && offset == begun_at && self.from_byte > 0 {
                log::info!("a file is shorter than it was, reading it from its beginning");
                (self.next_byte, self.held_from_byte) = (0, 0);
                continue;
            }
            self.next_byte += got_bytes;
            self.held.extend(pieces);
            if got_bytes == 0
                || got_bytes < u64::from(asked_bytes) && self.next_byte >= self.size_bytes
            {
                self.hand_all();
                break;
            }
        }
        Ok(if self.is_stopped {
            Fetched::Stopped
        } else {
            Fetched::Whole(self.next_byte)
        })
    }

    fn is_past_end(&self, asked_bytes: u32) -> bool {
        self.next_byte + u64::from(asked_bytes) > self.size_bytes
    }

    fn hand_all(&mut self) {
        while !self.held.is_empty() {
            self.hand_one();
        }
    }

    fn hand_one(&mut self) {
        if let Some(piece) = self.held.pop_front() {
            self.hand(piece);
        }
    }

    /// Hands a piece over, or what the sink is to have of it; nothing more once the sink asked to stop.
    fn hand(&mut self, mut piece: Piece) {
        let before_bytes = self.from_byte.saturating_sub(self.held_from_byte);
        self.held_from_byte += piece.len() as u64;
        piece.skip(usize::try_from(before_bytes).unwrap_or(usize::MAX));
        for part in piece.chunks(PIECE_BYTES_MAX) {
            self.is_stopped = self.is_stopped || (self.sink)(part).is_break();
        }
        self.spares.give_back(piece.into_transfer());
    }

    fn whole(&mut self, device: &mut Device, handle: Handle) -> Result<Fetched, PtpError> {
        // After windows, or a change of handle, the beginning comes once more.
        let handed_to_byte = self.held_from_byte;
        let is_continued = handed_to_byte > self.from_byte;
        self.from_byte = self.from_byte.max(handed_to_byte);
        self.held_from_byte = 0;
        let ended = device
            .session
            .stream_object(handle, self.size_bytes, &mut |piece| {
                self.hand(piece);
                if self.is_stopped {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
        self.next_byte = self.held_from_byte;
        self.held_from_byte = self.held_from_byte.max(handed_to_byte);
        match ended? {
            Streamed::Stopped => Ok(Fetched::Stopped),
            Streamed::Whole if is_continued && self.next_byte < handed_to_byte => {
                Err(PtpError::invalid_data("a file that became shorter"))
            }
            Streamed::Whole => Ok(Fetched::Whole(self.next_byte)),
        }
    }
}

/// GetPartialObject counts in 32 bits.
fn is_within_reach(operation: OperationCode, end_byte: u64) -> bool {
    operation != OperationCode::GetPartialObject
        || end_byte < u64::from(u32::MAX - WINDOW_BYTES_MAX)
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
fn window(
    offset: u64,
    size_bytes: u64,
    asks_past_end: bool,
    last_byte_apart: bool,
    window_bytes: u32,
) -> Option<u32> {
    let rest_bytes = size_bytes.saturating_sub(offset);
    let wanted_bytes = match (asks_past_end, rest_bytes) {
        (true, _) if offset > size_bytes => u64::from(window_bytes),
        (true, rest_bytes) => rest_bytes + 1,
        (false, 0) => return None,
        (false, rest_bytes)
            if last_byte_apart
                && rest_bytes <= u64::from(window_bytes)
                && rest_bytes % LAST_PACKET_BYTES == LAST_PACKET_STUCK_BYTES =>
        {
            rest_bytes - 1
        }
        (false, rest_bytes) => rest_bytes,
    };
    Some(u32::try_from(wanted_bytes).map_or(window_bytes, |wanted| wanted.min(window_bytes)))
}

/// How long windows are after one that was asked for so many bytes and took so long.
fn next_window(window_bytes: u32, asked_bytes: u32, took: Duration) -> u32 {
    if took > WINDOW_SLOW {
        (window_bytes / 2).max(WINDOW_BYTES_MIN)
    } else if asked_bytes == window_bytes && took < WINDOW_QUICK {
        (window_bytes * 2).min(WINDOW_BYTES_MAX)
    } else {
        window_bytes
    }
}

fn read_window(
    device: &mut Device,
    operation: OperationCode,
    handle: Handle,
    offset: u64,
    asked_bytes: u32,
    between: &mut dyn FnMut(usize),
) -> Result<Vec<Piece>, PtpError> {
    if !is_within_reach(operation, offset) {
        return Err(PtpError::invalid_data("a file that does not end"));
    }
    // The halves of the offset; `GetPartialObject` knows only the lower one, and is not used beyond it.
    let (low, high) = (offset as u32, (offset >> 32) as u32);
    let parameters: &[u32] = if operation == OperationCode::GetPartialObject64 {
        &[low, high, asked_bytes]
    } else {
        &[low, asked_bytes]
    };
    let limit_bytes = asked_bytes as usize;
    device
        .session
        .read_part(handle, operation, parameters, limit_bytes, between)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All windows of a file whose device answers what it has.
    fn windows(size_bytes: u64, asks_past_end: bool, last_byte_apart: bool) -> Vec<u32> {
        let mut offset = 0;
        let mut asked = Vec::new();
        while let Some(window) = window(
            offset,
            size_bytes,
            asks_past_end,
            last_byte_apart,
            WINDOW_BYTES_MIN,
        ) {
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
        let window = |offset, size_bytes, asks_past_end| {
            window(offset, size_bytes, asks_past_end, false, WINDOW_BYTES_MAX)
        };
        assert_eq!(window(10, 9, true), Some(WINDOW_BYTES_MAX));
        assert_eq!(window(u64::MAX - 1, 9, true), Some(WINDOW_BYTES_MAX));
        assert_eq!(window(10, 9, false), None);
        assert_eq!(window(0, u64::MAX - 1, true), Some(WINDOW_BYTES_MAX));
    }

    #[test]
    fn windows_become_as_long_as_the_device_is_quick() {
        const MIB: u32 = 1 << 20;
        // Window, asked for, milliseconds; the next window.
        let table = [
            (MIB, MIB, 30, 2 * MIB),
            (8 * MIB, 8 * MIB, 199, 16 * MIB),
            (16 * MIB, 16 * MIB, 30, 16 * MIB),
            // A short one at the end of a file says nothing about speed.
            (2 * MIB, MIB, 30, 2 * MIB),
            (8 * MIB, 8 * MIB, 500, 8 * MIB),
            (8 * MIB, 8 * MIB, 1001, 4 * MIB),
            (MIB, MIB, 5000, MIB),
        ];
        for (window_bytes, asked_bytes, took_ms, expected) in table {
            let took = Duration::from_millis(took_ms);
            assert_eq!(
                next_window(window_bytes, asked_bytes, took),
                expected,
                "{window_bytes} {took_ms}"
            );
        }
    }
}
