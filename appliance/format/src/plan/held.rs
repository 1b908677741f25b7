//! Who holds which share of the executors' key, and whether the paper was read back. Never a word of a share.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::word::words;
use crate::Day;

/// The executors' shares that count: those of the last time they were given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareSet {
    /// When they were given, by the clock of the PC.
    pub date: Day,
    /// How many open the archive together.
    pub needed: u8,
    /// One for each, in their order: the first is share 1.
    pub shares: Vec<HeldShare>,
    /// Fields that are not known here.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// One share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldShare {
    /// Who has it; empty where it was not said.
    #[serde(default)]
    pub holder: String,
    /// How it came onto paper.
    pub form: ShareForm,
    /// When words were asked for from the paper, and were right. `None`: this never happened.
    #[serde(default)]
    pub read_back: Option<Day>,
    /// Fields that are not known here.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

words! {
    /// How a share came onto paper.
    ShareForm {
        /// Copied by hand from the screen.
        Copied = "copied",
        /// Printed as a share sheet.
        Printed = "printed",
        /// Written as a file, because somebody insisted.
        File = "file",
    }
}
