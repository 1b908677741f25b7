//! Where things are on the volume (FORMAT.md, section 1).

use heirloom_format::{SnapshotName, StoredPath};

use crate::VolumePath;

pub(crate) const README: &str = "README.txt";
pub(crate) const ARCHIVE_JSON: &str = "archive.json";
pub(crate) const ARCHIVE_KEY: &str = "archive.key";
pub(crate) const SOURCES: &str = "sources";
pub(crate) const THINNED: &str = "thinned";
pub(crate) const INCOMING: &str = ".incoming";
pub(crate) const LATEST: &str = "latest";
pub(crate) const DATA: &str = "data";

pub(crate) const BAGIT: &str = "bagit.txt";
pub(crate) const BAG_INFO: &str = "bag-info.txt";
pub(crate) const MANIFEST: &str = "manifest-sha256.txt";
pub(crate) const SHARED_TIMES: &str = "shared-times.txt";
pub(crate) const SNAPSHOT: &str = "snapshot.json";
pub(crate) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
pub(crate) const SIGNATURE: &str = "tagmanifest-sha256.txt.minisig";

pub(crate) fn source_folder(source: &str) -> VolumePath {
    VolumePath::new(SOURCES).join(source)
}

pub(crate) fn snapshot_folder(source: &str, name: SnapshotName) -> VolumePath {
    source_folder(source).join(&name.to_string())
}

/// Where what is left of a snapshot is that retention removed.
pub(crate) fn thinned_folder(source: &str, name: SnapshotName) -> VolumePath {
    VolumePath::new(THINNED)
        .join(source)
        .join(&name.to_string())
}

/// A file of a bag's payload.
pub(crate) fn payload(bag: &VolumePath, path: &StoredPath) -> VolumePath {
    bag.join(DATA).join(path.as_str())
}
