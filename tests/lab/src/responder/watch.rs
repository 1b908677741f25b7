//! A test's view of a device, and its hands on it: what was asked, how much was sent, and plugs, locks and stalls at will.

use std::sync::{Arc, Mutex, MutexGuard};

use super::state::{Command, State};
use super::{Operation, lock};
use crate::library::Library;

/// A handle on a [`Responder`](super::Responder), good for as long as anyone wants, wherever the device is plugged in.
#[derive(Clone)]
pub struct ResponderWatch(Arc<Mutex<State>>);

impl ResponderWatch {
    pub(super) fn new(state: Arc<Mutex<State>>) -> Self {
        Self(state)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.0)
    }

    /// What is on it.
    pub fn library(&self) -> Arc<Library> {
        Arc::clone(&self.state().library)
    }

    /// All commands so far, in order.
    pub fn commands(&self) -> Vec<Command> {
        self.state().log.clone()
    }

    /// How often this was asked for.
    pub fn count(&self, operation: Operation) -> usize {
        let state = self.state();
        let commands = state.log.iter();
        commands
            .filter(|command| command.operation == operation)
            .count()
    }

    /// Bytes sent on the bulk endpoint, headers and responses included.
    pub fn bytes_sent(&self) -> u64 {
        self.state().counts.bytes_sent
    }

    /// Commands that would have changed something on it. All were refused.
    pub fn attempts_to_write(&self) -> u64 {
        self.state().counts.attempts_to_write
    }

    /// Commands that came before an answer was read, and transfers that were no commands.
    pub fn protocol_violations(&self) -> u64 {
        self.state().counts.protocol_violations
    }

    /// Device_Reset requests.
    pub fn resets(&self) -> u64 {
        self.state().counts.resets
    }

    /// Cancel requests.
    pub fn cancels(&self) -> u64 {
        self.state().counts.cancels
    }

    /// Sessions that were really opened.
    pub fn sessions_opened(&self) -> u64 {
        self.state().counts.sessions_opened
    }

    /// Whether a session is open.
    pub fn has_session(&self) -> bool {
        self.state().session.is_some()
    }

    /// The person taps on `Allow`, or chooses `File transfer` on a device that does not come again for it: the same as unlocking it.
    pub fn allow(&self) {
        self.state().set_locked(false);
    }

    /// The person chooses `File transfer` on a device that charges only: it goes off the bus, and comes again with its interface for files.
    pub fn choose_file_transfer(&self) {
        self.state().set_charging_only(false);
    }

    /// The person chooses to charge only: what is under way breaks off, and it comes again without its interface for files.
    pub fn choose_charging_only(&self) {
        self.state().set_charging_only(true);
    }

    /// The thumbnail of the library's object of this number; `None` where it has none.
    pub fn thumbnail(&self, number: u32) -> Option<Vec<u8>> {
        let state = self.state();
        state.thumbnail(state.library.object(number)?)
    }

    /// The screen is locked; what is under way is sent to its end.
    pub fn lock(&self) {
        self.state().set_locked(true);
    }

    /// The screen is unlocked.
    pub fn unlock(&self) {
        self.state().set_locked(false);
    }

    /// Locks the screen within the content of a file, after so many further bytes of files.
    pub fn lock_at_byte(&self, further_bytes: u64) {
        self.state().limits.until_lock_bytes = Some(further_bytes);
    }

    /// From now on it gives no data after so many further bytes, until [`go_on`](Self::go_on). A read that would pass that byte gets none.
    pub fn stall_at_byte(&self, further_bytes: u64) {
        self.state().limits.until_stall_bytes = Some(further_bytes);
    }

    /// It gives data again.
    pub fn go_on(&self) {
        self.state().limits.until_stall_bytes = None;
    }

    /// It falls off the bus at the read that would pass so many further bytes.
    pub fn unplug_at_byte(&self, further_bytes: u64) {
        self.state().limits.until_unplug_bytes = Some(further_bytes);
    }

    /// It is plugged in again: without a session, talking again if it was silent, and charging only if it is a device that begins so.
    pub fn plug_in(&self) {
        let mut state = self.state();
        state.limits.until_unplug_bytes = None;
        state.is_gone = false;
        state.silence = None;
        state.is_charging_only = state.profile.charge_only.is_some();
        state.begin_anew();
    }

    /// All objects get other handles, as after a media rescan; the old ones are nothing.
    pub fn rescan(&self) {
        self.state().rescan();
    }
}
