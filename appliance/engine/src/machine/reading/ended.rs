//! The pages at the end of a restore or a rehearsal, and what leads on from trouble.

use crate::machine::Machine;
use crate::machine::event::Command;
use crate::machine::keys::move_cursor;
use crate::{RestoreError, RestoreReport};

use super::page::{Next, Reading, Step, Trouble};
use super::port::RehearsalDone;

impl Machine {
    pub(super) fn press_trouble(
        &mut self,
        command: Command,
        reading: &mut Reading,
        trouble: Trouble,
    ) -> Next {
        let is_answer = matches!(command, Command::Accept | Command::Back);
        match &trouble {
            _ if !is_answer => Next::Stay(Step::Trouble(trouble)),
            Trouble::Plan(error) if is_about_wanted(error) => {
                // The page on which the disk was chosen, and the one on folders, had no part in it.
                reading
                    .trail
                    .truncate(reading.trail.len().saturating_sub(2));
                Next::Back
            }
            Trouble::Drive(_) | Trouble::Plan(_) => Next::Back,
            Trouble::Rehearsal(_) => self.leave(reading),
            Trouble::Target { goes_on, .. } if *goes_on && command == Command::Accept => {
                self.go_on_or_stay(reading, trouble)
            }
            Trouble::Restore { error, .. } if can_go_on(error) && command == Command::Accept => {
                self.go_on_or_stay(reading, trouble)
            }
            Trouble::Target { .. } | Trouble::Restore { .. } => Next::Back,
        }
    }

    /// An interrupted restore goes on where the disk is there again.
    fn go_on_or_stay(&mut self, reading: &Reading, trouble: Trouble) -> Next {
        let step = self.prepare_target(reading, true);
        step.map_or_else(|| Next::Stay(Step::Trouble(trouble)), Next::Instead)
    }

    pub(super) fn press_restored(
        &mut self,
        command: Command,
        reading: &mut Reading,
        report: Box<RestoreReport>,
        scroll: usize,
    ) -> Next {
        match command {
            Command::Type('m' | 'M') if reading.archive.is_some() => {
                reading.trail.clear();
                reading.target = None;
                Next::Instead(Step::What { cursor: 0 })
            }
            Command::Accept | Command::Back => self.leave(reading),
            command => {
                let lines = report.unlisted.len()
                    + report.damage.len()
                    + report
                        .parts
                        .iter()
                        .map(|part| part.problems.len() + part.damage.len())
                        .sum::<usize>()
                    + remarks(&report);
                let scroll = move_cursor(command, scroll, lines);
                Next::Stay(Step::Restored { report, scroll })
            }
        }
    }

    pub(super) fn press_rehearsed(
        &mut self,
        command: Command,
        reading: &mut Reading,
        done: Box<RehearsalDone>,
        scroll: usize,
    ) -> Next {
        if matches!(command, Command::Accept | Command::Back) {
            return self.leave(reading);
        }
        let report = &done.report;
        let remarks = [report.mended_files, report.passed_over_files];
        let lines = report.problems.len()
            + report.unlisted.len()
            + report.damage.len()
            + remarks.iter().filter(|files| **files > 0).count();
        let scroll = move_cursor(command, scroll, lines);
        Next::Stay(Step::Rehearsed { done, scroll })
    }

    /// The archive is let go of; where it went already, there is nothing to wait for.
    pub(super) fn leave(&mut self, reading: &mut Reading) -> Next {
        if reading.archive.take().is_none() {
            return Next::Home;
        }
        self.ask_to_close();
        Next::Instead(Step::Leaving)
    }
}

/// How many things there are to be told of files that are back, or were not asked for.
fn remarks(report: &RestoreReport) -> usize {
    let counts = [
        report.sum(|part| part.mended_files),
        report.sum(|part| part.times_not_kept_files),
        report.sum(|part| part.left_out_undated_files),
        report.sum(|part| part.parted_files),
    ];
    counts.iter().filter(|files| **files > 0).count()
}

/// Whether another choice of what is restored helps.
fn is_about_wanted(error: &RestoreError) -> bool {
    matches!(
        error,
        RestoreError::NoSuchSnapshot
            | RestoreError::NothingThere
            | RestoreError::NothingInSpan { .. }
            | RestoreError::Unlisted(_)
    )
}

/// Whether the same restore to the same disk can be taken up again.
pub(super) fn can_go_on(error: &RestoreError) -> bool {
    matches!(
        error,
        RestoreError::Stopped | RestoreError::TargetGone | RestoreError::TargetFailed(_)
    )
}
