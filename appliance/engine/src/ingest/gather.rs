//! Brings every file into the bag that can be brought there: by link, from an interrupted run, from the source.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;

use super::holdings::{Holdings, State};
use super::journal::{Journal, Last};
use super::known::KnownContent;
use super::look::{Look, Manner};
use super::order::{Cancel, LongFiles, Progress};
use super::part::{self, PartRecord, Parts};
use super::pipeline::{Context, Totals, copy};
use super::plan::to_fetch;
use super::publish::EIO;
use super::report::{Problem, ProblemReason};
use super::share::Sharing;
use super::table::{RowNumber, Table};
use super::workspace::{Folders, Resumed, Workspace};
use crate::archive::{Archive, Damage, DamageKind, layout};
use crate::{RunError, Source, SourceError, Volume, VolumeError, VolumePath};

/// What stays free for the file system itself and for what the run writes beside the files.
const RESERVE_BYTES: u64 = 16 << 20;
/// A file's share of folders, inodes, manifest, journal and description, amply.
const OVERHEAD_BYTES_PER_FILE: u64 = 2 << 10;
/// Files take whole blocks of the file system.
const BLOCK_BYTES: u64 = 4 << 10;

/// What gathering works on.
pub(super) struct Gathering<'a> {
    pub(super) volume: &'a dyn Volume,
    pub(super) watch: &'a (dyn Fn(Progress) + Sync),
    pub(super) cancel: &'a Cancel,
    pub(super) archive: &'a Archive,
    pub(super) workspace: &'a Workspace,
    pub(super) table: &'a Table,
    /// The snapshot that unchanged files are linked from.
    pub(super) previous: Option<&'a VolumePath>,
    pub(super) long_files: LongFiles,
    pub(super) manner: Manner,
}

/// How what is in a bag got there.
pub(super) struct Gathered {
    pub(super) problems: Vec<Problem>,
    pub(super) totals: Totals,
    pub(super) resumed_files: u64,
    pub(super) linked_files: u64,
}

impl Gathering<'_> {
    /// Does what was planned, and takes down in `holdings` what is in the bag then. `problems` and `damage` are what is known of so far; the
    /// problems come back with the rest.
    pub(super) fn gather(
        &self,
        source: &mut dyn Source,
        holdings: &mut Holdings,
        resumed: Resumed,
        mut problems: Vec<Problem>,
        damage: &mut Vec<Damage>,
    ) -> Result<Gathered, RunError> {
        let mut parts = self.take_up(&resumed.parts)?;
        self.prepare(holdings, &parts, &resumed.journal)?;
        let volume = self.volume;
        self.link(holdings, damage)?;
        let mut of_files = resumed.problems(self.table, holdings);
        let linked_files = holdings.count(State::Linked);
        let resumed_files = holdings.count(State::Resumed);
        let mut fetch = to_fetch(self.table, holdings);

        // Only what is fetched needs to know all that the archive holds.
        let known = if fetch.is_empty() {
            KnownContent::default()
        } else {
            KnownContent::of(volume, self.archive, holdings, damage)?
        };
        let mut sharing = Sharing {
            known,
            table: self.table,
            workspace: self.workspace,
            previous: self.previous,
            damage: Vec::new(),
        };
        let journal = Journal::after(volume, self.workspace.folder.clone(), resumed.journal);
        let context = Context {
            volume,
            watch: self.watch,
            cancel: self.cancel,
            table: self.table,
            workspace: self.workspace,
            journal: &journal,
            long_files: self.long_files,
            manner: self.manner,
        };
        let path_text = |row: &RowNumber| self.table.row(*row).path_text();
        let mut totals = Totals::default();
        let mut first_refusal = None;
        // Twice at most: what comes back wrong from the drive once is fetched again.
        for _ in 0..2 {
            if fetch.is_empty() {
                break;
            }
            let pass = copy(
                &context,
                source,
                &fetch,
                &mut parts,
                holdings,
                &mut sharing,
                &mut totals,
            )?;
            // What is fetched again is judged again.
            let again: HashSet<String> = pass.mismatched.iter().map(path_text).collect();
            let is_settled = |it: &Problem| !again.contains(&it.place);
            of_files.extend(pass.problems.into_iter().filter(is_settled));
            first_refusal = first_refusal.or(pass.first_refusal);
            fetch = pass.mismatched;
        }
        of_files.extend(fetch.iter().map(|row| Problem {
            place: path_text(row),
            reason: ProblemReason::NotKept,
        }));
        // By path, however many attempts it took.
        of_files.sort_by(|a, b| a.place.cmp(&b.place));
        problems.append(&mut of_files);
        damage.append(&mut sharing.damage);
        if !holdings.rows().any(|row| holdings.has(row)) {
            return Err(self.nothing(first_refusal));
        }
        Ok(Gathered {
            problems,
            totals,
            resumed_files,
            linked_files,
        })
    }

    /// Reads back what an interrupted run noted of long files, and opens what is right for the rest.
    fn take_up(&self, noted: &BTreeMap<RowNumber, PartRecord>) -> Result<Parts, RunError> {
        let mut parts = Parts::new();
        if !noted.is_empty() {
            // What was written last may only be in memory, where a drive that was plugged in again has lost it.
            self.volume.flush()?;
        }
        for (&number, record) in noted {
            let row = self.table.row(number);
            if !part::is_worth_a_note(self.table, number, self.long_files) {
                continue;
            }
            let mut watch = |bytes| {
                (self.watch)(Progress::TakingUp {
                    path: row.path_text(),
                    bytes,
                    of_bytes: record.part_bytes,
                });
                match self.cancel.is_cancelled() {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                }
            };
            let place = self.workspace.place(&row);
            let look = Look::at(&row, self.manner);
            let part = part::take_up(self.volume, &place, record, look, &mut watch)?;
            if self.cancel.is_cancelled() {
                // What was noted is still there for the next attempt.
                return Err(RunError::Stopped);
            }
            parts.extend(part.map(|part| (number, part)));
        }
        Ok(parts)
    }

    /// Clears the workspace of what is of no use, refuses what can't fit, and says what is to be done.
    fn prepare(&self, holdings: &Holdings, parts: &Parts, last: &Last) -> Result<(), RunError> {
        // First, because it frees the room of what an interrupted run left half done.
        self.workspace
            .prepare(self.volume, self.table, holdings, parts, last)?;

        // Lengths are what a device states, so they are added with care.
        let sum = |sizes: &mut dyn Iterator<Item = u64>| sizes.fold(0, u64::saturating_add);
        let size = |row: RowNumber| self.table.row(row).size_bytes();
        let is_fetched = |row: &RowNumber| holdings.state(*row) == State::Fetch;
        let blocks = |bytes: u64| bytes.div_ceil(BLOCK_BYTES).saturating_mul(BLOCK_BYTES);
        // What is there of a long file takes no more room, and is not fetched.
        let part = |row: RowNumber| parts.get(&row).map_or(0, |part| part.bytes);
        let files = self.table.len() as u64;
        let needed_bytes = sum(&mut holdings
            .rows()
            .filter(is_fetched)
            .map(|it| blocks(size(it) - part(it))))
        .saturating_add(files * OVERHEAD_BYTES_PER_FILE)
        .saturating_add(RESERVE_BYTES);
        let free_bytes = self.volume.space()?.free_bytes;
        if free_bytes < needed_bytes {
            return Err(RunError::NotEnoughSpace {
                needed_bytes,
                free_bytes,
            });
        }
        (self.watch)(Progress::Planned {
            files,
            bytes: sum(&mut holdings.rows().map(size)),
            to_fetch_files: holdings.count(State::Fetch),
            to_fetch_bytes: sum(&mut holdings
                .rows()
                .filter(is_fetched)
                .map(|it| size(it) - part(it))),
            linked_files: holdings.count(State::Link),
            resumed_files: holdings.count(State::Resumed),
        });
        Ok(())
    }

    /// Links what did not change. What can't be linked is fetched like what is new.
    fn link(&self, holdings: &mut Holdings, damage: &mut Vec<Damage>) -> Result<(), RunError> {
        let mut folders = Folders::below(self.workspace.data.clone());
        for number in holdings.rows() {
            if holdings.state(number) != State::Link {
                continue;
            }
            if self.cancel.is_cancelled() {
                return Err(RunError::Stopped);
            }
            let Some(bag) = self.previous else {
                holdings.release(number);
                continue;
            };
            let row = self.table.row(number);
            let path = row.path_text();
            let existing = bag.join(layout::DATA).join(&path);
            folders.make_for(self.volume, &path)?;
            match self.volume.link(&existing, &self.workspace.place(&row)) {
                Ok(()) => holdings.linked(number),
                Err(VolumeError::TooManyLinks) => holdings.release(number),
                Err(VolumeError::Missing(_)) => {
                    log::error!("{existing} is missing");
                    damage.push(Damage {
                        place: existing,
                        kind: DamageKind::Missing,
                    });
                    holdings.release(number);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Not a single file is in the bag: whose fault that is.
    fn nothing(&self, first_refusal: Option<SourceError>) -> RunError {
        match first_refusal {
            Some(first) => RunError::SourceUnreadable {
                files: self.table.len() as u64,
                first,
            },
            // Every file was given, and the drive kept none.
            None => RunError::DriveFailed(VolumeError::Io {
                path: self.workspace.data.clone(),
                errno: EIO,
            }),
        }
    }
}
