//! The sources that are open, kept between the probe and the run: a phone is upset by being opened twice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use heirloom_engine::{DeviceId, Source, SourceError, SourceIdentity};
use heirloom_linux::{Node, Watch};
use heirloom_phone::{PhoneSource, UsbAddress};

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

    /// Opens a source and asks who it is. One that was open is let go of first.
    pub(crate) fn probe(&self, device: &DeviceId) -> Result<SourceIdentity, SourceError> {
        drop(self.take(device));
        let source = self.open(device)?;
        let identity = source.identity().clone();
        self.keep(device, source);
        Ok(identity)
    }

    /// The source for a run; opened anew where none is open.
    pub(crate) fn take_or_open(&self, device: &DeviceId) -> Result<PhoneSource, SourceError> {
        match self.take(device) {
            Some(source) => Ok(source),
            None => self.open(device),
        }
    }

    /// Keeps a source for the next run.
    pub(crate) fn keep(&self, device: &DeviceId, source: PhoneSource) {
        self.locked().insert(device.clone(), source);
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

    fn open(&self, device: &DeviceId) -> Result<PhoneSource, SourceError> {
        match self.watch.get(device) {
            Some((_, Node::Usb { bus, device })) => {
                heirloom_phone::open(UsbAddress { bus, device })
            }
            Some((_, Node::Disk { .. })) | None => Err(SourceError::Gone),
        }
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<DeviceId, PhoneSource>> {
        // A panic elsewhere leaves the map whole: each change is one call.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
