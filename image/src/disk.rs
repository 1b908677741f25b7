//! The disk image: a GUID partition table, GRUB's core image for BIOS, and a FAT32 file system as EFI system
//! partition, all in memory, with fixed identifiers and times.

use std::io::Cursor;

use anyhow::Result;
use gptman::{GPT, GPTPartitionEntry};

use crate::bios::BiosGrub;
use crate::fat32::{self, File, Identity, Stamp};

const SECTOR: u64 = 512;
const MIB: u64 = 1 << 20;

/// Both partitions begin on a multiple of this.
const BIOS_BOOT_START: u64 = MIB;
const ESP_START: u64 = 2 * MIB;

/// The name by which the appliance knows the stick that it was started from.
const ESP_NAME: &str = "heirloom-stick";

/// The volume's label; not the archive drive's, which is `HEIRLOOM`.
const ESP_LABEL: [u8; 11] = *b"HEIRLM-BOOT";

/// FAT32 starts at 65,525 clusters, which with clusters of one sector is just above 32 MiB.
const SMALLEST_ESP: u64 = 36 * MIB;

/// Identifiers as they lie on the disk. Those of our own are fixed, so that the same inputs give the same image; two
/// sticks are never told apart by them.
const BIOS_BOOT_TYPE: [u8; 16] = *b"Hah!IdontNeedEFI";
const ESP_TYPE: [u8; 16] = [
    0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b,
];
const DISK_ID: [u8; 16] = own_id(1);
const BIOS_BOOT_ID: [u8; 16] = own_id(2);
const ESP_ID: [u8; 16] = own_id(3);
const VOLUME_ID: u32 = 0x4845_4952;

/// A version 4 identifier that spells the project's name.
const fn own_id(number: u8) -> [u8; 16] {
    [
        b'h', b'e', b'i', b'r', b'l', b'o', b'o', 0x4d, 0x80, b's', b't', b'i', b'c', b'k', 0,
        number,
    ]
}

/// Builds the image.
pub(crate) fn image(files: &[File<'_>], grub: &BiosGrub, time_unix_s: u32) -> Result<Vec<u8>> {
    let esp = file_system(files, time_unix_s)?;
    // The last MiB holds the table's second copy.
    let total = ESP_START + esp.len() as u64 + MIB;
    let mut disk = Cursor::new(vec![0; usize::try_from(total)?]);
    let mut table = GPT::new_from(&mut disk, SECTOR, DISK_ID)?;
    table[1] = partition(
        BIOS_BOOT_TYPE,
        BIOS_BOOT_ID,
        BIOS_BOOT_START,
        ESP_START,
        "heirloom-bios-boot",
    );
    table[2] = partition(
        ESP_TYPE,
        ESP_ID,
        ESP_START,
        ESP_START + esp.len() as u64,
        ESP_NAME,
    );
    table.write_into(&mut disk)?;
    // Marked active: some BIOSes start only such a disk, and UEFI ignores the mark on a protective entry.
    GPT::write_bootable_protective_mbr_into(&mut disk, SECTOR)?;

    let room = (ESP_START - BIOS_BOOT_START) / SECTOR;
    let (boot, core) = grub.place(BIOS_BOOT_START / SECTOR, room)?;
    let mut disk = disk.into_inner();
    put(&mut disk, 0, &boot);
    put(&mut disk, BIOS_BOOT_START, &core);
    put(&mut disk, ESP_START, &esp);
    Ok(disk)
}

fn put(disk: &mut [u8], offset: u64, bytes: &[u8]) {
    let offset = usize::try_from(offset).expect("the image fits into memory");
    disk[offset..offset + bytes.len()].copy_from_slice(bytes);
}

fn partition(kind: [u8; 16], id: [u8; 16], start: u64, end: u64, name: &str) -> GPTPartitionEntry {
    GPTPartitionEntry {
        partition_type_guid: kind,
        unique_partition_guid: id,
        starting_lba: start / SECTOR,
        ending_lba: end / SECTOR - 1,
        attribute_bits: 0,
        partition_name: name.into(),
    }
}

/// A FAT32 file system that holds the files, with a little room besides.
fn file_system(files: &[File<'_>], time_unix_s: u32) -> Result<Vec<u8>> {
    // Clusters of one sector; 8 bytes for each in the two tables; folders and reserved sectors are within the MiB.
    let data: u64 = files
        .iter()
        .map(|(_, bytes)| (bytes.len() as u64).next_multiple_of(SECTOR))
        .sum();
    let size = (data + data / SECTOR * 8 + MIB)
        .next_multiple_of(MIB)
        .max(SMALLEST_ESP);
    let identity = Identity {
        label: ESP_LABEL,
        volume_id: VOLUME_ID,
        start_lba: u32::try_from(ESP_START / SECTOR)?,
    };
    fat32::build(
        files,
        identity,
        Stamp::at(time_unix_s)?,
        usize::try_from(size)?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let files: [File<'_>; 3] = [
            ("EFI/BOOT/BOOTX64.EFI", b"shim"),
            ("EFI/debian/grub.cfg", b"menu"),
            ("heirloom/vmlinuz", &[7; 100_000]),
        ];
        image(&files, &crate::bios::tests::made_up(), 1_700_000_000).unwrap()
    }

    #[test]
    fn partitions_and_boot_code() {
        let disk = sample();
        let table = GPT::find_from(&mut Cursor::new(&disk)).unwrap();
        assert_eq!(table[1].partition_type_guid, *b"Hah!IdontNeedEFI");
        assert_eq!((table[1].starting_lba, table[1].ending_lba), (2048, 4095));
        assert_eq!(table[2].starting_lba, 4096);
        assert_eq!(table[2].partition_name.as_str(), "heirloom-stick");
        // Boot code, then the partition table of the protective record, then its mark.
        assert_eq!(disk[0x5c..0x64], 2048u64.to_le_bytes());
        assert_eq!(
            (disk[446], disk[450], disk[510], disk[511]),
            (0x80, 0xee, 0x55, 0xaa)
        );
        assert_eq!(
            disk[MIB as usize + 0x1f4..MIB as usize + 0x1fc],
            2049u64.to_le_bytes()
        );
    }

    #[test]
    fn twice_the_same_bytes() {
        assert!(sample() == sample());
    }
}
