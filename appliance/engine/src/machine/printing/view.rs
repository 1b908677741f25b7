//! The pages about printing: meaning only.

use super::port::{Document, Paper, PrintError, PrintProgress};

/// A page about printing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintingView {
    /// The printer's name.
    pub printer: String,
    /// What is printed.
    pub document: Document,
    /// What is asked or told.
    pub step: PrintingStep,
}

/// What such a page asks or tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrintingStep {
    /// On which paper, how often?
    Ask {
        /// The paper.
        paper: Paper,
        /// How often.
        copies: u8,
        /// Which line the cursor is on.
        cursor: PrintLine,
    },
    /// It is being printed.
    Running {
        /// How far it is.
        progress: PrintProgress,
        /// For how long it has been going on.
        elapsed_s: u64,
        /// It is being stopped.
        stopping: bool,
    },
    /// It was printed.
    Done {
        /// How many pages a copy has, where that is known.
        pages: Option<u32>,
        /// How often.
        copies: u8,
        /// The date that must be on the paper, `YYYY-MM-DD`.
        today: String,
        /// The archive's name, which must be on the paper.
        archive: String,
    },
    /// It was not.
    Trouble(PrintError),
}

/// The lines that can be chosen before something is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PrintLine {
    /// Begin.
    #[default]
    Print,
    /// The paper; Enter changes it.
    Paper,
    /// The copies; Enter makes it one more.
    Copies,
}

impl PrintLine {
    /// All, in their order on the page.
    pub const ALL: [Self; 3] = [Self::Print, Self::Paper, Self::Copies];
}
