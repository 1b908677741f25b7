//! What must hold for any bytes. Each function is the body of a fuzz target; `../tests/corpus.rs` runs them over the kept inputs.

mod files;
mod names;
mod signatures;

pub use files::{archive_info, manifest, plan, shared_times, snapshot, tag_manifest};
pub use names::{folder_names, portable_names, stored_path};
pub use signatures::signature;

/// A name, which is that of its target and of its corpus, and a body.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const ALL: [Target; 10] = [
    ("archive_info", archive_info),
    ("folder_names", folder_names),
    ("manifest", manifest),
    ("plan", plan),
    ("portable_names", portable_names),
    ("shared_times", shared_times),
    ("signature", signature),
    ("snapshot", snapshot),
    ("stored_path", stored_path),
    ("tag_manifest", tag_manifest),
];
