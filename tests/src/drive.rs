//! USB disks as sparse files.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A USB disk that is not in a PC, or that will be.
///
/// What a power cut does to it here: what QEMU had taken over stays, because it lies in the host's cache, which lives on; what the
/// guest still had in its own memory is lost. So a guest that forgets to write back is caught; a guest that writes back and forgets to
/// flush the drive's own cache is not. That is the business of the engine's simulator.
#[derive(Clone, Debug)]
pub struct Drive {
    path: PathBuf,
    serial: String,
}

impl Drive {
    /// An empty disk of so many MiB, as a new file. Its serial number is the file's name without the ending.
    ///
    /// # Errors
    /// When the file can't be made.
    pub fn new(path: impl Into<PathBuf>, size_mib: u64) -> Result<Self> {
        let path = path.into();
        let file = File::create_new(&path).with_context(|| path.display().to_string())?;
        file.set_len(size_mib << 20)?;
        Ok(Self::existing(path))
    }

    /// The disk that a file holds.
    pub fn existing(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let serial = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        Self { path, serial }
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its serial number.
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// Whether any of some texts can be read on the raw disk, as an opponent with the drive would: the first one that can.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn finds_plaintext<'a>(&self, markers: &[&'a str]) -> Result<Option<&'a str>> {
        let bytes = fs::read(&self.path)?;
        Ok(markers.iter().copied().find(|marker| {
            let marker = marker.as_bytes();
            let mut rest = bytes.as_slice();
            // Looking for the first byte alone is quick; most of a disk is empty.
            while let Some(at) = rest.iter().position(|&byte| byte == marker[0]) {
                if rest[at..].starts_with(marker) {
                    return true;
                }
                rest = &rest[at + 1..];
            }
            false
        }))
    }

    /// Copies a file out of the first partition, the FAT32 one, by mtools. Call it while the disk is in no PC.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn copy_from_boot_partition(&self, name: &str, to: &Path) -> Result<()> {
        // Partitions begin at 1 MiB (design, section 4); mtools wants the place in bytes.
        let disk = format!("{}@@1M", self.path.display());
        let output = std::process::Command::new("mcopy")
            .args(["-n", "-i", &disk, &format!("::/{name}")])
            .arg(to)
            .output()
            .context("mcopy; scripts/setup installs it")?;
        anyhow::ensure!(
            output.status.success(),
            "mcopy of {name}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plaintext_on_a_disk_is_found() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let drive = Drive::new(folder.path().join("disk.img"), 1)?;
        assert_eq!(drive.serial(), "disk");
        assert_eq!(drive.finds_plaintext(&["JFIF", "IMG_"])?, None);
        let mut bytes = fs::read(drive.path())?;
        bytes[700_000..700_005].copy_from_slice(b"IIMG_");
        fs::write(drive.path(), bytes)?;
        assert_eq!(drive.finds_plaintext(&["JFIF", "IMG_"])?, Some("IMG_"));
        Ok(())
    }
}
