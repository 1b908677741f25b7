//! What a run did.

use heirloom_engine::{Completeness, RunReport, SafeToErase, SourceNoun};

use super::noun::the;
use crate::piece::{Page, Piece};
use crate::quantity::{count, size};

pub(super) fn report(
    source: &str,
    noun: SourceNoun,
    report: &RunReport,
    sheet_written: bool,
    scroll: usize,
) -> Page {
    let the = the(noun);
    let page = match (&report.completeness, report.safe_to_erase()) {
        (Completeness::Complete(_), Some(proof)) => {
            Page::new(format!("{source} is archived")).good(safe_to_erase(&proof, the))
        }
        (Completeness::Complete(_), None) if report.up_to_date => {
            Page::new(format!("{source}: nothing new")).good(
                "Complete. Everything on it is in the archive already, since the snapshot below.",
            )
        }
        (Completeness::Complete(_), None) => Page::new(format!("{source} is archived"))
            .good(same_as_on(the))
            .bad(format!("Don't erase anything from {the} yet: something older on this drive is damaged, and named below.")),
        (Completeness::Incomplete, _) => Page::new(format!("{source} is archived, but not completely"))
            .bad(format!("Don't erase anything from {the} yet. What could be copied is safe; what could not is named below.")),
    };
    let page = page.gap().fact("Snapshot", place(report));
    let page = counts(page, report);
    let page = if sheet_written {
        page.fact(
            "Restore sheet",
            "written to the drive as START-HERE.pdf; print it and keep it safe",
        )
    } else {
        page.bad("The restore sheet could not be written. The pictures are safe; archive again.")
    };
    let page = damage(page, report);
    troubles(page.gap(), report, scroll)
        .key("Enter", "go on")
        .key("F1", "help")
}

/// Only said to those who hold the proof.
fn safe_to_erase(_proof: &SafeToErase, the: &str) -> String {
    format!(
        "{} The files of this snapshot are safe to erase from {the}.",
        same_as_on(the)
    )
}

fn same_as_on(the: &str) -> String {
    format!("Complete. Every file was read back from the drive and is the same as on {the}.")
}

fn counts(page: Page, report: &RunReport) -> Page {
    let kinds = [
        (report.kinds.photos, "photo", "photos"),
        (report.kinds.videos, "video", "videos"),
        (report.kinds.others, "other file", "other files"),
    ];
    let kinds: Vec<String> = kinds
        .iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| count(*number, one, many))
        .collect();
    let mut page = page.fact(
        "In this snapshot",
        format!("{} ({})", kinds.join(", "), size(report.bytes)),
    );
    if let (Some(first), Some(last)) = (report.first_day, report.last_day) {
        page = page.fact("Dates", format!("{first} to {last}"));
    }
    if !report.up_to_date {
        page = page.fact(
            "Copied now",
            format!(
                "{} ({})",
                count(report.new_files, "file", "files"),
                size(report.new_bytes)
            ),
        );
        let before = report.linked_files + report.resumed_files;
        if before > 0 {
            page = page.fact("There before", count(before, "file", "files"));
        }
    }
    if report.gone_but_kept_files > 0 {
        let gone = format!(
            "{}; the older snapshots keep them",
            count(report.gone_but_kept_files, "file", "files")
        );
        page = page.fact("Deleted there", gone);
    }
    page
}

fn damage(page: Page, report: &RunReport) -> Page {
    if report.damage.is_empty() {
        return page;
    }
    let named: Vec<String> = report
        .damage
        .iter()
        .map(|damage| format!("{} {}", damage.place, damage.kind))
        .collect();
    page.bad(format!(
        "Older parts of the archive can't be read as they should: {}. This snapshot is not affected.",
        named.join("; ")
    ))
}

fn troubles(page: Page, report: &RunReport, scroll: usize) -> Page {
    let problems = report
        .problems
        .iter()
        .map(|problem| format!("{}: {}", problem.place, problem.reason));
    let differences = report
        .differences
        .iter()
        .map(|difference| format!("{}: {}", difference.path, difference.kind));
    let lines: Vec<String> = problems.chain(differences).collect();
    if lines.is_empty() {
        return page;
    }
    let several = lines.len() > 1;
    let page = page
        .strong(format!(
            "{} to look at:",
            count(lines.len() as u64, "thing", "things")
        ))
        .with(Piece::Scroll {
            items: lines,
            first: scroll,
        });
    if several {
        page.key("Up/Down", "more")
    } else {
        page
    }
}

/// The snapshot's own name first, because it is what a person looks for.
fn place(report: &RunReport) -> String {
    let folder = report
        .folder
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    format!("{}, in {folder}", report.snapshot)
}
