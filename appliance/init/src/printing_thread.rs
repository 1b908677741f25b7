//! The one thread that prints, one document after the other. It lives in a network of its own, and what it starts does so too.

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use heirloom_engine::{Cancel, Event, PrintEffect, PrintError, PrintEvent, PrintOrder, Printed};
use heirloom_linux::{PrintJob, Watch, enter_own_network, print};
use zeroize::Zeroizing;

use crate::drive_thread::Job;

/// Where documents are handed to the thread.
pub(crate) struct Printing {
    orders: Sender<(PrintOrder, Cancel)>,
    cancel: Cancel,
}

impl Printing {
    /// Starts the thread. What happens is told through `events`; sheets come from the drive's thread through its `jobs`.
    pub(crate) fn start(events: Sender<Event>, watch: Watch, jobs: Sender<Job>) -> Self {
        let (orders, queue) = unbounded();
        std::thread::spawn(move || {
            PrintingThread {
                events,
                watch,
                jobs,
                has_network: false,
            }
            .run(&queue)
        });
        Self {
            orders,
            cancel: Cancel::new(),
        }
    }

    pub(crate) fn carry_out(&mut self, effect: PrintEffect) {
        match effect {
            PrintEffect::Begin(order) => {
                self.cancel = Cancel::new();
                if self.orders.send((order, self.cancel.clone())).is_err() {
                    log::error!("the printing thread is gone");
                }
            }
            PrintEffect::Stop => self.cancel.cancel(),
        }
    }
}

struct PrintingThread {
    events: Sender<Event>,
    watch: Watch,
    jobs: Sender<Job>,
    /// It has its own network; entered with the first document, because most sessions print none.
    has_network: bool,
}

impl PrintingThread {
    fn run(mut self, queue: &Receiver<(PrintOrder, Cancel)>) {
        for (order, cancel) in queue {
            let outcome = self.print(&order, &cancel);
            self.tell(PrintEvent::Ended(outcome));
        }
    }

    fn tell(&self, event: PrintEvent) {
        // Only when the worker ends.
        drop(self.events.send(Event::Printing(event)));
    }

    fn print(&mut self, order: &PrintOrder, cancel: &Cancel) -> Result<Printed, PrintError> {
        if !self.has_network {
            enter_own_network().map_err(|error| {
                log::warn!("a network of its own: {error}");
                PrintError::Failed {
                    step: "closing itself off",
                }
            })?;
            self.has_network = true;
        }
        let pdf = self.document(order)?;
        let (printer, _) = self
            .watch
            .get(&order.printer)
            .ok_or(PrintError::Unplugged)?;
        let job = PrintJob {
            printer: &printer,
            pdf: &pdf,
            paper: order.paper,
            copies: order.copies,
        };
        let tell = |progress| self.tell(PrintEvent::Moved(progress));
        let pages = print(&job, &tell, cancel)?;
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
