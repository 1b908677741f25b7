//! The one thread that reads an archive which nothing may change, and writes to the disk that is restored to: jobs come in a queue, but for the wish to
//! stop, which is heard at once.

mod contents;
mod listing;
mod record;
mod rehearsal;
mod subfolder;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender, unbounded};
use heirloom_engine::{
    ArchivedEntry, Cancel, DeviceFacts, DeviceForm, DeviceId, DriveError, DriveKey, Event,
    Passphrase, ReadArchive, ReadingEffect, ReadingEvent, RestoreError, RestoreOrder, RestorePlan,
    RestoreProgress, RestoreReport, TargetDisk, TargetDiskError, TargetError, TargetUse,
    VolumePath, device_name, plan_restore, restore,
};
use heirloom_format::{Day, StoredPath, escape_component, portable_name};
use heirloom_linux::{
    ArchiveReading, KeyHolder, Node, OpenOrder, RestoreDisk, TargetOrder, Watch, open_to_read,
    prepare_target,
};
use heirloom_recovery::DriveFacts;

use self::listing::Listing;
use self::subfolder::Subfolder;
use crate::logbook;
use crate::setting::Release;

/// Hands jobs to the thread.
pub(crate) struct Reading {
    jobs: Sender<Job>,
    /// Of all jobs that were queued since somebody asked to stop.
    cancel: Mutex<Cancel>,
}

struct Job {
    effect: ReadingEffect,
    cancel: Cancel,
}

impl Reading {
    /// Starts the thread. What happens is told through `events`; `today` is asked for the date of a rehearsal.
    pub(crate) fn start(
        events: Sender<Event>,
        watch: Watch,
        release: Release,
        today: fn() -> Day,
    ) -> Self {
        let (jobs, queue) = unbounded();
        std::thread::spawn(move || {
            ReadingThread {
                events,
                watch,
                release,
                today,
                open: None,
                disk: None,
            }
            .run(&queue);
        });
        Self {
            jobs,
            cancel: Mutex::new(Cancel::new()),
        }
    }

    /// Queues a job, or asks those that are queued to stop.
    pub(crate) fn carry_out(&self, effect: ReadingEffect) {
        // A panic elsewhere leaves it whole: each change is one assignment.
        let mut cancel = self.cancel.lock().unwrap_or_else(PoisonError::into_inner);
        if effect == ReadingEffect::Stop {
            cancel.cancel();
            *cancel = Cancel::new();
            return;
        }
        let job = Job {
            effect,
            cancel: cancel.clone(),
        };
        if self.jobs.send(job).is_err() {
            log::error!("the reading thread is gone");
        }
    }
}

struct ReadingThread {
    events: Sender<Event>,
    watch: Watch,
    release: Release,
    today: fn() -> Day,
    open: Option<OpenArchive>,
    disk: Option<RestoreDisk>,
}

/// The archive that is open to be read.
struct OpenArchive {
    reading: ArchiveReading,
    opened: Opened,
    name: String,
    /// The snapshot that was listed last.
    listing: Option<(VolumePath, Arc<Listing>)>,
}

/// What was opened, and how: a rehearsal opens it once more to keep its date.
struct Opened {
    device: DeviceId,
    node: PathBuf,
    partition: u32,
    luks_uuid: String,
    holder: KeyHolder,
    secret: Passphrase,
    /// The shares that yielded it, where it is the executors'.
    share_numbers: Vec<u8>,
    facts: DriveFacts,
}

impl ReadingThread {
    fn run(mut self, queue: &Receiver<Job>) {
        for Job { effect, cancel } in queue {
            let event = match effect {
                ReadingEffect::Open {
                    device,
                    partition,
                    luks_uuid,
                    key,
                } => ReadingEvent::Opened(self.open(device, partition, luks_uuid, key)),
                ReadingEffect::List { snapshot, folder } => {
                    let entries = self.list(&snapshot, folder.as_ref());
                    ReadingEvent::Listed {
                        snapshot,
                        folder,
                        entries,
                    }
                }
                ReadingEffect::PrepareTarget { disk, how } => {
                    ReadingEvent::TargetReady(self.prepare(&disk, how))
                }
                ReadingEffect::Plan(order) => {
                    ReadingEvent::Planned(Box::new(self.plan(&order, &cancel)))
                }
                ReadingEffect::Restore(order) => {
                    ReadingEvent::Restored(Box::new(self.restore(&order, &cancel)))
                }
                ReadingEffect::Rehearse => {
                    ReadingEvent::Rehearsed(Box::new(self.rehearse(&cancel)))
                }
                // It is never queued.
                ReadingEffect::Stop => continue,
                ReadingEffect::Close => {
                    self.close();
                    ReadingEvent::Closed
                }
            };
            self.tell(event);
        }
    }

    fn tell(&self, event: ReadingEvent) {
        if self.events.send(Event::Reading(event)).is_err() {
            // The worker ends; what is open is let go of by the guards, or by the next worker.
            log::warn!("nobody hears about the archive any more");
        }
    }

    fn open(
        &mut self,
        device: DeviceId,
        partition: u32,
        luks_uuid: String,
        key: DriveKey,
    ) -> Result<ReadArchive, DriveError> {
        self.close();
        logbook::begin_run();
        let (node, facts) = disk(&self.watch, &device)?;
        let (holder, secret, share_numbers) = match key {
            DriveKey::Passphrase(secret) => (KeyHolder::Owner, secret, Vec::new()),
            DriveKey::Shares { secret, numbers } => (KeyHolder::Executors, secret, numbers),
        };
        let order = OpenOrder {
            disk: &node,
            partition,
            luks_uuid: &luks_uuid,
            passphrase: &secret,
        };
        let reading = open_to_read(&order, holder)?;
        let archive = contents::archive(reading.volume().as_ref(), &device)?;
        self.open = Some(OpenArchive {
            reading,
            opened: Opened {
                device,
                node,
                partition,
                luks_uuid,
                holder,
                share_numbers,
                secret,
                facts,
            },
            name: archive.name.clone(),
            listing: None,
        });
        Ok(archive)
    }

    fn archive(&mut self) -> Result<&mut OpenArchive, RestoreError> {
        self.open.as_mut().ok_or(RestoreError::DriveGone)
    }

    fn list(
        &mut self,
        snapshot: &VolumePath,
        folder: Option<&StoredPath>,
    ) -> Result<Vec<ArchivedEntry>, RestoreError> {
        let open = self.archive()?;
        let listing = match &open.listing {
            Some((listed, listing)) if listed == snapshot => Arc::clone(listing),
            _ => {
                // The one before goes first: both may be large.
                open.listing = None;
                let volume = open.reading.volume();
                let listing = Arc::new(Listing::read(volume.as_ref(), snapshot)?);
                open.listing = Some((snapshot.clone(), Arc::clone(&listing)));
                listing
            }
        };
        listing.folder(folder).ok_or(RestoreError::NothingThere)
    }

    fn prepare(
        &mut self,
        disk: &DeviceFacts,
        how: TargetUse,
    ) -> Result<TargetDisk, TargetDiskError> {
        self.let_go_of_disk();
        let Some(open) = &self.open else {
            log::warn!("there is no archive to restore from");
            return Err(TargetDiskError::NotOffered);
        };
        let node = match self.watch.get(&disk.id) {
            // What was shown and confirmed may have been exchanged or written since.
            Some((now, Node::Disk { path })) if now == *disk && disk.id != open.opened.device => {
                path
            }
            Some(_) => return Err(TargetDiskError::Changed),
            None => return Err(TargetDiskError::Gone),
        };
        let folder = portable_name(&escape_component(
            format!("Heirloom {}", open.name).as_bytes(),
        ));
        let prepared = prepare_target(&TargetOrder {
            facts: disk,
            node: &node,
            how,
            folder: &folder,
        })?;
        let described = prepared.describe()?;
        self.disk = Some(prepared);
        Ok(described)
    }

    fn plan(&mut self, order: &RestoreOrder, cancel: &Cancel) -> Result<RestorePlan, RestoreError> {
        let volume = self.archive()?.reading.volume();
        let disk = self.disk.as_ref().ok_or(RestoreError::TargetGone)?;
        let target = Subfolder::of(disk.target().clone(), order)?;
        plan_restore(volume.as_ref(), order, &target, cancel)
    }

    fn restore(
        &mut self,
        order: &RestoreOrder,
        cancel: &Cancel,
    ) -> Result<RestoreReport, RestoreError> {
        let volume = self.archive()?.reading.volume();
        let disk = self.disk.as_ref().ok_or(RestoreError::TargetGone)?;
        let target = Subfolder::of(disk.target().clone(), order)?;
        let events = self.events.clone();
        let watch = move |progress: RestoreProgress| {
            // Only when the worker ends.
            drop(events.send(Event::Reading(ReadingEvent::Moved(progress))));
        };
        log::info!("restores {:?}", order.from);
        let outcome = restore(volume.as_ref(), order, &target, &watch, cancel);
        drop(target);
        match &outcome {
            Ok(report) => log::info!("{} files", report.sum(|part| part.restored_files)),
            Err(error) => log::warn!("the restore ends: {error}"),
        }
        let closed = self.close_disk();
        match (outcome, closed) {
            // What is not written out to its end is not restored, whatever was read back.
            (Ok(_), Err(TargetDiskError::Gone)) => Err(RestoreError::TargetGone),
            (Ok(_), Err(TargetDiskError::Io { errno, .. })) => {
                Err(RestoreError::TargetFailed(TargetError::Io { errno }))
            }
            (outcome, _) => outcome,
        }
    }

    fn close(&mut self) {
        self.let_go_of_disk();
        // Nothing was written to it, so that there is nothing to be lost.
        self.open = None;
    }

    fn let_go_of_disk(&mut self) {
        // A pulled disk can't be closed in good order; it is out of sight all the same, and why is logged.
        drop(self.close_disk());
    }

    fn close_disk(&mut self) -> Result<(), TargetDiskError> {
        let Some(disk) = self.disk.take() else {
            return Ok(());
        };
        let closed = disk.close();
        if let Err(error) = &closed {
            log::warn!("the disk that was restored to: {error}");
        }
        closed
    }
}

/// A disk's node and facts, if it is still there.
fn disk(watch: &Watch, device: &DeviceId) -> Result<(PathBuf, DriveFacts), DriveError> {
    let (facts, node) = watch.get(device).ok_or(DriveError::Gone)?;
    let (Node::Disk { path }, DeviceForm::Disk(disk)) = (node, facts.form) else {
        return Err(DriveError::Changed);
    };
    let facts = DriveFacts {
        model: device_name(&facts.manufacturer, &facts.model),
        serial: facts.serial,
        size_bytes: disk.size_bytes,
    };
    Ok((path, facts))
}
