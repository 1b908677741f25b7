//! Heirloom's decisions and its copy pipeline, over ports.
//!
//! Two halves. The control plane, [`Machine`](crate), takes events and a time and yields effects and a view; the data plane is
//! blocking code over the ports [`Source`] and [`Volume`], on worker threads.
//!
//! **Invariant:** no operating system, no clock, no path under `/dev` in here.
#![forbid(unsafe_code)]

mod secret;
mod source;
mod volume;

pub use secret::{PASSPHRASE_BYTES_MAX, Passphrase};
pub use source::{
    Fetched, ListedObject, Listing, ListingProblem, ObjectId, Source, SourceError, SourceIdentity,
    SourceKind, SourceTime,
};
pub use volume::{Draft, Entry, EntryKind, Space, Volume, VolumeError, VolumePath};
