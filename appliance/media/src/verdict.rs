//! What is said of a file once all its bytes went by.

use std::fmt;

/// What is known of a file's inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Whether it is whole.
    pub verdict: Verdict,
    /// What its bytes say that it is, whatever its name says.
    pub format: Option<Format>,
    /// Of the first video track, if it says: of a film, or of the one in a Motion Photo.
    pub video_codec: Option<VideoCodec>,
    /// A picture with a film in it: a Motion Photo.
    pub has_embedded_video: bool,
}

/// Whether a file is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is there from its beginning to its end, as its format has it. What lies between is not looked at.
    Whole,
    /// Something is missing or does not agree: fetch it again.
    Suspect(Reason),
    /// Not a format that this crate knows to check: nothing is said.
    Unknown,
}

/// Why a file is suspect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A photo or video, by its name, without a single byte.
    Empty,
    /// Nothing but zeros.
    AllZeros,
    /// It says of itself that it is longer.
    CutOff {
        /// As much as it must have at the least.
        needs_bytes: u64,
        /// As much as came.
        has_bytes: u64,
    },
    /// The marker that ends a file of this format never came (JPEG, PNG, GIF).
    NoEndMarker,
    /// A film without the table that says where its pictures are (`moov`), as a recording that was broken off.
    NoIndex,
    /// The description is there, and what it describes is not.
    NoContent,
    /// A part begins with bytes that no part can begin with.
    Garbled {
        /// Where.
        at_bytes: u64,
    },
    /// Its last bytes are zeros where there must be content, as a device gives them for what it can't read.
    ZerosAtEnd {
        /// How many.
        zero_bytes: u64,
    },
    /// It is named like a photo or video, and begins like nothing that is known.
    NoKnownBeginning,
    /// It is whole by itself, but the source stated another size.
    OtherSize {
        /// As the source stated.
        stated_bytes: u64,
        /// As much as came.
        has_bytes: u64,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => out.write_str("it is empty"),
            Self::AllZeros => out.write_str("it is nothing but zeros"),
            Self::CutOff {
                needs_bytes,
                has_bytes,
            } => write!(
                out,
                "it is cut off: it must be at least {needs_bytes} bytes long, and {has_bytes} came"
            ),
            Self::NoEndMarker => out.write_str("its end is missing"),
            Self::NoIndex => out.write_str("it is a recording that was never finished"),
            Self::NoContent => out.write_str("it describes a picture that is not in it"),
            Self::Garbled { at_bytes } => {
                write!(out, "from byte {at_bytes} on, it makes no sense")
            }
            Self::ZerosAtEnd { zero_bytes } => {
                write!(
                    out,
                    "its last {zero_bytes} bytes are zeros where its content should be"
                )
            }
            Self::NoKnownBeginning => {
                out.write_str("it is no photo or video, although it is named like one")
            }
            Self::OtherSize {
                stated_bytes,
                has_bytes,
            } => write!(
                out,
                "the device says that it has {stated_bytes} bytes, and {has_bytes} came"
            ),
        }
    }
}

/// A format, told by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// JPEG (ITU-T T.81), with whatever phones append to it.
    Jpeg,
    /// HEIC and other HEIF (ISO/IEC 23008-12).
    Heif,
    /// AVIF, which is HEIF with AV1.
    Avif,
    /// JPEG XL in its container (ISO/IEC 18181-2).
    JpegXl,
    /// MP4, M4V, 3GP (ISO/IEC 14496-12).
    Mp4,
    /// QuickTime's MOV.
    QuickTime,
    /// Canon's RAW of today, an ISO/IEC 14496-12 file.
    Cr3,
    /// PNG (W3C, third edition).
    Png,
    /// GIF89a and older.
    Gif,
    /// WebP (RFC 9649).
    WebP,
    /// AVI (RIFF).
    Avi,
    /// WAV (RIFF).
    Wave,
    /// TIFF 6.0 and the RAW formats made of it: DNG, NEF, CR2, ARW, PEF.
    Tiff,
    /// Fujifilm's RAW.
    Raf,
    /// Matroska and WebM (RFC 9559).
    Matroska,
    /// Windows bitmap.
    Bmp,
}

/// How a film is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VideoCodec {
    /// H.265: `hvc1`, `hev1`, or Dolby Vision over it.
    Hevc,
    /// H.264: `avc1`, `avc3`.
    Avc,
    /// Another, by its four characters.
    Other([u8; 4]),
}
