//! What kind of file, told by its extension alone: for counts in a report, and for nothing else.

use heirloom_format::StoredPath;

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A still picture.
    Photo,
    /// A moving one.
    Video,
    /// Anything else, such as the edits that lie beside an iPhone's photos.
    Other,
}

const PHOTOS: &[&str] = &[
    "jpg", "jpeg", "jpe", "heic", "heif", "hif", "avif", "jxl", "png", "gif", "webp", "bmp", "tif",
    "tiff", "dng", "cr2", "cr3", "crw", "nef", "nrw", "arw", "srf", "sr2", "orf", "rw2", "raf",
    "srw", "pef", "rwl", "3fr", "insp", "mpo",
];

const VIDEOS: &[&str] = &[
    "mp4", "mov", "m4v", "3gp", "3gpp", "3g2", "avi", "mkv", "webm", "mts", "m2ts", "mpg", "mpeg",
    "wmv", "insv", "lrv", "mxf",
];

/// What kind of file this is.
pub fn media_kind(path: &StoredPath) -> MediaKind {
    kind_of_name(path.file_name())
}

pub(super) fn kind_of_name(name: &str) -> MediaKind {
    let Some((_, extension)) = name.rsplit_once('.') else {
        return MediaKind::Other;
    };
    let is_one_of = |kinds: &[&str]| {
        kinds
            .iter()
            .any(|kind| kind.eq_ignore_ascii_case(extension))
    };
    if is_one_of(PHOTOS) {
        MediaKind::Photo
    } else if is_one_of(VIDEOS) {
        MediaKind::Video
    } else {
        MediaKind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_follow_the_extension() {
        for (path, kind) in [
            ("DCIM/IMG_0001.JPG", MediaKind::Photo),
            ("DCIM/IMG_0001.HEIC", MediaKind::Photo),
            ("DCIM/IMG_0001.MOV", MediaKind::Video),
            ("DCIM/IMG_0001.AAE", MediaKind::Other),
            ("DCIM/jpg", MediaKind::Other),
            ("DCIM.jpg/notes", MediaKind::Other),
        ] {
            assert_eq!(
                media_kind(&StoredPath::parse(path).expect(path)),
                kind,
                "{path}"
            );
        }
    }
}
