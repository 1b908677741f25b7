//! GRUB for legacy BIOS: the boot sector and the core image, tied together by block numbers, as grub-install does it
//! on a disk with a BIOS boot partition.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::debian::Debian;
use crate::step::run_tool;

const SECTOR: usize = 512;

/// Offsets within GRUB's `boot.img`, from its `include/grub/i386/pc/boot.h`.
const BOOT_KERNEL_SECTOR: usize = 0x5c;
const BOOT_DRIVE_CHECK: usize = 0x66;

/// The code area of a master boot record; the disk signature and the partition table follow.
pub(crate) const BOOT_CODE_LENGTH: usize = 440;

/// Offset within the first sector of `core.img` of the one block list entry: start (8 bytes), length in sectors (2),
/// segment to load to (2).
const CORE_BLOCK_LIST: usize = SECTOR - 12;

/// 0x8200, where the boot sector loaded the first sector's successor to.
const CORE_SEGMENT: u16 = 0x820;

/// What the menu needs, and the file system that it is on; nothing is loaded later.
const GRUB_MODULES: [&str; 17] = [
    "biosdisk",
    "part_gpt",
    "fat",
    "normal",
    "configfile",
    "linux",
    "echo",
    "test",
    "serial",
    "terminal",
    "minicmd",
    "halt",
    "reboot",
    "vbe",
    "video",
    "all_video",
    "ls",
];

/// Boot sector code and core image, before they know where they lie.
pub(crate) struct BiosGrub {
    boot: Vec<u8>,
    core: Vec<u8>,
}

impl BiosGrub {
    /// Makes the core image from Debian's GRUB modules. Its configuration is the one that UEFI's GRUB reads, on a partition of the disk
    /// that it was started from: the stick's second one, or an archive drive's first.
    pub(crate) fn make(debian: &Debian, work: &Path, menu_partition: u32) -> Result<Self> {
        let path = work.join("core.img");
        let mut mkimage = debian.tool("usr/bin/grub-mkimage");
        mkimage
            .args([
                "--format=i386-pc",
                &format!("--prefix=(,gpt{menu_partition})/EFI/debian"),
                "--directory",
            ])
            .arg(debian.at("usr/lib/grub/i386-pc"))
            .arg("--output")
            .arg(&path)
            .args(GRUB_MODULES);
        run_tool(&mut mkimage)?;
        let boot = debian.read("usr/lib/grub/i386-pc/boot.img")?;
        Ok(Self {
            boot,
            core: std::fs::read(&path)?,
        })
    }

    /// The boot sector's code and the core image for a core image that lies at sector `core_lba`, in a partition of
    /// `room_sectors`.
    pub(crate) fn place(&self, core_lba: u64, room_sectors: u64) -> Result<(Vec<u8>, Vec<u8>)> {
        ensure!(
            self.boot.len() == SECTOR,
            "GRUB's boot.img is not one sector long"
        );
        let mut boot = self.boot.clone();
        put(&mut boot, BOOT_KERNEL_SECTOR, &core_lba.to_le_bytes());
        // Two times `nop` over a jump: some firmware hands over a wrong drive number, which is then
        // set right. It is what grub-install does for each disk that is no floppy.
        put(&mut boot, BOOT_DRIVE_CHECK, &[0x90, 0x90]);
        boot.truncate(BOOT_CODE_LENGTH);

        let mut core = self.core.clone();
        core.resize(core.len().next_multiple_of(SECTOR), 0);
        let sectors = core.len() / SECTOR;
        ensure!(
            sectors >= 2 && sectors as u64 <= room_sectors,
            "GRUB's core image of {sectors} sectors does not fit"
        );
        let rest = u16::try_from(sectors - 1).context("GRUB's core image is too long")?;
        put(&mut core, CORE_BLOCK_LIST, &(core_lba + 1).to_le_bytes());
        put(&mut core, CORE_BLOCK_LIST + 8, &rest.to_le_bytes());
        put(&mut core, CORE_BLOCK_LIST + 10, &CORE_SEGMENT.to_le_bytes());
        Ok((boot, core))
    }
}

fn put(bytes: &mut [u8], offset: usize, value: &[u8]) {
    bytes[offset..offset + value.len()].copy_from_slice(value);
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn made_up() -> BiosGrub {
        BiosGrub {
            boot: vec![0xbb; SECTOR],
            core: vec![0xcc; 3 * SECTOR + 1],
        }
    }

    #[test]
    fn each_part_knows_where_the_next_one_lies() {
        let (boot, core) = made_up().place(2048, 2048).unwrap();
        assert_eq!(boot.len(), 440);
        assert_eq!(boot[0x5c..0x64], 2048u64.to_le_bytes());
        assert_eq!(boot[0x64..0x68], [0xbb, 0xbb, 0x90, 0x90]);
        assert_eq!(core.len(), 4 * SECTOR);
        assert_eq!(core[0x1f4..0x1fc], 2049u64.to_le_bytes());
        assert_eq!(core[0x1fc..0x200], [3, 0, 0x20, 0x08]);
        assert_eq!(
            (core[0x1f3], core[0x200], core[4 * SECTOR - 1]),
            (0xcc, 0xcc, 0)
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(made_up().place(2048, 3).is_err());
    }
}
