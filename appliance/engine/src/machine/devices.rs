//! What is plugged in, in the order in which it came.

use crate::classify::{DeviceClass, NotOurs, classify};
use crate::device::{DeviceFacts, DeviceForm, DeviceId, contents, device_name};
use crate::disk_source::{SourceNoun, disk_identity, disk_parts, disk_source_name, source_noun};
use crate::{SourceError, SourceIdentity};

use super::event::Now;
use super::view::{DeviceState, DiskUse, DiskView};

/// How long a phone is left alone before it is asked again. Shorter upsets some; longer feels dead to the person who just unlocked it.
const PROBE_PAUSE_MS: u64 = 3_000;

/// A device and what we know of it.
#[derive(Clone, Debug)]
pub(super) struct Device {
    pub(super) facts: DeviceFacts,
    pub(super) class: DeviceClass,
    pub(super) probe: Probe,
}

/// How far the opening of a source is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Probe {
    /// Not asked, or it is no source.
    None,
    /// Asked; the answer is on its way.
    Asked,
    /// Ask again at this time.
    Again { at_ms: u64, why: SourceError },
    /// It can be read.
    Ready(SourceIdentity),
    /// It can't, until it is plugged in anew.
    Failed(SourceError),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Devices(Vec<Device>);

impl Devices {
    /// Takes in a device; `true` when it is a new source that has to be asked who it is. A disk is known by its facts alone, and is not
    /// touched before it is to be archived.
    pub(super) fn see(&mut self, facts: DeviceFacts) -> bool {
        let class = classify(&facts);
        let on_disk = match facts.form {
            DeviceForm::Disk(_) => Some(disk_identity(&facts).map_or(Probe::None, Probe::Ready)),
            DeviceForm::Usb(_) => None,
        };
        if let Some(known) = self.0.iter_mut().find(|device| device.facts.id == facts.id) {
            known.facts = facts;
            known.class = class;
            if let Some(probe) = on_disk {
                known.probe = probe;
            }
            return false;
        }
        let source = matches!(class, DeviceClass::Phone | DeviceClass::Camera);
        self.0.push(Device {
            facts,
            class,
            probe: on_disk.unwrap_or(Probe::None),
        });
        source
    }

    pub(super) fn remove(&mut self, id: &DeviceId) -> Option<Device> {
        let index = self.0.iter().position(|device| device.facts.id == *id)?;
        Some(self.0.remove(index))
    }

    pub(super) fn get(&self, id: &DeviceId) -> Option<&Device> {
        self.0.iter().find(|device| device.facts.id == *id)
    }

    pub(super) fn get_mut(&mut self, id: &DeviceId) -> Option<&mut Device> {
        self.0.iter_mut().find(|device| device.facts.id == *id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Device> {
        self.0.iter()
    }

    /// The answer to a probe.
    pub(super) fn probed(
        &mut self,
        now: Now,
        id: &DeviceId,
        outcome: Result<SourceIdentity, SourceError>,
    ) {
        let Some(device) = self.get_mut(id) else {
            return;
        };
        device.probe = match outcome {
            Ok(identity) => Probe::Ready(identity),
            Err(why @ (SourceError::Locked | SourceError::TimedOut)) => Probe::Again {
                at_ms: now.monotonic_ms + PROBE_PAUSE_MS,
                why,
            },
            Err(why) => Probe::Failed(why),
        };
    }

    /// Asks this source again after a pause.
    pub(super) fn probe_later(&mut self, now: Now, id: &DeviceId, why: SourceError) {
        self.probed(now, id, Err(why));
    }

    /// When the next probe is due.
    pub(super) fn next_probe_ms(&self) -> Option<u64> {
        self.0
            .iter()
            .filter_map(|device| match device.probe {
                Probe::Again { at_ms, .. } => Some(at_ms),
                _ => None,
            })
            .min()
    }

    /// Takes out the sources that are due, and marks them as asked.
    pub(super) fn due_probes(&mut self, now: Now) -> Vec<DeviceId> {
        let mut due = Vec::new();
        for device in &mut self.0 {
            if matches!(device.probe, Probe::Again { at_ms, .. } if at_ms <= now.monotonic_ms) {
                device.probe = Probe::Asked;
                due.push(device.facts.id.clone());
            }
        }
        due
    }
}

impl Device {
    /// Its name for a person: as it was opened, or as its descriptors say.
    pub(super) fn name(&self) -> String {
        match (&self.probe, &self.facts.form, &self.class) {
            (Probe::Ready(_), DeviceForm::Disk(disk), _) => {
                disk_source_name(&self.facts, disk.size_bytes)
            }
            (Probe::Ready(identity), ..) => device_name(&identity.manufacturer, &identity.model),
            (.., DeviceClass::ArchiveDrive { name, .. }) if !name.is_empty() => name.clone(),
            _ => device_name(&self.facts.manufacturer, &self.facts.model),
        }
    }

    /// Its name where it is an archive's drive, or is to become one: as a disk's maker calls it.
    pub(super) fn drive_name(&self) -> String {
        match (&self.class, self.disk()) {
            (DeviceClass::Card | DeviceClass::PlainDisk, Some(disk)) => disk.name,
            _ => self.name(),
        }
    }

    /// What it is as a source, in one word.
    pub(super) fn noun(&self) -> SourceNoun {
        source_noun(&self.facts)
    }

    /// What there is to say about it; `None` for what does not concern anyone.
    pub(super) fn state(&self, open_archive: Option<&DeviceId>) -> Option<DeviceState> {
        let size_bytes = match &self.facts.form {
            DeviceForm::Disk(disk) => disk.size_bytes,
            DeviceForm::Usb(_) => 0,
        };
        Some(match &self.class {
            DeviceClass::Phone | DeviceClass::Camera => match &self.probe {
                Probe::None | Probe::Asked => DeviceState::Opening,
                Probe::Again {
                    why: SourceError::Locked,
                    ..
                } => DeviceState::WaitsForPerson,
                Probe::Again { .. } => DeviceState::Opening,
                Probe::Ready(_) => DeviceState::Ready,
                Probe::Failed(why) => DeviceState::Unreadable(why.clone()),
            },
            DeviceClass::ArchiveDrive { .. } => match open_archive {
                Some(open) if *open == self.facts.id => DeviceState::ArchiveOpen,
                Some(_) => DeviceState::ArchiveBeside,
                None => DeviceState::ArchiveLocked,
            },
            DeviceClass::Card | DeviceClass::PlainDisk => DeviceState::Disk {
                noun: self.noun(),
                size_bytes,
                holds: self.holds(),
            },
            DeviceClass::Locked(lock) => DeviceState::Locked(*lock),
            DeviceClass::BootStick => DeviceState::BootStick,
            DeviceClass::Printer => DeviceState::Printer,
            DeviceClass::NotOurs(NotOurs::InternalDisk | NotOurs::OtherUsb) => return None,
        })
    }

    fn holds(&self) -> DiskUse {
        let parts = disk_parts(&self.facts);
        match &self.probe {
            Probe::Ready(_) => {
                let storages = parts
                    .into_iter()
                    .map(|part| (part.storage, part.file_system));
                DiskUse::Source {
                    storages: storages.collect(),
                }
            }
            _ if self.disk().is_some_and(|disk| disk.is_empty()) => DiskUse::Empty,
            _ => DiskUse::Unreadable,
        }
    }

    /// It as a disk; `None` when it is none.
    pub(super) fn disk(&self) -> Option<DiskView> {
        let DeviceForm::Disk(disk) = &self.facts.form else {
            return None;
        };
        Some(DiskView {
            name: device_name(&self.facts.manufacturer, &self.facts.model),
            size_bytes: disk.size_bytes,
            serial: self.facts.serial.clone(),
            contents: contents(disk)
                .map(|content| (content.kind.clone(), content.label.clone()))
                .collect(),
            partitions: disk.partitions.len(),
        })
    }
}
