//! The event log's entries about an archive that is only read: restores, and rehearsals of them.

use heirloom_engine::{
    ReadingEvent, ReadingView, RehearsalDone, RestoreError, RestoreProgress, RestoreReport,
    TargetDiskError,
};
use serde_json::{Value, json};

/// What is told of an event, if anything.
pub(crate) fn told(event: &ReadingEvent) -> Option<Value> {
    Some(match event {
        ReadingEvent::Opened(Ok(archive)) => json!({
            "event": "archive opened to read", "outcome": "open", "name": archive.name,
            "sources": archive.sources.len(), "damaged": archive.damaged.len(),
            "head": archive.head.map(|head| head.to_string()),
        }),
        ReadingEvent::Opened(Err(error)) => json!({
            "event": "archive opened to read", "outcome": "refused", "trouble": error.to_string(),
        }),
        ReadingEvent::Listed { entries, .. } => json!({
            "event": "folder listed", "entries": entries.as_ref().ok().map(Vec::len),
        }),
        ReadingEvent::TargetReady(Ok(disk)) => json!({
            "event": "target ready", "outcome": "ready", "file_system": format!("{:?}", disk.limits.file_system),
            "free_bytes": disk.free_bytes, "total_bytes": disk.total_bytes, "folder": disk.folder, "id": disk.device.0,
        }),
        ReadingEvent::TargetReady(Err(error)) => json!({
            "event": "target ready", "outcome": target_word(error), "trouble": error.to_string(),
        }),
        ReadingEvent::Planned(outcome) => match &**outcome {
            Ok(plan) => json!({
                "event": "restore planned", "outcome": "planned", "files": plan.files, "bytes": plan.bytes,
                "needed_bytes": plan.needed_bytes, "free_bytes": plan.free_bytes, "has_room": plan.has_room(),
                "problems": plan.problems.len(),
            }),
            Err(error) => json!({ "event": "restore planned", "outcome": error_word(error) }),
        },
        ReadingEvent::Moved(RestoreProgress::Planned { files, bytes }) => {
            json!({ "event": "restore begun", "files": files, "bytes": bytes })
        }
        ReadingEvent::Moved(RestoreProgress::Read { bytes }) => {
            json!({ "event": "restore read", "bytes": bytes })
        }
        ReadingEvent::Moved(RestoreProgress::Restored { files }) => {
            json!({ "event": "restored", "files": files })
        }
        ReadingEvent::Restored(outcome) => restored(outcome),
        ReadingEvent::Rehearsed(outcome) => rehearsed(outcome),
        ReadingEvent::Closed => json!({ "event": "reading closed" }),
    })
}

fn restored(outcome: &Result<RestoreReport, RestoreError>) -> Value {
    match outcome {
        Ok(report) => json!({
            "event": "restore ended",
            "outcome": if report.is_complete() { "complete" } else { "incomplete" },
            "files": report.sum(|part| part.files),
            "restored_files": report.sum(|part| part.restored_files),
            "already_files": report.sum(|part| part.already_files),
            "bytes": report.sum(|part| part.restored_bytes),
            "problems": report.sum(|part| part.problems.len() as u64),
        }),
        Err(error) => json!({
            "event": "restore ended", "outcome": error_word(error), "trouble": error.to_string(),
        }),
    }
}

fn rehearsed(outcome: &Result<RehearsalDone, RestoreError>) -> Value {
    match outcome {
        Ok(RehearsalDone {
            report,
            is_recorded,
        }) => json!({
            "event": "rehearsal ended",
            "outcome": if report.is_passed() { "passed" } else { "failed" },
            "files": report.restored_files, "bytes": report.restored_bytes,
            "newest_files": report.newest_files, "sampled_files": report.sampled_files,
            "problems": report.problems.len(), "is_recorded": is_recorded,
        }),
        Err(error) => json!({
            "event": "rehearsal ended", "outcome": error_word(error), "trouble": error.to_string(),
        }),
    }
}

/// How a restore or a rehearsal ended early, in a word.
fn error_word(error: &RestoreError) -> &'static str {
    match error {
        RestoreError::NotEnoughSpace { .. } => "not-enough-space",
        RestoreError::TargetFull => "target-full",
        RestoreError::TargetGone => "target-gone",
        RestoreError::TargetFailed(_) => "target-failed",
        RestoreError::DriveGone => "drive-gone",
        RestoreError::DriveFailed(_) => "drive-failed",
        RestoreError::Stopped => "stopped",
        RestoreError::NothingThere | RestoreError::NothingInSpan { .. } => "nothing-there",
        RestoreError::NoSuchSnapshot => "no-such-snapshot",
        RestoreError::Archive(_) | RestoreError::Unlisted(_) => "damaged",
    }
}

fn target_word(error: &TargetDiskError) -> &'static str {
    match error {
        TargetDiskError::Gone => "gone",
        TargetDiskError::Changed => "changed",
        TargetDiskError::NotOffered => "not-offered",
        TargetDiskError::ReadOnly => "read-only",
        TargetDiskError::Unclean => "unclean",
        TargetDiskError::UnknownFileSystem => "unknown-file-system",
        TargetDiskError::Tool { .. } | TargetDiskError::Io { .. } => "failed",
    }
}

/// The name of a page.
pub(crate) fn page_name(page: &ReadingView) -> &'static str {
    match page {
        ReadingView::ClosingOther { .. } => "reading-closing-other",
        ReadingView::How { .. } => "reading-how",
        ReadingView::Words(_) => "reading-words",
        ReadingView::Opening { .. } => "reading-opening",
        ReadingView::What { .. } => "restore-what",
        ReadingView::RecoveryPlan { .. } => "restore-recovery-plan",
        ReadingView::Part { .. } => "restore-part",
        ReadingView::Snapshots { .. } => "restore-snapshots",
        ReadingView::Browse(_) => "restore-browse",
        ReadingView::Days { .. } => "restore-days",
        ReadingView::Layout { .. } => "restore-layout",
        ReadingView::Where { .. } => "restore-where",
        ReadingView::Preparing { .. } => "restore-preparing",
        ReadingView::Planning { .. } => "restore-planning",
        ReadingView::Plan { .. } => "restore-plan",
        ReadingView::Running(_) => "reading-running",
        ReadingView::ConfirmStop { .. } => "reading-confirm-stop",
        ReadingView::TargetTrouble { .. } => "restore-target-trouble",
        ReadingView::PlanTrouble { .. } => "restore-plan-trouble",
        ReadingView::RestoreTrouble { .. } => "restore-trouble",
        ReadingView::RehearsalTrouble { .. } => "rehearsal-trouble",
        ReadingView::Restored { .. } => "restored",
        ReadingView::Rehearsed { .. } => "rehearsed",
        ReadingView::ConfirmLeave { .. } => "reading-confirm-leave",
        ReadingView::Leaving { .. } => "reading-leaving",
        ReadingView::Pulled { .. } => "reading-pulled",
    }
}
