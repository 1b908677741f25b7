//! The audit of the open archive: the drive, the encryption's header, the counts of what is plugged in, and every content, in one go.

mod page;
mod port;
mod run;
mod show;
mod upkeep;
mod view;

use super::Machine;
use super::devices::{Device, Probe};
use super::event::Command;
use super::keys::move_cursor;
use super::names::serial;
use super::page::Page;
use super::{DeviceId, Effect};
use crate::{Meaning, SourceNoun};

use run::Running;

pub(super) use page::AuditPage;
pub use port::{
    AuditDone, AuditEffect, AuditError, AuditEvent, AuditStep, BackupState, DriveHealth,
    HeaderState, NotCompared, SourceAudit,
};
pub use view::{AuditRunView, AuditView, UpkeepView};

/// A remark is one line on paper.
const REMARK_CHARS_MAX: usize = 120;

impl Machine {
    pub(super) fn press_audit(&mut self, command: Command, page: AuditPage) -> Page {
        let answered = matches!(command, Command::Accept | Command::Back);
        Page::Audit(match (command, page) {
            (Command::Accept, AuditPage::Begin) => self.begin_audit(),
            (Command::Back, AuditPage::Begin) => return Page::home(),
            (_, AuditPage::Running { run, confirm_stop }) => {
                self.press_running_audit(command, run, confirm_stop)
            }
            (Command::Accept, AuditPage::Done { done, .. }) if done.plan.is_some() => {
                AuditPage::remark(&done)
            }
            (_, AuditPage::Done { .. } | AuditPage::Trouble(_) | AuditPage::NotRemarked)
                if answered =>
            {
                return Page::home();
            }
            (command, AuditPage::Done { done, scroll }) => {
                let findings = done
                    .check
                    .as_ref()
                    .map_or(0, |report| report.findings.len());
                let scroll = move_cursor(command, scroll, findings + done.sources.len());
                AuditPage::Done { done, scroll }
            }
            (Command::Back, AuditPage::Remark { .. }) => return Page::home(),
            (Command::Accept, AuditPage::Remark { entry, .. }) => {
                let remark = entry.text().trim().to_owned();
                if remark.is_empty() {
                    return Page::home();
                }
                self.effects
                    .push_back(Effect::Audit(AuditEffect::Remark(remark)));
                AuditPage::Remarking
            }
            (command, AuditPage::Remark { before, mut entry }) => {
                entry.edit(command, REMARK_CHARS_MAX);
                AuditPage::Remark { before, entry }
            }
            (_, page) => page,
        })
    }

    fn begin_audit(&mut self) -> AuditPage {
        let sources = self.countable();
        self.effects
            .push_back(Effect::Audit(AuditEffect::Begin { sources }));
        AuditPage::Running {
            run: Running::new(self.now),
            confirm_stop: false,
        }
    }

    fn press_running_audit(
        &mut self,
        command: Command,
        mut run: Running,
        confirm_stop: bool,
    ) -> AuditPage {
        // What is being written down is done in a moment.
        let can_stop = !run.stopping && run.step != AuditStep::Recording;
        let confirm_stop = match command {
            Command::Accept if confirm_stop => {
                run.stopping = true;
                self.effects.push_back(Effect::Audit(AuditEffect::Stop));
                false
            }
            Command::Back => !confirm_stop && can_stop,
            _ => confirm_stop,
        };
        AuditPage::Running { run, confirm_stop }
    }

    pub(super) fn audit(&mut self, event: AuditEvent) {
        let Page::Audit(page) = &mut self.page else {
            // The drive was pulled meanwhile, and it is about that one.
            return;
        };
        match (page, event) {
            (AuditPage::Running { run, confirm_stop }, AuditEvent::Reached(step)) => {
                *confirm_stop &= step != AuditStep::Recording;
                run.reached(step);
            }
            (AuditPage::Running { run, .. }, AuditEvent::Listed(files)) => run.listed(files),
            (AuditPage::Running { run, .. }, AuditEvent::Moved(progress)) => {
                run.moved(self.now, progress);
            }
            (page @ AuditPage::Running { .. }, AuditEvent::Ended(outcome)) => match *outcome {
                Ok(done) => {
                    self.wishes.audited(match &done.check {
                        Ok(report) => report.worst().is_some_and(Meaning::is_loss),
                        Err(_) => true,
                    });
                    if let Some(archive) = &mut self.archive {
                        archive.space = done.space;
                        if done.plan.is_some() {
                            archive.plan.clone_from(&done.plan);
                        }
                    }
                    *page = AuditPage::Done {
                        done: Box::new(done),
                        scroll: 0,
                    };
                }
                // The person who stopped it knows.
                Err(AuditError::Stopped) => self.page = Page::home(),
                Err(error) => *page = AuditPage::Trouble(error),
            },
            (page @ AuditPage::Remarking, AuditEvent::Remarked(plan)) => match plan {
                Some(plan) => {
                    if let Some(archive) = &mut self.archive {
                        archive.plan = Some(plan);
                    }
                    self.page = Page::home();
                }
                None => *page = AuditPage::NotRemarked,
            },
            _ => {}
        }
    }

    /// The drive was pulled: what still goes on with it ends soon, and a phone is not listed to no purpose.
    pub(super) fn stop_audit_of_pulled(&mut self) {
        if matches!(&self.page, Page::Audit(AuditPage::Running { .. })) {
            self.effects.push_back(Effect::Audit(AuditEffect::Stop));
        }
    }

    /// The sources that are plugged in and that the archive may have. One without a serial number is known by its files only, and a disk
    /// or a stick that is there for another reason is left alone.
    fn countable(&self) -> Vec<(DeviceId, String)> {
        let is_countable = |known: &Device| {
            let Probe::Ready(identity) = &known.probe else {
                return false;
            };
            match serial(identity) {
                Some(_) => self.archived_folder(identity).is_some(),
                None => !matches!(known.noun(), SourceNoun::Stick | SourceNoun::Disk),
            }
        };
        let names = self.names().into_iter();
        names
            .filter(|(id, _)| self.devices.get(id).is_some_and(is_countable))
            .map(|(id, name)| (id, name.text))
            .collect()
    }
}
