//! The folders that are copied: made-up libraries, the same on every run, with names, folders, sizes and times such as phones
//! have them. The content does not compress and no two files share any, as with photos.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use jiff::{Timestamp, tz::TimeZone};

use crate::random::Random;

/// What a file system walk finds, and what a contestant must have kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Census {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

/// A file of a library that is not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Planned {
    path: String,
    size_bytes: u64,
    modified_unix_s: i64,
}

const MB: u64 = 1_000_000;
/// 2019-03-01, when this phone was new.
const FIRST_UNIX_S: i64 = 1_551_398_400;

/// Photos of 2 to 6 MB, and a few videos of 50 to 150 MB, up to a total in bytes.
pub(crate) fn photos(total_bytes: u64, videos: usize) -> Vec<Planned> {
    let mut random = Random::new(1);
    let mut taken_unix_s = FIRST_UNIX_S;
    let mut library = Vec::new();
    let mut bytes = 0;
    while bytes < total_bytes {
        // A few seconds after the last one, or some days.
        taken_unix_s += random.size(2, 500_000) as i64;
        let video = library.len() < videos;
        let (low, high, extension) = if video {
            (50, 150, "mp4")
        } else {
            (2, 6, "jpg")
        };
        let size_bytes = random.size(low * MB, high * MB);
        let millisecond = random.below(1000);
        let stamp = day(taken_unix_s, "%Y%m%d_%H%M%S");
        // Every twelfth photo was edited or received.
        let path = match library.len() % 12 {
            5 if !video => format!("Pictures/Edited/PXL_{stamp}{millisecond:03}~2.{extension}"),
            _ => format!("DCIM/Camera/PXL_{stamp}{millisecond:03}.{extension}"),
        };
        bytes += size_bytes;
        library.push(Planned {
            path,
            size_bytes,
            modified_unix_s: taken_unix_s,
        });
    }
    library
}

/// Small files of 1 to 40 KB, as messengers leave them: a few hundred to a folder.
pub(crate) fn small_files(count: usize) -> Vec<Planned> {
    const FOLDER: usize = 400;
    let mut random = Random::new(2);
    let mut taken_unix_s = FIRST_UNIX_S;
    let mut library = Vec::with_capacity(count);
    for at in 0..count {
        taken_unix_s += random.size(1, 30_000) as i64;
        let folder = at / FOLDER;
        let number = at % FOLDER;
        let stamp = day(taken_unix_s, "%Y%m%d");
        library.push(Planned {
            path: format!(
                "Android/media/Messenger/Stickers/{folder:03}/STK-{stamp}-WA{number:04}.webp"
            ),
            size_bytes: random.size(1000, 40_000),
            modified_unix_s: taken_unix_s,
        });
    }
    library
}

fn day(unix_s: i64, format: &str) -> String {
    let time = Timestamp::from_second(unix_s).expect("a time of this century");
    time.to_zoned(TimeZone::UTC).strftime(format).to_string()
}

/// How many files, and how many bytes in them.
pub(crate) fn census(library: &[Planned]) -> Census {
    Census {
        files: library.len() as u64,
        bytes: library.iter().map(|file| file.size_bytes).sum(),
    }
}

/// Writes a library below an empty or missing folder.
pub(crate) fn write(library: &[Planned], root: &Path) -> Result<()> {
    let mut buffer = vec![0; 1 << 20];
    for (at, planned) in library.iter().enumerate() {
        let path = root.join(&planned.path);
        let folder = path.parent().expect("a file lies in a folder");
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        write_file(planned, at as u64, &path, &mut buffer)
            .with_context(|| path.display().to_string())?;
    }
    Ok(())
}

fn write_file(planned: &Planned, seed: u64, path: &Path, buffer: &mut [u8]) -> Result<()> {
    // Far from the seeds that names and sizes are made of.
    let mut random = Random::new(seed.wrapping_add(1 << 40));
    let mut file = File::create_new(path)?;
    let mut left = planned.size_bytes;
    while left > 0 {
        let length = left.min(buffer.len() as u64) as usize;
        random.fill(&mut buffer[..length]);
        file.write_all(&buffer[..length])?;
        left -= length as u64;
    }
    let since_1970 = Duration::from_secs(planned.modified_unix_s as u64);
    file.set_modified(SystemTime::UNIX_EPOCH + since_1970)?;
    Ok(())
}

/// Counts the regular files below a folder; links to folders are not followed.
pub(crate) fn count(folder: &Path) -> Result<Census> {
    let mut census = Census::default();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let facts = entry.metadata()?;
            if facts.is_dir() {
                folders.push(entry.path());
            } else if facts.is_file() {
                census.files += 1;
                census.bytes += facts.len();
            }
        }
    }
    Ok(census)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn libraries_are_the_same_each_time_and_no_path_comes_twice() {
        for library in [photos(2_000 * MB, 4), small_files(100_000)] {
            let paths: BTreeSet<_> = library.iter().map(|file| &file.path).collect();
            assert_eq!(paths.len(), library.len());
        }
        let library = photos(2_000 * MB, 4);
        assert_eq!(library, photos(2_000 * MB, 4));
        assert_eq!(library[0].path, "DCIM/Camera/PXL_20190301_000314752.mp4");
        let total = census(&library);
        assert!((2_000 * MB..2_006 * MB).contains(&total.bytes), "{total:?}");
        let small = census(&small_files(100_000));
        assert!((1_000 * MB..1_100 * MB).contains(&small.bytes), "{small:?}");
    }

    #[test]
    fn what_is_written_is_what_was_planned() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let library = small_files(5);
        write(&library, folder.path())?;
        assert_eq!(count(folder.path())?, census(&library));
        let path = folder.path().join(&library[4].path);
        let modified = fs::metadata(&path)?.modified()?;
        let expected = Duration::from_secs(library[4].modified_unix_s as u64);
        assert_eq!(modified.duration_since(SystemTime::UNIX_EPOCH)?, expected);
        assert_ne!(
            fs::read(&path)?[..8],
            fs::read(folder.path().join(&library[3].path))?[..8]
        );
        Ok(())
    }
}
