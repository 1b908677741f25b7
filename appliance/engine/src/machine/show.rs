//! From the state to the view.

use super::page::Page;
use super::view::{ArchiveView, DeviceLine, DiskView, HomeView, PageView};
use super::{DeviceId, Machine, OpenedArchive};
use crate::classify::{Unfit, fit_for_archive};

impl Machine {
    pub(super) fn show(&self) -> PageView {
        let seconds = |since_ms: &u64| self.now.monotonic_ms.saturating_sub(*since_ms) / 1_000;
        match &self.page {
            Page::Layout {
                cursor, refused, ..
            } => PageView::Layout {
                names: self
                    .setting
                    .layouts
                    .iter()
                    .map(|layout| layout.name.clone())
                    .collect(),
                cursor: *cursor,
                refused: *refused,
            },
            Page::Date { entry, refused } => PageView::Date {
                typed: entry.text().to_owned(),
                refused: *refused,
            },
            Page::Home { cursor, .. } => PageView::Home(self.show_home(*cursor)),
            Page::CannotSetUp { device } => {
                let reason = self
                    .devices
                    .get(device)
                    .and_then(|known| fit_for_archive(&known.facts).err());
                PageView::CannotSetUp {
                    disk: self.disk(device),
                    reason: reason.unwrap_or(Unfit::NotOffered),
                }
            }
            Page::ConfirmErase {
                device,
                entry,
                refused,
            } => PageView::ConfirmErase {
                disk: self.disk(device),
                typed: entry.text().to_owned(),
                refused: *refused,
            },
            Page::NameArchive {
                device,
                entry,
                refused,
            } => PageView::NameArchive {
                disk: self.disk(device),
                typed: entry.text().to_owned(),
                refused: *refused,
            },
            Page::NewPassphrase { purpose, choosing } => {
                self.show_new_passphrase(purpose, choosing)
            }
            Page::Keys(page) => PageView::Keys(self.show_keys(page)),
            Page::SettingUp {
                name,
                step,
                since_ms,
            } => PageView::SettingUp {
                name: name.clone(),
                step: *step,
                elapsed_s: seconds(since_ms),
            },
            Page::SetUpDone { name } => PageView::SetUpDone {
                name: name.clone(),
                boots: self
                    .archive
                    .as_ref()
                    .and_then(|archive| archive.boots.clone()),
            },
            Page::Unlock {
                target,
                typed,
                refused,
            } => PageView::Unlock {
                name: target.name.clone(),
                typed_chars: typed.char_count(),
                refused: *refused,
            },
            Page::Unlocking { target, since_ms } => PageView::Unlocking {
                name: target.name.clone(),
                elapsed_s: seconds(since_ms),
            },
            Page::Prepare(page) => PageView::Prepare(self.show_preparation(page)),
            Page::Archiving { confirm_stop } => self.show_run(*confirm_stop),
            Page::Waiting => self.show_waiting(),
            Page::Ended(page) => self.show_ended(page),
            Page::DriveTrouble { name, error } => PageView::DriveTrouble {
                name: name.clone(),
                error: error.clone(),
            },
            Page::DrivePulled { name, keys } => PageView::DrivePulled {
                name: name.clone(),
                keys: *keys,
                keeps_plan: self.keeps_plan_of(name),
            },
            Page::SafeToUnplug { name } => PageView::SafeToUnplug { name: name.clone() },
            Page::ConfirmPowerOff => PageView::ConfirmPowerOff,
            Page::Planning(planning) => PageView::Planning(self.show_planning(planning)),
            Page::Reading(reading) => self.show_reading(reading),
            Page::Audit(page) => PageView::Audit(self.show_audit(page)),
            Page::SheetCopy(page) => PageView::SheetCopy(self.show_sheet_copy(page)),
            Page::Printing(page) => PageView::Printing(self.show_printing(page)),
            Page::Closing { powering_off } => PageView::Closing {
                powering_off: *powering_off,
            },
        }
    }

    pub(super) fn show_home(&self, cursor: usize) -> HomeView {
        let open = self.archive.as_ref().map(|archive| &archive.device);
        let names = self.names();
        let lines = self.devices.iter().filter_map(|device| {
            let state = device.state(open)?;
            let names = names.iter();
            let mut of_device = names.filter(|(id, _)| *id == device.facts.id);
            let name = of_device.next().map(|(_, name)| name.text.clone());
            Some(DeviceLine {
                name: name.unwrap_or_else(|| device.name()),
                state,
            })
        });
        let choices: Vec<_> = self
            .choices()
            .into_iter()
            .map(|(choice, _)| choice)
            .collect();
        HomeView {
            archive: self.archive.as_ref().map(|archive| ArchiveView {
                upkeep: self.upkeep(archive),
                ..show_archive(archive)
            }),
            devices: lines.collect(),
            cursor: cursor.min(choices.len() - 1),
            choices,
            looking: !self.settled,
            from_drive: self.setting.from_drive,
        }
    }

    pub(super) fn disk(&self, device: &DeviceId) -> DiskView {
        self.devices
            .get(device)
            .and_then(|known| known.disk())
            .unwrap_or_else(|| DiskView {
                name: String::new(),
                size_bytes: 0,
                serial: None,
                contents: Vec::new(),
                partitions: 0,
            })
    }
}

fn show_archive(archive: &OpenedArchive) -> ArchiveView {
    ArchiveView {
        name: archive.name.clone(),
        generation: archive.generation,
        last_date: archive.last_date.clone(),
        space: archive.space,
        damaged: archive.damaged.clone(),
        has_executors: archive.has_executors,
        upkeep: None,
    }
}
