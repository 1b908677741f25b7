//! The worker: events from keys, devices and jobs go into the machine; its effects are carried out, its view is drawn.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use heirloom_engine::{AuditEffect, Cancel, Effect, Event, Machine, Now, Setting};
use heirloom_format::Day;
use heirloom_linux::{
    Console, WatchEvent, apply_layout, clean_up, console_fonts, end_leftovers, load_modules,
    set_clock, watch,
};
use heirloom_screen::{KeyDecoder, Terminal};

use crate::drive_thread::{self, Job};
use crate::logbook;
use crate::news::News;
use crate::paper;
use crate::printing_thread::Printing;
use crate::reading_thread::Reading;
use crate::setting::{Boot, Release, layouts};
use crate::sources::Sources;
use crate::supervisor::SWITCH_OFF;

/// A lone escape is the Escape key when nothing follows for this long; a serial line needs a hundredth of it.
const ESCAPE_PATIENCE: Duration = Duration::from_millis(100);
/// A terminal that fails (a cable without its other end) is tried again at this pace.
const TERMINAL_PAUSE: Duration = Duration::from_secs(1);

/// Works until the PC is to be switched off; gives the status that tells the supervisor so.
///
/// # Errors
/// When the terminal or the image's own files are not there.
pub(crate) fn run() -> anyhow::Result<u8> {
    let boot = Boot::read()?;
    logbook::open(boot.events.as_deref())?;
    let release = Release::read().context("the image does not say what it is")?;
    log::info!("heirloom {} {}", release.version, release.commit);
    end_on_any_panic();
    end_leftovers();
    clean_up();
    if boot.is_own_console() {
        console_fonts(&boot.screen);
    }
    let console = Console::open(&boot.screen).with_context(|| boot.screen.display().to_string())?;
    let (columns, rows) = console.size();
    let mut terminal = Terminal::new(console.try_clone()?, columns, rows)?;

    let (events, queue) = unbounded();
    read_keys(console, events.clone());
    std::thread::spawn(load_modules);
    let watched = events.clone();
    let known = watch(move |event| {
        let event = match event {
            WatchEvent::Seen(facts) => Event::DeviceSeen(facts),
            WatchEvent::Gone(id) => Event::DeviceGone(id),
            WatchEvent::Settled => Event::DevicesSettled,
        };
        // Only when the worker ends.
        drop(watched.send(event));
    });
    let sources = Sources::new(known.clone());
    let jobs = drive_thread::start(
        events.clone(),
        known.clone(),
        sources.clone(),
        release.clone(),
        today,
    );

    let printing = Printing::start(events.clone(), known.clone(), jobs.clone());
    let reading = Reading::start(events.clone(), known, release.clone(), today);

    let clock = Clock {
        started: Instant::now(),
    };
    let layouts = if boot.is_own_console() {
        layouts()
    } else {
        Vec::new()
    };
    let machine = Machine::new(
        clock.now(),
        Setting {
            layouts,
            from_drive: boot.from_drive,
            built_unix_s: release.built_unix_s,
        },
    );
    let mut worker = Worker {
        machine,
        clock,
        boot,
        events,
        jobs,
        reading,
        printing,
        sources,
        cancel: Cancel::new(),
        news: News::default(),
    };
    loop {
        if worker.carry_out() {
            return Ok(SWITCH_OFF);
        }
        let view = worker.machine.view();
        worker.news.page(&view);
        if let Err(error) = terminal.show(&view) {
            log::warn!("the screen: {error}");
        }
        worker.wait(&queue)?;
    }
}

struct Worker {
    machine: Machine,
    clock: Clock,
    boot: Boot,
    events: Sender<Event>,
    jobs: Sender<Job>,
    reading: Reading,
    printing: Printing,
    sources: Sources,
    cancel: Cancel,
    news: News,
}

impl Worker {
    /// Takes in the next event and all that have come meanwhile, or the machine's own time.
    fn wait(&mut self, queue: &Receiver<Event>) -> anyhow::Result<()> {
        let first = match self.machine.poll_deadline() {
            Some(deadline_ms) => match queue.recv_timeout(self.clock.until(deadline_ms)) {
                Ok(event) => Some(event),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => {
                    anyhow::bail!("nobody tells what happens any more")
                }
            },
            None => Some(queue.recv()?),
        };
        let Some(first) = first else {
            self.machine.tick(self.clock.now());
            return Ok(());
        };
        self.take_in(first);
        // Bounded, so that the screen is drawn even while news come thick and fast.
        for _ in 0..100 {
            match queue.try_recv() {
                Ok(event) => self.take_in(event),
                Err(_) => break,
            }
        }
        Ok(())
    }

    fn take_in(&mut self, event: Event) {
        self.news.event(&event);
        self.printing.event(&event);
        if let Event::DeviceGone(device) = &event {
            self.sources.forget(device);
        }
        self.machine.handle(self.clock.now(), event);
    }

    /// Carries out what the machine wants; whether the PC is to be switched off.
    fn carry_out(&mut self) -> bool {
        while let Some(effect) = self.machine.poll_effect() {
            match effect {
                Effect::ApplyLayout { code } => {
                    let paper = paper::choose_by_layout(&code);
                    let applied = apply_layout(&self.boot.screen, &code);
                    let event = Event::LayoutApplied { applied, paper };
                    self.machine.handle(self.clock.now(), event);
                }
                Effect::SetClock { unix_s } => set_clock(unix_s),
                Effect::ProbeSource(device) => {
                    let (events, sources) = (self.events.clone(), self.sources.clone());
                    std::thread::spawn(move || {
                        let outcome = sources.probe(&device);
                        log::info!("{}: {outcome:?}", device.0);
                        // Only when the worker ends.
                        drop(events.send(Event::SourceProbed { device, outcome }));
                    });
                }
                Effect::SetUpDrive {
                    disk,
                    name,
                    passphrase,
                } => self.queue(Job::SetUp {
                    disk,
                    name,
                    passphrase,
                }),
                Effect::OpenArchive {
                    device,
                    partition,
                    luks_uuid,
                    passphrase,
                } => {
                    self.queue(Job::Open {
                        device,
                        partition,
                        luks_uuid,
                        passphrase,
                    });
                }
                Effect::Run {
                    device,
                    source_name,
                    wish,
                } => {
                    self.news.run_begun(&device, &source_name);
                    self.cancel = Cancel::new();
                    self.queue(Job::Run {
                        device,
                        source_name,
                        wish,
                        cancel: self.cancel.clone(),
                    });
                }
                Effect::StopRun => self.cancel.cancel(),
                Effect::CloseArchive => self.queue(Job::Close),
                Effect::Print(effect) => self.printing.carry_out(effect),
                Effect::Reading(effect) => self.reading.carry_out(effect),
                Effect::Keys(effect) => self.queue(Job::Keys(effect)),
                Effect::Audit(AuditEffect::Stop) => self.cancel.cancel(),
                Effect::Audit(effect) => {
                    self.cancel = Cancel::new();
                    self.queue(Job::Audit(effect, self.cancel.clone()));
                }
                Effect::CopySheet { disk, partition } => {
                    self.queue(Job::CopySheet { disk, partition });
                }
                Effect::WritePlan(plan) => self.queue(Job::WritePlan(plan)),
                Effect::PowerOff => {
                    // Last of all, when every device has long been met, with its driver if there were one.
                    tell_of_networks();
                    return true;
                }
            }
        }
        false
    }

    fn queue(&self, job: Job) {
        if self.jobs.send(job).is_err() {
            log::error!("the drive's thread is gone");
        }
    }
}

struct Clock {
    started: Instant,
}

impl Clock {
    fn now(&self) -> Now {
        // An appliance does not run for 500 million years.
        let monotonic_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Now {
            monotonic_ms,
            unix_s: unix_s(),
        }
    }

    fn until(&self, deadline_ms: u64) -> Duration {
        Duration::from_millis(deadline_ms).saturating_sub(self.started.elapsed())
    }
}

fn unix_s() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
    }
}

fn today() -> Day {
    // A clock outside of all calendars was asked about before any archive could be opened; the epoch stands for it.
    Day::of_unix_s(unix_s())
        .or_else(|| Day::of_unix_s(0))
        .unwrap_or_else(|| unreachable!("1970 is in the calendar"))
}

fn read_keys(mut console: Console, events: Sender<Event>) {
    std::thread::spawn(move || {
        let mut decoder = KeyDecoder::default();
        let mut bytes = [0; 256];
        loop {
            let patience = decoder.is_waiting().then_some(ESCAPE_PATIENCE);
            let commands = match console.read_keys(&mut bytes, patience) {
                Ok(0) if decoder.is_waiting() => decoder.settle().into_iter().collect(),
                Ok(0) => {
                    // A terminal that is hung up answers at once with nothing.
                    std::thread::sleep(TERMINAL_PAUSE);
                    Vec::new()
                }
                Ok(count) => decoder.feed(&bytes[..count]),
                Err(error) => {
                    log::warn!("the keyboard: {error}");
                    std::thread::sleep(TERMINAL_PAUSE);
                    Vec::new()
                }
            };
            // What was typed may have been a secret.
            bytes.fill(0);
            for command in commands {
                if events.send(Event::Pressed(command)).is_err() {
                    return;
                }
            }
        }
    });
}

/// Tells which network interfaces there are: none but the loopback, which is down, as the image has no driver for any. The flags are
/// those of `netdevice(7)`: 0x8 is a loopback, and 0x1 would be up.
fn tell_of_networks() {
    let interfaces = || -> std::io::Result<Vec<serde_json::Value>> {
        std::fs::read_dir("/sys/class/net")?
            .map(|entry| {
                let entry = entry?;
                let flags = std::fs::read_to_string(entry.path().join("flags"))?;
                Ok(serde_json::json!({ "name": entry.file_name().to_string_lossy(), "flags": flags.trim() }))
            })
            .collect()
    };
    match interfaces() {
        Ok(interfaces) => {
            logbook::announce(&serde_json::json!({ "event": "networks", "interfaces": interfaces }))
        }
        Err(error) => log::warn!("the network interfaces: {error}"),
    }
}

/// A thread that panics would leave the others waiting for it. The supervisor starts a new worker, which cleans up.
fn end_on_any_panic() {
    std::panic::set_hook(Box::new(|panic| {
        log::error!("{panic}");
        std::process::exit(101);
    }));
}
