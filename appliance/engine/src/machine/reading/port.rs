//! What is done and told about an archive that is opened only to be read: restores, and rehearsals of them.

use heirloom_format::{Day, Digest, Plan, SnapshotName, StoredPath};

use crate::device::{DeviceFacts, DeviceId};
use crate::machine::DriveError;
use crate::{
    Passphrase, RehearsalReport, RestoreError, RestoreOrder, RestorePlan, RestoreProgress,
    RestoreReport, TargetLimits, VolumePath,
};

/// What opens an archive drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DriveKey {
    /// The owner's passphrase.
    Passphrase(Passphrase),
    /// The executors' shares.
    Shares {
        /// What they yield together, in lowercase hex.
        secret: Passphrase,
        /// Which of them were typed.
        numbers: Vec<u8>,
    },
}

/// Something to be done around an archive that is only read. Jobs go one after the other; each is answered by a [`ReadingEvent`] unless it says
/// otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadingEffect {
    /// Open an archive drive so that nothing on it can change; answered by `Opened`.
    Open {
        /// The disk.
        device: DeviceId,
        /// Its encrypted partition.
        partition: u32,
        /// Its LUKS UUID, which must still be the same.
        luks_uuid: String,
        /// What opens it.
        key: DriveKey,
    },
    /// List a folder of a snapshot; answered by `Listed`.
    List {
        /// The snapshot's folder, such as `sources/Mia [1a2b3c4d]/0007 2026-11-22`.
        snapshot: VolumePath,
        /// Below `data/`; `None` for all of it.
        folder: Option<StoredPath>,
    },
    /// Make a disk ready to be restored to; answered by `TargetReady`. One that was made ready before is let go of first.
    PrepareTarget {
        /// The disk, as it was shown: one that is no longer just so is not touched.
        disk: DeviceFacts,
        /// What is done with it.
        how: TargetUse,
    },
    /// Find out what a restore to that disk would do; answered by `Planned`.
    Plan(RestoreOrder),
    /// Restore to that disk; answered by `Moved` and `Restored`. Each source goes into a folder of its own, also where it is the only one. Afterwards the
    /// disk is let go of, so that it can be unplugged.
    Restore(RestoreOrder),
    /// Rehearse a restore into memory, and keep the date and the result on the drive; answered by `Moved` and `Rehearsed`.
    Rehearse,
    /// Ask what is being planned, restored or rehearsed to stop; it still gives its answer.
    Stop,
    /// Let go of the archive and of the disk, also of what was pulled; answered by `Closed`.
    Close,
}

/// What is done with a disk that is restored to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetUse {
    /// The file system of this partition is used as it is, beside what is on it; 0 for one that is on the whole disk.
    Partition(u32),
    /// Everything on the disk is erased: one partition with exFAT, which every computer reads.
    Format,
}

/// Something that happened around an archive that is only read.
#[derive(Debug)]
pub enum ReadingEvent {
    /// The archive was opened, or not.
    Opened(Result<ReadArchive, DriveError>),
    /// A folder was listed, or can't be.
    Listed {
        /// Of which snapshot.
        snapshot: VolumePath,
        /// Which folder.
        folder: Option<StoredPath>,
        /// Folders first, then files, each in the order of their names.
        entries: Result<Vec<ArchivedEntry>, RestoreError>,
    },
    /// A disk can be restored to, or not.
    TargetReady(Result<TargetDisk, TargetDiskError>),
    /// What a restore would do.
    Planned(Box<Result<RestorePlan, RestoreError>>),
    /// A restore or a rehearsal came further.
    Moved(RestoreProgress),
    /// A restore ended.
    Restored(Box<Result<RestoreReport, RestoreError>>),
    /// A rehearsal ended.
    Rehearsed(Box<Result<RehearsalDone, RestoreError>>),
    /// The archive was let go of.
    Closed,
}

/// What a rehearsal left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RehearsalDone {
    /// What it showed.
    pub report: RehearsalReport,
    /// Whether its date and result are on the drive, for the next sheet.
    pub is_recorded: bool,
}

/// An archive that is open, and only read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadArchive {
    /// The disk that it is on.
    pub device: DeviceId,
    /// Its name.
    pub name: String,
    /// The head of its chain, to be compared with the sheet's; `None` for an archive without snapshots.
    pub head: Option<Digest>,
    /// Its sources, in the order of their names.
    pub sources: Vec<ArchivedSource>,
    /// What the family agreed on; empty where it can't be read.
    pub plan: Box<Plan>,
    /// What can't be read as it should.
    pub damaged: Vec<String>,
}

/// Everything that was archived of one phone, card or disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedSource {
    /// The name of its folder, such as `Mia [1a2b3c4d]`.
    pub folder: String,
    /// Its name, such as `Mia`.
    pub name: String,
    /// Newest first; at least one.
    pub snapshots: Vec<ArchivedSnapshot>,
}

/// A snapshot of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedSnapshot {
    /// Its folder.
    pub folder: VolumePath,
    /// Generation and day.
    pub name: SnapshotName,
    /// How many files it has, and their length; `None` if what describes it can't be read.
    pub contents: Option<(u64, u64)>,
}

/// Something in a folder of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedEntry {
    /// Below `data/`.
    pub path: StoredPath,
    /// Its name, for a person.
    pub name: String,
    /// What it is.
    pub kind: ArchivedKind,
}

/// What an entry of a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchivedKind {
    /// A folder.
    Folder {
        /// How many files are in it, also in folders below.
        files: u64,
        /// Their length.
        bytes: u64,
    },
    /// A file.
    File {
        /// Its length.
        bytes: u64,
        /// When it was last changed, as far as is known.
        day: Option<Day>,
    },
}

/// A disk that can be restored to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetDisk {
    /// Which.
    pub device: DeviceId,
    /// What it can't hold, and which file system it has.
    pub limits: TargetLimits,
    /// Its size.
    pub total_bytes: u64,
    /// What is free on it.
    pub free_bytes: u64,
    /// The folder on it that everything goes into, such as `Heirloom Family`.
    pub folder: String,
}

/// Why a disk can't be restored to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetDiskError {
    /// Unplugged meanwhile.
    #[error("the disk is no longer connected")]
    Gone,
    /// Not what it was when it was chosen, or something uses it.
    #[error("the disk is in use or has changed")]
    Changed,
    /// It is the archive, what this computer was started from, or a disk that is never written.
    #[error("this disk is not written to")]
    NotOffered,
    /// It has a write lock.
    #[error("the disk can only be read")]
    ReadOnly,
    /// Its file system was not closed in good order, or is damaged: the computer that it belongs to has to repair it.
    #[error("the file system on the disk has to be repaired first")]
    Unclean,
    /// It has no file system that can be written here.
    #[error("there is no file system on the disk that can be written here")]
    UnknownFileSystem,
    /// A stock program that does the work failed.
    #[error("{program} failed with status {status}")]
    Tool {
        /// Which.
        program: &'static str,
        /// Its exit status.
        status: i32,
    },
    /// The disk or the kernel refused; errno.
    #[error("{action} failed (error {errno})")]
    Io {
        /// What was being done.
        action: &'static str,
        /// From the operating system.
        errno: i32,
    },
}
