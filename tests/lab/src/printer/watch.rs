//! What a test sees of a printer, and does to it, while it is plugged in.

use std::sync::{Arc, Mutex};

use super::{PrinterTrouble, State, lock};

/// A handle on a printer.
#[derive(Clone)]
pub struct PrinterWatch {
    state: Arc<Mutex<State>>,
}

impl PrinterWatch {
    pub(super) fn new(state: Arc<Mutex<State>>) -> Self {
        Self { state }
    }

    /// All that it was sent to print.
    pub fn received(&self) -> Vec<u8> {
        lock(&self.state).received.clone()
    }

    /// How much it was sent to print, in bytes.
    pub fn received_bytes(&self) -> usize {
        lock(&self.state).received.len()
    }

    /// Something hinders it from now on, or nothing any more.
    pub fn set_trouble(&self, trouble: Option<PrinterTrouble>) {
        lock(&self.state).set_trouble(trouble);
    }

    /// How often the host has reset it.
    pub fn soft_resets(&self) -> u32 {
        lock(&self.state).soft_resets
    }
}
