//! What stays of a rehearsal: an entry in the plan on the drive, and a sheet that tells of it.

use anyhow::Context;
use heirloom_engine::RehearsalReport;
use heirloom_format::{Day, Plan, Rehearsal, RehearsalResult, RehearsedBy};
use heirloom_linux::{ArchiveDrive, KeyHolder, OpenOrder, open_as};

use super::Opened;
use crate::setting::Release;
use crate::{plan_file, sheet};

/// Opens the drive once more by the same key, this time to be written to, and records the rehearsal. Only the plan counts: where the sheet can't be made,
/// the one before stays.
pub(super) fn record(
    opened: &Opened,
    report: &RehearsalReport,
    release: &Release,
    today: Day,
) -> anyhow::Result<()> {
    let order = OpenOrder {
        disk: &opened.node,
        partition: opened.partition,
        luks_uuid: &opened.luks_uuid,
        passphrase: &opened.secret,
    };
    let drive = open_as(&order, opened.holder).context("the drive can't be written to")?;
    let written = write(&drive, opened, report);
    if written.is_ok()
        && let Err(error) = sheet::write(&drive, &opened.facts, release, today)
    {
        log::warn!("the sheet: {error:#}");
    }
    let closed = drive.close();
    written?;
    closed.context("the drive is not closed in good order")
}

fn write(
    drive: &ArchiveDrive,
    opened: &Opened,
    report: &RehearsalReport,
) -> Result<(), plan_file::PlanFileError> {
    plan_file::change(drive.volume().as_ref(), |plan| {
        plan.rehearsals.push(entry(opened.holder, report));
        note_read_back(plan, &opened.share_numbers, report.date);
    })
    .map(drop)
}

/// Shares that opened the archive were read from their sheets.
fn note_read_back(plan: &mut Plan, share_numbers: &[u8], day: Day) {
    let Some(set) = &mut plan.shares else { return };
    for number in share_numbers {
        let share = usize::from(*number).checked_sub(1);
        if let Some(share) = share.and_then(|at| set.shares.get_mut(at)) {
            share.read_back = Some(day);
        }
    }
}

fn entry(holder: KeyHolder, report: &RehearsalReport) -> Rehearsal {
    let not_back =
        (report.newest_files + report.sampled_files).saturating_sub(report.restored_files);
    Rehearsal {
        date: report.date,
        by: match holder {
            KeyHolder::Owner => RehearsedBy::Owner,
            KeyHolder::Executors => RehearsedBy::Executors,
        },
        result: match report.is_passed() {
            true => RehearsalResult::Passed,
            false => RehearsalResult::Failed,
        },
        generation: report.newest_snapshot.map_or(0, |name| name.generation),
        files: report.restored_files,
        bytes: report.restored_bytes,
        problems: not_back + report.unlisted.len() as u64,
        other: Default::default(),
    }
}
