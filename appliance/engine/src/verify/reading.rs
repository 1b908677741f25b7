//! Reads many files past the cache and hashes them, both at the same time.
//!
//! As many readers as the drive likes, and at least as many hashers as there are cores: a reader gives each file to a hasher that has
//! none, so that one drive with one head keeps two slow cores busy. Pieces travel in buffers that are used again and again, and their
//! number bounds the memory.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use heirloom_format::Digest;
use sha2::Digest as _;

use super::contents::FileNumber;
use crate::archive::readable;
use crate::{Cancel, DamageKind, FileFacts, Volume, VolumeError, VolumePath};

/// Files that are handed out and wait for a reader.
const JOBS_WAITING_MAX: usize = 64;
/// Buffers, of at most 1 MiB each.
/// More files at once help no drive that a family has.
const READERS_MAX: usize = 4;
const BUFFERS_EACH: usize = 4;
const BUFFERS_MAX: usize = 24;

/// A file to be looked at.
pub(crate) struct Job {
    pub(crate) number: FileNumber,
    /// In which snapshot it is looked for; for whoever hands it out.
    pub(crate) bag: usize,
    pub(crate) place: VolumePath,
    /// Otherwise only its facts are asked for.
    pub(crate) reads_content: bool,
}

/// What was found.
pub(crate) struct Outcome {
    pub(crate) number: FileNumber,
    pub(crate) bag: usize,
    pub(crate) place: VolumePath,
    pub(crate) found: Result<Found, DamageKind>,
}

/// A file as the drive gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) facts: FileFacts,
    /// Digest and length of what was read.
    pub(crate) content: Option<(Digest, u64)>,
}

/// Whoever has files to be read.
pub(crate) trait Reading {
    /// The next file.
    fn next(&mut self) -> Result<Option<Job>, VolumeError>;

    /// A file is done. In no particular order.
    fn done(&mut self, outcome: Outcome);
}

/// Reads all that `reading` hands out. `moved` is told of bytes as they are hashed. Ends early, without an error, when `cancel` says so.
pub(crate) fn read_all(
    volume: &dyn Volume,
    reading: &mut dyn Reading,
    moved: &(dyn Fn(u64) + Sync),
    cancel: &Cancel,
) -> Result<(), VolumeError> {
    // How many cores there are matters for speed alone, so not knowing it does no harm.
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let hashers = READERS_MAX.max(cores);
    let (permit_sender, permits) = unbounded();
    let permitted = AtomicUsize::new(0);
    let (job_sender, jobs) = bounded(JOBS_WAITING_MAX);
    let (outcome_sender, outcomes) = unbounded();
    let (empty_sender, empty) = unbounded();
    for _ in 0..BUFFERS_MAX.min(BUFFERS_EACH * hashers) {
        // The receiver is at hand.
        let _ = empty_sender.send(Vec::new());
    }
    let (idle_sender, idle) = unbounded();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let mut lanes = Vec::with_capacity(hashers);
        for lane in 0..hashers {
            // Bounded by the number of buffers.
            let (sender, parts) = unbounded();
            lanes.push(sender);
            let hasher = Hasher {
                lane,
                parts,
                empty: empty_sender.clone(),
                idle: idle_sender.clone(),
                outcomes: outcome_sender.clone(),
            };
            // The receiver is at hand.
            let _ = idle_sender.send(lane);
            scope.spawn(move || hasher.run(moved));
        }
        for _ in 0..READERS_MAX {
            let reader = Reader {
                volume,
                permits: permits.clone(),
                permit: permit_sender.clone(),
                permitted: &permitted,
                jobs: jobs.clone(),
                lanes: lanes.clone(),
                idle: idle.clone(),
                empty: empty.clone(),
                outcomes: outcome_sender.clone(),
                cancel,
                stop: &stop,
            };
            scope.spawn(move || reader.run());
        }
        adjust(volume, &permitted, &permit_sender);
        drop((lanes, jobs, outcome_sender));
        let fed = feed(volume, reading, &job_sender, &outcomes, cancel);
        if fed.is_err() {
            stop.store(true, Ordering::Relaxed);
        }
        drop(job_sender);
        let drained = outcomes.iter().try_for_each(|outcome| {
            reading.done(outcome?);
            Ok(())
        });
        stop.store(true, Ordering::Relaxed);
        fed.and(drained)
    })
}

/// A file, and what the file system says of it.
type Asked = (Job, Result<FileFacts, DamageKind>);
type Outcomes = Receiver<Result<Outcome, VolumeError>>;

fn feed(
    volume: &dyn Volume,
    reading: &mut dyn Reading,
    jobs: &Sender<Asked>,
    outcomes: &Outcomes,
    cancel: &Cancel,
) -> Result<(), VolumeError> {
    while !cancel.is_cancelled() {
        while let Ok(outcome) = outcomes.try_recv() {
            reading.done(outcome?);
        }
        let Some(job) = reading.next()? else { break };
        // Asked ahead of the readers, so that the drive has the file's description at hand when one of them opens it.
        let facts = readable(volume.facts(&job.place))?;
        if jobs.send((job, facts)).is_err() {
            // All readers ended, which they only do with an error: it is among the outcomes.
            break;
        }
    }
    Ok(())
}

enum Part {
    Piece(Vec<u8>),
    End(Job, Result<FileFacts, DamageKind>),
}

/// Hands out as many permits to read as the drive likes now: it may still be finding out. Those that are too many end with their holders' next
/// file.
fn adjust(volume: &dyn Volume, permitted: &AtomicUsize, permit: &Sender<()>) {
    let wanted = volume.reads_at_once().clamp(1, READERS_MAX);
    while change(permitted, |now| (now < wanted).then_some(now + 1)) {
        // The receiver is at hand, or it is all over.
        let _ = permit.send(());
    }
}

fn change(count: &AtomicUsize, to: impl Fn(usize) -> Option<usize>) -> bool {
    count
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, to)
        .is_ok()
}

struct Reader<'r> {
    volume: &'r dyn Volume,
    permits: Receiver<()>,
    permit: Sender<()>,
    permitted: &'r AtomicUsize,
    jobs: Receiver<Asked>,
    lanes: Vec<Sender<Part>>,
    idle: Receiver<usize>,
    empty: Receiver<Vec<u8>>,
    outcomes: Sender<Result<Outcome, VolumeError>>,
    cancel: &'r Cancel,
    stop: &'r AtomicBool,
}

impl Reader<'_> {
    fn run(self) {
        while self.permits.recv().is_ok() {
            let goes_on = self.read_next();
            let wanted = self.volume.reads_at_once().clamp(1, READERS_MAX);
            // Never the last one: at least one is wanted.
            if goes_on && change(self.permitted, |now| (now > wanted).then(|| now - 1)) {
                continue;
            }
            // Back to whoever comes next; when it is all over, so that the others hear of it.
            let _ = self.permit.send(());
            if !goes_on {
                return;
            }
            adjust(self.volume, self.permitted, &self.permit);
        }
    }

    fn read_next(&self) -> bool {
        let Ok((job, facts)) = self.jobs.recv() else {
            return false;
        };
        if let Err(error) = self.read(job, facts) {
            // Nobody listens any more only when it is all over.
            let _ = self.outcomes.send(Err(error));
            return false;
        }
        !self.must_stop()
    }

    fn must_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.cancel.is_cancelled()
    }

    fn read(&self, job: Job, facts: Result<FileFacts, DamageKind>) -> Result<(), VolumeError> {
        // Hashers outlive readers, so there is always one that becomes idle and one that takes a part.
        let Ok(lane) = self.idle.recv() else {
            return Ok(());
        };
        let lane = &self.lanes[lane];
        let mut read = Ok(0);
        if job.reads_content && facts.is_ok() {
            read = self.volume.read_back(&job.place, &mut |piece| {
                if self.must_stop() {
                    return ControlFlow::Break(());
                }
                let Ok(mut buffer) = self.empty.recv() else {
                    return ControlFlow::Break(());
                };
                buffer.clear();
                buffer.extend_from_slice(piece);
                match lane.send(Part::Piece(buffer)) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                }
            });
        }
        let read = readable(read)?;
        // What was stopped in the middle of a file says nothing about it.
        if !self.must_stop() {
            let found = facts.and_then(|facts| read.map(|_| facts));
            // As above.
            let _ = lane.send(Part::End(job, found));
        }
        Ok(())
    }
}

struct Hasher {
    lane: usize,
    parts: Receiver<Part>,
    empty: Sender<Vec<u8>>,
    idle: Sender<usize>,
    outcomes: Sender<Result<Outcome, VolumeError>>,
}

impl Hasher {
    fn run(self, moved: &(dyn Fn(u64) + Sync)) {
        let mut hasher = sha2::Sha256::new();
        let mut size_bytes = 0;
        // Where sending fails below, those who would receive are gone, because all is over.
        for part in self.parts {
            match part {
                Part::Piece(buffer) => {
                    hasher.update(&buffer);
                    size_bytes += buffer.len() as u64;
                    moved(buffer.len() as u64);
                    let _ = self.empty.send(buffer);
                }
                Part::End(job, facts) => {
                    let content = (
                        Digest::from_bytes(hasher.finalize_reset().into()),
                        size_bytes,
                    );
                    size_bytes = 0;
                    let found = facts.map(|facts| Found {
                        facts,
                        content: job.reads_content.then_some(content),
                    });
                    let outcome = Outcome {
                        number: job.number,
                        bag: job.bag,
                        place: job.place,
                        found,
                    };
                    let _ = self.outcomes.send(Ok(outcome));
                    let _ = self.idle.send(self.lane);
                }
            }
        }
    }
}
