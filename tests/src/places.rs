//! Where things are in the source tree.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

/// The folder that holds what is built; `CARGO_TARGET_DIR` moves it.
pub fn target_folder() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => tests_folder()
            .parent()
            .expect("tests/ lies in the source tree")
            .join("target"),
    }
}

/// The image that `scripts/build-image` leaves.
pub fn appliance_image() -> PathBuf {
    target_folder().join("image/heirloom.img")
}

/// The console font of that image, by which its pixels are read.
pub fn appliance_font() -> PathBuf {
    target_folder().join("image/console-font.psf")
}

/// Builds the tool for this machine, so that the one of today is tried.
///
/// # Errors
/// When it does not compile.
pub fn built_tool() -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--release", "-p", "heirloom-cli"])
        .current_dir(tests_folder())
        .status()?;
    ensure!(status.success(), "building the tool ended with {status}");
    Ok(target_folder().join("release/heirloom"))
}

/// This package's own folder.
pub(crate) fn tests_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
