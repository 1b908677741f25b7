//! Makes a phone's folder of sample photos and videos: `samples FOLDER`.

use std::path::PathBuf;

use anyhow::{Context, Result};

fn main() -> Result<()> {
    let folder = std::env::args_os()
        .nth(1)
        .context("usage: samples FOLDER")?;
    let folder = PathBuf::from(folder);
    heirloom_stories::samples::make(&folder)?;
    println!("{}", folder.display());
    Ok(())
}
