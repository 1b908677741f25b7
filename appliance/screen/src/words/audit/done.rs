//! What an audit found: the verdict first, then what it rests on, then what is to be looked at.

use heirloom_engine::{
    AuditDone, BackupState, DriveHealth, HeaderState, NotCompared, RunError, SourceAudit,
    SourceComparison, VerifyError, VerifyReport,
};
use heirloom_format::{AuditResult, Fitness};

use super::finding;
use crate::piece::{Page, Piece};
use crate::quantity::{count, grouped, size};

/// Below a tenth, a drive is soon full.
const SCARCE: u64 = 10;

pub(super) fn done(name: &str, done: &AuditDone, scroll: usize) -> Page {
    let page = match &done.check {
        Ok(report) => verdict(name, done, report),
        Err(error) => not_checked(name, error),
    };
    let page = page.gap();
    let page = health(page, &done.health);
    let page = header(page, done.header, done.backup);
    let page = room(page, done);
    let page = recorded(page, done).gap();
    let findings = done.check.iter().flat_map(|report| &report.findings);
    let findings = findings.map(finding::line);
    let lines: Vec<String> = findings.chain(done.sources.iter().map(source)).collect();
    let page = match lines.len() {
        0 => page,
        several => {
            let heading = if several > done.sources.len() {
                "To look at:"
            } else {
                "Compared with phones, cards and disks:"
            };
            let page = page.strong(heading).with(Piece::Scroll {
                items: lines,
                first: scroll,
            });
            match several {
                1 => page,
                _ => page.key("Up/Down", "more"),
            }
        }
    };
    page.key("Enter", "go on").key("F1", "help")
}

fn verdict(name: &str, done: &AuditDone, report: &VerifyReport) -> Page {
    let read = format!(
        "{} ({}) in {}",
        count(report.files, "file", "files"),
        size(report.bytes_read),
        count(report.snapshots, "snapshot", "snapshots")
    );
    let findings = report.findings.len() as u64;
    match (done.audit.result == AuditResult::Passed, findings) {
        (true, 0) => Page::new(format!("{name} passed the check")).good(format!(
            "Everything is as it was archived: {read}, read from the drive and compared."
        )),
        (true, findings) => Page::new(format!("{name} passed the check"))
            .good(format!(
                "Everything that was archived is as it was: {read}, read from the drive and compared."
            ))
            .text(format!(
                "Beside it, {} named below.",
                count(findings, "thing is", "things are")
            )),
        (false, findings) => {
            let page = Page::new(format!("{name} did NOT pass the check")).bad(format!(
                "Of {read}, {} not right. What it means and what to do stands below.",
                count(findings, "thing is", "things are")
            ));
            match report.worst() {
                Some(worst) if worst.is_loss() => page.strong(
                    "Don't erase anything from any phone now. What is not named is as it was archived.",
                ),
                _ => page,
            }
        }
    }
}

fn not_checked(name: &str, error: &VerifyError) -> Page {
    let page = Page::new(format!("{name} could not be checked to the end"));
    let page = match error {
        VerifyError::Archive(_) => {
            page.bad("What describes the archive can't be read any more. The pictures may be there all the same.")
        }
        _ => page.bad("The drive stopped giving what is on it: it may be failing."),
    };
    page.strong("Get the pictures back to another disk soon, and archive the phones to a new drive while they have them.")
}

fn health(page: Page, health: &DriveHealth) -> Page {
    let mut facts = Vec::new();
    if let Some(sectors) = health.unreadable_sectors.filter(|sectors| *sectors > 0) {
        facts.push(format!("{} can't be read", count(sectors, "part", "parts")));
    }
    if let Some(sectors) = health.reallocated_sectors.filter(|sectors| *sectors > 0) {
        facts.push(format!(
            "{} went bad and {} replaced",
            count(sectors, "part", "parts"),
            if sectors == 1 { "was" } else { "were" }
        ));
    }
    if let Some(percent) = health.used_percent {
        facts.push(format!("{percent} % of its life used"));
    }
    if let Some(celsius) = health.temperature_celsius {
        let much = if health.is_too_hot {
            ", too hot: let it cool"
        } else {
            ""
        };
        facts.push(format!("{celsius} degrees{much}"));
    }
    let facts = match facts.is_empty() {
        true => String::new(),
        false => format!(" ({})", facts.join("; ")),
    };
    match (&health.fitness, health.says_failing) {
        (Fitness::Failing, true) => page.bad(format!(
            "The drive says that it is failing{facts}. Copy the archive to a new drive now: restore everything from it, and archive the phones to the new one."
        )),
        (Fitness::Failing, false) => page.bad(format!(
            "The drive has lost some of its parts{facts}. Replace it soon, and check it once a month until then."
        )),
        (Fitness::Good, _) => page.fact("The drive", format!("says that it is well{facts}")),
        _ => page.fact(
            "The drive",
            format!("does not tell how it is{facts}; many USB drives don't"),
        ),
    }
}

fn header(page: Page, header: HeaderState, backup: BackupState) -> Page {
    let header = match header {
        HeaderState::Sound => "sound",
        HeaderState::Mended => "one copy was damaged, and is mended",
        // Nothing can be said of a backup of that.
        HeaderState::Damaged => {
            return page.bad(
                "The lock's header on the drive is damaged, and may not open once more. Archive the phones to a new drive now, and keep this one as it is.",
            );
        }
    };
    match backup {
        BackupState::Current => page.fact("The lock's header", format!("{header}; its backup is right")),
        BackupState::Renewed => page.fact(
            "The lock's header",
            format!("{header}; its backup was not that of the drive, and was made anew"),
        ),
        BackupState::Differs => page.bad(
            "The keys on the drive and in their backup are not the same: one of them went bad. Change the passphrase, and renew the executors' shares if there are any: that makes both anew.",
        ),
        BackupState::Failed => page.bad(
            "The backup of the lock's header could not be made. The archive opens without it; check again with another cable.",
        ),
    }
}

fn room(page: Page, done: &AuditDone) -> Page {
    let (free, total) = (done.space.free_bytes, done.space.total_bytes);
    let scarce = if free < total / SCARCE {
        ": soon full, get a larger drive"
    } else {
        ""
    };
    page.fact(
        "Room",
        format!("{} of {} free{scarce}", size(free), size(total)),
    )
}

fn recorded(page: Page, done: &AuditDone) -> Page {
    let date = done.audit.date;
    match (&done.plan, done.sheet_written) {
        (Some(plan), true) => {
            let due = plan.audit_due().filter(|due| *due > date);
            let due = due.map_or(String::new(), |due| format!("; the next one is due on {due}"));
            page.fact("Written down", format!("in the plan and on the sheet, as of {date}{due}"))
        }
        (Some(_), false) => page.bad(format!(
            "Written down in the plan, as of {date}. The sheet on the drive could not be made anew."
        )),
        (None, _) => page.bad(format!(
            "The result could not be written into the plan. Write it on the printed sheet by hand: {date}."
        )),
    }
}

fn source(audit: &SourceAudit) -> String {
    let name = &audit.name;
    match &audit.outcome {
        Ok(found) => compared(name, found),
        Err(NotCompared::NotPluggedIn) => {
            format!("{name}: not compared, because it was not plugged in.")
        }
        Err(NotCompared::PartlyListed { places }) => format!(
            "{name}: not compared, because it does not show {}. Archive it: the report names them.",
            count(
                *places,
                "of its folders or files",
                "of its folders or files"
            )
        ),
        Err(NotCompared::Failed(error)) => format!("{name}: not compared; {}", why(error)),
    }
}

fn compared(name: &str, found: &SourceComparison) -> String {
    let counts = format!(
        "{name}: {} on it, {} in snapshot {}",
        count(found.listed_files, "file", "files"),
        grouped(found.archived_files),
        found.snapshot
    );
    let mut parts = Vec::new();
    if found.new_files > 0 {
        parts.push(format!("{} not archived yet", grouped(found.new_files)));
    }
    if found.changed_files > 0 {
        parts.push(format!("{} changed since", grouped(found.changed_files)));
    }
    if found.gone_files > 0 {
        parts.push(format!(
            "{} no longer on it, and kept here",
            grouped(found.gone_files)
        ));
    }
    let advice = match found.new_files + found.changed_files {
        0 => "",
        _ => " Archive it.",
    };
    match parts.is_empty() {
        true => format!("{counts}: the same."),
        false => format!("{counts}: {}.{advice}", parts.join(", ")),
    }
}

fn why(error: &RunError) -> &'static str {
    match error {
        RunError::SourceGone => "it was unplugged.",
        RunError::SourceStalled => "it did not answer. Unlock it, and check again.",
        RunError::SourceEmpty => "it showed no files. Unlock it, and check again.",
        _ => "it could not be read.",
    }
}
