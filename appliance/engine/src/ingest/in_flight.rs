//! How much is written and not yet verified: a power cut would lose it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Enough to keep a fast drive busy while a video is flushed and read back. On a PC with little memory the system itself makes the writer wait
/// earlier.
const BYTES_MAX: u64 = 512 << 20;

/// A count of bytes that makes the writer wait.
#[derive(Default)]
pub(super) struct InFlight {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    bytes: u64,
    over: bool,
}

/// While it lives, waiting makes sense; dropped, however that comes about, it ends all waiting.
pub(super) struct Landing<'a>(pub(super) &'a InFlight);

impl InFlight {
    /// Counts a written file.
    pub(super) fn add(&self, bytes: u64) {
        self.state().bytes += bytes;
    }

    /// Waits until there is little enough beside the last file, of this length; not at all when nobody verifies any more.
    pub(super) fn wait(&self, bytes: u64) {
        let mut state = self.state();
        while state.bytes > BYTES_MAX && state.bytes > bytes && !state.over {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// So many bytes are verified, or given up.
    pub(super) fn subtract(&self, bytes: u64) {
        self.state().bytes -= bytes;
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere ends the run; the count is still right.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        self.0.state().over = true;
        self.0.changed.notify_all();
    }
}
