//! `heirloom archive`: a run from a folder into an archive.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use heirloom_engine::{
    Found, MediaChoice, Progress, RunError, RunOrder, Source, SourceError, ingest, is_wanted,
};
use heirloom_files::FolderSource;

use crate::archived::said;
use crate::args::{ArchiveOrder, Talk};
use crate::clock::today;
use crate::interrupt::cancel_on_signal;
use crate::place::{Place, Prospect, Use, are_apart, prospect};
use crate::progress::{Display, Where};
use crate::report::Report;
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
            has_files(&mut source, order)?;
            Place::make(&order.archive_dir)?
        }
    };
    let run = RunOrder {
        archive_info: place.archive.info().clone(),
        source_name: name.map_or_else(|| source.storage_name(), str::to_owned),
        date: today(),
        read_all: order.read_all,
        software: concat!("heirloom ", env!("CARGO_PKG_VERSION")).to_owned(),
        choice: choice(order),
        reads_twice: order.read_twice,
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
        Err(RunError::SourceEmpty) if order.only_media => {
            Err(Trouble::NoMedia(order.source_dir.clone()))
        }
        Err(error) => Err(Trouble::of_run(
            order.source_dir.clone(),
            place.dir.clone(),
            error,
        )),
    }
}

fn choice(order: &ArchiveOrder) -> MediaChoice {
    match order.only_media {
        true => MediaChoice::AllMedia,
        false => MediaChoice::Everything,
    }
}

/// Before an archive is made for them.
fn has_files(source: &mut FolderSource, order: &ArchiveOrder) -> Result<(), Trouble> {
    let source_dir = || order.source_dir.clone();
    let (mut any, mut any_unwanted) = (false, false);
    let mut first_problem = None;
    let listed = source.list(&mut |found| match found {
        Found::Object(object) => {
            any = is_wanted(choice(order), object.path.as_str());
            any_unwanted |= !any;
            match any {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        }
        Found::Problem(problem) => {
            first_problem.get_or_insert(problem.error);
            ControlFlow::Continue(())
        }
        Found::LeftOut(_) | Found::Seen(_) => ControlFlow::Continue(()),
    });
    if any {
        return Ok(());
    }
    Err(match first_problem.or(listed.err()) {
        Some(SourceError::Refused { code }) => Trouble::FolderRefused {
            folder: source_dir(),
            error: std::io::Error::from_raw_os_error(code as i32),
        },
        Some(error) => Trouble::SourceUnlisted {
            source_dir: source_dir(),
            error,
        },
        None if any_unwanted => Trouble::NoMedia(source_dir()),
        None => Trouble::SourceEmpty(source_dir()),
    })
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
