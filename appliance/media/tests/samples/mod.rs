//! Small files of every format, made here: their structure is a camera's, their pictures are bytes of no meaning.

mod boxes;
mod chunks;
mod pictures;

use std::ops::RangeInclusive;

use heirloom_media::Format;

/// A file, and what must be said of it.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) format: Format,
    pub(crate) has_embedded_video: bool,
    /// Lengths at which the file may end as well, because nothing in it says that more follows. Any other shorter one is suspect.
    pub(crate) may_end: Vec<RangeInclusive<usize>>,
}

impl Sample {
    fn new(name: &'static str, format: Format, bytes: Vec<u8>) -> Self {
        Self {
            name,
            bytes,
            format,
            has_embedded_video: false,
            may_end: Vec::new(),
        }
    }

    fn with_video(self) -> Self {
        Self {
            has_embedded_video: true,
            ..self
        }
    }

    fn may_end(mut self, lengths: RangeInclusive<usize>) -> Self {
        self.may_end.push(lengths);
        self
    }

    pub(crate) fn may_end_at(&self, length: usize) -> bool {
        self.may_end.iter().any(|lengths| lengths.contains(&length))
    }
}

/// All of them.
pub(crate) fn all() -> Vec<Sample> {
    let mut all = pictures::all();
    all.extend(boxes::all());
    all.extend(chunks::all());
    all
}

/// Bytes that look encoded: none is 0xFF or 0.
pub(crate) fn payload(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 % 253) as u8 + 1).collect()
}
