//! TIFF 6.0 and the RAW formats made of it: where the directories say that pictures lie must be within the file.
//!
//! A stream is read once, so that a directory is found only in what is kept: the first 64 KiB, and up to three more windows of that size where
//! directories begin farther on. A directory that lies behind the place where it becomes known is not found, and then nothing is said of
//! what it describes.

use crate::steps::{End, Step, Walk};
use crate::verdict::Reason;

const WINDOW_BYTES: usize = 64 << 10;
const MOST_WINDOWS: usize = 4;
/// Real files have fewer than ten directories.
const MOST_DIRECTORIES: usize = 64;
const ENTRY_BYTES: u64 = 12;

// TIFF 6.0; TIFF technical note 1 for SubIFDs.
const STRIP_OFFSETS: u16 = 273;
const STRIP_BYTE_COUNTS: u16 = 279;
const TILE_OFFSETS: u16 = 324;
const TILE_BYTE_COUNTS: u16 = 325;
const SUB_DIRECTORIES: u16 = 330;
const JPEG_OFFSET: u16 = 513;
const JPEG_LENGTH: u16 = 514;

#[derive(Default)]
pub(crate) struct Tiff {
    is_big_endian: bool,
    windows: Vec<Window>,
    /// Directories that were found out about, and are not read.
    waiting: Vec<u64>,
    /// All that were found out about, so that a circle ends.
    known: Vec<u64>,
    /// The farthest end of anything that a directory describes.
    needs_bytes: u64,
    has_directory: bool,
    /// Where a directory without entries is, which TIFF does not allow.
    empty_at: Option<u64>,
}

struct Window {
    at: u64,
    bytes: Vec<u8>,
}

/// A list of numbers of a directory: type, count, and where they are.
#[derive(Clone, Copy)]
struct Field {
    kind: u16,
    count: u64,
    at: u64,
}

impl Field {
    fn item_bytes(self) -> Option<u64> {
        // Types of TIFF 6.0, and 13 of its technical note 1.
        match self.kind {
            1 | 2 | 6 | 7 => Some(1),
            3 | 8 => Some(2),
            4 | 9 | 11 | 13 => Some(4),
            5 | 10 | 12 => Some(8),
            _ => None,
        }
    }
}

impl Tiff {
    fn bytes(&self, at: u64, length: u64) -> Option<&[u8]> {
        self.windows.iter().find_map(|window| {
            let from = usize::try_from(at.checked_sub(window.at)?).ok()?;
            let to = from.checked_add(usize::try_from(length).ok()?)?;
            window.bytes.get(from..to)
        })
    }

    fn number(&self, at: u64, length: u64) -> Option<u64> {
        let bytes = self.bytes(at, length)?;
        let add = |number, byte: &u8| number << 8 | u64::from(*byte);
        Some(if self.is_big_endian {
            bytes.iter().fold(0, add)
        } else {
            bytes.iter().rev().fold(0, add)
        })
    }

    fn learn(&mut self, directory: u64) {
        if directory != 0 && self.known.len() < MOST_DIRECTORIES && !self.known.contains(&directory)
        {
            self.known.push(directory);
            self.waiting.push(directory);
            self.needs_bytes = self.needs_bytes.max(directory + 2);
        }
    }

    /// Reads all directories that are in the windows.
    fn read_directories(&mut self) {
        // Each is known once, so that this ends.
        while let Some(index) = self.waiting.iter().position(|at| self.is_at_hand(*at)) {
            let at = self.waiting.swap_remove(index);
            self.read_directory(at);
        }
    }

    fn is_at_hand(&self, directory: u64) -> bool {
        self.number(directory, 2)
            .is_some_and(|count| self.bytes(directory + 2, count * ENTRY_BYTES + 4).is_some())
    }

    fn read_directory(&mut self, at: u64) {
        let Some(count) = self.number(at, 2) else {
            return;
        };
        self.has_directory = true;
        if count == 0 {
            self.empty_at = Some(at);
        }
        let next_at = at + 2 + count * ENTRY_BYTES;
        self.needs_bytes = self.needs_bytes.max(next_at);
        let mut fields = Vec::new();
        for entry in 0..count {
            fields.extend(self.field(at + 2 + entry * ENTRY_BYTES));
        }
        for (_, field) in &fields {
            let list_bytes = field.item_bytes().unwrap_or(0) * field.count;
            self.needs_bytes = self.needs_bytes.max(field.at + list_bytes);
        }
        let find = |wanted| {
            fields
                .iter()
                .find(|(tag, _)| *tag == wanted)
                .map(|(_, field)| *field)
        };
        for (offsets, lengths) in [
            (STRIP_OFFSETS, STRIP_BYTE_COUNTS),
            (TILE_OFFSETS, TILE_BYTE_COUNTS),
            (JPEG_OFFSET, JPEG_LENGTH),
        ] {
            if let (Some(offsets), Some(lengths)) = (find(offsets), find(lengths)) {
                self.note_pieces(offsets, lengths);
            }
        }
        if let Some(field) = find(SUB_DIRECTORIES) {
            for index in 0..field.count.min(MOST_DIRECTORIES as u64) {
                if let Some(directory) = self.item(field, index) {
                    self.learn(directory);
                }
            }
        }
        if let Some(next) = self.number(next_at, 4) {
            self.learn(next);
        }
    }

    /// A field of a known type: its tag, and where its numbers are.
    fn field(&self, at: u64) -> Option<(u16, Field)> {
        let tag = self.number(at, 2)? as u16;
        let kind = self.number(at + 2, 2)? as u16;
        let count = self.number(at + 4, 4)?;
        let mut field = Field {
            kind,
            count,
            at: at + 8,
        };
        if field.item_bytes()? * count > 4 {
            field.at = self.number(at + 8, 4)?;
        }
        Some((tag, field))
    }

    fn item(&self, field: Field, index: u64) -> Option<u64> {
        // Only these are places and lengths; all are of 32 bits at most, so that sums of a few don't overflow.
        let item_bytes = match field.kind {
            3 => 2,
            4 | 13 => 4,
            _ => return None,
        };
        self.number(field.at + index * item_bytes, item_bytes)
    }

    /// Strips, tiles or a JPEG: the end of the farthest.
    fn note_pieces(&mut self, offsets: Field, lengths: Field) {
        for index in 0..offsets.count.min(lengths.count) {
            // The rest of a list is where the beginning is, or is not at hand.
            let (Some(offset), Some(length)) =
                (self.item(offsets, index), self.item(lengths, index))
            else {
                return;
            };
            self.needs_bytes = self.needs_bytes.max(offset + length);
        }
    }

    /// The nearest directory ahead that is not at hand.
    fn next_window(&self, from: u64) -> Step {
        match self.waiting.iter().filter(|at| **at >= from).min() {
            Some(at) if self.windows.len() < MOST_WINDOWS => Step::Read {
                at: *at,
                bytes: WINDOW_BYTES,
            },
            _ => Step::Rest,
        }
    }

    fn add_window(&mut self, at: u64, bytes: &[u8]) {
        self.windows.push(Window {
            at,
            bytes: bytes.to_vec(),
        });
        if self.windows.len() == 1 {
            self.is_big_endian = bytes.starts_with(b"MM");
            if let Some(directory) = self.number(4, 4) {
                self.learn(directory);
            }
        }
        self.read_directories();
    }
}

impl Walk for Tiff {
    fn begin(&mut self) -> Step {
        Step::Read {
            at: 0,
            bytes: WINDOW_BYTES,
        }
    }

    fn take(&mut self, at: u64, bytes: &[u8]) -> Step {
        self.add_window(at, bytes);
        self.next_window(at + bytes.len() as u64)
    }
}

/// `None`: no directory was found, and nothing is said.
pub(crate) fn judge(end: End<'_, Tiff>, zeros_at_end: u64) -> Option<Result<(), Reason>> {
    let has_bytes = end.length;
    let mut tiff = end.walk;
    if let Step::Read { at, .. } = end.wanted
        && !end.held.is_empty()
    {
        // The last window ends with the file.
        tiff.add_window(at, end.held);
    }
    let needs_bytes = tiff.needs_bytes.max(8);
    if needs_bytes > has_bytes {
        return Some(Err(Reason::CutOff {
            needs_bytes,
            has_bytes,
        }));
    }
    if let Some(at_bytes) = tiff.empty_at {
        let is_in_zeros = at_bytes >= has_bytes - zeros_at_end;
        return Some(Err(if is_in_zeros {
            Reason::ZerosAtEnd {
                zero_bytes: zeros_at_end,
            }
        } else {
            Reason::Garbled { at_bytes }
        }));
    }
    // A directory at the very end that is only half there.
    let is_cut = tiff.waiting.iter().any(|at| {
        let count = tiff.number(*at, 2).unwrap_or(0);
        at + 2 + count * ENTRY_BYTES + 4 > has_bytes
    });
    match (is_cut, tiff.has_directory) {
        (true, _) => Some(Err(Reason::CutOff {
            needs_bytes: has_bytes + 1,
            has_bytes,
        })),
        (false, true) => Some(Ok(())),
        (false, false) => None,
    }
}
