//! Names with letters beyond ASCII, for QEMU's phone.
//!
//! `usb-mtp` turns names from bytes into characters by the process's locale. QEMU never sets one unless it opens a window, and then
//! calls whatever it can't convert "Oops" (seen with QEMU 7.2.22, 2026-11-22). So a library of one function sets it before `main`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

const SOURCE: &str = "\
#include <locale.h>
__attribute__((constructor)) static void set(void) { setlocale(LC_CTYPE, \"C.UTF-8\"); }
";

/// Makes the library in a folder, for `LD_PRELOAD`.
///
/// # Errors
/// When the C compiler, which Rust needs as its linker anyway, is missing or fails.
pub(crate) fn utf8_library(folder: &Path) -> Result<PathBuf> {
    let (source, library) = (folder.join("locale.c"), folder.join("locale.so"));
    fs::write(&source, SOURCE)?;
    let output = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .output()
        .context("cc; scripts/setup installs it")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cc: {said}");
    Ok(library)
}
