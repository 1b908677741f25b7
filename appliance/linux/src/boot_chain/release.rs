//! Which Heirloom it is that a stick or a drive boots.

use std::fs;
use std::path::Path;

use serde::Deserialize;

/// What `release.json` of an image says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BootRelease {
    /// Such as `0.1.0`.
    pub version: String,
    /// The source's.
    pub commit: String,
    /// Seconds since 1970: the newer one of two is the later one.
    pub built_unix_s: i64,
}

impl BootRelease {
    /// Reads it; `None` when there is none that can be understood.
    pub(super) fn read(file: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(file).ok()?).ok()
    }
}
