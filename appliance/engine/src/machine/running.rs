//! A run from its beginning to its report, and over the times when its source is away.

use crate::device::DeviceId;
use crate::{Progress, RunError, SourceError, SourceIdentity};

use super::devices::Probe;
use super::event::RunDone;
use super::page::Page;
use super::run::Run;
use super::view::WaitReason;
use super::wish::RunWish;
use super::{Effect, Machine};

/// A source that stalls this often without one more file verified is given up until the person asks again.
pub(super) const FRUITLESS_STALLS_MAX: u32 = 3;

impl Machine {
    pub(super) fn begin_run(&mut self, device: &DeviceId, wish: RunWish) {
        let Some(source) = self.devices.get(device) else {
            return;
        };
        let Probe::Ready(identity) = source.probe.clone() else {
            return;
        };
        let (source_name, noun) = (source.name(), source.noun());
        self.effects.push_back(Effect::Run {
            device: device.clone(),
            source_name: source_name.clone(),
            wish,
        });
        self.run = Some(Run::new(
            self.now,
            device.clone(),
            identity,
            source_name,
            noun,
            wish,
        ));
        self.page = Page::Archiving {
            confirm_stop: false,
        };
    }

    pub(super) fn run_moved(&mut self, progress: Progress) {
        let now = self.now;
        if let Some(run) = &mut self.run {
            run.move_on(now, progress);
        }
    }

    pub(super) fn run_ended(&mut self, outcome: Result<RunDone, RunError>) {
        let Some(run) = self.run.take() else { return };
        let (source, noun) = (run.source_name.clone(), run.noun);
        if self.pulled {
            self.drive_pulled();
            return;
        }
        match outcome {
            Ok(done) => {
                self.archive = Some(done.archive);
                self.stalls = 0;
                let report = Box::new(done.report);
                self.page = Page::Report {
                    source,
                    noun,
                    report,
                    sheet_written: done.sheet_written,
                    scroll: 0,
                };
            }
            Err(RunError::Stopped) => self.page = Page::home(),
            Err(RunError::SourceGone) => self.wait(run, WaitReason::Unplugged),
            Err(error @ RunError::SourceStalled) => {
                if run.safe_files() > self.stalled_at_files {
                    self.stalls = 0;
                }
                (self.stalls, self.stalled_at_files) = (self.stalls + 1, run.safe_files());
                self.devices
                    .probe_later(self.now, &run.device, SourceError::Locked);
                if self.stalls < FRUITLESS_STALLS_MAX {
                    self.wait(run, WaitReason::Stalled);
                } else {
                    self.stalls = 0;
                    self.page = Page::RunTrouble {
                        source,
                        noun,
                        error,
                        safe_files: run.safe_files(),
                    };
                }
            }
            Err(error) => {
                self.page = Page::RunTrouble {
                    source,
                    noun,
                    error,
                    safe_files: run.safe_files(),
                }
            }
        }
    }

    /// Keeps the run in mind, so that it goes on by itself when its source is back.
    fn wait(&mut self, run: Run, reason: WaitReason) {
        let (device, identity) = (run.device.clone(), run.identity.clone());
        self.run = Some(run);
        self.page = Page::Waiting { reason };
        // It may have come back before the run noticed that it was gone.
        let back = self
            .devices
            .iter()
            .find(|known| known.facts.id != device && is_ready(&known.probe, &identity));
        if let Some(back) = back.map(|known| known.facts.id.clone()) {
            self.resume_waiting_run(&back);
        }
    }

    pub(super) fn resume_waiting_run(&mut self, device: &DeviceId) {
        if !matches!(self.page, Page::Waiting { .. }) || self.archive.is_none() {
            return;
        }
        let Some(run) = &self.run else { return };
        if self
            .devices
            .get(device)
            .is_some_and(|known| is_ready(&known.probe, &run.identity))
        {
            let wish = run.wish;
            self.run = None;
            self.begin_run(device, wish);
        }
    }
}

/// Whether this is the source that a run waits for. One without a serial number is known by maker and model, and the archive
/// compares every file anyway.
fn is_ready(probe: &Probe, identity: &SourceIdentity) -> bool {
    matches!(probe, Probe::Ready(ready) if ready == identity)
}
