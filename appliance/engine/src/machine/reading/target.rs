//! The disk that is restored to: chosen, erased where that was typed, and known again when it is plugged in again.

use crate::RestoreError;
use crate::device::{Content, DeviceFacts, DeviceId};
use crate::machine::Machine;
use crate::machine::devices::Device;
use crate::machine::entry::Entry;
use crate::machine::event::Command;
use crate::machine::keys::move_cursor;
use crate::machine::keys_drive::{ERASE_CHARS_MAX, same_words};
use crate::machine::keys_home::STEADY_MS;

use super::page::{Next, Reading, Step, Trouble, WhereStep};
use super::places::{Place, as_disk};
use super::port::{TargetDisk, TargetUse};
use super::view_parts::PlaceLine;

/// The disk that was chosen.
#[derive(Clone, Debug)]
pub(super) struct ChosenTarget {
    pub(super) device: DeviceId,
    /// For a person.
    pub(super) name: String,
    /// What is done with it the next time that it is made ready.
    pub(super) how: TargetUse,
    /// Once it was ready.
    pub(super) ready: Option<TargetDisk>,
    /// By what it is known when it is plugged in again.
    facts: DeviceFacts,
    /// What was known of it is from before it was erased.
    is_stale: bool,
}

impl ChosenTarget {
    fn of(device: &Device, how: TargetUse) -> Self {
        let disk = device.disk();
        Self {
            device: device.facts.id.clone(),
            name: disk.map_or_else(|| device.name(), |disk| disk.name),
            how,
            ready: None,
            facts: device.facts.clone(),
            is_stale: how == TargetUse::Format,
        }
    }

    /// What was erased once is not erased again.
    pub(super) fn is_ready(&mut self, ready: TargetDisk) {
        self.ready = Some(ready);
        if self.how == TargetUse::Format {
            self.how = TargetUse::Partition(1);
        }
    }

    /// Whether this is the same disk, plugged in again.
    fn is_again(&self, facts: &DeviceFacts) -> bool {
        let number = |how| match how {
            TargetUse::Partition(number) => number,
            TargetUse::Format => 1,
        };
        let part = number(self.how);
        let is_same_disk = self.facts.manufacturer == facts.manufacturer
            && self.facts.model == facts.model
            && self.facts.serial == facts.serial
            && size(&self.facts) == size(facts);
        let uuid = |facts: &DeviceFacts| part_of(facts, part).map(|content| content.uuid.clone());
        is_same_disk && (self.is_stale || uuid(&self.facts) == uuid(facts))
    }
}

fn size(facts: &DeviceFacts) -> Option<u64> {
    as_disk(facts).map(|disk| disk.size_bytes)
}

/// What is on a partition, or on the whole disk for 0.
fn part_of(facts: &DeviceFacts, number: u32) -> Option<&Content> {
    let disk = as_disk(facts)?;
    if number == 0 {
        return disk.whole.as_ref();
    }
    let found = disk.partitions.iter().find(|it| it.number == number);
    found.and_then(|partition| partition.content.as_ref())
}

impl Machine {
    pub(super) fn press_where(
        &mut self,
        command: Command,
        reading: &mut Reading,
        mut page: WhereStep,
    ) -> Next {
        let places = self.places();
        let at = Self::place_at(&page, &places);
        match (command, places.get(at)) {
            (Command::Back, _) => Next::Back,
            (Command::Accept, Some((place, line))) => {
                let is_steady = page.shifted_ms.is_none_or(|shifted_ms| {
                    self.now.monotonic_ms.saturating_sub(shifted_ms) >= STEADY_MS
                });
                if !is_steady {
                    return Next::Stay(Step::Where(page));
                }
                page.chosen = Some(place.clone());
                page.lost = None;
                if place.how == TargetUse::Format && !line.disk.is_empty() {
                    let device = place.device.clone();
                    let entry = Entry::default();
                    let refused = false;
                    return Next::On(
                        Step::Where(page),
                        Step::Erase {
                            device,
                            entry,
                            refused,
                        },
                    );
                }
                match self.take_place(reading, place) {
                    Some(step) => Next::On(Step::Where(page), step),
                    None => Next::Stay(Step::Where(page)),
                }
            }
            (command, _) => {
                let moved = move_cursor(command, at, places.len());
                if moved != at {
                    page.chosen = places.get(moved).map(|(place, _)| place.clone());
                }
                Next::Stay(Step::Where(page))
            }
        }
    }

    fn take_place(&mut self, reading: &mut Reading, place: &Place) -> Option<Step> {
        let device = self.devices.get(&place.device)?;
        reading.target = Some(ChosenTarget::of(device, place.how));
        self.prepare_target(reading, false)
    }

    pub(super) fn press_erase_target(
        &mut self,
        command: Command,
        reading: &mut Reading,
        device: DeviceId,
        mut entry: Entry,
        refused: bool,
    ) -> Next {
        if command == Command::Back {
            return Next::Back;
        }
        if command != Command::Accept {
            let changed = entry.edit(command, ERASE_CHARS_MAX);
            return Next::Stay(Step::Erase {
                device,
                entry,
                refused: refused && !changed,
            });
        }
        let known = self.devices.get(&device).and_then(Device::disk);
        if known.is_some_and(|disk| same_words(&disk.name, entry.text())) {
            let how = TargetUse::Format;
            let place = Place { device, how };
            return self
                .take_place(reading, &place)
                .map_or(Next::Back, Next::Instead);
        }
        Next::Stay(Step::Erase {
            device,
            entry,
            refused: true,
        })
    }

    /// A device came, or has other facts now than before.
    pub(super) fn target_seen(
        &self,
        reading: &mut Reading,
        before: Option<&DeviceFacts>,
        id: &DeviceId,
    ) {
        let Some(now) = self.devices.get(id) else {
            return;
        };
        let has_changed = before.is_some_and(|before| *before != now.facts);
        if matches!(&reading.step, Step::Erase { device, .. } if device == id) && has_changed {
            reading.back_to_where(now.drive_name());
        }
        match &mut reading.target {
            Some(target) if target.device == *id && has_changed => {
                target.is_stale = target.is_stale && target.how == TargetUse::Format;
                target.facts = now.facts.clone();
            }
            _ => self.find_again(reading),
        }
    }

    /// The disk of an interrupted restore may be plugged in anew.
    fn find_again(&self, reading: &mut Reading) {
        let waits = reading.waits_for_target();
        let Some(target) = reading.target.as_mut().filter(|_| waits) else {
            return;
        };
        if self.devices.get(&target.device).is_some() {
            return;
        }
        let mut devices = self.devices.iter();
        if let Some(found) = devices.find(|device| target.is_again(&device.facts)) {
            target.device = found.facts.id.clone();
        }
    }

    /// A disk went: what was to be done with it is asked anew, or it is waited for.
    pub(super) fn target_gone(&self, reading: &mut Reading, gone: &Device) {
        let id = &gone.facts.id;
        let is_target = reading.target.as_ref().is_some_and(|it| it.device == *id);
        if let Step::Trouble(Trouble::Restore { error, .. }) = &mut reading.step
            && is_target
            && matches!(error, RestoreError::TargetFailed(_))
        {
            // It did not fail: its cable was pulled, which showed as an error before the kernel told of it.
            *error = RestoreError::TargetGone;
        }
        match &reading.step {
            Step::Erase { device, .. } if device == id => reading.back_to_where(gone.drive_name()),
            Step::Plan { .. } if is_target => reading.back_to_where(gone.drive_name()),
            _ => self.find_again(reading),
        }
    }

    /// The places that were offered have become others: Enter is not taken for one that just slipped under the cursor.
    pub(super) fn places_changed(&self, reading: &mut Reading, before: &[(Place, PlaceLine)]) {
        let Step::Where(page) = &mut reading.step else {
            return;
        };
        let under = |places: &[(Place, PlaceLine)]| {
            let at = Self::place_at(page, places);
            places.get(at).map(|(place, _)| place.clone())
        };
        let after = self.places();
        if under(before) != under(&after) {
            page.shifted_ms = Some(self.now.monotonic_ms);
        }
    }
}

impl Reading {
    /// An interrupted restore can go on when its disk is there again.
    fn waits_for_target(&self) -> bool {
        matches!(
            self.step,
            Step::Running { .. }
                | Step::Trouble(Trouble::Restore { .. } | Trouble::Target { goes_on: true, .. })
        )
    }

    /// Back to the choice of a disk, because this one went or changed.
    fn back_to_where(&mut self, lost: String) {
        self.step_back();
        if let Step::Where(page) = &mut self.step {
            page.lost = Some(lost);
        }
    }
}
