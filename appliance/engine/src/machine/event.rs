//! Everything that can happen, on one page.

use heirloom_format::Plan;

use super::audit::AuditEvent;
use super::keys_change::KeysEvent;
use super::planning::{PlanWriteError, PlanWritten};
use super::printing::{Paper, PrintEvent};
use super::reading::ReadingEvent;
use super::sheet_copy::SheetCopyError;
use super::view::SetUpStep;
use crate::device::{DeviceFacts, DeviceId};
use crate::{Progress, RunError, RunReport, SourceError, SourceIdentity, Space};

/// The time at which something happened; from outside, because nothing in here reads a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Now {
    /// Milliseconds since some fixed moment; never goes back.
    pub monotonic_ms: u64,
    /// The PC's clock, seconds since 1970-01-01 UTC; may be anything.
    pub unix_s: i64,
}

/// What a key press asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Cursor up.
    Up,
    /// Cursor down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// Enter.
    Accept,
    /// Escape.
    Back,
    /// A character to be typed.
    Type(char),
    /// Backspace.
    Erase,
    /// F1.
    Help,
    /// F2: make one for me.
    Suggest,
}

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// A key was pressed.
    Pressed(Command),
    /// A device is there, or its facts changed (a medium came, a partition table was read again).
    DeviceSeen(DeviceFacts),
    /// A device is gone.
    DeviceGone(DeviceId),
    /// The devices that were plugged in at the start have all been seen.
    DevicesSettled,
    /// The keyboard layout is in force, or could not be set.
    LayoutApplied {
        /// `false`: the keys stay as they are in the United States.
        applied: bool,
        /// What printers have in them where keyboards are like this.
        paper: Paper,
    },
    /// A source was opened, or could not be.
    SourceProbed {
        /// Which.
        device: DeviceId,
        /// Who it is.
        outcome: Result<SourceIdentity, SourceError>,
    },
    /// Setting up reached a step.
    SetUpReached(SetUpStep),
    /// Setting up ended; on success the archive is open.
    SetUpEnded(Result<OpenedArchive, DriveError>),
    /// An archive was opened, or not.
    ArchiveOpened(Result<OpenedArchive, DriveError>),
    /// The archive drive was let go of.
    ArchiveClosed,
    /// A run came further.
    RunMoved(Progress),
    /// A run that did not get there may have begun a source's folder: these are the archive's source folders now.
    SourcesKnown(Vec<String>),
    /// A run ended.
    RunEnded(Box<Result<RunDone, RunError>>),
    /// Something happened around an archive that is only read.
    Reading(ReadingEvent),
    /// Something happened to the open archive's keys.
    Keys(KeysEvent),
    /// A document that is printed came further, or ended.
    Printing(PrintEvent),
    /// The open archive's plan was written, or not.
    PlanWritten(Result<PlanWritten, PlanWriteError>),
    /// The restore sheet was copied to a plain disk under this name, or not.
    SheetCopied(Result<String, SheetCopyError>),
    /// Something happened in an audit of the open archive.
    Audit(AuditEvent),
}

/// What a run left behind, sheet included.
#[derive(Clone, Debug)]
pub struct RunDone {
    /// What was copied.
    pub report: RunReport,
    /// Whether the new restore sheet lies on the drive's first partition.
    pub sheet_written: bool,
    /// The archive after the run.
    pub archive: OpenedArchive,
}

/// An archive that is unlocked and mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedArchive {
    /// The disk that it is on.
    pub device: DeviceId,
    /// Its name.
    pub name: String,
    /// Its newest generation; 0 for a new one.
    pub generation: u32,
    /// The date on the newest snapshot, `YYYY-MM-DD`.
    pub last_date: Option<String>,
    /// How much room there is.
    pub space: Space,
    /// The folders of its sources, as `<name> [<short id>]`.
    pub source_folders: Vec<String>,
    /// Names of snapshots that can't be read as they should.
    pub damaged: Vec<String>,
    /// Whether executors' shares open it.
    pub has_executors: bool,
    /// Which version of Heirloom its drive starts a PC with, if it does.
    pub boots: Option<String>,
    /// Its recovery plan; an empty one where there is none yet. `None`: it can't be read, or a later Heirloom made it, and nothing is written to it.
    pub plan: Option<Box<Plan>>,
}

/// Why a drive could not be set up or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DriveError {
    /// No key slot opens with it.
    #[error("the passphrase does not open this archive")]
    WrongPassphrase,
    /// Unplugged meanwhile.
    #[error("the drive is no longer connected")]
    Gone,
    /// Not what it was when it was chosen: another disk, or something holds it.
    #[error("the drive is in use or has changed")]
    Changed,
    /// A stock program that does the work failed.
    #[error("{program} failed with status {status}")]
    Tool {
        /// `cryptsetup`, `mke2fs`, `e2fsck`.
        program: &'static str,
        /// Its exit status.
        status: i32,
    },
    /// The drive or the kernel refused; errno.
    #[error("{action} failed (error {errno})")]
    Io {
        /// What was being done.
        action: &'static str,
        /// From the operating system.
        errno: i32,
    },
    /// The volume opens, but is no archive of ours, or of a later format.
    #[error("this is no archive that this version can read")]
    NotAnArchive,
    /// The holder whose secret was given has no key slot: no executors were named.
    #[error("the archive has no such key")]
    NoSuchKeySlot,
    /// Neither copy of the encryption's header can be used.
    #[error("the header of the encryption is damaged")]
    DamagedHeader,
    /// The PC has too little memory for the drive's key derivation.
    #[error("this computer has too little memory to open the archive")]
    OutOfMemory,
}
