//! The engine's ports on any Linux file system.
//!
//! **Invariant:** knows nothing of devices, udev or encryption, so that it runs wherever there is a folder.
#![forbid(unsafe_code)]

mod ahead;
mod folder;
mod folder_source;
mod limits;
mod pace;
mod piece;
mod sign_of_life;
mod target;
mod time;
mod unfollowed;
mod volume;
mod walk;

pub use folder_source::{FolderSource, FolderSourceError};
pub use target::FolderTarget;
pub use volume::FolderVolume;
