//! Which files of a snapshot belong together, counted, and the groups that lack something, by name.

use heirloom_media::{GroupKind, Missing, Named, group};

/// Names of one folder that are looked at together; in longer folders, groups are not counted, lest a single one fill the memory.
const NAMES_MAX: usize = 100_000;
/// Incomplete groups that are named one by one.
const NAMED_MAX: usize = 1000;

/// Groups of files that are one thing for a person. A file may be in several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupCounts {
    /// Apple's pictures with a film of the same name.
    pub live_photos: u64,
    /// Pictures with a film in them, by their content where that was looked at, else by their names.
    pub motion_photos: u64,
    /// What was taken, what was made of it, and how.
    pub edits: u64,
    /// What the sensor saw, and the camera's picture of it.
    pub raw_and_pictures: u64,
    /// Pictures taken in quick succession.
    pub bursts: u64,
    /// Groups that lack something.
    pub incomplete: u64,
    /// The first thousand of them.
    pub first_incomplete: Vec<IncompleteGroup>,
}

/// A group that lacks something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncompleteGroup {
    /// The stored path of its first file.
    pub path: String,
    /// What it lacks.
    pub missing: Missing,
}

/// Takes stored paths, sorted by their bytes, and finds the groups of each folder once all its files went by. It holds the names of the folders
/// that are open, and no others.
#[derive(Default)]
pub(super) struct Grouping {
    open: Vec<Folder>,
    counts: GroupCounts,
}

struct Folder {
    /// With a `/` at its end; empty for no folder at all.
    prefix: String,
    /// Each with what is known of a film in it.
    names: Vec<(String, Option<bool>)>,
    is_too_long: bool,
}

impl Grouping {
    pub(super) fn add(&mut self, path: &str, has_film: Option<bool>) {
        let at = path.rfind('/').map_or(0, |at| at + 1);
        let (prefix, name) = path.split_at(at);
        // All paths below a folder follow each other, so one that is not below ends it.
        while self
            .open
            .last()
            .is_some_and(|it| !prefix.starts_with(&it.prefix))
        {
            self.close();
        }
        if self.open.last().is_none_or(|it| it.prefix != prefix) {
            self.open.push(Folder {
                prefix: prefix.to_owned(),
                names: Vec::new(),
                is_too_long: false,
            });
        }
        let Some(folder) = self.open.last_mut() else {
            return;
        };
        if folder.names.len() < NAMES_MAX {
            folder.names.push((name.to_owned(), has_film));
        } else {
            folder.is_too_long = true;
        }
    }

    pub(super) fn finish(mut self) -> GroupCounts {
        while !self.open.is_empty() {
            self.close();
        }
        self.counts
    }

    fn close(&mut self) {
        let Some(folder) = self.open.pop() else {
            return;
        };
        if folder.is_too_long {
            log::info!(
                "{}: too many files to count what belongs together",
                folder.prefix
            );
            return;
        }
        let named: Vec<Named<'_>> = folder
            .names
            .iter()
            .map(|(name, has_film)| Named {
                name,
                has_embedded_video: *has_film,
            })
            .collect();
        let counts = &mut self.counts;
        for found in group(&named) {
            if let Some(missing) = found.missing {
                counts.incomplete += 1;
                if counts.first_incomplete.len() < NAMED_MAX
                    && let Some(&first) = found.members.first()
                {
                    counts.first_incomplete.push(IncompleteGroup {
                        path: format!("{}{}", folder.prefix, folder.names[first].0),
                        missing,
                    });
                }
                continue;
            }
            match found.kind {
                GroupKind::LivePhoto => counts.live_photos += 1,
                GroupKind::MotionPhoto => counts.motion_photos += 1,
                GroupKind::Edit => counts.edits += 1,
                GroupKind::RawAndPicture => counts.raw_and_pictures += 1,
                GroupKind::Burst => counts.bursts += 1,
                GroupKind::Companions => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_found_in_each_folder_and_across_none() {
        let mut paths = vec![
            "Internal/DCIM/100APPLE/IMG_0001.HEIC",
            "Internal/DCIM/100APPLE/IMG_0001.MOV",
            "Internal/DCIM/100APPLE/IMG_0002.AAE",
            "Internal/DCIM/100APPLE/more/IMG_0003.DNG",
            "Internal/DCIM/100APPLE/more/IMG_0003.JPG",
            "Internal/DCIM/100APPLE/z/IMG_0001.MOV",
            "Internal/DCIM/101APPLE/IMG_0004.HEIC",
            "Internal/DCIM/102APPLE/IMG_0004.MOV",
            "Internal/top.jpg",
        ];
        paths.sort_unstable();
        let mut grouping = Grouping::default();
        paths.iter().for_each(|path| grouping.add(path, None));
        let counts = grouping.finish();
        assert_eq!((counts.live_photos, counts.raw_and_pictures), (1, 1));
        assert_eq!(counts.incomplete, 1);
        assert_eq!(
            counts.first_incomplete,
            [IncompleteGroup {
                path: "Internal/DCIM/100APPLE/IMG_0002.AAE".to_owned(),
                missing: Missing::EditedPhoto,
            }]
        );
    }

    #[test]
    fn what_was_found_in_a_picture_counts_more_than_its_name() {
        let mut grouping = Grouping::default();
        grouping.add("a/20240131_101010.jpg", Some(true));
        grouping.add("a/20240131_101011.jpg", None);
        grouping.add("a/PXL_1.MP.jpg", Some(true));
        grouping.add("a/PXL_2.MP.jpg", None);
        grouping.add("a/PXL_3.MP.jpg", Some(false));
        let counts = grouping.finish();
        assert_eq!((counts.motion_photos, counts.incomplete), (3, 1));
        assert_eq!(counts.first_incomplete[0].path, "a/PXL_3.MP.jpg");
        assert_eq!(counts.first_incomplete[0].missing, Missing::EmbeddedVideo);
    }

    #[test]
    fn an_endless_folder_does_not_fill_the_memory() {
        let mut grouping = Grouping::default();
        for number in 0..=NAMES_MAX {
            grouping.add(&format!("a/IMG_{number:07}.HEIC"), None);
        }
        assert_eq!(grouping.finish(), GroupCounts::default());
    }
}
