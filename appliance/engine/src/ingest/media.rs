//! What kind of file, for counts in a report and on the sheet, and for nothing else.

use heirloom_format::StoredPath;
use heirloom_media::Kind;

use super::notes::Shown;

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A still picture.
    Photo,
    /// A moving one.
    Video,
    /// Anything else, such as the edits that lie beside an iPhone's photos, and thumbnails.
    Other,
}

impl From<Kind> for MediaKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Photo => Self::Photo,
            Kind::Video => Self::Video,
            Kind::Sidecar | Kind::Audio | Kind::ThumbnailCache | Kind::Recovered | Kind::Other => {
                Self::Other
            }
        }
    }
}

/// What kind of file this is, by its name and its folders.
pub fn media_kind(path: &StoredPath) -> MediaKind {
    Shown::at(path.as_str()).kind.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_follow_the_name_and_its_folders() {
        for (path, kind) in [
            ("DCIM/IMG_0001.JPG", MediaKind::Photo),
            ("DCIM/IMG_0001.HEIC", MediaKind::Photo),
            ("DCIM/.trashed-1700000000-IMG_0001.HEIC", MediaKind::Photo),
            ("DCIM/IMG_0001.MOV", MediaKind::Video),
            ("AVCHD/00001.MTS", MediaKind::Video),
            ("DCIM/IMG_0001.AAE", MediaKind::Other),
            ("DCIM/GL010001.LRV", MediaKind::Other),
            ("DCIM/.thumbnails/1.jpg", MediaKind::Other),
            ("DCIM/._IMG_0001.JPG", MediaKind::Other),
            ("DCIM/jpg", MediaKind::Other),
            ("DCIM.jpg/notes", MediaKind::Other),
        ] {
            let path = StoredPath::parse(path).expect(path);
            assert_eq!(media_kind(&path), kind, "{path}");
        }
    }
}
