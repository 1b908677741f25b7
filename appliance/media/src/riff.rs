//! RIFF (Microsoft and IBM, 1991): WebP (RFC 9649), AVI with its continuations (OpenDML 1.02), WAV.

use crate::boxes::SUSPECT_ZEROS_BYTES;
use crate::steps::{End, Step, Walk, le32};
use crate::verdict::{Format, Reason};

/// A chunk's name and length; the outermost also has a form of four bytes.
const HEADER_BYTES: usize = 8;
const FORM_BYTES: u64 = 4;

/// A program that does not know how long it gets leaves this, or 0.
const UNKNOWN_LENGTH: u32 = u32::MAX;

pub(crate) struct Riff {
    format: Format,
    /// Where the outermost chunk ends, as it says.
    outer_end: u64,
    /// Where the last chunk in it ends, without padding.
    inner_end: u64,
    is_unfinished: bool,
    no_chunk_at: Option<u64>,
}

impl Riff {
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            outer_end: 0,
            inner_end: 0,
            is_unfinished: false,
            no_chunk_at: None,
        }
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }
}

impl Walk for Riff {
    fn begin(&mut self) -> Step {
        Step::Read {
            at: 0,
            bytes: HEADER_BYTES,
        }
    }

    fn take(&mut self, at: u64, bytes: &[u8]) -> Step {
        let (name, length) = (&bytes[..4], le32(&bytes[4..]));
        let content = at + HEADER_BYTES as u64;
        let next = match name {
            b"RIFF" => {
                self.is_unfinished |= matches!(length, 0 | UNKNOWN_LENGTH);
                self.outer_end = content + u64::from(length);
                self.inner_end = content + FORM_BYTES;
                self.inner_end
            }
            // Behind the outermost chunk, only another one counts.
            _ if at >= self.outer_end => return Step::Rest,
            name if !name.iter().all(|byte| (0x20..0x7f).contains(byte)) => {
                self.no_chunk_at = Some(at);
                return Step::Rest;
            }
            _ => {
                self.is_unfinished |= length == UNKNOWN_LENGTH;
                self.inner_end = content + u64::from(length);
                // Chunks begin at even places.
                self.inner_end + self.inner_end % 2
            }
        };
        Step::Read {
            at: next,
            bytes: HEADER_BYTES,
        }
    }
}

pub(crate) fn judge(end: &End<'_, Riff>, zeros_at_end: u64) -> Result<(), Reason> {
    let riff = &end.walk;
    let has_bytes = end.length;
    if riff.is_unfinished {
        // Sound that was piped from one program to another is often so, and whole.
        return if riff.format == Format::Wave {
            Ok(())
        } else {
            Err(Reason::NoIndex)
        };
    }
    if riff.inner_end > has_bytes {
        return Err(Reason::CutOff {
            needs_bytes: riff.inner_end,
            has_bytes,
        });
    }
    // Some writers count the header too: then all chunks are there, and exactly the header is missing.
    let is_miscounted = riff.outer_end == has_bytes + HEADER_BYTES as u64
        && riff.inner_end + riff.inner_end % 2 == has_bytes;
    if riff.outer_end > has_bytes && !is_miscounted {
        return Err(Reason::CutOff {
            needs_bytes: riff.outer_end,
            has_bytes,
        });
    }
    match riff.no_chunk_at {
        Some(at) if zeros_at_end >= SUSPECT_ZEROS_BYTES && has_bytes - zeros_at_end <= at => {
            Err(Reason::ZerosAtEnd {
                zero_bytes: zeros_at_end,
            })
        }
        _ => Ok(()),
    }
}
