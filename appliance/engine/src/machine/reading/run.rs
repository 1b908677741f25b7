//! A restore or a rehearsal while it goes on, and how it ends.

use crate::machine::event::{Command, Now};
use crate::machine::{Effect, Machine};
use crate::{RestoreError, RestoreProgress, RestoreReport};

use super::page::{Next, Reading, Step, Trouble};
use super::port::{ReadingEffect, RehearsalDone};
use super::view_parts::RunningView;

/// A rate is told after this long; before, it would jump.
const RATE_AFTER_MS: u64 = 3_000;

/// How far a restore or a rehearsal is.
#[derive(Clone, Debug)]
pub(super) struct Running {
    started_ms: u64,
    planned: Option<(u64, u64, u64)>,
    read_bytes: u64,
    pub(super) done_files: u64,
    stopping: bool,
}

impl Running {
    fn new(now: Now) -> Self {
        Self {
            started_ms: now.monotonic_ms,
            planned: None,
            read_bytes: 0,
            done_files: 0,
            stopping: false,
        }
    }

    fn move_on(&mut self, now: Now, progress: RestoreProgress) {
        match progress {
            RestoreProgress::Planned { files, bytes } => {
                self.planned = Some((files, bytes, now.monotonic_ms));
            }
            RestoreProgress::Read { bytes } => self.read_bytes = bytes,
            RestoreProgress::Restored { files } => self.done_files = files,
        }
    }

    pub(super) fn view(&self, now: Now, name: &str, disk: Option<String>) -> RunningView {
        let since = |since_ms: u64| now.monotonic_ms.saturating_sub(since_ms);
        let (files, bytes) = self.planned.map_or((None, 0), |it| (Some(it.0), it.1));
        let reading_ms = self.planned.map_or(0, |(.., since_ms)| since(since_ms));
        let rate_bytes_per_s = (reading_ms >= RATE_AFTER_MS)
            .then(|| self.read_bytes.saturating_mul(1_000) / reading_ms);
        let remaining_s = rate_bytes_per_s
            .filter(|rate| *rate > 0)
            .map(|rate| bytes.saturating_sub(self.read_bytes).div_ceil(rate));
        RunningView {
            disk,
            name: name.to_owned(),
            files,
            bytes,
            read_bytes: self.read_bytes,
            done_files: self.done_files,
            rate_bytes_per_s,
            remaining_s,
            elapsed_s: since(self.started_ms) / 1_000,
            stopping: self.stopping,
        }
    }
}

impl Machine {
    pub(super) fn ask(&mut self, effect: ReadingEffect) {
        self.effects.push_back(Effect::Reading(effect));
    }

    pub(super) fn running(&self) -> Step {
        Step::Running {
            run: Running::new(self.now),
            confirm_stop: false,
        }
    }

    /// Begins the rehearsal in the open archive.
    pub(super) fn rehearse(&mut self, reading: &mut Reading) {
        self.ask(ReadingEffect::Rehearse);
        reading.begin_at(self.running());
    }

    pub(super) fn moved(&mut self, reading: &mut Reading, progress: RestoreProgress) {
        if let Step::Running { run, .. } = &mut reading.step {
            run.move_on(self.now, progress);
        }
    }

    pub(super) fn press_running(
        &mut self,
        command: Command,
        mut run: Running,
        confirm_stop: bool,
    ) -> Next {
        let confirm_stop = match command {
            Command::Accept if confirm_stop => {
                run.stopping = true;
                self.ask(ReadingEffect::Stop);
                false
            }
            Command::Back => !confirm_stop && !run.stopping,
            _ => confirm_stop,
        };
        Next::Stay(Step::Running { run, confirm_stop })
    }

    pub(super) fn restored(
        &mut self,
        reading: &mut Reading,
        outcome: Result<RestoreReport, RestoreError>,
    ) {
        let Step::Running { run, .. } = &reading.step else {
            return;
        };
        let done_files = run.done_files;
        reading.step = match outcome {
            Ok(report) => Step::Restored {
                report: Box::new(report),
                scroll: 0,
            },
            Err(RestoreError::DriveGone) => return self.lose_drive(reading),
            Err(error) => Step::Trouble(Trouble::Restore {
                error: self.as_a_pull(reading, error),
                done_files,
            }),
        };
    }

    /// A disk that was unplugged may have failed first: the kernel tells of an error before it tells that the disk went.
    fn as_a_pull(&self, reading: &Reading, error: RestoreError) -> RestoreError {
        let target = reading.target.as_ref();
        let is_there = target.is_some_and(|it| self.devices.get(&it.device).is_some());
        match error {
            RestoreError::TargetFailed(_) if !is_there => RestoreError::TargetGone,
            error => error,
        }
    }

    pub(super) fn rehearsed(
        &mut self,
        reading: &mut Reading,
        outcome: Result<RehearsalDone, RestoreError>,
    ) {
        if !matches!(reading.step, Step::Running { .. }) {
            return;
        }
        reading.step = match outcome {
            Ok(done) => Step::Rehearsed {
                done: Box::new(done),
                scroll: 0,
            },
            Err(RestoreError::DriveGone) => return self.lose_drive(reading),
            Err(error) => Step::Trouble(Trouble::Rehearsal(error)),
        };
    }
}
