//! `target/demo`: all that the demo makes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use heirloom_stories::{Boot, Drive, VmPlan, appliance_image, samples, target_folder};

use crate::options::Options;
use crate::progress::Progress;

/// 16 GB as drive makers count; the file grows only by what is written to it.
const DRIVE_MIB: u64 = 15_259;

/// The folder.
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self {
            path: target_folder().join("demo"),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// What the PC and QEMU said.
    pub(crate) fn log(&self) -> PathBuf {
        self.file("log")
    }

    /// Clears away what the demo before left, and makes the stick.
    pub(crate) fn prepare(&self, keep: bool) -> Result<()> {
        fs::create_dir_all(&self.path)?;
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name();
            if keep && (name == "archive-drive.img" || name == "phone") {
                continue;
            }
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        // A copy, as `dd` would write it to a stick: building the image anew does not pull it from under a PC that runs.
        let image = appliance_image();
        fs::copy(&image, self.file("stick.img"))
            .with_context(|| format!("{}; scripts/build-image makes it", image.display()))?;
        Ok(())
    }

    /// The phone's content: the person's folder, or sample pictures.
    pub(crate) fn phone(&self, options: &Options, progress: &Progress) -> Result<PathBuf> {
        if let Some(photos) = &options.photos {
            ensure!(
                !self.file("phone").starts_with(photos) && !photos.starts_with(&self.path),
                "{} belongs to the demo itself, which clears it away; copy it elsewhere, or use --keep without --photos",
                photos.display()
            );
            return Ok(photos.clone());
        }
        let phone = self.file("phone");
        if !phone.exists() {
            progress.meanwhile("making sample photos and videos", || {
                samples::copy_to(&phone)
            })?;
        }
        Ok(phone)
    }

    /// The archive drive: an empty one, or that of the demo before.
    pub(crate) fn drive(&self) -> Result<Drive> {
        let file = self.file("archive-drive.img");
        if file.exists() {
            return Ok(Drive::existing(file));
        }
        Drive::new(file, DRIVE_MIB)
    }

    /// The PC: as it is sold, with the stick in it, and the clock of this computer.
    pub(crate) fn pc(&self) -> VmPlan {
        let mut plan = VmPlan::new(Boot::Stick(self.file("stick.img")));
        plan.clock = "utc".to_owned();
        plan
    }
}
