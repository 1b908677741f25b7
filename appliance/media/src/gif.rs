//! GIF89a (CompuServe, 1990): blocks up to the trailer, of one byte, that some old programs left out.

use crate::steps::{End, Step, Walk};
use crate::verdict::Reason;

const HEADER_AND_SCREEN_BYTES: usize = 13;
const IMAGE_DESCRIPTOR_BYTES: usize = 9;
const MOST_STRAY_BYTES: u64 = 8;

#[derive(Default)]
pub(crate) struct Gif {
    expected: Expected,
    has_trailer: bool,
    has_image: bool,
    no_block_at: Option<u64>,
}

#[derive(Clone, Copy, Default)]
enum Expected {
    #[default]
    Screen,
    Block,
    Image,
    /// The length of a sub-block; none is the last.
    SubBlock,
}

impl Gif {
    fn expect(&mut self, expected: Expected, at: u64, bytes: usize) -> Step {
        self.expected = expected;
        Step::Read { at, bytes }
    }
}

/// Bytes of a table of colours, by the flags before it.
fn colours_bytes(flags: u8) -> u64 {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

impl Walk for Gif {
    fn begin(&mut self) -> Step {
        self.expect(Expected::Screen, 0, HEADER_AND_SCREEN_BYTES)
    }

    fn take(&mut self, at: u64, bytes: &[u8]) -> Step {
        let end = at + bytes.len() as u64;
        match (self.expected, bytes[0]) {
            (Expected::Screen, _) => {
                self.expect(Expected::Block, end + colours_bytes(bytes[10]), 1)
            }
            // Stray terminators between blocks are passed over, as browsers do.
            (Expected::Block, 0) => self.expect(Expected::Block, end, 1),
            // An extension's label comes before its sub-blocks.
            (Expected::Block, 0x21) => self.expect(Expected::SubBlock, end + 1, 1),
            (Expected::Block, 0x2c) => {
                self.has_image = true;
                self.expect(Expected::Image, end, IMAGE_DESCRIPTOR_BYTES)
            }
            (Expected::Block, 0x3b) => {
                self.has_trailer = true;
                Step::Rest
            }
            (Expected::Block, _) => {
                self.no_block_at = Some(at);
                Step::Rest
            }
            // The code size comes before the sub-blocks.
            (Expected::Image, _) => {
                self.expect(Expected::SubBlock, end + colours_bytes(bytes[8]) + 1, 1)
            }
            (Expected::SubBlock, 0) => self.expect(Expected::Block, end, 1),
            (Expected::SubBlock, length) => {
                self.expect(Expected::SubBlock, end + u64::from(length), 1)
            }
        }
    }
}

pub(crate) fn judge(end: &End<'_, Gif>, zeros_at_end: u64) -> Result<(), Reason> {
    let gif = &end.walk;
    // The walk waits exactly at the end for another block.
    let ends_with_block = matches!(gif.expected, Expected::Block)
        && matches!(end.wanted, Step::Read { at, .. } if at == end.length);
    match gif.no_block_at {
        Some(at_bytes) => Err(Reason::Garbled { at_bytes }),
        // A stray terminator or two are let be, but not many where pictures may have been.
        None if !gif.has_trailer && zeros_at_end > MOST_STRAY_BYTES => Err(Reason::ZerosAtEnd {
            zero_bytes: zeros_at_end,
        }),
        None if gif.has_trailer || (gif.has_image && ends_with_block) => Ok(()),
        None => Err(Reason::NoEndMarker),
    }
}
