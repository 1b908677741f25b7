//! `.incoming/<source>/`: where a snapshot grows until it is published, and what an interrupted run left there.

use std::collections::{BTreeMap, HashSet};

use heirloom_media::Reason;

use super::holdings::{Holdings, State};
use super::journal::{self, Note};
use super::part::{PartRecord, Parts};
use super::plan::is_resumable;
use super::report::{Problem, ProblemReason};
use super::row::{Row, split};
use super::table::{RowNumber, Table};
use crate::archive::layout;
use crate::{Entry, EntryKind, Volume, VolumeError, VolumePath};

/// The places of one run.
#[derive(Clone, Debug)]
pub(super) struct Workspace {
    /// `.incoming/<source>`
    pub(super) folder: VolumePath,
    /// `.incoming/<source>/bag`
    pub(super) bag: VolumePath,
    /// `.incoming/<source>/bag/data`
    pub(super) data: VolumePath,
    /// A name for a link on its way to replace a file.
    pub(super) link: VolumePath,
    /// A place for a file that is asked for once more, until it is known which reading is kept.
    pub(super) aside: VolumePath,
}

impl Workspace {
    pub(super) fn of(source_folder: &str) -> Self {
        let folder = VolumePath::new(layout::INCOMING).join(source_folder);
        let bag = folder.join("bag");
        Self {
            data: bag.join(layout::DATA),
            link: folder.join("link"),
            aside: folder.join("aside"),
            bag,
            folder,
        }
    }

    /// Where a file of the growing bag is.
    pub(super) fn place(&self, row: &Row<'_>) -> VolumePath {
        self.data.join(&row.path_text())
    }

    /// Names at the workspace's top; none when there is no workspace.
    pub(super) fn entries(&self, volume: &dyn Volume) -> Result<Vec<Entry>, VolumeError> {
        list(volume, &self.folder)
    }

    /// Takes up what an interrupted run verified, as far as it agrees with the listing and is still there with its length; and tells what it
    /// noted of long files that it had not all of.
    pub(super) fn resume(
        &self,
        volume: &dyn Volume,
        table: &Table,
        holdings: &mut Holdings,
    ) -> Result<Resumed, VolumeError> {
        let entries = self.entries(volume)?;
        let mut parts = BTreeMap::new();
        let mut suspects = BTreeMap::new();
        let journal = journal::read(volume, &self.folder, &entries, &mut |note| {
            let (record, structure) = match note {
                Note::File(record, structure) => (record, structure),
                Note::Part(part) => {
                    if let Some(number) = table.find(part.path.as_str(), 0) {
                        // The newest one has most of it.
                        parts.insert(number, part);
                    }
                    return Ok(());
                }
            };
            let Some(number) = table.find(record.path.as_str(), 0) else {
                return Ok(());
            };
            match holdings.state(number) {
                State::Fetch | State::Resumed => {}
                // The last snapshot has it. Its run was through but for its report, where this was to be told.
                _ => {
                    if record.suspect.as_deref() == holdings.suspect_word(number) {
                        suspects.extend(structure.map(|it| (number, it)));
                    }
                    return Ok(());
                }
            }
            // A later segment may tell otherwise of the same file.
            holdings.release(number);
            suspects.remove(&number);
            // What looks damaged and could not be named is fetched, and looked at, again: an older version's journal leaves that out.
            let is_nameable = record.suspect.is_none() || structure.is_some();
            if !is_nameable || !is_resumable(&record, &table.row(number)) {
                return Ok(());
            }
            match volume.facts(&layout::payload(&self.bag, &record.path)) {
                Ok(facts) if facts.size_bytes == record.size_bytes => {
                    holdings.hold(number, State::Resumed, &record);
                    suspects.extend(structure.map(|it| (number, it)));
                    Ok(())
                }
                // Missing, cut or unreadable: fetched again.
                Ok(_) | Err(VolumeError::Missing(_) | VolumeError::Io { .. }) => Ok(()),
                Err(error) => Err(error),
            }
        })?;
        parts.retain(|number, part| {
            holdings.state(*number) == State::Fetch && part.is_of(&table.row(*number))
        });
        Ok(Resumed {
            journal,
            parts,
            suspects,
        })
    }

    /// Removes all but the journal and what was taken up, and makes what a run needs.
    pub(super) fn prepare(
        &self,
        volume: &dyn Volume,
        table: &Table,
        holdings: &Holdings,
        parts: &Parts,
        journal: &journal::Last,
    ) -> Result<(), VolumeError> {
        for entry in self.entries(volume)? {
            if entry.name != "bag" && !journal::counts(&entry.name, journal) {
                volume.remove(&self.folder.join(&entry.name))?;
            }
        }
        for entry in list(volume, &self.bag)? {
            if entry.name != layout::DATA {
                volume.remove(&self.bag.join(&entry.name))?;
            }
        }
        let is_kept = |path: &str| {
            table.find(path, 0).is_some_and(|row| {
                holdings.state(row) == State::Resumed || parts.contains_key(&row)
            })
        };
        remove_others(volume, &self.data, "", &is_kept)?;
        volume.make_folder(&self.data)
    }

    /// Removes the workspace: what was in it is published, or of no use.
    pub(super) fn discard(&self, volume: &dyn Volume) -> Result<(), VolumeError> {
        volume.remove(&self.folder)
    }
}

/// What an interrupted run left, beside what the holdings know of now.
pub(super) struct Resumed {
    pub(super) journal: journal::Last,
    /// What was noted of files that are to be fetched.
    pub(super) parts: BTreeMap<RowNumber, PartRecord>,
    /// What is wrong with files that it has archived, and that no report has named yet.
    suspects: BTreeMap<RowNumber, Reason>,
}

impl Resumed {
    /// What its report would have named, without what is fetched, and looked at, again.
    pub(super) fn problems(&self, table: &Table, holdings: &Holdings) -> Vec<Problem> {
        let suspects = self.suspects.iter();
        suspects
            .filter(|(number, _)| holdings.state(**number) != State::Fetch)
            .map(|(number, reason)| Problem {
                place: table.row(*number).path_text(),
                reason: ProblemReason::Suspect(*reason),
            })
            .collect()
    }
}

/// Whether anything was kept.
fn remove_others(
    volume: &dyn Volume,
    folder: &VolumePath,
    below: &str,
    is_kept: &dyn Fn(&str) -> bool,
) -> Result<bool, VolumeError> {
    let mut kept_any = false;
    for entry in list(volume, folder)? {
        let path = format!("{below}{}", entry.name);
        let place = folder.join(&entry.name);
        let kept = match entry.kind {
            EntryKind::File => is_kept(&path),
            EntryKind::Folder => remove_others(volume, &place, &format!("{path}/"), is_kept)?,
            EntryKind::Link | EntryKind::Other => false,
        };
        if !kept {
            volume.remove(&place)?;
        }
        kept_any |= kept;
    }
    Ok(kept_any)
}

fn list(volume: &dyn Volume, folder: &VolumePath) -> Result<Vec<Entry>, VolumeError> {
    match volume.list(Some(folder)) {
        Err(VolumeError::Missing(_)) => Ok(Vec::new()),
        entries => entries,
    }
}

/// Folders below `data/`, each made once.
pub(super) struct Folders {
    top: VolumePath,
    made: HashSet<String>,
}

impl Folders {
    pub(super) fn below(top: VolumePath) -> Self {
        Self {
            top,
            made: HashSet::new(),
        }
    }

    /// Makes the folder of a file.
    pub(super) fn make_for(&mut self, volume: &dyn Volume, path: &str) -> Result<(), VolumeError> {
        let (folder, _) = split(path);
        if !folder.is_empty() && !self.made.contains(folder) {
            volume.make_folder(&self.top.join(folder))?;
            self.made.insert(folder.to_owned());
        }
        Ok(())
    }
}
