//! What the file system of a target can't hold. FAT's numbers are those of Microsoft's specification of 2000 and of Linux's `fs/fat`.

/// The kinds of file systems that make a difference to a restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetFileSystem {
    /// FAT12, FAT16 and FAT32.
    Fat,
    /// exFAT.
    ExFat,
    /// NTFS.
    Ntfs,
    /// One that takes names and lengths as Linux has them: ext4 and its like.
    Linux,
    /// One of which nothing is known, such as a network's or a program's (FUSE).
    Other,
}

/// What a target can't hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetLimits {
    /// Which file system it is.
    pub file_system: TargetFileSystem,
    /// How long a file may be.
    pub file_bytes_max: Option<u64>,
    /// How many entries a folder may have: see [`TargetLimits::entries`].
    pub folder_entries_max: Option<u32>,
    /// It takes any bytes for names, and tells `a` and `A` apart.
    pub takes_any_name: bool,
    /// Times are kept in steps of so many seconds; 1 is also for those that keep parts of a second.
    pub time_step_s: u32,
    /// The first and the last second since 1970, UTC, that it has room for.
    pub times_unix_s: Option<(i64, i64)>,
    /// What every file takes a whole number of.
    pub block_bytes: u64,
}

/// 1980-01-01 to 2107-12-31, seven bits of years.
const FAT_TIMES_UNIX_S: (i64, i64) = (315_532_800, 4_354_819_199);

impl TargetLimits {
    /// What is known of a kind of file system, with the size of its blocks.
    pub fn of(file_system: TargetFileSystem, block_bytes: u64) -> Self {
        let none = Self {
            file_system,
            file_bytes_max: None,
            folder_entries_max: None,
            takes_any_name: false,
            time_step_s: 1,
            times_unix_s: None,
            block_bytes,
        };
        match file_system {
            TargetFileSystem::Fat => Self {
                // A length has 32 bits.
                file_bytes_max: Some(u32::MAX.into()),
                // A folder has at most 2 MiB, an entry 32 bytes.
                folder_entries_max: Some(1 << 16),
                time_step_s: 2,
                times_unix_s: Some(FAT_TIMES_UNIX_S),
                ..none
            },
            TargetFileSystem::ExFat => Self {
                times_unix_s: Some(FAT_TIMES_UNIX_S),
                ..none
            },
            TargetFileSystem::Linux => Self {
                takes_any_name: true,
                ..none
            },
            TargetFileSystem::Ntfs | TargetFileSystem::Other => none,
        }
    }

    /// Whether it can hold a file of this length.
    pub fn takes_length(&self, size_bytes: u64) -> bool {
        self.file_bytes_max.is_none_or(|max| size_bytes <= max)
    }

    /// Whether a time is kept, to the step.
    pub fn keeps_time(&self, unix_s: i64) -> bool {
        self.times_unix_s
            .is_none_or(|(first, last)| (first..=last).contains(&unix_s))
    }

    /// How many entries of a folder a name takes on FAT: one, and one more for every 13 UTF-16 units of a name that is no `CAPITALS.EXT`.
    pub fn entries(name: &[u8]) -> u32 {
        if is_short(name) {
            return 1;
        }
        let units = String::from_utf8_lossy(name).encode_utf16().count();
        // A name has 255 of them at most, and one that does not fit is refused elsewhere.
        1 + u32::try_from(units.div_ceil(13)).unwrap_or(u32::MAX - 1)
    }
}

/// Eight capitals, a dot, three capitals.
fn is_short(name: &[u8]) -> bool {
    let mut parts = name.splitn(2, |byte| *byte == b'.');
    let is_of = |part: &[u8], bytes_max| {
        let is_kept =
            |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"_-~".contains(byte);
        (1..=bytes_max).contains(&part.len()) && part.iter().all(is_kept)
    };
    let stem = parts.next().unwrap_or_default();
    is_of(stem, 8) && parts.next().is_none_or(|extension| is_of(extension, 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_counted_as_fat_has_them() {
        for (name, entries) in [
            ("IMG_0001.JPG", 1),
            ("README", 1),
            ("IMG_0001.HEIC", 2),
            ("img_0001.jpg", 2),
            ("PXL_20240712_1.jpg", 3),
            ("Größe.JPG", 2),
            (&"🎂".repeat(13), 3),
            (&"x".repeat(255), 21),
        ] {
            assert_eq!(TargetLimits::entries(name.as_bytes()), entries, "{name}");
        }
    }

    #[test]
    fn fat_has_its_limits_and_ext4_none() {
        let fat = TargetLimits::of(TargetFileSystem::Fat, 4096);
        assert!(fat.takes_length((4 << 30) - 1) && !fat.takes_length(4 << 30));
        for (unix_s, is_kept) in [
            (315_532_799, false),
            (315_532_800, true),
            (4_354_819_199, true),
            (4_354_819_200, false),
        ] {
            assert_eq!(fat.keeps_time(unix_s), is_kept, "{unix_s}");
        }
        let linux = TargetLimits::of(TargetFileSystem::Linux, 4096);
        assert!(linux.takes_length(u64::MAX) && linux.keeps_time(i64::MIN));
    }
}
