//! Three threads that overlap: one fetches, one hashes and writes, one makes durable, reads back and compares.
//!
//! The queues between them are bounded, so that memory is, whatever the size of a file or a library. When one of them fails, its end of
//! a queue goes away, and the others come to their ends by that.

use std::ops::ControlFlow;
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use heirloom_format::Digest;
use sha2::Digest as _;

use super::copied::{Verified, Written, make_durable};
use super::error::ends_the_run;
use super::journal::Journal;
use super::order::{Cancel, Progress};
use super::report::{Problem, ProblemReason};
use super::settle::Settled;
use super::share::Sharing;
use super::workspace::Folders;
use crate::{Fetched, RunError, Source, SourceError, Volume, VolumeError, VolumePath};

/// What goes from thread to thread at a time.
const PIECE_BYTES: usize = 1 << 20;
/// Pieces on their way to be written: 8 MiB.
const PIECES_QUEUED: usize = 8;
/// Files that are written and not yet durable. It bounds what the page cache holds of us, and how many files are open.
const FILES_QUEUED: usize = 16;
/// Files that are made durable in one go, so that a folder of small ones is synced once for many.
const BATCH_FILES: usize = 16;

/// What all threads need.
pub(super) struct Context<'a> {
    pub(super) volume: &'a dyn Volume,
    pub(super) watch: &'a (dyn Fn(Progress) + Sync),
    pub(super) cancel: &'a Cancel,
    /// `bag/data`
    pub(super) data: VolumePath,
}

/// Running totals over all passes of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    pub(super) moved_bytes: u64,
    pub(super) verified_files: u64,
    pub(super) verified_bytes: u64,
    pub(super) shared_files: u64,
}

/// What a pass over some files brought.
#[derive(Default)]
pub(super) struct Pass<'a> {
    pub(super) verified: Vec<Verified>,
    /// Read back as something else than was written, and removed.
    pub(super) mismatched: Vec<&'a Settled>,
    pub(super) problems: Vec<Problem>,
    /// What the first file that could not be read failed with.
    pub(super) first_refusal: Option<SourceError>,
}

enum Step<'a> {
    Begin(&'a Settled),
    Piece(Vec<u8>),
    /// All bytes are there.
    End,
    /// The file is not to be kept.
    Abandon,
}

/// Copies files. What is verified before an error is in the journal.
pub(super) fn copy<'a>(
    context: &Context<'a>,
    source: &mut dyn Source,
    files: &[&'a Settled],
    folders: &mut Folders,
    journal: &mut Journal<'_>,
    sharing: &mut Sharing<'_>,
    totals: &mut Totals,
) -> Result<Pass<'a>, RunError> {
    let (to_writer, steps) = bounded(PIECES_QUEUED);
    let (spare, spares) = bounded(PIECES_QUEUED);
    let (to_verifier, written) = bounded(FILES_QUEUED);
    let mut moved_bytes = totals.moved_bytes;
    let (fetched, wrote, verified) = thread::scope(|scope| {
        let writer = scope.spawn(|| write(context, folders, steps, spare, to_verifier));
        let verifier = scope.spawn(|| verify(context, written, journal, sharing, totals));
        let mut fetcher = Fetcher {
            context,
            to_writer,
            spares,
            moved_bytes: &mut moved_bytes,
        };
        let fetched = fetcher.fetch_all(source, files);
        // Its queue ends here, and with it the writer, and with that the verifier.
        drop(fetcher);
        // A panic in a thread is a panic of the run: the worker's supervisor deals with it.
        (
            fetched,
            writer
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            verifier
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        )
    });
    totals.moved_bytes = moved_bytes;
    // The drive's own errors first: the others only saw a queue go away.
    let mut pass = verified?;
    wrote?;
    let fetched = fetched?;
    pass.problems = fetched.problems;
    pass.first_refusal = fetched.first_refusal;
    Ok(pass)
}

struct Fetcher<'c, 'a> {
    context: &'c Context<'a>,
    to_writer: Sender<Step<'a>>,
    spares: Receiver<Vec<u8>>,
    moved_bytes: &'c mut u64,
}

#[derive(Default)]
struct FetchedFiles {
    problems: Vec<Problem>,
    first_refusal: Option<SourceError>,
}

impl<'a> Fetcher<'_, 'a> {
    fn fetch_all(
        &mut self,
        source: &mut dyn Source,
        files: &[&'a Settled],
    ) -> Result<FetchedFiles, RunError> {
        let mut outcome = FetchedFiles::default();
        for &settled in files {
            (self.context.watch)(Progress::Fetching {
                path: settled.path.to_string(),
                size_bytes: settled.object.size_bytes,
            });
            let fetched = match self.fetch_once(source, settled)? {
                Ok(received) if received != settled.object.size_bytes => {
                    log::warn!(
                        "{}: {received} bytes instead of {}; again",
                        settled.path,
                        settled.object.size_bytes
                    );
                    self.send(Step::Abandon)?;
                    self.fetch_once(source, settled)?
                }
                fetched => fetched,
            };
            let reason = match fetched {
                Ok(received_bytes) => {
                    self.send(Step::End)?;
                    let listed_bytes = settled.object.size_bytes;
                    if received_bytes == listed_bytes {
                        continue;
                    }
                    ProblemReason::SizeDiffers {
                        listed_bytes,
                        received_bytes,
                    }
                }
                Err(error) => {
                    self.send(Step::Abandon)?;
                    outcome.first_refusal.get_or_insert_with(|| error.clone());
                    ProblemReason::NotRead(error)
                }
            };
            log::warn!("{}: {reason}", settled.path);
            outcome.problems.push(Problem {
                place: settled.path.to_string(),
                reason,
            });
        }
        Ok(outcome)
    }

    /// Sends all of a file, and leaves its end to the caller. The inner error is about this file alone.
    fn fetch_once(
        &mut self,
        source: &mut dyn Source,
        settled: &'a Settled,
    ) -> Result<Result<u64, SourceError>, RunError> {
        if self.context.cancel.is_cancelled() {
            return Err(RunError::Stopped);
        }
        self.send(Step::Begin(settled))?;
        let mut received_bytes = 0;
        let mut piece = self.spare();
        let mut stopped_by = None;
        let fetched = source.fetch(&settled.object, &mut |bytes| {
            received_bytes += bytes.len() as u64;
            piece.extend_from_slice(bytes);
            if piece.len() < PIECE_BYTES {
                return ControlFlow::Continue(());
            }
            let full = std::mem::replace(&mut piece, self.spare());
            match self.send_piece(full) {
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
            Ok(Fetched::Whole(_)) => {
                self.send_piece(piece)?;
                Ok(Ok(received_bytes))
            }
            // Only the sink stops it, and the sink says why.
            Ok(Fetched::Stopped) => Err(RunError::Stopped),
            Err(error) if error.is_about_one_object() => Ok(Err(error)),
            Err(error) => Err(ends_the_run(error)),
        }
    }

    fn send_piece(&mut self, piece: Vec<u8>) -> Result<(), RunError> {
        if self.context.cancel.is_cancelled() {
            return Err(RunError::Stopped);
        }
        *self.moved_bytes += piece.len() as u64;
        self.send(Step::Piece(piece))?;
        (self.context.watch)(Progress::Moved {
            bytes: *self.moved_bytes,
        });
        Ok(())
    }

    /// The writer goes away only when the drive failed, and then says so itself; this error is never the one that is told.
    fn send(&self, step: Step<'a>) -> Result<(), RunError> {
        self.to_writer.send(step).map_err(|_| RunError::Stopped)
    }

    fn spare(&self) -> Vec<u8> {
        self.spares
            .try_recv()
            .unwrap_or_else(|_| Vec::with_capacity(2 * PIECE_BYTES))
    }
}

fn write<'a>(
    context: &Context<'_>,
    folders: &mut Folders,
    steps: Receiver<Step<'a>>,
    spare: Sender<Vec<u8>>,
    to_verifier: Sender<Written<'a>>,
) -> Result<(), VolumeError> {
    let volume = context.volume;
    let mut open = None;
    for step in steps {
        match step {
            Step::Begin(settled) => {
                folders.make_durable_for(volume, &settled.path)?;
                let place = context.data.join(settled.path.as_str());
                let draft = volume.create(&place)?;
                open = Some((settled, place, draft, sha2::Sha256::new(), 0));
            }
            Step::Piece(mut piece) => {
                if let Some((_, _, draft, hasher, size_bytes)) = &mut open {
                    hasher.update(&piece);
                    draft.write(&piece)?;
                    *size_bytes += piece.len() as u64;
                }
                piece.clear();
                // When enough spares wait, this one is just freed.
                let _ = spare.try_send(piece);
            }
            Step::End => {
                if let Some((settled, place, draft, hasher, size_bytes)) = open.take() {
                    let sha256 = Digest::from_bytes(hasher.finalize().into());
                    let written = Written {
                        settled,
                        place,
                        draft,
                        sha256,
                        size_bytes,
                    };
                    if to_verifier.send(written).is_err() {
                        // The verifier failed, and says so itself.
                        return Ok(());
                    }
                }
            }
            Step::Abandon => {
                if let Some((_, place, draft, ..)) = open.take() {
                    drop(draft);
                    volume.remove(&place)?;
                }
            }
        }
    }
    // The fetcher ended within a file. What there is of it is removed by the next attempt, if not now.
    if let Some((_, place, draft, ..)) = open {
        drop(draft);
        volume.remove(&place)?;
    }
    Ok(())
}

fn verify<'a>(
    context: &Context<'_>,
    written: Receiver<Written<'a>>,
    journal: &mut Journal<'_>,
    sharing: &mut Sharing<'_>,
    totals: &mut Totals,
) -> Result<Pass<'a>, VolumeError> {
    let mut pass = Pass::default();
    while let Ok(first) = written.recv() {
        let mut batch = vec![first];
        batch.extend(written.try_iter().take(BATCH_FILES - 1));
        let first_new = pass.verified.len();
        for durable in make_durable(context.volume, batch)? {
            match durable.verify(context.volume)? {
                Ok(verified) => pass.verified.push(verified),
                Err(settled) => {
                    context
                        .volume
                        .remove(&context.data.join(settled.path.as_str()))?;
                    pass.mismatched.push(settled);
                }
            }
        }
        let new = &pass.verified[first_new..];
        totals.shared_files += sharing.share(context.volume, new)?;
        for verified in new {
            journal.note(verified.record())?;
            totals.verified_files += 1;
            totals.verified_bytes += verified.record().size_bytes;
        }
        (context.watch)(Progress::Verified {
            files: totals.verified_files,
            bytes: totals.verified_bytes,
        });
    }
    journal.write()?;
    Ok(pass)
}
