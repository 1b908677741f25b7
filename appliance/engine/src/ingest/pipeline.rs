//! Four threads that overlap: one fetches, one hashes and writes, one flushes, one reads back and compares.
//!
//! The queues between them are bounded, so that memory is, whatever the size of a file or a library. When one of them fails, its end of
//! a queue goes away, and the others come to their ends by that.

use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, after, bounded, select};

use super::copied::{Durable, Written, make_durable};
use super::fetcher::Fetcher;
use super::holdings::Holdings;
use super::in_flight::{InFlight, Landing};
use super::journal::Journal;
use super::look::{Findings, Manner};
use super::order::{Cancel, LongFiles, Progress};
use super::part::{Part, Parts};
use super::report::Problem;
use super::share::Sharing;
use super::standstill::Standstill;
use super::table::{RowNumber, Table};
use super::verifier::Verifier;
use super::workspace::Workspace;
use super::writer::Writer;
use crate::{RunError, Source, SourceError, Volume, VolumeError};

/// What goes from thread to thread at a time.
pub(super) const PIECE_BYTES: usize = 1 << 20;
/// Pieces on their way to be written: 16 MiB at most.
const PIECES_QUEUED: usize = 16;
/// Files that are written and not yet durable.
const FILES_QUEUED: usize = 4096;
/// A flush waits for as many files, or as many bytes, or as long: each one costs the drive some milliseconds.
const FLUSH_FILES: usize = 2048;
const FLUSH_BYTES: u64 = 32 << 20;
const FLUSH_AFTER: Duration = Duration::from_millis(500);
/// The journal is flushed by itself when no other flush comes so soon.
pub(super) const FLUSH_JOURNAL_AFTER: Duration = Duration::from_secs(1);

/// What all threads need.
pub(super) struct Context<'a> {
    pub(super) volume: &'a dyn Volume,
    pub(super) watch: &'a (dyn Fn(Progress) + Sync),
    pub(super) cancel: &'a Cancel,
    pub(super) table: &'a Table,
    pub(super) workspace: &'a Workspace,
    pub(super) journal: &'a Journal<'a>,
    pub(super) long_files: LongFiles,
    pub(super) manner: Manner,
}

/// Running totals over all passes of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    pub(super) moved_bytes: u64,
    pub(super) verified_files: u64,
    pub(super) verified_bytes: u64,
    pub(super) shared_files: u64,
}

/// What a pass over some files brought, beside what is in the bag now.
#[derive(Default)]
pub(super) struct Pass {
    /// Read back as something else than was written, and removed.
    pub(super) mismatched: Vec<RowNumber>,
    pub(super) problems: Vec<Problem>,
    /// What the first file that could not be read failed with.
    pub(super) first_refusal: Option<SourceError>,
}

pub(super) enum Step {
    /// A file, all of it, and what was found of it.
    Whole(RowNumber, Vec<u8>, Findings),
    /// A file that comes in pieces.
    Begin(RowNumber),
    /// A file of which there is a part already; the rest comes in pieces.
    GoOn(RowNumber, Box<Part>),
    Piece(Vec<u8>),
    /// All pieces are there, and this was found of them.
    End(Findings),
    /// The file is not to be kept.
    Abandon,
    /// All pieces are there; the file is kept in another place while it is asked for again.
    SetAside,
    /// What was set aside is the file after all.
    TakeBack(Findings),
    /// What was set aside is not needed.
    DropAside,
}

/// Copies files, going on with those of which there is a part. What is verified before an error is in the journal.
pub(super) fn copy(
    context: &Context<'_>,
    source: &mut dyn Source,
    files: &[RowNumber],
    parts: &mut Parts,
    holdings: &mut Holdings,
    sharing: &mut Sharing<'_>,
    totals: &mut Totals,
) -> Result<Pass, RunError> {
    let (to_writer, steps) = bounded(PIECES_QUEUED);
    let (spare, spares) = bounded(PIECES_QUEUED);
    let (to_flusher, written) = bounded(FILES_QUEUED);
    let (to_verifier, durable) = bounded(1);
    let in_flight = InFlight::default();
    let standstill = Standstill::default();
    let mut moved_bytes = totals.moved_bytes;
    let (fetched, wrote, flushed, verified) = thread::scope(|scope| {
        let writer = scope.spawn(|| {
            Writer::new(context, &in_flight, &standstill).write(steps, spare, to_flusher)
        });
        let flusher = scope.spawn(|| {
            flush(
                context.volume,
                &standstill,
                written,
                to_verifier,
                &in_flight,
            )
        });
        let verifier = Verifier {
            context,
            in_flight: &in_flight,
            standstill: &standstill,
            holdings,
            sharing,
            totals,
        };
        let verifier = scope.spawn(|| verifier.verify(durable));
        let mut fetcher = Fetcher {
            context,
            to_writer,
            spares,
            moved_bytes: &mut moved_bytes,
        };
        let fetched = fetcher.fetch_all(source, files, parts);
        // Its queue ends here, and with it the writer, and with that the others.
        drop(fetcher);
        // A panic in a thread is a panic of the run: the worker's supervisor deals with it.
        (fetched, join(writer), join(flusher), join(verifier))
    });
    totals.moved_bytes = moved_bytes;
    // The drive's own errors first: the others only saw a queue go away.
    let outcome = verified
        .and_then(|mismatched| flushed.map(|()| mismatched))
        .and_then(|mismatched| wrote.map(|()| mismatched))
        .map_err(RunError::from)
        .and_then(|mismatched| fetched.map(|fetched| (mismatched, fetched)));
    match outcome {
        Ok((mismatched, fetched)) => Ok(Pass {
            mismatched,
            problems: fetched.problems,
            first_refusal: fetched.first_refusal,
        }),
        Err(error) => {
            // What the journal says of the last files is worth keeping; if it can't be, they are fetched again.
            if error != RunError::DriveGone
                && let Err(second) = context.volume.flush()
            {
                log::warn!("{second}");
            }
            Err(error)
        }
    }
}

fn join<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn flush(
    volume: &dyn Volume,
    standstill: &Standstill,
    written: Receiver<Written>,
    to_verifier: Sender<Vec<Durable>>,
    in_flight: &InFlight,
) -> Result<(), VolumeError> {
    let _landing = Landing(in_flight);
    while let Ok(first) = written.recv() {
        let time_is_up = after(FLUSH_AFTER);
        let mut bytes = first.size_bytes;
        let mut batch = vec![first];
        while batch.len() < FLUSH_FILES && bytes < FLUSH_BYTES {
            select! {
                recv(time_is_up) -> _ => break,
                recv(written) -> next => match next {
                    Ok(next) => {
                        bytes += next.size_bytes;
                        batch.push(next);
                    }
                    // Nothing more comes.
                    Err(_) => break,
                }
            }
        }
        // Whatever else is written by now costs nothing more.
        batch.extend(written.try_iter());
        if to_verifier
            .send(make_durable(|| standstill.flush(volume), batch)?)
            .is_err()
        {
            // It failed, and says so itself.
            break;
        }
    }
    Ok(())
}
