//! What is done and told about an audit of the open archive.

use heirloom_format::{Audit, Fitness, Plan};

use crate::device::DeviceId;
use crate::{RunError, SourceComparison, Space, VerifyError, VerifyProgress, VerifyReport};

/// Something to be done about an audit; each is answered by an [`AuditEvent`] unless it says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditEffect {
    /// Audit the open archive, and count these sources against it, of those that it has. Answered by `Reached`, `Listed`, `Moved` and
    /// `Ended`. An audit that came to its end is in the plan by then, whatever it found.
    Begin {
        /// What is plugged in, and how it is called.
        sources: Vec<(DeviceId, String)>,
    },
    /// Ask the audit to stop; it still answers with `Ended`.
    Stop,
    /// Put into the plan what changed since the audit before, and why, to the last audit. Answered by `Remarked`.
    Remark(String),
}

/// Something that happened in an audit.
#[derive(Debug)]
pub enum AuditEvent {
    /// It came to its next part.
    Reached(AuditStep),
    /// So many files of a source are listed.
    Listed(u64),
    /// The check of the contents came further.
    Moved(VerifyProgress),
    /// It ended.
    Ended(Box<Result<AuditDone, AuditError>>),
    /// The remark is in the plan, which is this now; or it could not be put there.
    Remarked(Option<Box<Plan>>),
}

/// The parts of an audit, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditStep {
    /// The drive is asked how it is: before it has much to do, because bridges may stumble over the question.
    Drive,
    /// The encryption's header, and its backup.
    Header,
    /// A source is counted against its newest snapshot.
    Counting {
        /// What it is called.
        source: String,
    },
    /// All of the archive is read and compared.
    Contents,
    /// The result is put into the plan and onto the sheet.
    Recording,
}

/// An audit that came to its end.
#[derive(Clone, Debug)]
pub struct AuditDone {
    /// As it is in the plan.
    pub audit: Audit,
    /// What the check of the contents found, or why it could not be brought to its end.
    pub check: Result<VerifyReport, VerifyError>,
    /// How the drive judges itself.
    pub health: DriveHealth,
    /// The encryption's header.
    pub header: HeaderState,
    /// Its backup on the open partition.
    pub backup: BackupState,
    /// The archive's sources, and those that were plugged in and could not be counted.
    pub sources: Vec<SourceAudit>,
    /// Room.
    pub space: Space,
    /// The plan, with this audit; `None` when it could not be put there.
    pub plan: Option<Box<Plan>>,
    /// Whether the sheet on the drive tells of it.
    pub sheet_written: bool,
}

/// A source in an audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceAudit {
    /// Its name in the archive, or that of the device.
    pub name: String,
    /// How it compares, or why that is not known.
    pub outcome: Result<SourceComparison, NotCompared>,
}

/// Why a source was not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotCompared {
    /// Nothing that is known as this source.
    NotPluggedIn,
    /// It names so many folders and files that it does not describe.
    PartlyListed {
        /// How many.
        places: u64,
    },
    /// It could not be listed.
    Failed(RunError),
}

/// How a drive judges itself, as far as it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriveHealth {
    /// All in all.
    pub fitness: Fitness,
    /// It says that it fails or will fail soon.
    pub says_failing: bool,
    /// Sectors that went bad, and others took their place.
    pub reallocated_sectors: Option<u64>,
    /// Sectors that it can't read for now or for good, or contents that it lost.
    pub unreadable_sectors: Option<u64>,
    /// How much of the life that its maker promised is used, in hundredths; may be above 100.
    pub used_percent: Option<u64>,
    /// In degrees Celsius.
    pub temperature_celsius: Option<i64>,
    /// That is above what such drives bear for long.
    pub is_too_hot: bool,
}

impl DriveHealth {
    /// Nothing is known.
    pub fn unknown() -> Self {
        Self {
            fitness: Fitness::Unknown,
            says_failing: false,
            reallocated_sectors: None,
            unreadable_sectors: None,
            used_percent: None,
            temperature_celsius: None,
            is_too_hot: false,
        }
    }
}

/// How the encryption's header is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderState {
    /// Both copies.
    Sound,
    /// One was damaged or older, and is as the other now.
    Mended,
    /// One or both are damaged, and stay so.
    Damaged,
}

/// How the header's backup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupState {
    /// It was that of the drive.
    Current,
    /// It was missing or older, and is that of the drive now.
    Renewed,
    /// Key material on the drive and in it is not the same: either went bad. It was left as it is.
    Differs,
    /// It could not be compared or written.
    Failed,
}

impl BackupState {
    /// Whether it is that of the drive now.
    pub fn is_good(self) -> bool {
        matches!(self, Self::Current | Self::Renewed)
    }
}

/// Why an audit has no result. It is not in the plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// It was asked to stop.
    #[error("the audit was stopped")]
    Stopped,
    /// The drive was pulled.
    #[error("the archive drive was unplugged")]
    DriveGone,
    /// Files came or went meanwhile, by somebody else's hand.
    #[error("the archive was changed during the audit")]
    ChangedMeanwhile,
}
