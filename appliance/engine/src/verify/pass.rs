//! The pass over all contents: each file once, in batches that are sorted by where the file system keeps them.

use std::cmp::Reverse;

use super::contents::{Contents, State};
use super::meaning::Meaning;
use super::reading::{Job, Outcome, Reading};
use super::suspect::{Suspect, judge};
use crate::archive::{Walk, layout};
use crate::{DamageKind, EntryKind, PublishedSnapshot, Volume, VolumeError, VolumePath};

/// Names that are in memory at a time: a few megabytes, and enough for the order to be of use.
const BATCH_FILES_MAX: usize = 32_768;

/// All snapshots' files, each once.
pub(super) struct Pass<'p> {
    volume: &'p dyn Volume,
    bags: &'p [PublishedSnapshot],
    reads_content: bool,
    contents: &'p mut Contents,
    /// Which snapshots have files that no older one has.
    is_worth_a_walk: &'p [bool],
    bag: usize,
    walk: Option<Walk<'p>>,
    /// File id and path below `data/`; the next one is the last.
    batch: Vec<(u64, String)>,
    /// Folders that could be listed before, and not now: in which snapshot, where, why.
    unlisted: Vec<(usize, VolumePath, DamageKind)>,
    suspects: &'p mut Vec<Suspect>,
}

impl<'p> Pass<'p> {
    pub(super) fn new(
        volume: &'p dyn Volume,
        bags: &'p [PublishedSnapshot],
        is_worth_a_walk: &'p [bool],
        reads_content: bool,
        contents: &'p mut Contents,
        suspects: &'p mut Vec<Suspect>,
    ) -> Self {
        Self {
            volume,
            bags,
            reads_content,
            contents,
            is_worth_a_walk,
            bag: 0,
            walk: None,
            batch: Vec::new(),
            unlisted: Vec::new(),
            suspects,
        }
    }

    fn end_walk(&mut self) {
        for (prefix, error) in self.walk.iter().flat_map(Walk::unlisted) {
            let data = self.bags[self.bag].folder.join(layout::DATA);
            let place = match prefix.strip_suffix('/') {
                Some(folder) => data.join(folder),
                None => data,
            };
            self.unlisted.push((self.bag, place, error.clone()));
        }
        self.walk = None;
        self.bag += 1;
    }

    /// When all is read: what was listed before and could not be found again, if the reason is a folder that can't be listed any more.
    pub(super) fn unlisted(self) -> Vec<(usize, VolumePath, DamageKind)> {
        self.unlisted
    }

    /// Takes up to a batch of names out of one snapshot. `false` when there is no snapshot left.
    fn fill(&mut self) -> Result<bool, VolumeError> {
        let Some(published) = self.bags.get(self.bag) else {
            return Ok(false);
        };
        if !self.is_worth_a_walk[self.bag] {
            self.bag += 1;
            return Ok(true);
        }
        let walk = match &mut self.walk {
            Some(walk) => walk,
            None => self.walk.insert(Walk::of(self.volume, &published.folder)?),
        };
        while self.batch.len() < BATCH_FILES_MAX {
            let Some(walked) = walk.next()? else { break };
            let number = self.contents.number(walked.file_id);
            if let (EntryKind::File, Some(number)) = (walked.kind, number)
                && self.contents.state(number) == State::Met
            {
                self.contents.set_state(number, State::Taken);
                self.batch.push((walked.file_id, walked.path));
            }
        }
        // Inodes that lie together were written together, and so were their contents.
        self.batch.sort_unstable_by_key(|it| Reverse(it.0));
        Ok(true)
    }
}

impl Reading for Pass<'_> {
    fn next(&mut self) -> Result<Option<Job>, VolumeError> {
        loop {
            if let Some((file_id, path)) = self.batch.pop() {
                let number = self.contents.number(file_id).expect("it was met");
                let data = self.bags[self.bag].folder.join(layout::DATA);
                return Ok(Some(Job {
                    number,
                    place: data.join(&path),
                    bag: self.bag,
                    reads_content: self.reads_content,
                }));
            }
            let was_walking = self.walk.is_some();
            if !self.fill()? {
                return Ok(None);
            }
            if was_walking && self.batch.is_empty() {
                self.end_walk();
            }
        }
    }

    fn done(&mut self, outcome: Outcome) {
        let expected = self.contents.expected(outcome.number);
        let verdict = judge(&expected, &outcome.found);
        let state = match verdict {
            None => State::Sound,
            // Only its time: its content is what it must be.
            Some(ref kind) if kind.meaning() == Meaning::AsTheyWere => State::Sound,
            Some(_) => State::Damaged,
        };
        self.contents.set_state(outcome.number, state);
        let Some(kind) = verdict else { return };
        self.suspects.push(Suspect {
            bag: outcome.bag,
            place: outcome.place,
            kind,
            sha256: expected.sha256,
            file_id: Some(self.contents.file_id(outcome.number)),
        });
    }
}
