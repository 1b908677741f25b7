//! `heirloom restore`: files out of an archive, each checked.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use heirloom_engine::{
    Cancel, PublishedSnapshot, RestoreError, RestoreFrom, RestoreNames, RestoreProgress,
    RestoreReport,
};
use heirloom_files::FolderTarget;
use heirloom_format::{PortableNames, StoredPath};
use serde_json::{Value, json};

use crate::args::{Names, RestoreOrder, Talk};
use crate::exit::Exit;
use crate::interrupt::cancel_on_signal;
use crate::place::{Place, Use, is_outside};
use crate::progress::{Display, Where};
use crate::quantity::{count, files, shown, size};
use crate::report::{Page, Report};
use crate::select;
use crate::trouble::Trouble;

/// One snapshot, and where its files go.
struct Part<'a> {
    published: &'a PublishedSnapshot,
    folder: PathBuf,
}

/// What was done of one.
struct Done {
    source: String,
    folder: PathBuf,
    report: RestoreReport,
}

/// Restores.
pub(crate) fn restore(order: &RestoreOrder, talk: Talk) -> Result<Report, Trouble> {
    let started = Instant::now();
    let place = Place::open(&order.archive_dir, Use::Read)?;
    is_outside(&order.target_dir, &place.dir)?;
    let only = order
        .only
        .iter()
        .map(|typed| select::typed_path(typed).ok_or_else(|| Trouble::NoPath(typed.clone())))
        .collect::<Result<Vec<_>, _>>()?;
    let parts = parts(&place, order)?;
    let names = match order.names {
        Names::Exact => RestoreNames::Exact,
        Names::Portable => RestoreNames::Portable,
    };
    let cancel = cancel_on_signal()?;
    let mut done = Vec::new();
    let made = make_folder(&order.target_dir)?;
    for part in &parts {
        let made_part = make_folder(&part.folder)?;
        let engine_order = heirloom_engine::RestoreOrder {
            from: RestoreFrom::Snapshot(part.published.folder.clone()),
            only: only.clone(),
            names,
        };
        match restore_one(&place, &engine_order, &part.folder, talk, &cancel) {
            Ok(report) => done.push(Done {
                source: part.published.source_folder.clone(),
                folder: part.folder.clone(),
                report,
            }),
            // Another source may have it.
            Err(RestoreError::NothingThere) if parts.len() > 1 => {
                unmake(made_part, &part.folder);
            }
            Err(error) => {
                unmake(made_part, &part.folder);
                unmake(made, &order.target_dir);
                return Err(Trouble::of_restore(place.dir.clone(), error));
            }
        }
    }
    if done.is_empty() {
        unmake(made, &order.target_dir);
        return Err(Trouble::NoPath(order.only.join(", ")));
    }
    Ok(said(&order.target_dir, &done, started))
}

/// What is meant: one snapshot into the folder itself, or the newest of several sources, each into a folder of its own.
fn parts<'a>(place: &'a Place, order: &RestoreOrder) -> Result<Vec<Part<'a>>, Trouble> {
    let archive = &place.archive;
    let into_itself = |published| {
        Ok(vec![Part {
            published,
            folder: order.target_dir.clone(),
        }])
    };
    let asked = order.snapshot.as_deref();
    match (&order.source, asked) {
        (Some(source), asked) => {
            let source = select::source(archive, source)?;
            into_itself(select::snapshot(
                archive,
                source,
                asked.unwrap_or(select::LATEST),
            )?)
        }
        (None, Some(asked)) if asked != select::LATEST => {
            into_itself(select::snapshot_of_any(archive, asked)?)
        }
        (None, _) => {
            let sources = select::sources(archive);
            let newest = |source| select::snapshot(archive, source, select::LATEST);
            match sources[..] {
                [] => Err(Trouble::NoSnapshots(place.dir.clone())),
                [source] => into_itself(newest(source)?),
                _ => {
                    let mut portable = PortableNames::new();
                    let mut part = |source| {
                        Ok(Part {
                            published: newest(source)?,
                            folder: order.target_dir.join(match order.names {
                                Names::Exact => source.to_owned(),
                                Names::Portable => StoredPath::parse(source)
                                    .map_or(source.to_owned(), |path| portable.next(&path)),
                            }),
                        })
                    };
                    sources.into_iter().map(&mut part).collect()
                }
            }
        }
    }
}

fn restore_one(
    place: &Place,
    order: &heirloom_engine::RestoreOrder,
    folder: &Path,
    talk: Talk,
    cancel: &Cancel,
) -> Result<RestoreReport, RestoreError> {
    let display = Display::new(talk);
    let course = Mutex::new(Where::at("Reading the snapshot's list"));
    let watch = |progress| {
        // A thread that panicked while it held this has left a count, at worst an old one.
        let mut course = course.lock().unwrap_or_else(|held| held.into_inner());
        match progress {
            RestoreProgress::Planned { files, bytes } => {
                *course = Where {
                    of_files: Some(files),
                    of_bytes: Some(bytes),
                    ..Where::at("Restoring")
                };
            }
            RestoreProgress::Read { bytes } => course.bytes = bytes,
            RestoreProgress::Restored { files } => course.files = files,
        }
        display.show(|| course.clone());
    };
    let target = FolderTarget::new(folder);
    let outcome = heirloom_engine::restore(&*place.volume, order, &target, &watch, cancel);
    display.end();
    outcome
}

/// Whether it was made; its parent must be there.
fn make_folder(folder: &Path) -> Result<bool, Trouble> {
    match fs::create_dir(folder) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            if folder.is_dir() {
                Ok(false)
            } else {
                Err(Trouble::NotAFolder(folder.to_owned()))
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let above = folder.parent().unwrap_or(folder);
            Err(Trouble::NoFolder(above.to_owned()))
        }
        Err(error) => Err(Trouble::FolderRefused {
            folder: folder.to_owned(),
            error,
        }),
    }
}

fn unmake(made: bool, folder: &Path) {
    if made {
        // Only an empty one goes; one that is not empty is what was restored of it.
        let _ = fs::remove_dir(folder);
    }
}

fn said(target: &Path, done: &[Done], started: Instant) -> Report {
    let is_good = |it: &Done| it.report.is_complete() && it.report.damage.is_empty();
    let sum = |part: fn(&RestoreReport) -> u64| done.iter().map(|it| part(&it.report)).sum::<u64>();
    let missing = sum(|it| it.problems.len() as u64);
    let restored = sum(|it| it.restored_files);
    let target = target.display();
    let mut page = if missing == 0 {
        Page::new(format!("All of it is in {target}.")).text(
            "Complete. Every file was written, read back from the disk, and is what was archived.",
        )
    } else {
        Page::new(format!(
            "Restored to {target}, all but {}.",
            files(missing)
        ))
        .text("What was restored was read back from the disk, and is what was archived. What could not be is named below.")
    };
    page = page.gap().fact(
        "Restored",
        format!(
            "{} ({})",
            files(restored),
            size(sum(|it| it.restored_bytes))
        ),
    );
    let already = sum(|it| it.already_files);
    if already > 0 {
        page = page.fact("There already", files(already));
    }
    let mended = sum(|it| it.mended_files);
    if mended > 0 {
        let mended = format!(
            "{}, damaged in this snapshot, from sound copies of it in the archive",
            files(mended)
        );
        page = page.fact("Mended", mended);
    }
    for it in done {
        page = page.fact("From", shown(it.report.folder.as_str()));
    }
    if missing > 0 {
        page = page
            .gap()
            .text(format!("{} could not be restored:", files(missing)));
    }
    for it in done {
        for problem in &it.report.problems {
            page = page.item(format!("{}: {}", problem.path, problem.reason));
        }
    }
    let damage = sum(|it| it.damage.len() as u64);
    if damage > 0 {
        page = page.gap().text(format!(
            "{} in the archive {} damaged, and did not stand in the way. Run `heirloom verify`:",
            count(damage, "thing", "things"),
            if damage == 1 { "is" } else { "are" }
        ));
    }
    for it in done {
        for damage in &it.report.damage {
            page = page.item(format!("{} {}", shown(damage.place.as_str()), damage.kind));
        }
    }
    Report {
        exit: if done.iter().all(is_good) {
            Exit::Done
        } else {
            Exit::Attention
        },
        text: page.print(),
        json: json!({
            "target": target.to_string(),
            "complete": missing == 0,
            "snapshots": done.iter().map(object).collect::<Vec<_>>(),
            "seconds": started.elapsed().as_secs_f64(),
        }),
        is_printed: false,
    }
}

fn object(done: &Done) -> Value {
    let report = &done.report;
    json!({
        "source": done.source,
        "snapshot": {
            "generation": report.snapshot.generation,
            "date": report.snapshot.date.to_string(),
            "folder": report.folder.as_str(),
        },
        "to": done.folder.to_string_lossy(),
        "complete": report.is_complete(),
        "files": report.files,
        "restored_files": report.restored_files,
        "restored_bytes": report.restored_bytes,
        "mended_files": report.mended_files,
        "already_files": report.already_files,
        "problems": report.problems.iter().map(|problem| json!({
            "path": problem.path.as_str(),
            "reason": problem.reason.code(),
            "sentence": problem.reason.to_string(),
        })).collect::<Vec<_>>(),
        "damage": report.damage.iter().map(|damage| json!({
            "place": damage.place.as_str(),
            "sentence": damage.kind.to_string(),
        })).collect::<Vec<_>>(),
    })
}
