//! Which files of a snapshot are restored, and under which names.

use std::collections::HashSet;

use heirloom_format::{Digest, FileRecord, StoredPath, TimeRecord};

use super::arrange::{Arrangement, Arranger, Rules, When};
use super::names::Namer;
use super::order::{RestoreError, RestoreLayout, RestoreOrder};
use super::part::Part;
use super::span::UndatedFiles;
use super::target::TargetPath;
use crate::archive::{Archive, layout, readable};
use crate::{Damage, Volume, VolumePath};

/// A file that is asked for by its path.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// Which of the snapshots that are restored it is in.
    pub(super) part: usize,
    /// Which file of its snapshot it is.
    pub(super) number: usize,
    /// Below `data/`.
    pub(super) path: StoredPath,
    /// `None` when no target takes such a name.
    pub(super) to: Option<TargetPath>,
    pub(super) sha256: Digest,
    pub(super) size_bytes: u64,
    /// What its time must be, in seconds since 1970, UTC.
    pub(super) unix_s: Option<i64>,
    pub(super) fate: Fate,
    /// Its folder is too long for the target, and it goes to a further part of it.
    pub(super) is_parted: bool,
}

/// What becomes of a file that is asked for by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Restored { is_dated: bool },
    OtherDays,
    LeftOutUndated,
}

/// A snapshot and what tells its files.
pub(super) struct Selection<'s> {
    volume: &'s dyn Volume,
    archive: &'s Archive,
    order: &'s RestoreOrder,
    /// Its place among the snapshots that are restored.
    number: usize,
    pub(super) part: Part<'s>,
    /// The description is damaged: the manifest has to do, and times are those of the stored files.
    pub(super) by_manifest: Option<Damage>,
    arrangement: Option<Arrangement>,
    /// Only these files, by their numbers in the snapshot.
    chosen: Option<HashSet<usize>>,
}

impl<'s> Selection<'s> {
    /// Goes through the files once, to find out which list can be read, and where each file goes. The names of the order must be exact or portable.
    pub(super) fn of(
        volume: &'s dyn Volume,
        archive: &'s Archive,
        order: &'s RestoreOrder,
        rules: Rules,
        (number, part): (usize, Part<'s>),
    ) -> Result<Self, RestoreError> {
        let mut selection = Self {
            volume,
            archive,
            order,
            number,
            part,
            by_manifest: None,
            arrangement: None,
            chosen: None,
        };
        // No file of a damaged list is looked at: what is arranged by it is thrown away.
        let outcome = selection.arrange(rules)?;
        if let Err(damage) = outcome {
            log::warn!("{} {}: the manifest is used", damage.place, damage.kind);
            selection.by_manifest = Some(damage);
            selection.arrange(rules)?.map_err(RestoreError::Unlisted)?;
        }
        Ok(selection)
    }

    fn arrange(&mut self, rules: Rules) -> Result<Result<(), Damage>, RestoreError> {
        if !rules.need_an_arrangement() {
            return self.read(&mut |_| {});
        }
        let mut arranger = Arranger::new(rules);
        let mut namer = self.namer();
        let read = self.read(&mut |file| {
            let name = namer.names(&file).pop().unwrap_or_default();
            arranger.add(file.path.as_str(), name, unix_s(&file));
        })?;
        self.arrangement = read.is_ok().then(|| arranger.finish());
        Ok(read)
    }

    fn namer(&self) -> Namer {
        Namer::new(
            self.order.names,
            self.order.layout == RestoreLayout::ByMonth,
        )
    }

    /// Restores these files of the snapshot alone, by their numbers in it.
    pub(super) fn choose(&mut self, numbers: HashSet<usize>) {
        self.chosen = Some(numbers);
    }

    pub(super) fn archive(&self) -> &'s Archive {
        self.archive
    }

    /// Where a file is in the archive.
    pub(super) fn place_of(&self, path: &StoredPath) -> VolumePath {
        layout::payload(&self.part.published.folder, path)
    }

    /// Every file that is asked for by its path, in the order of stored paths. Stops at an error of `each`.
    pub(super) fn each(
        &self,
        each: &mut dyn FnMut(Wanted) -> Result<(), RestoreError>,
    ) -> Result<(), RestoreError> {
        let mut namer = self.namer();
        let mut failed = None;
        let mut numbers = 0..;
        let read = self.read(&mut |file| {
            // Names depend on all files, those too that are not asked for.
            let names = namer.names(&file);
            let number = numbers.next().unwrap_or(usize::MAX);
            let is_chosen = self.chosen.as_ref().is_none_or(|it| it.contains(&number));
            if failed.is_none() && is_chosen && self.is_asked_for(&file.path) {
                failed = each(self.wanted(number, file, names)).err();
            }
        })?;
        match (failed, read) {
            (Some(error), _) => Err(error),
            // It could be read a moment ago.
            (None, Err(damage)) => Err(RestoreError::Unlisted(damage)),
            (None, Ok(())) => Ok(()),
        }
    }

    fn wanted(&self, number: usize, file: FileRecord, names: Vec<Vec<u8>>) -> Wanted {
        let place = self.arrangement.as_ref().and_then(|it| it.place(number));
        let when = match place {
            Some(place) => place.when,
            None if unix_s(&file).is_none() => When::Undated,
            None => When::Within,
        };
        let leaves_out_undated = self
            .order
            .dates
            .is_some_and(|span| span.undated == UndatedFiles::LeftOut);
        let (names, is_parted) = match (&self.arrangement, place) {
            (Some(it), Some(place)) => (it.names(place, names), it.is_parted(place)),
            _ => (names, false),
        };
        let top = self.part.top.iter().cloned();
        Wanted {
            part: self.number,
            number,
            to: TargetPath::new(top.chain(names).collect()),
            sha256: file.sha256,
            size_bytes: file.size_bytes,
            unix_s: unix_s(&file),
            fate: match when {
                When::Within => Fate::Restored { is_dated: true },
                When::Outside => Fate::OtherDays,
                When::Undated if leaves_out_undated => Fate::LeftOutUndated,
                When::Undated => Fate::Restored { is_dated: false },
            },
            is_parted,
            path: file.path,
        }
    }

    /// Every file of the snapshot, of the list that can be read. The inner error is that it can't be: then what `one` was told does not count.
    fn read(&self, one: &mut dyn FnMut(FileRecord)) -> Result<Result<(), Damage>, RestoreError> {
        let published = self.part.published;
        if self.by_manifest.is_none() {
            let read = self.archive.read_description(self.volume, published, one)?;
            return Ok(read.map(|_| ()));
        }
        let mut failed = None;
        let mut each = |sha256, path| match self.record(path, sha256) {
            Ok(file) => one(file),
            Err(error) => failed = Some(error),
        };
        let read = self
            .archive
            .read_manifest(self.volume, published, &mut each)?;
        match failed {
            Some(error) => Err(error),
            None => Ok(read.map(|_| ())),
        }
    }

    /// What can be said of a file that only the manifest names.
    fn record(&self, path: StoredPath, sha256: Digest) -> Result<FileRecord, RestoreError> {
        let facts = readable(self.volume.facts(&self.place_of(&path)))?.ok();
        Ok(FileRecord {
            path,
            raw_path: None,
            // What can't be asked can't be read either; that is told when it is tried.
            size_bytes: facts.map_or(0, |facts| facts.size_bytes),
            sha256,
            modified: facts.map(|facts| TimeRecord {
                raw: facts.modified_unix_s.to_string(),
                unix_s: Some(facts.modified_unix_s),
            }),
            persistent_id: None,
            shared_time: false,
            listed_size_bytes: None,
            suspect: None,
            marks: Vec::new(),
        })
    }

    fn is_asked_for(&self, path: &StoredPath) -> bool {
        let only = &self.order.only;
        let is_below = |folder: &StoredPath| {
            path.as_str()
                .strip_prefix(folder.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        only.is_empty() || only.iter().any(is_below)
    }
}

fn unix_s(file: &FileRecord) -> Option<i64> {
    file.modified.as_ref().and_then(|modified| modified.unix_s)
}
