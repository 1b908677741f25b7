//! What printing asks of the outside, and what it hears from there.

use heirloom_shares::Share;

use crate::device::DeviceId;

/// What is to be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// The restore sheet of the open archive, as it is now. It has no secrets.
    RestoreSheet,
    /// The sheet of one executor's share. It is secret, and goes nowhere but to the printer.
    ShareSheet(Box<ShareSheet>),
}

/// What is on the sheet of a share. Nothing of its words is printed for debugging; they are wiped when it is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareSheet {
    /// The share.
    pub share: Share,
    /// Who has which, in the order of the shares; empty where it was not said.
    pub holders: Vec<String>,
}

/// What is in the tray.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paper {
    /// 210 x 297 mm.
    #[default]
    A4,
    /// 8.5 x 11 inches.
    Letter,
}

impl Paper {
    /// The other one.
    pub(in crate::machine) fn other(self) -> Self {
        match self {
            Self::A4 => Self::Letter,
            Self::Letter => Self::A4,
        }
    }
}

/// A document for a printer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintOrder {
    /// The printer.
    pub printer: DeviceId,
    /// What.
    pub document: Document,
    /// On what.
    pub paper: Paper,
    /// How often: 1 to 9.
    pub copies: u8,
}

/// What printing asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrintEffect {
    /// Print; answered by `Moved` and `Ended`.
    Begin(PrintOrder),
    /// Give up; it still answers with `Ended`.
    Stop,
}

/// Something that happened while a document is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrintEvent {
    /// It came further, or waits for somebody.
    Moved(PrintProgress),
    /// It ended.
    Ended(Result<Printed, PrintError>),
}

/// How far a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrintProgress {
    /// The pages are made, and put into the printer's language.
    Preparing,
    /// The printer has got so many pages, counted with their copies, and works on the next.
    Printing {
        /// Pages that it has wholly.
        done_pages: u32,
    },
    /// The printer waits for somebody. It goes on by itself when that is done.
    Waits(PrinterTrouble),
}

/// Why a printer waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrinterTrouble {
    /// The tray is empty.
    PaperOut,
    /// Paper is stuck.
    Jam,
    /// A cover or door is open.
    CoverOpen,
    /// No toner or ink.
    MarkerEmpty,
    /// Switched offline, or asleep.
    Offline,
    /// It says only that something is wrong.
    Other,
}

/// What was printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Printed {
    /// So many pages of the document, without copies; `None` where nobody counted them.
    pub pages: Option<u32>,
}

/// Why a document was not printed, or not wholly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrintError {
    /// The printer was unplugged or switched off.
    #[error("the printer is gone")]
    Unplugged,
    /// It speaks no language that we know: its maker's driver does its work.
    #[error("the printer speaks only {}", if languages.is_empty() { "what it does not tell" } else { languages.as_str() })]
    NeedsDriver {
        /// Its languages, as it says itself; may be empty.
        languages: String,
    },
    /// It does nothing, and says nothing about that.
    #[error("the printer does not answer")]
    Silent,
    /// It was stopped, as the person asked.
    #[error("printing was stopped")]
    Stopped,
    /// The document could not be made.
    #[error("the sheet could not be made")]
    NoDocument,
    /// A program that does the work failed, or the printer refused the document.
    #[error("printing failed while {step}")]
    Failed {
        /// What was being done.
        step: &'static str,
    },
}
