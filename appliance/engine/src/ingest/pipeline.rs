//! Four threads that overlap: one fetches, one hashes and writes, one flushes, one reads back and compares.
//!
//! The queues between them are bounded, so that memory is, whatever the size of a file or a library. When one of them fails, its end of
//! a queue goes away, and the others come to their ends by that.

use std::ops::ControlFlow;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, after, bounded, select};
use heirloom_format::Digest;
use sha2::Digest as _;

use super::copied::{Durable, Written, make_durable, read_back};
use super::error::ends_the_run;
use super::holdings::Holdings;
use super::in_flight::{InFlight, Landing};
use super::journal::Journal;
use super::order::{Cancel, Progress};
use super::report::{Problem, ProblemReason};
use super::row::Row;
use super::share::Sharing;
use super::table::{RowNumber, Table};
use super::workspace::{Folders, Workspace};
use crate::{Draft, Fetched, RunError, Source, SourceError, Volume, VolumeError};

/// What goes from thread to thread at a time.
const PIECE_BYTES: usize = 1 << 20;
/// Pieces on their way to be written: 16 MiB at most.
const PIECES_QUEUED: usize = 16;
/// Files that are written and not yet durable.
const FILES_QUEUED: usize = 4096;
/// A flush waits for as many files, or as many bytes, or as long: each one costs the drive some milliseconds.
const FLUSH_FILES: usize = 2048;
const FLUSH_BYTES: u64 = 32 << 20;
const FLUSH_AFTER: Duration = Duration::from_millis(500);

/// What all threads need.
pub(super) struct Context<'a> {
    pub(super) volume: &'a dyn Volume,
    pub(super) watch: &'a (dyn Fn(Progress) + Sync),
    pub(super) cancel: &'a Cancel,
    pub(super) table: &'a Table,
    pub(super) workspace: &'a Workspace,
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

enum Step {
    /// A file, all of it.
    Whole(RowNumber, Vec<u8>),
    /// A file that comes in pieces.
    Begin(RowNumber),
    Piece(Vec<u8>),
    /// All pieces are there.
    End,
    /// The file is not to be kept.
    Abandon,
}

/// Copies files. What is verified before an error is in the journal.
pub(super) fn copy(
    context: &Context<'_>,
    source: &mut dyn Source,
    files: &[RowNumber],
    holdings: &mut Holdings,
    journal: &mut Journal<'_>,
    sharing: &mut Sharing<'_>,
    totals: &mut Totals,
) -> Result<Pass, RunError> {
    let (to_writer, steps) = bounded(PIECES_QUEUED);
    let (spare, spares) = bounded(PIECES_QUEUED);
    let (to_flusher, written) = bounded(FILES_QUEUED);
    let (to_verifier, durable) = bounded(1);
    let in_flight = InFlight::default();
    let mut moved_bytes = totals.moved_bytes;
    let (fetched, wrote, flushed, verified) = thread::scope(|scope| {
        let writer =
            scope.spawn(|| Writer::new(context, &in_flight).write(steps, spare, to_flusher));
        let flusher = scope.spawn(|| flush(context.volume, written, to_verifier, &in_flight));
        let verifier = scope.spawn(|| {
            verify(
                context, durable, &in_flight, holdings, journal, sharing, totals,
            )
        });
        let mut fetcher = Fetcher {
            context,
            to_writer,
            spares,
            moved_bytes: &mut moved_bytes,
        };
        let fetched = fetcher.fetch_all(source, files);
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

struct Fetcher<'c, 'a> {
    context: &'c Context<'a>,
    to_writer: Sender<Step>,
    spares: Receiver<Vec<u8>>,
    moved_bytes: &'c mut u64,
}

#[derive(Default)]
struct FetchedFiles {
    problems: Vec<Problem>,
    first_refusal: Option<SourceError>,
}

/// What the source gave of a file.
struct Received {
    bytes: u64,
    /// What was not sent on yet: all of it where no piece was.
    rest: Vec<u8>,
    was_begun: bool,
    outcome: Result<(), SourceError>,
}

impl Fetcher<'_, '_> {
    fn fetch_all(
        &mut self,
        source: &mut dyn Source,
        files: &[RowNumber],
    ) -> Result<FetchedFiles, RunError> {
        let mut outcome = FetchedFiles::default();
        for &number in files {
            let row = self.context.table.row(number);
            let listed_bytes = row.size_bytes();
            (self.context.watch)(Progress::Fetching {
                path: row.path_text(),
                size_bytes: listed_bytes,
            });
            let mut received = self.fetch_once(source, number, &row)?;
            if received.outcome.is_ok() && received.bytes != listed_bytes {
                log::warn!(
                    "{}: {} bytes instead of {listed_bytes}; again",
                    row.path_text(),
                    received.bytes,
                );
                self.abandon(received)?;
                received = self.fetch_once(source, number, &row)?;
            }
            let reason = match &received.outcome {
                Ok(()) => {
                    let received_bytes = received.bytes;
                    self.keep(number, received)?;
                    if received_bytes == listed_bytes {
                        continue;
                    }
                    ProblemReason::SizeDiffers {
                        listed_bytes,
                        received_bytes,
                    }
                }
                Err(error) => {
                    let error = error.clone();
                    self.abandon(received)?;
                    outcome.first_refusal.get_or_insert_with(|| error.clone());
                    ProblemReason::NotRead(error)
                }
            };
            log::warn!("{}: {reason}", row.path_text());
            outcome.problems.push(Problem {
                place: row.path_text(),
                reason,
            });
        }
        Ok(outcome)
    }

    /// Sends a file on, all but the rest of it, and leaves its end to the caller. The error in what was received is about this file alone.
    fn fetch_once(
        &mut self,
        source: &mut dyn Source,
        number: RowNumber,
        row: &Row<'_>,
    ) -> Result<Received, RunError> {
        if self.context.cancel.is_cancelled() {
            return Err(RunError::Stopped);
        }
        let mut received = Received {
            bytes: 0,
            rest: self.spare(),
            was_begun: false,
            outcome: Ok(()),
        };
        let mut stopped_by = None;
        let fetched = source.fetch(&row.object(), &mut |bytes| {
            received.bytes += bytes.len() as u64;
            received.rest.extend_from_slice(bytes);
            if received.rest.len() <= PIECE_BYTES {
                return ControlFlow::Continue(());
            }
            match self.send_piece(number, &mut received) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    stopped_by = Some(error);
                    ControlFlow::Break(())
                }
            }
        });
        if let Some(error) = stopped_by {
            return Err(error);
        }
        match fetched {
            Ok(Fetched::Whole(_)) => Ok(received),
            // Only the sink stops it, and the sink says why.
            Ok(Fetched::Stopped) => Err(RunError::Stopped),
            Err(error) if error.is_about_one_object() => Ok(Received {
                outcome: Err(error),
                ..received
            }),
            Err(error) => Err(ends_the_run(error)),
        }
    }

    fn keep(&mut self, number: RowNumber, received: Received) -> Result<(), RunError> {
        let rest_bytes = received.rest.len();
        if received.was_begun {
            self.send(Step::Piece(received.rest))?;
            self.send(Step::End)?;
        } else {
            self.send(Step::Whole(number, received.rest))?;
        }
        self.moved(rest_bytes);
        Ok(())
    }

    fn abandon(&mut self, received: Received) -> Result<(), RunError> {
        self.moved(received.rest.len());
        if received.was_begun {
            self.send(Step::Abandon)?;
        }
        Ok(())
    }

    fn send_piece(&mut self, number: RowNumber, received: &mut Received) -> Result<(), RunError> {
        if self.context.cancel.is_cancelled() {
            return Err(RunError::Stopped);
        }
        if !received.was_begun {
            received.was_begun = true;
            self.send(Step::Begin(number))?;
        }
        let full = std::mem::replace(&mut received.rest, self.spare());
        let piece_bytes = full.len();
        self.send(Step::Piece(full))?;
        self.moved(piece_bytes);
        Ok(())
    }

    fn moved(&mut self, bytes: usize) {
        *self.moved_bytes += bytes as u64;
        (self.context.watch)(Progress::Moved {
            bytes: *self.moved_bytes,
        });
    }

    /// The writer goes away only when the drive failed, and then says so itself; this error is never the one that is told.
    fn send(&self, step: Step) -> Result<(), RunError> {
        self.to_writer.send(step).map_err(|_| RunError::Stopped)
    }

    fn spare(&self) -> Vec<u8> {
        self.spares
            .try_recv()
            .unwrap_or_else(|_| Vec::with_capacity(2 * PIECE_BYTES))
    }
}

struct Writer<'c> {
    context: &'c Context<'c>,
    in_flight: &'c InFlight,
    folders: Folders,
}

/// A file that comes in pieces.
struct Open {
    row: RowNumber,
    draft: Box<dyn Draft>,
    hasher: sha2::Sha256,
    size_bytes: u64,
}

impl<'c> Writer<'c> {
    fn new(context: &'c Context<'c>, in_flight: &'c InFlight) -> Self {
        Self {
            context,
            in_flight,
            folders: Folders::below(context.workspace.data.clone()),
        }
    }

    fn write(
        mut self,
        steps: Receiver<Step>,
        spare: Sender<Vec<u8>>,
        to_flusher: Sender<Written>,
    ) -> Result<(), VolumeError> {
        let give_back = |mut piece: Vec<u8>| {
            piece.clear();
            // When enough spares wait, this one is just freed.
            let _ = spare.try_send(piece);
        };
        let mut open: Option<Open> = None;
        for step in steps {
            let written = match step {
                Step::Whole(row, content) => {
                    let mut whole = self.begin(row)?;
                    whole.add(&content)?;
                    give_back(content);
                    self.end(whole)?
                }
                Step::Begin(row) => {
                    open = Some(self.begin(row)?);
                    continue;
                }
                Step::Piece(piece) => {
                    if let Some(open) = &mut open {
                        open.add(&piece)?;
                    }
                    give_back(piece);
                    continue;
                }
                Step::End => match open.take() {
                    Some(open) => self.end(open)?,
                    None => continue,
                },
                Step::Abandon => {
                    self.discard(open.take())?;
                    continue;
                }
            };
            self.in_flight.add(written.size_bytes);
            if to_flusher.send(written).is_err() {
                // It failed, and says so itself.
                return Ok(());
            }
            self.in_flight.wait(written.size_bytes);
        }
        // The fetcher ended within a file. What there is of it is removed by the next attempt, if not now.
        self.discard(open)
    }

    fn begin(&mut self, row: RowNumber) -> Result<Open, VolumeError> {
        let Context {
            volume,
            table,
            workspace,
            ..
        } = self.context;
        self.folders
            .make_for(*volume, &table.row(row).path_text())?;
        let draft = volume.create(&workspace.place(&table.row(row)))?;
        Ok(Open {
            row,
            draft,
            hasher: sha2::Sha256::new(),
            size_bytes: 0,
        })
    }

    fn end(&self, open: Open) -> Result<Written, VolumeError> {
        open.draft
            .finish(self.context.table.row(open.row).unix_s())?;
        Ok(Written {
            row: open.row,
            sha256: Digest::from_bytes(open.hasher.finalize().into()),
            size_bytes: open.size_bytes,
        })
    }

    fn discard(&self, open: Option<Open>) -> Result<(), VolumeError> {
        let Some(Open { row, draft, .. }) = open else {
            return Ok(());
        };
        drop(draft);
        let context = self.context;
        context
            .volume
            .remove(&context.workspace.place(&context.table.row(row)))
    }
}

impl Open {
    fn add(&mut self, piece: &[u8]) -> Result<(), VolumeError> {
        self.hasher.update(piece);
        self.size_bytes += piece.len() as u64;
        self.draft.write(piece)
    }
}

fn flush(
    volume: &dyn Volume,
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
        if to_verifier.send(make_durable(volume, batch)?).is_err() {
            // It failed, and says so itself.
            break;
        }
    }
    Ok(())
}

fn verify(
    context: &Context<'_>,
    durable: Receiver<Vec<Durable>>,
    in_flight: &InFlight,
    holdings: &mut Holdings,
    journal: &mut Journal<'_>,
    sharing: &mut Sharing<'_>,
    totals: &mut Totals,
) -> Result<Vec<RowNumber>, VolumeError> {
    let _landing = Landing(in_flight);
    let Context {
        volume,
        table,
        workspace,
        ..
    } = context;
    let place_of = |row| workspace.place(&table.row(row));
    let mut mismatched = Vec::new();
    for batch in durable {
        let bytes = batch.iter().map(Durable::size_bytes).sum();
        let read_back = read_back(*volume, batch, &place_of)?;
        for row in read_back.mismatched {
            volume.remove(&place_of(row))?;
            mismatched.push(row);
        }
        let shared_files = sharing.take(*volume, &read_back.verified, holdings)?;
        if shared_files > 0 {
            // What the journal is about to say of them must be so after a power cut.
            volume.flush()?;
        }
        totals.shared_files += shared_files;
        for verified in &read_back.verified {
            journal.note(&holdings.record(table, verified.row()));
            totals.verified_files += 1;
            totals.verified_bytes += verified.size_bytes();
        }
        journal.write()?;
        in_flight.subtract(bytes);
        (context.watch)(Progress::Verified {
            files: totals.verified_files,
            bytes: totals.verified_bytes,
        });
    }
    Ok(mismatched)
}
