//! The engine's ports on any file system of Linux; on Windows, a folder as a restore's target alone.
//!
//! **Invariant:** knows nothing of devices, udev or encryption, so that it runs wherever there is a folder.
#![forbid(unsafe_code)]

#[cfg(not(any(target_os = "linux", windows)))]
compile_error!(
    "what a file system makes durable, and how it is read past the cache, is known here for Linux and Windows only"
);

#[cfg(target_os = "linux")]
mod ahead;
#[cfg(target_os = "linux")]
mod folder;
#[cfg(target_os = "linux")]
mod folder_source;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(target_os = "linux")]
mod pace;
mod piece;
#[cfg(target_os = "linux")]
mod sign_of_life;
mod target;
#[cfg(target_os = "linux")]
mod time;
#[cfg(target_os = "linux")]
mod unfollowed;
#[cfg(target_os = "linux")]
mod volume;
#[cfg(target_os = "linux")]
mod walk;

#[cfg(target_os = "linux")]
pub use folder_source::{FolderSource, FolderSourceError};
pub use target::FolderTarget;
#[cfg(target_os = "linux")]
pub use volume::FolderVolume;
