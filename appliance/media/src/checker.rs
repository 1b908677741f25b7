//! The checker: is given a file's bytes as they arrive, and says at the end whether it is whole.

use crate::beginning::{BEGINNING_BYTES, Beginning, beginning};
use crate::boxes::{self, Boxes, Film};
use crate::find::zeros_at_end;
use crate::fixed::{self, Fixed};
use crate::gif::{self, Gif};
use crate::jpeg::Jpeg;
use crate::kinds::{Kind, kind_of_name};
use crate::matroska::{self, Matroska};
use crate::png::{self, Png};
use crate::riff::{self, Riff};
use crate::steps::Steps;
use crate::tiff::{self, Tiff};
use crate::verdict::{Checked, Format, Reason, Verdict};

/// Checks one file while its bytes go by.
///
/// Memory is at most about 330 KB (a TIFF), else a few hundred bytes, whatever comes.
pub struct Checker {
    is_media: bool,
    stated_size_bytes: Option<u64>,
    length: u64,
    zeros_at_end: u64,
    parser: Parser,
}

enum Parser {
    /// The first bytes, until there are enough.
    Beginning(Vec<u8>),
    Jpeg(Box<Jpeg>),
    Boxes(Box<Steps<Boxes>>),
    Png(Steps<Png>),
    Gif(Steps<Gif>),
    Riff(Steps<Riff>),
    Tiff(Box<Steps<Tiff>>),
    Matroska(Steps<Matroska>),
    Fixed(Format, Steps<Fixed>),
    /// A format that is not checked; whether it is known at all.
    Nothing {
        is_known: bool,
    },
}

impl Checker {
    /// A checker for a file of this name, of which only the extension counts, and of the size that its source states, where that is to
    /// be believed: `None` where a device converts files on the way, and does not know how long they get.
    pub fn new(name: &str, stated_size_bytes: Option<u64>) -> Self {
        Self {
            is_media: matches!(kind_of_name(name), Kind::Photo | Kind::Video),
            stated_size_bytes,
            length: 0,
            zeros_at_end: 0,
            parser: Parser::Beginning(Vec::new()),
        }
    }

    /// The next bytes, as many as there are.
    pub fn feed(&mut self, piece: &[u8]) {
        self.length += piece.len() as u64;
        let zeros = zeros_at_end(piece);
        if zeros < piece.len() {
            self.zeros_at_end = 0;
        }
        self.zeros_at_end += zeros as u64;
        let Parser::Beginning(head) = &mut self.parser else {
            return self.parser.feed(piece);
        };
        let missing = BEGINNING_BYTES - head.len();
        let Some((now, rest)) = piece.split_at_checked(missing) else {
            return head.extend_from_slice(piece);
        };
        head.extend_from_slice(now);
        let mut parser = Parser::of(head);
        parser.feed(head);
        parser.feed(rest);
        self.parser = parser;
    }

    /// What there is to say, now that there are no more bytes.
    pub fn finish(mut self) -> Checked {
        if let Parser::Beginning(head) = &self.parser {
            let mut parser = Parser::of(head);
            parser.feed(head);
            self.parser = parser;
        }
        let format = self.parser.format();
        let is_known = !matches!(self.parser, Parser::Nothing { is_known: false });
        let (structure, film) = self.parser.finish(self.zeros_at_end);
        let verdict = if self.is_media && self.length == 0 {
            Verdict::Suspect(Reason::Empty)
        } else if self.is_media && self.zeros_at_end == self.length {
            Verdict::Suspect(Reason::AllZeros)
        } else if let Some(Err(reason)) = structure {
            Verdict::Suspect(reason)
        } else if let Some(stated_bytes) = self.stated_size_bytes
            && stated_bytes != self.length
        {
            Verdict::Suspect(Reason::OtherSize {
                stated_bytes,
                has_bytes: self.length,
            })
        } else if structure.is_some() {
            Verdict::Whole
        } else if self.is_media && !is_known {
            Verdict::Suspect(Reason::NoKnownBeginning)
        } else {
            Verdict::Unknown
        };
        Checked {
            verdict,
            format,
            video_codec: film.codec,
            has_embedded_video: film.has_embedded_video,
        }
    }
}

impl Parser {
    fn of(head: &[u8]) -> Self {
        match beginning(head) {
            Beginning::Known => Self::Nothing { is_known: true },
            Beginning::Unknown => Self::Nothing { is_known: false },
            Beginning::Checked(format) => match format {
                Format::Jpeg => Self::Jpeg(Box::new(Jpeg::new())),
                Format::Png => Self::Png(Steps::new(Png::default())),
                Format::Gif => Self::Gif(Steps::new(Gif::default())),
                Format::WebP | Format::Avi | Format::Wave => {
                    Self::Riff(Steps::new(Riff::new(format)))
                }
                Format::Tiff => Self::Tiff(Box::new(Steps::new(Tiff::default()))),
                Format::Matroska => Self::Matroska(Steps::new(Matroska::default())),
                Format::Raf | Format::Bmp => Self::Fixed(format, Steps::new(Fixed::new(format))),
                Format::Heif
                | Format::Avif
                | Format::JpegXl
                | Format::Mp4
                | Format::QuickTime
                | Format::Cr3 => Self::Boxes(Box::new(Steps::new(Boxes::new(format)))),
            },
        }
    }

    fn feed(&mut self, piece: &[u8]) {
        match self {
            Self::Beginning(_) | Self::Nothing { .. } => {}
            Self::Jpeg(jpeg) => jpeg.feed(piece),
            Self::Boxes(steps) => steps.feed(piece),
            Self::Png(steps) => steps.feed(piece),
            Self::Gif(steps) => steps.feed(piece),
            Self::Riff(steps) => steps.feed(piece),
            Self::Tiff(steps) => steps.feed(piece),
            Self::Matroska(steps) => steps.feed(piece),
            Self::Fixed(_, steps) => steps.feed(piece),
        }
    }

    /// What the first bytes say; boxes may know better.
    fn format(&self) -> Option<Format> {
        Some(match self {
            Self::Beginning(_) | Self::Nothing { .. } => return None,
            Self::Jpeg(_) => Format::Jpeg,
            Self::Boxes(steps) => steps.walk().format(),
            Self::Png(_) => Format::Png,
            Self::Gif(_) => Format::Gif,
            Self::Riff(steps) => steps.walk().format(),
            Self::Tiff(_) => Format::Tiff,
            Self::Matroska(_) => Format::Matroska,
            Self::Fixed(format, _) => *format,
        })
    }

    /// What is said of the structure, if it is checked, and what there is of a film.
    fn finish(self, zeros: u64) -> (Option<Result<(), Reason>>, Film) {
        let structure = match self {
            Self::Beginning(_) | Self::Nothing { .. } => None,
            Self::Jpeg(jpeg) => {
                let (structure, film) = jpeg.finish(zeros);
                return (Some(structure), film);
            }
            Self::Boxes(steps) => {
                let (structure, film) = steps.finish(|end| boxes::judge(&end, zeros));
                return (Some(structure), film);
            }
            Self::Png(steps) => Some(steps.finish(|end| png::judge(&end))),
            Self::Gif(steps) => Some(steps.finish(|end| gif::judge(&end, zeros))),
            Self::Riff(steps) => Some(steps.finish(|end| riff::judge(&end, zeros))),
            Self::Tiff(steps) => steps.finish(|end| tiff::judge(end, zeros)),
            Self::Matroska(steps) => Some(steps.finish(|end| matroska::judge(&end, zeros))),
            Self::Fixed(_, steps) => Some(steps.finish(|end| fixed::judge(&end))),
        };
        (structure, Film::default())
    }
}
