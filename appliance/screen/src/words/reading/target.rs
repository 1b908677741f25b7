//! Where the pictures go, and what will be done.

use heirloom_engine::{
    FileSystem, PlaceLine, RestoreLayout, RestorePlan, RestoreProblemReason, TargetDisk,
    TargetFileSystem, WantedView,
};

use super::{choosing, report};
use crate::piece::{Page, Piece};
use crate::quantity::{count, duration, size};

pub(super) fn places(
    places: &[PlaceLine],
    cursor: usize,
    read_only: &[String],
    lost: Option<&str>,
) -> Page {
    let page = match places {
        [] => Page::new("Please plug in a disk for the pictures")
            .text("Any USB disk or stick with enough room will do. It appears here by itself.")
            .text("The archive drive, the stick that Heirloom starts from, and the disks inside this computer are never written to."),
        _ => Page::new("Where shall the pictures go?")
            .text("Plug in another disk, and it appears here."),
    };
    let page = match lost {
        Some(disk) => page.bad(format!(
            "{disk} was unplugged, or is not what it was. Please choose again."
        )),
        None => page,
    };
    let page = match read_only {
        [] => page,
        names => page.text(format!(
            "Can only be read, and so are not offered: {}. Is there a small lock switch?",
            names.join(", ")
        )),
    };
    let Some(chosen) = places.get(cursor) else {
        return page.key("Esc", "back").key("F1", "help");
    };
    let items = places.iter().map(place_line).collect();
    let page = page.gap().with(Piece::List { items, cursor }).gap();
    let page = match &chosen.part {
        None if chosen.disk.contents.is_empty() && chosen.disk.partitions == 0 => {
            page.text("The disk is empty. It is made ready with exFAT, which every computer reads.")
        }
        None => page.bad("Everything on this disk is erased for ever; you are asked once more before. Then it gets exFAT, which every computer reads."),
        Some(part) => page.text(about(part.file_system)),
    };
    choosing(page)
}

/// A disk, and what is done with it.
pub(in crate::words) fn place_line(place: &PlaceLine) -> String {
    let disk = &place.disk;
    match &place.part {
        None => format!(
            "Erase {} ({}) and use all of it",
            disk.name,
            size(disk.size_bytes)
        ),
        Some(part) => {
            let label = match part.label.as_str() {
                "" => String::new(),
                label => format!("\"{label}\", "),
            };
            format!(
                "Use {} ({label}{}, {})",
                disk.name,
                file_system(part.file_system),
                size(part.size_bytes)
            )
        }
    }
}

fn file_system(kind: FileSystem) -> &'static str {
    match kind {
        FileSystem::Fat => "FAT",
        FileSystem::ExFat => "exFAT",
        FileSystem::Ntfs => "NTFS",
        FileSystem::HfsPlus => "HFS+",
        FileSystem::Ext => "ext4",
    }
}

fn about(kind: FileSystem) -> &'static str {
    match kind {
        FileSystem::Fat => {
            "The pictures go into a folder beside what is there. FAT is read by every computer, but can't hold files of 4 GB and more, such as long videos: these would stay in the archive. Some names are changed a little."
        }
        FileSystem::ExFat => {
            "The pictures go into a folder beside what is there. exFAT is read by every computer."
        }
        FileSystem::Ntfs => {
            "The pictures go into a folder beside what is there. NTFS is for Windows; a Mac can read it too."
        }
        FileSystem::HfsPlus | FileSystem::Ext => {
            "The pictures go into a folder beside what is there. This disk can be read only by Linux."
        }
    }
}

pub(super) fn preparing(disk: &str, erases: bool, elapsed_s: u64) -> Page {
    let page = Page::new(format!("Making {disk} ready"));
    let page = if erases {
        page.text("It is erased, and gets one file system that every computer reads.")
    } else {
        page.text("Looking at what is on it. Nothing of that is changed.")
    };
    page.gap().text(format!(
        "{} so far. Please leave it plugged in.",
        duration(elapsed_s)
    ))
}

pub(super) fn plan(
    name: &str,
    disk: &str,
    target: &TargetDisk,
    wanted: &WantedView,
    plan: &RestorePlan,
    scroll: usize,
) -> Page {
    let refused = plan.problems.len() as u64;
    let can_start = plan.has_room() && plan.files > refused;
    let page = match (plan.has_room(), can_start) {
        (true, true) => Page::new(format!("Ready to restore to {disk}")),
        (false, _) => Page::new(format!("There is not enough room on {disk}")).bad(format!(
            "{} more would be needed. Press Esc to choose another disk, or less.",
            size(plan.needed_bytes.saturating_sub(plan.free_bytes))
        )),
        (true, false) => Page::new(format!("{disk} can't take these files"))
            .bad("Press Esc to choose another disk."),
    };
    let page = page
        .fact("From", from(name, wanted))
        .fact(
            "What",
            format!(
                "{}, {}",
                count(plan.files, "file", "files"),
                size(plan.bytes)
            ),
        )
        .fact(
            "Into",
            format!("the folder \"{}\"{}", target.folder, layout(wanted.layout)),
        )
        .fact(
            "Room",
            format!(
                "{} needed, {} of {} free ({})",
                size(plan.needed_bytes),
                size(plan.free_bytes),
                size(target.total_bytes),
                kind(plan.limits.file_system)
            ),
        );
    let page = left_out(page, plan);
    let page = if plan.limits.takes_any_name {
        page
    } else {
        page.fact(
            "Names",
            "a character that this disk can't have becomes another one",
        )
    };
    let mut lines: Vec<String> = plan
        .unlisted
        .iter()
        .map(|source| format!("{}: nothing of it can be read", source.source_folder))
        .collect();
    lines.extend(plan.problems.iter().map(report::problem));
    let page = if lines.is_empty() {
        page
    } else {
        page.gap()
            .bad(not_taken(plan))
            .with(Piece::Scroll {
                items: lines,
                first: scroll,
            })
            .key("Up/Down", "move")
    };
    let page = if can_start {
        page.key("Enter", "start")
    } else {
        page
    };
    page.key("Esc", "choose another disk").key("F1", "help")
}

fn from(name: &str, wanted: &WantedView) -> String {
    let mut text = match &wanted.source {
        None => format!("the archive {name}, the newest of everything"),
        Some(source) => format!("the archive {name}: {source}"),
    };
    if let Some(older) = wanted.older {
        text.push_str(&format!(", snapshot {older}"));
    }
    if wanted.marked > 0 {
        text.push_str(", only what was marked");
    }
    match &wanted.days {
        None | Some((None, None)) => {}
        Some((Some(first), None)) => text.push_str(&format!(", from {first} on")),
        Some((None, Some(last))) => text.push_str(&format!(", up to {last}")),
        Some((Some(first), Some(last))) => text.push_str(&format!(", {first} to {last}")),
    }
    text
}

fn layout(layout: RestoreLayout) -> &'static str {
    match layout {
        RestoreLayout::AsItWas => ", as they were",
        RestoreLayout::ByMonth => ", by year and month",
    }
}

fn kind(file_system: TargetFileSystem) -> &'static str {
    match file_system {
        TargetFileSystem::Fat => "FAT",
        TargetFileSystem::ExFat => "exFAT",
        TargetFileSystem::Ntfs => "NTFS",
        TargetFileSystem::Linux => "for Linux",
        TargetFileSystem::Other => "of an unknown kind",
    }
}

fn left_out(page: Page, plan: &RestorePlan) -> Page {
    let mut texts = Vec::new();
    if plan.left_out_files > 0 {
        texts.push(format!(
            "{} of other days",
            count(plan.left_out_files, "file", "files")
        ));
    }
    if plan.left_out_undated_files > 0 {
        let files = count(plan.left_out_undated_files, "file", "files");
        texts.push(format!("{files} without a date"));
    }
    if texts.is_empty() {
        page
    } else {
        page.fact("Not asked for", texts.join(", "))
    }
}

/// What this disk can't take, in one sentence.
fn not_taken(plan: &RestorePlan) -> String {
    let is_long =
        |reason: &RestoreProblemReason| matches!(reason, RestoreProblemReason::TooLong { .. });
    let long = plan
        .problems
        .iter()
        .filter(|it| is_long(&it.reason))
        .count() as u64;
    let others = plan.problems.len() as u64 - long + plan.unlisted.len() as u64;
    match (long, others) {
        (long, 0) => format!(
            "{} too long for this disk; one with exFAT can take all:",
            are(long)
        ),
        (0, others) => format!(
            "These {} can't be restored:",
            count(others, "item", "items")
        ),
        (long, others) => format!(
            "{} too long for this disk, and {} more can't be restored:",
            are(long),
            others
        ),
    }
}

fn are(files: u64) -> String {
    format!(
        "{} {}",
        count(files, "file", "files"),
        if files == 1 { "is" } else { "are" }
    )
}
