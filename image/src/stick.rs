//! The files on the stick's file system: the signed boot chain, the menu, kernel and initramfs, and what it takes to make an archive drive
//! boot by itself, the portable tool, and a list of hashes by which each copy of them on an archive drive is checked.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::IMAGE_BYTES_MAX;
use crate::bios::BiosGrub;
use crate::debian::{Debian, hex};
use crate::fat32::File;
use crate::release::Release;
use crate::tool::{self, PortableTool};

/// Debian's signed boot chain, and where UEFI looks for it on a stick. GRUB looks for its menu in EFI/debian.
const SIGNED_CHAIN: [(&str, &str); 3] = [
    ("usr/lib/shim/shimx64.efi.signed", "EFI/BOOT/BOOTX64.EFI"),
    ("usr/lib/shim/mmx64.efi.signed", "EFI/BOOT/mmx64.efi"),
    (
        "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed",
        "EFI/BOOT/grubx64.efi",
    ),
];

/// Where GRUB's core image lies on an archive drive, in sectors of 512 bytes: behind the partition table, which ends with sector 33, and
/// before the first partition at 1 MiB.
const DRIVE_CORE_LBA: u64 = 64;
const DRIVE_CORE_ROOM_SECTORS: u64 = 2048 - DRIVE_CORE_LBA;

/// What the archive drive's open partition has room for; `appliance/linux` makes it so.
const DRIVE_PARTITION_BYTES: usize = 512 << 20;
/// What else lies there: the backup of the LUKS header (16 MiB), its exchange by a new one, the sheet, and what FAT32 itself takes.
const DRIVE_OTHER_BYTES: usize = 48 << 20;

// While the drive's copy is renewed, the old and the new one are there in full.
const _: () = assert!(2 * IMAGE_BYTES_MAX + DRIVE_OTHER_BYTES <= DRIVE_PARTITION_BYTES);

/// The list of hashes, as `sha256sum` writes it, of all that an archive drive gets. The appliance knows this name.
const SUMS: &str = "heirloom/SHA256SUMS";

/// The stick's files by their paths.
pub(crate) struct Stick {
    files: Vec<(&'static str, Vec<u8>)>,
}

impl Stick {
    /// Gathers them. `drive_grub` is the core image that looks for its menu on the first partition.
    pub(crate) fn gather(
        rootfs: &Path,
        debian: &Debian,
        release: &Release,
        drive_grub: &BiosGrub,
        kernel: &[u8],
        initramfs: &[u8],
        portable: PortableTool,
    ) -> Result<Self> {
        let read = |name: &str| fs::read(rootfs.join(name)).with_context(|| name.to_owned());
        let mut copied = Vec::new();
        for (from, to) in SIGNED_CHAIN {
            copied.push((to, debian.read(from)?));
        }
        let (boot, core) = drive_grub.place(DRIVE_CORE_LBA, DRIVE_CORE_ROOM_SECTORS)?;
        copied.extend([
            ("heirloom/vmlinuz", kernel.to_vec()),
            ("heirloom/initramfs.zst", initramfs.to_vec()),
            (
                "heirloom/packages.txt",
                debian.taken_packages().into_bytes(),
            ),
            ("heirloom/release.json", release.json().into_bytes()),
            ("heirloom/drive/grub.cfg", read("drive-grub.cfg")?),
            ("heirloom/drive/bios-boot.bin", boot),
            ("heirloom/drive/bios-core.bin", core),
            (tool::LINUX, portable.program),
            (tool::PAGE, portable.page),
        ]);
        let sums = sums(&copied).into_bytes();
        let readme = String::from_utf8(read("stick-README.txt")?)
            .context("stick-README.txt")?
            .replace('\n', "\r\n"); // People open it on Windows.
        let mut files = copied;
        files.extend([
            (SUMS, sums),
            ("EFI/debian/grub.cfg", read("grub.cfg")?),
            ("heirloom/README.txt", readme.into_bytes()),
        ]);
        Ok(Self { files })
    }

    /// As the file system takes them.
    pub(crate) fn files(&self) -> Vec<File<'_>> {
        let borrowed = self.files.iter();
        borrowed
            .map(|(path, bytes)| (*path, bytes.as_slice()))
            .collect()
    }
}

fn sums(files: &[(&'static str, Vec<u8>)]) -> String {
    let line =
        |(path, bytes): &(&str, Vec<u8>)| format!("{}  {path}\n", hex(&Sha256::digest(bytes)));
    files.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_one_that_sha256sum_reads() {
        let files = [("a/b", b"abc".to_vec()), ("c", Vec::new())];
        assert_eq!(
            sums(&files),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a/b\n\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  c\n"
        );
    }
}
