//! The second thread of the pipeline: hashes what comes, and hands it to the volume.

use crossbeam_channel::{Receiver, Sender};
use heirloom_format::Digest;
use sha2::Digest as _;

use super::copied::Written;
use super::in_flight::InFlight;
use super::look::Findings;
use super::part::{Part, PartRecord, is_worth_a_note};
use super::pipeline::{Context, Step};
use super::standstill::Standstill;
use super::table::RowNumber;
use super::workspace::Folders;
use crate::{Draft, VolumeError, VolumePath};

pub(super) struct Writer<'c> {
    context: &'c Context<'c>,
    in_flight: &'c InFlight,
    standstill: &'c Standstill,
    folders: Folders,
}

/// A file that comes in pieces.
struct Open {
    row: RowNumber,
    draft: Box<dyn Draft>,
    hasher: sha2::Sha256,
    size_bytes: u64,
    /// Whether a part of it is kept.
    is_noted: bool,
    /// How much of it the last note is about.
    noted_bytes: u64,
}

impl<'c> Writer<'c> {
    pub(super) fn new(
        context: &'c Context<'c>,
        in_flight: &'c InFlight,
        standstill: &'c Standstill,
    ) -> Self {
        Self {
            context,
            in_flight,
            standstill,
            folders: Folders::below(context.workspace.data.clone()),
        }
    }

    pub(super) fn write(
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
        let mut aside: Option<Written> = None;
        for step in steps {
            let written = match step {
                Step::Whole(row, content, findings) => {
                    let mut whole = self.begin(row)?;
                    whole.add(&content)?;
                    give_back(content);
                    self.end(whole, findings)?
                }
                Step::Begin(row) => {
                    open = Some(self.begin(row)?);
                    continue;
                }
                Step::GoOn(row, part) => {
                    open = Some(Open::going_on(row, *part));
                    continue;
                }
                Step::Piece(piece) => {
                    if let Some(open) = &mut open {
                        let written_bytes = open.size_bytes;
                        self.standstill.write(written_bytes, || open.add(&piece))?;
                        self.note_now_and_then(open)?;
                    }
                    give_back(piece);
                    continue;
                }
                Step::End(findings) => match open.take() {
                    Some(open) => self.end(open, findings)?,
                    None => continue,
                },
                Step::Abandon => {
                    self.discard(open.take())?;
                    continue;
                }
                Step::SetAside => {
                    aside = open.take().map(|open| self.set_aside(open)).transpose()?;
                    continue;
                }
                Step::TakeBack(findings) => match aside.take() {
                    Some(written) => self.take_back(written, findings)?,
                    None => continue,
                },
                Step::DropAside => {
                    aside = None;
                    self.context.volume.remove(&self.context.workspace.aside)?;
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
        match open {
            // The fetcher ended within a file.
            Some(mut open) if open.is_noted => self.note(&mut open),
            open => self.discard(open),
        }
    }

    fn begin(&mut self, row: RowNumber) -> Result<Open, VolumeError> {
        let Context { volume, table, .. } = self.context;
        self.folders
            .make_for(*volume, &table.row(row).path_text())?;
        let draft = volume.create(&self.place(row))?;
        Ok(Open {
            row,
            draft,
            hasher: sha2::Sha256::new(),
            size_bytes: 0,
            is_noted: is_worth_a_note(table, row, self.context.long_files),
            noted_bytes: 0,
        })
    }

    fn note_now_and_then(&self, open: &mut Open) -> Result<(), VolumeError> {
        let new_bytes = open.size_bytes - open.noted_bytes;
        if open.is_noted && new_bytes >= self.context.long_files.note_every_bytes {
            self.note(open)?;
        }
        Ok(())
    }

    /// Makes durable what there is of a file, and then a note of it: no note is ever ahead of what it is about.
    fn note(&self, open: &mut Open) -> Result<(), VolumeError> {
        if open.size_bytes == open.noted_bytes {
            return Ok(());
        }
        let context = self.context;
        self.standstill.flush(context.volume)?;
        let row = context.table.row(open.row);
        let record = PartRecord::of(&row, open.size_bytes, &open.hasher);
        context.journal.write(std::iter::once(record))?;
        self.standstill.flush(context.volume)?;
        open.noted_bytes = open.size_bytes;
        Ok(())
    }

    fn end(&self, open: Open, findings: Findings) -> Result<Written, VolumeError> {
        open.draft
            .finish(self.context.table.row(open.row).unix_s())?;
        Ok(Written {
            row: open.row,
            sha256: Digest::from_bytes(open.hasher.finalize().into()),
            size_bytes: open.size_bytes,
            findings,
        })
    }

    /// Ends a file, and makes its place free for another reading of it. An interrupted run leaves it where the next one removes it.
    fn set_aside(&self, open: Open) -> Result<Written, VolumeError> {
        let written = self.end(open, Findings::default())?;
        let Context {
            volume, workspace, ..
        } = self.context;
        volume.rename(&self.place(written.row), &workspace.aside)?;
        Ok(written)
    }

    fn take_back(&self, written: Written, findings: Findings) -> Result<Written, VolumeError> {
        let Context {
            volume, workspace, ..
        } = self.context;
        volume.rename(&workspace.aside, &self.place(written.row))?;
        Ok(Written {
            findings,
            ..written
        })
    }

    fn place(&self, row: RowNumber) -> VolumePath {
        let Context {
            table, workspace, ..
        } = self.context;
        workspace.place(&table.row(row))
    }

    fn discard(&self, open: Option<Open>) -> Result<(), VolumeError> {
        let Some(Open { row, draft, .. }) = open else {
            return Ok(());
        };
        drop(draft);
        self.context.volume.remove(&self.place(row))
    }
}

impl Open {
    fn going_on(row: RowNumber, part: Part) -> Self {
        Self {
            row,
            draft: part.draft,
            hasher: part.hasher,
            size_bytes: part.bytes,
            is_noted: true,
            noted_bytes: part.bytes,
        }
    }

    fn add(&mut self, piece: &[u8]) -> Result<(), VolumeError> {
        self.hasher.update(piece);
        self.size_bytes += piece.len() as u64;
        self.draft.write(piece)
    }
}
