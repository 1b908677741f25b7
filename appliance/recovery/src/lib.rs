//! What is printed: the restore sheet, by which someone who never saw Heirloom gets everything back with stock tools.
//!
//! Pure functions: facts and font files' bytes in, PDF bytes or plain text out. Nothing here opens a file or reads a clock, and the same
//! facts and fonts always give the same bytes. No field of [`SheetFacts`] can hold a passphrase or a secret key, so none can be printed.
#![forbid(unsafe_code)]

mod commands;
mod error;
mod facts;
mod layout;
mod sheet;
mod text;

mod typeface;
mod wording;

pub use error::SheetError;
pub use facts::{DriveFacts, RehearsalFacts, RehearsedBy, ReleaseFacts, SheetFacts, SourceFacts};
pub use sheet::restore_sheet;
pub use text::start_here_text;

pub use typeface::{FontRole, Fonts};
