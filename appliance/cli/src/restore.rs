//! `heirloom restore`: files out of an archive, each checked.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use heirloom_engine::{
    Cancel, DateSpan, RestoreError, RestoreFrom, RestoreLayout, RestoreNames, RestoreProgress,
    RestoreReport, Target, UndatedFiles, plan_restore,
};
use heirloom_files::FolderTarget;

use crate::args::{Names, RestoreOrder, Talk, Undated};
use crate::interrupt::cancel_on_signal;
#[cfg(target_os = "linux")]
use crate::place::is_outside;
use crate::place::{Place, Use};
use crate::progress::{Display, Where};
use crate::quantity::{files, size};
use crate::report::Report;
use crate::restored::said;
use crate::select;
use crate::trouble::Trouble;

/// Restores.
pub(crate) fn restore(order: &RestoreOrder, talk: Talk) -> Result<Report, Trouble> {
    let started = Instant::now();
    let place = Place::of(order.archive_dir.as_deref(), &order.drive, Use::Read)?;
    // Elsewhere, no archive is in a folder.
    #[cfg(target_os = "linux")]
    is_outside(&order.target_dir, &place.dir)?;
    let only = order
        .only
        .iter()
        .map(|typed| select::typed_path(typed).ok_or_else(|| Trouble::NoPath(typed.clone())))
        .collect::<Result<Vec<_>, _>>()?;
    let engine_order = heirloom_engine::RestoreOrder {
        from: from(&place, order)?,
        only,
        dates: dates(order)?,
        names: match order.names {
            Names::Fitting => RestoreNames::Fitting,
            Names::Exact => RestoreNames::Exact,
            Names::Portable => RestoreNames::Portable,
        },
        layout: match order.by_month {
            true => RestoreLayout::ByMonth,
            false => RestoreLayout::AsItWas,
        },
    };
    let cancel = cancel_on_signal()?;
    let made = make_folder(&order.target_dir)?;
    let target = FolderTarget::new(&order.target_dir);
    let outcome = tell_what_is_too_long(&place, &engine_order, &target, &cancel)
        .and_then(|()| restore_to(&place, &engine_order, &target, talk, &cancel));
    match outcome {
        Ok(report) => Ok(said(&order.target_dir, &engine_order, &report, started)),
        Err(error) => {
            if made {
                // Only an empty one goes; one that is not empty is what was restored of it.
                let _ = fs::remove_dir(&order.target_dir);
            }
            Err(match error {
                RestoreError::NothingThere => Trouble::NoPath(order.only.join(", ")),
                error => Trouble::of_restore(place.dir.clone(), error),
            })
        }
    }
}

/// What is meant: one snapshot into the folder itself, or the newest of several sources, each into a folder of its own.
fn from(place: &Place, order: &RestoreOrder) -> Result<RestoreFrom, Trouble> {
    let archive = &place.archive;
    let asked = order.snapshot.as_deref();
    let published = match (&order.source, asked) {
        (Some(source), asked) => {
            let source = select::source(archive, source)?;
            select::snapshot(archive, source, asked.unwrap_or(select::LATEST))?
        }
        (None, Some(asked)) if asked != select::LATEST => select::snapshot_of_any(archive, asked)?,
        (None, _) => match select::sources(archive)[..] {
            [] => return Err(Trouble::NoSnapshots(place.dir.clone())),
            [source] if !order.all_sources => select::snapshot(archive, source, select::LATEST)?,
            _ => return Ok(RestoreFrom::AllSources),
        },
    };
    Ok(RestoreFrom::Snapshot(published.folder.clone()))
}

fn dates(order: &RestoreOrder) -> Result<Option<DateSpan>, Trouble> {
    let (first, last) = (order.from_date, order.to_date);
    match (first, last) {
        (None, None) => return Ok(None),
        (Some(first), Some(last)) if last < first => {
            return Err(Trouble::DatesReversed { first, last });
        }
        _ => {}
    }
    Ok(Some(DateSpan {
        first,
        last,
        undated: match order.undated {
            Undated::LeaveOut => UndatedFiles::LeftOut,
            Undated::Include => UndatedFiles::Restored,
        },
    }))
}

/// Whoever waits for hours should know before what will be missing.
fn tell_what_is_too_long(
    place: &Place,
    order: &heirloom_engine::RestoreOrder,
    target: &FolderTarget,
    cancel: &Cancel,
) -> Result<(), RestoreError> {
    let Some(max_bytes) = target.limits()?.file_bytes_max else {
        return Ok(());
    };
    let plan = plan_restore(&*place.volume, order, target, cancel)?;
    let too_long = || {
        plan.problems
            .iter()
            .filter(|it| it.reason.code() == "too-long")
    };
    let count = too_long().count() as u64;
    if count > 0 {
        eprintln!(
            "{} longer than {}, the most that a file on this disk can have. All others are restored:",
            if count == 1 {
                "1 file is".to_owned()
            } else {
                format!("{} are", files(count))
            },
            size(max_bytes)
        );
    }
    for problem in too_long() {
        eprintln!("  {}", problem.path);
    }
    Ok(())
}

fn restore_to(
    place: &Place,
    order: &heirloom_engine::RestoreOrder,
    target: &FolderTarget,
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
    let outcome = heirloom_engine::restore(&*place.volume, order, target, &watch, cancel);
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
