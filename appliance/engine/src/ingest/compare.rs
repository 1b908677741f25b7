//! A source's files counted against its newest snapshot: by a listing alone, nothing is copied.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use heirloom_format::{ChoiceRecord, FileRecord, SnapshotName};
use heirloom_media::Choice;

use super::choice::is_wanted;
use super::error::ends_the_run;
use super::order::Cancel;
use super::source_folder::{SourceFolder, source_folder};
use super::table::{PATH_BYTES_MAX, Table};
use crate::archive::Archive;
use crate::{Found, RunError, Source, SourceError, Volume};

/// Files between two signs of life of a listing.
const FILES_PER_SIGN: u64 = 1024;

/// What a source lists, beside its newest snapshot that can be read. Files are known by their paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceComparison {
    /// The source's folder in the archive, such as `Mia [1a2b3c4d]`.
    pub source_folder: String,
    /// Which snapshot.
    pub snapshot: SnapshotName,
    /// Listed now, of those that the run of that snapshot wanted.
    pub listed_files: u64,
    /// In the snapshot.
    pub archived_files: u64,
    /// Listed, and not in the snapshot.
    pub new_files: u64,
    /// In the snapshot, and no longer listed.
    pub gone_files: u64,
    /// In both, with another length or time.
    pub changed_files: u64,
    /// Folders and files that the source named and would not describe: above zero, the counts prove nothing.
    pub unlisted_places: u64,
}

/// Lists a source and counts. `None`: the archive has no snapshot of it that can be read.
///
/// # Errors
/// [`RunError`] as in a run: what the source or the drive failed with, [`RunError::SourceEmpty`] when it shows no files, and
/// [`RunError::Stopped`].
pub fn compare(
    source: &mut dyn Source,
    volume: &dyn Volume,
    found: &dyn Fn(u64),
    cancel: &Cancel,
) -> Result<Option<SourceComparison>, RunError> {
    let archive = Archive::open(volume)?;
    let (table, unlisted_places) = list(source, found, cancel)?;
    if table.len() == 0 {
        return Err(RunError::SourceEmpty);
    }
    let identity = source.identity();
    // Everything is in the table, so no storage is missing there.
    let folder = source_folder(volume, &archive, identity, &table, BTreeSet::new())?;
    let SourceFolder::Known(folder) = folder else {
        return Ok(None);
    };
    for published in archive.of_source(folder) {
        let mut count = Count::of(&table);
        let read = archive.read_description(volume, published, &mut |record| {
            count.add(&record);
        })?;
        // Damage is told by the check; an older snapshot still says something.
        let Ok(snapshot) = read else { continue };
        let choice = match snapshot.choice {
            ChoiceRecord::Everything => Choice::Everything,
            ChoiceRecord::Media => Choice::AllMedia,
        };
        let new_files = count.new_files(choice);
        return Ok(Some(SourceComparison {
            source_folder: folder.to_owned(),
            snapshot: published.name,
            listed_files: count.archived_files - count.gone_files + new_files,
            archived_files: count.archived_files,
            new_files,
            gone_files: count.gone_files,
            changed_files: count.changed_files,
            unlisted_places,
        }));
    }
    Ok(None)
}

/// All that the source lists, and how much it would not describe.
fn list(
    source: &mut dyn Source,
    found: &dyn Fn(u64),
    cancel: &Cancel,
) -> Result<(Table, u64), RunError> {
    let mut table = Table::default();
    let (mut files, mut unlisted_places, mut has_room) = (0_u64, 0, true);
    let listed = source.list(&mut |what| {
        match what {
            Found::Object(object) => {
                files += 1;
                if files.is_multiple_of(FILES_PER_SIGN) {
                    found(files);
                }
                // As in a run, which can't archive longer ones either.
                if object.path.as_str().len() <= PATH_BYTES_MAX {
                    has_room &= table.push(&object);
                } else {
                    unlisted_places += 1;
                }
            }
            Found::Problem(_) => unlisted_places += 1,
            Found::Seen(seen) => found(seen),
            Found::LeftOut(_) => {}
        }
        match cancel.is_cancelled() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    if cancel.is_cancelled() {
        return Err(RunError::Stopped);
    }
    listed.map_err(ends_the_run)?;
    if !has_room {
        return Err(RunError::SourceFailed(SourceError::Garbled {
            what: "more files than can be listed",
        }));
    }
    table.settle();
    Ok((table, unlisted_places))
}

/// A snapshot's files, held against the listing while they come.
struct Count<'t> {
    table: &'t Table,
    is_archived: Vec<bool>,
    /// Both are sorted, so the next one is mostly where the last one was found.
    hint: u32,
    archived_files: u64,
    gone_files: u64,
    changed_files: u64,
}

impl<'t> Count<'t> {
    fn of(table: &'t Table) -> Self {
        Self {
            table,
            is_archived: vec![false; table.len()],
            hint: 0,
            archived_files: 0,
            gone_files: 0,
            changed_files: 0,
        }
    }

    fn add(&mut self, record: &FileRecord) {
        self.archived_files += 1;
        let Some(number) = self.table.find(record.path.as_str(), self.hint) else {
            self.gone_files += 1;
            return;
        };
        self.hint = number + 1;
        self.is_archived[number as usize] = true;
        // Where the device never stated the true length, lengths tell nothing.
        let is_changed = record.listed_size_bytes.is_none()
            && !self.table.row(number).has_length_and_time_of(record);
        self.changed_files += u64::from(is_changed);
    }

    /// Listed, wanted, and not in the snapshot.
    fn new_files(&self, choice: Choice) -> u64 {
        let is_new = |number: &u32| {
            !self.is_archived[*number as usize]
                && is_wanted(choice, &self.table.row(*number).path_text())
        };
        self.table.numbers().filter(is_new).count() as u64
    }
}
