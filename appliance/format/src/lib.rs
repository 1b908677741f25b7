//! What is on an archive drive, byte for byte: names, digests, manifests, snapshots, the archive's own description.
//!
//! Pure functions of bytes: nothing here opens a file, reads a clock or allocates out of proportion to its input.
//! `FORMAT.md` beside this crate is the specification; DESIGN names are used throughout.
#![forbid(unsafe_code)]

mod archive_info;
mod bag;
mod component;
mod day;
mod digest;
mod exact_names;
mod json_cutter;
mod lines;
mod manifest;
mod manifest_line;
mod manifest_reader;
mod names;
mod path;
mod plan;
mod portable_names;
mod public_key;
mod readme;
mod shared_times;
mod signature;
mod signing_key;
mod snapshot;
mod snapshot_printer;
mod snapshot_reader;
mod tag_manifest;

pub use archive_info::{ArchiveId, ArchiveIdError, ArchiveInfo, ArchiveInfoError, FORMAT_VERSION};
pub use bag::{BAGIT_TXT, BagInfo};
pub use component::{decode_component, escape_component};
pub use day::{Day, DayError, day_of_unix, unix_of_day};
pub use digest::{Digest, DigestError};
pub use json_cutter::JsonFault;
pub use manifest::{Manifest, ManifestError, UntrustedManifest};
pub use manifest_line::manifest_line;
pub use manifest_reader::ManifestReader;
pub use names::{SnapshotName, SnapshotNameError, SourceShortId, SourceTraits};
pub use path::{StoredPath, StoredPathError};
pub use plan::{
    Account, Audit, AuditResult, Cadence, Change, Fitness, HeldShare, Kept, KeptThing,
    PLAN_VERSION, Person, Plan, PlanError, Rehearsal, RehearsalResult, RehearsedBy, Role,
    ShareForm, ShareSet, SourceCount,
};
pub use portable_names::{PortableNames, fitting_stem, name_key, portable_name};
pub use public_key::{PublicKey, PublicKeyError};
pub use readme::readme;
pub use shared_times::{SharedTimesError, SharedTimesReader, shared_times_line};
pub use signature::{Signature, SignatureError, trusted_comment};
pub use signing_key::{SigningKey, SigningKeyError};
pub use snapshot::{
    ChoiceRecord, FileRecord, LeftOutRecord, ProblemRecord, Snapshot, SnapshotError, SourceRecord,
    Status, TimeRecord,
};
pub use snapshot_printer::SnapshotPrinter;
pub use snapshot_reader::SnapshotReader;
pub use tag_manifest::{TAG_FILES, TagManifest};
