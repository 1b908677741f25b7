//! `heirloom verify`: whether an archive is what it was.

use std::sync::Mutex;
use std::time::Instant;

use heirloom_engine::{
    Finding, SheetClaim, VerifyDepth, VerifyError, VerifyProgress, VerifyReport,
};
use serde_json::{Value, json};

use crate::args::{Talk, VerifyOrder};
use crate::exit::Exit;
use crate::interrupt::cancel_on_signal;
use crate::place::{Place, Use};
use crate::progress::{Display, Where};
use crate::quantity::{count, files, shown, size};
use crate::report::{Page, Report};
use crate::trouble::Trouble;

/// How many findings of one kind are named to people.
const NAMED_MAX: usize = 50;

/// Checks.
pub(crate) fn verify(order: &VerifyOrder, talk: Talk) -> Result<Report, Trouble> {
    let started = Instant::now();
    let place = Place::of(order.archive_dir.as_deref(), &order.drive, Use::Read)?;
    let engine_order = heirloom_engine::VerifyOrder {
        depth: if order.quick {
            VerifyDepth::Descriptions
        } else {
            VerifyDepth::Contents
        },
        sheet: order.sheet_generation.map(|generation| SheetClaim {
            generation,
            head: order.sheet_head,
            public_key: order.sheet_key,
        }),
    };
    let cancel = cancel_on_signal()?;
    let display = Display::new(talk);
    let course = Mutex::new(Where::at("Checking the snapshots"));
    let watch = |progress| {
        // A thread that panicked while it held this has left a count, at worst an old one.
        let mut course = course.lock().unwrap_or_else(|held| held.into_inner());
        go_on(&mut course, progress);
        display.show(|| course.clone());
    };
    let outcome = heirloom_engine::verify(&*place.volume, &engine_order, &watch, &cancel);
    display.end();
    match outcome {
        Ok(report) => Ok(Report {
            exit: if report.is_sound() {
                Exit::Done
            } else {
                Exit::Attention
            },
            text: page(&report).print(),
            json: object(&place, &report, started),
            is_printed: false,
        }),
        Err(VerifyError::Archive(error)) => Err(Trouble::of_archive(place.dir.clone(), error)),
        Err(error) => Err(Trouble::Verify(error)),
    }
}

fn go_on(course: &mut Where, progress: VerifyProgress) {
    match progress {
        VerifyProgress::Snapshots { .. } => {}
        VerifyProgress::Planned { bytes, .. } => {
            *course = Where {
                of_bytes: Some(bytes),
                ..Where::at("Reading every file")
            };
        }
        VerifyProgress::Read { bytes } => course.bytes = bytes,
    }
}

fn page(report: &VerifyReport) -> Page {
    let name = shown(&report.archive.name).into_owned();
    let is_whole = report.depth == VerifyDepth::Contents;
    let mut page = match report.worst() {
        None if is_whole => Page::new(format!("The archive {name} is sound.")).text(
            "Every file was read from the drive and is what was archived; the snapshots are signed, and none is missing.",
        ),
        None => Page::new(format!("The archive {name} is sound, as far as this goes.")).text(
            "The snapshots are signed, none is missing, and every file is there with its length. No content was read: without --quick it is.",
        ),
        Some(worst) => {
            let page = Page::new(format!(
                "The archive {name} is not as it should be: {}.",
                count(report.findings.len() as u64, "thing", "things")
            ));
            if worst.is_loss() {
                page.text("Something is lost here, or may be. Nothing else is touched; see below what, and what to do.")
            } else {
                page.text("No picture is lost. See below what it is, and what to do.")
            }
        }
    };
    page = page.gap().fact("Snapshots", snapshots(report)).fact(
        "Files",
        format!(
            "{}, stored as {}",
            count(report.names, "name", "names"),
            files(report.files)
        ),
    );
    if is_whole {
        page = page.fact("Read", size(report.bytes_read));
    }
    if let Some(head) = report.head {
        page = page
            .fact("Head", head)
            .fact("Generation", report.generation);
    }
    page = page.fact("Public key", report.archive.public_key);
    findings(page, report)
}

fn snapshots(report: &VerifyReport) -> String {
    if report.thinned == 0 {
        report.snapshots.to_string()
    } else {
        format!("{}, and {} thinned out", report.snapshots, report.thinned)
    }
}

/// In groups of one meaning and advice; the worst comes first.
fn findings(mut page: Page, report: &VerifyReport) -> Page {
    let same = |a: &Finding, b: &Finding| {
        (a.kind.meaning(), a.kind.advice()) == (b.kind.meaning(), b.kind.advice())
    };
    for group in report.findings.chunk_by(same) {
        let kind = &group[0].kind;
        page = page
            .gap()
            .text(format!("{} {}", kind.meaning(), kind.advice()));
        for finding in group.iter().take(NAMED_MAX) {
            page = page.item(line(finding));
        }
        if group.len() > NAMED_MAX {
            let more = (group.len() - NAMED_MAX) as u64;
            page = page.item(format!(
                "and {} more; --json names them all",
                count(more, "thing", "things")
            ));
        }
    }
    page
}

fn line(finding: &Finding) -> String {
    let mut line = format!(
        "{} {}",
        shown(finding.place.as_str()),
        shown(&finding.kind.to_string())
    );
    if finding.snapshots.len() > 1 {
        let others = finding.snapshots.len() as u64 - 1;
        line.push_str(&format!(
            "; {} more {} it",
            count(others, "snapshot", "snapshots"),
            if others == 1 { "has" } else { "have" }
        ));
    }
    if let Some(copy) = finding.kind.sound_copy() {
        line.push_str(&format!("; sound as {}", shown(copy.as_str())));
    }
    line
}

fn object(place: &Place, report: &VerifyReport, started: Instant) -> Value {
    json!({
        "archive": place.dir.to_string_lossy(),
        "name": report.archive.name,
        "archive_id": report.archive.archive_id.to_string(),
        "public_key": report.archive.public_key.to_string(),
        "contents_read": report.depth == VerifyDepth::Contents,
        "sound": report.is_sound(),
        "loss": report.worst().is_some_and(|worst| worst.is_loss()),
        "snapshots": report.snapshots,
        "thinned": report.thinned,
        "generation": report.generation,
        "head": report.head.map(|head| head.to_string()),
        "names": report.names,
        "files": report.files,
        "bytes_read": report.bytes_read,
        "findings": report.findings.iter().map(finding_object).collect::<Vec<_>>(),
        "seconds": started.elapsed().as_secs_f64(),
    })
}

fn finding_object(finding: &Finding) -> Value {
    let paths = |paths: &[heirloom_engine::VolumePath]| -> Vec<String> {
        paths.iter().map(ToString::to_string).collect()
    };
    json!({
        "place": finding.place.as_str(),
        "kind": finding.kind.code(),
        "sentence": finding.kind.to_string(),
        "meaning": finding.kind.meaning().to_string(),
        "advice": finding.kind.advice().to_string(),
        "loss": finding.kind.meaning().is_loss(),
        "snapshots": paths(&finding.snapshots),
        "other_names": paths(&finding.other_names),
        "sound_copy": finding.kind.sound_copy().map(ToString::to_string),
    })
}
