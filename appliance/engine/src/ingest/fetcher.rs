//! The first thread of the pipeline: takes files from the source, and names those that it does not give.

use std::ops::ControlFlow;

use crossbeam_channel::{Receiver, Sender};

use heirloom_media::Reason;

use super::error::ends_the_run;
use super::look::{Findings, Look, Seen};
use super::order::Progress;
use super::part::{Part, Parts};
use super::pipeline::{Context, PIECE_BYTES, Step};
use super::report::{Problem, ProblemReason};
use super::row::Row;
use super::suspicion::Suspicion;
use super::table::RowNumber;
use crate::{Fetched, RunError, Source, SourceError};

/// What else the drive needs while it holds two readings of a file: what is on its way to it, and its own.
const ROOM_BESIDE_BYTES: u64 = 64 << 20;

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
    /// With the part that was there before.
    bytes: u64,
    /// What was not sent on yet: all of it where no piece was.
    rest: Vec<u8>,
    was_begun: bool,
    /// All of it was sent on, and is kept in another place while it is asked for again.
    is_aside: bool,
    outcome: Result<Seen, SourceError>,
}

/// Why a file that the source gave is not believed at first.
enum Doubt {
    Length,
    Structure(Reason),
    /// The source gave other bytes the second time.
    OtherBytes,
}

impl Received {
    /// Whether going on in the middle came to something: the rest of the file, or an error after some of it.
    fn went_on(&self, from_byte: u64, listed_bytes: u64) -> bool {
        match self.outcome {
            Ok(_) => self.bytes == listed_bytes,
            Err(_) => self.bytes > from_byte,
        }
    }
}

impl Doubt {
    /// With what was seen at the first time: what is damaged on the source itself is so in the same way each time.
    fn after(self, before: Option<Seen>, received: &Received) -> Self {
        match (&self, before, &received.outcome) {
            (Self::Structure(_), Some(before), Ok(now)) if before != *now => Self::OtherBytes,
            _ => self,
        }
    }

    fn reason(&self, listed_bytes: u64, received_bytes: u64) -> ProblemReason {
        match self {
            Self::Length => ProblemReason::SizeDiffers {
                listed_bytes,
                received_bytes,
            },
            Self::Structure(reason) => ProblemReason::Suspect(*reason),
            Self::OtherBytes => ProblemReason::ReadsDiffer,
        }
    }
}

impl Fetcher<'_, '_> {
    pub(super) fn fetch_all(
        &mut self,
        source: &mut dyn Source,
        files: &[RowNumber],
        parts: &mut Parts,
    ) -> Result<FetchedFiles, RunError> {
        let mut outcome = FetchedFiles::default();
        for &number in files {
            let row = self.context.table.row(number);
            let listed_bytes = row.size_bytes();
            let part = parts.remove(&number);
            let from_byte = part.as_ref().map_or(0, |part| part.bytes);
            (self.context.watch)(Progress::Fetching {
                path: row.path_text(),
                size_bytes: listed_bytes,
                from_byte,
            });
            let mut received = self.fetch_once(source, number, &row, part)?;
            if from_byte > 0 && !received.went_on(from_byte, listed_bytes) {
                log::warn!(
                    "{}: does not go on at {from_byte}; from its first byte",
                    row.path_text()
                );
                self.abandon(received)?;
                received = self.fetch_once(source, number, &row, None)?;
            }
            let mut doubt = self.doubt(source, &row, &received)?;
            if let Some(first) = doubt {
                (received, doubt) = self.ask_again(source, number, received, first)?;
            }
            let reason = match &received.outcome {
                Ok(_) => {
                    let received_bytes = received.bytes;
                    self.keep(number, received, &doubt)?;
                    let Some(doubt) = doubt else { continue };
                    doubt.reason(listed_bytes, received_bytes)
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

    /// Fetches a file that is not believed once more. Where the source does not give it at all any more, what it gave first is what there is.
    fn ask_again(
        &mut self,
        source: &mut dyn Source,
        number: RowNumber,
        first: Received,
        doubt: Doubt,
    ) -> Result<(Received, Option<Doubt>), RunError> {
        let row = self.context.table.row(number);
        let reason = doubt.reason(row.size_bytes(), first.bytes);
        log::warn!("{}: {reason}; again", row.path_text());
        let before = first.outcome.as_ref().ok().copied();
        let aside = self.set_aside(&row, first)?;
        let again = self.fetch_once(source, number, &row, None)?;
        match (&again.outcome, aside) {
            (Err(error), Some(first)) => {
                log::warn!("{}: {error}; the first reading is kept", row.path_text());
                self.abandon(again)?;
                return Ok((first, Some(doubt)));
            }
            (_, Some(first)) if first.is_aside => self.send(Step::DropAside)?,
            (_, Some(first)) => self.moved(first.rest.len()),
            (_, None) => {}
        }
        let doubt = self.doubt(source, &row, &again)?;
        let doubt = doubt.map(|it| it.after(before, &again));
        Ok((again, doubt))
    }

    /// Keeps what was received of a file, all of it, while it is asked for again: short ones in memory, others on the drive, if it has room
    /// for both.
    fn set_aside(
        &mut self,
        row: &Row<'_>,
        mut received: Received,
    ) -> Result<Option<Received>, RunError> {
        if !received.was_begun {
            return Ok(Some(received));
        }
        let needed_bytes = row.size_bytes().max(received.bytes);
        let space = self.context.volume.space();
        if space?.free_bytes < needed_bytes.saturating_add(ROOM_BESIDE_BYTES) {
            self.abandon(received)?;
            return Ok(None);
        }
        let rest = std::mem::take(&mut received.rest);
        let rest_bytes = rest.len();
        self.send(Step::Piece(rest))?;
        self.moved(rest_bytes);
        self.send(Step::SetAside)?;
        received.is_aside = true;
        Ok(Some(received))
    }

    /// What speaks against a file that the source gave.
    fn doubt(
        &mut self,
        source: &mut dyn Source,
        row: &Row<'_>,
        received: &Received,
    ) -> Result<Option<Doubt>, RunError> {
        let Ok(seen) = &received.outcome else {
            return Ok(None);
        };
        if received.bytes != row.size_bytes() {
            return Ok(Some(Doubt::Length));
        }
        if let Some(reason) = seen.suspect {
            return Ok(Some(Doubt::Structure(reason)));
        }
        let Some(first) = seen.sha256 else {
            return Ok(None);
        };
        let mut look = Look::at(row, self.context.manner);
        let mut moved_bytes = 0;
        let fetched = source.fetch(&row.object(), 0, &mut |bytes| {
            look.see(bytes);
            moved_bytes += bytes.len();
            match self.context.cancel.is_cancelled() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        self.moved(moved_bytes);
        match fetched {
            Ok(Fetched::Whole(_)) => {
                let again = look.finish(row).sha256;
                Ok((again != Some(first)).then_some(Doubt::OtherBytes))
            }
            Ok(Fetched::Stopped) => Err(RunError::Stopped),
            Err(error) if error.is_about_one_object() => Ok(Some(Doubt::OtherBytes)),
            Err(error) => Err(ends_the_run(error)),
        }
    }

    /// Sends a file on, all but the rest of it, and leaves its end to the caller. The error in what was received is about this file alone.
    fn fetch_once(
        &mut self,
        source: &mut dyn Source,
        number: RowNumber,
        row: &Row<'_>,
        mut part: Option<Part>,
    ) -> Result<Received, RunError> {
        if self.context.cancel.is_cancelled() {
            return Err(RunError::Stopped);
        }
        let from_byte = part.as_ref().map_or(0, |part| part.bytes);
        let look = part.as_mut().and_then(|part| part.look.take());
        let mut look = look.unwrap_or_else(|| Look::at(row, self.context.manner));
        let mut received = Received {
            bytes: from_byte,
            rest: self.spare(),
            was_begun: part.is_some(),
            is_aside: false,
            // Nothing was given yet.
            outcome: Err(SourceError::Vanished),
        };
        if let Some(part) = part {
            self.send(Step::GoOn(number, Box::new(part)))?;
        }
        let mut stopped_by = None;
        let fetched = source.fetch(&row.object(), from_byte, &mut |bytes| {
            received.bytes += bytes.len() as u64;
            look.see(bytes);
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
            // One that is shorter than the part has no byte to hand over.
            Ok(Fetched::Whole(bytes)) => Ok(Received {
                bytes: received.bytes.min(bytes),
                outcome: Ok(look.finish(row)),
                ..received
            }),
            // Only the sink stops it, and the sink says why.
            Ok(Fetched::Stopped) => Err(RunError::Stopped),
            Err(error) if error.is_about_one_object() => Ok(Received {
                outcome: Err(error),
                ..received
            }),
            Err(error) => {
                self.leave(received, from_byte, &error)?;
                Err(ends_the_run(error))
            }
        }
    }

    /// The run ends within a file.
    fn leave(
        &mut self,
        received: Received,
        from_byte: u64,
        error: &SourceError,
    ) -> Result<(), RunError> {
        if !received.was_begun {
            return Ok(());
        }
        let is_at_fault = matches!(error, SourceError::TimedOut | SourceError::Garbled { .. });
        if is_at_fault && from_byte > 0 && received.bytes == from_byte {
            // It may be a device that can't go on in the middle, and would fail so each time.
            return self.abandon(received);
        }
        let rest_bytes = received.rest.len();
        self.send(Step::Piece(received.rest))?;
        self.moved(rest_bytes);
        Ok(())
    }

    fn keep(
        &mut self,
        number: RowNumber,
        received: Received,
        doubt: &Option<Doubt>,
    ) -> Result<(), RunError> {
        let findings = Findings {
            suspect: match doubt {
                Some(Doubt::Structure(reason)) => Some(Suspicion::Structure(*reason)),
                Some(Doubt::OtherBytes) => Some(Suspicion::ReadsDiffer),
                // The record has the other length.
                Some(Doubt::Length) | None => None,
            },
            notes: received.outcome.map(|seen| seen.notes).unwrap_or_default(),
        };
        if received.is_aside {
            return self.send(Step::TakeBack(findings));
        }
        let rest_bytes = received.rest.len();
        if received.was_begun {
            self.send(Step::Piece(received.rest))?;
            self.send(Step::End(findings))?;
        } else {
            self.send(Step::Whole(number, received.rest, findings))?;
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
