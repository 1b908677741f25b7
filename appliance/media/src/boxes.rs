//! Boxes of the ISO base media file format (ISO/IEC 14496-12) and of QuickTime: HEIC, AVIF, MP4, MOV, 3GP, CR3, JPEG XL.
//!
//! The boxes of the file are walked from end to end, without their contents; within `moov` and `meta`, only as far as it takes to know
//! the codecs, where the films' last chunks begin, and whether a picture lies in `meta` itself.

use crate::steps::{End, Step, Walk, be32, be64, first};
use crate::verdict::{Format, Reason, VideoCodec};

type Type = [u8; 4];

/// Boxes that a file can have at its top. One of these that runs beyond the end is cut; another, behind a file that has all it needs, is
/// what a maker appended, such as Samsung's trailer.
const AT_TOP: [&Type; 24] = [
    b"ftyp", b"styp", b"moov", b"mdat", b"moof", b"mfra", b"meta", b"uuid", b"pdin", b"sidx",
    b"ssix", b"prft", b"udta", b"pnot", b"PICT", b"emsg", b"jumb", b"mpvd", b"sefd", b"JXL ",
    b"jxlc", b"jxlp", b"Exif", b"xml ",
];

/// Boxes without content: nothing is lost with them.
const PADDING: [&Type; 4] = [b"free", b"skip", b"wide", b"junk"];

/// Zeros of this length are not found at the end of compressed pictures and sound. Less may be padding.
pub(crate) const SUSPECT_ZEROS_BYTES: u64 = 64 << 10;

/// Nobody nests deeper than `moov/trak/mdia/minf/stbl`.
const DEEPEST: usize = 8;

pub(crate) struct Boxes {
    format: Format,
    expected: Expected,
    /// The box at the top of the file that the walk is in.
    top: Option<Top>,
    /// Where the boxes end that the walk is in, outermost first.
    ends: Vec<u64>,
    /// Where something begins that is no box.
    no_box_at: Option<u64>,
    has_index: bool,
    has_content: bool,
    is_fragmented: bool,
    has_embedded_video: bool,
    handler: Type,
    codec: Option<VideoCodec>,
    has_uncompressed: bool,
    /// Where the last chunk of any track begins.
    last_chunk_at: u64,
}

#[derive(Clone, Copy)]
struct Top {
    kind: Type,
    end: u64,
    is_open: bool,
}

/// What was asked for.
#[derive(Clone, Copy)]
enum Expected {
    Header,
    LargeSize { kind: Type },
    Brand { end: u64 },
    Handler { end: u64 },
    SampleEntry { end: u64 },
    ChunkCount { end: u64, is_large: bool },
    LastChunk { end: u64, is_large: bool },
}

/// What a walk over boxes tells besides.
#[derive(Clone, Copy, Default)]
pub(crate) struct Film {
    pub(crate) codec: Option<VideoCodec>,
    pub(crate) has_embedded_video: bool,
}

impl Boxes {
    /// For a file without a box that names its format, that one.
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            expected: Expected::Header,
            top: None,
            ends: Vec::new(),
            no_box_at: None,
            has_index: false,
            has_content: false,
            is_fragmented: false,
            has_embedded_video: false,
            handler: [0; 4],
            codec: None,
            has_uncompressed: false,
            last_chunk_at: 0,
        }
    }

    /// By its brand, once that went by.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    fn header_at(&mut self, mut at: u64) -> Step {
        // What is left of a box after its last part is the end of a list in QuickTime, or nothing that matters.
        while let Some(end) = self.ends.last()
            && at.saturating_add(8) > *end
        {
            at = *end;
            self.ends.pop();
        }
        self.expect(Expected::Header, at, 8)
    }

    fn expect(&mut self, expected: Expected, at: u64, bytes: usize) -> Step {
        self.expected = expected;
        Step::Read { at, bytes }
    }

    /// A box of which the header was read; `size` counts from its beginning, `content` is where its content begins.
    fn box_at(&mut self, at: u64, kind: Type, size: u64, content: u64) -> Step {
        let parent_end = self.ends.last().copied();
        let is_open = size == 0;
        let end = if is_open {
            parent_end.unwrap_or(u64::MAX)
        } else {
            at.saturating_add(size)
        };
        let is_box = kind
            .iter()
            .all(|byte| (0x20..0x7f).contains(byte) || *byte == 0xa9);
        if end < content || !is_box || parent_end.is_some_and(|parent| end > parent) {
            return self.no_box(at);
        }
        if parent_end.is_none() {
            self.top = Some(Top { kind, end, is_open });
            self.note_top(kind);
        }
        match &kind {
            b"moov" | b"trak" | b"mdia" | b"minf" | b"stbl" => self.enter(end, content),
            // In a picture it has a version and flags; in a film it is about titles.
            b"meta" if self.is_picture() => self.enter(end, content.saturating_add(4)),
            b"idat" => {
                self.has_content = true;
                self.header_at(end)
            }
            b"mvex" => {
                self.is_fragmented = true;
                self.header_at(end)
            }
            b"ftyp" if end - content >= 4 => self.expect(Expected::Brand { end }, content, 4),
            b"hdlr" if end - content >= 12 => self.expect(Expected::Handler { end }, content, 12),
            b"stsd" if end - content >= 16 => {
                self.expect(Expected::SampleEntry { end }, content, 16)
            }
            b"stco" | b"co64" if end - content >= 8 => {
                let is_large = kind == *b"co64";
                self.expect(Expected::ChunkCount { end, is_large }, content, 8)
            }
            _ => self.header_at(end),
        }
    }

    fn enter(&mut self, end: u64, content: u64) -> Step {
        if self.ends.len() >= DEEPEST {
            return self.header_at(end);
        }
        self.ends.push(end);
        self.header_at(content)
    }

    fn note_top(&mut self, kind: Type) {
        match &kind {
            b"moov" => self.has_index = true,
            b"meta" => self.has_index |= self.is_picture(),
            b"mdat" => self.has_content = true,
            b"moof" => self.is_fragmented = true,
            b"mpvd" => self.has_embedded_video = true,
            b"jxlc" | b"jxlp" => (self.has_index, self.has_content) = (true, true),
            _ => {}
        }
    }

    /// Within a box, what is left of the outermost one is passed over; at the top, it is the end of the walk.
    fn no_box(&mut self, at: u64) -> Step {
        match self.ends.first().copied() {
            Some(end) => {
                self.ends.clear();
                self.header_at(end)
            }
            None => {
                self.no_box_at = Some(at);
                Step::Rest
            }
        }
    }

    fn is_picture(&self) -> bool {
        matches!(self.format, Format::Heif | Format::Avif)
    }

    fn has_all(&self) -> bool {
        self.has_index && self.has_content
    }
}

impl Walk for Boxes {
    fn begin(&mut self) -> Step {
        self.header_at(0)
    }

    fn take(&mut self, at: u64, bytes: &[u8]) -> Step {
        match self.expected {
            Expected::Header => {
                let kind = first(&bytes[4..]);
                match be32(bytes) {
                    1 => self.expect(Expected::LargeSize { kind }, at + 8, 8),
                    size => self.box_at(at, kind, size.into(), at + 8),
                }
            }
            Expected::LargeSize { kind } => {
                // A size that is too small for its own header, such as 0, is none.
                let size = be64(bytes).max(1);
                self.box_at(at - 8, kind, size, at + 8)
            }
            Expected::Brand { end } => {
                self.format = format_of_brand(&first(bytes));
                self.header_at(end)
            }
            Expected::Handler { end } => {
                // QuickTime also has one of a data handler, within `minf`.
                if bytes[4..8] != *b"dhlr" {
                    self.handler = first(&bytes[8..]);
                }
                self.header_at(end)
            }
            Expected::SampleEntry { end } => {
                self.note_codec(first(&bytes[12..]));
                self.header_at(end)
            }
            Expected::ChunkCount { end, is_large } => {
                let entry_bytes = if is_large { 8 } else { 4 };
                let before = u64::from(be32(&bytes[4..])).saturating_sub(1) * entry_bytes;
                let last = at + 8 + before;
                if be32(&bytes[4..]) == 0 || last + entry_bytes > end {
                    return self.header_at(end);
                }
                self.expect(
                    Expected::LastChunk { end, is_large },
                    last,
                    entry_bytes as usize,
                )
            }
            Expected::LastChunk { end, is_large } => {
                let chunk_at = if is_large {
                    be64(bytes)
                } else {
                    be32(bytes).into()
                };
                // Tracks of other kinds may point anywhere.
                if matches!(&self.handler, b"vide" | b"soun") {
                    self.last_chunk_at = self.last_chunk_at.max(chunk_at);
                }
                self.header_at(end)
            }
        }
    }
}

impl Boxes {
    fn note_codec(&mut self, codec: Type) {
        if self.handler == *b"vide" {
            self.codec.get_or_insert(match &codec {
                b"hvc1" | b"hev1" | b"dvh1" | b"dvhe" => VideoCodec::Hevc,
                b"avc1" | b"avc3" => VideoCodec::Avc,
                _ => VideoCodec::Other(codec),
            });
        }
        self.has_uncompressed |= matches!(
            &codec,
            b"sowt" | b"twos" | b"lpcm" | b"ipcm" | b"in24" | b"in32" | b"fl32" | b"raw " | b"NONE"
        );
    }
}

/// Brands from general knowledge; they are registered at <https://mp4ra.org/registered-types/brands>.
fn format_of_brand(brand: &Type) -> Format {
    match brand {
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" | b"mif1"
        | b"mif2" | b"mif3" | b"msf1" => Format::Heif,
        b"avif" | b"avis" => Format::Avif,
        b"jxl " => Format::JpegXl,
        b"crx " => Format::Cr3,
        b"qt  " => Format::QuickTime,
        _ => Format::Mp4,
    }
}

/// Whether all is there.
pub(crate) fn judge(end: &End<'_, Boxes>, zeros_at_end: u64) -> (Result<(), Reason>, Film) {
    let boxes = &end.walk;
    let film = Film {
        codec: boxes.codec,
        has_embedded_video: boxes.has_embedded_video,
    };
    (whole(end, zeros_at_end), film)
}

fn whole(end: &End<'_, Boxes>, zeros_at_end: u64) -> Result<(), Reason> {
    let (boxes, has_bytes) = (&end.walk, end.length);
    let cut = |needs_bytes| {
        Err(Reason::CutOff {
            needs_bytes,
            has_bytes,
        })
    };
    let zeros = Err(Reason::ZerosAtEnd {
        zero_bytes: zeros_at_end,
    });
    let has_zeros = zeros_at_end >= SUSPECT_ZEROS_BYTES;
    if let Some(top) = boxes.top
        && top.end > has_bytes
        && !top.is_open
        && !PADDING.contains(&&top.kind)
        && (AT_TOP.contains(&&top.kind) || !boxes.has_all())
    {
        return cut(top.end);
    }
    let is_in_content =
        boxes.no_box_at.is_none() && boxes.top.is_some_and(|top| top.kind == *b"mdat");
    if is_in_content && has_zeros && !boxes.has_uncompressed {
        return zeros;
    }
    if let Some(at_bytes) = boxes.no_box_at {
        // Fragments may be missing; of other files that have all they need, this is a trailer.
        if boxes.is_fragmented && has_zeros && has_bytes - zeros_at_end <= at_bytes {
            return zeros;
        }
        if !boxes.has_content {
            return Err(Reason::Garbled { at_bytes });
        }
    }
    // Half a header is a trailer where nothing is missing; but one fragment more may always be.
    let may_be_more = !boxes.has_all() || boxes.is_fragmented;
    if may_be_more && boxes.no_box_at.is_none() && !end.held.is_empty() {
        return cut(end.needs_bytes());
    }
    if boxes.top.is_some_and(|top| top.kind == *b"moof") {
        return Err(Reason::NoContent);
    }
    match (boxes.has_index, boxes.has_content) {
        (false, true) => Err(Reason::NoIndex),
        (_, false) => Err(if boxes.has_index {
            Reason::NoContent
        } else {
            Reason::NoIndex
        }),
        (true, true) if !boxes.is_fragmented && boxes.last_chunk_at >= has_bytes => {
            cut(boxes.last_chunk_at.saturating_add(1))
        }
        (true, true) => Ok(()),
    }
}
