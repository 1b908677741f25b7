//! From the state of a restore or a rehearsal to its view.

use crate::machine::Machine;
use crate::machine::devices::Device;
use crate::machine::view::PageView;

use super::ended::can_go_on;
use super::page::{Reading, Step, Trouble, WhereStep};
use super::port::{ArchivedSnapshot, TargetUse};
use super::view::ReadingView;
use super::view_parts::{KeyLine, SnapshotLine, SourceLine, WantedView};
use super::what::LAYOUTS;

impl Machine {
    pub(in crate::machine) fn show_reading(&self, reading: &Reading) -> PageView {
        let name = reading.drive.name.clone();
        match &reading.step {
            Step::Passphrase { typed, refused } => PageView::Unlock {
                name,
                typed_chars: typed.char_count(),
                refused: *refused,
            },
            Step::Date { entry, refused } => PageView::Date {
                typed: entry.text().to_owned(),
                refused: *refused,
            },
            Step::Erase {
                device,
                entry,
                refused,
            } => PageView::ConfirmErase {
                disk: self.disk(device),
                typed: entry.text().to_owned(),
                refused: *refused,
            },
            Step::Trouble(Trouble::Drive(error)) => PageView::DriveTrouble {
                name,
                error: error.clone(),
            },
            step => PageView::Reading(self.show_step(reading, step, name)),
        }
    }

    fn show_step(&self, reading: &Reading, step: &Step, name: String) -> ReadingView {
        let seconds = |since_ms: &u64| self.now.monotonic_ms.saturating_sub(*since_ms) / 1_000;
        match step {
            Step::ClosingOther => ReadingView::ClosingOther { name },
            Step::How { cursor } => ReadingView::How {
                name,
                rehearses: reading.rehearses(),
                lines: KeyLine::shown(reading.rehearses()).to_vec(),
                cursor: *cursor,
            },
            Step::Words => ReadingView::Words(reading.words.view(&name)),
            Step::Opening {
                by_shares,
                since_ms,
            } => ReadingView::Opening {
                name,
                by_shares: *by_shares,
                elapsed_s: seconds(since_ms),
            },
            Step::Where(page) => self.show_where(page),
            Step::Preparing { since_ms, .. } => ReadingView::Preparing {
                disk: reading.disk_name(),
                erases: reading
                    .target
                    .as_ref()
                    .is_some_and(|it| it.how == TargetUse::Format),
                elapsed_s: seconds(since_ms),
            },
            Step::Planning { since_ms, stopping } => ReadingView::Planning {
                disk: reading.disk_name(),
                elapsed_s: seconds(since_ms),
                stopping: *stopping,
            },
            Step::Running {
                confirm_stop: true, ..
            } => ReadingView::ConfirmStop {
                rehearses: reading.rehearses(),
            },
            Step::Running { run, .. } => {
                let disk = (!reading.rehearses()).then(|| reading.disk_name());
                ReadingView::Running(run.view(self.now, &name, disk))
            }
            Step::Trouble(trouble) => self.show_trouble(reading, trouble, name),
            Step::Rehearsed { done, scroll } => ReadingView::Rehearsed {
                name,
                report: Box::new(done.report.clone()),
                is_recorded: done.is_recorded,
                scroll: *scroll,
            },
            Step::ConfirmLeave => ReadingView::ConfirmLeave { name },
            Step::Leaving => ReadingView::Leaving { name },
            Step::Plan { .. } | Step::Restored { .. } => {
                show_result(reading, step, &name).unwrap_or(ReadingView::Pulled { name })
            }
            step => show_wanted(reading, step).unwrap_or(ReadingView::Pulled { name }),
        }
    }

    fn show_where(&self, page: &WhereStep) -> ReadingView {
        let places = self.places();
        let cursor = Self::place_at(page, &places);
        ReadingView::Where {
            places: places.into_iter().map(|(_, line)| line).collect(),
            cursor,
            read_only: self.read_only_disks(),
            lost: page.lost.clone(),
        }
    }

    fn show_trouble(&self, reading: &Reading, trouble: &Trouble, name: String) -> ReadingView {
        match trouble {
            Trouble::Target { disk, error, .. } => ReadingView::TargetTrouble {
                disk: disk.clone(),
                error: error.clone(),
            },
            Trouble::Plan(error) => ReadingView::PlanTrouble {
                error: error.clone(),
            },
            Trouble::Restore { error, done_files } => ReadingView::RestoreTrouble {
                disk: reading.disk_name(),
                error: error.clone(),
                done_files: *done_files,
                can_go_on: can_go_on(error),
                disk_is_there: self.target_device(reading).is_some(),
            },
            Trouble::Rehearsal(error) => ReadingView::RehearsalTrouble {
                name,
                error: error.clone(),
            },
            // Has a page of its own.
            Trouble::Drive(_) => ReadingView::Pulled { name },
        }
    }

    fn target_device(&self, reading: &Reading) -> Option<&Device> {
        self.devices.get(&reading.target.as_ref()?.device)
    }
}

/// The pages on which it is chosen what is restored; `None` without an open archive.
fn show_wanted(reading: &Reading, step: &Step) -> Option<ReadingView> {
    let archive = reading.archive.as_ref()?;
    let source = reading.source();
    let source_name = source.map(|source| source.name.clone());
    Some(match step {
        Step::What { cursor } => ReadingView::What {
            name: archive.name.clone(),
            sources: archive
                .sources
                .iter()
                .filter_map(|source| {
                    Some(SourceLine {
                        name: source.name.clone(),
                        snapshots: source.snapshots.len(),
                        newest: snapshot_line(source.snapshots.first()?),
                    })
                })
                .collect(),
            cursor: *cursor,
            damaged: archive.damaged.clone(),
            wished: archive.plan.restore_order.clone(),
            has_plan: reading.has_recovery_plan(),
        },
        Step::RecoveryPlan { scroll } => ReadingView::RecoveryPlan {
            name: archive.name.clone(),
            shares: archive.plan.shares.clone(),
            entries: reading.recovery_plan(),
            scroll: *scroll,
        },
        Step::Part { cursor } => ReadingView::Part {
            source: source_name,
            snapshot: source
                .and_then(|source| source.snapshots.get(reading.wanted.snapshot))
                .map(snapshot_line),
            lines: reading.part_lines(),
            cursor: *cursor,
        },
        Step::Snapshots { cursor } => ReadingView::Snapshots {
            source: source_name?,
            snapshots: source?.snapshots.iter().map(snapshot_line).collect(),
            cursor: *cursor,
        },
        Step::Browse(browse) => ReadingView::Browse(browse.view(&source_name?)),
        Step::Days(days) => ReadingView::Days {
            source: source_name,
            first: days.first.text().to_owned(),
            last: days.last.text().to_owned(),
            undated: days.undated,
            line: days.line,
            refused: days.refused,
        },
        Step::Layout { cursor } => ReadingView::Layout {
            layouts: LAYOUTS,
            cursor: *cursor,
        },
        _ => return None,
    })
}

/// What a restore would do, or did; `None` without a disk that was made ready.
fn show_result(reading: &Reading, step: &Step, name: &str) -> Option<ReadingView> {
    let target = reading.target.as_ref()?;
    let ready = target.ready.as_ref()?;
    Some(match step {
        Step::Plan { plan, scroll } => ReadingView::Plan {
            name: name.to_owned(),
            disk: target.name.clone(),
            target: ready.clone(),
            wanted: wanted_view(reading),
            plan: plan.clone(),
            scroll: *scroll,
        },
        Step::Restored { report, scroll } => ReadingView::Restored {
            name: name.to_owned(),
            disk: target.name.clone(),
            folder: ready.folder.clone(),
            report: report.clone(),
            scroll: *scroll,
            is_open: reading.archive.is_some(),
        },
        _ => return None,
    })
}

fn wanted_view(reading: &Reading) -> WantedView {
    let source = reading.source();
    let wanted = &reading.wanted;
    let older = source
        .filter(|_| wanted.snapshot > 0)
        .and_then(|source| source.snapshots.get(wanted.snapshot));
    WantedView {
        source: source.map(|source| source.name.clone()),
        older: older.map(|snapshot| snapshot.name),
        marked: wanted.only.len(),
        days: wanted.dates.map(|span| {
            let text = |day: Option<heirloom_format::Day>| day.map(|day| day.to_string());
            (text(span.first), text(span.last))
        }),
        layout: wanted.layout,
    }
}

fn snapshot_line(snapshot: &ArchivedSnapshot) -> SnapshotLine {
    SnapshotLine {
        name: snapshot.name,
        contents: snapshot.contents,
    }
}
