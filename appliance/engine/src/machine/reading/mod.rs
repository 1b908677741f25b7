//! Getting pictures back, and rehearsing it: the pages around an archive that is only read.

mod browse;
mod days;
mod ended;
mod page;
mod places;
mod plan;
mod port;
mod recovery_plan;
mod run;
mod show;
mod target;
mod unlock;
mod view;
mod view_parts;
mod what;
mod words;

use super::Machine;
use super::devices::Device;
use super::event::Command;
use super::page::Page;
use super::{DeviceId, Effect};
use crate::device::DeviceFacts;

use page::{Goal, Next, Step};
use places::Place;
use words::WordsEntry;

pub(super) use page::Reading;
pub use port::{
    ArchivedEntry, ArchivedKind, ArchivedSnapshot, ArchivedSource, DriveKey, ReadArchive,
    ReadingEffect, ReadingEvent, RehearsalDone, TargetDisk, TargetDiskError, TargetUse,
};
pub use view::ReadingView;
pub use view_parts::{
    BrowseLine, BrowseView, DaysLine, DaysRefusal, KeyLine, PartLine, PartView, PlaceLine,
    RunningView, SecretText, ShareRefusal, SnapshotLine, SourceLine, WantedView, WordRefusal,
    WordsView,
};

/// The places that were offered on the page on which one is chosen.
pub(super) type Places = Vec<(Place, PlaceLine)>;

impl Machine {
    pub(super) fn begin_restore(&mut self, device: &DeviceId) -> Option<Page> {
        self.begin_reading(Goal::Restore, device)
    }

    pub(super) fn begin_rehearsal(&mut self, device: &DeviceId) -> Option<Page> {
        self.begin_reading(Goal::Rehearse, device)
    }

    /// An archive that is open to be written is locked first.
    fn begin_reading(&mut self, goal: Goal, device: &DeviceId) -> Option<Page> {
        let mut drive = self.target(device)?;
        if drive.name.is_empty() {
            drive.name = self.devices.get(device)?.drive_name();
        }
        let step = if self.archive.take().is_some() {
            self.effects.push_back(Effect::CloseArchive);
            Step::ClosingOther
        } else {
            Step::How { cursor: 0 }
        };
        Some(Page::Reading(Box::new(Reading::of(goal, drive, step))))
    }

    /// The archive that was open to be written is locked now.
    pub(super) fn other_closed(&mut self) {
        if let Page::Reading(reading) = &mut self.page
            && matches!(reading.step, Step::ClosingOther)
        {
            reading.step = Step::How { cursor: 0 };
        }
    }

    fn with_reading(&mut self, act: impl FnOnce(&mut Self, &mut Reading)) {
        let page = std::mem::replace(&mut self.page, Page::home());
        self.page = match page {
            Page::Reading(mut reading) => {
                act(self, &mut reading);
                Page::Reading(reading)
            }
            page => page,
        };
    }

    pub(super) fn reading(&mut self, event: ReadingEvent) {
        if let ReadingEvent::Closed = event {
            self.reading_closes = self.reading_closes.saturating_sub(1);
            if let (Page::Reading(reading), 0) = (&self.page, self.reading_closes)
                && matches!(reading.step, Step::Leaving)
            {
                let name = reading.drive.name.clone();
                self.page = Page::SafeToUnplug { name };
            }
            return;
        }
        // It is about an archive that was given up meanwhile.
        if self.reading_closes > 0 {
            return;
        }
        self.with_reading(|machine, reading| match event {
            ReadingEvent::Opened(outcome) => machine.opened(reading, outcome),
            ReadingEvent::Listed {
                snapshot,
                folder,
                entries,
            } => {
                if let Step::Browse(browse) = &mut reading.step {
                    browse.listed(&snapshot, folder.as_ref(), entries);
                }
            }
            ReadingEvent::TargetReady(outcome) => machine.target_ready(reading, outcome),
            ReadingEvent::Planned(outcome) => machine.planned(reading, *outcome),
            ReadingEvent::Moved(progress) => machine.moved(reading, progress),
            ReadingEvent::Restored(outcome) => machine.restored(reading, *outcome),
            ReadingEvent::Rehearsed(outcome) => machine.rehearsed(reading, *outcome),
            ReadingEvent::Closed => {}
        });
    }

    pub(super) fn press_reading(&mut self, command: Command, mut reading: Box<Reading>) -> Page {
        let step = std::mem::replace(&mut reading.step, Step::Leaving);
        match self.press_step(command, &mut reading, step) {
            Next::Stay(step) | Next::Instead(step) => reading.step = step,
            Next::On(from, to) => {
                reading.trail.push(from);
                reading.step = to;
            }
            Next::Back => match (reading.trail.pop(), reading.archive.is_some()) {
                (Some(step), _) => reading.step = step,
                (None, true) => {
                    reading.archive = None;
                    self.ask_to_close();
                }
                (None, false) => return Page::home(),
            },
            Next::Home => return Page::home(),
        }
        Page::Reading(reading)
    }

    fn press_step(&mut self, command: Command, reading: &mut Reading, step: Step) -> Next {
        match step {
            Step::How { cursor } => self.press_how(command, reading, cursor),
            Step::Passphrase { typed, refused } => {
                self.press_passphrase(command, reading, typed, refused)
            }
            Step::Words => self.press_words(command, reading),
            Step::Date { entry, refused } => {
                self.press_rehearsal_date(command, reading, entry, refused)
            }
            Step::What { cursor } => what::press_what(command, reading, cursor),
            Step::RecoveryPlan { scroll } => {
                recovery_plan::press_recovery_plan(command, reading, scroll)
            }
            Step::Part { cursor } => self.press_part(command, reading, cursor),
            Step::Snapshots { cursor } => what::press_snapshots(command, reading, cursor),
            Step::Browse(browse) => self.press_browse(command, reading, browse),
            Step::Days(days) => what::press_days(command, reading, days),
            Step::Layout { cursor } => what::press_layout(command, reading, cursor),
            Step::Where(page) => self.press_where(command, reading, page),
            Step::Erase {
                device,
                entry,
                refused,
            } => self.press_erase_target(command, reading, device, entry, refused),
            Step::Planning { since_ms, stopping } => {
                self.press_planning(command, since_ms, stopping)
            }
            Step::Plan { plan, scroll } => self.press_plan(command, reading, plan, scroll),
            Step::Running { run, confirm_stop } => self.press_running(command, run, confirm_stop),
            Step::Trouble(trouble) => self.press_trouble(command, reading, trouble),
            Step::Restored { report, scroll } => {
                self.press_restored(command, reading, report, scroll)
            }
            Step::Rehearsed { done, scroll } => {
                self.press_rehearsed(command, reading, done, scroll)
            }
            Step::ConfirmLeave => match command {
                Command::Accept => self.leave(reading),
                Command::Back => Next::Back,
                _ => Next::Stay(Step::ConfirmLeave),
            },
            Step::Pulled => match command {
                Command::Accept | Command::Back => Next::Home,
                _ => Next::Stay(Step::Pulled),
            },
            step @ (Step::ClosingOther
            | Step::Opening { .. }
            | Step::Preparing { .. }
            | Step::Leaving) => Next::Stay(step),
        }
    }

    /// Everything that is answered before this is answered is about what is given up here.
    fn ask_to_close(&mut self) {
        self.ask(ReadingEffect::Close);
        self.reading_closes += 1;
    }

    /// The places that are offered now, where one is being chosen.
    pub(super) fn places_offered(&self) -> Option<Places> {
        match &self.page {
            Page::Reading(reading) if matches!(reading.step, Step::Where(_)) => Some(self.places()),
            _ => None,
        }
    }

    pub(super) fn notice_places(&mut self, before: Option<Places>) {
        let Some(before) = before else { return };
        self.with_reading(|machine, reading| machine.places_changed(reading, &before));
    }

    /// A device came, or is another one now.
    pub(super) fn reading_seen(&mut self, id: &DeviceId, before: Option<&DeviceFacts>) {
        self.with_reading(|machine, reading| machine.target_seen(reading, before, id));
    }

    /// A device went: perhaps the archive's drive, perhaps the disk that is restored to.
    pub(super) fn reading_lost(&mut self, gone: &Device) {
        self.with_reading(|machine, reading| {
            if reading.drive.device == gone.facts.id {
                machine.lose_drive(reading);
            } else {
                machine.target_gone(reading, gone);
            }
        });
    }

    /// The archive's drive went. What is still done with it ends by itself, and its answers count no more; a report stays to be read.
    fn lose_drive(&mut self, reading: &mut Reading) {
        if matches!(reading.step, Step::Planning { .. } | Step::Running { .. }) {
            self.ask(ReadingEffect::Stop);
        }
        let is_opening = matches!(reading.step, Step::Opening { .. });
        if reading.archive.take().is_some() || is_opening {
            self.ask_to_close();
        }
        reading.words = WordsEntry::new();
        let is_report = matches!(reading.step, Step::Restored { .. } | Step::Rehearsed { .. });
        if !is_report {
            reading.begin_at(Step::Pulled);
        }
    }
}

impl Reading {
    /// Whether its page shows a clock that runs.
    pub(super) fn has_clock(&self) -> bool {
        matches!(
            self.step,
            Step::Opening { .. }
                | Step::Preparing { .. }
                | Step::Planning { .. }
                | Step::Running { .. }
        )
    }

    fn step_back(&mut self) {
        if let Some(step) = self.trail.pop() {
            self.step = step;
        }
    }
}
