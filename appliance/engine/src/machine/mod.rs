//! The control plane: events and a time in, effects and a view out. It does nothing itself.

mod audit;
mod devices;
mod effect;
mod entry;
mod event;
mod keys;
mod keys_change;
mod keys_drive;
mod keys_ended;
mod keys_home;
mod keys_prepare;
mod names;
mod page;
mod planning;
mod printing;
mod reading;
mod round;
mod run;
mod running;
mod sheet_copy;
mod show;
mod show_run;
#[cfg(test)]
mod tests;
mod view;
mod view_run;
mod wish;

pub use audit::{
    AuditDone, AuditEffect, AuditError, AuditEvent, AuditRunView, AuditStep, AuditView,
    BackupState, DriveHealth, HeaderState, NotCompared, SourceAudit, UpkeepView,
};
pub use effect::Effect;
pub use event::{Command, DriveError, Event, Now, OpenedArchive, RunDone};
pub use keys_change::{
    EasyBecause, KeysAtPull, KeysEffect, KeysEvent, KeysView, NewShares, OwnQuestion, PaperStage,
    PassphrasePurpose, ReadBackRefusal, SchemeChoice, ShareLabel, SharesNoted, ShownWords,
};
pub use planning::{
    FieldLine, FieldValue, FormRefusal, OverviewLine, PlanEntry, PlanField, PlanLine, PlanPart,
    PlanWriteError, PlanWritten, PlanningView,
};
pub use printing::{
    Document, Paper, PrintEffect, PrintError, PrintEvent, PrintLine, PrintOrder, PrintProgress,
    Printed, PrinterTrouble, PrintingStep, PrintingView, ShareSheet,
};
pub use reading::{
    ArchivedEntry, ArchivedKind, ArchivedSnapshot, ArchivedSource, DriveKey, ReadArchive,
    ReadingEffect, ReadingEvent, RehearsalDone, TargetDisk, TargetDiskError, TargetUse,
};
pub use reading::{
    BrowseLine, BrowseView, DaysLine, DaysRefusal, KeyLine, PartLine, PartView, PlaceLine,
    ReadingView, RunningView, SecretText, ShareRefusal, SnapshotLine, SourceLine, WantedView,
    WordRefusal, WordsView,
};
pub use sheet_copy::{SheetCopyError, SheetCopyView};
pub use view::{
    ArchiveView, Choice, DeviceLine, DeviceState, DiskUse, DiskView, HomeView, NameRefusal,
    PageView, PassphraseRefusal, SetUpStep, View,
};
pub use view_run::{
    NameOrigin, PrepareView, RoundView, RunPhase, RunView, SourceNameRefusal, SourceOutcome,
    WaitReason,
};
pub use wish::{PrepareLine, RunWish, SourceReading};

use std::collections::VecDeque;

use crate::SourceIdentity;
use crate::classify::DeviceClass;
use crate::device::{DeviceFacts, DeviceId};
use devices::{Devices, Probe};
use names::GivenNames;
use page::{Page, Target};
use planning::UnsavedPlan;
use round::Round;
use run::Run;
use wish::Wishes;

/// How often a page with a running clock wants to be drawn again.
const TICK_MS: u64 = 1_000;

/// A keyboard layout that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// For [`Effect::ApplyLayout`].
    pub code: String,
    /// For a person, such as `Deutsch (German)`.
    pub name: String,
}

/// What the machine is told once.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The layouts; the first is the one in force at the start. Empty: the keyboard is not asked about, as on a serial line.
    pub layouts: Vec<Layout>,
    /// This computer was started from an archive drive.
    pub from_drive: bool,
    /// When this appliance was built: no clock before it can be right.
    pub built_unix_s: i64,
}

/// Decides what happens next.
#[derive(Debug)]
pub struct Machine {
    setting: Setting,
    page: Page,
    help: bool,
    devices: Devices,
    settled: bool,
    archive: Option<OpenedArchive>,
    run: Option<Run>,
    /// Who comes after the run, and who came before it.
    round: Round,
    /// The sources that were archived into the open archive in this session.
    done: Vec<(DeviceId, SourceIdentity)>,
    wishes: Wishes,
    given_names: GivenNames,
    /// The drive went while a run was writing: closed when the run has let go of it.
    pulled: bool,
    /// So many archives that were only read are not let go of yet.
    reading_closes: usize,
    /// What was typed for a plan when its drive was pulled.
    unsaved_plan: Option<UnsavedPlan>,
    /// What is in the printer: as it is usual, until somebody says otherwise.
    paper: Paper,
    effects: VecDeque<Effect>,
    now: Now,
    /// When a device's coming or going put another choice under the cursor of the home page.
    shifted_ms: Option<u64>,
}

impl Machine {
    /// Begins with the first question.
    pub fn new(now: Now, setting: Setting) -> Self {
        let mut machine = Self {
            setting,
            page: Page::Layout {
                cursor: 0,
                applying: false,
                refused: false,
            },
            help: false,
            devices: Devices::default(),
            settled: false,
            archive: None,
            run: None,
            round: Round::default(),
            done: Vec::new(),
            wishes: Wishes::default(),
            given_names: GivenNames::default(),
            pulled: false,
            reading_closes: 0,
            unsaved_plan: None,
            paper: Paper::default(),
            effects: VecDeque::new(),
            now,
            shifted_ms: None,
        };
        if machine.setting.layouts.is_empty() {
            machine.leave_layout();
        }
        machine
    }

    /// Takes in what happened.
    pub fn handle(&mut self, now: Now, event: Event) {
        self.now = now;
        let by_person = matches!(event, Event::Pressed(_));
        let (under_cursor, touched) = if by_person {
            (None, false)
        } else {
            self.under_cursor()
        };
        let places = if by_person {
            None
        } else {
            self.places_offered()
        };
        match event {
            Event::Pressed(command) => self.press(command),
            Event::DeviceSeen(facts) => {
                let id = facts.id.clone();
                let before = self.devices.get(&id).map(|known| known.facts.clone());
                self.notice_change_of_disk(&facts);
                if self.devices.see(facts) {
                    self.probe(&id);
                }
                self.notice_return_of_drive(&id);
                self.notice_source(&id);
                self.reading_seen(&id, before.as_ref());
            }
            Event::DeviceGone(id) => self.lose_device(&id),
            Event::DevicesSettled => self.settled = true,
            Event::LayoutApplied { applied, paper } => self.layout_applied(applied, paper),
            Event::SourceProbed { device, outcome } => {
                self.devices.probed(now, &device, outcome);
                self.notice_source(&device);
            }
            Event::SetUpReached(reached) => {
                if let Page::SettingUp { step, .. } = &mut self.page {
                    *step = reached;
                }
            }
            Event::SetUpEnded(outcome) => self.set_up_ended(outcome),
            Event::ArchiveOpened(outcome) => self.archive_opened(outcome),
            Event::ArchiveClosed => self.archive_closed(),
            Event::SourcesKnown(folders) => {
                if let Some(archive) = &mut self.archive {
                    archive.source_folders = folders;
                }
            }
            Event::RunMoved(progress) => self.run_moved(progress),
            Event::RunEnded(outcome) => self.run_ended(*outcome),
            Event::Reading(event) => self.reading(event),
            Event::Keys(event) => self.keys_changed(event),
            Event::Printing(event) => self.printing(event),
            Event::PlanWritten(outcome) => self.plan_written(outcome),
            Event::SheetCopied(outcome) => self.sheet_copied(outcome),
            Event::Audit(event) => self.audit(event),
        }
        self.leave_lost_source();
        self.notice_places(places);
        if let Some(before) = under_cursor {
            if touched {
                self.keep_chosen(&before);
            }
            if self.under_cursor().0.is_some_and(|after| after != before) {
                self.shifted_ms = Some(now.monotonic_ms);
            }
        }
    }

    /// What the cursor of the home page is on, and whether the person put it there.
    fn under_cursor(&self) -> (Option<(Choice, Option<DeviceId>)>, bool) {
        match self.page {
            Page::Home { cursor, touched } => {
                let choices = self.choices();
                let cursor = cursor.min(choices.len() - 1);
                (choices.into_iter().nth(cursor), touched)
            }
            _ => (None, false),
        }
    }

    /// Devices come and go at any moment: the cursor stays on what it was on, or goes back to the top.
    fn keep_chosen(&mut self, chosen: &(Choice, Option<DeviceId>)) {
        let choices = self.choices();
        if let Page::Home { cursor, touched } = &mut self.page
            && choices.get(*cursor) != Some(chosen)
        {
            let found = choices.iter().position(|choice| choice == chosen);
            (*cursor, *touched) = (found.unwrap_or(0), found.is_some());
        }
    }

    /// Tells that the time of [`Machine::poll_deadline`] has come.
    pub fn tick(&mut self, now: Now) {
        self.now = now;
        for device in self.devices.due_probes(now) {
            self.effects.push_back(Effect::ProbeSource(device));
        }
    }

    /// The next thing to do.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When [`Machine::tick`] is wanted next, in the time of [`Now::monotonic_ms`].
    pub fn poll_deadline(&self) -> Option<u64> {
        let clock = matches!(
            self.page,
            Page::SettingUp { .. } | Page::Unlocking { .. } | Page::Archiving { .. }
        ) || matches!(&self.page, Page::Keys(page) if page.has_clock())
            || matches!(&self.page, Page::SheetCopy(page) if page.has_clock())
            || matches!(&self.page, Page::Printing(page) if page.has_clock())
            || matches!(&self.page, Page::Reading(reading) if reading.has_clock())
            || matches!(&self.page, Page::Audit(audit) if audit.has_clock());
        let clock = clock.then_some(self.now.monotonic_ms + TICK_MS);
        [clock, self.devices.next_probe_ms()]
            .into_iter()
            .flatten()
            .min()
    }

    /// What to show.
    pub fn view(&self) -> View {
        View {
            page: self.show(),
            help: self.help,
        }
    }

    fn probe(&mut self, id: &DeviceId) {
        if let Some(device) = self.devices.get_mut(id) {
            device.probe = Probe::Asked;
            self.effects.push_back(Effect::ProbeSource(id.clone()));
        }
    }

    fn layout_applied(&mut self, applied: bool, paper: Paper) {
        self.paper = paper;
        if let Page::Layout {
            applying: applying @ true,
            refused,
            ..
        } = &mut self.page
        {
            (*applying, *refused) = (false, !applied);
            if applied {
                self.leave_layout();
            }
        }
    }

    fn clock_is_early(&self) -> bool {
        self.now.unix_s < self.setting.built_unix_s
    }

    /// From the layout to the date, where the clock can't be right, or home.
    fn leave_layout(&mut self) {
        // Whoever starts the archive drive wants the pictures, and a restore needs no date.
        let is_asked = self.clock_is_early() && !self.setting.from_drive;
        self.page = if is_asked {
            Page::Date {
                entry: entry::Entry::default(),
                refused: false,
            }
        } else {
            Page::home()
        };
    }

    fn lose_device(&mut self, id: &DeviceId) {
        let Some(device) = self.devices.remove(id) else {
            return;
        };
        if self
            .archive
            .as_ref()
            .is_some_and(|archive| archive.device == *id)
        {
            self.pulled = true;
            // A run still has the volume open; it will end by itself with the drive gone.
            if self.run.is_none() {
                self.drive_pulled();
            }
            return;
        }
        self.reading_lost(&device);
        self.printing_lost(id);
        if self.page.asks_about(id) {
            self.page = Page::DriveTrouble {
                name: device.drive_name(),
                error: DriveError::Gone,
            };
        }
    }

    /// What was shown when a disk was chosen must still be so when it is erased: the questions begin anew.
    fn notice_change_of_disk(&mut self, facts: &DeviceFacts) {
        let Some(known) = self.devices.get(&facts.id) else {
            return;
        };
        if known.facts != *facts && self.page.asks_about(&facts.id) {
            self.page = Page::DriveTrouble {
                name: known.drive_name(),
                error: DriveError::Changed,
            };
        }
    }

    fn drive_pulled(&mut self) {
        self.pulled = false;
        self.keep_unsaved_plan();
        let Some(archive) = self.archive.take() else {
            return;
        };
        self.round = Round::default();
        self.stop_audit_of_pulled();
        self.effects.push_back(Effect::CloseArchive);
        let keys = self.keys_at_pull();
        self.page = Page::DrivePulled {
            name: archive.name,
            keys,
        };
    }

    /// A drive that was pulled and comes back is asked for its passphrase at once.
    fn notice_return_of_drive(&mut self, id: &DeviceId) {
        let Page::DrivePulled { name, .. } = &self.page else {
            return;
        };
        let Some(target) = self.target(id) else {
            return;
        };
        if target.name == *name {
            self.page = Page::Unlock {
                target,
                typed: crate::Passphrase::new(),
                refused: false,
            };
        }
    }

    fn target(&self, id: &DeviceId) -> Option<Target> {
        match &self.devices.get(id)?.class {
            DeviceClass::ArchiveDrive {
                partition,
                luks_uuid,
                name,
            } => Some(Target {
                device: id.clone(),
                partition: *partition,
                luks_uuid: luks_uuid.clone(),
                name: name.clone(),
            }),
            _ => None,
        }
    }

    fn set_up_ended(&mut self, outcome: Result<OpenedArchive, DriveError>) {
        let Page::SettingUp { name, .. } = &self.page else {
            return;
        };
        let name = name.clone();
        match outcome {
            Ok(archive) => {
                self.done.clear();
                self.archive = Some(archive);
                self.page = Page::SetUpDone { name };
            }
            Err(error) => self.page = Page::DriveTrouble { name, error },
        }
    }

    fn archive_opened(&mut self, outcome: Result<OpenedArchive, DriveError>) {
        let Page::Unlocking { target, .. } = &self.page else {
            return;
        };
        let target = target.clone();
        match outcome {
            Ok(archive) => {
                let today = heirloom_format::day_of_unix(self.now.unix_s);
                let clock_lags = self.clock_is_early()
                    || archive.last_date.as_ref().is_some_and(|last| *last > today);
                // It may be another archive, or the same after its drive was pulled: what is in it is asked anew.
                self.done.clear();
                self.archive = Some(archive);
                self.page = if clock_lags {
                    Page::Date {
                        entry: entry::Entry::default(),
                        refused: false,
                    }
                } else {
                    Page::home()
                };
            }
            Err(DriveError::WrongPassphrase) => {
                self.page = Page::Unlock {
                    target,
                    typed: crate::Passphrase::new(),
                    refused: true,
                };
            }
            Err(error) => {
                self.page = Page::DriveTrouble {
                    name: target.name,
                    error,
                }
            }
        }
    }

    fn archive_closed(&mut self) {
        self.other_closed();
        let Page::Closing { powering_off } = self.page else {
            return;
        };
        let archive = self.archive.take();
        if powering_off {
            self.effects.push_back(Effect::PowerOff);
        } else {
            self.page = archive.map_or_else(Page::home, |archive| Page::SafeToUnplug {
                name: archive.name,
            });
        }
    }
}
