//! The first thread of the pipeline: takes files from the source, and names those that it does not give.

use std::ops::ControlFlow;

use crossbeam_channel::{Receiver, Sender};

use super::error::ends_the_run;
use super::order::Progress;
use super::pipeline::{Context, PIECE_BYTES, Step};
use super::report::{Problem, ProblemReason};
use super::row::Row;
use super::table::RowNumber;
use crate::{Fetched, RunError, Source, SourceError};

pub(super) struct Fetcher<'c, 'a> {
    pub(super) context: &'c Context<'a>,
    pub(super) to_writer: Sender<Step>,
    pub(super) spares: Receiver<Vec<u8>>,
    pub(super) moved_bytes: &'c mut u64,
}

#[derive(Default)]
pub(super) struct FetchedFiles {
    pub(super) problems: Vec<Problem>,
    /// What the first file that could not be read failed with.
    pub(super) first_refusal: Option<SourceError>,
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
    pub(super) fn fetch_all(
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
        let fetched = source.fetch(&row.object(), 0, &mut |bytes| {
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
