//! What `heirloom archive` did, for people and for programs.

use std::path::Path;
use std::time::Instant;

use heirloom_engine::{GroupCounts, IncompleteGroup, LeftOutKind, RunReport, SafeToErase};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::marks;
use crate::quantity::{count, files, shown, size};
use crate::report::{Page, Report};

/// What is said of a run.
pub(crate) fn said(archive: &Path, report: &RunReport, started: Instant) -> Report {
    let is_complete = report.completeness.is_complete();
    // A run with nothing new tells again what the last one had to say, and calls nobody.
    let is_doubtful =
        (report.suspect_files > 0 || report.marks.converted > 0) && !report.up_to_date;
    let exit = if is_complete && report.damage.is_empty() && !is_doubtful {
        Exit::Done
    } else {
        Exit::Attention
    };
    Report {
        exit,
        text: page(archive, report, is_complete).print(),
        json: object(archive, report, is_complete, started),
        is_printed: false,
    }
}

fn page(archive: &Path, report: &RunReport, is_complete: bool) -> Page {
    let source = shown(&report.source_name).into_owned();
    let mut page = match (is_complete, report.safe_to_erase()) {
        (true, Some(proof)) => {
            Page::new(format!("{source} is archived.")).text(safe_to_erase(&proof))
        }
        (true, None) if report.up_to_date => {
            Page::new(format!("{source}: nothing new.")).text(nothing_new(report))
        }
        (true, None) => Page::new(format!("{source} is archived."))
            .text(match report.marks.converted {
                0 => "Complete. Every file was read back from the drive and is the same as in the source.",
                _ => "Complete. Every file was read back from the drive and is as the source gave it.",
            })
            .text(dont_erase(report)),
        (false, _) => Page::new(format!("{source} is archived, but not completely.")).text(
            "Don't erase anything from the source yet. What could be copied is safe; what could not is named below.",
        ),
    };
    if let Some(converted) = marks::converted(&report.marks) {
        page = page.text(converted);
    }
    page = page
        .gap()
        .fact("Snapshot", archive.join(&report.folder).display());
    page = page.fact("In it", contents(report));
    let among_them = marks::among_them(&report.marks);
    if !among_them.is_empty() {
        page = page.fact("Among them", among_them);
    }
    if let (Some(first), Some(last)) = (report.first_day, report.last_day) {
        page = page.fact("Dates", format!("{first} to {last}"));
    }
    if !report.up_to_date {
        let copied = format!("{} ({})", files(report.new_files), size(report.new_bytes));
        page = page.fact("Copied now", copied);
        if report.known_content_files > 0 {
            let known = format!(
                "{} of them, whose content the archive had under another name",
                files(report.known_content_files)
            );
            page = page.fact("Stored once", known);
        }
        let before = report.linked_files + report.resumed_files;
        if before > 0 {
            page = page.fact("There before", files(before));
        }
    }
    if report.gone_but_kept_files > 0 {
        let gone = format!(
            "{}; older snapshots keep them",
            files(report.gone_but_kept_files)
        );
        page = page.fact("Deleted there", gone);
    }
    if report.suspect_files > 0 {
        let suspect = format!(
            "{}, archived as the source gave it; snapshot.json says \"suspect\" beside each",
            files(report.suspect_files)
        );
        page = page.fact("Look damaged", suspect);
    }
    page = page.fact("Head", report.head);
    troubles(unwanted(left_out(page, report), report), report)
}

fn nothing_new(report: &RunReport) -> &'static str {
    match report.unwanted.is_empty() {
        true => "Complete. All of it is in the archive already, since the snapshot below.",
        false => {
            "Complete. All that you asked for is in the archive already, since the snapshot below."
        }
    }
}

/// Why not, though the snapshot is complete.
fn dont_erase(report: &RunReport) -> &'static str {
    if !report.damage.is_empty() {
        return "Don't erase anything from the source yet: something older in this archive is damaged, and named below.";
    }
    match report.suspect_files {
        0 => {
            "Don't erase anything from the source yet: it has better copies of some photos than it gave."
        }
        _ => {
            "Don't erase anything from the source yet: a file looks damaged there already. Look at it first; a copy of it elsewhere may be whole."
        }
    }
}

/// Only said to those who hold the proof.
fn safe_to_erase(_proof: &SafeToErase) -> &'static str {
    "Complete. Every file was read back from the drive and is the same as in the source. The files of this snapshot are safe to erase from the source."
}

fn contents(report: &RunReport) -> String {
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
    format!("{} ({})", kinds.join(", "), size(report.bytes))
}

/// How many things that are no files a report names before it only counts them.
const LEFT_OUT_NAMED: usize = 10;

fn left_out(page: Page, report: &RunReport) -> Page {
    let left_out = &report.left_out;
    if left_out.count == 0 {
        return page;
    }
    // What lies on another disk may be pictures: it is named first.
    let mut first: Vec<_> = left_out.first.iter().collect();
    first.sort_by_key(|it| it.kind != LeftOutKind::OtherFileSystem);
    let is_or_are = if left_out.count == 1 { "is" } else { "are" };
    let mut page = page.gap().text(format!(
        "{} in the source {is_or_are} no file, and not in the archive:",
        count(left_out.count, "thing", "things")
    ));
    for it in first.iter().take(LEFT_OUT_NAMED) {
        page = page.item(format!("{}: {}", shown(&it.place), it.kind));
    }
    let more = left_out.count.saturating_sub(LEFT_OUT_NAMED as u64);
    if more > 0 {
        page = page.item(format!(
            "and {} more; --json names up to a thousand",
            count(more, "thing", "things")
        ));
    }
    page
}

/// How many folders with unwanted files are named.
const FOLDERS_NAMED: usize = 20;

fn unwanted(page: Page, report: &RunReport) -> Page {
    if report.unwanted.is_empty() {
        return page;
    }
    let (number, bytes) = report.unwanted.iter().fold((0_u64, 0_u64), |sum, it| {
        (sum.0 + it.files, sum.1.saturating_add(it.bytes))
    });
    let mut page = page.gap().text(format!(
        "Not photos or films, and left out as you asked: {} ({}{}). This snapshot is without them:",
        files(number),
        size(bytes),
        marks::left_out_thumbnails(report.unwanted_thumbnails)
    ));
    // Most first: what was left out by mistake is likely among them.
    let mut folders: Vec<_> = report.unwanted.iter().collect();
    folders.sort_by_key(|it| std::cmp::Reverse(it.files));
    for it in folders.iter().take(FOLDERS_NAMED) {
        page = page.item(format!(
            "{}: {} ({})",
            shown(&it.folder),
            files(it.files),
            size(it.bytes)
        ));
    }
    let more = folders.len().saturating_sub(FOLDERS_NAMED);
    if more > 0 {
        page = page.item(format!(
            "and in {}; --json names them",
            count(more as u64, "more folder", "more folders")
        ));
    }
    page
}

fn troubles(mut page: Page, report: &RunReport) -> Page {
    let number = report.problems.len() + report.differences.len();
    if number > 0 {
        page = page.gap().text(format!(
            "{} to look at:",
            count(number as u64, "thing", "things")
        ));
        for problem in &report.problems {
            page = page.item(format!("{}: {}", shown(&problem.place), problem.reason));
        }
        for difference in &report.differences {
            page = page.item(format!("{}: {}", shown(&difference.path), difference.kind));
        }
    }
    if !report.damage.is_empty() {
        page = page.gap().text(
            "Older parts of the archive can't be read as they should. This snapshot is not affected. Run `heirloom verify`:",
        );
        for damage in &report.damage {
            page = page.item(format!("{} {}", shown(damage.place.as_str()), damage.kind));
        }
    }
    page
}

fn object(archive: &Path, report: &RunReport, is_complete: bool, started: Instant) -> Value {
    json!({
        "archive": archive.to_string_lossy(),
        "source": report.source_name,
        "snapshot": {
            "generation": report.snapshot.generation,
            "date": report.snapshot.date.to_string(),
            "folder": report.folder,
        },
        "head": report.head.to_string(),
        "up_to_date": report.up_to_date,
        "complete": is_complete,
        "safe_to_erase": report.safe_to_erase().is_some(),
        "files": report.files,
        "bytes": report.bytes,
        "photos": report.kinds.photos,
        "videos": report.kinds.videos,
        "others": report.kinds.others,
        "new_files": report.new_files,
        "new_bytes": report.new_bytes,
        "known_content_files": report.known_content_files,
        "resumed_files": report.resumed_files,
        "linked_files": report.linked_files,
        "gone_but_kept_files": report.gone_but_kept_files,
        "first_day": report.first_day.map(|day| day.to_string()),
        "last_day": report.last_day.map(|day| day.to_string()),
        "problems": report.problems.iter().map(|problem| json!({
            "place": problem.place,
            "reason": problem.reason.code(),
            "sentence": problem.reason.to_string(),
            "archived": problem.reason.is_archived(),
        })).collect::<Vec<_>>(),
        "differences": report.differences.iter().map(|difference| json!({
            "path": difference.path,
            "sentence": difference.kind.to_string(),
        })).collect::<Vec<_>>(),
        "left_out": report.left_out.first.iter().map(|left_out| json!({
            "place": left_out.place,
            "sentence": left_out.kind.to_string(),
        })).collect::<Vec<_>>(),
        "left_out_count": report.left_out.count,
        "groups": groups(&report.groups),
        "marks": marks::object(&report.marks),
        "left_out_thumbnails": report.unwanted_thumbnails,
        "suspect_files": report.suspect_files,
        "unwanted": report.unwanted.iter().map(|it| json!({
            "folder": it.folder,
            "files": it.files,
            "bytes": it.bytes,
        })).collect::<Vec<_>>(),
        "damage": report.damage.iter().map(|damage| json!({
            "place": damage.place.as_str(),
            "sentence": damage.kind.to_string(),
        })).collect::<Vec<_>>(),
        "seconds": started.elapsed().as_secs_f64(),
    })
}

fn groups(groups: &GroupCounts) -> Value {
    let incomplete =
        |it: &IncompleteGroup| json!({"path": it.path, "missing": it.missing.to_string()});
    let incomplete: Vec<Value> = groups.first_incomplete.iter().map(incomplete).collect();
    json!({
        "live_photos": groups.live_photos,
        "motion_photos": groups.motion_photos,
        "edits": groups.edits,
        "raw_and_pictures": groups.raw_and_pictures,
        "bursts": groups.bursts,
        "incomplete": incomplete,
    })
}
