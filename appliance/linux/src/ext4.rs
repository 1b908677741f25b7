//! The file system of an archive, by e2fsprogs. Exit statuses as in `e2fsck(8)`.

use std::path::Path;

use heirloom_engine::DriveError;

use crate::tool;

/// Makes an empty ext4. Its journal is written out at once; its inode tables in the background, as they are needed.
///
/// # Errors
/// [`DriveError::Tool`].
pub(crate) fn make(device: &Path) -> Result<(), DriveError> {
    let device = device.display().to_string();
    let options = "lazy_itable_init=1,lazy_journal_init=0,nodiscard";
    tool::succeed(
        "mke2fs",
        &[
            "-q", "-F", "-t", "ext4", "-m", "0", "-L", "heirloom", "-E", options, &device,
        ],
    )
    .map(drop)
}

/// Replays the journal, and mends what can be mended without losing anything. Quick on a sound file system.
///
/// # Errors
/// [`DriveError::Tool`] when something is wrong that needs a person's decision; then nothing was changed.
pub(crate) fn check(device: &Path) -> Result<(), DriveError> {
    let output = tool::run("e2fsck", &["-p", &device.display().to_string()], None)?;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        log::info!("e2fsck: {line}");
    }
    match tool::status(&output) {
        // 1: errors were corrected. 2 asks for a restart, which concerns mounted file systems.
        0..=2 => Ok(()),
        status => Err(DriveError::Tool {
            program: "e2fsck",
            status,
        }),
    }
}
