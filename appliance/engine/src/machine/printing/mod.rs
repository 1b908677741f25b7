//! Printing: what is asked before, how far it is, and what became of it.

mod port;
mod view;

use super::event::Command;
use super::keys::move_cursor;
use super::page::Page;
use super::view::Choice;
use super::{DeviceId, Effect, Machine};
use crate::classify::DeviceClass;

pub use port::{
    Document, Paper, PrintEffect, PrintError, PrintEvent, PrintOrder, PrintProgress, Printed,
    PrinterTrouble, ShareSheet,
};
pub use view::{PrintLine, PrintingStep, PrintingView};

/// More are not needed of a sheet, and would empty a tray by mistake.
const COPIES_MAX: u8 = 9;

/// A document, and where it is.
#[derive(Debug)]
pub(super) struct Printing {
    printer: DeviceId,
    /// Kept, because a printer that is unplugged is still spoken of.
    name: String,
    document: Document,
    copies: u8,
    step: Step,
}

#[derive(Debug)]
enum Step {
    Ask {
        cursor: usize,
    },
    Running {
        progress: PrintProgress,
        since_ms: u64,
        stopping: bool,
    },
    Done(Printed),
    Trouble(PrintError),
}

impl Printing {
    /// Whether its page shows a clock that runs.
    pub(super) fn has_clock(&self) -> bool {
        matches!(self.step, Step::Running { .. })
    }
}

impl Machine {
    /// A choice for each printer, while there is something to print.
    pub(super) fn printings(&self) -> Vec<(Choice, Option<DeviceId>)> {
        let devices = self.devices.iter();
        let printers = devices.filter(|device| device.class == DeviceClass::Printer);
        let choice = |name| Choice::Print { printer: name };
        printers
            .filter(|_| self.archive.is_some())
            .map(|device| (choice(device.name()), Some(device.facts.id.clone())))
            .collect()
    }

    pub(super) fn begin_printing(&self, printer: &DeviceId) -> Option<Page> {
        let device = self.devices.get(printer)?;
        Some(Page::Printing(Box::new(Printing {
            printer: printer.clone(),
            name: device.name(),
            document: Document::RestoreSheet,
            copies: 1,
            step: Step::Ask { cursor: 0 },
        })))
    }

    pub(super) fn press_printing(&mut self, command: Command, mut page: Box<Printing>) -> Page {
        match (&mut page.step, command) {
            (Step::Ask { .. }, Command::Back) => return Page::home(),
            (Step::Ask { cursor }, Command::Accept) => match PrintLine::ALL[*cursor] {
                PrintLine::Print => self.print(&mut page),
                PrintLine::Paper => self.paper = self.paper.other(),
                PrintLine::Copies => page.copies = page.copies % COPIES_MAX + 1,
            },
            (Step::Ask { cursor }, command) => {
                *cursor = move_cursor(command, *cursor, PrintLine::ALL.len());
            }
            (Step::Running { stopping, .. }, Command::Back) if !*stopping => {
                *stopping = true;
                self.effects.push_back(Effect::Print(PrintEffect::Stop));
            }
            (Step::Running { .. }, _) => {}
            // Once more, as it was asked for.
            (Step::Done(_) | Step::Trouble(_), Command::Type('p' | 'P')) => {
                if self.devices.get(&page.printer).is_some() && self.archive.is_some() {
                    self.print(&mut page);
                }
            }
            (Step::Done(_) | Step::Trouble(_), Command::Accept | Command::Back) => {
                return Page::home();
            }
            (Step::Done(_) | Step::Trouble(_), _) => {}
        }
        Page::Printing(page)
    }

    fn print(&mut self, page: &mut Printing) {
        let order = PrintOrder {
            printer: page.printer.clone(),
            document: page.document.clone(),
            paper: self.paper,
            copies: page.copies,
        };
        self.effects
            .push_back(Effect::Print(PrintEffect::Begin(order)));
        page.step = Step::Running {
            progress: PrintProgress::Preparing,
            since_ms: self.now.monotonic_ms,
            stopping: false,
        };
    }

    pub(super) fn printing(&mut self, event: PrintEvent) {
        // Whatever else is on the screen by now, as after the archive's drive was pulled, matters more.
        if let Page::Keys(page) = &mut self.page {
            page.share_printed(event);
            return;
        }
        let Page::Printing(page) = &mut self.page else {
            return;
        };
        let Step::Running { progress, .. } = &mut page.step else {
            return;
        };
        match event {
            PrintEvent::Moved(moved) => *progress = moved,
            PrintEvent::Ended(Ok(printed)) => page.step = Step::Done(printed),
            PrintEvent::Ended(Err(error)) => page.step = Step::Trouble(error),
        }
    }

    /// A printer that is unplugged while it is asked about; one that prints is told of by whoever waits for it.
    pub(super) fn printing_lost(&mut self, id: &DeviceId) {
        if let Page::Keys(page) = &mut self.page {
            page.printer_lost(id);
        }
        if let Page::Printing(page) = &mut self.page
            && page.printer == *id
            && matches!(page.step, Step::Ask { .. })
        {
            page.step = Step::Trouble(PrintError::Unplugged);
        }
    }

    pub(super) fn show_printing(&self, page: &Printing) -> PrintingView {
        let step = match &page.step {
            Step::Ask { cursor } => PrintingStep::Ask {
                paper: self.paper,
                copies: page.copies,
                cursor: PrintLine::ALL[*cursor],
            },
            Step::Running {
                progress,
                since_ms,
                stopping,
            } => PrintingStep::Running {
                progress: *progress,
                elapsed_s: self.now.monotonic_ms.saturating_sub(*since_ms) / 1_000,
                stopping: *stopping,
            },
            Step::Done(printed) => PrintingStep::Done {
                pages: printed.pages,
                copies: page.copies,
                today: heirloom_format::day_of_unix(self.now.unix_s),
                archive: self
                    .archive
                    .as_ref()
                    .map(|archive| archive.name.clone())
                    .unwrap_or_default(),
            },
            Step::Trouble(error) => PrintingStep::Trouble(error.clone()),
        };
        PrintingView {
            printer: page.name.clone(),
            document: page.document.clone(),
            step,
        }
    }
}
