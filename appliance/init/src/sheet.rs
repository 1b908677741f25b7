//! The restore sheet of the open archive: its facts gathered, and its files put on the drive's open part.

use std::collections::HashSet;

use anyhow::Context;
use heirloom_engine::{Archive, MediaKind, PublishedSnapshot, Volume, media_kind};
use heirloom_format::{Day, Snapshot, Status, day_of_unix};
use heirloom_linux::{ArchiveDrive, write_to_boot_partition};
use heirloom_recovery::{DriveFacts, SheetFacts, SourceFacts, restore_sheet, start_here_text};

use crate::setting::{self, Release};

/// Writes `START-HERE.pdf` and `START-HERE.txt`.
pub(crate) fn write(
    drive: &ArchiveDrive,
    disk: &DriveFacts,
    release: &Release,
    today: Day,
) -> anyhow::Result<()> {
    let volume = drive.volume();
    let archive = Archive::open(volume.as_ref())?;
    let facts = facts(&archive, volume.as_ref(), drive, disk, release, today)?;
    let fonts = setting::fonts().context("the sheet's fonts")?;
    let pdf = restore_sheet(&facts, &fonts)?;
    let text = start_here_text(&facts);
    write_to_boot_partition(
        &drive.boot_partition(),
        &[
            ("START-HERE.pdf", &pdf),
            ("START-HERE.txt", text.as_bytes()),
        ],
    )?;
    Ok(())
}

fn facts(
    archive: &Archive,
    volume: &dyn Volume,
    drive: &ArchiveDrive,
    disk: &DriveFacts,
    release: &Release,
    today: Day,
) -> anyhow::Result<SheetFacts> {
    // Newest first, so the first of each source is the one that counts.
    let mut newest: Vec<&PublishedSnapshot> = Vec::new();
    for published in archive.snapshots().iter().rev() {
        if newest
            .iter()
            .all(|known| known.source_folder != published.source_folder)
        {
            newest.push(published);
        }
    }
    let mut sources = Vec::with_capacity(newest.len());
    for published in newest {
        match archive.load(volume, published)? {
            Ok(snapshot) => sources.push(source_facts(published, &snapshot)),
            // Named by the report; the sheet still lists the others.
            Err(damage) => log::warn!("{} {}", damage.place, damage.kind),
        }
    }
    let info = archive.info();
    Ok(SheetFacts {
        archive_name: info.name.clone(),
        archive_id: info.archive_id.to_string(),
        luks_uuid: drive.luks_uuid().to_owned(),
        printed_on: today.to_string(),
        generation: archive.newest().map_or(0, |newest| newest.name.generation),
        head: archive.head(),
        drive: disk.clone(),
        sources,
        release: release.facts(),
    })
}

fn source_facts(published: &PublishedSnapshot, snapshot: &Snapshot) -> SourceFacts {
    let count = |kind| {
        snapshot
            .files
            .iter()
            .filter(|file| media_kind(&file.path) == kind)
            .count() as u64
    };
    let times = || {
        snapshot
            .files
            .iter()
            .filter_map(|file| file.modified.as_ref()?.unix_s)
    };
    let archived: HashSet<&str> = snapshot
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    let missing = snapshot
        .problems
        .iter()
        .filter(|problem| !archived.contains(problem.place.as_str()));
    SourceFacts {
        name: published.source_folder.clone(),
        snapshot: published.name.to_string(),
        photos: count(MediaKind::Photo),
        videos: count(MediaKind::Video),
        other: count(MediaKind::Other),
        size_bytes: snapshot.files.iter().map(|file| file.size_bytes).sum(),
        first_day: times().min().map(day_of_unix),
        last_day: times().max().map(day_of_unix),
        complete: snapshot.status == Status::Complete,
        missing: missing.count() as u64,
    }
}
