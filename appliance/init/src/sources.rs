//! The sources that are open. A phone is kept between the probe and the run, because it is upset by being opened twice; a disk is open for as
//! long as a run lasts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use heirloom_engine::{DeviceId, Source, SourceError, SourceIdentity, disk_identity};
use heirloom_linux::{DiskSource, Node, Watch};
use heirloom_phone::{PhoneSource, UsbAddress};

/// A source that is open.
pub(crate) enum OpenSource {
    Phone(PhoneSource),
    Disk(DiskSource),
}

impl OpenSource {
    pub(crate) fn source(&mut self) -> &mut dyn Source {
        match self {
            Self::Phone(phone) => phone,
            Self::Disk(disk) => disk,
        }
    }
}

#[derive(Clone)]
pub(crate) struct Sources {
    watch: Watch,
    open: Arc<Mutex<BTreeMap<DeviceId, PhoneSource>>>,
}

impl Sources {
    pub(crate) fn new(watch: Watch) -> Self {
        Self {
            watch,
            open: Arc::default(),
        }
    }

    /// Opens a source and asks who it is. One that was open is let go of first. A disk is known without being opened.
    pub(crate) fn probe(&self, device: &DeviceId) -> Result<SourceIdentity, SourceError> {
        drop(self.take(device));
        match self.watch.get(device) {
            Some((
                _,
                Node::Usb {
                    bus,
                    device: number,
                },
            )) => {
                let source = heirloom_phone::open(UsbAddress {
                    bus,
                    device: number,
                })?;
                let identity = source.identity().clone();
                self.locked().insert(device.clone(), source);
                Ok(identity)
            }
            Some((facts, Node::Disk { .. })) => {
                disk_identity(&facts).ok_or(SourceError::UnknownFileSystem)
            }
            None => Err(SourceError::Gone),
        }
    }

    /// The source for a run; opened anew where none is open.
    pub(crate) fn take_or_open(&self, device: &DeviceId) -> Result<OpenSource, SourceError> {
        if let Some(phone) = self.take(device) {
            return Ok(OpenSource::Phone(phone));
        }
        match self.watch.get(device) {
            Some((_, Node::Usb { bus, device })) => {
                heirloom_phone::open(UsbAddress { bus, device }).map(OpenSource::Phone)
            }
            Some((facts, Node::Disk { path })) => {
                DiskSource::open(&facts, &path).map(OpenSource::Disk)
            }
            None => Err(SourceError::Gone),
        }
    }

    /// Takes a source back after a run: a phone that still answers is kept for the next one.
    pub(crate) fn give_back(&self, device: &DeviceId, source: OpenSource, answers: bool) {
        match source {
            OpenSource::Phone(phone) if answers => {
                self.locked().insert(device.clone(), phone);
            }
            OpenSource::Phone(phone) => drop(phone),
            OpenSource::Disk(disk) => {
                // One that was pulled can't be closed in good order; it was only read, and is out of sight.
                if let Err(error) = disk.close() {
                    log::warn!("{}: {error}", device.0);
                }
            }
        }
    }

    /// Lets go of a source, if it is open: on a thread of its own, because a device that is half gone may take its time to answer.
    pub(crate) fn forget(&self, device: &DeviceId) {
        if let Some(source) = self.take(device) {
            std::thread::spawn(move || drop(source));
        }
    }

    fn take(&self, device: &DeviceId) -> Option<PhoneSource> {
        self.locked().remove(device)
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<DeviceId, PhoneSource>> {
        // A panic elsewhere leaves the map whole: each change is one call.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
