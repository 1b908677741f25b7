//! What is on an archive drive, byte for byte: names, digests, manifests, snapshots, the archive's own description.
//!
//! Pure functions of bytes: nothing here opens a file, reads a clock or allocates out of proportion to its input.
//! `FORMAT.md` beside this crate is the specification; DESIGN names are used throughout.
#![forbid(unsafe_code)]

mod archive_info;
mod bag;
mod day;
mod digest;
mod manifest;
mod names;
mod path;
mod readme;
mod snapshot;

pub use archive_info::{ArchiveId, ArchiveIdError, ArchiveInfo, ArchiveInfoError, FORMAT_VERSION};
pub use bag::{BAGIT_TXT, BagInfo};
pub use day::{Day, DayError, day_of_unix, unix_of_day};
pub use digest::{Digest, DigestError};
pub use manifest::{Manifest, ManifestError, TagManifest, UntrustedManifest};
pub use names::{SnapshotName, SnapshotNameError, SourceShortId, SourceTraits};
pub use path::{StoredPath, StoredPathError};
pub use readme::readme;
pub use snapshot::{
    FileRecord, ProblemRecord, Snapshot, SnapshotError, SourceRecord, Status, TimeRecord,
};
