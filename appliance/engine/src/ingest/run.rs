//! The steps of a run, in order.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use heirloom_format::{Digest, SnapshotName, Status};

use super::choice::{Unwanted, is_wanted};
use super::describe::{Census, description, gone, report};
use super::error::ends_the_run;
use super::gather::Gathering;
use super::holdings::{Holdings, State};
use super::look::Manner;
use super::order::{Cancel, Progress, RunOrder};
use super::plan::{Previous, plan_links};
use super::publish::{Sealing, finish};
use super::reconcile::{Reconciliation, SecondLook, reconcile};
use super::report::{Difference, LeftOutCount, Problem, ProblemReason, RunReport};
use super::source_folder::{SourceFolder, source_folder};
use super::table::{PATH_BYTES_MAX, Table};
use super::workspace::Workspace;
use crate::archive::{Archive, Damage, DamageKind, layout};
use crate::hashing::sha256_implementation;
use crate::{
    Found, ListedObject, RunError, Source, SourceError, SourceIdentity, SourceKind, Volume,
    VolumeError, VolumePath,
};

/// Files between two signs of life of a listing.
const FILES_PER_SIGN: u64 = 1024;

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
    log::info!("SHA-256 by {}", sha256_implementation());
    if order.reads_twice {
        log::info!("each file that is fetched is read twice");
    }
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
        let mut left_out = LeftOutCount::default();
        let mut unwanted = Unwanted::default();
        let table = self.first_listing(source, &mut problems, &mut left_out, &mut unwanted)?;
        if table.len() == 0 {
            return Err(first_refusal(&problems).map_or(RunError::SourceEmpty, ends_the_run));
        }
        let identity = source.identity().clone();
        let source_folder = self.source_folder(&archive, &identity, &table, unwanted.storages())?;
        let unwanted_thumbnails = unwanted.thumbnails();
        let unwanted = unwanted.records();
        let workspace = Workspace::of(&source_folder);
        let (mut holdings, previous) = plan_links(
            self.volume,
            &archive,
            &source_folder,
            &table,
            self.order,
            &mut damage,
        )?;
        let resumed = workspace.resume(self.volume, &table, &mut holdings)?;
        if let Some(previous) = &previous
            && problems.is_empty()
            && is_same(&holdings, previous)
        {
            let run = UpToDate {
                run: self,
                archive: &archive,
                workspace: &workspace,
                source_folder: &source_folder,
                table: &table,
                holdings: &holdings,
            };
            return Ok(RunReport {
                problems: resumed.problems(&table, &holdings),
                left_out,
                unwanted,
                unwanted_thumbnails,
                damage,
                ..run.report(previous)?
            });
        }
        let gathering = Gathering {
            volume: self.volume,
            watch: self.watch,
            cancel: self.cancel,
            archive: &archive,
            workspace: &workspace,
            table: &table,
            previous: previous.as_ref().map(|it| &it.folder),
            long_files: self.order.long_files,
            manner: Manner {
                reads_twice: self.order.reads_twice,
                is_iphone: is_iphone(&identity),
            },
        };
        let gathered = gathering.gather(source, &mut holdings, resumed, problems, &mut damage)?;
        (self.watch)(Progress::Reconciling);
        let mut problems = gathered.problems;
        let differences = self.second_listing(source, &table, &mut problems)?;
        let is_held = |row| holdings.has(row);
        let reconciliation = reconcile(&table, &is_held, differences, problems);

        if self.cancel.is_cancelled() {
            return Err(RunError::Stopped);
        }
        (self.watch)(Progress::Publishing);
        // After four billion snapshots there is no room for more, in a way.
        let generation = archive.next_generation().ok_or(VolumeError::Full)?;
        let name = SnapshotName {
            generation,
            date: self.order.date,
        };
        let key = match archive.signing_key(self.volume)? {
            Ok(key) => Some(key),
            Err(Damage {
                place: path,
                kind: DamageKind::Unreadable { errno },
            }) => return Err(RunError::DriveFailed(VolumeError::Io { path, errno })),
            // Better an archive without a signature than none; verifying names it.
            Err(found) => {
                damage.push(found);
                None
            }
        };
        let held = || holdings.rows().filter(|row| holdings.has(*row));
        let census = Census::of(&table, &holdings, held());
        let sealing = Sealing {
            volume: self.volume,
            workspace: &workspace,
            source_folder: &source_folder,
            snapshot: &description(
                self.order,
                generation,
                archive.head(),
                &identity,
                &reconciliation,
                &unwanted,
            ),
            table: &table,
            holdings: &holdings,
            census: &census,
            key: key.as_ref(),
        };
        let head = sealing.publish()?;
        Ok(RunReport {
            new_files: gathered.totals.verified_files,
            new_bytes: gathered.totals.verified_bytes,
            known_content_files: gathered.totals.shared_files,
            resumed_files: gathered.resumed_files,
            linked_files: gathered.linked_files,
            gone_but_kept_files: previous
                .map_or(0, |previous| gone(previous.gone, &holdings, held())),
            problems: reconciliation.problems,
            suspect_files: holdings.suspects(),
            left_out,
            unwanted,
            unwanted_thumbnails,
            differences: reconciliation.differences,
            damage,
            ..report(
                self.order,
                name,
                &source_folder,
                head,
                reconciliation.completeness,
                &census,
            )
        })
    }

    fn first_listing(
        &self,
        source: &mut dyn Source,
        problems: &mut Vec<Problem>,
        left_out: &mut LeftOutCount,
        unwanted: &mut Unwanted,
    ) -> Result<Table, RunError> {
        let mut table = Table::default();
        let mut has_room = true;
        self.list(source, problems, left_out, unwanted, &mut |object| {
            has_room &= table.push(&object)
        })?;
        if !has_room {
            return Err(RunError::SourceFailed(SourceError::Garbled {
                what: "more files than can be listed",
            }));
        }
        table.settle();
        Ok(table)
    }

    fn second_listing(
        &self,
        source: &mut dyn Source,
        table: &Table,
        problems: &mut Vec<Problem>,
    ) -> Result<Vec<Difference>, RunError> {
        let mut look = SecondLook::at(table);
        let mut again = Vec::new();
        // What is no file plays no part in what is proven.
        let mut left_out = LeftOutCount::default();
        let mut unwanted = Unwanted::default();
        self.list(
            source,
            &mut again,
            &mut left_out,
            &mut unwanted,
            &mut |object| look.see(object),
        )?;
        if look.is_empty() {
            // It showed files a while ago. A locked phone shows none, and that proves nothing.
            return Err(RunError::SourceStalled);
        }
        for problem in again {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        Ok(look.differences())
    }

    /// Lists what can be stored; what can't is among the problems.
    fn list(
        &self,
        source: &mut dyn Source,
        problems: &mut Vec<Problem>,
        left_out: &mut LeftOutCount,
        unwanted: &mut Unwanted,
        each: &mut dyn FnMut(ListedObject),
    ) -> Result<(), RunError> {
        let mut files = 0;
        let listed = source.list(&mut |found| {
            match found {
                Found::Object(object) => {
                    files += 1;
                    if u64::is_multiple_of(files, FILES_PER_SIGN) {
                        (self.watch)(Progress::Listing { found: files });
                    }
                    let path = object.path.as_str();
                    let path_bytes = path.len();
                    if !is_wanted(self.order.choice, path) {
                        unwanted.add(path, object.size_bytes);
                    } else if path_bytes <= PATH_BYTES_MAX {
                        each(object);
                    } else {
                        problems.push(Problem {
                            place: object.path.to_string(),
                            reason: ProblemReason::PathTooLong { path_bytes },
                        });
                    }
                }
                Found::Problem(problem) => problems.push(Problem {
                    place: problem.place,
                    reason: ProblemReason::NotListed(problem.error),
                }),
                Found::LeftOut(it) => left_out.add(it),
                Found::Seen(seen) => (self.watch)(Progress::Listing { found: seen }),
            }
            if self.cancel.is_cancelled() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        if self.cancel.is_cancelled() {
            return Err(RunError::Stopped);
        }
        listed.map_err(ends_the_run)
    }

    fn source_folder(
        &self,
        archive: &Archive,
        identity: &SourceIdentity,
        table: &Table,
        unwanted_storages: BTreeSet<String>,
    ) -> Result<String, VolumeError> {
        let found = source_folder(self.volume, archive, identity, table, unwanted_storages)?;
        Ok(match found {
            SourceFolder::Known(folder) => folder.to_owned(),
            SourceFolder::New(id) => id.folder_name(&self.order.source_name),
        })
    }
}

/// A run whose source lists exactly what its last snapshot has.
struct UpToDate<'a> {
    run: &'a Run<'a>,
    archive: &'a Archive,
    workspace: &'a Workspace,
    source_folder: &'a str,
    table: &'a Table,
    holdings: &'a Holdings,
}

impl UpToDate<'_> {
    fn report(&self, previous: &Previous) -> Result<RunReport, RunError> {
        let is_held = |row| self.holdings.state(row) == State::Link;
        let Reconciliation { completeness, .. } =
            reconcile(self.table, &is_held, Vec::new(), Vec::new());
        // An interrupted attempt may have left something, even right after publishing.
        let volume = self.run.volume;
        volume.make_folder(&VolumePath::new(layout::INCOMING))?;
        finish(volume, self.workspace, self.source_folder, previous.name)?;
        let head = self.archive.head().unwrap_or_else(|| Digest::of(b""));
        let census = Census::of(self.table, self.holdings, self.table.numbers());
        Ok(RunReport {
            up_to_date: true,
            linked_files: census.files,
            suspect_files: self.holdings.suspects(),
            ..report(
                self.run.order,
                previous.name,
                self.source_folder,
                head,
                completeness,
                &census,
            )
        })
    }
}

/// Only these convert, and no other device of Apple's speaks PTP.
fn is_iphone(identity: &SourceIdentity) -> bool {
    identity.kind != SourceKind::Folder && identity.manufacturer.starts_with("Apple")
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
fn is_same(holdings: &Holdings, last: &Previous) -> bool {
    let files = holdings.rows().len() as u64;
    last.snapshot.status == Status::Complete
        && last.files == files
        && holdings.count(State::Link) == files
}
