//! A run as the machine sees it: where it is, how fast, how long still.

use crate::Progress;

use super::event::Now;
use super::round::Queued;
use super::view_run::{RoundView, RunPhase, RunView};

/// A rate is told after this long; before, it would jump.
const RATE_AFTER_MS: u64 = 3_000;

#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) source: Queued,
    pub(super) stopping: bool,
    started_ms: u64,
    phase: RunPhase,
    found_files: u64,
    fetch_files: u64,
    fetch_bytes: u64,
    kept_files: u64,
    resumed_files: u64,
    moved_bytes: u64,
    verified_files: u64,
    current: Option<String>,
    copying_since_ms: Option<u64>,
}

impl Run {
    pub(super) fn new(now: Now, source: Queued) -> Self {
        Self {
            source,
            stopping: false,
            started_ms: now.monotonic_ms,
            phase: RunPhase::Listing,
            found_files: 0,
            fetch_files: 0,
            fetch_bytes: 0,
            kept_files: 0,
            resumed_files: 0,
            moved_bytes: 0,
            verified_files: 0,
            current: None,
            copying_since_ms: None,
        }
    }

    pub(super) fn move_on(&mut self, now: Now, progress: Progress) {
        match progress {
            Progress::Listing { found } => self.found_files = found,
            Progress::TakingUp {
                path,
                bytes,
                of_bytes,
            } => {
                self.phase = RunPhase::TakingUp { bytes, of_bytes };
                self.current = Some(path);
            }
            Progress::Planned {
                files,
                to_fetch_files,
                to_fetch_bytes,
                linked_files,
                resumed_files,
                ..
            } => {
                self.phase = RunPhase::Copying;
                self.current = None;
                self.found_files = files;
                self.fetch_files = to_fetch_files;
                self.fetch_bytes = to_fetch_bytes;
                self.kept_files = linked_files + resumed_files;
                self.resumed_files = resumed_files;
                self.copying_since_ms = Some(now.monotonic_ms);
            }
            Progress::Fetching { path, .. } => self.current = Some(path),
            Progress::Moved { bytes } => self.moved_bytes = bytes,
            Progress::Verified { files, .. } => self.verified_files = files,
            Progress::Noted { .. } => {}
            Progress::Reconciling => {
                self.phase = RunPhase::Reconciling;
                self.current = None;
            }
            Progress::Publishing => self.phase = RunPhase::Publishing,
        }
    }

    /// Verified in this run or an earlier attempt at it.
    pub(super) fn safe_files(&self) -> u64 {
        self.resumed_files + self.verified_files
    }

    pub(super) fn view(&self, now: Now, archive: &str, round: RoundView) -> RunView {
        let copying_ms = self
            .copying_since_ms
            .map_or(0, |since| now.monotonic_ms.saturating_sub(since));
        let rate_bytes_per_s = (self.phase == RunPhase::Copying && copying_ms >= RATE_AFTER_MS)
            .then(|| self.moved_bytes.saturating_mul(1_000) / copying_ms);
        let remaining_s = rate_bytes_per_s.filter(|rate| *rate > 0).map(|rate| {
            self.fetch_bytes
                .saturating_sub(self.moved_bytes)
                .div_ceil(rate)
        });
        RunView {
            source: self.source.name.clone(),
            noun: self.source.noun,
            round,
            archive: archive.to_owned(),
            phase: self.phase,
            found_files: self.found_files,
            fetch_files: self.fetch_files,
            fetch_bytes: self.fetch_bytes,
            kept_files: self.kept_files,
            moved_bytes: self.moved_bytes,
            verified_files: self.verified_files,
            current: self.current.clone(),
            rate_bytes_per_s,
            remaining_s,
            elapsed_s: now.monotonic_ms.saturating_sub(self.started_ms) / 1_000,
            stopping: self.stopping,
        }
    }
}
