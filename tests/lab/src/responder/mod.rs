//! A PTP (ISO 15740) and MTP 1.1 responder: a phone or a camera from its endpoints inwards.
//!
//! It is never written to: what would write is refused and counted. How it behaves is its [`Profile`](crate::Profile)'s, what is on it is its
//! [`Library`](crate::Library)'s; a test looks at it and disturbs it through its [`ResponderWatch`].

mod answer;
mod codes;
mod dataset;
mod device;
mod endpoints;
mod objects;
mod rules;
mod state;
mod thumbnail;
mod transfer;
mod watch;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use codes::{Hex, Hex16, Operation};
pub use rules::{Effect, ParameterIs, Remainder, Rule, Silence, When};
pub use state::Command;
pub use watch::ResponderWatch;

pub(crate) use codes::response::ACCESS_DENIED;

use crate::function::{BulkIn, ControlOut, ControlRequest, Function, UsbShape};
use crate::library::{Library, LibraryDescription, LibraryError};
use crate::profile::Profile;
use state::State;

/// A phone or a camera made of a profile and a library.
pub struct Responder {
    state: Arc<Mutex<State>>,
}

impl Responder {
    /// A device that behaves like this and has this on it.
    pub fn new(profile: Profile, library: Arc<Library>) -> Self {
        Self {
            state: Arc::new(Mutex::new(State::new(profile, library))),
        }
    }

    /// A device with what its profile says is on it; nothing where it says nothing.
    ///
    /// # Errors
    /// [`LibraryError`]: there is too much on it, or its folder on disk can't be read.
    pub fn of(profile: Profile) -> Result<Self, LibraryError> {
        let nothing = LibraryDescription {
            storages: Vec::new(),
        };
        let library = Library::of(profile.library.as_ref().unwrap_or(&nothing))?;
        Ok(Self::new(profile, Arc::new(library)))
    }

    /// A handle on it for tests, also while it is plugged in.
    pub fn watch(&self) -> ResponderWatch {
        ResponderWatch::new(Arc::clone(&self.state))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// A test that failed while it held the state says so itself; the state is as good as before.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Function for Responder {
    fn shape(&self) -> UsbShape {
        let state = self.state();
        state.profile.shape(state.is_charging_only)
    }

    fn comes_again(&mut self) -> bool {
        let mut state = self.state();
        !state.is_gone && std::mem::take(&mut state.comes_again)
    }

    fn bulk_out(&mut self, bytes: &[u8], is_end: bool) -> bool {
        self.state().bulk_out(bytes, is_end)
    }

    fn bulk_in(&mut self, at_most_bytes: usize) -> BulkIn {
        self.state().bulk_in(at_most_bytes)
    }

    fn interrupt_in(&mut self) -> Option<Vec<u8>> {
        let mut state = self.state();
        if state.is_gone || state.is_charging_only || state.silence.is_some() {
            return None;
        }
        state.events.pop_front()
    }

    fn control(&mut self, request: ControlRequest, data: &[u8]) -> ControlOut {
        self.state().control(request, data)
    }

    fn halt_cleared(&mut self) {
        self.state().halt_cleared();
    }

    fn bus_reset(&mut self) {
        let mut state = self.state();
        // It is the same cable: what only a replug heals stays.
        if state.silence == Some(Silence::UntilReset) {
            state.silence = None;
        }
        state.begin_anew();
    }
}

#[cfg(test)]
mod tests;
