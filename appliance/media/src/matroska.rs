//! Matroska and WebM (RFC 9559, over EBML, RFC 8794): the segment's size, and the elements in it from end to end.

use crate::boxes::SUSPECT_ZEROS_BYTES;
use crate::steps::{End, Step, Walk};
use crate::verdict::Reason;

const SEGMENT: u32 = 0x1853_8067;
const CLUSTER: u32 = 0x1f43_b675;
const SIMPLE_BLOCK: u32 = 0xa3;
const BLOCK_GROUP: u32 = 0xa0;
const VOID: u32 = 0xec;

#[derive(Default)]
pub(crate) struct Matroska {
    expected: Expected,
    /// The farthest end of an element that says where it ends.
    needs_bytes: u64,
    has_content: bool,
    last: u32,
    /// The bits of a size that are in its first byte.
    high: u8,
    no_element_at: Option<u64>,
}

/// An element's ID and its size each say by their first byte how long they are.
#[derive(Clone, Copy, Default)]
enum Expected {
    #[default]
    IdLength,
    Id,
    SizeLength {
        id: u32,
    },
    Size {
        id: u32,
    },
}

impl Matroska {
    fn expect(&mut self, expected: Expected, at: u64, bytes: usize) -> Step {
        self.expected = expected;
        Step::Read { at, bytes }
    }

    fn no_element(&mut self, at: u64) -> Step {
        self.no_element_at = Some(at);
        Step::Rest
    }

    fn element(&mut self, id: u32, size: Option<u64>, content: u64) -> Step {
        self.last = id;
        self.has_content |=
            matches!(id, SIMPLE_BLOCK | BLOCK_GROUP) || (id == CLUSTER && size.is_some());
        let end = size.map(|size| content.saturating_add(size));
        self.needs_bytes = self.needs_bytes.max(end.unwrap_or(content));
        let next = match (id, end) {
            (SEGMENT, _) | (CLUSTER, None) => content,
            (_, Some(end)) => end,
            // No other element may have an unknown size.
            (_, None) => return self.no_element(content),
        };
        self.expect(Expected::IdLength, next, 1)
    }
}

impl Walk for Matroska {
    fn begin(&mut self) -> Step {
        self.expect(Expected::IdLength, 0, 1)
    }

    fn take(&mut self, at: u64, bytes: &[u8]) -> Step {
        let end = at + bytes.len() as u64;
        let number = bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte));
        let length = bytes[0].leading_zeros() as usize + 1;
        match self.expected {
            Expected::IdLength if length > 4 => self.no_element(at),
            Expected::IdLength if length == 1 => self.expect(
                Expected::SizeLength {
                    id: bytes[0].into(),
                },
                end,
                1,
            ),
            Expected::IdLength => {
                self.last = bytes[0].into();
                self.expect(Expected::Id, end, length - 1)
            }
            Expected::Id => {
                // At most four bytes: one before and three here.
                let id = self.last << (8 * bytes.len()) | number as u32;
                self.expect(Expected::SizeLength { id }, end, 1)
            }
            Expected::SizeLength { .. } if length > 8 => self.no_element(at),
            Expected::SizeLength { id } if length == 1 => {
                let size = number & 0x7f;
                self.element(id, (size != 0x7f).then_some(size), end)
            }
            Expected::SizeLength { id } => {
                self.needs_bytes = self.needs_bytes.max(end);
                self.high = bytes[0] & (0xff_u16 >> length) as u8;
                self.expect(Expected::Size { id }, end, length - 1)
            }
            Expected::Size { id } => {
                let bits = 8 * bytes.len() as u32;
                let size = u64::from(self.high) << bits | number;
                // All ones: unknown, as a live recording leaves it.
                let unknown = (1_u64 << (7 * (bytes.len() as u32 + 1))) - 1;
                self.element(id, (size != unknown).then_some(size), end)
            }
        }
    }
}

pub(crate) fn judge(end: &End<'_, Matroska>, zeros_at_end: u64) -> Result<(), Reason> {
    let matroska = &end.walk;
    let has_bytes = end.length;
    let is_between = matches!(matroska.expected, Expected::IdLength) && end.held.is_empty();
    let needs_bytes = match end.wanted {
        Step::Read { at, .. } if !is_between || at > has_bytes => {
            matroska.needs_bytes.max(end.needs_bytes())
        }
        _ => matroska.needs_bytes,
    };
    if needs_bytes > has_bytes {
        return Err(Reason::CutOff {
            needs_bytes,
            has_bytes,
        });
    }
    if !matroska.has_content {
        return Err(Reason::NoContent);
    }
    let is_padded = matroska.last == VOID && matroska.no_element_at.is_none();
    if zeros_at_end >= SUSPECT_ZEROS_BYTES && !is_padded {
        return Err(Reason::ZerosAtEnd {
            zero_bytes: zeros_at_end,
        });
    }
    Ok(())
}
