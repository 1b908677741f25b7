//! Where can be restored to: the disks that are plugged in and are neither archives, nor sticks of ours, nor inside the PC.

use crate::classify::{BOOT_PARTITION_NAME, DeviceClass};
use crate::device::{Content, DeviceFacts, DeviceForm, DeviceId, DiskFacts};
use crate::disk_source::FileSystem;
use crate::machine::Machine;
use crate::machine::devices::Device;

use super::page::WhereStep;
use super::port::TargetUse;
use super::view_parts::{PartView, PlaceLine};

/// A disk, and what is done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::machine) struct Place {
    pub(super) device: DeviceId,
    pub(super) how: TargetUse,
}

pub(super) fn as_disk(facts: &DeviceFacts) -> Option<&DiskFacts> {
    match &facts.form {
        DeviceForm::Disk(disk) => Some(disk),
        DeviceForm::Usb(_) => None,
    }
}

/// A disk that may be restored to, but for its write lock.
fn as_target(device: &Device) -> Option<&DiskFacts> {
    let is_offered = matches!(device.class, DeviceClass::Card | DeviceClass::PlainDisk);
    as_disk(&device.facts).filter(|_| is_offered)
}

/// The file systems of a disk that files can be written to here, the largest first.
fn parts(disk: &DiskFacts) -> Vec<(u32, PartView)> {
    let part = |number: u32, content: &Content, size_bytes| {
        let file_system = FileSystem::of_kind(&content.kind)?;
        let is_written = file_system != FileSystem::HfsPlus;
        is_written.then(|| {
            let label = content.label.clone();
            let view = PartView {
                label,
                file_system,
                size_bytes,
            };
            (number, view)
        })
    };
    let mut parts: Vec<(u32, PartView)> = disk
        .partitions
        .iter()
        // What an interrupted set-up left is only good for being erased.
        .filter(|it| it.name != BOOT_PARTITION_NAME)
        .filter_map(|it| part(it.number, it.content.as_ref()?, it.size_bytes))
        .collect();
    if let (true, Some(content)) = (disk.partitions.is_empty(), &disk.whole) {
        parts.extend(part(0, content, disk.size_bytes));
    }
    parts.sort_by_key(|(_, part)| std::cmp::Reverse(part.size_bytes));
    parts
}

impl Machine {
    /// Everywhere that can be restored to now.
    pub(super) fn places(&self) -> Vec<(Place, PlaceLine)> {
        let mut places = Vec::new();
        for device in self.devices.iter() {
            let writable = as_target(device).filter(|disk| !disk.read_only);
            let (Some(disk), Some(view)) = (writable, device.disk()) else {
                continue;
            };
            let mut push = |how, part| {
                let place = Place {
                    device: device.facts.id.clone(),
                    how,
                };
                let disk = view.clone();
                places.push((place, PlaceLine { disk, part }));
            };
            for (number, part) in parts(disk) {
                push(TargetUse::Partition(number), Some(part));
            }
            push(TargetUse::Format, None);
        }
        places
    }

    /// Every file system of theirs that can be used as it is, with its disk and the number of its partition.
    pub(in crate::machine) fn places_as_they_are(&self) -> Vec<(DeviceFacts, u32, PlaceLine)> {
        let places = self.places().into_iter();
        let as_they_are = places.filter_map(|(place, line)| match place.how {
            TargetUse::Partition(number) => {
                let device = self.devices.get(&place.device)?;
                Some((device.facts.clone(), number, line))
            }
            TargetUse::Format => None,
        });
        as_they_are.collect()
    }

    /// Disks that would be offered if they had no write lock.
    pub(super) fn read_only_disks(&self) -> Vec<String> {
        let disks = self.devices.iter().filter_map(|device| {
            let disk = as_target(device).filter(|disk| disk.read_only && disk.size_bytes > 0);
            disk.and(device.disk()).map(|view| view.name)
        });
        disks.collect()
    }

    /// Which of the places the cursor is on.
    pub(super) fn place_at(page: &WhereStep, places: &[(Place, PlaceLine)]) -> usize {
        let at = page
            .chosen
            .as_ref()
            .and_then(|chosen| places.iter().position(|(place, _)| place == chosen));
        at.unwrap_or(0)
    }
}
