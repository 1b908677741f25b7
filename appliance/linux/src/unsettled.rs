//! Whether a file system was left in the midst of its work: then what was written to it last is in a journal or a log, which is not replayed
//! here, and may not be seen. FAT and exFAT have neither: what they show is what there is.

use std::io::{self, Read, Seek, SeekFrom};

use heirloom_engine::FileSystem;

/// Records of NTFS are at most this long (`[MS-NTFS]` has 1 and 4 KiB); what claims more is not believed.
const RECORD_BYTES_MAX: u64 = 64 << 10;

/// Looks into the beginning of a file system.
///
/// # Errors
/// When it can't be read. What makes no sense is for the kernel to refuse.
pub(crate) fn is_unsettled(
    device: &mut (impl Read + Seek),
    file_system: FileSystem,
) -> io::Result<bool> {
    Ok(match file_system {
        FileSystem::Fat | FileSystem::ExFat => false,
        FileSystem::Ext => is_ext_unsettled(&bytes_at(device, 1024, 1024)?),
        FileSystem::HfsPlus => is_hfs_plus_unsettled(&bytes_at(device, 1024, 512)?),
        FileSystem::Ntfs => Ntfs::of(&bytes_at(device, 0, 512)?)
            .map(|ntfs| ntfs.is_unsettled(device))
            .transpose()?
            .unwrap_or(false),
    })
}

/// `s_feature_incompat` has `needs_recovery` (Linux, `fs/ext4/ext4.h`).
fn is_ext_unsettled(superblock: &[u8]) -> bool {
    const MAGIC: u64 = 0xef53;
    const NEEDS_RECOVERY: u64 = 0x4;
    little(superblock, 0x38, 2) == Some(MAGIC)
        && little(superblock, 0x60, 4).is_some_and(|features| features & NEEDS_RECOVERY != 0)
}

/// A volume with a journal that was not unmounted (Apple TN1150, volume attributes).
fn is_hfs_plus_unsettled(header: &[u8]) -> bool {
    const UNMOUNTED: u8 = 1 << 0; // bit 8 of 32, most significant byte first
    const JOURNALED: u8 = 1 << 5; // bit 13
    let is_hfs_plus = matches!(header.get(..2), Some(b"H+" | b"HX"));
    is_hfs_plus
        && header
            .get(6)
            .is_some_and(|byte| byte & JOURNALED != 0 && byte & UNMOUNTED == 0)
}

/// Where the table of an NTFS is (its boot sector).
struct Ntfs {
    cluster_bytes: u64,
    record_bytes: u64,
    table_at: u64,
}

impl Ntfs {
    fn of(boot: &[u8]) -> Option<Self> {
        if boot.get(3..7) != Some(b"NTFS") {
            return None;
        }
        let sectors = match little(boot, 0x0d, 1)? {
            sectors @ 0..=0x80 => sectors,
            // Beyond, it is the power of two, negated.
            power => 1_u64.checked_shl(u32::try_from(0x100 - power).ok()?)?,
        };
        let cluster_bytes = little(boot, 0x0b, 2)?.checked_mul(sectors)?;
        let record_bytes = match little(boot, 0x40, 1)? {
            clusters @ 0..=0x7f => clusters.checked_mul(cluster_bytes)?,
            power => 1_u64.checked_shl(u32::try_from(0x100 - power).ok()?)?,
        };
        let table_at = little(boot, 0x30, 8)?.checked_mul(cluster_bytes)?;
        (cluster_bytes > 0 && (512..=RECORD_BYTES_MAX).contains(&record_bytes)).then_some(Self {
            cluster_bytes,
            record_bytes,
            table_at,
        })
    }

    fn is_unsettled(&self, device: &mut (impl Read + Seek)) -> io::Result<bool> {
        const LOG_FILE: u64 = 2;
        const VOLUME: u64 = 3;
        const VOLUME_INFORMATION: u64 = 0x70;
        const DATA: u64 = 0x80;
        const DIRTY: u64 = 0x1;
        let volume = self.record(device, VOLUME)?;
        let flags = attribute(&volume, VOLUME_INFORMATION).and_then(|attribute| {
            let value = usize::try_from(little(attribute, 0x14, 2)?).ok()?;
            little(attribute, value + 10, 2)
        });
        if flags.is_some_and(|flags| flags & DIRTY != 0) {
            return Ok(true);
        }
        let log = self.record(device, LOG_FILE)?;
        let Some(log_at) = attribute(&log, DATA).and_then(|data| self.first_run(data)) else {
            return Ok(false);
        };
        let first = bytes_at(device, log_at, 4096)?;
        let page_bytes = little(&first, 0x10, 4).unwrap_or(0);
        let second = match page_bytes {
            512..=RECORD_BYTES_MAX => bytes_at(device, log_at.saturating_add(page_bytes), 4096)?,
            _ => Vec::new(),
        };
        let newest = [first, second]
            .iter()
            .filter_map(|page| Restart::of(page))
            .max_by_key(|restart| restart.sequence);
        Ok(newest.is_some_and(|restart| !restart.is_clean))
    }

    fn record(&self, device: &mut (impl Read + Seek), number: u64) -> io::Result<Vec<u8>> {
        let at = self.table_at.saturating_add(number * self.record_bytes);
        let mut record = bytes_at(device, at, self.record_bytes)?;
        mend_sectors(&mut record);
        Ok(record)
    }

    /// Where the content of an attribute that lies outside of its record begins.
    fn first_run(&self, attribute: &[u8]) -> Option<u64> {
        if little(attribute, 8, 1)? == 0 {
            return None;
        }
        let at = usize::try_from(little(attribute, 0x20, 2)?).ok()?;
        let lengths = little(attribute, at, 1)?;
        let (length_bytes, place_bytes) = (lengths & 0xf, lengths >> 4);
        let place_at = at + 1 + usize::try_from(length_bytes).ok()?;
        let cluster = little(attribute, place_at, usize::try_from(place_bytes).ok()?)?;
        cluster.checked_mul(self.cluster_bytes)
    }
}

/// The last two bytes of each sector of a record stand elsewhere in it, against torn writes.
fn mend_sectors(record: &mut [u8]) {
    let at = |offset| usize::try_from(little(record, offset, 2)?).ok();
    let (Some(array), Some(count)) = (at(4), at(6)) else {
        return;
    };
    for sector in 1..count {
        let own = array + 2 * sector..array + 2 * sector + 2;
        let end = 512 * sector - 2..512 * sector;
        if own.end <= record.len() && end.end <= record.len() {
            record.copy_within(own, end.start);
        }
    }
}

/// The first attribute of a kind in a record.
fn attribute(record: &[u8], kind: u64) -> Option<&[u8]> {
    if record.get(..4) != Some(b"FILE") {
        return None;
    }
    let mut at = usize::try_from(little(record, 0x14, 2)?).ok()?;
    loop {
        let length = usize::try_from(little(record, at + 4, 4)?).ok()?;
        let own = record.get(at..at.checked_add(length)?)?;
        match little(own, 0, 4)? {
            found if found == kind => return Some(own),
            _ if length >= 8 => at += length,
            _ => return None,
        }
    }
}

/// A restart page of the log: where Windows would go on.
struct Restart {
    sequence: u64,
    is_clean: bool,
}

impl Restart {
    fn of(page: &[u8]) -> Option<Self> {
        const NO_CLIENT: u64 = 0xffff;
        const VOLUME_IS_CLEAN: u64 = 0x2;
        // A log that was emptied is all ones, and one that was checked says CHKD: both have nothing to replay.
        if page.get(..4) != Some(b"RSTR") {
            return None;
        }
        let area = usize::try_from(little(page, 0x18, 2)?).ok()?;
        let is_unused = little(page, area + 0x0c, 2)? == NO_CLIENT;
        let is_clean = little(page, area + 0x0e, 2)? & VOLUME_IS_CLEAN != 0;
        Some(Self {
            sequence: little(page, area, 8)?,
            is_clean: is_unused || is_clean,
        })
    }
}

/// A number of so many bytes, least significant first.
fn little(bytes: &[u8], at: usize, count: usize) -> Option<u64> {
    let bytes = bytes
        .get(at..at.checked_add(count)?)
        .filter(|it| it.len() <= 8)?;
    let number = bytes.iter().rev();
    Some(number.fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

/// What is at a place; less where the device ends.
fn bytes_at(device: &mut (impl Read + Seek), at: u64, count: u64) -> io::Result<Vec<u8>> {
    device.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    device.by_ref().take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
