//! PNG (W3C, third edition, 5.3): chunks up to `IEND`. What follows is let be: some phones leave the rest of a picture that was cropped.

use crate::steps::{End, Step, Walk, be32};
use crate::verdict::Reason;

const SIGNATURE_BYTES: u64 = 8;
/// Length and type before a chunk's data, and a checksum behind.
const HEADER_BYTES: usize = 8;
const CHECKSUM_BYTES: u64 = 4;

#[derive(Default)]
pub(crate) struct Png {
    has_end: bool,
    no_chunk_at: Option<u64>,
    /// Where the last chunk ends.
    end: u64,
}

impl Walk for Png {
    fn begin(&mut self) -> Step {
        Step::Read {
            at: SIGNATURE_BYTES,
            bytes: HEADER_BYTES,
        }
    }

    fn take(&mut self, at: u64, bytes: &[u8]) -> Step {
        let kind = &bytes[4..];
        if !kind.iter().all(u8::is_ascii_alphabetic) {
            self.no_chunk_at = Some(at);
            return Step::Rest;
        }
        self.end = at + HEADER_BYTES as u64 + u64::from(be32(bytes)) + CHECKSUM_BYTES;
        if kind == b"IEND" {
            self.has_end = true;
            return Step::Rest;
        }
        Step::Read {
            at: self.end,
            bytes: HEADER_BYTES,
        }
    }
}

pub(crate) fn judge(end: &End<'_, Png>) -> Result<(), Reason> {
    let png = &end.walk;
    let has_bytes = end.length;
    match png.no_chunk_at {
        Some(at_bytes) => Err(Reason::Garbled { at_bytes }),
        None if png.end > has_bytes => Err(Reason::CutOff {
            needs_bytes: png.end,
            has_bytes,
        }),
        None if png.has_end => Ok(()),
        None => Err(Reason::NoEndMarker),
    }
}
