//! The steps of a run, in order.

use std::ops::ControlFlow;
use std::sync::Arc;

use heirloom_format::{Digest, Snapshot, SnapshotName, SourceShortId, SourceTraits, Status};

use super::describe::{gone, report, snapshot};
use super::error::ends_the_run;
use super::gather::Gathering;
use super::order::{Cancel, Progress, RunOrder};
use super::plan::{Action, Planned, plan};
use super::publish::{finish, publish};
use super::reconcile::{Reconciliation, reconcile};
use super::report::{Problem, ProblemReason, RunReport};
use super::settle::{Settled, settle};
use super::workspace::Workspace;
use crate::archive::{Archive, Damage, DamageKind, layout};
use crate::{
    Listing, RunError, Source, SourceError, SourceIdentity, Volume, VolumeError, VolumePath,
};

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
    let run = Run {
        volume: &*volume,
        order,
        watch,
        cancel,
    };
    let mut outcome = run.run(source);
    if let Err(RunError::DriveFull { free_bytes }) = &mut outcome {
        // Only told along with the error; a drive that no longer says is no less full.
        *free_bytes = volume.space().ok().map(|space| space.free_bytes);
    }
    match &outcome {
        Ok(report) if report.up_to_date => {
            log::info!(
                "{}: checked on {}, nothing new since {}",
                report.source_name,
                order.date,
                report.snapshot
            );
        }
        Ok(report) => {
            log::info!(
                "{}: published {}, {} files, {} new, {} problems, head {}",
                report.source_name,
                report.snapshot,
                report.files,
                report.new_files,
                report.problems.len(),
                report.head
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

impl Run<'_> {
    fn run(&self, source: &mut dyn Source) -> Result<RunReport, RunError> {
        let archive = Archive::open(self.volume)?;
        if archive.info().archive_id != self.order.archive_info.archive_id {
            return Err(RunError::OtherArchive);
        }
        let mut damage = archive.damage().to_vec();
        // What can't be read might hold the highest number and the head: publishing without them could use a number twice.
        if let Some((path, errno)) = damage.iter().find_map(unreadable) {
            return Err(RunError::DriveFailed(VolumeError::Io { path, errno }));
        }
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
            return self.up_to_date(
                &archive,
                &workspace,
                &source_folder,
                previous,
                planned,
                damage,
            );
        }

        let gathering = Gathering {
            volume: self.volume,
            watch: self.watch,
            cancel: self.cancel,
            archive: &archive,
            workspace: &workspace,
            previous: previous.as_ref().map(|it| &it.folder),
        };
        let gathered = gathering.gather(source, &planned, problems, &mut damage)?;
        let first: Vec<Settled> = planned.into_iter().map(|it| it.settled).collect();
        (self.watch)(Progress::Reconciling);
        let mut problems = gathered.problems;
        let mut again = Vec::new();
        let second = self.list(source, &mut again)?;
        if second.is_empty() {
            // It showed files a while ago. A locked phone shows none, and that proves nothing.
            return Err(RunError::SourceStalled);
        }
        for problem in again {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        let reconciliation = reconcile(&first, &second, &gathered.records, problems);
        drop((first, second));

        if self.cancel.is_cancelled() {
            return Err(RunError::Stopped);
        }
        (self.watch)(Progress::Publishing);
        // After four billion snapshots there is no room for more, in a way.
        let generation = archive.next_generation().ok_or(VolumeError::Full)?;
        let snapshot = snapshot(
            self.order,
            generation,
            archive.head(),
            &identity,
            &reconciliation,
            gathered.records,
        );
        let head = publish(self.volume, &workspace, &source_folder, &snapshot)?;

        let name = SnapshotName {
            generation,
            date: self.order.date,
        };
        Ok(RunReport {
            new_files: gathered.totals.verified_files,
            new_bytes: gathered.totals.verified_bytes,
            known_content_files: gathered.totals.shared_files,
            resumed_files: gathered.resumed_files,
            linked_files: gathered.linked_files,
            gone_but_kept_files: previous.as_ref().map_or(0, |previous| {
                gone(&previous.snapshot.files, &snapshot.files)
            }),
            problems: reconciliation.problems,
            differences: reconciliation.differences,
            damage,
            ..report(
                self.order,
                name,
                &source_folder,
                head,
                reconciliation.completeness,
                &snapshot.files,
            )
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
        let Listing {
            objects,
            problems: unlisted,
        } = listed.map_err(ends_the_run)?;
        problems.extend(unlisted.into_iter().map(|it| Problem {
            place: it.place,
            reason: ProblemReason::NotListed(it.error),
        }));
        Ok(settle(objects, problems))
    }

    fn source_folder(
        &self,
        archive: &Archive,
        identity: &SourceIdentity,
        listed: &[Settled],
    ) -> String {
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
        self.volume
            .make_folder(&VolumePath::new(layout::INCOMING))?;
        finish(self.volume, workspace, source_folder, previous.name)?;
        let head = archive.head().unwrap_or_else(|| Digest::of(b""));
        Ok(RunReport {
            up_to_date: true,
            linked_files: files.len() as u64,
            damage,
            ..report(
                self.order,
                previous.name,
                source_folder,
                head,
                completeness,
                files,
            )
        })
    }
}

fn unreadable(damage: &Damage) -> Option<(VolumePath, i32)> {
    match damage.kind {
        DamageKind::Unreadable { errno } => Some((damage.place.clone(), errno)),
        _ => None,
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
        && planned
            .iter()
            .all(|it| matches!(it.action, Action::Link(_)))
}
