//! A disk that was chosen is made ready, and what a restore to it would do is found out before anything is written.

use crate::machine::Machine;
use crate::machine::event::Command;
use crate::machine::keys::move_cursor;
use crate::{RestoreError, RestorePlan};

use super::page::{Next, Reading, Step, Trouble};
use super::port::{ReadingEffect, TargetDisk, TargetDiskError};

impl Machine {
    /// Makes the chosen disk ready; `None` when none is chosen that is still there.
    pub(super) fn prepare_target(&mut self, reading: &Reading, goes_on: bool) -> Option<Step> {
        let target = reading.target.as_ref()?;
        let disk = self.devices.get(&target.device)?.facts.clone();
        let how = target.how;
        self.ask(ReadingEffect::PrepareTarget { disk, how });
        Some(Step::Preparing {
            goes_on,
            since_ms: self.now.monotonic_ms,
        })
    }

    pub(super) fn target_ready(
        &mut self,
        reading: &mut Reading,
        outcome: Result<TargetDisk, TargetDiskError>,
    ) {
        let Step::Preparing { goes_on, .. } = reading.step else {
            return;
        };
        let Some(target) = &mut reading.target else {
            return;
        };
        let is_there = self.devices.get(&target.device).is_some();
        let (ready, order) = match (outcome, reading.archive.is_some()) {
            (Ok(ready), true) if is_there => (ready, reading.order()),
            (Err(error), _) => return self.refuse_target(reading, error, goes_on),
            (Ok(_), _) => return self.refuse_target(reading, TargetDiskError::Gone, goes_on),
        };
        let Some(order) = order else { return };
        if let Some(target) = &mut reading.target {
            target.is_ready(ready);
        }
        reading.step = if goes_on {
            self.ask(ReadingEffect::Restore(order));
            self.running()
        } else {
            self.ask(ReadingEffect::Plan(order));
            Step::Planning {
                since_ms: self.now.monotonic_ms,
                stopping: false,
            }
        };
    }

    fn refuse_target(&mut self, reading: &mut Reading, error: TargetDiskError, goes_on: bool) {
        let disk = reading.disk_name();
        reading.step = Step::Trouble(Trouble::Target {
            disk,
            error,
            goes_on,
        });
    }

    pub(super) fn planned(
        &mut self,
        reading: &mut Reading,
        plan: Result<RestorePlan, RestoreError>,
    ) {
        let Step::Planning { stopping, .. } = reading.step else {
            return;
        };
        match plan {
            _ if stopping => reading.step_back(),
            Ok(plan) => {
                reading.step = Step::Plan {
                    plan: Box::new(plan),
                    scroll: 0,
                };
            }
            Err(RestoreError::DriveGone) => self.lose_drive(reading),
            Err(error) => reading.step = Step::Trouble(Trouble::Plan(error)),
        }
    }

    pub(super) fn press_planning(&mut self, command: Command, since_ms: u64, asked: bool) -> Next {
        if command == Command::Back && !asked {
            self.ask(ReadingEffect::Stop);
        }
        Next::Stay(Step::Planning {
            since_ms,
            stopping: asked || command == Command::Back,
        })
    }

    pub(super) fn press_plan(
        &mut self,
        command: Command,
        reading: &Reading,
        plan: Box<RestorePlan>,
        scroll: usize,
    ) -> Next {
        match (command, reading.order()) {
            (Command::Back, _) => Next::Back,
            (Command::Accept, Some(order)) if can_start(&plan) => {
                self.ask(ReadingEffect::Restore(order));
                Next::Instead(self.running())
            }
            (command, _) => {
                let lines = plan.problems.len() + plan.unlisted.len();
                let scroll = move_cursor(command, scroll, lines);
                Next::Stay(Step::Plan { plan, scroll })
            }
        }
    }
}

/// Whether a plan can be carried out.
fn can_start(plan: &RestorePlan) -> bool {
    plan.has_room() && plan.files > plan.problems.len() as u64
}
