//! Which of a source's files are wanted, and how many are not.

use std::collections::{BTreeMap, BTreeSet};

use heirloom_format::{ChoiceRecord, LeftOutRecord};
use heirloom_media::{Choice, classify};

use super::notes::Shown;

/// Folders that are told one by one; nobody reads on after so many.
const FOLDERS_MAX: usize = 10_000;
/// Stands for all further ones.
const OTHER_FOLDERS: &str = "other folders";

/// Whether a run with this choice wants a file of this stored path.
pub fn is_wanted(choice: Choice, path: &str) -> bool {
    // Stored names differ from those on the source only in characters that no name of these tables has.
    choice == Choice::Everything || choice.takes(&classify(&path.split('/').collect::<Vec<_>>()))
}

/// As it stands in `snapshot.json`.
pub(super) fn record(choice: Choice) -> ChoiceRecord {
    match choice {
        Choice::Everything => ChoiceRecord::Everything,
        Choice::AllMedia => ChoiceRecord::Media,
    }
}

/// Files that are not wanted, folder by folder.
#[derive(Default)]
pub(super) struct Unwanted {
    folders: BTreeMap<String, (u64, u64)>,
    /// That have such files: a device without a serial number is known by all of its storages, whichever files are wanted.
    storages: BTreeSet<String>,
    thumbnails: u64,
}

impl Unwanted {
    /// Counts a file that is not wanted.
    pub(super) fn add(&mut self, path: &str, size_bytes: u64) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let is_told = self.folders.len() < FOLDERS_MAX || self.folders.contains_key(folder);
        let folder = if is_told { folder } else { OTHER_FOLDERS };
        let (files, bytes) = self.folders.entry(folder.to_owned()).or_default();
        *files += 1;
        // A device may state any length.
        *bytes = bytes.saturating_add(size_bytes);
        self.thumbnails += u64::from(Shown::at(path).is_thumbnails());
        let storage = path.split('/').next().unwrap_or(path);
        if !self.storages.contains(storage) {
            self.storages.insert(storage.to_owned());
        }
    }

    /// Those of the device that have such files.
    pub(super) fn storages(&self) -> BTreeSet<String> {
        self.storages.clone()
    }

    /// How many of them are small copies that the device makes by itself.
    pub(super) fn thumbnails(&self) -> u64 {
        self.thumbnails
    }

    /// By folder.
    pub(super) fn records(self) -> Vec<LeftOutRecord> {
        let record = |(folder, (files, bytes))| LeftOutRecord {
            folder,
            files,
            bytes,
        };
        self.folders.into_iter().map(record).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_wanted_is_counted_by_folder() {
        let mut unwanted = Unwanted::default();
        for (path, is_media) in [
            ("Internal/DCIM/Camera/IMG_1.jpg", true),
            ("Internal/Download/film.mkv", true),
            ("Internal/Download/tickets.pdf", false),
            ("Internal/Download/invoice.pdf", false),
            ("Internal/Music/song.mp3", false),
        ] {
            assert!(is_wanted(Choice::Everything, path), "{path}");
            assert_eq!(is_wanted(Choice::AllMedia, path), is_media, "{path}");
            if !is_media {
                unwanted.add(path, 10);
            }
        }
        let told: Vec<_> = unwanted
            .records()
            .into_iter()
            .map(|it| (it.folder, it.files, it.bytes))
            .collect();
        assert_eq!(
            told,
            [
                ("Internal/Download".to_owned(), 2, 20),
                ("Internal/Music".to_owned(), 1, 10)
            ]
        );
    }

    #[test]
    fn folders_without_end_are_summed_up() {
        let mut unwanted = Unwanted::default();
        for number in 0..FOLDERS_MAX + 5 {
            unwanted.add(&format!("a/{number:06}/x.pdf"), u64::MAX);
        }
        let records = unwanted.records();
        assert_eq!(records.len(), FOLDERS_MAX + 1);
        assert!(
            records
                .iter()
                .any(|it| it.folder == OTHER_FOLDERS && it.files == 5)
        );
    }
}
