//! What is printed: the restore sheet, by which someone who never saw Heirloom gets everything back; a sheet for each executor; a card for the wallet.
//!
//! Pure functions: facts and font files' bytes in, PDF bytes or plain text out. Nothing here opens a file or reads a clock, and the same
//! facts and fonts always give the same bytes. No field of [`SheetFacts`] or [`ShareFacts`] can hold a passphrase or a share's words, so none can be
//! printed by mistake: words come in as a [`heirloom_shares::Share`], and go out in bytes that are wiped.
#![forbid(unsafe_code)]

mod card;
mod code;
mod commands;
mod error;
mod facts;
mod layout;
mod paper;
mod share_sheet;
mod sheet;
mod text;
mod typeface;
mod wording;

pub use card::wallet_card;
pub use error::SheetError;
pub use facts::{DriveFacts, ReleaseFacts, ShareFacts, SheetFacts, SourceFacts};
pub use paper::PaperSize;
pub use share_sheet::{blank_share_sheet, share_sheet};
pub use sheet::restore_sheet;
pub use text::start_here_text;
pub use typeface::{FontRole, Fonts};
