//! The event log for machines: which page is shown, which source is archived, what a run does. Names only; of what is typed, nothing but
//! the names of sources.

use heirloom_engine::{
    DeviceId, DriveError, Event, KeysEvent, KeysView, PageView, Progress, RunDone, RunError,
    SheetCopyView, View,
};
use serde_json::json;

use crate::logbook::announce;
use crate::{news_audit, news_plan, news_printing, news_reading};

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
            Event::Keys(event) => keys(event),
            Event::PlanWritten(outcome) => news_plan::written(outcome),
            Event::RunEnded(outcome) => {
                json!({ "event": "run-ended", "source": self.source.take(), "outcome": ending(outcome) })
            }
            Event::Audit(event) => match news_audit::told(event) {
                Some(told) => told,
                None => return,
            },
            Event::Printing(event) => news_printing::told(event),
            Event::Reading(event) => match news_reading::told(event) {
                Some(told) => told,
                None => return,
            },
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

/// What became of keys. Nothing of the keys themselves.
fn keys(event: &KeysEvent) -> serde_json::Value {
    let told = |event: &str, outcome: Option<&DriveError>| {
        let trouble = outcome.map(DriveError::to_string);
        json!({ "event": event, "trouble": trouble })
    };
    match event {
        KeysEvent::PassphraseProposed(outcome) => {
            told("passphrase-proposed", outcome.as_ref().err())
        }
        KeysEvent::SharesMade(Ok(new)) => {
            let needed = new.shares.first().map(|share| share.needed());
            json!({ "event": "shares-made", "made": new.shares.len(), "needed": needed })
        }
        KeysEvent::SharesMade(Err(error)) => told("shares-made", Some(error)),
        KeysEvent::ExecutorsSet(outcome) => told("executors-set", outcome.as_ref().err()),
        KeysEvent::PassphraseChanged(outcome) => told("passphrase-changed", outcome.as_ref().err()),
    }
}

fn keys_page_name(page: &KeysView) -> &'static str {
    match page {
        KeysView::Scheme { .. } => "shares-scheme",
        KeysView::OwnNumber { .. } => "shares-own-number",
        KeysView::ExecutorName { .. } => "executor-name",
        KeysView::MakingShares => "making-shares",
        KeysView::Paper { .. } => "share-paper",
        KeysView::Share { .. } => "share",
        KeysView::ReadBack { .. } => "read-back",
        KeysView::ConfirmLeave { .. } => "confirm-leave-shares",
        KeysView::SettingExecutors { .. } => "setting-executors",
        KeysView::NotingShares => "noting-shares",
        KeysView::SharesDone { .. } => "shares-done",
        KeysView::MakingFailed { .. } => "making-shares-failed",
        KeysView::SettingFailed { .. } => "setting-executors-failed",
        KeysView::OldPassphrase { .. } => "old-passphrase",
        KeysView::ChangingPassphrase { .. } => "changing-passphrase",
        KeysView::PassphraseChanged { .. } => "passphrase-changed",
        KeysView::ChangeFailed { .. } => "change-failed",
    }
}

fn sheet_copy_page_name(page: &SheetCopyView) -> &'static str {
    match page {
        SheetCopyView::Where { .. } => "copy-sheet-where",
        SheetCopyView::Copying { .. } => "copying-sheet",
        SheetCopyView::Done { .. } => "sheet-copied",
        SheetCopyView::Failed { .. } => "copy-sheet-failed",
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
        PageView::ProposedPassphrase { .. } => "proposed-passphrase",
        PageView::RepeatPassphrase { .. } => "repeat-passphrase",
        PageView::Keys(view) => keys_page_name(view),
        PageView::Printing(_) => "printing",
        PageView::Reading(view) => news_reading::page_name(view),
        PageView::Audit(view) => news_audit::page_name(view),
        PageView::SheetCopy(view) => sheet_copy_page_name(view),
        PageView::Planning(view) => news_plan::page_name(view),
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
