//! The audit on the drive's thread: its parts one after the other, then the entry in the plan, and the sheet.

mod parts;

use heirloom_engine::{
    AuditDone, AuditEffect, AuditError, AuditEvent, AuditStep, BackupState, Cancel, DeviceId,
    DriveError, HeaderState, RunError, SourceComparison, SourceError, Volume, compare,
};
use heirloom_format::{Day, Plan};
use heirloom_linux::{BackupHealth, HeaderVerdict, KeyFindings, drive_health};

use crate::drive_thread::OpenDrive;
use crate::plan_file;
use crate::setting::Release;
use crate::sheet;
use crate::sources::Sources;
use parts::Parts;

/// What an audit works with.
pub(crate) struct AuditPlace<'a> {
    pub(crate) open: Option<&'a OpenDrive>,
    /// The drive's node, if it is still there.
    pub(crate) disk: Option<&'a std::path::Path>,
    pub(crate) sources: &'a Sources,
    pub(crate) release: &'a Release,
    pub(crate) today: Day,
    pub(crate) tell: &'a (dyn Fn(AuditEvent) + Sync),
}

/// Does it and tells what became of it.
pub(crate) fn carry_out(
    effect: AuditEffect,
    place: &AuditPlace<'_>,
    cancel: &Cancel,
) -> Option<AuditEvent> {
    match effect {
        AuditEffect::Begin { sources } => {
            let outcome = audit(place, &sources, cancel);
            match &outcome {
                Ok(done) => log::info!("the audit: {:?}", done.audit),
                Err(error) => log::warn!("the audit: {error}"),
            }
            Some(AuditEvent::Ended(Box::new(outcome)))
        }
        AuditEffect::Remark(remark) => {
            let plan = place.open.and_then(|open| {
                let plan = change(open.drive.volume().as_ref(), |plan| {
                    if let Some(last) = plan.audits.last_mut() {
                        last.remark = remark;
                    }
                })?;
                write_sheet(open, place);
                Some(plan)
            });
            Some(AuditEvent::Remarked(plan))
        }
        // By the one that asked for the audit.
        AuditEffect::Stop => None,
    }
}

fn audit(
    place: &AuditPlace<'_>,
    sources: &[(DeviceId, String)],
    cancel: &Cancel,
) -> Result<AuditDone, AuditError> {
    let (Some(open), Some(disk)) = (place.open, place.disk) else {
        return Err(AuditError::DriveGone);
    };
    let volume = open.drive.volume();
    let volume = volume.as_ref();
    let parts = Parts {
        volume,
        today: place.today,
        health: &|| drive_health(disk),
        keys: &|| match open.drive.look_after_keys(&open.passphrase) {
            Ok(findings) => Ok(keys_state(&findings)),
            Err(error) => {
                log::warn!("the header: {error}");
                keys_trouble(&error)
            }
        },
        compare: &|device, listed| count(place.sources, device, volume, listed, cancel),
        tell: place.tell,
    };
    let mut done = parts.all(sources, cancel)?;
    (place.tell)(AuditEvent::Reached(AuditStep::Recording));
    done.plan = change(volume, |plan| plan.audits.push(done.audit.clone()));
    done.sheet_written = done.plan.is_some() && write_sheet(open, place);
    Ok(done)
}

fn change(volume: &dyn Volume, edit: impl FnOnce(&mut Plan)) -> Option<Box<Plan>> {
    plan_file::change(volume, edit)
        .inspect_err(|error| log::warn!("the plan: {error}"))
        .ok()
        .map(Box::new)
}

fn write_sheet(open: &OpenDrive, place: &AuditPlace<'_>) -> bool {
    sheet::write(&open.drive, &open.facts, place.release, place.today)
        .inspect_err(|error| log::warn!("the sheet: {error:#}"))
        .is_ok()
}

/// Lists a source by the same port as a run.
fn count(
    sources: &Sources,
    device: &DeviceId,
    volume: &dyn Volume,
    listed: &dyn Fn(u64),
    cancel: &Cancel,
) -> Result<Option<SourceComparison>, RunError> {
    let mut source = sources.take_or_open(device).map_err(|error| match error {
        SourceError::Gone => RunError::SourceGone,
        SourceError::UnknownFileSystem | SourceError::Io { .. } => RunError::SourceFailed(error),
        _ => RunError::SourceStalled,
    })?;
    let outcome = compare(source.source(), volume, listed, cancel);
    let silent = matches!(
        outcome,
        Err(RunError::SourceGone | RunError::SourceStalled | RunError::SourceFailed(_))
    );
    sources.give_back(device, source, !silent);
    outcome
}

fn keys_state(findings: &KeyFindings) -> (HeaderState, BackupState) {
    let header = match (&findings.header.verdict, &findings.repaired) {
        (HeaderVerdict::Sound, _) => HeaderState::Sound,
        (_, Ok(())) => HeaderState::Mended,
        (_, Err(_)) => HeaderState::Damaged,
    };
    let backup = match (&findings.backup, &findings.backed_up) {
        (Ok(BackupHealth::Current), _) => BackupState::Current,
        (Ok(BackupHealth::SlotsDiffer(_)), _) => BackupState::Differs,
        (Ok(BackupHealth::Outdated | BackupHealth::Missing), Ok(())) => BackupState::Renewed,
        _ => BackupState::Failed,
    };
    (header, backup)
}

/// A drive that is not there ends the audit; a header that can't be read is what it was to find out.
fn keys_trouble(error: &DriveError) -> Result<(HeaderState, BackupState), AuditError> {
    match error {
        DriveError::Gone => Err(AuditError::DriveGone),
        _ => Ok((HeaderState::Damaged, BackupState::Failed)),
    }
}
