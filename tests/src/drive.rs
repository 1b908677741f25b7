//! USB disks as sparse files.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::VmPlan;
use crate::debian_guest::quoted;

/// How much of a disk is looked through at a time.
const WINDOW_BYTES: u64 = 4 << 20;

/// Where the first partition is, for mtools: partitions begin at 1 MiB (design, section 4).
const BOOT_PARTITION: &str = "@@1M";

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

    /// A stick as shops sell it: one FAT32 file system, made by dosfstools, without a partition table.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn stick(path: impl Into<PathBuf>, size_mib: u64) -> Result<Self> {
        let stick = Self::new(path, size_mib)?;
        let output = std::process::Command::new("mkfs.vfat")
            .args(["-F", "32"])
            .arg(&stick.path)
            .output()
            .context("mkfs.vfat; scripts/setup installs it")?;
        anyhow::ensure!(output.status.success(), "mkfs.vfat: {}", output.status);
        Ok(stick)
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

    /// The same disk once more, as it is now, with holes where it is empty.
    ///
    /// # Errors
    /// When it can't be copied.
    pub fn copy_to(&self, path: &Path) -> Result<Self> {
        let copied = std::process::Command::new("cp")
            .args(["--sparse=always", "--"])
            .args([self.path.as_path(), path])
            .status()?;
        anyhow::ensure!(copied.success(), "cp ended with {copied}");
        Ok(Self::existing(path))
    }

    /// Puts it into a PC that is not on yet, on a bus of its own, under its serial number. As where it is plugged in, nothing is flushed to the host's disk.
    pub fn put_into(&self, plan: &mut VmPlan) {
        let (serial, file) = (&self.serial, quoted(&self.path));
        plan.arguments.extend([
            "-drive".to_owned(),
            format!("if=none,id={serial},format=raw,cache=unsafe,file={file}"),
            "-device".to_owned(),
            format!("virtio-blk-pci,drive={serial},serial={serial}"),
        ]);
    }

    /// QEMU's arguments for a PC that goes on with it, as [`Vm::plug_drive`](crate::Vm::plug_drive) plugged it in before the PC was saved.
    pub(crate) fn plugged_in(&self, id: &str) -> [String; 4] {
        let (serial, file) = (&self.serial, quoted(&self.path));
        [
            "-blockdev".to_owned(),
            format!(
                "driver=raw,node-name={id}-node,cache.direct=off,cache.no-flush=on,file.driver=file,file.filename={file},file.cache.direct=off,file.cache.no-flush=on"
            ),
            "-device".to_owned(),
            format!("usb-storage,id={id},bus=xhci.0,drive={id}-node,serial={serial}"),
        ]
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its serial number.
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// The SHA-256 of every byte on it.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn digest(&self) -> Result<[u8; 32]> {
        let (mut file, mut hash) = (File::open(&self.path)?, Sha256::new());
        let mut window = Vec::new();
        loop {
            window.clear();
            if file.by_ref().take(WINDOW_BYTES).read_to_end(&mut window)? == 0 {
                return Ok(hash.finalize().into());
            }
            hash.update(&window);
        }
    }

    /// Whether any of some texts can be read on the raw disk, as an opponent with the drive would: the first one that can.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn finds_plaintext<'a>(&self, markers: &[&'a str]) -> Result<Option<&'a str>> {
        let bytes: Vec<&[u8]> = markers.iter().map(|marker| marker.as_bytes()).collect();
        Ok(self.finds_bytes(&bytes)?.map(|found| markers[found]))
    }

    /// The same for any bytes: the place in the list of one that is on the raw disk.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn finds_bytes(&self, markers: &[&[u8]]) -> Result<Option<usize>> {
        let longest = markers.iter().map(|marker| marker.len()).max().unwrap_or(0);
        let mut file = File::open(&self.path)?;
        let mut window = Vec::new();
        loop {
            let read = file.by_ref().take(WINDOW_BYTES).read_to_end(&mut window)?;
            // Most of a disk is empty, and zeros are quickly seen.
            if window.iter().any(|&byte| byte != 0)
                && let Some(found) = markers.iter().position(|marker| holds(&window, marker))
            {
                return Ok(Some(found));
            }
            if read == 0 {
                return Ok(None);
            }
            // What began at the end of this window goes on in the next.
            window.drain(..window.len().saturating_sub(longest));
        }
    }

    /// Copies a file out of the first partition, the FAT32 one, by mtools. Call it while the disk is in no PC.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn copy_from_boot_partition(&self, name: &str, to: &Path) -> Result<()> {
        self.mcopy(BOOT_PARTITION, "-n", Path::new(&format!("::/{name}")), to)
    }

    /// The same from a [stick](Self::stick).
    ///
    /// # Errors
    /// When there is no such file.
    pub fn copy_from_stick(&self, name: &str, to: &Path) -> Result<()> {
        self.mcopy("", "-n", Path::new(&format!("::/{name}")), to)
    }

    /// Replaces a file on the first partition. Call it while the disk is in no PC.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn copy_to_boot_partition(&self, from: &Path, name: &str) -> Result<()> {
        self.mcopy(BOOT_PARTITION, "-o", from, Path::new(&format!("::/{name}")))
    }

    fn mcopy(&self, place: &str, option: &str, from: &Path, to: &Path) -> Result<()> {
        let disk = format!("{}{place}", self.path.display());
        let output = std::process::Command::new("mcopy")
            .args([option, "-i", &disk])
            .args([from, to])
            .output()
            .context("mcopy; scripts/setup installs it")?;
        anyhow::ensure!(
            output.status.success(),
            "mcopy of {}: {}",
            from.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }
}

fn holds(bytes: &[u8], marker: &[u8]) -> bool {
    let Some(first) = marker.first() else {
        return true;
    };
    let mut rest = bytes;
    // Looking for the first byte alone is quick.
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        if rest[at..].starts_with(marker) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn plaintext_on_a_disk_is_found() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let drive = Drive::new(folder.path().join("disk.img"), 1)?;
        assert_eq!(drive.serial(), "disk");
        assert_eq!(drive.finds_plaintext(&["JFIF", "IMG_"])?, None);
        let mut bytes = fs::read(drive.path())?;
        bytes[700_000..700_005].copy_from_slice(b"IIMG_");
        fs::write(drive.path(), &bytes)?;
        assert_eq!(drive.finds_plaintext(&["JFIF", "IMG_"])?, Some("IMG_"));
        // Over the edge of a window.
        let edge = usize::try_from(WINDOW_BYTES)?;
        bytes.resize(edge + 100, 0);
        bytes[edge - 2..edge + 2].copy_from_slice(b"JFIF");
        fs::write(drive.path(), &bytes)?;
        assert_eq!(drive.finds_plaintext(&["JFIF"])?, Some("JFIF"));
        Ok(())
    }
}
