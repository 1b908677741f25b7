//! The event log for machines: which page is shown, which source is archived, what a run does. Names only; of what is typed, nothing but
//! the names of sources.

use heirloom_engine::{DeviceId, Event, PageView, Progress, RunDone, RunError, View};
use serde_json::json;

use crate::logbook::announce;

/// Tells of pages as they change, and of runs as they come and go.
#[derive(Debug, Default)]
pub(crate) struct News {
    page: Option<&'static str>,
    /// The source that is being archived.
    source: Option<String>,
}

impl News {
    pub(crate) fn page(&mut self, view: &View) {
        let page = page_name(&view.page);
        if self.page != Some(page) {
            self.page = Some(page);
            announce(&json!({ "event": "page", "page": page }));
        }
    }

    pub(crate) fn run_begun(&mut self, device: &DeviceId, source: &str) {
        self.source = Some(source.to_owned());
        announce(&json!({ "event": "run-begun", "source": source, "id": device.0 }));
    }

    pub(crate) fn event(&mut self, event: &Event) {
        let told = match event {
            Event::DeviceSeen(facts) => {
                json!({ "event": "device-seen", "model": facts.model, "id": facts.id.0 })
            }
            Event::DeviceGone(id) => json!({ "event": "device-gone", "id": id.0 }),
            Event::DevicesSettled => json!({ "event": "settled" }),
            Event::SourceProbed { outcome, .. } => {
                json!({ "event": "source-probed", "ready": outcome.is_ok() })
            }
            Event::SetUpReached(step) => json!({ "event": "set-up", "step": format!("{step:?}") }),
            Event::ArchiveClosed => json!({ "event": "archive-closed" }),
            Event::RunMoved(progress) => run(progress),
            Event::RunEnded(outcome) => {
                json!({ "event": "run-ended", "source": self.source.take(), "outcome": ending(outcome) })
            }
            _ => return,
        };
        announce(&told);
    }
}

/// How a run ended, in a word.
fn ending(outcome: &Result<RunDone, RunError>) -> &'static str {
    match outcome {
        Ok(done) if !done.report.completeness.is_complete() => "incomplete",
        Ok(done) if done.report.up_to_date => "up-to-date",
        Ok(_) => "complete",
        Err(RunError::Stopped) => "stopped",
        Err(RunError::SourceGone) => "source-gone",
        Err(RunError::SourceStalled) => "source-stalled",
        Err(RunError::DriveGone) => "drive-gone",
        Err(_) => "failed",
    }
}

fn run(progress: &Progress) -> serde_json::Value {
    match progress {
        Progress::Listing { found } => json!({ "event": "listing", "found": found }),
        Progress::Planned {
            to_fetch_files,
            to_fetch_bytes,
            linked_files,
            resumed_files,
            ..
        } => json!({
            "event": "planned", "fetch_files": to_fetch_files, "fetch_bytes": to_fetch_bytes,
            "linked_files": linked_files, "resumed_files": resumed_files,
        }),
        Progress::TakingUp {
            path,
            bytes,
            of_bytes,
        } => json!({ "event": "taking-up", "path": path, "bytes": bytes, "of_bytes": of_bytes }),
        Progress::Fetching {
            path,
            size_bytes,
            from_byte,
        } => {
            json!({ "event": "fetching", "path": path, "bytes": size_bytes, "from_byte": from_byte })
        }
        Progress::Moved { bytes } => json!({ "event": "moved", "bytes": bytes }),
        Progress::Verified { files, bytes } => {
            json!({ "event": "verified", "files": files, "bytes": bytes })
        }
        Progress::Noted { files } => json!({ "event": "noted", "files": files }),
        Progress::Reconciling => json!({ "event": "reconciling" }),
        Progress::Publishing => json!({ "event": "publishing" }),
    }
}

fn page_name(page: &PageView) -> &'static str {
    match page {
        PageView::Layout { .. } => "layout",
        PageView::Date { .. } => "date",
        PageView::Home(_) => "home",
        PageView::CannotSetUp { .. } => "cannot-set-up",
        PageView::ConfirmErase { .. } => "confirm-erase",
        PageView::NameArchive { .. } => "name-archive",
        PageView::NewPassphrase { .. } => "new-passphrase",
        PageView::RepeatPassphrase { .. } => "repeat-passphrase",
        PageView::SettingUp { .. } => "setting-up",
        PageView::SetUpDone { .. } => "set-up-done",
        PageView::Unlock { .. } => "unlock",
        PageView::Unlocking { .. } => "unlocking",
        PageView::Prepare(_) => "prepare",
        PageView::Archiving(_) => "archiving",
        PageView::Waiting { .. } => "waiting",
        PageView::ConfirmStop { .. } => "confirm-stop",
        PageView::Report { .. } => "report",
        PageView::RoundReport { .. } => "round-report",
        PageView::RunTrouble { .. } => "run-trouble",
        PageView::DriveTrouble { .. } => "drive-trouble",
        PageView::DrivePulled { .. } => "drive-pulled",
        PageView::SafeToUnplug { .. } => "safe-to-unplug",
        PageView::ConfirmPowerOff => "confirm-power-off",
        PageView::Closing { .. } => "closing",
    }
}
