//! Hot-plug: what is there already, and what comes and goes, as udev tells it.

use std::collections::BTreeMap;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use heirloom_engine::{DeviceFacts, DeviceForm, DeviceId, PartitionFacts, STICK_PARTITION_NAME};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use udev::{Device, Enumerator, EventType, MonitorBuilder};

use crate::disk::partition_node;
use crate::node::Node;
use crate::udev_facts;

/// Something that came, changed or went.
#[derive(Clone, Debug)]
pub enum WatchEvent {
    /// It is there, with these facts.
    Seen(DeviceFacts),
    /// It is there no more.
    Gone(DeviceId),
    /// All that was plugged in at the start has been told.
    Settled,
}

/// What is known now; shared with the thread that watches.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    known: Arc<Mutex<BTreeMap<DeviceId, (DeviceFacts, Node)>>>,
}

impl Watch {
    /// A device's facts and node, if it is still there.
    pub fn get(&self, id: &DeviceId) -> Option<(DeviceFacts, Node)> {
        self.locked().get(id).cloned()
    }

    /// The node of the partition that a stick boots from; of any, where there are several.
    pub fn stick_partition(&self) -> Option<PathBuf> {
        self.locked().values().find_map(|(facts, node)| {
            let (DeviceForm::Disk(disk), Node::Disk { path }) = (&facts.form, node) else {
                return None;
            };
            let of_stick = |it: &&PartitionFacts| it.name == STICK_PARTITION_NAME;
            let partition = disk.partitions.iter().find(of_stick)?;
            Some(partition_node(path, partition.number))
        })
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, BTreeMap<DeviceId, (DeviceFacts, Node)>> {
        // A panic elsewhere leaves the map whole: each change is one call.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts watching on a thread of its own; `tell` is called for each event.
pub fn watch(tell: impl Fn(WatchEvent) + Send + 'static) -> Watch {
    let watch = Watch::default();
    let shared = watch.clone();
    let watcher = Watcher {
        known: shared,
        tell: Box::new(tell),
    };
    std::thread::spawn(move || {
        if let Err(error) = watcher.run() {
            // Without devices there is nothing to do; the supervisor starts the worker anew.
            log::error!("watching devices failed: {error}");
            std::process::exit(1);
        }
    });
    watch
}

struct Watcher {
    known: Watch,
    tell: Box<dyn Fn(WatchEvent) + Send>,
}

impl Watcher {
    fn run(&self) -> std::io::Result<()> {
        // The monitor first: what comes during the enumeration is then told twice, and not missed.
        let socket = MonitorBuilder::new()?
            .match_subsystem("usb")?
            .match_subsystem("block")?
            .listen()?;
        crate::start::settle();
        for subsystem in ["usb", "block"] {
            let mut enumerator = Enumerator::new()?;
            enumerator.match_subsystem(subsystem)?;
            enumerator.match_is_initialized()?;
            for device in enumerator.scan_devices()? {
                self.see(&device);
            }
        }
        (self.tell)(WatchEvent::Settled);
        loop {
            let mut descriptors = [PollFd::new(socket.as_fd(), PollFlags::POLLIN)];
            match poll(&mut descriptors, PollTimeout::NONE) {
                Ok(_) | Err(nix::errno::Errno::EINTR) => {}
                Err(errno) => return Err(errno.into()),
            }
            for event in socket.iter() {
                match event.event_type() {
                    EventType::Remove => self.lose(&event.device()),
                    _ => self.see(&event.device()),
                }
            }
        }
    }

    fn see(&self, device: &Device) {
        let found = match device.subsystem().and_then(|name| name.to_str()) {
            Some("usb") => udev_facts::usb(device),
            Some("block") => match device.devtype().and_then(|kind| kind.to_str()) {
                // A partition came or changed: its disk is told anew.
                Some("partition") => device.parent().and_then(|disk| udev_facts::disk(&disk)),
                _ => udev_facts::disk(device),
            },
            _ => None,
        };
        let Some((facts, node)) = found else { return };
        // Another card in the same reader: the one before is gone, although nothing was unplugged.
        self.forget(|id| udev_facts::is_earlier_medium(id, &facts.id));
        let before = self
            .known
            .locked()
            .insert(facts.id.clone(), (facts.clone(), node));
        if before.is_none_or(|(before, _)| before != facts) {
            log::info!("sees {facts:?}");
            (self.tell)(WatchEvent::Seen(facts));
        }
    }

    fn lose(&self, device: &Device) {
        if device.devtype().and_then(|kind| kind.to_str()) == Some("partition") {
            if let Some(disk) = device.parent().filter(|disk| disk.syspath().exists()) {
                self.see(&disk);
            }
            return;
        }
        // Ids carry a number after the path; whatever was at this path is gone.
        self.forget(|id| udev_facts::syspath_of(id) == device.syspath());
    }

    fn forget(&self, is_gone: impl Fn(&DeviceId) -> bool) {
        let gone: Vec<DeviceId> = {
            let mut known = self.known.locked();
            let gone: Vec<_> = known.keys().filter(|id| is_gone(id)).cloned().collect();
            gone.iter().for_each(|id| drop(known.remove(id)));
            gone
        };
        for id in gone {
            log::info!("loses {}", id.0);
            (self.tell)(WatchEvent::Gone(id));
        }
    }
}
