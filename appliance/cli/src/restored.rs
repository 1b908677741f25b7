//! What a restore says in the end, so that an heir understands it: how many files came out, where they are, and what did not and why.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use heirloom_engine::{
    RestoreLayout, RestoreOrder, RestoreProblem, RestoreReport, RestoredPart, TargetPath,
};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::quantity::{count, files, shown, size};
use crate::report::{Page, Report};

/// The report.
pub(crate) fn said(
    target: &Path,
    order: &RestoreOrder,
    report: &RestoreReport,
    started: Instant,
) -> Report {
    let mut page = title(target, report);
    page = counts(page.gap(), order, report);
    for part in &report.parts {
        let to = folder_of(target, part);
        let from = format!(
            "{}: {}, in {}",
            shown(part.folder.as_str()),
            files(part.restored_files + part.already_files),
            shown(&to.to_string_lossy())
        );
        page = page.fact("From", from);
    }
    page = problems(page, report);
    page = damage(page, report);
    let is_good = report.is_complete()
        && report.damage.is_empty()
        && report.parts.iter().all(|part| part.damage.is_empty());
    Report {
        exit: if is_good { Exit::Done } else { Exit::Attention },
        text: page.print(),
        json: json!({
            "target": target.to_string_lossy(),
            "complete": report.is_complete(),
            "by_month": order.layout == RestoreLayout::ByMonth,
            "snapshots": report.parts.iter().map(|part| object(target, part)).collect::<Vec<_>>(),
            "unlisted": report.unlisted.iter().map(|it| json!({
                "source": it.source_folder,
                "place": it.damage.place.as_str(),
                "sentence": it.damage.kind.to_string(),
            })).collect::<Vec<_>>(),
            "damage": report.damage.iter().map(damage_object).collect::<Vec<_>>(),
            "seconds": started.elapsed().as_secs_f64(),
        }),
        is_printed: false,
    }
}

fn title(target: &Path, report: &RestoreReport) -> Page {
    let missing = report.sum(|part| part.problems.len() as u64);
    let target = target.display();
    if report.is_complete() {
        return Page::new(format!("All of it is in {target}.")).text(
            "Complete. Every file was written, read back from the disk, and is what was archived.",
        );
    }
    let title = match missing {
        0 => format!("Restored to {target}, but not of every source."),
        missing => format!("Restored to {target}, all but {}.", files(missing)),
    };
    Page::new(title).text("What was restored was read back from the disk, and is what was archived. What could not be is named below.")
}

fn counts(page: Page, order: &RestoreOrder, report: &RestoreReport) -> Page {
    let restored = report.sum(|part| part.restored_files);
    let bytes = report.sum(|part| part.restored_bytes);
    let mut page = page.fact("Restored", format!("{} ({})", files(restored), size(bytes)));
    let undated_to = match order.layout {
        RestoreLayout::ByMonth => ", of which no date is known, in the folder \"undated\"",
        RestoreLayout::AsItWas => ", of which no date is known",
    };
    let facts: [(&str, u64, &str); 7] = [
        ("There already", report.sum(|part| part.already_files), ""),
        (
            "Mended",
            report.sum(|part| part.mended_files),
            ", damaged in this snapshot, from sound copies of it in the archive",
        ),
        (
            "Without date",
            report.sum(|part| part.undated_files),
            undated_to,
        ),
        (
            "Left out",
            report.sum(|part| part.left_out_undated_files),
            ", of which no date is known; restore again with --undated include for these",
        ),
        (
            "Other days",
            report.sum(|part| part.left_out_files),
            ", not asked for",
        ),
        (
            "In parts",
            report.sum(|part| part.parted_files),
            ", in folders such as \"part 2\", because this disk takes no more names in a folder",
        ),
        (
            "Times",
            report.sum(|part| part.times_not_kept_files),
            ", older or newer than this disk has room for: look for their days in the archive",
        ),
    ];
    for (label, number, explanation) in facts {
        // Where no days and months are asked for, it makes no difference which files have a date.
        let is_of_interest = label != "Without date"
            || order.dates.is_some()
            || order.layout == RestoreLayout::ByMonth;
        if number > 0 && is_of_interest {
            page = page.fact(label, format!("{}{explanation}", files(number)));
        }
    }
    page
}

/// By reason, each file with where it is in the archive, for whoever looks for it there by hand.
fn problems(mut page: Page, report: &RestoreReport) -> Page {
    for unlisted in &report.unlisted {
        page = page.gap().text(format!(
            "Nothing of {} could be restored, for what describes its newest snapshot is damaged ({} {}). Restore an older one, with --source and --snapshot.",
            shown(&unlisted.source_folder),
            shown(unlisted.damage.place.as_str()),
            unlisted.damage.kind
        ));
    }
    let mut by_reason: BTreeMap<String, Vec<&RestoreProblem>> = BTreeMap::new();
    for problem in report.parts.iter().flat_map(|part| &part.problems) {
        let reason = problem.reason.to_string();
        by_reason.entry(reason).or_default().push(problem);
    }
    for (reason, problems) in by_reason {
        page = page.gap().text(format!(
            "{} could not be restored. {reason}",
            files(problems.len() as u64)
        ));
        for problem in problems {
            page = page.item(format!(
                "{}  (in the archive: {})",
                problem.path,
                shown(problem.place.as_str())
            ));
        }
    }
    page
}

fn damage(mut page: Page, report: &RestoreReport) -> Page {
    let all = || {
        let of_parts = report.parts.iter().flat_map(|part| &part.damage);
        of_parts.chain(&report.damage)
    };
    let number = all().count() as u64;
    if number > 0 {
        page = page.gap().text(format!(
            "{} in the archive {} damaged, and did not stand in the way. Run `heirloom verify`:",
            count(number, "thing", "things"),
            if number == 1 { "is" } else { "are" }
        ));
    }
    for damage in all() {
        page = page.item(format!("{} {}", shown(damage.place.as_str()), damage.kind));
    }
    page
}

fn folder_of(target: &Path, part: &RestoredPart) -> PathBuf {
    let names = part.to.as_ref().map_or(&[][..], TargetPath::names);
    let names = names.iter().map(|name| name_of(name));
    names.fold(target.to_owned(), |folder, name| folder.join(name))
}

#[cfg(unix)]
fn name_of(name: &[u8]) -> &std::ffi::OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(name)
}

/// The target takes no names that are no text.
#[cfg(not(unix))]
fn name_of(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

fn damage_object(damage: &heirloom_engine::Damage) -> Value {
    json!({
        "place": damage.place.as_str(),
        "sentence": damage.kind.to_string(),
    })
}

fn object(target: &Path, part: &RestoredPart) -> Value {
    json!({
        "source": part.source_folder,
        "snapshot": {
            "generation": part.snapshot.generation,
            "date": part.snapshot.date.to_string(),
            "folder": part.folder.as_str(),
        },
        "to": folder_of(target, part).to_string_lossy(),
        "complete": part.is_complete(),
        "files": part.files,
        "restored_files": part.restored_files,
        "restored_bytes": part.restored_bytes,
        "mended_files": part.mended_files,
        "already_files": part.already_files,
        "undated_files": part.undated_files,
        "left_out_undated_files": part.left_out_undated_files,
        "left_out_files": part.left_out_files,
        "parted_files": part.parted_files,
        "times_not_kept_files": part.times_not_kept_files,
        "problems": part.problems.iter().map(|problem| json!({
            "path": problem.path.as_str(),
            "place": problem.place.as_str(),
            "reason": problem.reason.code(),
            "sentence": problem.reason.to_string(),
        })).collect::<Vec<_>>(),
        "damage": part.damage.iter().map(damage_object).collect::<Vec<_>>(),
    })
}
