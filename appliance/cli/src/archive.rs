//! `heirloom archive`: a run from a folder into an archive.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use heirloom_engine::{
    Found, LeftOutKind, MediaChoice, Progress, RunOrder, RunReport, SafeToErase, Source,
    SourceError, ingest,
};
use heirloom_files::FolderSource;
use serde_json::{Value, json};

use crate::args::{ArchiveOrder, Talk};
use crate::clock::today;
use crate::exit::Exit;
use crate::interrupt::cancel_on_signal;
use crate::place::{Place, Prospect, Use, are_apart, prospect};
use crate::progress::{Display, Where};
use crate::quantity::{count, files, shown, size};
use crate::report::{Page, Report};
use crate::trouble::Trouble;

/// Runs it. Whatever is wrong with the input is found before anything is made.
pub(crate) fn archive(order: &ArchiveOrder, talk: Talk) -> Result<Report, Trouble> {
    let started = Instant::now();
    let name = order.name.as_deref();
    let mut source = FolderSource::open(&order.source_dir, name)?;
    are_apart(&order.source_dir, &order.archive_dir)?;
    let place = match prospect(&order.archive_dir)? {
        Prospect::Archive => Place::open(&order.archive_dir, Use::Write)?,
        Prospect::Room => {
            has_files(&mut source, &order.source_dir)?;
            Place::make(&order.archive_dir)?
        }
    };
    let run = RunOrder {
        archive_info: place.archive.info().clone(),
        source_name: name.map_or_else(|| source.storage_name(), str::to_owned),
        date: today(),
        read_all: order.read_all,
        software: concat!("heirloom ", env!("CARGO_PKG_VERSION")).to_owned(),
        choice: MediaChoice::Everything,
        reads_twice: false,
        long_files: Default::default(),
    };
    let cancel = cancel_on_signal()?;
    let display = Display::new(talk);
    let course = Mutex::new(Course::default());
    let watch = |progress: Progress| {
        // A thread that panicked while it held this has left a count, at worst an old one.
        let mut course = course.lock().unwrap_or_else(|held| held.into_inner());
        course.go_on(&progress);
        display.show(|| course.place());
    };
    let outcome = ingest(
        &mut source,
        Arc::<_>::clone(&place.volume) as _,
        &run,
        &watch,
        &cancel,
    );
    display.end();
    match outcome {
        Ok(report) => Ok(said(&place.dir, &report, started)),
        Err(error) => Err(Trouble::of_run(
            order.source_dir.clone(),
            place.dir.clone(),
            error,
        )),
    }
}

/// Before an archive is made for them.
fn has_files(source: &mut FolderSource, source_dir: &Path) -> Result<(), Trouble> {
    let mut any = false;
    let mut first_problem = None;
    let listed = source.list(&mut |found| match found {
        Found::Object(_) => {
            any = true;
            ControlFlow::Break(())
        }
        Found::Problem(problem) => {
            first_problem.get_or_insert(problem.error);
            ControlFlow::Continue(())
        }
        Found::LeftOut(_) | Found::Seen(_) => ControlFlow::Continue(()),
    });
    match (any, first_problem.or(listed.err())) {
        (true, _) => Ok(()),
        (false, Some(SourceError::Refused { code })) => Err(Trouble::FolderRefused {
            folder: source_dir.to_owned(),
            error: std::io::Error::from_raw_os_error(code as i32),
        }),
        (false, Some(error)) => Err(Trouble::SourceUnlisted {
            source_dir: source_dir.to_owned(),
            error,
        }),
        (false, None) => Err(Trouble::SourceEmpty(source_dir.to_owned())),
    }
}

/// Where a run is.
struct Course {
    place: Where,
}

impl Default for Course {
    fn default() -> Self {
        Self {
            place: Where::at("Reading the archive"),
        }
    }
}

impl Course {
    fn go_on(&mut self, progress: &Progress) {
        match *progress {
            Progress::Listing { found } => {
                // The second listing is a part of comparing.
                if self.place.doing != COMPARING {
                    self.place.doing = "Listing the source";
                }
                self.place.files = found;
            }
            Progress::TakingUp {
                bytes, of_bytes, ..
            } => {
                self.place = Where {
                    bytes,
                    of_bytes: Some(of_bytes),
                    ..Where::at("Checking what an interrupted run has of a long file")
                };
            }
            Progress::Planned {
                to_fetch_files,
                to_fetch_bytes,
                ..
            } => {
                self.place = Where {
                    of_files: Some(to_fetch_files),
                    of_bytes: Some(to_fetch_bytes),
                    ..Where::at("Copying")
                };
            }
            Progress::Fetching { .. } | Progress::Noted { .. } => {}
            Progress::Moved { bytes } => self.place.bytes = bytes,
            Progress::Verified { files, .. } => self.place.files = files,
            Progress::Reconciling => self.place = Where::at(COMPARING),
            Progress::Publishing => self.place = Where::at("Sealing the snapshot"),
        }
    }

    fn place(&self) -> Where {
        self.place.clone()
    }
}

const COMPARING: &str = "Comparing with the source";

fn said(archive: &Path, report: &RunReport, started: Instant) -> Report {
    let is_complete = report.completeness.is_complete();
    let exit = if is_complete && report.damage.is_empty() {
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
        (true, None) if report.up_to_date => Page::new(format!("{source}: nothing new."))
            .text("Complete. All of it is in the archive already, since the snapshot below."),
        (true, None) => Page::new(format!("{source} is archived."))
            .text("Complete. Every file was read back from the drive and is the same as in the source.")
            .text("Don't erase anything from the source yet: something older in this archive is damaged, and named below."),
        (false, _) => Page::new(format!("{source} is archived, but not completely.")).text(
            "Don't erase anything from the source yet. What could be copied is safe; what could not is named below.",
        ),
    };
    page = page
        .gap()
        .fact("Snapshot", archive.join(&report.folder).display());
    page = page.fact("In it", contents(report));
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
    page = page.fact("Head", report.head);
    troubles(left_out(page, report), report)
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
        "damage": report.damage.iter().map(|damage| json!({
            "place": damage.place.as_str(),
            "sentence": damage.kind.to_string(),
        })).collect::<Vec<_>>(),
        "seconds": started.elapsed().as_secs_f64(),
    })
}
