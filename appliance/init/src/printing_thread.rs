//! The one thread that prints, one document after the other, and has CUPS stand ready for the printer that is plugged in. It lives in a network of
//! its own, and what it starts does so too.

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use heirloom_engine::{
    Cancel, DeviceClass, DeviceId, Event, PrintEffect, PrintError, PrintEvent, PrintOrder,
    PrintProgress, Printed, classify,
};
use heirloom_linux::{PrintJob, ReadyPrinter, Watch, cups_runs, enter_own_network};
use serde_json::json;
use zeroize::Zeroizing;

use crate::drive_thread::Job;
use crate::logbook::announce;

/// Where documents are handed to the thread.
pub(crate) struct Printing {
    work: Sender<Work>,
    /// Stops the document.
    cancel: Cancel,
    /// The printer that was plugged in, or printed on, last, and what stops it from being made ready.
    printer: Option<(DeviceId, Cancel)>,
}

/// What the thread is to do, in this order.
enum Work {
    GetReady(DeviceId, Cancel),
    /// A device was unplugged: a printer, or something else.
    Forget(DeviceId),
    Print(PrintOrder, Cancel),
}

impl Printing {
    /// Starts the thread. What happens is told through `events`; sheets come from the drive's thread through its `jobs`.
    pub(crate) fn start(events: Sender<Event>, watch: Watch, jobs: Sender<Job>) -> Self {
        let (work, queue) = unbounded();
        std::thread::spawn(move || {
            PrintingThread {
                events,
                watch,
                jobs,
                has_network: false,
                ready: None,
            }
            .run(&queue)
        });
        Self {
            work,
            cancel: Cancel::new(),
            printer: None,
        }
    }

    /// A printer that is plugged in is made ready, and once more when a document was printed.
    pub(crate) fn event(&mut self, event: &Event) {
        match event {
            Event::DeviceSeen(facts) if classify(facts) == DeviceClass::Printer => {
                self.get_ready(facts.id.clone());
            }
            Event::DeviceGone(device) => self.hand_over(Work::Forget(device.clone())),
            Event::Printing(PrintEvent::Ended(_)) => {
                if let Some((printer, _)) = self.printer.take() {
                    self.get_ready(printer);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn carry_out(&mut self, effect: PrintEffect) {
        match effect {
            PrintEffect::Begin(order) => {
                self.is_about(&order.printer);
                self.cancel = Cancel::new();
                self.hand_over(Work::Print(order, self.cancel.clone()));
            }
            PrintEffect::Stop => {
                self.cancel.cancel();
                // It may be what the document waits for.
                if let Some((_, cancel)) = &self.printer {
                    cancel.cancel();
                }
            }
        }
    }

    fn get_ready(&mut self, printer: DeviceId) {
        let cancel = self.is_about(&printer);
        self.hand_over(Work::GetReady(printer, cancel));
    }

    /// Another printer is no longer waited for.
    fn is_about(&mut self, printer: &DeviceId) -> Cancel {
        if let Some((before, cancel)) = &self.printer {
            if before == printer {
                return cancel.clone();
            }
            cancel.cancel();
        }
        let cancel = Cancel::new();
        self.printer = Some((printer.clone(), cancel.clone()));
        cancel
    }

    fn hand_over(&self, work: Work) {
        if self.work.send(work).is_err() {
            log::error!("the printing thread is gone");
        }
    }
}

struct PrintingThread {
    events: Sender<Event>,
    watch: Watch,
    jobs: Sender<Job>,
    /// It has its own network; entered with the first printer, because most sessions have none.
    has_network: bool,
    ready: Option<ReadyPrinter>,
}

impl PrintingThread {
    fn run(mut self, queue: &Receiver<Work>) {
        for work in queue {
            match work {
                Work::GetReady(printer, cancel) => {
                    // Why it can't is told when something is to be printed.
                    if let Err(error) = self.get_ready(&printer, &cancel) {
                        log::info!("{}: {error}", printer.0);
                    }
                }
                Work::Forget(device) => {
                    if self.ready.as_ref().is_some_and(|ready| ready.is(&device)) {
                        self.ready = None;
                        tell_of_cups();
                    }
                }
                Work::Print(order, cancel) => {
                    let outcome = self.print(&order, &cancel);
                    tell_of_cups();
                    self.tell(PrintEvent::Ended(outcome));
                }
            }
        }
    }

    fn tell(&self, event: PrintEvent) {
        // Only when the worker ends.
        drop(self.events.send(Event::Printing(event)));
    }

    fn get_ready(&mut self, printer: &DeviceId, cancel: &Cancel) -> Result<(), PrintError> {
        let is_ready = |ready: &mut ReadyPrinter| ready.is(printer) && ready.is_well();
        if self.ready.as_mut().is_some_and(is_ready) {
            return Ok(());
        }
        // One at a time.
        self.ready = None;
        if !self.has_network {
            enter_own_network().map_err(|error| {
                log::warn!("a network of its own: {error}");
                PrintError::Failed {
                    step: "closing itself off",
                }
            })?;
            self.has_network = true;
        }
        let (printer, _) = self.watch.get(printer).ok_or(PrintError::Unplugged)?;
        self.ready = Some(ReadyPrinter::get_ready(&printer, cancel)?);
        tell_of_cups();
        Ok(())
    }

    fn print(&mut self, order: &PrintOrder, cancel: &Cancel) -> Result<Printed, PrintError> {
        if cancel.is_cancelled() {
            return Err(PrintError::Stopped);
        }
        self.tell(PrintEvent::Moved(PrintProgress::Preparing));
        self.get_ready(&order.printer, cancel)?;
        let pdf = self.document(order)?;
        let ready = self.ready.take().ok_or(PrintError::Unplugged)?;
        let job = PrintJob {
            pdf: &pdf,
            paper: order.paper,
            copies: order.copies,
        };
        let tell = |progress| self.tell(PrintEvent::Moved(progress));
        let pages = ready.print(&job, &tell, cancel)?;
        log::info!("printed, pages: {pages:?}");
        Ok(Printed { pages })
    }

    /// The document as PDF, wiped when it is no longer needed.
    fn document(&self, order: &PrintOrder) -> Result<Zeroizing<Vec<u8>>, PrintError> {
        let (reply, answer) = bounded(1);
        let job = Job::MakeSheet {
            document: order.document.clone(),
            paper: order.paper,
            reply,
        };
        self.jobs.send(job).map_err(|_| PrintError::NoDocument)?;
        // No answer: no archive is open any more, or the sheet could not be made, which the log says.
        answer.recv().map_err(|_| PrintError::NoDocument)
    }
}

/// Tells whether CUPS runs, by the list of processes.
fn tell_of_cups() {
    announce(&json!({ "event": "cups", "runs": cups_runs() }));
}

#[cfg(test)]
mod tests {
    use heirloom_engine::{DeviceFacts, DeviceForm, Document, Paper, UsbFacts};

    use super::*;

    fn handle() -> (Printing, Receiver<Work>) {
        let (work, queue) = unbounded();
        let printing = Printing {
            work,
            cancel: Cancel::new(),
            printer: None,
        };
        (printing, queue)
    }

    fn seen(id: &str, interface: (u8, u8, u8)) -> Event {
        Event::DeviceSeen(DeviceFacts {
            id: DeviceId(id.to_owned()),
            manufacturer: "Lexmark".to_owned(),
            model: "Optra".to_owned(),
            serial: None,
            form: DeviceForm::Usb(UsbFacts {
                vendor_id: 0x043d,
                product_id: 0x0001,
                interfaces: vec![interface],
                interface_names: Vec::new(),
            }),
        })
    }

    fn order(printer: &str) -> PrintEffect {
        PrintEffect::Begin(PrintOrder {
            printer: DeviceId(printer.to_owned()),
            document: Document::RestoreSheet,
            paper: Paper::A4,
            copies: 1,
        })
    }

    fn made_ready(queue: &Receiver<Work>) -> (String, Cancel) {
        match queue.try_recv() {
            Ok(Work::GetReady(printer, cancel)) => (printer.0, cancel),
            _ => panic!("a printer to be made ready"),
        }
    }

    fn printed(queue: &Receiver<Work>) -> Cancel {
        match queue.try_recv() {
            Ok(Work::Print(_, cancel)) => cancel,
            _ => panic!("a document"),
        }
    }

    #[test]
    fn a_printer_is_made_ready_when_it_comes_and_after_each_document() {
        let (mut printing, queue) = handle();
        printing.event(&seen("keyboard", (3, 1, 1)));
        assert!(queue.try_recv().is_err());
        printing.event(&seen("a", (7, 1, 2)));
        let (printer, waiting) = made_ready(&queue);
        assert_eq!(printer, "a");
        printing.carry_out(order("a"));
        let cancel = printed(&queue);
        // What the document waits for is not given up for it, but is with it.
        assert!(!waiting.is_cancelled() && !cancel.is_cancelled());
        printing.carry_out(PrintEffect::Stop);
        assert!(waiting.is_cancelled() && cancel.is_cancelled());
        printing.event(&Event::Printing(PrintEvent::Ended(Err(
            PrintError::Stopped,
        ))));
        let (printer, again) = made_ready(&queue);
        assert!(printer == "a" && !again.is_cancelled());
        printing.event(&Event::DeviceGone(DeviceId("a".to_owned())));
        assert!(matches!(queue.try_recv(), Ok(Work::Forget(_))));
    }

    #[test]
    fn a_document_for_another_printer_waits_for_that_one_alone() {
        let (mut printing, queue) = handle();
        printing.event(&seen("a", (7, 1, 2)));
        let (_, waiting) = made_ready(&queue);
        printing.carry_out(order("b"));
        assert!(waiting.is_cancelled());
        assert!(!printed(&queue).is_cancelled());
    }
}
