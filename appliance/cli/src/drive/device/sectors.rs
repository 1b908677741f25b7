//! A disk of Windows, of which only whole sectors can be read, and which does not say how long it is.

use std::io::{self, ErrorKind};

use heirloom_vault::ReadAt;

/// A sector of any disk is as long, or a whole part of it.
const SECTOR_BYTES: usize = 4096;
/// Sectors of partition tables.
const SECTOR_SIZES_BYTES: [usize; 2] = [512, 4096];
/// What a GUID partition table begins with, and where the number of the disk's last sector is in it.
const TABLE_MARK: &[u8] = b"EFI PART";
const LAST_SECTOR_AT: usize = 32;
/// No disk is longer: a search for an end ends here.
const DISK_BYTES_MAX: u64 = 1 << 56;

/// What is read in whole sectors, wherever a reader begins and ends.
#[derive(Debug)]
pub(crate) struct Sectors<R> {
    whole: R,
    size_bytes: u64,
}

impl<R: ReadAt> Sectors<R> {
    /// Of something whose length is known.
    pub(super) fn new(whole: R, size_bytes: u64) -> Self {
        Self { whole, size_bytes }
    }

    /// Of a disk: as long as its partition table says, or as far as it can be read. `is_end` tells the error of a place behind the end from others.
    pub(super) fn of_disk(whole: R, is_end: impl Fn(&io::Error) -> bool) -> io::Result<Self> {
        let mut beginning = [0; 2 * SECTOR_BYTES];
        whole.read_at(0, &mut beginning)?;
        let size_bytes = match size_by_table(&beginning) {
            Some(size_bytes) => size_bytes,
            None => size_by_reading(&whole, is_end)?,
        };
        Ok(Self::new(whole, size_bytes))
    }
}

impl<R: ReadAt> ReadAt for Sectors<R> {
    fn read_at(&self, offset_bytes: u64, buffer: &mut [u8]) -> io::Result<()> {
        let end_bytes = offset_bytes
            .checked_add(buffer.len() as u64)
            .filter(|end| *end <= self.size_bytes)
            .ok_or(ErrorKind::UnexpectedEof)?;
        let sector_bytes = SECTOR_BYTES as u64;
        let skipped_bytes = offset_bytes % sector_bytes;
        if skipped_bytes == 0 && end_bytes.is_multiple_of(sector_bytes) {
            return self.whole.read_at(offset_bytes, buffer);
        }
        // The last ones of a disk with short sectors may be fewer.
        let read_to_bytes = end_bytes
            .next_multiple_of(sector_bytes)
            .min(self.size_bytes);
        let first_bytes = offset_bytes - skipped_bytes;
        // Less than two sectors longer than the buffer, which is in memory already.
        let mut sectors = vec![0; (read_to_bytes - first_bytes) as usize];
        self.whole.read_at(first_bytes, &mut sectors)?;
        let skipped = skipped_bytes as usize;
        buffer.copy_from_slice(&sectors[skipped..skipped + buffer.len()]);
        Ok(())
    }

    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.size_bytes)
    }
}

fn size_by_table(beginning: &[u8]) -> Option<u64> {
    SECTOR_SIZES_BYTES.into_iter().find_map(|sector_bytes| {
        let table = beginning.get(sector_bytes..)?;
        if !table.starts_with(TABLE_MARK) {
            return None;
        }
        let number = table.get(LAST_SECTOR_AT..LAST_SECTOR_AT + 8)?;
        let last_sector = u64::from_le_bytes(number.try_into().ok()?);
        let size_bytes = last_sector
            .checked_add(1)?
            .checked_mul(sector_bytes as u64)?;
        (size_bytes <= DISK_BYTES_MAX).then_some(size_bytes)
    })
}

/// By halves, once a place behind the end is found: a hundred reads at most. A sector that can't be read is an error, and no end.
fn size_by_reading(whole: &impl ReadAt, is_end: impl Fn(&io::Error) -> bool) -> io::Result<u64> {
    let sector_bytes = SECTOR_BYTES as u64;
    let is_there = |sector: u64| {
        let mut bytes = [0; SECTOR_BYTES];
        match whole.read_at(sector * sector_bytes, &mut bytes) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof || is_end(&error) => Ok(false),
            Err(error) => Err(error),
        }
    };
    // The first two were read.
    let (mut there, mut behind) = (1, 2);
    while is_there(behind)? {
        (there, behind) = (behind, behind * 2);
        if behind > DISK_BYTES_MAX / sector_bytes {
            return Err(ErrorKind::FileTooLarge.into());
        }
    }
    while behind - there > 1 {
        let middle = there + (behind - there) / 2;
        if is_there(middle)? {
            there = middle;
        } else {
            behind = middle;
        }
    }
    Ok(behind * sector_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As strict as a disk of Windows, with sectors of 512 bytes.
    struct Disk {
        bytes: Vec<u8>,
        bad_sector: Option<u64>,
    }

    impl ReadAt for Disk {
        fn read_at(&self, offset_bytes: u64, buffer: &mut [u8]) -> io::Result<()> {
            assert!(offset_bytes.is_multiple_of(512) && buffer.len().is_multiple_of(512));
            let sectors = offset_bytes / 512..(offset_bytes + buffer.len() as u64) / 512;
            if self.bad_sector.is_some_and(|bad| sectors.contains(&bad)) {
                return Err(ErrorKind::InvalidData.into());
            }
            self.bytes.read_at(offset_bytes, buffer)
        }

        fn size_bytes(&self) -> io::Result<u64> {
            unreachable!("Windows does not say")
        }
    }

    fn disk(sectors: usize) -> Disk {
        Disk {
            bytes: (0..sectors * 512)
                .map(|at| (at * 31 + at / 251) as u8)
                .collect(),
            bad_sector: None,
        }
    }

    #[test]
    fn any_bytes_are_read_by_whole_sectors() {
        let all = disk(83).bytes;
        let sectors = Sectors::new(disk(83), 83 * 512);
        for (offset, length) in [
            (0, 4096),
            (4096, 8192),
            (0, 1),
            (4095, 2),
            (513, 9_000),
            (83 * 512 - 1, 1),
            (0, 83 * 512),
            (83 * 512, 0),
        ] {
            let mut buffer = vec![0; length];
            let read = sectors.read_at(offset as u64, &mut buffer);
            read.unwrap_or_else(|error| panic!("{offset} {length}: {error}"));
            assert!(buffer == all[offset..offset + length], "{offset} {length}");
        }
        let behind = sectors.read_at(83 * 512 - 1, &mut [0; 2]);
        assert_eq!(
            behind.expect_err("behind the end").kind(),
            ErrorKind::UnexpectedEof
        );
    }

    #[test]
    fn a_disk_is_as_long_as_its_table_says() {
        for sector_bytes in SECTOR_SIZES_BYTES {
            let mut disk = disk(64);
            disk.bytes[sector_bytes..][..8].copy_from_slice(TABLE_MARK);
            disk.bytes[sector_bytes + LAST_SECTOR_AT..][..8]
                .copy_from_slice(&(999_u64).to_le_bytes());
            let sectors = Sectors::of_disk(disk, |_| false).expect("it opens");
            assert_eq!(sectors.size_bytes, 1000 * sector_bytes as u64);
        }
    }

    #[test]
    fn without_a_table_it_is_as_long_as_it_can_be_read() {
        for sectors in [16, 24, 1000, 4096 + 8] {
            let found = Sectors::of_disk(disk(sectors), |_| false).expect("it opens");
            assert_eq!(found.size_bytes, sectors as u64 * 512, "{sectors}");
        }
        let mut damaged = disk(1000);
        damaged.bad_sector = Some(16);
        assert!(Sectors::of_disk(damaged, |_| false).is_err());
    }
}
