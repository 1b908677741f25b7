//! The steps of a run, in order.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use heirloom_format::{
    Day, Digest, FORMAT_VERSION, FileRecord, Snapshot, SnapshotName, SourceRecord, SourceShortId,
    SourceTraits, Status, StoredPath,
};

use super::error::ends_the_run;
use super::journal::Journal;
use super::media::{MediaKind, media_kind};
use super::order::{Cancel, Progress, RunOrder};
use super::pipeline::{Context, Totals, copy};
use super::plan::{Action, Planned, plan};
use super::publish::{finish, publish};
use super::reconcile::{Reconciliation, reconcile};
use super::report::{Completeness, KindCounts, Problem, ProblemReason, RunReport};
use super::settle::{Settled, settle};
use super::share::Sharing;
use super::workspace::{Folders, Workspace};
use crate::archive::{Archive, ContentIndex, Damage, DamageKind, layout};
use crate::{
    Listing, RunError, Source, SourceError, SourceIdentity, SourceKind, Volume, VolumeError,
    VolumePath,
};

/// What stays free for the file system itself and for what the run writes beside the files.
const RESERVE_BYTES: u64 = 16 << 20;
/// A file's share of folders, inodes, manifest, journal and description, amply.
const OVERHEAD_BYTES_PER_FILE: u64 = 2 << 10;
/// Files take whole blocks of the file system.
const BLOCK_BYTES: u64 = 4 << 10;

/// Copies what is new on a source into the archive, proves it, and publishes a snapshot.
///
/// When the source lists exactly what its last snapshot has, and that one was complete, nothing is published and the report says
/// [`RunReport::up_to_date`].
///
/// # Errors
/// [`RunError`]; nothing that was published changes, and what was verified is not fetched again by the next attempt.
pub fn ingest(
    source: &mut dyn Source,
    volume: Arc<dyn Volume>,
    order: &RunOrder,
    watch: &(dyn Fn(Progress) + Sync),
    cancel: &Cancel,
) -> Result<RunReport, RunError> {
    let run = Run { volume: &*volume, order, watch, cancel };
    let outcome = run.run(source);
    match &outcome {
        Ok(report) if report.up_to_date => {
            log::info!("{}: checked on {}, nothing new since {}", report.source_name, order.date, report.snapshot);
        }
        Ok(report) => {
            log::info!(
                "{}: published {}, {} files, {} new, {} problems, head {}",
                report.source_name, report.snapshot, report.files, report.new_files, report.problems.len(), report.head
            );
        }
        Err(error) => log::error!("the run ended: {error}"),
    }
    outcome
}

struct Run<'a> {
    volume: &'a dyn Volume,
    order: &'a RunOrder,
    watch: &'a (dyn Fn(Progress) + Sync),
    cancel: &'a Cancel,
}

/// The last snapshot of the source that can be read.
struct Previous {
    folder: VolumePath,
    name: SnapshotName,
    snapshot: Snapshot,
}

/// What the files of a bag are, once all is copied.
struct Copied {
    /// Sorted by path; each verified by this run, an interrupted one, or an earlier snapshot's.
    records: Vec<FileRecord>,
    problems: Vec<Problem>,
    totals: Totals,
    resumed_files: u64,
    linked_files: u64,
}

impl<'a> Run<'a> {
    fn run(&self, source: &mut dyn Source) -> Result<RunReport, RunError> {
        let archive = Archive::open(self.volume)?;
        if archive.info().archive_id != self.order.archive_info.archive_id {
            return Err(RunError::OtherArchive);
        }
        let mut damage = archive.damage().to_vec();
        let mut problems = Vec::new();
        let first = self.list(source, &mut problems)?;
        if first.is_empty() {
            return Err(first_refusal(&problems).map_or(RunError::SourceEmpty, ends_the_run));
        }
        let identity = source.identity().clone();
        let source_folder = self.source_folder(&archive, &identity, &first);
        let workspace = Workspace::of(&source_folder);
        let previous = self.previous(&archive, &source_folder, &mut damage)?;

        let journal = workspace.resumable(self.volume)?;
        let previous_files = previous.as_ref().map_or(&[][..], |it| &it.snapshot.files);
        let planned = plan(first, previous_files, &journal);
        drop(journal);
        if let Some(previous) = &previous
            && problems.is_empty()
            && is_same(&planned, &previous.snapshot)
        {
            return self.up_to_date(&archive, &workspace, &source_folder, previous, planned, damage);
        }

        let copied = self.copy(source, &archive, &workspace, planned, &previous, problems, &mut damage)?;
        let (first, copied) = copied;
        (self.watch)(Progress::Reconciling);
        let mut problems = copied.problems.clone();
        let mut again = Vec::new();
        let second = self.list(source, &mut again)?;
        for problem in again {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        let reconciliation = reconcile(&first, &second, &copied.records, problems);
        drop((first, second));

        if self.cancel.is_cancelled() {
            return Err(RunError::Stopped);
        }
        (self.watch)(Progress::Publishing);
        let generation = archive.next_generation().ok_or(VolumeError::Full)?;
        let snapshot = self.snapshot(generation, archive.head(), &identity, &reconciliation, copied.records);
        let head = publish(self.volume, &workspace, &source_folder, &snapshot)?;

        let name = SnapshotName { generation, date: self.order.date };
        Ok(RunReport {
            new_files: copied.totals.verified_files,
            new_bytes: copied.totals.verified_bytes,
            known_content_files: copied.totals.shared_files,
            resumed_files: copied.resumed_files,
            linked_files: copied.linked_files,
            gone_but_kept_files: previous
                .as_ref()
                .map_or(0, |previous| gone(&previous.snapshot.files, &snapshot.files)),
            problems: reconciliation.problems,
            differences: reconciliation.differences,
            damage,
            ..self.report(name, &source_folder, head, reconciliation.completeness, &snapshot.files)
        })
    }

    fn list(
        &self,
        source: &mut dyn Source,
        problems: &mut Vec<Problem>,
    ) -> Result<Vec<Settled>, RunError> {
        let listed = source.list(&mut |found| {
            (self.watch)(Progress::Listing { found });
            if self.cancel.is_cancelled() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        if self.cancel.is_cancelled() {
            return Err(RunError::Stopped);
        }
        let Listing { objects, problems: unlisted } = listed.map_err(ends_the_run)?;
        problems.extend(unlisted.into_iter().map(|it| Problem {
            place: it.place,
            reason: ProblemReason::NotListed(it.error),
        }));
        Ok(settle(objects, problems))
    }

    fn source_folder(&self, archive: &Archive, identity: &SourceIdentity, listed: &[Settled]) -> String {
        let mut storages: Vec<&str> = listed
            .iter()
            .filter_map(|it| it.path.as_str().split('/').next())
            .collect();
        storages.dedup();
        let id = SourceShortId::of(SourceTraits {
            manufacturer: &identity.manufacturer,
            model: &identity.model,
            serial: identity.serial.as_deref(),
            storages: &storages,
        });
        archive
            .source_folder(&id)
            .map_or_else(|| id.folder_name(&self.order.source_name), str::to_owned)
    }

    fn previous(
        &self,
        archive: &Archive,
        source_folder: &str,
        damage: &mut Vec<Damage>,
    ) -> Result<Option<Previous>, RunError> {
        for published in archive.of_source(source_folder) {
            match archive.load(self.volume, published)? {
                Ok(snapshot) => {
                    return Ok(Some(Previous {
                        folder: published.folder.clone(),
                        name: published.name,
                        snapshot,
                    }));
                }
                Err(found) => damage.push(found),
            }
        }
        Ok(None)
    }

    fn up_to_date(
        &self,
        archive: &Archive,
        workspace: &Workspace,
        source_folder: &str,
        previous: &Previous,
        planned: Vec<Planned>,
        damage: Vec<Damage>,
    ) -> Result<RunReport, RunError> {
        let files = &previous.snapshot.files;
        let listed: Vec<Settled> = planned.into_iter().map(|it| it.settled).collect();
        let Reconciliation { completeness, .. } = reconcile(&listed, &listed, files, Vec::new());
        // An interrupted attempt may have left something, even right after publishing.
        self.volume.make_folder(&VolumePath::new(layout::INCOMING))?;
        finish(self.volume, workspace, source_folder, previous.name)?;
        let head = archive.head().unwrap_or_else(|| Digest::of(b""));
        Ok(RunReport {
            up_to_date: true,
            linked_files: files.len() as u64,
            damage,
            ..self.report(previous.name, source_folder, head, completeness, files)
        })
    }

    /// Brings every file into the bag that can be brought there.
    #[allow(clippy::too_many_arguments)]
    fn copy(
        &self,
        source: &mut dyn Source,
        archive: &Archive,
        workspace: &Workspace,
        planned: Vec<Planned>,
        previous: &Option<Previous>,
        mut problems: Vec<Problem>,
        damage: &mut Vec<Damage>,
    ) -> Result<(Vec<Settled>, Copied), RunError> {
        let volume = self.volume;
        let keep: HashSet<&str> = planned
            .iter()
            .filter(|it| matches!(it.action, Action::Resume(_)))
            .map(|it| it.settled.path.as_str())
            .collect();
        workspace.prepare(volume, &keep)?;
        self.announce(&planned, &keep)?;

        let mut records = Vec::with_capacity(planned.len());
        let mut fetch: Vec<&Settled> = Vec::new();
        let mut folders = Folders::below(workspace.data.clone());
        let (mut resumed, mut linked_files) = (Vec::new(), 0);
        for Planned { settled, action } in &planned {
            match action {
                Action::Fetch => fetch.push(settled),
                Action::Resume(record) => resumed.push((**record).clone()),
                Action::Link(record) => {
                    let bag = &previous.as_ref().expect("links come from a last snapshot").folder;
                    let existing = layout::payload(bag, &record.path);
                    folders.make_for(volume, &settled.path)?;
                    match volume.link(&existing, &workspace.data.join(settled.path.as_str())) {
                        Ok(()) => {
                            records.push(FileRecord { raw_path: settled.raw_path(), ..(**record).clone() });
                            linked_files += 1;
                        }
                        Err(VolumeError::TooManyLinks) => fetch.push(settled),
                        Err(VolumeError::Missing(_)) => {
                            log::error!("{existing} is missing");
                            damage.push(Damage { place: existing, kind: DamageKind::Missing });
                            fetch.push(settled);
                        }
                        Err(error) => return Err(error.into()),
                    }
                }
            }
            if self.cancel.is_cancelled() {
                return Err(RunError::Stopped);
            }
        }

        // Only what is fetched needs to know all that the archive holds.
        let index = if fetch.is_empty() {
            ContentIndex::default()
        } else {
            ContentIndex::of(volume, archive, damage)?
        };
        let mut sharing = Sharing::new(index, workspace);
        for record in &resumed {
            sharing.know(record);
        }
        let mut journal = Journal::after(volume, workspace.folder.clone(), &workspace.entries(volume)?);
        let context = Context { volume, watch: self.watch, cancel: self.cancel, data: workspace.data.clone() };
        let mut totals = Totals::default();
        let mut first_refusal = None;
        // Twice at most: what comes back wrong from the drive once is fetched again.
        for _ in 0..2 {
            if fetch.is_empty() {
                break;
            }
            let pass = copy(&context, source, &fetch, &mut folders, &mut journal, &mut sharing, &mut totals)?;
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
        let resumed_files = resumed.len() as u64;
        records.extend(resumed);
        if records.is_empty() {
            return Err(match first_refusal {
                Some(first) => RunError::SourceUnreadable { files: planned.len() as u64, first },
                // Every file was given, and the drive kept none.
                None => RunError::DriveFailed(VolumeError::Io { path: workspace.data.clone(), errno: super::publish::EIO }),
            });
        }
        records.sort_by(|a, b| a.path.cmp(&b.path));
        let copied = Copied { records, problems, totals, resumed_files, linked_files };
        Ok((planned.into_iter().map(|it| it.settled).collect(), copied))
    }

    /// Says what is to be done, and refuses what can't fit.
    fn announce(&self, planned: &[Planned], keep: &HashSet<&str>) -> Result<(), RunError> {
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
            return Err(RunError::NotEnoughSpace { needed_bytes, free_bytes });
        }
        Ok(())
    }

    fn snapshot(
        &self,
        generation: u32,
        previous_head: Option<Digest>,
        identity: &SourceIdentity,
        reconciliation: &Reconciliation,
        files: Vec<FileRecord>,
    ) -> Snapshot {
        let kind = match identity.kind {
            SourceKind::Phone => "phone",
            SourceKind::Camera => "camera",
            SourceKind::Folder => "folder",
        };
        Snapshot {
            format_version: FORMAT_VERSION,
            archive_id: self.order.archive_info.archive_id,
            generation,
            date: self.order.date,
            previous_head,
            software: self.order.software.clone(),
            source: SourceRecord {
                kind: kind.to_owned(),
                manufacturer: identity.manufacturer.clone(),
                model: identity.model.clone(),
                serial: identity.serial.clone(),
                name: self.order.source_name.clone(),
            },
            status: match reconciliation.completeness {
                Completeness::Complete(_) => Status::Complete,
                Completeness::Incomplete => Status::Incomplete,
            },
            problems: reconciliation.problems.iter().map(Problem::to_record).collect(),
            files,
        }
    }

    /// What the snapshot itself tells; the rest is zero and empty.
    fn report(
        &self,
        snapshot: SnapshotName,
        source_folder: &str,
        head: Digest,
        completeness: Completeness,
        files: &[FileRecord],
    ) -> RunReport {
        let mut kinds = KindCounts::default();
        for file in files {
            *match media_kind(&file.path) {
                MediaKind::Photo => &mut kinds.photos,
                MediaKind::Video => &mut kinds.videos,
                MediaKind::Other => &mut kinds.others,
            } += 1;
        }
        let times = || files.iter().filter_map(|file| file.modified.as_ref()?.unix_s);
        RunReport {
            snapshot,
            folder: layout::snapshot_folder(source_folder, snapshot).to_string(),
            head,
            source_name: self.order.source_name.clone(),
            up_to_date: false,
            completeness,
            files: files.len() as u64,
            bytes: files.iter().map(|file| file.size_bytes).sum(),
            kinds,
            new_files: 0,
            new_bytes: 0,
            known_content_files: 0,
            resumed_files: 0,
            linked_files: 0,
            gone_but_kept_files: 0,
            first_day: times().min().and_then(Day::of_unix_s),
            last_day: times().max().and_then(Day::of_unix_s),
            problems: Vec::new(),
            differences: Vec::new(),
            damage: Vec::new(),
        }
    }
}

fn first_refusal(problems: &[Problem]) -> Option<SourceError> {
    problems.iter().find_map(|problem| match &problem.reason {
        ProblemReason::NotListed(error) => Some(error.clone()),
        _ => None,
    })
}

/// Every file is unchanged, none is gone, and all were there the last time.
fn is_same(planned: &[Planned], last: &Snapshot) -> bool {
    last.status == Status::Complete
        && planned.len() == last.files.len()
        && planned.iter().all(|it| matches!(it.action, Action::Link(_)))
}

/// Files that are gone by path and by content: neither kept, nor moved, nor renamed, nor edited.
fn gone(before: &[FileRecord], after: &[FileRecord]) -> u64 {
    let paths: HashSet<&StoredPath> = after.iter().map(|file| &file.path).collect();
    let contents: HashSet<Digest> = after.iter().map(|file| file.sha256).collect();
    let is_gone = |file: &&FileRecord| !paths.contains(&file.path) && !contents.contains(&file.sha256);
    before.iter().filter(is_gone).count() as u64
}
