//! A share on paper from a printer: it is not shown on the screen, unless a person would rather write it down by hand.

use heirloom_format::ShareForm;

use crate::device::DeviceId;
use crate::machine::event::Command;
use crate::machine::printing::{
    Document, PrintEffect, PrintError, PrintEvent, PrintOrder, PrintProgress, ShareSheet,
};
use crate::machine::{Effect, Machine};

use super::page::{Ceremony, KeysPage};
use super::view::PaperStage;

/// How far the sheet of a share is.
#[derive(Debug)]
pub(in crate::machine) enum PaperStep {
    /// It is to be printed here.
    Ask { printer: DeviceId },
    Printing {
        printer: DeviceId,
        progress: PrintProgress,
        since_ms: u64,
        stopping: bool,
    },
    /// The printer has it all.
    Printed { printer: DeviceId },
    Failed {
        printer: DeviceId,
        error: PrintError,
    },
}

impl PaperStep {
    fn printer(&self) -> &DeviceId {
        match self {
            Self::Ask { printer }
            | Self::Printing { printer, .. }
            | Self::Printed { printer }
            | Self::Failed { printer, .. } => printer,
        }
    }

    pub(super) fn has_clock(&self) -> bool {
        matches!(self, Self::Printing { .. })
    }
}

impl Machine {
    /// Where a share begins: at a printer, if there is one, else on the screen.
    pub(super) fn at_share(&self, mut ceremony: Ceremony) -> KeysPage {
        match self.printers().into_iter().next() {
            Some((printer, _)) => {
                ceremony.form = ShareForm::Printed;
                KeysPage::Paper(ceremony, PaperStep::Ask { printer })
            }
            None => on_screen(ceremony),
        }
    }

    /// Back to what a share is read from, whichever way it came onto paper.
    pub(super) fn back_to_share(&self, ceremony: Ceremony) -> KeysPage {
        let printer = self.printers().into_iter().next();
        match (&ceremony.form, printer) {
            (ShareForm::Printed, Some((printer, _))) => {
                KeysPage::Paper(ceremony, PaperStep::Printed { printer })
            }
            (ShareForm::Printed, None) => {
                let error = PrintError::Unplugged;
                let printer = DeviceId(String::new());
                KeysPage::Paper(ceremony, PaperStep::Failed { printer, error })
            }
            _ => KeysPage::Share(ceremony),
        }
    }

    pub(super) fn press_paper(
        &mut self,
        command: Command,
        ceremony: Ceremony,
        step: PaperStep,
    ) -> KeysPage {
        match (command, step) {
            (
                Command::Back,
                PaperStep::Printing {
                    printer,
                    progress,
                    since_ms,
                    stopping,
                },
            ) => {
                if !stopping {
                    self.effects.push_back(Effect::Print(PrintEffect::Stop));
                }
                let step = PaperStep::Printing {
                    printer,
                    progress,
                    since_ms,
                    stopping: true,
                };
                KeysPage::Paper(ceremony, step)
            }
            (_, step @ PaperStep::Printing { .. }) => KeysPage::Paper(ceremony, step),
            (Command::Back, _) => KeysPage::ConfirmLeave(ceremony),
            (Command::Type('w' | 'W'), _) => on_screen(ceremony),
            (Command::Type('s' | 'S'), PaperStep::Ask { printer }) => {
                self.paper = self.paper.other();
                KeysPage::Paper(ceremony, PaperStep::Ask { printer })
            }
            (Command::Up | Command::Down, PaperStep::Ask { printer }) => {
                let printer = self.next_printer(&printer);
                KeysPage::Paper(ceremony, PaperStep::Ask { printer })
            }
            (Command::Accept, PaperStep::Printed { .. }) => ceremony.read_back(),
            (Command::Type('l' | 'L'), PaperStep::Printed { .. }) => {
                self.share_is_done(ceremony, false)
            }
            (Command::Type('p' | 'P'), step @ PaperStep::Printed { .. })
            | (Command::Accept, step @ (PaperStep::Ask { .. } | PaperStep::Failed { .. })) => {
                self.print_share(ceremony, step)
            }
            (_, step) => KeysPage::Paper(ceremony, step),
        }
    }

    /// On the printer that was chosen, or on the one that is there by now.
    fn print_share(&mut self, ceremony: Ceremony, step: PaperStep) -> KeysPage {
        let printers = self.printers();
        let mut chosen = printers.iter().filter(|(id, _)| id == step.printer());
        let Some((printer, _)) = chosen.next().or(printers.first()).cloned() else {
            let printer = step.printer().clone();
            let error = PrintError::Unplugged;
            return KeysPage::Paper(ceremony, PaperStep::Failed { printer, error });
        };
        let Some(share) = ceremony.share().cloned() else {
            return KeysPage::Paper(ceremony, step);
        };
        let holders = (0..usize::from(ceremony.plan.scheme.made()))
            .map(|at| ceremony.plan.executors.get(at).cloned().unwrap_or_default());
        let sheet = ShareSheet {
            share,
            holders: holders.collect(),
        };
        let order = PrintOrder {
            printer: printer.clone(),
            document: Document::ShareSheet(Box::new(sheet)),
            paper: self.paper,
            copies: 1,
        };
        self.effects
            .push_back(Effect::Print(PrintEffect::Begin(order)));
        let step = PaperStep::Printing {
            printer,
            progress: PrintProgress::Preparing,
            since_ms: self.now.monotonic_ms,
            stopping: false,
        };
        KeysPage::Paper(ceremony, step)
    }

    /// The share is on paper, and its words were read back, or that was put off.
    pub(super) fn share_is_done(&mut self, mut ceremony: Ceremony, is_read_back: bool) -> KeysPage {
        ceremony.done.push((ceremony.form.clone(), is_read_back));
        if ceremony.at + 1 < ceremony.new.shares.len() {
            ceremony.at += 1;
            return self.at_share(ceremony);
        }
        self.set_executors(ceremony)
    }

    fn printers(&self) -> Vec<(DeviceId, String)> {
        let printers = self.devices.iter();
        let printers =
            printers.filter(|device| device.class == crate::classify::DeviceClass::Printer);
        printers
            .map(|device| (device.facts.id.clone(), device.name()))
            .collect()
    }

    fn next_printer(&self, printer: &DeviceId) -> DeviceId {
        let printers = self.printers();
        let at = printers.iter().position(|(id, _)| id == printer);
        let next = printers.get(at.map_or(0, |at| at + 1)).or(printers.first());
        next.map_or_else(|| printer.clone(), |(id, _)| id.clone())
    }

    pub(super) fn show_paper(&self, step: &PaperStep) -> PaperStage {
        let printers = self.printers();
        let name = printers.iter().find(|(id, _)| id == step.printer());
        let printer = name.map_or_else(String::new, |(_, name)| name.clone());
        match step {
            PaperStep::Ask { .. } => PaperStage::Ask {
                printer,
                others: printers.len().saturating_sub(1),
                paper: self.paper,
            },
            PaperStep::Printing {
                progress,
                since_ms,
                stopping,
                ..
            } => PaperStage::Printing {
                printer,
                progress: *progress,
                elapsed_s: self.now.monotonic_ms.saturating_sub(*since_ms) / 1_000,
                stopping: *stopping,
            },
            PaperStep::Printed { .. } => PaperStage::Printed,
            PaperStep::Failed { error, .. } => PaperStage::Failed {
                error: error.clone(),
            },
        }
    }
}

impl KeysPage {
    /// The sheet of a share came further.
    pub(in crate::machine) fn share_printed(&mut self, event: PrintEvent) {
        let Self::Paper(_, step) = self else { return };
        let PaperStep::Printing {
            printer, progress, ..
        } = step
        else {
            return;
        };
        match event {
            PrintEvent::Moved(moved) => *progress = moved,
            PrintEvent::Ended(Ok(_)) => {
                *step = PaperStep::Printed {
                    printer: printer.clone(),
                }
            }
            PrintEvent::Ended(Err(error)) => {
                *step = PaperStep::Failed {
                    printer: printer.clone(),
                    error,
                }
            }
        }
    }

    /// A printer was unplugged before anything was printed on it. What it was to print is not shown on the screen unasked.
    pub(in crate::machine) fn printer_lost(&mut self, id: &DeviceId) {
        if let Self::Paper(_, step) = self
            && matches!(step, PaperStep::Ask { .. })
            && step.printer() == id
        {
            *step = PaperStep::Failed {
                printer: id.clone(),
                error: PrintError::Unplugged,
            };
        }
    }
}

fn on_screen(mut ceremony: Ceremony) -> KeysPage {
    ceremony.form = ShareForm::Copied;
    KeysPage::Share(ceremony)
}
