//! The last thread of the pipeline: reads back what is durable, compares, and notes what is right.

use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::copied::{Durable, read_back};
use super::holdings::Holdings;
use super::in_flight::{InFlight, Landing};
use super::journal::VerifiedRecord;
use super::order::Progress;
use super::pipeline::{Context, FLUSH_JOURNAL_AFTER, Totals};
use super::share::Sharing;
use super::standstill::Standstill;
use super::table::RowNumber;
use crate::{VolumeError, VolumePath};

pub(super) struct Verifier<'c, 'a> {
    pub(super) context: &'c Context<'c>,
    pub(super) in_flight: &'c InFlight,
    pub(super) standstill: &'c Standstill,
    pub(super) holdings: &'c mut Holdings,
    pub(super) sharing: &'c mut Sharing<'a>,
    pub(super) totals: &'c mut Totals,
}

impl Verifier<'_, '_> {
    /// Takes in what comes until nothing more does; returns the files that were read back as something else than was written, and removed.
    pub(super) fn verify(
        mut self,
        durable: Receiver<Vec<Durable>>,
    ) -> Result<Vec<RowNumber>, VolumeError> {
        let _landing = Landing(self.in_flight);
        let mut mismatched = Vec::new();
        let mut is_unflushed = false;
        loop {
            match durable.recv_timeout(FLUSH_JOURNAL_AFTER) {
                Ok(batch) => {
                    mismatched.extend(self.take(batch)?);
                    is_unflushed = true;
                }
                // A long file is on its way. What was verified before it must not wait for its end.
                Err(RecvTimeoutError::Timeout) if is_unflushed => {
                    self.flush()?;
                    is_unflushed = false;
                    (self.context.watch)(Progress::Noted {
                        files: self.totals.verified_files,
                    });
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(mismatched),
            }
        }
    }

    /// Reads a batch back, takes what is right into the bag and the journal, and removes the rest.
    fn take(&mut self, batch: Vec<Durable>) -> Result<Vec<RowNumber>, VolumeError> {
        let Context {
            volume,
            table,
            workspace,
            journal,
            ..
        } = self.context;
        let place_of = |row| -> VolumePath { workspace.place(&table.row(row)) };
        let bytes = batch.iter().map(Durable::size_bytes).sum();
        let read_back = read_back(*volume, batch, &place_of)?;
        for row in &read_back.mismatched {
            volume.remove(&place_of(*row))?;
        }
        let shared_files = self
            .sharing
            .take(*volume, &read_back.verified, self.holdings)?;
        if shared_files > 0 {
            // What the journal is about to say of them must be so after a power cut.
            self.flush()?;
        }
        let verified = &read_back.verified;
        let lines = verified.iter().map(|it| {
            let record = self.holdings.record(table, it.row());
            VerifiedRecord::of(record, it.findings().suspect)
        });
        journal.write(lines)?;
        self.totals.shared_files += shared_files;
        self.totals.verified_files += verified.len() as u64;
        self.totals.verified_bytes += verified.iter().map(|it| it.size_bytes()).sum::<u64>();
        self.in_flight.subtract(bytes);
        (self.context.watch)(Progress::Verified {
            files: self.totals.verified_files,
            bytes: self.totals.verified_bytes,
        });
        Ok(read_back.mismatched)
    }

    fn flush(&self) -> Result<(), VolumeError> {
        self.standstill.flush(self.context.volume)
    }
}
