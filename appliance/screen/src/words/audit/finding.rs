//! What a check found, in one line: where, what, in which snapshots, what it means, what to do.

use heirloom_engine::{Advice, Finding, FindingKind, VolumePath};

/// More snapshots are only counted.
const SNAPSHOTS_NAMED: usize = 3;

pub(super) fn line(finding: &Finding) -> String {
    format!(
        "{}: {}. {}{} {}",
        finding.place,
        happened(&finding.kind),
        in_snapshots(&finding.snapshots),
        finding.kind.meaning(),
        what_to_do(finding.kind.advice())
    )
}

/// Without digits that nobody compares by eye, and that would crowd out what to do; they are in the log.
fn happened(kind: &FindingKind) -> String {
    match kind {
        FindingKind::FileAltered { .. } => "was altered".to_owned(),
        kind => kind.to_string(),
    }
}

/// `In 0007 2026-11-22 and 2 more. `, so that a person finds them.
fn in_snapshots(folders: &[VolumePath]) -> String {
    let name = |folder: &VolumePath| {
        let parts = folder.as_str().rsplit('/');
        parts.take(1).collect::<String>()
    };
    let named: Vec<String> = folders.iter().take(SNAPSHOTS_NAMED).map(name).collect();
    match folders.len() {
        0 => String::new(),
        all if all > SNAPSHOTS_NAMED => format!(
            "In {} and {} more. ",
            named.join(", "),
            all - SNAPSHOTS_NAMED
        ),
        _ => format!("In {}. ", named.join(", ")),
    }
}

/// An ordinary run links what a phone has unchanged without reading it; one that reads everything replaces what is damaged. In the session of the
/// audit, that is offered by itself.
fn what_to_do(advice: Advice) -> &'static str {
    match advice {
        Advice::FindOriginal => {
            "If the phone still has it, archive the phone again, with \"Read: everything again\": what is missing or damaged here is copied anew."
        }
        Advice::FindOtherDrive => {
            "Look for them on another drive of this archive. Keep this one as it is until they are found."
        }
        Advice::FindNewerDrive | Advice::CompareSheets => {
            "Compare the drive with the newest printed sheet, and look for a newer drive."
        }
        Advice::AskWhoChanged => {
            "If none of you has changed it, don't rely on this drive: compare it with another copy."
        }
        Advice::ReplaceDrive => {
            "The drive may be failing: get the pictures back to another disk now, then replace it."
        }
        Advice::RunAgain => "Archive this phone once more: that puts it right.",
        Advice::RestoreAsUsual => "Nothing has to be done: a restore puts it right by itself.",
        Advice::LookAndMoveAway => "Have it looked at on a Linux computer, and moved away.",
    }
}
