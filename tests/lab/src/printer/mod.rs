//! A printer made in software: the USB printer class (USB Device Class Definition for Printing Devices 1.1) from its endpoints inwards.
//!
//! It keeps what it is sent, and judges nothing: a test renders and reads that. What hinders it (no paper, a jam, an open cover) a test sets through
//! its [`PrinterWatch`]; then it takes no more than its memory holds, like a real one.

mod http;
mod ipp;
mod ipp_printer;
mod profile;
mod watch;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use ipp_printer::IppPrinter;
pub use profile::{PrinterProfile, PrinterProfileError};
pub use watch::PrinterWatch;

use crate::function::{BulkIn, ControlOut, ControlRequest, Function, UsbShape};

/// bmRequestType of a class request that reads from an interface, and of one that writes.
const CLASS_READS: u8 = 0xa1;
const CLASS_WRITES: u8 = 0x21;
/// bRequest (section 4.2 of the class).
const GET_DEVICE_ID: u8 = 0;
const GET_PORT_STATUS: u8 = 1;
const SOFT_RESET: u8 = 2;
/// Bits of the port's status (section 4.2.2): as on the parallel port.
const PAPER_EMPTY: u8 = 1 << 5;
const SELECTED: u8 = 1 << 4;
const NOT_ERROR: u8 = 1 << 3;
/// What it takes while it can't print, in bytes.
const MEMORY_BYTES: usize = 16 << 10;
/// By which a host asks a PJL printer to tell when its state changes (HP's PJL Technical Reference Manual, chapter 9).
const WANTS_STATUS: &[u8] = b"@PJL USTATUS DEVICE";

/// What keeps a printer from printing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrinterTrouble {
    /// The tray is empty.
    PaperOut,
    /// Paper is stuck.
    Jam,
    /// A cover is open.
    CoverOpen,
}

impl PrinterTrouble {
    /// PJL's status code (appendix D of the manual): 40021 is an open cover, 41 and more digits are about a tray, 42 and more are jams.
    fn pjl_code(self) -> u32 {
        match self {
            Self::PaperOut => 41_002,
            Self::Jam => 42_102,
            Self::CoverOpen => 40_021,
        }
    }
}

/// PJL's code of a printer that is ready.
const PJL_READY: u32 = 10_001;

/// A printer.
pub struct Printer {
    state: Arc<Mutex<State>>,
}

pub(crate) struct State {
    profile: PrinterProfile,
    received: Vec<u8>,
    trouble: Option<PrinterTrouble>,
    /// Taken since it can't print.
    held_bytes: usize,
    tells_status: bool,
    /// What it says to the host.
    says: VecDeque<u8>,
    soft_resets: u32,
}

impl Printer {
    /// A printer that is like this, with paper in it.
    pub fn new(profile: PrinterProfile) -> Self {
        Self {
            state: Arc::new(Mutex::new(State::new(profile))),
        }
    }

    /// A handle on it for tests, also while it is plugged in.
    pub fn watch(&self) -> PrinterWatch {
        PrinterWatch::new(Arc::clone(&self.state))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// A test that failed while it held the state says so itself; the state is as good as before.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn new(profile: PrinterProfile) -> Self {
        Self {
            profile,
            received: Vec::new(),
            trouble: None,
            held_bytes: 0,
            tells_status: false,
            says: VecDeque::new(),
            soft_resets: 0,
        }
    }

    fn set_trouble(&mut self, trouble: Option<PrinterTrouble>) {
        // What its memory holds is printed once it can print.
        if trouble.is_none() {
            self.held_bytes = 0;
        }
        self.trouble = trouble;
        self.tell_status();
    }

    /// Where a host has asked for it: the state in PJL, which ends with a form feed.
    fn tell_status(&mut self) {
        if self.tells_status {
            let code = self.trouble.map_or(PJL_READY, PrinterTrouble::pjl_code);
            let is_online = self.trouble.is_none();
            let online = if is_online { "TRUE" } else { "FALSE" };
            let text = format!("@PJL USTATUS DEVICE\r\nCODE={code}\r\nONLINE={online}\r\n\x0c");
            self.says.extend(text.bytes());
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        // The words may be split over two transfers.
        let seen = self.received.len().saturating_sub(WANTS_STATUS.len());
        self.received.extend(bytes);
        if self.trouble.is_some() {
            self.held_bytes += bytes.len();
        }
        let is_asked = self.received[seen..]
            .windows(WANTS_STATUS.len())
            .any(|words| words == WANTS_STATUS);
        if self.profile.speaks_pjl && is_asked && !self.tells_status {
            self.tells_status = true;
            self.tell_status();
        }
    }

    fn port_status(&self) -> u8 {
        match self.trouble {
            None => SELECTED | NOT_ERROR,
            Some(PrinterTrouble::PaperOut) => PAPER_EMPTY | SELECTED,
            Some(PrinterTrouble::Jam | PrinterTrouble::CoverOpen) => SELECTED,
        }
    }
}

impl Function for Printer {
    fn shape(&self) -> UsbShape {
        self.state().profile.shape()
    }

    fn takes_bulk_out(&mut self) -> bool {
        let state = self.state();
        state.trouble.is_none() || state.held_bytes < MEMORY_BYTES
    }

    fn bulk_out(&mut self, bytes: &[u8], _is_end: bool) -> bool {
        self.state().take(bytes);
        true
    }

    fn bulk_in(&mut self, at_most_bytes: usize) -> BulkIn {
        let mut state = self.state();
        if state.says.is_empty() {
            return BulkIn::NotYet;
        }
        let count = state.says.len().min(at_most_bytes);
        BulkIn::Data(state.says.drain(..count).collect())
    }

    fn interrupt_in(&mut self) -> Option<Vec<u8>> {
        None
    }

    fn control(&mut self, request: ControlRequest, _data: &[u8]) -> ControlOut {
        let mut state = self.state();
        match (request.request_type, request.request) {
            (CLASS_READS, GET_DEVICE_ID) => ControlOut::Data(state.profile.device_id()),
            (CLASS_READS, GET_PORT_STATUS) => ControlOut::Data(vec![state.port_status()]),
            (CLASS_WRITES, SOFT_RESET) => {
                state.soft_resets += 1;
                state.says.clear();
                ControlOut::Data(Vec::new())
            }
            _ => ControlOut::Stall,
        }
    }

    fn halt_cleared(&mut self) {}

    fn bus_reset(&mut self) {
        let mut state = self.state();
        state.tells_status = false;
        state.says.clear();
    }
}

#[cfg(test)]
mod tests;
