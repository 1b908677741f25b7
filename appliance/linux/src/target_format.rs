//! An erased disk with one partition and exFAT, which Windows, macOS and Linux read and write without anything more.

use std::io::{Seek, SeekFrom};
use std::path::Path;

use gptman::GPT;
use heirloom_engine::DriveError;

use crate::disk::{ExclusiveDisk, io_error, partition_node, wait_for_node};
use crate::{partition, tool};

/// Microsoft basic data, EBD0A0A2-B9E5-4433-87C0-68B6B72699C7, in the byte order of the disk: what every system looks into for its own file systems.
const BASIC_DATA_TYPE: [u8; 16] = [
    0xa2, 0xa0, 0xd0, 0xeb, 0xe5, 0xb9, 0x33, 0x44, 0x87, 0xc0, 0x68, 0xb6, 0xb7, 0x26, 0x99, 0xc7,
];
/// In the partition table. Not one of the names by which the appliance knows its own drives.
const PARTITION_NAME: &str = "Pictures";
/// What a computer calls the disk; exFAT has room for 11 characters.
const LABEL: &str = "PICTURES";
/// The only partition.
pub(crate) const PARTITION: u32 = 1;
/// Nothing smaller is offered, so that sizes can be reckoned with.
pub(crate) const DISK_BYTES_MIN: u64 = 64 * MIB;
const MIB: u64 = 1024 * 1024;

/// Erases a disk that is as it was shown.
///
/// # Errors
/// [`DriveError`]; what was on the disk may then be lost, as was confirmed.
pub(crate) fn format(node: &Path, size_bytes: u64, serial: Option<&str>) -> Result<(), DriveError> {
    {
        let mut disk = ExclusiveDisk::open(node, size_bytes, serial)?;
        partition::refuse_precious(&mut disk)?;
        log::info!("erases {}", disk.path.display());
        write_table(&mut disk)?;
    }
    let partition = partition_node(node, PARTITION);
    wait_for_node(&partition)?;
    make_file_system(&partition)
}

fn write_table(disk: &mut ExclusiveDisk) -> Result<(), DriveError> {
    disk.wipe(0, MIB)?;
    disk.wipe(disk.size_bytes - MIB, MIB)?;
    let sectors_in_mib = MIB / disk.sector_bytes;
    let guid = partition::random_guid()?;
    let mut table =
        GPT::new_from(&mut disk.file, disk.sector_bytes, guid).map_err(partition::failed)?;
    let first = sectors_in_mib;
    let end = (table.header.last_usable_lba + 1) / sectors_in_mib * sectors_in_mib;
    table[PARTITION] = partition::entry(BASIC_DATA_TYPE, first, end - 1, PARTITION_NAME)?;
    disk.file
        .seek(SeekFrom::Start(0))
        .map_err(|error| io_error("writing the partition table", &error))?;
    GPT::write_protective_mbr_into(&mut disk.file, disk.sector_bytes).map_err(partition::failed)?;
    table
        .write_into(&mut disk.file)
        .map_err(partition::failed)?;
    disk.wipe(first * disk.sector_bytes, MIB)?;
    disk.reread_partitions()
}

fn make_file_system(partition: &Path) -> Result<(), DriveError> {
    let partition = partition.display().to_string();
    tool::succeed("mkfs.exfat", &["-L", LABEL, &partition]).map(drop)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::process::Command;

    use super::*;

    /// On a plain file, of which the kernel reads no table again: all that is written is there by then.
    #[test]
    fn one_partition_that_other_systems_know() {
        const DISK_BYTES: u64 = 128 * MIB;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("disk");
        let file = File::create_new(&path).expect("a disk");
        file.set_len(DISK_BYTES).expect("its size");
        let file = File::options().read(true).write(true).open(&path);
        let mut disk = ExclusiveDisk {
            file: file.expect("the disk"),
            path: path.clone(),
            size_bytes: DISK_BYTES,
            sector_bytes: 512,
        };
        // No block device.
        assert!(write_table(&mut disk).is_err());
        let said = Command::new("sgdisk")
            .arg("--print")
            .arg(&path)
            .output()
            .expect("sgdisk of the package gdisk");
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let line = said.lines().last().expect("a line");
        let columns: Vec<&str> = line.split_whitespace().collect();
        let expected = ["1", "2048", "260095", "126.0", "MiB", "0700", "Pictures"];
        assert_eq!(columns, expected, "{said}");
    }

    #[test]
    fn the_label_fits() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("partition");
        let file = File::create_new(&path).expect("a file");
        file.set_len(DISK_BYTES_MIN).expect("its size");
        make_file_system(&path).expect("mkfs.exfat of the package exfatprogs");
        let mut begin = [0; 11];
        std::io::Read::read_exact(&mut File::open(&path).expect("the file"), &mut begin)
            .expect("its begin");
        assert_eq!(&begin[3..], b"EXFAT   ");
    }
}
