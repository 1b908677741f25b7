//! An audit while it goes on.

use crate::VerifyProgress;
use crate::machine::event::Now;

use super::port::AuditStep;
use super::view::AuditRunView;

/// A rate is told after this long; before, it would jump.
const RATE_AFTER_MS: u64 = 3_000;

/// How far an audit is.
#[derive(Clone, Debug)]
pub(in crate::machine) struct Running {
    started_ms: u64,
    pub(super) step: AuditStep,
    listed_files: u64,
    /// How many bytes are to be read, and since when.
    planned: Option<(u64, u64)>,
    read_bytes: u64,
    pub(super) stopping: bool,
}

impl Running {
    pub(super) fn new(now: Now) -> Self {
        Self {
            started_ms: now.monotonic_ms,
            step: AuditStep::Drive,
            listed_files: 0,
            planned: None,
            read_bytes: 0,
            stopping: false,
        }
    }

    pub(super) fn reached(&mut self, step: AuditStep) {
        (self.step, self.listed_files) = (step, 0);
    }

    pub(super) fn listed(&mut self, files: u64) {
        self.listed_files = files;
    }

    pub(super) fn moved(&mut self, now: Now, progress: VerifyProgress) {
        match progress {
            VerifyProgress::Snapshots { .. } => {}
            VerifyProgress::Planned { bytes, .. } => {
                self.planned = Some((bytes, now.monotonic_ms));
            }
            // Several threads tell, and the last word may not be the latest.
            VerifyProgress::Read { bytes } => self.read_bytes = self.read_bytes.max(bytes),
        }
    }

    pub(super) fn view(&self, now: Now, name: &str) -> AuditRunView {
        let since = |since_ms: u64| now.monotonic_ms.saturating_sub(since_ms);
        let reading_ms = self.planned.map_or(0, |(_, since_ms)| since(since_ms));
        let rate_bytes_per_s = (reading_ms >= RATE_AFTER_MS)
            .then(|| self.read_bytes.saturating_mul(1_000) / reading_ms);
        let bytes = self.planned.map(|(bytes, _)| bytes);
        let remaining_s = rate_bytes_per_s
            .filter(|rate| *rate > 0)
            .zip(bytes)
            .map(|(rate, bytes)| bytes.saturating_sub(self.read_bytes).div_ceil(rate));
        AuditRunView {
            name: name.to_owned(),
            step: self.step.clone(),
            listed_files: self.listed_files,
            bytes,
            read_bytes: self.read_bytes,
            rate_bytes_per_s,
            remaining_s,
            elapsed_s: since(self.started_ms) / 1_000,
            stopping: self.stopping,
        }
    }
}
