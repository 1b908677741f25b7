//! The partitions of a disk, from its GUID partition table. What a table says is not believed where it is out of proportion.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

use gptman::{GPTHeader, GPTPartitionEntry};
use heirloom_vault::ReadAt;

/// The sizes that sectors of disks have.
const SECTOR_SIZES_BYTES: [u64; 2] = [512, 4096];
/// Tables have 128 entries of 128 bytes; nobody makes much larger ones.
const ENTRIES_MAX: u32 = 1024;
const ENTRY_BYTES_MAX: u32 = 4096;

/// A partition.
#[derive(Debug)]
pub(super) struct Partition {
    /// Counted from 1.
    pub(super) number: u32,
    /// What its maker called it.
    pub(super) name: String,
    pub(super) start_bytes: u64,
    pub(super) size_bytes: u64,
}

/// What is read from one place on, as `gptman` does.
struct Stream<'a> {
    medium: &'a dyn ReadAt,
    size_bytes: u64,
    at_bytes: u64,
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left_bytes = self.size_bytes.saturating_sub(self.at_bytes);
        let count = buffer
            .len()
            .min(usize::try_from(left_bytes).unwrap_or(usize::MAX));
        self.medium.read_at(self.at_bytes, &mut buffer[..count])?;
        self.at_bytes += count as u64;
        Ok(count)
    }
}

impl Seek for Stream<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at_bytes = match to {
            SeekFrom::Start(at_bytes) => Some(at_bytes),
            SeekFrom::Current(by_bytes) => self.at_bytes.checked_add_signed(by_bytes),
            SeekFrom::End(by_bytes) => self.size_bytes.checked_add_signed(by_bytes),
        };
        self.at_bytes = at_bytes.ok_or(ErrorKind::InvalidInput)?;
        Ok(self.at_bytes)
    }
}

/// All partitions; `None` where there is no table, neither at the beginning nor at the end.
pub(super) fn partitions(medium: &dyn ReadAt, size_bytes: u64) -> Option<Vec<Partition>> {
    for sector_bytes in SECTOR_SIZES_BYTES {
        let last_sector = (size_bytes / sector_bytes).checked_sub(1)?;
        for sector in [1, last_sector] {
            if let Some(entries) = entries(medium, size_bytes, sector_bytes, sector) {
                return Some(used(&entries, sector_bytes));
            }
        }
    }
    None
}

fn entries(
    medium: &dyn ReadAt,
    size_bytes: u64,
    sector_bytes: u64,
    sector: u64,
) -> Option<Vec<GPTPartitionEntry>> {
    let mut stream = Stream {
        medium,
        size_bytes,
        at_bytes: sector.checked_mul(sector_bytes)?,
    };
    let header = GPTHeader::read_from(&mut stream).ok()?;
    let is_in_proportion = header.number_of_partition_entries <= ENTRIES_MAX
        && header.size_of_partition_entry <= ENTRY_BYTES_MAX
        && header.partition_entry_lba < size_bytes / sector_bytes;
    if !is_in_proportion {
        return None;
    }
    header.read_partitions(&mut stream, sector_bytes).ok()
}

fn used(entries: &[GPTPartitionEntry], sector_bytes: u64) -> Vec<Partition> {
    let partition = |(number, entry): (u32, &GPTPartitionEntry)| {
        let sectors = entry
            .ending_lba
            .checked_sub(entry.starting_lba)?
            .checked_add(1)?;
        Some(Partition {
            number,
            name: entry.partition_name.as_str().to_owned(),
            start_bytes: entry.starting_lba.checked_mul(sector_bytes)?,
            size_bytes: sectors.checked_mul(sector_bytes)?,
        })
    };
    (1..)
        .zip(entries)
        .filter(|(_, entry)| entry.is_used())
        .filter_map(partition)
        .collect()
}
