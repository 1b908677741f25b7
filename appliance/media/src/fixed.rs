//! Formats that say in their header where they end: Windows bitmap (`BITMAPFILEHEADER`), and Fujifilm's RAF, whose header
//! <https://libopenraw.freedesktop.org/formats/raf/> describes (not compared line by line).

use crate::steps::{End, Step, Walk, be32, le32};
use crate::verdict::{Format, Reason};

const BITMAP_HEADER_BYTES: usize = 14;

/// Offsets and lengths of the JPEG, of the description of the sensor's data, and of that.
const RAF_TABLE_AT: u64 = 0x54;
const RAF_TABLE_BYTES: usize = 24;

pub(crate) struct Fixed {
    format: Format,
    end: Option<u64>,
}

impl Fixed {
    pub(crate) fn new(format: Format) -> Self {
        Self { format, end: None }
    }
}

impl Walk for Fixed {
    fn begin(&mut self) -> Step {
        let (at, bytes) = match self.format {
            Format::Raf => (RAF_TABLE_AT, RAF_TABLE_BYTES),
            _ => (0, BITMAP_HEADER_BYTES),
        };
        Step::Read { at, bytes }
    }

    fn take(&mut self, _: u64, bytes: &[u8]) -> Step {
        self.end = Some(if self.format == Format::Raf {
            let parts = bytes.chunks_exact(8);
            let ends = parts.map(|part| u64::from(be32(part)) + u64::from(be32(&part[4..])));
            ends.max().unwrap_or(0)
        } else {
            le32(&bytes[2..]).into()
        });
        Step::Rest
    }
}

pub(crate) fn judge(end: &End<'_, Fixed>) -> Result<(), Reason> {
    let needs_bytes = end.walk.end.unwrap_or_else(|| end.needs_bytes());
    if needs_bytes > end.length {
        return Err(Reason::CutOff {
            needs_bytes,
            has_bytes: end.length,
        });
    }
    Ok(())
}
