//! An encrypted archive that nobody mounted, opened without the kernel's help: to list it, to restore from it, to rehearse that.
//!
//! **Invariant:** what is opened here can be read, and there is no way to write to it: no journal is replayed on the drive, no header mended,
//! no access time set. It knows neither devices nor partitions.
#![forbid(unsafe_code)]

mod errno;
mod open;
mod volume;

pub use open::{ReadError, open};
pub use volume::DriveVolume;
