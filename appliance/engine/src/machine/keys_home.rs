//! The home page: what can be done, and what Enter begins.

use crate::Passphrase;
use crate::classify::{DeviceClass, Unfit, fit_for_archive};
use crate::device::DeviceId;

use super::audit::AuditPage;
use super::entry::Entry;
use super::event::Command;
use super::keys::move_cursor;
use super::keys_change::KeysPage;
use super::page::Page;
use super::view::Choice;
use super::{Effect, Machine};

/// For so long after another choice came under the cursor by itself, Enter does nothing: longer than a person needs to see it.
pub(super) const STEADY_MS: u64 = 700;

impl Machine {
    pub(super) fn press_home(&mut self, command: Command, cursor: usize, touched: bool) -> Page {
        let choices = self.choices();
        let cursor = cursor.min(choices.len() - 1);
        if command != Command::Accept {
            let moved = move_cursor(command, cursor, choices.len());
            return Page::Home {
                cursor: moved,
                touched: touched || moved != cursor,
            };
        }
        // A hand that was on its way to Enter meant what was there before.
        let since_shift_ms = self
            .shifted_ms
            .map(|shifted| self.now.monotonic_ms.saturating_sub(shifted));
        if since_shift_ms.is_some_and(|since| since < STEADY_MS) {
            return Page::Home { cursor, touched };
        }
        let (choice, device) = &choices[cursor];
        let stay = Page::Home { cursor, touched };
        match (choice, device) {
            (Choice::Archive { .. }, Some(device)) => self.prepare(device).unwrap_or(stay),
            // What was only read, and pulled, is not let go of yet.
            (Choice::Open { .. } | Choice::SetUp(_), _) if self.reading_closes > 0 => stay,
            (Choice::Open { .. }, Some(device)) => match self.target(device) {
                Some(target) => Page::Unlock {
                    target,
                    typed: Passphrase::new(),
                    refused: false,
                },
                None => stay,
            },
            // Left out at the start of a computer that was started for the pictures alone.
            (Choice::SetUp(_), _) if self.clock_is_early() => Page::date(),
            (Choice::SetUp(disk), Some(device)) => {
                let device = device.clone();
                let fit = self
                    .devices
                    .get(&device)
                    .map_or(Err(Unfit::NotOffered), |known| {
                        fit_for_archive(&known.facts)
                    });
                let empty = disk.is_empty();
                match fit {
                    Err(_) => Page::CannotSetUp { device },
                    Ok(()) if empty => Page::NameArchive {
                        device,
                        entry: Entry::default(),
                        refused: None,
                    },
                    Ok(()) => Page::ConfirmErase {
                        device,
                        entry: Entry::default(),
                        refused: false,
                    },
                }
            }
            (Choice::Close { .. }, _) => {
                self.effects.push_back(Effect::CloseArchive);
                Page::Closing {
                    powering_off: false,
                }
            }
            (Choice::Executors { .. }, _) => Page::Keys(KeysPage::scheme()),
            (Choice::Audit, _) => Page::Audit(AuditPage::Begin),
            (Choice::CopySheet, _) => self.begin_sheet_copy(),
            (Choice::ChangePassphrase, _) => Page::Keys(KeysPage::old_passphrase()),
            (Choice::Plan, _) => self.begin_planning().unwrap_or(stay),
            (Choice::Restore { .. }, Some(device)) => self.begin_restore(device).unwrap_or(stay),
            (Choice::Rehearse { .. }, Some(device)) => self.begin_rehearsal(device).unwrap_or(stay),
            (Choice::Print { .. }, Some(device)) => self.begin_printing(device).unwrap_or(stay),
            (Choice::PowerOff, _) => Page::ConfirmPowerOff,
            _ => stay,
        }
    }

    /// What can be done now, with the device that each choice is about. Never empty.
    pub(super) fn choices(&self) -> Vec<(Choice, Option<DeviceId>)> {
        let mut choices = Vec::new();
        let open = self.archive.as_ref();
        if self.setting.from_drive {
            choices.extend(self.ways_back());
        }
        for (device, name) in self.names() {
            choices.push((Choice::Archive { source: name.text }, Some(device)));
        }
        if let Some(archive) = open {
            choices.push((
                Choice::Close {
                    name: archive.name.clone(),
                },
                None,
            ));
            // An empty one has nothing to be checked.
            if archive.generation > 0 {
                choices.push((Choice::Audit, None));
            }
            let renewal = archive.has_executors;
            choices.push((Choice::Executors { renewal }, None));
            choices.push((Choice::ChangePassphrase, None));
            choices.push((Choice::Plan, None));
            if !self.places_as_they_are().is_empty() {
                choices.push((Choice::CopySheet, None));
            }
        } else {
            for device in self.devices.iter() {
                if let DeviceClass::ArchiveDrive { .. } = device.class {
                    choices.push((
                        Choice::Open {
                            name: device.name(),
                        },
                        Some(device.facts.id.clone()),
                    ));
                }
            }
            choices.extend(self.set_ups(|fit| fit.is_ok()));
            // Offered too, because being told why not is better than looking for it in vain.
            let refused = |fit: Result<(), Unfit>| {
                !matches!(
                    fit,
                    Ok(()) | Err(Unfit::NotOffered | Unfit::AlreadyAnArchive)
                )
            };
            choices.extend(self.set_ups(refused));
        }
        if !self.setting.from_drive {
            choices.extend(self.ways_back());
        }
        choices.extend(self.printings());
        choices.push((Choice::PowerOff, None));
        choices
    }

    /// Getting pictures back, and trying out whether that works, from each archive drive that is plugged in.
    fn ways_back(&self) -> Vec<(Choice, Option<DeviceId>)> {
        let drives = || {
            let devices = self.devices.iter();
            devices.filter(|device| matches!(device.class, DeviceClass::ArchiveDrive { .. }))
        };
        let restores = drives().map(|device| {
            let name = device.name();
            (Choice::Restore { name }, Some(device.facts.id.clone()))
        });
        let rehearsals = drives().map(|device| {
            let name = device.name();
            (Choice::Rehearse { name }, Some(device.facts.id.clone()))
        });
        restores.chain(rehearsals).collect()
    }

    fn set_ups(
        &self,
        wanted: impl Fn(Result<(), Unfit>) -> bool,
    ) -> impl Iterator<Item = (Choice, Option<DeviceId>)> {
        self.devices.iter().filter_map(move |device| {
            let disk = device
                .disk()
                .filter(|_| wanted(fit_for_archive(&device.facts)))?;
            Some((Choice::SetUp(disk), Some(device.facts.id.clone())))
        })
    }
}
