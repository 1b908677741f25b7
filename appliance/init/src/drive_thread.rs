//! The one thread that touches the archive drive: jobs come in a queue, so that nothing is closed while it is used, or opened twice.

use crossbeam_channel::{Receiver, Sender, unbounded};
use heirloom_engine::{
    Archive, ArchiveError, AuditEffect, AuditEvent, Cancel, DeviceFacts, DeviceForm, DeviceId,
    Document, DriveError, Event, KeysEffect, OpenedArchive, Paper, Passphrase, Progress, RunDone,
    RunError, RunOrder, RunReport, RunWish, SetUpStep, SheetCopyError, SourceError, SourceReading,
    Volume, VolumeError, VolumePath, device_name, ingest,
};
use heirloom_format::{
    ArchiveId, ArchiveInfo, Day, Plan, SigningKey, escape_component, portable_name,
};
use heirloom_linux::{
    ArchiveDrive, KeyDerivation, Node, OpenOrder, SetUpOrder, Watch, clean_up, open, set_up,
};
use heirloom_recovery::DriveFacts;
use zeroize::Zeroizing;

use crate::audit_job::{self, AuditPlace};
use crate::booting;
use crate::keys_job;
use crate::logbook;
use crate::paper;
use crate::plan_file;
use crate::plan_job;
use crate::setting::Release;
use crate::sheet;
use crate::sheet_copy_job;
use crate::sources::Sources;

/// Something to be done with the drive; the fields are those of the effects of the same names.
pub(crate) enum Job {
    SetUp {
        disk: DeviceFacts,
        name: String,
        passphrase: Passphrase,
    },
    Open {
        device: DeviceId,
        partition: u32,
        luks_uuid: String,
        passphrase: Passphrase,
    },
    Run {
        device: DeviceId,
        source_name: String,
        wish: RunWish,
        cancel: Cancel,
    },
    Keys(KeysEffect),
    Audit(AuditEffect, Cancel),
    WritePlan(Box<Plan>),
    CopySheet {
        disk: DeviceFacts,
        partition: u32,
    },
    /// A sheet as PDF, for whoever prints it. Where it can't be made, the reply is dropped.
    MakeSheet {
        document: Document,
        paper: Paper,
        reply: Sender<Zeroizing<Vec<u8>>>,
    },
    Close,
}

/// Starts the thread. What happens is told through `events`; `today` is asked for the date of each job.
pub(crate) fn start(
    events: Sender<Event>,
    watch: Watch,
    sources: Sources,
    release: Release,
    today: fn() -> Day,
) -> Sender<Job> {
    let (jobs, queue) = unbounded();
    std::thread::spawn(move || {
        DriveThread {
            events,
            watch,
            sources,
            release,
            today,
            drive: None,
        }
        .run(&queue)
    });
    jobs
}

struct DriveThread {
    events: Sender<Event>,
    watch: Watch,
    sources: Sources,
    release: Release,
    today: fn() -> Day,
    drive: Option<OpenDrive>,
}

/// The archive that is open.
pub(crate) struct OpenDrive {
    pub(crate) drive: ArchiveDrive,
    device: DeviceId,
    info: ArchiveInfo,
    pub(crate) facts: DriveFacts,
    /// What opened it, which has to prove any change of a key. Wiped when the archive is closed.
    pub(crate) passphrase: Passphrase,
    /// The version that the drive boots.
    boots: Option<String>,
}

impl DriveThread {
    fn run(mut self, queue: &Receiver<Job>) {
        for job in queue {
            let event = match job {
                Job::SetUp {
                    disk,
                    name,
                    passphrase,
                } => Event::SetUpEnded(self.set_up(&disk, &name, &passphrase)),
                Job::Open {
                    device,
                    partition,
                    luks_uuid,
                    passphrase,
                } => Event::ArchiveOpened(self.open(&device, partition, &luks_uuid, &passphrase)),
                Job::Run {
                    device,
                    source_name,
                    wish,
                    cancel,
                } => Event::RunEnded(Box::new(self.archive(&device, source_name, wish, &cancel))),
                Job::Keys(effect) => Event::Keys(keys_job::carry_out(effect, self.drive.as_mut())),
                Job::WritePlan(plan) => Event::PlanWritten(plan_job::write(
                    *plan,
                    self.drive.as_ref(),
                    &self.release,
                    (self.today)(),
                )),
                Job::Audit(effect, cancel) => match self.audit(effect, &cancel) {
                    Some(event) => Event::Audit(event),
                    None => continue,
                },
                Job::CopySheet { disk, partition } => {
                    Event::SheetCopied(self.copy_sheet(&disk, partition))
                }
                Job::MakeSheet {
                    document,
                    paper,
                    reply,
                } => {
                    self.make_sheet(&document, paper, &reply);
                    continue;
                }
                Job::Close => {
                    self.close();
                    Event::ArchiveClosed
                }
            };
            self.tell(event);
        }
    }

    fn make_sheet(&self, document: &Document, paper: Paper, reply: &Sender<Zeroizing<Vec<u8>>>) {
        let Some(open) = self.drive.as_ref() else {
            return;
        };
        let paper = paper::size_of(paper);
        let today = (self.today)();
        let made = match document {
            Document::RestoreSheet => {
                sheet::pdf(&open.drive, &open.facts, &self.release, today, paper)
                    .map(Zeroizing::new)
            }
            Document::ShareSheet(sheet) => sheet::of_share(&open.drive, sheet, today, paper),
        };
        match made {
            // Whoever asked may have been stopped meanwhile.
            Ok(pdf) => drop(reply.send(pdf)),
            Err(error) => log::warn!("the sheet: {error:#}"),
        }
    }

    fn tell(&self, event: Event) {
        if self.events.send(event).is_err() {
            // The worker ends; what is open is closed by the guards, or by the next worker.
            log::warn!("nobody hears of the drive any more");
        }
    }

    /// The disk's node and facts, if it is still there.
    fn disk(&self, device: &DeviceId) -> Result<(std::path::PathBuf, DriveFacts), DriveError> {
        match self.watch.get(device) {
            Some((facts, Node::Disk { path })) => {
                let DeviceForm::Disk(disk) = facts.form else {
                    return Err(DriveError::Changed);
                };
                let model = device_name(&facts.manufacturer, &facts.model);
                Ok((
                    path,
                    DriveFacts {
                        model,
                        serial: facts.serial,
                        size_bytes: disk.size_bytes,
                    },
                ))
            }
            Some((_, Node::Usb { .. })) => Err(DriveError::Changed),
            None => Err(DriveError::Gone),
        }
    }

    fn set_up(
        &mut self,
        disk: &DeviceFacts,
        name: &str,
        passphrase: &Passphrase,
    ) -> Result<OpenedArchive, DriveError> {
        let device = &disk.id;
        let (path, facts) = self.disk(device)?;
        // What was shown and confirmed may have been exchanged or written since.
        let same = self.watch.get(device).is_some_and(|(now, _)| now == *disk);
        if !same || heirloom_engine::fit_for_archive(disk).is_err() {
            return Err(DriveError::Changed);
        }
        self.close();
        let (mut id, mut seed, mut key_id) = ([0; 16], Zeroizing::new([0; 32]), [0; 8]);
        for room in [&mut id[..], &mut seed[..], &mut key_id[..]] {
            getrandom::fill(room).map_err(|_| DriveError::Io {
                action: "drawing random numbers",
                errno: 0,
            })?;
        }
        let key = SigningKey::from_seed(*seed, key_id);
        let id = ArchiveId::from_bytes(id);
        let info = ArchiveInfo::new(id, name, (self.today)(), key.public_key());
        let order = SetUpOrder {
            disk: &path,
            size_bytes: facts.size_bytes,
            serial: facts.serial.as_deref(),
            info: &info,
            key: &key,
            name,
            passphrase,
            derivation: KeyDerivation::for_this_machine(),
        };
        let drive = set_up(&order, &|step| self.tell(Event::SetUpReached(step)))?;
        self.tell(Event::SetUpReached(SetUpStep::MakingBootable));
        let boots = booting::see_to(&self.watch, &path);
        self.take_over(drive, device, facts, passphrase, boots)
    }

    fn open(
        &mut self,
        device: &DeviceId,
        partition: u32,
        luks_uuid: &str,
        passphrase: &Passphrase,
    ) -> Result<OpenedArchive, DriveError> {
        let (path, facts) = self.disk(device)?;
        self.close();
        let drive = open(&OpenOrder {
            disk: &path,
            partition,
            luks_uuid,
            passphrase,
        })?;
        let boots = booting::see_to(&self.watch, &path);
        self.take_over(drive, device, facts, passphrase, boots)
    }

    /// Looks the archive over, brings its sheet up to date where there is none yet, and keeps it open.
    fn take_over(
        &mut self,
        drive: ArchiveDrive,
        device: &DeviceId,
        facts: DriveFacts,
        passphrase: &Passphrase,
        boots: Option<String>,
    ) -> Result<OpenedArchive, DriveError> {
        let archive = Archive::open(drive.volume().as_ref()).map_err(|error| {
            log::warn!("{error}");
            match error {
                ArchiveError::Volume(VolumeError::Gone) => DriveError::Gone,
                ArchiveError::Volume(VolumeError::Io { errno, .. }) => DriveError::Io {
                    action: "reading the archive",
                    errno,
                },
                _ => DriveError::NotAnArchive,
            }
        })?;
        if archive.newest().is_none()
            && let Err(error) = sheet::write(&drive, &facts, &self.release, (self.today)())
        {
            // Written again after each run, and its absence is said there.
            log::warn!("the sheet: {error:#}");
        }
        let info = archive.info().clone();
        let open = OpenDrive {
            drive,
            device: device.clone(),
            info,
            facts,
            passphrase: passphrase.clone(),
            boots,
        };
        let opened = summary(&archive, &open)?;
        self.drive = Some(open);
        Ok(opened)
    }

    fn archive(
        &mut self,
        device: &DeviceId,
        source_name: String,
        wish: RunWish,
        cancel: &Cancel,
    ) -> Result<RunDone, RunError> {
        let Some(open) = &self.drive else {
            return Err(RunError::DriveGone);
        };
        logbook::begin_run();
        log::info!("archives {source_name}, {wish:?}");
        let today = (self.today)();
        let order = RunOrder {
            archive_info: open.info.clone(),
            source_name: source_name.clone(),
            date: today,
            read_all: wish.reading == SourceReading::All,
            software: format!("heirloom {} {}", self.release.version, self.release.commit),
            choice: wish.choice,
            reads_twice: wish.reading == SourceReading::NewTwice,
            long_files: Default::default(),
        };
        let outcome = self.copy(open, device, &order, cancel);
        match &outcome {
            Ok(report) => log::info!("{} files, head {}", report.files, report.head),
            Err(error) => log::warn!("the run ends: {error}"),
        }
        let volume = open.drive.volume();
        if !matches!(outcome, Err(RunError::DriveGone)) {
            keep_log(volume.as_ref(), &order);
        }
        if outcome.is_err() {
            self.tell_sources(volume.as_ref());
        }
        let report = outcome?;
        let written = sheet::write(&open.drive, &open.facts, &self.release, today);
        if let Err(error) = &written {
            log::warn!("the sheet: {error:#}");
        }
        let archive = Archive::open(volume.as_ref())?;
        let archive = summary(&archive, open).map_err(|_| RunError::DriveGone)?;
        Ok(RunDone {
            report,
            sheet_written: written.is_ok(),
            archive,
        })
    }

    /// A run that did not get there may have begun a source's folder all the same, and given it its name for good.
    fn tell_sources(&self, volume: &dyn Volume) {
        match Archive::open(volume) {
            Ok(archive) => self.tell(Event::SourcesKnown(source_folders(&archive))),
            // Why the run ended is told anyway.
            Err(error) => log::warn!("the sources: {error}"),
        }
    }

    fn copy(
        &self,
        open: &OpenDrive,
        device: &DeviceId,
        order: &RunOrder,
        cancel: &Cancel,
    ) -> Result<RunReport, RunError> {
        let mut source = self
            .sources
            .take_or_open(device)
            .map_err(|error| match error {
                SourceError::Gone => RunError::SourceGone,
                // What a disk answers, it answers again.
                SourceError::UnknownFileSystem | SourceError::Io { .. } => {
                    RunError::SourceFailed(error)
                }
                _ => RunError::SourceStalled,
            })?;
        log::info!("the source says: {:?}", source.source().identity());
        let watch = |progress: Progress| self.tell(Event::RunMoved(progress));
        let outcome = ingest(source.source(), open.drive.volume(), order, &watch, cancel);
        let silent = matches!(
            outcome,
            Err(RunError::SourceGone | RunError::SourceStalled | RunError::SourceFailed(_))
        );
        self.sources.give_back(device, source, !silent);
        outcome
    }

    fn audit(&self, effect: AuditEffect, cancel: &Cancel) -> Option<AuditEvent> {
        let open = self.drive.as_ref();
        let disk = open.and_then(|open| Some(self.disk(&open.device).ok()?.0));
        let place = AuditPlace {
            open,
            disk: disk.as_deref(),
            sources: &self.sources,
            release: &self.release,
            today: (self.today)(),
            tell: &|event| self.tell(Event::Audit(event)),
        };
        audit_job::carry_out(effect, &place, cancel)
    }

    fn copy_sheet(&self, disk: &DeviceFacts, partition: u32) -> Result<String, SheetCopyError> {
        let open = self.drive.as_ref().ok_or(SheetCopyError::NoSheet)?;
        let today = (self.today)();
        let paper = paper::chosen();
        let pdf = sheet::pdf(&open.drive, &open.facts, &self.release, today, paper);
        let pdf = pdf.map_err(|error| {
            log::warn!("the sheet: {error:#}");
            SheetCopyError::NoSheet
        })?;
        let name = format!("Restore sheet {} {today}", open.info.name);
        let name = portable_name(&escape_component(name.as_bytes()));
        let copied = sheet_copy_job::copy(&pdf, &name, (disk, partition), &self.watch);
        copied.inspect_err(|error| log::warn!("the copy of the sheet: {error}"))
    }

    fn close(&mut self) {
        if let Some(open) = self.drive.take()
            && let Err(error) = open.drive.close()
        {
            // A pulled drive can't be closed in good order; what is left of it in the kernel is taken away.
            log::warn!("{error}");
            clean_up();
        }
    }
}

fn summary(archive: &Archive, open: &OpenDrive) -> Result<OpenedArchive, DriveError> {
    let space = open.drive.volume().space().map_err(|error| {
        log::warn!("{error}");
        DriveError::Gone
    })?;
    Ok(OpenedArchive {
        device: open.device.clone(),
        name: archive.info().name.clone(),
        generation: archive.newest().map_or(0, |newest| newest.name.generation),
        last_date: archive.newest().map(|newest| newest.name.date.to_string()),
        space,
        source_folders: source_folders(archive),
        damaged: archive
            .damage()
            .iter()
            .map(|damage| format!("{} {}", damage.place, damage.kind))
            .collect(),
        has_executors: open.drive.has_executors()?,
        boots: open.boots.clone(),
        plan: plan_file::read(open.drive.volume().as_ref())
            .inspect_err(|error| log::warn!("the plan: {error}"))
            .ok()
            .map(Box::new),
    })
}

fn source_folders(archive: &Archive) -> Vec<String> {
    let folders = archive.source_folders().into_iter();
    folders.map(str::to_owned).collect()
}

/// Leaves the run's log in the archive, one file a run. Losing it loses no picture, so a failure is only noted.
fn keep_log(volume: &dyn Volume, order: &RunOrder) {
    let folder = VolumePath::new("logs");
    let write = || -> Result<(), VolumeError> {
        volume.make_folder(&folder)?;
        let taken = volume.list(Some(&folder))?;
        let names = (1..).map(|number: u32| format!("{} {number:04}.log", order.date));
        let name = names
            .into_iter()
            .find(|name| taken.iter().all(|entry| entry.name != *name));
        // There are more numbers than files.
        let Some(name) = name else { return Ok(()) };
        let mut draft = volume.create(&folder.join(&name))?;
        draft.write(logbook::run_log().as_bytes())?;
        draft.finish(None)?;
        volume.flush()
    };
    if let Err(error) = write() {
        log::warn!("the run's log: {error}");
    }
}
