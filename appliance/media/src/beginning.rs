//! What a file is, by its first bytes.

use crate::verdict::Format;

/// As many bytes as tell all formats apart.
pub(crate) const BEGINNING_BYTES: usize = 18;

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// A format that is checked.
    Checked(Format),
    /// Another that is known, and about which nothing is said.
    Known,
    /// Not even known.
    Unknown,
}

/// Formats that a photo or video may be in, or be mistaken for, and that are not checked. First bytes from the formats' specifications and
/// from `file`'s magic, version 5.44.
const KNOWN: [(usize, &[u8]); 27] = [
    (0, b"IIU\0"),                            // Panasonic RW2
    (0, b"IIRO"),                             // Olympus ORF
    (0, b"IIRS"),                             // the same
    (0, b"MMOR"),                             // the same
    (6, b"HEAPCCDR"),                         // Canon CRW
    (0, b"FOVb"),                             // Sigma X3F
    (0, b"\0MRM"),                            // Minolta MRW
    (0, b"II+\0"),                            // BigTIFF
    (0, b"MM\0+"),                            // the same
    (0, b"\xff\x0a"),                         // JPEG XL without a container
    (0, b"\0\0\0\x0cjP  "),                   // JPEG 2000
    (0, b"\0\0\x01\0"),                       // Windows icon
    (0, b"8BPS"),                             // Photoshop
    (0, b"\0\0\x01\xba"),                     // MPEG program stream
    (0, b"\0\0\x01\xb3"),                     // MPEG video
    (0, b"\x47\x40"),                         // MPEG transport stream, as broadcast
    (4, b"\x47\x40"), // as AVCHD cameras write it, with a time before each packet
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"), // ASF: WMV, WMA
    (0, b"FLV"),      // Flash video
    (0, b"OggS"),     // Ogg
    (0, b".RMF"),     // RealMedia
    (0, b"\x06\x0e\x2b\x34"), // MXF
    (0, b"\x1f\x07\x00"), // DV (IEC 61834-2), as camcorders' tapes are read
    (0, b"#!AMR"),    // AMR, which old phones named .3gp
    (0, b"\0\x05\x16\x07"), // AppleDouble, beside a file on a card that a Mac wrote to
    (0, b"<?xml"),    // SVG and sidecars
    (0, b"<svg"),     // SVG
];

pub(crate) fn beginning(head: &[u8]) -> Beginning {
    if let Some(format) = checked(head) {
        return Beginning::Checked(format);
    }
    let is_known = KNOWN
        .iter()
        .any(|(at, bytes)| head.get(*at..).is_some_and(|head| head.starts_with(bytes)));
    if is_known {
        Beginning::Known
    } else {
        Beginning::Unknown
    }
}

fn checked(head: &[u8]) -> Option<Format> {
    let at = |at: usize, bytes: &[u8]| head.get(at..).is_some_and(|head| head.starts_with(bytes));
    Some(match head {
        [0xff, 0xd8, 0xff, ..] => Format::Jpeg,
        _ if at(0, b"\x89PNG\r\n\x1a\n") => Format::Png,
        _ if at(0, b"GIF87a") || at(0, b"GIF89a") => Format::Gif,
        _ if at(0, b"RIFF") && at(8, b"WEBP") => Format::WebP,
        _ if at(0, b"RIFF") && at(8, b"AVI ") => Format::Avi,
        _ if at(0, b"RIFF") && at(8, b"WAVE") => Format::Wave,
        _ if at(0, b"FUJIFILMCCD-RAW ") => Format::Raf,
        _ if at(0, b"II*\0") || at(0, b"MM\0*") => Format::Tiff,
        _ if at(0, b"\x1a\x45\xdf\xa3") => Format::Matroska,
        _ if at(4, b"JXL \r\n\x87\n") => Format::JpegXl,
        _ if at(4, b"ftyp") => Format::Mp4,
        // QuickTime before 2001 has no `ftyp`, and cameras went on so for long.
        _ if [&b"moov"[..], b"mdat", b"wide", b"free", b"skip", b"pnot"]
            .iter()
            .any(|kind| at(4, kind)) =>
        {
            Format::QuickTime
        }
        // Two letters are little: the length of the second header must be one that there is.
        _ if at(0, b"BM")
            && matches!(
                head.get(14..18),
                Some([12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0])
            ) =>
        {
            Format::Bmp
        }
        _ => return None,
    })
}
