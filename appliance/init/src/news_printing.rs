//! The event log's entries about printing: states, never contents.

use heirloom_engine::{PrintEvent, PrintProgress};
use serde_json::{Value, json};

/// What is told of an event.
pub(crate) fn told(event: &PrintEvent) -> Value {
    match event {
        PrintEvent::Moved(PrintProgress::Preparing) => json!({ "event": "print-preparing" }),
        PrintEvent::Moved(PrintProgress::Printing { done_pages }) => {
            json!({ "event": "printing", "done_pages": done_pages })
        }
        PrintEvent::Moved(PrintProgress::Waits(trouble)) => {
            json!({ "event": "printer-waits", "trouble": format!("{trouble:?}") })
        }
        PrintEvent::Ended(Ok(printed)) => json!({ "event": "printed", "pages": printed.pages }),
        PrintEvent::Ended(Err(error)) => {
            json!({ "event": "not-printed", "trouble": error.to_string() })
        }
    }
}
