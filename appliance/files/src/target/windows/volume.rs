//! Which file system a folder of Windows is on, what that can't hold, and what room it has.

use heirloom_engine::{TargetFileSystem, TargetLimits};
use winsafe::{GetDiskFreeSpaceEx, GetVolumeInformation, GetVolumePathName, SysResult};

/// What Windows makes of a disk of usual size by itself, because who has no rights is not told what it is: a file system's name, its kind, and its blocks.
const KINDS: [(&str, TargetFileSystem, u64); 5] = [
    ("NTFS", TargetFileSystem::Ntfs, 4 << 10),
    ("exFAT", TargetFileSystem::ExFat, 128 << 10),
    ("FAT32", TargetFileSystem::Fat, 32 << 10),
    ("FAT", TargetFileSystem::Fat, 32 << 10),
    ("FAT12", TargetFileSystem::Fat, 4 << 10),
];
/// Of any other file system.
const BLOCK_BYTES: u64 = 4 << 10;

/// What the file system of a folder can't hold, or a number of Windows' error.
pub(super) fn limits(folder: &str) -> Result<TargetLimits, i32> {
    let name = numbered(GetVolumePathName(folder).and_then(|volume| {
        let mut name = String::new();
        GetVolumeInformation(Some(&volume), None, None, None, None, Some(&mut name))?;
        Ok(name)
    }))?;
    let (kind, block_bytes) = kind(&name);
    Ok(TargetLimits::of(kind, block_bytes))
}

/// How many bytes this user can still write.
pub(super) fn free_bytes(folder: &str) -> Result<u64, i32> {
    let mut free_bytes = 0;
    numbered(GetDiskFreeSpaceEx(
        Some(folder),
        Some(&mut free_bytes),
        None,
        None,
    ))?;
    Ok(free_bytes)
}

fn kind(name: &str) -> (TargetFileSystem, u64) {
    KINDS
        .iter()
        .find(|(of_kind, _, _)| of_kind.eq_ignore_ascii_case(name))
        .map_or(
            (TargetFileSystem::Other, BLOCK_BYTES),
            |(_, kind, block_bytes)| (*kind, *block_bytes),
        )
}

fn numbered<T>(outcome: SysResult<T>) -> Result<T, i32> {
    // Windows' numbers are small.
    outcome.map_err(|error| i32::try_from(error.raw()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_known_by_their_names() {
        for (name, expected) in [
            ("NTFS", TargetFileSystem::Ntfs),
            ("exFAT", TargetFileSystem::ExFat),
            ("FAT32", TargetFileSystem::Fat),
            ("CDFS", TargetFileSystem::Other),
        ] {
            assert_eq!(kind(name).0, expected, "{name}");
        }
    }
}
