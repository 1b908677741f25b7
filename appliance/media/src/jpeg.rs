//! JPEG (ITU-T T.81, annex B): markers to the first scan, then the end marker, then what phones append.
//!
//! Appended are further pictures (CIPA DC-007, multi-picture format; gain maps), the film of a Motion Photo, and maker's trailers such as
//! Samsung's `SEFT`. A further picture right behind the first and a film must be whole too; anything else is let be. So are zeros, with which some
//! cameras pad, unless the first picture says that others follow.

use crate::boxes::{Boxes, Film};
use crate::find::{find_film, find_pair, keep_last};
use crate::steps::Steps;
use crate::verdict::{Format, Reason};

const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;

/// The segment that lists further pictures begins so (CIPA DC-007, 5.2).
const APP2: u8 = 0xe2;
const PICTURES: &[u8; 4] = b"MPF\0";

/// Zeros of this length at the end of a picture without an end are worth telling: a sector.
const TOLD_ZEROS_BYTES: u64 = 512;

pub(crate) struct Jpeg {
    state: State,
    position: u64,
    /// Where the last segment ends.
    needs_bytes: u64,
    /// How much of the list's name was seen, in this segment or, when it is all of it, in one before.
    pictures_seen: usize,
    /// Where the first picture ends.
    first_end: Option<u64>,
}

enum State {
    /// Before a marker; other bytes are passed over, as decoders do.
    Marker,
    /// Behind 0xFF.
    Code,
    /// The high byte of a segment's length.
    LengthHigh { code: u8 },
    /// The low byte.
    LengthLow { code: u8, high: u8 },
    /// A segment, of which so much was seen, and so much is left.
    Segment { code: u8, seen: usize, left: usize },
    /// Entropy-coded data, in which 0xFF is always followed by another byte than that of the end marker. Tables between the scans of a
    /// progressive picture are passed over with them.
    Scan { is_behind_ff: bool },
    /// Right behind an end marker.
    Behind(Behind),
    /// What a phone appended; its last bytes, in which a film's beginning may lie.
    Trailer { last: Vec<u8> },
    /// The film of a Motion Photo.
    Video(Box<Steps<Boxes>>),
}

/// How much of the next picture's beginning was seen, after padding.
#[derive(Clone, Copy)]
enum Behind {
    Padding,
    Ff,
    Soi,
}

fn segment(code: u8, seen: usize, left: usize) -> State {
    match (left, code) {
        (0, START_OF_SCAN) => State::Scan {
            is_behind_ff: false,
        },
        (0, _) => State::Marker,
        (left, code) => State::Segment { code, seen, left },
    }
}

/// Moves what was said of a part to where the part begins.
fn later(reason: Reason, begin: u64) -> Reason {
    match reason {
        Reason::CutOff {
            needs_bytes,
            has_bytes,
        } => Reason::CutOff {
            needs_bytes: needs_bytes.saturating_add(begin),
            has_bytes: has_bytes + begin,
        },
        Reason::Garbled { at_bytes } => Reason::Garbled {
            at_bytes: at_bytes + begin,
        },
        reason => reason,
    }
}

impl Jpeg {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Marker,
            position: 0,
            needs_bytes: 4,
            pictures_seen: 0,
            first_end: None,
        }
    }

    pub(crate) fn feed(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() {
            let used = self.step(piece);
            self.position += used as u64;
            piece = &piece[used..];
        }
    }

    /// Takes some of a piece that is not empty, and tells how much: nothing only where the state changes.
    fn step(&mut self, piece: &[u8]) -> usize {
        let byte = piece[0];
        match &mut self.state {
            State::Marker => {
                let found = piece.iter().position(|byte| *byte == 0xff);
                if found.is_some() {
                    self.state = State::Code;
                }
                return found.map_or(piece.len(), |at| at + 1);
            }
            State::Code => self.state = Self::after_code(byte),
            State::LengthHigh { code } => {
                let code = *code;
                self.state = State::LengthLow { code, high: byte };
            }
            State::LengthLow { code, high } => {
                // The length counts its own two bytes.
                let left = u16::from_be_bytes([*high, byte]).saturating_sub(2);
                self.needs_bytes = self.position + 1 + u64::from(left);
                self.state = segment(*code, 0, left.into());
            }
            State::Segment { code, seen, left } => {
                let (code, seen, left) = (*code, *seen, *left);
                let used = left.min(piece.len());
                if code == APP2 {
                    self.note_pictures(seen, &piece[..used]);
                }
                self.state = segment(code, seen + used, left - used);
                return used;
            }
            State::Scan { is_behind_ff } => {
                if *is_behind_ff && byte == END_OF_IMAGE {
                    self.end_of_picture(self.position + 1);
                    return 1;
                }
                if let Some(at) = find_pair(piece, [0xff, END_OF_IMAGE]) {
                    self.end_of_picture(self.position + at as u64 + 2);
                    return at + 2;
                }
                *is_behind_ff = piece.last() == Some(&0xff);
                return piece.len();
            }
            State::Behind(behind) => {
                let behind = *behind;
                return self.behind(behind, piece);
            }
            State::Trailer { last } => {
                if let Some((head, used)) = find_film(last, piece) {
                    let mut steps = Steps::new(Boxes::new(Format::Mp4));
                    steps.feed(&head);
                    self.state = State::Video(Box::new(steps));
                    return used;
                }
                keep_last(last, piece);
                return piece.len();
            }
            State::Video(steps) => {
                steps.feed(piece);
                return piece.len();
            }
        }
        1
    }

    fn after_code(code: u8) -> State {
        match code {
            0xff => State::Code,
            // No marker; or one without a length: TEM, RST0 to RST7, SOI.
            0x00 | 0x01 | 0xd0..=0xd8 => State::Marker,
            END_OF_IMAGE => State::Behind(Behind::Padding),
            code => State::LengthHigh { code },
        }
    }

    fn note_pictures(&mut self, seen: usize, piece: &[u8]) {
        if self.pictures_seen == PICTURES.len() {
            return;
        }
        if seen == 0 {
            self.pictures_seen = 0;
        }
        for (wanted, byte) in PICTURES.iter().skip(seen).zip(piece) {
            // Once one differs, the count falls behind for good.
            self.pictures_seen += usize::from(wanted == byte);
        }
    }

    fn end_of_picture(&mut self, end: u64) {
        self.first_end.get_or_insert(end);
        self.state = State::Behind(Behind::Padding);
    }

    fn behind(&mut self, behind: Behind, piece: &[u8]) -> usize {
        let next = match (behind, piece[0]) {
            (Behind::Padding, 0) => {
                return piece
                    .iter()
                    .position(|byte| *byte != 0)
                    .unwrap_or(piece.len());
            }
            (Behind::Padding, 0xff) => State::Behind(Behind::Ff),
            (Behind::Ff, 0xd8) => State::Behind(Behind::Soi),
            (Behind::Soi, 0xff) => {
                self.state = State::Code;
                return 1;
            }
            (behind, _) => {
                // The padding may have been the first zeros of a film's first length.
                let last: &[u8] = match behind {
                    Behind::Padding => &[0, 0, 0],
                    Behind::Ff => &[0xff],
                    Behind::Soi => &[0xff, 0xd8],
                };
                self.state = State::Trailer {
                    last: last.to_vec(),
                };
                return 0;
            }
        };
        self.state = next;
        1
    }

    pub(crate) fn finish(self, zeros_at_end: u64) -> (Result<(), Reason>, Film) {
        let has_bytes = self.position;
        let no_film = Film::default();
        let verdict = match self.state {
            State::Video(steps) => {
                let begin = has_bytes - steps.position();
                let (verdict, film) = steps.finish(|end| crate::boxes::judge(&end, zeros_at_end));
                let film = Film {
                    has_embedded_video: true,
                    ..film
                };
                return (verdict.map_err(|reason| later(reason, begin)), film);
            }
            // Nothing but zeros where further pictures should be.
            State::Behind(Behind::Padding)
                if self.pictures_seen == PICTURES.len()
                    && zeros_at_end >= TOLD_ZEROS_BYTES
                    && self.first_end == Some(has_bytes - zeros_at_end) =>
            {
                Err(Reason::ZerosAtEnd {
                    zero_bytes: zeros_at_end,
                })
            }
            State::Behind(_) | State::Trailer { .. } => Ok(()),
            State::Segment { .. } => Err(Reason::CutOff {
                needs_bytes: self.needs_bytes,
                has_bytes,
            }),
            _ if zeros_at_end >= TOLD_ZEROS_BYTES => Err(Reason::ZerosAtEnd {
                zero_bytes: zeros_at_end,
            }),
            State::Scan { .. } | State::Marker | State::Code => Err(Reason::NoEndMarker),
            State::LengthHigh { .. } | State::LengthLow { .. } => Err(Reason::NoEndMarker),
        };
        (verdict, no_film)
    }
}
