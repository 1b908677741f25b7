//! Which file system a folder is on, by its number in `statfs(2)`, and what that can't hold.

use std::os::fd::AsFd;

use heirloom_engine::{TargetFileSystem, TargetLimits};
use nix::sys::statfs::fstatfs;
use nix::sys::statvfs::fstatvfs;

/// The kernel's `include/uapi/linux/magic.h`, and `fs/ntfs3/super.c` for NTFS, of which there are two drivers.
const KINDS: [(u32, TargetFileSystem); 8] = [
    (0x0000_4d44, TargetFileSystem::Fat),
    (0x2011_bab0, TargetFileSystem::ExFat),
    (0x5346_544e, TargetFileSystem::Ntfs),
    (0x7366_746e, TargetFileSystem::Ntfs),
    // FUSE, SMB 1, SMB 2 and 3, HFS+: what is behind it takes not every name.
    (0x6573_5546, TargetFileSystem::Other),
    (0xff53_4d42, TargetFileSystem::Other),
    (0xfe53_4d42, TargetFileSystem::Other),
    (0x0000_482b, TargetFileSystem::Other),
];

/// What the file system of an open folder can't hold.
pub(crate) fn limits_of(folder: impl AsFd) -> nix::Result<TargetLimits> {
    let found = fstatfs(&folder)?;
    let blocks = fstatvfs(&folder)?;
    // The number is a word of the machine, and of a kind that differs from machine to machine; its lower 32 bits are meant.
    let number = found.filesystem_type().0 as u32;
    Ok(TargetLimits::of(
        kind(number),
        blocks.fragment_size().max(1),
    ))
}

fn kind(number: u32) -> TargetFileSystem {
    KINDS
        .iter()
        .find(|(of_kind, _)| *of_kind == number)
        .map_or(TargetFileSystem::Linux, |(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn kinds_are_known_by_their_numbers() {
        use nix::sys::statfs::{EXT4_SUPER_MAGIC, FUSE_SUPER_MAGIC, MSDOS_SUPER_MAGIC};
        for (number, expected) in [
            (MSDOS_SUPER_MAGIC.0 as u32, TargetFileSystem::Fat),
            (FUSE_SUPER_MAGIC.0 as u32, TargetFileSystem::Other),
            (EXT4_SUPER_MAGIC.0 as u32, TargetFileSystem::Linux),
            (0x2011_bab0, TargetFileSystem::ExFat),
            (0x7366_746e, TargetFileSystem::Ntfs),
        ] {
            assert_eq!(kind(number), expected, "{number:#x}");
        }
    }

    #[test]
    fn a_folder_of_this_computer_has_blocks() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let opened = File::open(folder.path()).expect("it opens");
        let limits = limits_of(&opened).expect("its limits");
        assert!(limits.block_bytes >= 512, "{limits:?}");
        assert!(limits.takes_length(1 << 40), "{limits:?}");
    }
}
