//! The parts of an audit, over what carries them out, so that each can be had by a test.

#[cfg(test)]
mod tests;

use heirloom_engine::{
    Archive, AuditDone, AuditError, AuditEvent, AuditStep, BackupState, Cancel, DeviceId,
    DriveHealth, HeaderState, Meaning, NotCompared, RunError, SourceAudit, SourceComparison,
    VerifyError, VerifyOrder, VerifyReport, Volume, verify,
};
use heirloom_format::{Audit, AuditResult, Day, SourceCount, decode_component};

type Compared = Result<Option<SourceComparison>, RunError>;
type Compare<'a> = dyn Fn(&DeviceId, &dyn Fn(u64)) -> Compared + 'a;

/// What an audit is carried out with.
pub(super) struct Parts<'a> {
    pub(super) volume: &'a dyn Volume,
    pub(super) today: Day,
    pub(super) health: &'a dyn Fn() -> DriveHealth,
    pub(super) keys: &'a dyn Fn() -> Result<(HeaderState, BackupState), AuditError>,
    /// Counts a source, and tells how many files are listed so far.
    pub(super) compare: &'a Compare<'a>,
    pub(super) tell: &'a (dyn Fn(AuditEvent) + Sync),
}

impl Parts<'_> {
    /// All of them, in their order; nothing is written yet.
    ///
    /// # Errors
    /// [`AuditError`], when there is no result.
    pub(super) fn all(
        &self,
        sources: &[(DeviceId, String)],
        cancel: &Cancel,
    ) -> Result<AuditDone, AuditError> {
        self.reach(AuditStep::Drive, cancel)?;
        let health = (self.health)();
        self.reach(AuditStep::Header, cancel)?;
        let (header, backup) = (self.keys)()?;
        let sources = self.count(sources, cancel)?;
        self.reach(AuditStep::Contents, cancel)?;
        let moved = |progress| (self.tell)(AuditEvent::Moved(progress));
        let check = verify(self.volume, &VerifyOrder::default(), &moved, cancel);
        if let Err(error) = &check {
            log::warn!("the check: {error}");
        }
        let check = match check {
            Err(VerifyError::Stopped) => return Err(AuditError::Stopped),
            Err(VerifyError::DriveGone) => return Err(AuditError::DriveGone),
            Err(VerifyError::ChangedMeanwhile) => return Err(AuditError::ChangedMeanwhile),
            check => check,
        };
        let space = self.volume.space().map_err(|error| {
            log::warn!("{error}");
            AuditError::DriveGone
        })?;
        let audit = Audit {
            date: self.today,
            result: result(&check),
            generation: check.as_ref().map_or(0, |report| report.generation),
            files: check.as_ref().map_or(0, |report| report.files),
            bytes: check.as_ref().map_or(0, |report| report.bytes_read),
            // A check that could not be brought to its end is one too.
            problems: check
                .as_ref()
                .map_or(1, |report| report.findings.len() as u64),
            counts: sources.iter().filter_map(source_count).collect(),
            free_bytes: space.free_bytes,
            total_bytes: space.total_bytes,
            fitness: health.fitness.clone(),
            header_backup: backup.is_good(),
            remark: String::new(),
            other: Default::default(),
        };
        Ok(AuditDone {
            audit,
            check,
            health,
            header,
            backup,
            sources,
            space,
            plan: None,
            sheet_written: false,
        })
    }

    fn reach(&self, step: AuditStep, cancel: &Cancel) -> Result<(), AuditError> {
        if cancel.is_cancelled() {
            return Err(AuditError::Stopped);
        }
        (self.tell)(AuditEvent::Reached(step));
        Ok(())
    }

    /// Counts what is plugged in, and names what else the archive has.
    fn count(
        &self,
        sources: &[(DeviceId, String)],
        cancel: &Cancel,
    ) -> Result<Vec<SourceAudit>, AuditError> {
        let mut audits: Vec<SourceAudit> = Vec::new();
        let mut counted_folders = Vec::new();
        for (device, name) in sources {
            let source = name.clone();
            self.reach(AuditStep::Counting { source }, cancel)?;
            let listed = |files| (self.tell)(AuditEvent::Listed(files));
            let (name, outcome) = match (self.compare)(device, &listed) {
                // It looked like one that the archive has, and is another.
                Ok(None) => continue,
                Ok(Some(found)) => {
                    counted_folders.push(found.source_folder.clone());
                    let name = name_of_folder(&found.source_folder);
                    let outcome = match found.unlisted_places {
                        0 => Ok(found),
                        places => Err(NotCompared::PartlyListed { places }),
                    };
                    (name, outcome)
                }
                Err(RunError::Stopped) => return Err(AuditError::Stopped),
                Err(RunError::DriveGone) => return Err(AuditError::DriveGone),
                Err(error) => (name.clone(), Err(NotCompared::Failed(error))),
            };
            audits.push(SourceAudit { name, outcome });
        }
        let archive = match Archive::open(self.volume) {
            Ok(archive) => archive,
            Err(error) => {
                // Told by the check, which opens it too.
                log::warn!("the archive: {error}");
                return Ok(audits);
            }
        };
        for folder in archive.source_folders() {
            let name = name_of_folder(folder);
            let is_named = audits.iter().any(|audit| audit.name == name);
            if !counted_folders.iter().any(|counted| counted == folder) && !is_named {
                let outcome = Err(NotCompared::NotPluggedIn);
                audits.push(SourceAudit { name, outcome });
            }
        }
        Ok(audits)
    }
}

/// It failed when something that was archived is damaged or missing, or can't be proven any more. What lies beside it, or has another time, is named
/// and no more.
fn result(check: &Result<VerifyReport, VerifyError>) -> AuditResult {
    let is_harmless = |worst| matches!(worst, Meaning::AsTheyWere | Meaning::NotOurs);
    match check {
        Ok(report) if report.worst().is_none_or(is_harmless) => AuditResult::Passed,
        _ => AuditResult::Failed,
    }
}

fn source_count(audit: &SourceAudit) -> Option<SourceCount> {
    let found = audit.outcome.as_ref().ok()?;
    Some(SourceCount {
        source: audit.name.clone(),
        listed_files: found.listed_files,
        archived_files: found.archived_files,
        new_files: found.new_files,
        gone_files: found.gone_files,
        other: Default::default(),
    })
}

/// What stands before the short id, as a person reads it.
fn name_of_folder(folder: &str) -> String {
    let name = folder.rsplit_once(" [").map_or(folder, |(name, _)| name);
    decode_component(name)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_else(|| name.to_owned())
}
