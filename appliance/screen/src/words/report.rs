//! What a run did.

use heirloom_engine::{
    Completeness, GroupCounts, ProblemReason, RunReport, SafeToErase, SourceNoun,
};

use super::marks::{also_converted, among_them, dont_erase_converted, left_out_thumbnails};
use super::noun::the;
use super::round;
use crate::piece::{Page, Piece};
use crate::quantity::{count, size};

pub(super) fn report(
    source: &str,
    noun: SourceNoun,
    report: &RunReport,
    sheet_written: bool,
    scroll: usize,
    others: &[String],
) -> Page {
    let page = verdict(source, report, the(noun));
    let page = page.gap().fact("Snapshot", place(report));
    let page = left_out(counts(page, report), report);
    let page = if sheet_written {
        page.fact(
            "Restore sheet",
            "written to the drive as START-HERE.pdf; print it and keep it safe",
        )
    } else {
        page.bad("The restore sheet could not be written. The pictures are safe; archive again.")
    };
    let page = damage(page, report);
    let page = round::offer(page, others);
    troubles(page.gap(), report, scroll)
        .key("Enter", "go on")
        .key("F1", "help")
}

/// Whether all is there, and what may be done by that.
pub(super) fn verdict(source: &str, report: &RunReport, the: &str) -> Page {
    let page = match (&report.completeness, report.safe_to_erase()) {
        (Completeness::Complete(_), Some(proof)) => {
            let proven = safe_to_erase(&proof, report, the);
            return Page::new(format!("{source} is archived")).good(proven);
        }
        (Completeness::Incomplete, _) => {
            let page = Page::new(format!("{source} is archived, but not completely"))
                .bad(format!("Don't erase anything from {the} yet. What could be copied is safe; what could not is named below."));
            return match also_converted(&report.marks, the) {
                Some(converted) => page.bad(converted),
                None => page,
            };
        }
        (Completeness::Complete(_), None) if report.up_to_date => {
            Page::new(format!("{source}: nothing new")).good(nothing_new(report))
        }
        (Completeness::Complete(_), None) => {
            Page::new(format!("{source} is archived")).good(same_as_on(report, the))
        }
    };
    let converted = dont_erase_converted(&report.marks, the);
    match (report.suspect_files > 0, converted) {
        (true, _) => {
            let page = page.bad(suspect(report, the));
            match also_converted(&report.marks, the) {
                Some(converted) => page.bad(converted),
                None => page,
            }
        }
        (false, Some(converted)) => page.bad(converted),
        // Nothing was read back, and nothing is said of erasing.
        (false, None) if report.up_to_date => page,
        (false, None) => page.bad(format!("Don't erase anything from {the} yet: something older on this drive is damaged, and named below.")),
    }
}

/// Only said to those who hold the proof.
fn safe_to_erase(_proof: &SafeToErase, report: &RunReport, the: &str) -> String {
    format!(
        "{} The files of this snapshot are safe to erase from {the}.",
        same_as_on(report, the)
    )
}

fn same_as_on(report: &RunReport, the: &str) -> String {
    let file = if report.unwanted.is_empty() {
        "file"
    } else {
        "file that you chose"
    };
    // What was made during the copy is nowhere on the source.
    let same = match report.marks.converted {
        0 => format!("the same as on {the}"),
        _ => format!("as {the} gave it"),
    };
    format!("Complete. Every {file} was read back from the drive and is {same}.")
}

fn nothing_new(report: &RunReport) -> &'static str {
    if report.unwanted.is_empty() {
        "Complete. Everything on it is in the archive already, since the snapshot below."
    } else {
        "Complete. All that you chose of it is in the archive already, since the snapshot below."
    }
}

/// Why nothing may be erased yet although the archive has all of it.
pub(super) fn suspect(report: &RunReport, the: &str) -> String {
    let (look, them) = if report.suspect_files == 1 {
        ("looks", "it")
    } else {
        ("look", "them")
    };
    let named = report
        .problems
        .iter()
        .filter(|problem| matches!(problem.reason, ProblemReason::Suspect(_)))
        .count() as u64;
    // Those of earlier runs were named in their reports.
    let place = if named >= report.suspect_files {
        ", named below"
    } else {
        ""
    };
    format!(
        "Don't erase anything from {the} yet: {} {look} damaged{place}. Look at {them} on {the} first.",
        count(report.suspect_files, "file", "files")
    )
}

/// What was not wanted, in one line.
fn left_out(page: Page, report: &RunReport) -> Page {
    if report.unwanted.is_empty() {
        return page;
    }
    let (files, bytes) = report
        .unwanted
        .iter()
        .fold((0_u64, 0_u64), |(files, bytes), record| {
            (
                files.saturating_add(record.files),
                bytes.saturating_add(record.bytes),
            )
        });
    page.text(format!(
        "Left out, as you chose: {} ({}) in {}{}",
        count(files, "other file", "other files"),
        size(bytes),
        count(report.unwanted.len() as u64, "folder", "folders"),
        left_out_thumbnails(report)
    ))
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
    let among_them = among_them(&report.marks);
    if !among_them.is_empty() {
        page = page.fact("Among them", among_them);
    }
    let together = together(&report.groups);
    if !together.is_empty() {
        page = page.fact("Belong together", together);
    }
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

/// What a person takes for one thing and is several files, or has a film in it.
fn together(groups: &GroupCounts) -> String {
    let kinds = [
        (groups.live_photos, "Live Photo", "Live Photos"),
        (groups.motion_photos, "motion photo", "motion photos"),
        (groups.edits, "edited photo", "edited photos"),
        (
            groups.raw_and_pictures,
            "RAW with its picture",
            "RAWs with their pictures",
        ),
        (groups.bursts, "burst", "bursts"),
    ];
    let kinds: Vec<String> = kinds
        .iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| count(*number, one, many))
        .collect();
    kinds.join(", ")
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
    let left_out = report.unwanted.iter().map(|record| {
        let files = count(record.files, "file", "files");
        format!(
            "{}: left out {files} ({})",
            record.folder,
            size(record.bytes)
        )
    });
    let incomplete = &report.groups.first_incomplete;
    let groups = incomplete
        .iter()
        .map(|group| format!("{}: {}", group.path, group.missing));
    let to_look_at = (report.problems.len() + report.differences.len() + incomplete.len()) as u64;
    let lines: Vec<String> = problems
        .chain(differences)
        .chain(groups)
        .chain(left_out)
        .collect();
    if lines.is_empty() {
        return page;
    }
    let several = lines.len() > 1;
    let heading = match (to_look_at, report.unwanted.is_empty()) {
        (0, _) => "Left out:".to_owned(),
        (_, true) => format!("{}:", to_look_at_text(to_look_at)),
        (_, false) => format!("{}, then what was left out:", to_look_at_text(to_look_at)),
    };
    let page = page.strong(heading).with(Piece::Scroll {
        items: lines,
        first: scroll,
    });
    if several {
        page.key("Up/Down", "more")
    } else {
        page
    }
}

fn to_look_at_text(things: u64) -> String {
    format!("{} to look at", count(things, "thing", "things"))
}

/// The snapshot's own name first, because it is what a person looks for.
fn place(report: &RunReport) -> String {
    let folder = report
        .folder
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    format!("{}, in {folder}", report.snapshot)
}
