//! What a command did: text for people, an object for programs.

use std::fmt::Display;

use serde_json::Value;

use crate::exit::Exit;

/// What a command did.
pub(crate) struct Report {
    pub(crate) exit: Exit,
    pub(crate) text: String,
    /// An object; how it ended is added to it.
    pub(crate) json: Value,
    /// It went out already, piece by piece.
    pub(crate) is_printed: bool,
}

/// Text for people, line by line.
pub(crate) struct Page {
    text: String,
}

/// How far the values of facts are from the left.
const LABEL_COLUMNS: usize = 16;

impl Page {
    /// Begins with what is said first.
    pub(crate) fn new(title: impl Display) -> Self {
        Self {
            text: format!("{title}\n"),
        }
    }

    /// A paragraph.
    pub(crate) fn text(mut self, text: impl Display) -> Self {
        self.text.push_str(&format!("{text}\n"));
        self
    }

    /// An empty line.
    pub(crate) fn gap(mut self) -> Self {
        self.text.push('\n');
        self
    }

    /// A value with its name.
    pub(crate) fn fact(mut self, label: &str, value: impl Display) -> Self {
        self.text
            .push_str(&format!("  {label:LABEL_COLUMNS$}{value}\n"));
        self
    }

    /// One of several.
    pub(crate) fn item(mut self, text: impl Display) -> Self {
        self.text.push_str(&format!("  {text}\n"));
        self
    }

    /// The whole.
    pub(crate) fn print(self) -> String {
        self.text
    }
}
