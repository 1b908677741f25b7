//! The target port on any mounted file system: what is restored goes through a folder of its own, and gets its name when it is whole.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(windows)]
mod windows;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use heirloom_engine::StagedId;

#[cfg(target_os = "linux")]
pub use linux::FolderTarget;
#[cfg(windows)]
pub use windows::FolderTarget;

/// Where files are until they get their name, at the top of the target. Nothing of a restore may have this name.
const STAGING: &str = ".heirloom-restore";

/// In capitals, so that FAT keeps it as it is and needs no long name beside it.
fn staged_name(id: StagedId) -> String {
    format!("{:08X}", id.0)
}

/// `None` for a time that the system has no room for.
fn system_time(unix_s: i64) -> Option<SystemTime> {
    let distance = Duration::from_secs(unix_s.unsigned_abs());
    if unix_s < 0 {
        UNIX_EPOCH.checked_sub(distance)
    } else {
        UNIX_EPOCH.checked_add(distance)
    }
}
