//! What is on an archive drive, byte for byte: names, digests, manifests, snapshots, the archive's own description.
//!
//! Pure functions of bytes: nothing here opens a file, reads a clock or allocates out of proportion to its input.
//! `FORMAT.md` beside this crate is the specification; DESIGN names are used throughout.
#![forbid(unsafe_code)]

mod digest;
mod path;

pub use digest::{Digest, DigestError};
pub use path::{StoredPath, StoredPathError};
