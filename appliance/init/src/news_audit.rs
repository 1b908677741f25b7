//! The event log's entries about an audit: numbers and names of sources, never a secret nor what was remarked.

use heirloom_engine::{
    AuditDone, AuditError, AuditEvent, AuditStep, AuditView, VerifyError, VerifyProgress,
};
use serde_json::{Value, json};

/// What is told of an event.
pub(crate) fn told(event: &AuditEvent) -> Option<Value> {
    Some(match event {
        AuditEvent::Reached(step) => match step {
            AuditStep::Counting { source } => {
                json!({ "event": "audit step", "step": "counting", "source": source })
            }
            AuditStep::Drive => json!({ "event": "audit step", "step": "drive" }),
            AuditStep::Header => json!({ "event": "audit step", "step": "header" }),
            AuditStep::Contents => json!({ "event": "audit step", "step": "contents" }),
            AuditStep::Recording => json!({ "event": "audit step", "step": "recording" }),
        },
        AuditEvent::Moved(VerifyProgress::Planned { files, bytes }) => {
            json!({ "event": "audit planned", "files": files, "bytes": bytes })
        }
        AuditEvent::Listed(_) | AuditEvent::Moved(_) => return None,
        AuditEvent::Ended(outcome) => match &**outcome {
            Ok(done) => ended(done),
            Err(error) => json!({
                "event": "audit ended", "outcome": match error {
                    AuditError::Stopped => "stopped",
                    AuditError::DriveGone => "drive-gone",
                    AuditError::ChangedMeanwhile => "changed-meanwhile",
                },
            }),
        },
        AuditEvent::Remarked(plan) => {
            json!({ "event": "audit remarked", "is_recorded": plan.is_some() })
        }
    })
}

fn ended(done: &AuditDone) -> Value {
    let audit = &done.audit;
    let counts = audit.counts.iter().map(|count| {
        json!({
            "source": count.source, "listed": count.listed_files, "archived": count.archived_files,
            "new": count.new_files, "gone": count.gone_files,
        })
    });
    let not_compared = done.sources.iter().filter(|it| it.outcome.is_err());
    json!({
        "event": "audit ended", "outcome": audit.result.word(), "files": audit.files, "bytes": audit.bytes,
        "problems": audit.problems, "generation": audit.generation, "fitness": audit.fitness.word(),
        "header": format!("{:?}", done.header), "header_backup": format!("{:?}", done.backup),
        "counts": counts.collect::<Vec<_>>(),
        "not_compared": not_compared.map(|it| &it.name).collect::<Vec<_>>(),
        "trouble": done.check.as_ref().err().map(VerifyError::to_string),
        "is_recorded": done.plan.is_some(), "sheet_written": done.sheet_written,
    })
}

pub(crate) fn page_name(page: &AuditView) -> &'static str {
    match page {
        AuditView::Begin { .. } => "audit-begin",
        AuditView::Running(_) => "audit-running",
        AuditView::ConfirmStop => "audit-confirm-stop",
        AuditView::Done { .. } => "audit-done",
        AuditView::Trouble { .. } => "audit-trouble",
        AuditView::Remark { .. } => "audit-remark",
        AuditView::Remarking => "audit-remarking",
        AuditView::NotRemarked => "audit-not-remarked",
    }
}
