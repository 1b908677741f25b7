//! Whether an iPhone gave a file as it keeps it, or converted it on the way: only what can be told honestly.

use crate::kinds::extension;
use crate::verdict::{Checked, Format, VideoCodec};

/// What is known of where a file's bytes are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// As the phone keeps it.
    Original,
    /// Made by the phone while it was copied, with less in it than the original.
    Converted,
    /// It can't be told.
    Unknown,
}

/// Tells it for a file of an iPhone. `stated` is the format that the phone itself stated before it gave the file (PTP's ObjectInfo), as far as it is
/// one of these.
///
/// Under Settings > Photos > Transfer to Mac or PC > Automatic, an iPhone makes JPEG of HEIC and H.264 of HEVC, and nothing else. So:
///
/// - HEIC, AVIF, RAW, PNG, GIF, WebP, and films in HEVC are never what comes out of that: `Original`.
/// - A JPEG that the phone stated to be HEIC: `Converted`. PTP has no way to state a codec, so that nothing like it can be said of films.
/// - Any other JPEG and any other film: `Unknown`. The phone may have been set to take JPEG, or have got it from somebody. A name such as
///   `IMG_0001.JPG` says nothing, because the phone converts names as well; nor does a JPEG that is merely *named* `.HEIC`, as apps keep some.
pub fn origin(checked: &Checked, stated: Option<Format>) -> Origin {
    match (checked.format, checked.video_codec) {
        (
            Some(
                Format::Heif
                | Format::Avif
                | Format::JpegXl
                | Format::Tiff
                | Format::Png
                | Format::Gif
                | Format::WebP,
            ),
            _,
        ) => Origin::Original,
        (Some(Format::Mp4 | Format::QuickTime), Some(VideoCodec::Hevc)) => Origin::Original,
        (Some(Format::Jpeg), _) if matches!(stated, Some(Format::Heif | Format::Avif)) => {
            Origin::Converted
        }
        _ => Origin::Unknown,
    }
}

/// Whether the extension is one that belongs to the format. A JPEG named `.HEIC` is no fault, but a person may want to know why a program
/// refuses it.
pub fn is_named_so(name: &str, format: Format) -> bool {
    let extensions: &[&str] = match format {
        Format::Jpeg => &["jpg", "jpeg", "jpe", "jfif", "mpo", "jps", "insp", "thm"],
        Format::Heif => &["heic", "heics", "heif", "heifs", "hif", "avci"],
        Format::Avif => &["avif", "avifs"],
        Format::JpegXl => &["jxl"],
        // These two are told apart by a brand that nobody minds.
        Format::Mp4 | Format::QuickTime => &[
            "mp4", "m4v", "mov", "qt", "3gp", "3gpp", "3g2", "3gp2", "m4a", "m4b", "3ga", "qta",
            "mp", "lrv", "lrf", "insv", "360", "f4v",
        ],
        Format::Cr3 => &["cr3", "crm"],
        Format::Png => &["png", "apng"],
        Format::Gif => &["gif"],
        Format::WebP => &["webp"],
        Format::Avi => &["avi", "divx"],
        Format::Wave => &["wav"],
        Format::Tiff => &[
            "tif", "tiff", "dng", "nef", "nrw", "cr2", "arw", "arq", "srf", "sr2", "pef", "srw",
            "3fr", "fff", "iiq", "kdc", "dcr", "mos", "erf", "mef", "gpr", "rwl", "raw",
        ],
        Format::Raf => &["raf"],
        Format::Matroska => &["mkv", "webm", "mka"],
        Format::Bmp => &["bmp"],
    };
    extension(name).is_some_and(|own| extensions.iter().any(|one| one.eq_ignore_ascii_case(own)))
}
