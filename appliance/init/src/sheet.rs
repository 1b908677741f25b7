//! The restore sheet of the open archive: its facts gathered, and its files put on the drive's open part.

use std::collections::HashSet;

use anyhow::Context;
use heirloom_engine::{
    Archive, Damage, MediaKind, PublishedSnapshot, Volume, VolumeError, media_kind,
};
use heirloom_format::{Day, RehearsalResult, RehearsedBy, Status, day_of_unix};
use heirloom_linux::{ArchiveDrive, write_to_boot_partition};
use heirloom_recovery::{
    DriveFacts, RehearsalFacts, SheetFacts, SourceFacts, restore_sheet, start_here_text,
};

use crate::plan_file;
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
        match source_facts(archive, volume, published)? {
            Ok(facts) => sources.push(facts),
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
        public_key: info.public_key,
        drive: disk.clone(),
        sources,
        last_rehearsal: last_rehearsal(volume),
        release: release.facts(),
    })
}

/// From the plan. Where that can't be read, the sheet is made without it.
fn last_rehearsal(volume: &dyn Volume) -> Option<RehearsalFacts> {
    let plan = plan_file::read(volume)
        .inspect_err(|error| log::warn!("the plan: {error}"))
        .ok()?;
    let last = plan.rehearsals.last()?;
    Some(RehearsalFacts {
        day: last.date.to_string(),
        by: match last.by {
            RehearsedBy::Owner => Some(heirloom_recovery::RehearsedBy::Owner),
            RehearsedBy::Executors => Some(heirloom_recovery::RehearsedBy::Executors),
            RehearsedBy::Other(_) => None,
        },
        is_passed: last.result == RehearsalResult::Passed,
        files: last.files,
        problems: last.problems,
    })
}

fn source_facts(
    archive: &Archive,
    volume: &dyn Volume,
    published: &PublishedSnapshot,
) -> Result<Result<SourceFacts, Damage>, VolumeError> {
    let mut facts = SourceFacts {
        name: published.source_folder.clone(),
        snapshot: published.name.to_string(),
        photos: 0,
        videos: 0,
        other: 0,
        size_bytes: 0,
        first_day: None,
        last_day: None,
        complete: false,
        missing: 0,
    };
    let (mut first_unix_s, mut last_unix_s) = (None, None);
    // What the device gave only in part is in the snapshot, and among its problems too.
    let mut archived_in_part = HashSet::new();
    let read = archive.read_description(volume, published, &mut |file| {
        *match media_kind(&file.path) {
            MediaKind::Photo => &mut facts.photos,
            MediaKind::Video => &mut facts.videos,
            MediaKind::Other => &mut facts.other,
        } += 1;
        facts.size_bytes += file.size_bytes;
        if let Some(unix_s) = file.modified.and_then(|modified| modified.unix_s) {
            first_unix_s = Some(first_unix_s.map_or(unix_s, |first: i64| first.min(unix_s)));
            last_unix_s = Some(last_unix_s.map_or(unix_s, |last: i64| last.max(unix_s)));
        }
    })?;
    let snapshot = match read {
        Ok(snapshot) => snapshot,
        Err(damage) => return Ok(Err(damage)),
    };
    let mut places: HashSet<&str> = snapshot
        .problems
        .iter()
        .map(|problem| problem.place.as_str())
        .collect();
    if !places.is_empty() {
        archive
            .read_description(volume, published, &mut |file| {
                if places.remove(file.path.as_str()) {
                    archived_in_part.insert(file.path.to_string());
                }
            })?
            .map_or_else(
                |damage| log::warn!("{} {}", damage.place, damage.kind),
                drop,
            );
    }
    facts.missing = snapshot
        .problems
        .iter()
        .filter(|problem| !archived_in_part.contains(&problem.place))
        .count() as u64;
    facts.first_day = first_unix_s.map(day_of_unix);
    facts.last_day = last_unix_s.map(day_of_unix);
    facts.complete = snapshot.status == Status::Complete;
    Ok(Ok(facts))
}
