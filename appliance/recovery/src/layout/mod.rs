//! Pages laid out from top to bottom: pieces that are never split are measured, placed on pages, and drawn with tags for those who have them read out.

mod block;
mod breaking;
mod draw;
mod flow;
mod pages;
mod table;

pub(crate) use block::{Block, CellTag};
pub(crate) use draw::{Document, to_pdf};
pub(crate) use flow::{Flow, Piece, Role};
pub(crate) use table::{Column, Row};

/// Running text, commands, digits, notes, running heads: nothing on any sheet is smaller.
pub(crate) const BODY_PT: f32 = 11.0;
/// From line to line.
pub(crate) const LEADING_PT: f32 = 14.0;
/// Left and right of a line to type.
pub(crate) const COMMAND_PADDING_PT: f32 = 6.0;
const COMMAND_HEIGHT_PT: f32 = 16.0;
/// Light enough to read black on; it is gone after a fax, and nothing depends on it.
const SHADE: u8 = 236;
const BLACK: u8 = 0;
