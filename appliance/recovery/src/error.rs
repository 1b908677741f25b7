//! Why there is no sheet.

use krilla::error::KrillaError;

use crate::typeface::FontRole;

/// Why there is no sheet. The archive itself is not affected by any of these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// A font file is not one that can be read.
    #[error("the sheet's font ({role:?}) can't be read")]
    FontUnreadable {
        /// Which one.
        role: FontRole,
    },
    /// A command would be broken over lines: the fixed-width font is too wide, or an identifier too long.
    #[error("a command on the sheet is {width_pt} points wide; the page has {room_pt}")]
    CommandTooWide {
        /// What it takes.
        width_pt: u32,
        /// What there is.
        room_pt: u32,
    },
    /// A text is too long for a code.
    #[error("a code on the sheet would hold too much")]
    CodeTooLong,
    /// The words are none of this set: its number of shares, or how many are needed, differs.
    #[error("share {number} is none of the set that the sheet is for")]
    ShareMismatch {
        /// As the share says.
        number: u8,
    },
    /// What must not be split takes more than a page, in these fonts.
    #[error("a part of the sheet is {height_pt} points high; the page has {room_pt}")]
    PageTooSmall {
        /// What it takes.
        height_pt: u32,
        /// What there is.
        room_pt: u32,
    },
    /// The PDF could not be written, for instance because a font does not allow embedding a part of it.
    #[error("the sheet's PDF could not be made: {0}")]
    Pdf(KrillaError),
}
