//! What happens on the endpoints: transfers, halts, and the class requests (still image class, section 5.2).

use std::time::Instant;

use super::codes::{Operation, response};
use super::rules::Silence;
use super::state::{Command, State};
use super::transfer::{COMMAND, DATA, HEADER_BYTES, Mark, MarkEvent};
use crate::function::{BulkIn, ControlOut, ControlRequest};
use crate::profile::{AtCancel, AtEarlyCommand};

/// What is kept of a transfer from the host: a command is at most 32 bytes, and data are refused anyway.
const KEPT_BYTES: usize = 64;

/// A command has at most so many parameters (ISO 15740, section 9.3.1).
const PARAMETERS_MAX: usize = 5;

/// Cancel_Request, Device_Reset_Request and Get_Device_Status_Request.
const CANCEL: u8 = 0x64;
const RESET: u8 = 0x66;
const STATUS: u8 = 0x67;

/// What a mark that has been reached does to the read that reached it.
enum Reached {
    /// Nothing: it goes on.
    Nothing,
    /// The read ends so.
    Ends(BulkIn),
}

impl State {
    pub(super) fn bulk_out(&mut self, bytes: &[u8], is_end: bool) -> bool {
        if self.is_charging_only {
            // The debug bridge takes what is no message of its own, and says nothing.
            // A host that has not been told yet what it is now can't know better.
            if !self.comes_again {
                self.counts.protocol_violations += 1;
            }
            return true;
        }
        if self.is_gone || self.silence.is_some() {
            return true;
        }
        if self.is_halted {
            return false;
        }
        let (kept, length_bytes) = &mut self.incoming;
        let room = KEPT_BYTES.saturating_sub(kept.len()).min(bytes.len());
        kept.extend(&bytes[..room]);
        *length_bytes += bytes.len() as u64;
        if !is_end {
            return true;
        }
        let (kept, length_bytes) = std::mem::take(&mut self.incoming);
        if length_bytes == 0 {
            // The empty packet after full ones.
            return true;
        }
        if let Some(transaction) = self.unwanted_data.take()
            && half(&kept, 4) == Some(DATA)
        {
            self.respond(response::OPERATION_NOT_SUPPORTED, transaction, &[]);
            return true;
        }
        let Some((command, transaction)) = parse(&kept, length_bytes) else {
            self.counts.protocol_violations += 1;
            self.is_halted = true;
            return false;
        };
        if !self.outgoing.is_empty() && !self.take_early_command(&command) {
            return self.profile.at_early_command == AtEarlyCommand::Silence;
        }
        self.command(&command, transaction);
        true
    }

    /// A command that comes while an answer is unread. Says whether it is to be answered.
    fn take_early_command(&mut self, command: &Command) -> bool {
        self.counts.protocol_violations += 1;
        log::info!("{command:?} came before the last answer was read");
        match self.profile.at_early_command {
            AtEarlyCommand::Stall => self.is_halted = true,
            AtEarlyCommand::Silence => self.silence = Some(Silence::UntilReplug),
            AtEarlyCommand::Answer => self.outgoing.clear(),
        }
        self.profile.at_early_command == AtEarlyCommand::Answer
    }

    pub(super) fn bulk_in(&mut self, at_most_bytes: usize) -> BulkIn {
        if self.is_gone {
            return BulkIn::Unplugged;
        }
        if self.silence.is_some() || self.is_charging_only {
            return BulkIn::NotYet;
        }
        if self.is_halted {
            return BulkIn::Stall;
        }
        loop {
            let Some(transfer) = self.outgoing.front() else {
                return BulkIn::NotYet;
            };
            let count = transfer.next_count(at_most_bytes);
            let reach = transfer.position_bytes() + count;
            let mark = transfer.marks.front();
            if mark.is_some_and(|mark| mark.after_bytes < reach) {
                match self.reach_mark() {
                    Reached::Nothing => continue,
                    Reached::Ends(end) => return end,
                }
            }
            return match self.reach_limit(count) {
                Reached::Nothing => self.send(count, at_most_bytes),
                Reached::Ends(end) => end,
            };
        }
    }

    /// Does what the first mark of the first transfer says.
    fn reach_mark(&mut self) -> Reached {
        let Some(transfer) = self.outgoing.front_mut() else {
            return Reached::Nothing;
        };
        let Some(mark) = transfer.marks.front_mut() else {
            return Reached::Nothing;
        };
        let after_bytes = mark.after_bytes;
        match &mut mark.event {
            MarkEvent::Pause { length, until } => {
                // A device has a clock of its own.
                let now = Instant::now();
                if now < *until.get_or_insert(now + *length) {
                    return Reached::Ends(BulkIn::NotYet);
                }
                transfer.marks.pop_front();
            }
            MarkEvent::Unplug => {
                self.is_gone = true;
                return Reached::Ends(BulkIn::Unplugged);
            }
            MarkEvent::Lock => {
                transfer.marks.pop_front();
                transfer.end_at(after_bytes);
                self.lock_here();
            }
        }
        Reached::Nothing
    }

    /// Locks the screen within the data: the first transfer ends where it was told to, and then comes a refusal.
    fn lock_here(&mut self) {
        self.set_locked(true);
        let refusal = self.refusal();
        let Some(transaction) = self.transaction else {
            return;
        };
        self.outgoing.truncate(1);
        self.respond(refusal, transaction, &[]);
    }

    /// Holds a read against what the watch has set.
    fn reach_limit(&mut self, count: u64) -> Reached {
        let is_file = self
            .outgoing
            .front()
            .is_some_and(|transfer| transfer.is_file);
        let limits = &mut self.limits;
        if limits.until_unplug_bytes.is_some_and(|left| left < count) {
            self.is_gone = true;
            return Reached::Ends(BulkIn::Unplugged);
        }
        if limits.until_stall_bytes.is_some_and(|left| left < count) {
            return Reached::Ends(BulkIn::NotYet);
        }
        if is_file && let Some(left) = limits.until_lock_bytes.filter(|left| *left < count) {
            limits.until_lock_bytes = None;
            if let Some(transfer) = self.outgoing.front_mut() {
                let here = transfer.position_bytes() + left;
                let event = MarkEvent::Lock;
                transfer.marks.push_front(Mark {
                    after_bytes: here,
                    event,
                });
            }
            // The mark is reached by the very next read.
            return Reached::Ends(BulkIn::NotYet);
        }
        Reached::Nothing
    }

    fn send(&mut self, count: u64, at_most_bytes: usize) -> BulkIn {
        let Some(transfer) = self.outgoing.front_mut() else {
            return BulkIn::NotYet;
        };
        let is_file = transfer.is_file;
        let bytes = match transfer.read(&self.library, count) {
            Ok(bytes) => bytes,
            Err(error) => {
                log::warn!("a file under the device can't be read: {error}");
                self.is_halted = true;
                return BulkIn::Stall;
            }
        };
        self.counts.bytes_sent += count;
        let limits = &mut self.limits;
        for limit in [
            &mut limits.until_stall_bytes,
            &mut limits.until_unplug_bytes,
        ] {
            *limit = limit.map(|left| left - count);
        }
        if is_file {
            limits.until_lock_bytes = limits.until_lock_bytes.map(|left| left - count);
        }
        if transfer.is_ended_by(count, at_most_bytes)
            && let Some(ended) = self.outgoing.pop_front()
            && let Some(next) = self.outgoing.front_mut()
        {
            next.marks.extend(ended.marks_left());
        }
        BulkIn::Data(bytes)
    }

    pub(super) fn control(&mut self, request: ControlRequest, data: &[u8]) -> ControlOut {
        const CLASS_OUT: u8 = 0x21;
        const CLASS_IN: u8 = 0xA1;
        if self.is_gone || self.is_charging_only {
            return ControlOut::Stall;
        }
        match (request.request_type, request.request) {
            (CLASS_OUT, RESET) => {
                self.counts.resets += 1;
                if self.silence == Some(Silence::UntilReset) {
                    self.silence = None;
                }
                self.begin_anew();
                ControlOut::Data(Vec::new())
            }
            _ if self.silence.is_some() => ControlOut::Stall,
            (CLASS_OUT, CANCEL) => self.cancel(data),
            (CLASS_IN, STATUS) => {
                // Its length, and a response code.
                let mut status = 4_u16.to_le_bytes().to_vec();
                let code = if self.is_halted {
                    response::DEVICE_BUSY
                } else {
                    response::OK
                };
                status.extend(code.to_le_bytes());
                ControlOut::Data(status)
            }
            _ => ControlOut::Stall,
        }
    }

    fn cancel(&mut self, data: &[u8]) -> ControlOut {
        const CANCELLATION_CODE: u16 = 0x4001;
        if half(data, 0) != Some(CANCELLATION_CODE) || data.len() != 6 {
            self.counts.protocol_violations += 1;
            return ControlOut::Stall;
        }
        self.counts.cancels += 1;
        match self.profile.at_cancel {
            AtCancel::Ready => self.drop_transaction(),
            AtCancel::Refuse => return ControlOut::Stall,
            AtCancel::Silence => self.silence = Some(Silence::UntilReplug),
        }
        ControlOut::Data(Vec::new())
    }

    pub(super) fn halt_cleared(&mut self) {
        if self.is_halted {
            self.drop_transaction();
        }
    }
}

/// A command container and its transaction; `None` for anything else.
fn parse(bytes: &[u8], length_bytes: u64) -> Option<(Command, u32)> {
    let is_whole = bytes.len() as u64 == length_bytes && u64::from(word(bytes, 0)?) == length_bytes;
    let parameters = bytes.get(HEADER_BYTES as usize..)?;
    let is_command = half(bytes, 4)? == COMMAND
        && parameters.len() % 4 == 0
        && parameters.len() / 4 <= PARAMETERS_MAX;
    let command = Command {
        operation: Operation(half(bytes, 6)?),
        parameters: (0..parameters.len())
            .step_by(4)
            .filter_map(|at| word(parameters, at))
            .collect(),
    };
    (is_whole && is_command).then_some((command, word(bytes, 8)?))
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
