//! A printer that needs no driver: IPP over USB (USB Implementers Forum, IPP Protocol 1.0), several pipes of HTTP/1.1 on interfaces that are alike,
//! and behind them as much of IPP Everywhere (PWG 5100.14) as a host asks of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use super::http::{HttpRequest, answer};
use super::ipp::{Attributes, Message, operation, status};
use super::{PrinterProfile, PrinterTrouble, PrinterWatch, State, lock};
use crate::function::{BulkIn, ControlOut, ControlRequest, Function, UsbShape};

/// As many pipes as printers have.
const PIPES: u8 = 3;
const JOB_ID: i32 = 1;
/// States of a printer and of a job (RFC 8011, sections 5.4.11 and 5.3.7).
const IDLE: i32 = 3;
const STOPPED: i32 = 5;
const PROCESSING: i32 = 5;
const COMPLETED: i32 = 9;

/// A printer that speaks IPP over USB.
pub struct IppPrinter {
    state: Arc<Mutex<State>>,
    pipes: [Pipe; PIPES as usize],
}

#[derive(Default)]
struct Pipe {
    inbox: Vec<u8>,
    outbox: VecDeque<u8>,
    /// The host was told to go on with a request's body.
    has_continued: bool,
}

impl IppPrinter {
    /// A printer that is like this, with paper in it.
    pub fn new(profile: PrinterProfile) -> Self {
        Self {
            state: Arc::new(Mutex::new(State::new(profile))),
            pipes: Default::default(),
        }
    }

    /// A handle on it for tests, also while it is plugged in.
    pub fn watch(&self) -> PrinterWatch {
        PrinterWatch::new(Arc::clone(&self.state))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Answers the requests that are whole.
    fn serve(&mut self, pipe: usize) {
        loop {
            let inbox = &self.pipes[pipe].inbox;
            if HttpRequest::waits_for_leave(inbox) && !self.pipes[pipe].has_continued {
                self.pipes[pipe].has_continued = true;
                let go_on = b"HTTP/1.1 100 Continue\r\n\r\n";
                self.pipes[pipe].outbox.extend(go_on);
            }
            let Some((request, length)) = HttpRequest::parse(&self.pipes[pipe].inbox) else {
                return;
            };
            self.pipes[pipe].inbox.drain(..length);
            self.pipes[pipe].has_continued = false;
            let said = if request.is_post_to("/ipp/print") {
                answer(200, &self.ipp(&request.body))
            } else {
                // No scanner, no pages for a browser.
                answer(404, &[])
            };
            self.pipes[pipe].outbox.extend(said);
        }
    }

    fn ipp(&self, body: &[u8]) -> Vec<u8> {
        let Some((request, document)) = Message::parse(body) else {
            return Message::answer(status::BAD_REQUEST, 0).finish();
        };
        let mut state = self.state();
        let ok = || Message::answer(status::OK, request.id);
        match request.code {
            operation::GET_PRINTER_ATTRIBUTES => ok().printer(printer_attributes(&state)).finish(),
            operation::VALIDATE_JOB => ok().finish(),
            operation::PRINT_JOB | operation::SEND_DOCUMENT => {
                state.received.extend(document);
                ok().job(job_attributes(&state)).finish()
            }
            operation::CREATE_JOB | operation::GET_JOB_ATTRIBUTES | operation::GET_JOBS => {
                ok().job(job_attributes(&state)).finish()
            }
            operation::CANCEL_JOB => ok().finish(),
            _ => Message::answer(status::NOT_SUPPORTED, request.id).finish(),
        }
    }
}

fn reasons(state: &State) -> &'static str {
    match state.trouble {
        None => "none",
        Some(PrinterTrouble::PaperOut) => "media-empty-error",
        Some(PrinterTrouble::Jam) => "media-jam-error",
        Some(PrinterTrouble::CoverOpen) => "cover-open-error",
    }
}

fn job_attributes(state: &State) -> Attributes {
    let is_done = !state.received.is_empty() && state.trouble.is_none();
    let job_state = if is_done { COMPLETED } else { PROCESSING };
    Attributes::default()
        .integer("job-id", JOB_ID)
        .uri("job-uri", "ipp://localhost/jobs/1")
        .enumeration("job-state", job_state)
        .keyword(
            "job-state-reasons",
            if is_done {
                "job-completed-successfully"
            } else {
                "none"
            },
        )
        .integer("job-impressions-completed", is_done.into())
}

fn printer_attributes(state: &State) -> Attributes {
    let profile = &state.profile;
    let operations = [
        operation::PRINT_JOB,
        operation::VALIDATE_JOB,
        operation::CREATE_JOB,
        operation::SEND_DOCUMENT,
        operation::CANCEL_JOB,
        operation::GET_JOB_ATTRIBUTES,
        operation::GET_JOBS,
        operation::GET_PRINTER_ATTRIBUTES,
    ];
    let is_well = state.trouble.is_none();
    let mut attributes = Attributes::default()
        .uri("printer-uri-supported", "ipp://localhost/ipp/print")
        .keyword("uri-authentication-supported", "none")
        .keyword("uri-security-supported", "none")
        .name("printer-name", &profile.model)
        .text("printer-info", &profile.model)
        .text("printer-location", "")
        .text("printer-make-and-model", &profile.model)
        .text("printer-device-id", &profile.device_id)
        .uri(
            "printer-uuid",
            "urn:uuid:4509a320-0011-0022-0033-001122334455",
        )
        .enumeration("printer-state", if is_well { IDLE } else { STOPPED })
        .keyword("printer-state-reasons", reasons(state))
        .boolean("printer-is-accepting-jobs", true)
        .integer("queued-job-count", 0)
        .integer("printer-up-time", 1)
        .keyword("compression-supported", "none")
        .charset("charset-configured", "utf-8")
        .charset("charset-supported", "utf-8")
        .boolean("color-supported", false)
        .keyword("print-color-mode-supported", "monochrome")
        .keyword("sides-supported", "one-sided")
        .keyword("sides-default", "one-sided")
        .keyword("media-default", "iso_a4_210x297mm")
        .keywords(
            "media-supported",
            &["iso_a4_210x297mm", "na_letter_8.5x11in"],
        )
        .keywords("ipp-versions-supported", &["1.1", "2.0"])
        .keyword("pdl-override-supported", "attempted")
        .range("copies-supported", 1, 99)
        .mime_types("document-format-supported", &profile.ipp_formats)
        .keywords(
            "job-creation-attributes-supported",
            &["copies", "media", "sides"],
        );
    for each in operations {
        attributes = attributes.further_enumeration("operations-supported", each.into());
    }
    attributes
}

impl Function for IppPrinter {
    fn shape(&self) -> UsbShape {
        UsbShape {
            interface: [7, 1, 4],
            interfaces: PIPES,
            ..self.state().profile.shape()
        }
    }

    fn bulk_out(&mut self, bytes: &[u8], is_end: bool) -> bool {
        self.bulk_out_at(0, bytes, is_end)
    }

    fn bulk_in(&mut self, at_most_bytes: usize) -> BulkIn {
        self.bulk_in_at(0, at_most_bytes)
    }

    fn bulk_out_at(&mut self, interface: u8, bytes: &[u8], _is_end: bool) -> bool {
        let pipe = usize::from(interface);
        self.pipes[pipe].inbox.extend(bytes);
        self.serve(pipe);
        true
    }

    fn bulk_in_at(&mut self, interface: u8, at_most_bytes: usize) -> BulkIn {
        let outbox = &mut self.pipes[usize::from(interface)].outbox;
        if outbox.is_empty() {
            return BulkIn::NotYet;
        }
        let count = outbox.len().min(at_most_bytes);
        BulkIn::Data(outbox.drain(..count).collect())
    }

    fn interrupt_in(&mut self) -> Option<Vec<u8>> {
        None
    }

    fn control(&mut self, request: ControlRequest, _data: &[u8]) -> ControlOut {
        match (request.request_type, request.request) {
            (super::CLASS_READS, super::GET_DEVICE_ID) => {
                ControlOut::Data(self.state().profile.device_id())
            }
            _ => ControlOut::Stall,
        }
    }

    fn halt_cleared(&mut self) {}

    fn bus_reset(&mut self) {
        self.pipes = Default::default();
    }
}
