//! Brings every file into the bag that can be brought there: by link, from an interrupted run, from the source.

use std::collections::HashSet;

use heirloom_format::FileRecord;

use super::journal::Journal;
use super::order::{Cancel, Progress};
use super::pipeline::{Context, Totals, copy};
use super::plan::{Action, Planned};
use super::publish::EIO;
use super::report::{Problem, ProblemReason};
use super::settle::Settled;
use super::share::Sharing;
use super::workspace::{Folders, Workspace};
use crate::archive::{Archive, ContentIndex, Damage, DamageKind, layout};
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
    /// The snapshot that unchanged files are linked from.
    pub(super) previous: Option<&'a VolumePath>,
}

/// What is in a bag, once all is gathered.
pub(super) struct Gathered {
    /// Sorted by path; each verified by this run, an interrupted one, or an earlier snapshot's.
    pub(super) records: Vec<FileRecord>,
    pub(super) problems: Vec<Problem>,
    pub(super) totals: Totals,
    pub(super) resumed_files: u64,
    pub(super) linked_files: u64,
}

/// What is left to be fetched after linking.
#[derive(Default)]
struct Linked<'p> {
    records: Vec<FileRecord>,
    resumed: Vec<FileRecord>,
    fetch: Vec<&'p Settled>,
}

impl Gathering<'_> {
    /// Does what was planned. `problems` and `damage` are what is known of so far; the problems come back with the rest.
    pub(super) fn gather(
        &self,
        source: &mut dyn Source,
        planned: &[Planned],
        mut problems: Vec<Problem>,
        damage: &mut Vec<Damage>,
    ) -> Result<Gathered, RunError> {
        self.prepare(planned)?;
        let volume = self.volume;
        let mut folders = Folders::below(self.workspace.data.clone());
        let Linked {
            mut records,
            resumed,
            mut fetch,
        } = self.link(planned, &mut folders, damage)?;
        let linked_files = records.len() as u64;
        let resumed_files = resumed.len() as u64;

        // Only what is fetched needs to know all that the archive holds.
        let index = if fetch.is_empty() {
            ContentIndex::default()
        } else {
            ContentIndex::of(volume, self.archive, damage)?
        };
        let mut sharing = Sharing::new(index, self.workspace);
        for record in &resumed {
            sharing.know(record);
        }
        records.extend(resumed);
        let segments = self.workspace.entries(volume)?;
        let mut journal = Journal::after(volume, self.workspace.folder.clone(), &segments);
        let context = Context {
            volume,
            watch: self.watch,
            cancel: self.cancel,
            data: self.workspace.data.clone(),
        };
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
                &mut folders,
                &mut journal,
                &mut sharing,
                &mut totals,
            )?;
            records.extend(pass.verified.into_iter().map(|it| it.into_record()));
            problems.extend(pass.problems);
            first_refusal = first_refusal.or(pass.first_refusal);
            fetch = pass.mismatched;
        }
        problems.extend(fetch.iter().map(|settled| Problem {
            place: settled.path.to_string(),
            reason: ProblemReason::NotKept,
        }));
        damage.append(&mut sharing.damage);
        if records.is_empty() {
            return Err(self.nothing(planned.len() as u64, first_refusal));
        }
        records.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Gathered {
            records,
            problems,
            totals,
            resumed_files,
            linked_files,
        })
    }

    /// Clears the workspace of what is of no use, says what is to be done, and refuses what can't fit.
    fn prepare(&self, planned: &[Planned]) -> Result<(), RunError> {
        let keep: HashSet<&str> = planned
            .iter()
            .filter(|it| matches!(it.action, Action::Resume(_)))
            .map(|it| it.settled.path.as_str())
            .collect();
        // First, because it frees the room of what an interrupted run left half done.
        self.workspace.prepare(self.volume, &keep)?;

        let to_fetch = || planned.iter().filter(|it| it.action == Action::Fetch);
        // Lengths are what a device states, so they are added with care.
        let sum = |sizes: &mut dyn Iterator<Item = u64>| sizes.fold(0, u64::saturating_add);
        let size = |it: &Planned| it.settled.object.size_bytes;
        let files = planned.len() as u64;
        let to_fetch_files = to_fetch().count() as u64;
        let resumed_files = keep.len() as u64;
        (self.watch)(Progress::Planned {
            files,
            bytes: sum(&mut planned.iter().map(size)),
            to_fetch_files,
            to_fetch_bytes: sum(&mut to_fetch().map(size)),
            linked_files: files - to_fetch_files - resumed_files,
            resumed_files,
        });
        let blocks = |bytes: u64| bytes.div_ceil(BLOCK_BYTES).saturating_mul(BLOCK_BYTES);
        let needed_bytes = sum(&mut to_fetch().map(|it| blocks(size(it))))
            .saturating_add(files * OVERHEAD_BYTES_PER_FILE)
            .saturating_add(RESERVE_BYTES);
        let free_bytes = self.volume.space()?.free_bytes;
        if free_bytes < needed_bytes {
            return Err(RunError::NotEnoughSpace {
                needed_bytes,
                free_bytes,
            });
        }
        Ok(())
    }

    /// Links what did not change. What can't be linked is fetched like what is new.
    fn link<'p>(
        &self,
        planned: &'p [Planned],
        folders: &mut Folders,
        damage: &mut Vec<Damage>,
    ) -> Result<Linked<'p>, RunError> {
        let mut linked = Linked::default();
        for Planned { settled, action } in planned {
            if self.cancel.is_cancelled() {
                return Err(RunError::Stopped);
            }
            let (record, bag) = match (action, self.previous) {
                (Action::Link(record), Some(bag)) => (record, bag),
                (Action::Resume(record), _) => {
                    linked.resumed.push((**record).clone());
                    continue;
                }
                (Action::Fetch | Action::Link(_), _) => {
                    linked.fetch.push(settled);
                    continue;
                }
            };
            let existing = layout::payload(bag, &record.path);
            folders.make_for(self.volume, &settled.path)?;
            let place = self.workspace.data.join(settled.path.as_str());
            match self.volume.link(&existing, &place) {
                Ok(()) => linked.records.push(FileRecord {
                    raw_path: settled.raw_path(),
                    ..(**record).clone()
                }),
                Err(VolumeError::TooManyLinks) => linked.fetch.push(settled),
                Err(VolumeError::Missing(_)) => {
                    log::error!("{existing} is missing");
                    damage.push(Damage {
                        place: existing,
                        kind: DamageKind::Missing,
                    });
                    linked.fetch.push(settled);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(linked)
    }

    /// Not a single file is in the bag: whose fault that is.
    fn nothing(&self, files: u64, first_refusal: Option<SourceError>) -> RunError {
        match first_refusal {
            Some(first) => RunError::SourceUnreadable { files, first },
            // Every file was given, and the drive kept none.
            None => RunError::DriveFailed(VolumeError::Io {
                path: self.workspace.data.clone(),
                errno: EIO,
            }),
        }
    }
}
