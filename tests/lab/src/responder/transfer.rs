//! Transfers to the host that are made while they are read, so that a file of any length takes no memory.

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use crate::library::Library;

/// The bulk packet of high speed: a transfer ends with a shorter one.
pub(crate) const PACKET_BYTES: u64 = 512;

/// A container's header.
pub(crate) const HEADER_BYTES: u64 = 12;

/// Kinds of containers (still image class, section 7.1).
pub(crate) const COMMAND: u16 = 1;
pub(crate) const DATA: u16 = 2;
pub(crate) const RESPONSE: u16 = 3;
pub(crate) const EVENT: u16 = 4;

/// What follows a container's header.
pub(crate) enum Body {
    Bytes(Vec<u8>),
    /// A file from this offset on.
    File {
        number: u32,
        offset: u64,
    },
    /// These bytes, and then numbers that count up for ever.
    Endless(Vec<u8>),
}

/// What happens when a transfer has come so far.
pub(crate) struct Mark {
    pub(crate) after_bytes: u64,
    pub(crate) event: MarkEvent,
}

pub(crate) enum MarkEvent {
    Unplug,
    Lock,
    Pause {
        length: Duration,
        until: Option<Instant>,
    },
}

/// One transfer on the bulk endpoint, ended by a short or an empty packet.
pub(crate) struct Transfer {
    head: Vec<u8>,
    body: Body,
    length_bytes: u64,
    position_bytes: u64,
    /// Sorted by position.
    pub(crate) marks: VecDeque<Mark>,
    /// The byte of the body whose lowest bit is inverted.
    flipped: Option<u64>,
    /// Whether what it holds is a file's content.
    pub(crate) is_file: bool,
}

/// A container's header.
pub(crate) fn header(stated_bytes: u64, kind: u16, code: u16, transaction: u32) -> Vec<u8> {
    // What needs more than 32 bits is stated as 0xFFFFFFFF (MTP 1.1, section H.1).
    let stated = u32::try_from(stated_bytes).unwrap_or(u32::MAX);
    let mut header = stated.to_le_bytes().to_vec();
    header.extend(kind.to_le_bytes());
    header.extend(code.to_le_bytes());
    header.extend(transaction.to_le_bytes());
    header
}

/// A container of numbers: a response or an event.
pub(crate) fn container(kind: u16, code: u16, transaction: u32, parameters: &[u32]) -> Vec<u8> {
    let length_bytes = HEADER_BYTES + 4 * parameters.len() as u64;
    let mut bytes = header(length_bytes, kind, code, transaction);
    bytes.extend(
        parameters
            .iter()
            .flat_map(|parameter| parameter.to_le_bytes()),
    );
    bytes
}

impl Transfer {
    pub(crate) fn of_bytes(bytes: Vec<u8>) -> Self {
        Self::new(bytes, Body::Bytes(Vec::new()), 0, None)
    }

    /// A transfer of a head and of so much of a body.
    pub(crate) fn new(head: Vec<u8>, body: Body, body_bytes: u64, flipped: Option<u64>) -> Self {
        let length_bytes = match body {
            Body::Endless(_) => u64::MAX,
            _ => head.len() as u64 + body_bytes,
        };
        Self {
            is_file: matches!(body, Body::File { .. }),
            head,
            body,
            length_bytes,
            position_bytes: 0,
            marks: VecDeque::new(),
            flipped,
        }
    }

    /// How many bytes a read of so many gets.
    pub(crate) fn next_count(&self, at_most_bytes: usize) -> u64 {
        (self.length_bytes - self.position_bytes).min(at_most_bytes as u64)
    }

    pub(crate) fn position_bytes(&self) -> u64 {
        self.position_bytes
    }

    /// Lets it end here, however much was to come.
    pub(crate) fn end_at(&mut self, position_bytes: u64) {
        self.length_bytes = position_bytes.max(self.position_bytes);
    }

    /// Whether a read of `at_most_bytes` that got `count` of them was the last: short or empty, or, of a host that asked for less than packets,
    /// exactly what there was.
    pub(crate) fn is_ended_by(&self, count: u64, at_most_bytes: usize) -> bool {
        count < at_most_bytes as u64
            || self.position_bytes == self.length_bytes
                && !self.length_bytes.is_multiple_of(PACKET_BYTES)
    }

    /// Where the marks stand that lie behind the end of this transfer, in the next one.
    pub(crate) fn marks_left(self) -> impl Iterator<Item = Mark> {
        let length_bytes = self.length_bytes;
        self.marks.into_iter().map(move |mark| Mark {
            after_bytes: mark.after_bytes.saturating_sub(length_bytes),
            ..mark
        })
    }

    /// The next `count` bytes.
    pub(crate) fn read(&mut self, library: &Library, count: u64) -> io::Result<Vec<u8>> {
        // At most what the host asked for, which was a usize.
        let mut out = vec![0; count as usize];
        let head_bytes = self.head.len() as u64;
        let from_head = head_bytes.saturating_sub(self.position_bytes).min(count) as usize;
        let start = self.position_bytes.min(head_bytes) as usize;
        out[..from_head].copy_from_slice(&self.head[start..start + from_head]);
        let body_position = self.position_bytes.saturating_sub(head_bytes);
        self.body
            .read(library, body_position, &mut out[from_head..])?;
        if let Some(at) = self.flipped.and_then(|at| at.checked_sub(body_position))
            && let Some(byte) = usize::try_from(at)
                .ok()
                .and_then(|at| out[from_head..].get_mut(at))
        {
            *byte ^= 1;
        }
        self.position_bytes += count;
        Ok(out)
    }
}

impl Body {
    /// Fills `out` with what is at this position. A file that has shrunk on disk is filled up with zeros.
    fn read(&self, library: &Library, position: u64, out: &mut [u8]) -> io::Result<()> {
        match self {
            Self::Bytes(bytes) => copy(bytes, position, out),
            Self::File { number, offset } => {
                if !out.is_empty() {
                    library.read_at(*number, offset + position, out)?;
                }
            }
            Self::Endless(bytes) => {
                for (at, byte) in (position..).zip(out.iter_mut()) {
                    let numbers = at.wrapping_sub(bytes.len() as u64);
                    *byte = (numbers / 4).to_le_bytes()[(numbers % 4) as usize];
                }
                copy(bytes, position, out);
            }
        }
        Ok(())
    }
}

fn copy(bytes: &[u8], position: u64, out: &mut [u8]) {
    let rest = usize::try_from(position)
        .ok()
        .and_then(|at| bytes.get(at..))
        .unwrap_or_default();
    let length = rest.len().min(out.len());
    out[..length].copy_from_slice(&rest[..length]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::LibraryDescription;

    fn library() -> Library {
        let description: LibraryDescription = serde_json::from_str(
            r#"{"storages": [{"name": "x", "files": [{"name": "a", "size_bytes": 9000000000}]}]}"#,
        )
        .expect("a description");
        Library::of(&description).expect("a library")
    }

    #[test]
    fn a_transfer_is_read_in_pieces_of_any_size() {
        let library = library();
        for piece in [1, 5, 12, 13, 512] {
            let body = Body::Bytes((0..100).collect());
            let mut transfer = Transfer::new(vec![200; 12], body, 100, Some(3));
            let mut bytes = Vec::new();
            loop {
                let count = transfer.next_count(piece);
                bytes.extend(transfer.read(&library, count).expect("read"));
                if transfer.is_ended_by(count, piece) {
                    break;
                }
            }
            assert_eq!(bytes.len(), 112, "{piece}");
            assert_eq!(bytes[..12], [200; 12]);
            assert_eq!(bytes[12..17], [0, 1, 2, 2, 4]);
        }
    }

    #[test]
    fn an_empty_packet_follows_full_ones() {
        let mut transfer = Transfer::new(vec![1; 12], Body::Bytes(vec![2; 500]), 500, None);
        assert_eq!(transfer.next_count(512), 512);
        transfer.read(&library(), 512).expect("read");
        assert!(!transfer.is_ended_by(512, 512));
        assert_eq!(transfer.next_count(512), 0);
        assert!(transfer.is_ended_by(0, 512));
    }

    #[test]
    fn long_files_state_no_length_and_are_read_from_anywhere() {
        assert_eq!(header(12 + 9_000_000_000, DATA, 0x1009, 1)[..4], [0xFF; 4]);
        let library = library();
        let body = Body::File {
            number: 0,
            offset: 5_000_000_000,
        };
        let mut transfer = Transfer::new(Vec::new(), body, 4096, None);
        let mut expected = vec![0; 4096];
        library
            .read_at(0, 5_000_000_000, &mut expected)
            .expect("read");
        assert_eq!(transfer.read(&library, 4096).expect("read"), expected);
    }

    #[test]
    fn endless_data_count_up() {
        let mut transfer = Transfer::new(Vec::new(), Body::Endless(vec![9, 9]), 0, None);
        let bytes = transfer.read(&library(), 14).expect("read");
        assert_eq!(bytes, [9, 9, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]);
    }
}
