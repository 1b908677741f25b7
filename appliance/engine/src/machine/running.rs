//! Runs from their beginning to their report, one after the other, and over the times when a source is away.

use crate::device::DeviceId;
use crate::{Progress, RunError, SourceError, SourceIdentity, SourceNoun};

use super::devices::Probe;
use super::event::RunDone;
use super::names::{name_of_folder, serial};
use super::page::{EndedPage, Page};
use super::round::{Outcome, Queued, Round, ends_the_round};
use super::run::Run;
use super::view_run::WaitReason;
use super::{Effect, Machine};

impl Machine {
    /// Archives these sources one after the other.
    pub(super) fn begin_round(&mut self, sources: Vec<Queued>) {
        self.round = Round::of(sources);
        self.go_on();
    }

    /// Begins with the next source that can be read, or waits for one, or tells what became of all.
    fn go_on(&mut self) {
        let waiting = self.round.waiting.iter();
        let next = waiting
            .enumerate()
            .find_map(|(index, queued)| Some((index, self.place_of(queued)?)));
        let next = next.and_then(|(index, device)| {
            let queued = self.round.waiting.remove(index)?;
            Some(Queued { device, ..queued })
        });
        if let Some(queued) = next {
            self.effects.push_back(Effect::Run {
                device: queued.device.clone(),
                source_name: queued.name.clone(),
                wish: queued.wish,
            });
            self.run = Some(Run::new(self.now, queued));
            self.page = Page::Archiving {
                confirm_stop: false,
            };
        } else if self.round.waiting.is_empty() {
            self.end_round();
        } else {
            self.page = Page::Waiting;
        }
    }

    /// Where a source can be read now: where it was, or where it was plugged in anew. One without a serial number is known by maker and
    /// model, and the archive compares every file anyway.
    fn place_of(&self, queued: &Queued) -> Option<DeviceId> {
        let is_it = |device: &DeviceId| {
            let known = self.devices.get(device);
            queued.not_at.as_ref() != Some(device)
                && known.is_some_and(|known| is_ready(&known.probe, &queued.identity))
        };
        if is_it(&queued.device) {
            return Some(queued.device.clone());
        }
        let mut places = self.devices.iter().map(|known| &known.facts.id);
        let found = places.find(|device| is_it(device) && !self.round.is_anothers(device));
        found.cloned()
    }

    pub(super) fn run_moved(&mut self, progress: Progress) {
        let now = self.now;
        if let Some(run) = &mut self.run {
            run.move_on(now, progress);
        }
    }

    pub(super) fn run_ended(&mut self, outcome: Result<RunDone, RunError>) {
        let Some(run) = self.run.take() else { return };
        if self.pulled {
            self.drive_pulled();
            return;
        }
        let safe_files = run.safe_files();
        let mut source = run.source;
        let is_there = self.devices.get(&source.device).is_some();
        match outcome {
            Ok(done) => self.archived(source, done),
            // Who is no longer there does not answer either.
            Err(error) if is_lost(&error, is_there) => {
                source.unplugged(safe_files);
                self.round.waiting.push_back(source);
                self.go_on();
            }
            Err(error @ RunError::SourceStalled) => {
                self.devices
                    .probe_later(self.now, &source.device, SourceError::Locked);
                if source.stalled(safe_files) {
                    self.round.waiting.push_back(source);
                    self.go_on();
                } else {
                    self.failed(source, error, safe_files);
                }
            }
            Err(error) => self.failed(source, error, safe_files),
        }
    }

    fn archived(&mut self, source: Queued, done: RunDone) {
        self.wishes.archived(&source.identity, source.wish);
        self.archive = Some(done.archive);
        self.done
            .push((source.device.clone(), source.identity.clone()));
        // Without a serial number, it was recognised only by its files, and has the name of then.
        let folder = done.report.folder.split('/').nth(1);
        let name = folder.map_or_else(|| source.name.clone(), name_of_folder);
        let source = Queued { name, ..source };
        self.round.ended.push(source.ended(Outcome::Archived {
            report: Box::new(done.report),
            sheet_written: done.sheet_written,
        }));
        self.go_on();
    }

    fn failed(&mut self, source: Queued, error: RunError, safe_files: u64) {
        let is_the_end = ends_the_round(&error);
        let outcome = Outcome::Failed { error, safe_files };
        self.round.ended.push(source.ended(outcome));
        if is_the_end {
            self.end_round();
        } else {
            self.go_on();
        }
    }

    /// Tells what became of each; whoever still waits for its turn is not waited for.
    pub(super) fn end_round(&mut self) {
        let left = !self.round.waiting.is_empty();
        self.round.give_up_waiting();
        let ended = std::mem::take(&mut self.round).ended;
        // Of the only one, the person who stopped it or left it for later has just been told all.
        let stopped = Some(&RunError::Stopped);
        let is_told = match &ended[..] {
            [] => true,
            [only] => left || only.outcome.error() == stopped,
            _ => false,
        };
        self.page = if is_told {
            Page::home()
        } else {
            Page::Ended(EndedPage::of(ended))
        };
    }

    /// A device was seen, or asked who it is: it may be what a round waits for.
    pub(super) fn notice_source(&mut self, device: &DeviceId) {
        for queued in &mut self.round.waiting {
            if queued.not_at.as_ref() == Some(device) {
                queued.not_at = None;
            }
        }
        if matches!(self.page, Page::Waiting) && self.archive.is_some() {
            self.go_on();
        }
    }

    /// Why the first of those that are waited for is not there.
    pub(super) fn why_waiting(&self, queued: &Queued) -> WaitReason {
        if self.devices.get(&queued.device).is_none() {
            return WaitReason::Unplugged;
        }
        queued.broke_off.unwrap_or(WaitReason::Stalled)
    }

    /// What else is plugged in, as people have it in a household, and was not archived in this session. A disk or a stick may be there for
    /// any reason, and is archived only when it is asked for by itself.
    pub(super) fn others(&self, except: Option<&DeviceId>) -> Vec<Queued> {
        let names = self.names();
        let others = self.devices.iter().filter_map(|known| {
            let Probe::Ready(identity) = &known.probe else {
                return None;
            };
            let id = &known.facts.id;
            let noun = known.noun();
            let is_other = except != Some(id)
                && !matches!(noun, SourceNoun::Stick | SourceNoun::Disk)
                && !self.is_done(id, identity);
            let (_, name) = names.iter().find(|(named, _)| named == id)?;
            is_other.then(|| {
                let wish = self.wishes.of(identity, noun);
                Queued::new(id.clone(), identity.clone(), name.text.clone(), noun, wish)
            })
        });
        others.collect()
    }

    fn is_done(&self, device: &DeviceId, identity: &SourceIdentity) -> bool {
        self.done
            .iter()
            .any(|(at, known)| at == device || (serial(identity).is_some() && known == identity))
    }
}

/// Whether a run ended because its source was unplugged.
fn is_lost(error: &RunError, is_there: bool) -> bool {
    match error {
        RunError::SourceGone => true,
        RunError::SourceStalled => !is_there,
        _ => false,
    }
}

/// Whether this source can be read there.
fn is_ready(probe: &Probe, identity: &SourceIdentity) -> bool {
    matches!(probe, Probe::Ready(ready) if ready == identity)
}
