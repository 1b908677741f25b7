//! Kinds of file by their extension: a table.

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A still picture, or one that moves a little.
    Photo,
    /// A film.
    Video,
    /// Lies beside a photo or video, and says something of it or is a small copy of it.
    Sidecar,
    /// Sound: voice memos, voice messages, music.
    Audio,
    /// Small copies that the device makes by itself, and makes anew when they are gone.
    ThumbnailCache,
    /// A piece that the repair of a file system found, without its name: it may be a photo.
    Recovered,
    /// Anything else.
    Other,
}

/// Extensions in lower case. RAW formats and films as cameras and phones write them, from general knowledge; ExifTool's list
/// (<https://exiftool.org/#supported>) is where to look for what is missing.
const EXTENSIONS: [(Kind, &[&str]); 4] = [
    (
        Kind::Photo,
        &[
            "jpg", "jpeg", "jpe", "jfif", "mpo", "jps", "heic", "heics", "heif", "heifs", "hif",
            "avif", "avifs", "avci", "jxl", "jp2", "png", "apng", "gif", "webp", "bmp", "tif",
            "tiff", "psd", "dng", "cr2", "cr3", "crw", "nef", "nrw", "arw", "arq", "srf", "sr2",
            "orf", "ori", "rw2", "raf", "srw", "pef", "rwl", "3fr", "fff", "iiq", "kdc", "dcr",
            "mos", "mrw", "erf", "mef", "x3f", "gpr", "insp", "raw",
        ],
    ),
    (
        Kind::Video,
        &[
            "mp4", "m4v", "mov", "qt", "3gp", "3gpp", "3g2", "3gp2", "avi", "divx", "mkv", "webm",
            "mts", "m2ts", "m2t", "mod", "tod", "mpg", "mpeg", "mpe", "m2v", "vob", "wmv", "asf",
            "flv", "f4v", "ogv", "mxf", "insv", "360", "dv", "rm", "rmvb",
            // The film of a Motion Photo, as Google Takeout names it.
            "mp",
        ],
    ),
    (
        Kind::Sidecar,
        &[
            "aae", // Apple: what was edited, and how
            "xmp", // Adobe
            "thm", // Canon, GoPro and others: a video's first picture
            "lrv", // GoPro: a small copy of a video
            "lrf", // DJI: the same
            "srt", // DJI: height and place, second by second; or subtitles
            "pp3", // RawTherapee
            "dop", // DxO
            "cos", // Capture One
            // AVCHD: without them, a camera does not play its own films.
            "cpi", "mpl", "bdm", "clpi", "mpls", "bdmv",
        ],
    ),
    (
        Kind::Audio,
        &[
            "m4a", "m4b", "aac", "amr", "awb", "3ga", "qta", "opus", "ogg", "oga", "mp3", "wav",
            "wma", "flac", "caf", "aif", "aiff", "mka", "mid",
        ],
    ),
];

/// The kind that the extension says, and nothing else.
pub(crate) fn kind_of_name(name: &str) -> Kind {
    let Some(extension) = extension(name) else {
        return Kind::Other;
    };
    let is_in = |list: &[&str]| list.iter().any(|one| one.eq_ignore_ascii_case(extension));
    if let Some((kind, _)) = EXTENSIONS.iter().find(|(_, list)| is_in(list)) {
        return *kind;
    }
    if is_takeout_description(name) {
        return Kind::Sidecar;
    }
    Kind::Other
}

/// What follows the last dot, where something stands before it.
pub(crate) fn extension(name: &str) -> Option<&str> {
    let (stem, extension) = name.rsplit_once('.')?;
    (!stem.is_empty() && !extension.is_empty()).then_some(extension)
}

/// What stands before the last dot.
pub(crate) fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// Google Takeout lays `IMG_1.jpg.json` beside `IMG_1.jpg`, since 2024 `IMG_1.jpg.supplemental-metadata.json`, cut short where the name
/// gets longer than 51 characters.
pub(crate) fn is_takeout_description(name: &str) -> bool {
    described_by_takeout(name)
        .is_some_and(|described| matches!(kind_of_name(described), Kind::Photo | Kind::Video))
}

/// The name of what a description by Takeout describes.
pub(crate) fn described_by_takeout(name: &str) -> Option<&str> {
    let extension = extension(name)?;
    if !extension.eq_ignore_ascii_case("json") {
        return None;
    }
    let described = stem(name);
    match described.rsplit_once('.') {
        Some((rest, last)) if !last.is_empty() && "supplemental-metadata".starts_with(last) => {
            Some(rest)
        }
        _ => Some(described),
    }
}
