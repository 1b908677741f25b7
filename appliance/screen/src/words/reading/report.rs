//! What a restore or a rehearsal did, for somebody who never saw Heirloom.

use heirloom_engine::{
    Damage, DamageKind, RehearsalReport, RestoreProblem, RestoreProblemReason, RestoreReport,
    UnlistedSource,
};

use crate::piece::{Page, Piece};
use crate::quantity::{count, grouped, size};

const MENDED: &str = "damaged in one place of the archive, came from another";

pub(super) fn restored(
    (disk, folder): (&str, &str),
    report: &RestoreReport,
    scroll: usize,
    is_open: bool,
) -> Page {
    let back = report.sum(|part| part.restored_files + part.already_files);
    let missing = report.sum(|part| part.problems.len() as u64);
    let page = match (report.is_complete(), back) {
        (true, _) => Page::new("The pictures are back").good(format!(
            "{} on {disk}. Each was compared with the archive, byte for byte.",
            are(back)
        )),
        (false, 0) => Page::new("Nothing came back")
            .bad("Why is told below. What is in the archive stays there."),
        (false, back) => Page::new("Most is back, but not everything")
            .good(format!(
                "{} on {disk}, each compared with the archive.",
                are(back)
            ))
            .bad(not_back(missing, &report.unlisted)),
    };
    let page = places(page, folder, report);
    let page = details(page, report);
    let page = page.gap().strong(format!(
        "Unplug {disk} now, and plug it into any computer: the folder \"{folder}\" has the pictures."
    ));
    let page = troubles(page, lines(report), scroll, "What is to be told:");
    if is_open {
        page.key("Enter", "lock the archive")
            .key("M", "get more back")
    } else {
        page.key("Enter", "go on")
    }
    .key("F1", "help")
}

fn are(files: u64) -> String {
    match files {
        1 => "1 file is".to_owned(),
        files => format!("{} files are", grouped(files)),
    }
}

fn not_back(missing: u64, unlisted: &[UnlistedSource]) -> String {
    let sources = unlisted.len() as u64;
    match (missing, sources) {
        (missing, 0) => format!(
            "{} did not come back; each is named below.",
            count(missing, "file", "files")
        ),
        (0, sources) => format!(
            "Of {}, nothing can be read; see below.",
            count(sources, "source", "sources")
        ),
        (missing, sources) => format!(
            "{} did not come back, and of {} nothing can be read; see below.",
            count(missing, "file", "files"),
            count(sources, "source", "sources")
        ),
    }
}

/// Which source went where; more than a few are only counted.
fn places(page: Page, folder: &str, report: &RestoreReport) -> Page {
    const NAMED: usize = 2;
    let page = report
        .parts
        .iter()
        .take(NAMED)
        .fold(page.gap(), |page, part| {
            let name = part
                .source_folder
                .rsplit_once(" [")
                .map_or(&part.source_folder[..], |it| it.0);
            let place = match &part.to {
                Some(to) => {
                    let names = to.names().iter().map(|name| String::from_utf8_lossy(name));
                    format!("{folder}/{}", names.collect::<Vec<_>>().join("/"))
                }
                None => folder.to_owned(),
            };
            let files = part.restored_files + part.already_files;
            page.fact(
                name,
                format!("{}, in {place}", count(files, "file", "files")),
            )
        });
    match report.parts.len() {
        0..=NAMED => page,
        all => page.fact("And", format!("{} more", all - NAMED)),
    }
}

fn details(page: Page, report: &RestoreReport) -> Page {
    let bytes = report.sum(|part| part.restored_bytes);
    let already = report.sum(|part| part.already_files);
    match already {
        0 => page.fact("Written now", size(bytes)),
        already => {
            let files = count(already, "file was", "files were");
            let written = size(bytes);
            page.fact(
                "Written now",
                format!("{written}; {files} there already, and right"),
            )
        }
    }
}

/// What is to be known of some of the files that are back, or were not asked for.
fn remarks(report: &RestoreReport) -> Vec<String> {
    let all = [
        (report.sum(|part| part.mended_files), MENDED),
        (
            report.sum(|part| part.times_not_kept_files),
            "older than this disk can tell; their dates are in the archive",
        ),
        (
            report.sum(|part| part.left_out_undated_files),
            "without a date, not asked for",
        ),
        (
            report.sum(|part| part.parted_files),
            "in folders named \"part 2\" and so on: this disk takes no more in one",
        ),
    ];
    all.into_iter().filter_map(told).collect()
}

fn told((files, what): (u64, &str)) -> Option<String> {
    (files > 0).then(|| format!("{}: {what}", count(files, "file", "files")))
}

fn lines(report: &RestoreReport) -> Vec<String> {
    let unlisted = report.unlisted.iter().map(unlisted);
    let problems = report
        .parts
        .iter()
        .flat_map(|part| part.problems.iter().map(problem));
    let of_parts = report
        .parts
        .iter()
        .flat_map(|part| part.damage.iter().map(damage));
    let elsewhere = report.damage.iter().map(damage);
    unlisted
        .chain(problems)
        .chain(of_parts)
        .chain(elsewhere)
        .chain(remarks(report))
        .collect()
}

fn troubles(page: Page, lines: Vec<String>, first: usize, heading: &str) -> Page {
    if lines.is_empty() {
        return page;
    }
    page.text(heading)
        .with(Piece::Scroll {
            items: lines,
            first,
        })
        .key("Up/Down", "move")
}

/// A file and why it does not come back.
pub(super) fn problem(problem: &RestoreProblem) -> String {
    let why = match &problem.reason {
        RestoreProblemReason::Occupied => "Something else of that name is there already, and was left as it is. Restore to an empty disk.".to_owned(),
        RestoreProblemReason::Damaged(DamageKind::Unreadable { .. }) => "The archive drive can't read it any more, and no other snapshot has it. Look for it on the phone, or on another drive.".to_owned(),
        RestoreProblemReason::Damaged(_) => "It is damaged in the archive, and no other snapshot has it. Look for it on the phone, or on another drive.".to_owned(),
        RestoreProblemReason::NotKept => "The disk gave back something else than was written. Use another disk.".to_owned(),
        RestoreProblemReason::TooLong { max_bytes } => format!("It is longer than a file on this disk can be ({}). Use a disk with exFAT.", size(*max_bytes)),
        RestoreProblemReason::NotTaken { .. } => "The disk does not take it. Use another disk, with exFAT.".to_owned(),
    };
    format!("{}: {why}", problem.path.as_str())
}

fn damage(damage: &Damage) -> String {
    format!(
        "{} {}. No file above is affected.",
        damage.place, damage.kind
    )
}

fn unlisted(source: &UnlistedSource) -> String {
    format!(
        "{}: what is in its newest snapshots can't be read ({} {}). Choose it by itself, and an older snapshot.",
        source.source_folder, source.damage.place, source.damage.kind
    )
}

pub(super) fn rehearsed(
    name: &str,
    report: &RehearsalReport,
    is_recorded: bool,
    scroll: usize,
) -> Page {
    let page = if report.is_passed() {
        Page::new("The rehearsal passed").good(format!(
            "Everything that was tried came back from {name} as it was archived. The drive, its key and this program do what they should."
        ))
    } else if report.restored_files == 0 && report.problems.is_empty() {
        Page::new("The rehearsal did not pass").bad("There was nothing to try: no file came back.")
    } else {
        Page::new("The rehearsal did not pass").bad(format!(
            "Not everything came back from {name}. Archive the phones again while they have the pictures, and to a new drive as well."
        ))
    };
    let page = page
        .gap()
        .fact(
            "Tried",
            format!(
                "{} of {}: the newest, and others by chance",
                grouped(report.newest_files + report.sampled_files),
                count(report.files, "file", "files")
            ),
        )
        .fact(
            "Came back, and right",
            format!(
                "{}, {}",
                count(report.restored_files, "file", "files"),
                size(report.restored_bytes)
            ),
        );
    let page = match report.newest_snapshot {
        Some(newest) => page.fact("Newest snapshot", newest.to_string()),
        None => page,
    };
    let page = page.gap();
    let page = if is_recorded {
        page.text(format!(
            "This date, {}, and the result are kept on the drive, and will stand on the next sheet.",
            report.date
        ))
    } else {
        page.bad(
            "The date and the result could not be kept on the drive. Write them down yourself.",
        )
    };
    let mut lines: Vec<String> = report.unlisted.iter().map(unlisted).collect();
    lines.extend(report.problems.iter().map(problem));
    lines.extend(report.damage.iter().map(damage));
    let passed_over = (
        report.passed_over_files,
        "too large for this computer's memory, not tried",
    );
    let remarks = [(report.mended_files, MENDED), passed_over];
    lines.extend(remarks.into_iter().filter_map(told));
    troubles(page, lines, scroll, "What is to be told:")
        .key("Enter", "lock the archive")
        .key("F1", "help")
}
