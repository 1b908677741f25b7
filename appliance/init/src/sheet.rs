//! The restore sheet of the open archive: its facts gathered, and its files put on the drive's open part.

use std::collections::HashSet;

use anyhow::Context;
use heirloom_engine::{
    Archive, Damage, MediaKind, PublishedSnapshot, ShareSheet, Volume, VolumeError, media_kind,
};
use heirloom_format::{Day, Kept, Plan, Status, day_of_unix};
use heirloom_linux::{ArchiveDrive, boot_list_digest, write_to_boot_partition};
use heirloom_recovery::{
    DriveFacts, PaperSize, ShareFacts, SheetFacts, SourceFacts, blank_share_sheet, restore_sheet,
    share_sheet, start_here_text,
};
use zeroize::Zeroizing;

use crate::setting::{self, Release};
use crate::{paper, plan_file};

/// Stands for a place on the sheet that lies on the drive.
const ON_PAPER_ONLY: &str = "told on the printed sheet only";

/// Writes `START-HERE.pdf`, `START-HERE.txt`, and `BLANK-SHARE-SHEET.pdf` for shares that are written by hand.
pub(crate) fn write(
    drive: &ArchiveDrive,
    disk: &DriveFacts,
    release: &Release,
    today: Day,
) -> anyhow::Result<()> {
    let mut facts = gather(drive, disk, release, today)?;
    leave_out_ways_to_keys(&mut facts.plan);
    let pdf = of(&facts, paper::chosen())?;
    let text = start_here_text(&facts);
    let blank = ShareFacts {
        archive_name: facts.archive_name.clone(),
        printed_on: facts.printed_on.clone(),
        needed: 0,
        holders: Vec::new(),
        people: Vec::new(),
    };
    let fonts = setting::fonts().context("the sheet's fonts")?;
    let blank = blank_share_sheet(0, &blank, &fonts, paper::chosen())?;
    write_to_boot_partition(
        &drive.boot_partition(),
        &[
            ("START-HERE.pdf", &pdf),
            ("START-HERE.txt", text.as_bytes()),
            ("BLANK-SHARE-SHEET.pdf", &blank),
        ],
    )?;
    Ok(())
}

/// The sheet alone, as PDF.
pub(crate) fn pdf(
    drive: &ArchiveDrive,
    disk: &DriveFacts,
    release: &Release,
    today: Day,
    paper: PaperSize,
) -> anyhow::Result<Vec<u8>> {
    of(&gather(drive, disk, release, today)?, paper)
}

/// The sheet of one executor's share, as PDF: a secret.
pub(crate) fn of_share(
    drive: &ArchiveDrive,
    sheet: &ShareSheet,
    today: Day,
    paper: PaperSize,
) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let volume = drive.volume();
    let facts = ShareFacts {
        archive_name: Archive::open(volume.as_ref())?.info().name.clone(),
        printed_on: today.to_string(),
        needed: sheet.share.needed(),
        holders: sheet.holders.clone(),
        people: plan(volume.as_ref()).people,
    };
    let fonts = setting::fonts().context("the sheet's fonts")?;
    Ok(share_sheet(&sheet.share, &facts, &fonts, paper)?)
}

fn of(facts: &SheetFacts, paper: PaperSize) -> anyhow::Result<Vec<u8>> {
    let fonts = setting::fonts().context("the sheet's fonts")?;
    Ok(restore_sheet(facts, &fonts, paper)?)
}

fn gather(
    drive: &ArchiveDrive,
    disk: &DriveFacts,
    release: &Release,
    today: Day,
) -> anyhow::Result<SheetFacts> {
    let volume = drive.volume();
    let archive = Archive::open(volume.as_ref())?;
    let mut facts = facts(&archive, volume.as_ref(), drive, disk, release, today)?;
    // Where it can't be read, the sheet is made without it.
    facts.release.image = boot_list_digest(&drive.boot_partition()).unwrap_or_else(|error| {
        log::warn!("what the drive boots: {error}");
        None
    });
    Ok(facts)
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
        plan: plan(volume),
        release: release.facts(),
    })
}

/// Whoever finds the drive can read its open part. Where the ways to the passphrase, the shares and other accounts are stays on paper.
fn leave_out_ways_to_keys(plan: &mut Plan) {
    for kept in &mut plan.kept {
        if matches!(kept.what, Kept::Passphrase | Kept::Share | Kept::Other(_)) {
            kept.place = ON_PAPER_ONLY.to_owned();
        }
    }
    for account in &mut plan.accounts {
        for place in [&mut account.credentials_at, &mut account.second_factor_at] {
            if !place.is_empty() {
                *place = ON_PAPER_ONLY.to_owned();
            }
        }
    }
}

/// Where it can't be read, the sheet is made without it.
fn plan(volume: &dyn Volume) -> Plan {
    plan_file::read(volume).unwrap_or_else(|error| {
        log::warn!("the plan: {error}");
        Plan::new()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sheet_on_the_drive_does_not_lead_to_keys() {
        let plan = Plan::parse(
            br#"{"version": 1, "rehearsals": [], "people": [{"name": "Ben", "role": "executor", "contact": "+49 30 2"}],
                "kept": [{"what": "drive", "place": "cellar"}, {"what": "passphrase", "place": "desk"},
                         {"what": "share", "which": "Ben", "place": "safe"}, {"what": "key ring", "place": "hook"}],
                "accounts": [{"service": "iCloud", "credentials_at": "notebook", "second_factor_at": ""}]}"#,
        );
        let mut plan = plan.expect("a plan");
        leave_out_ways_to_keys(&mut plan);
        let places: Vec<&str> = plan.kept.iter().map(|kept| &*kept.place).collect();
        assert_eq!(
            places,
            ["cellar", ON_PAPER_ONLY, ON_PAPER_ONLY, ON_PAPER_ONLY]
        );
        assert_eq!(plan.accounts[0].credentials_at, ON_PAPER_ONLY);
        assert_eq!(plan.accounts[0].second_factor_at, "");
        assert_eq!(plan.people[0].contact, "+49 30 2");
    }
}
