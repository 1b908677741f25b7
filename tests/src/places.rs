//! Where things are in the source tree.

use std::path::{Path, PathBuf};

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

/// This package's own folder.
pub(crate) fn tests_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
