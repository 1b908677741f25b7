//! Everything that we may do, on one page.

use super::audit::AuditEffect;
use heirloom_format::Plan;

use super::keys_change::KeysEffect;
use super::printing::PrintEffect;
use super::reading::ReadingEffect;
use super::wish::RunWish;
use crate::Passphrase;
use crate::device::{DeviceFacts, DeviceId};

/// Something to be done outside; each is answered by an [`Event`](super::Event) unless it says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Put a keyboard layout in force; answered by `LayoutApplied`.
    ApplyLayout {
        /// Its code in the list of layouts.
        code: String,
    },
    /// Set the PC's clock for this session; not answered.
    SetClock {
        /// Seconds since 1970-01-01 UTC.
        unix_s: i64,
    },
    /// Open a source and ask who it is; answered by `SourceProbed`.
    ProbeSource(DeviceId),
    /// Erase a disk and make an archive drive of it; answered by `SetUpReached` and `SetUpEnded`.
    SetUpDrive {
        /// The disk, as it was shown: one that is no longer just so is not erased.
        disk: DeviceFacts,
        /// The archive's name.
        name: String,
        /// For key slot 0.
        passphrase: Passphrase,
    },
    /// Unlock, check and mount; answered by `ArchiveOpened`.
    OpenArchive {
        /// The disk.
        device: DeviceId,
        /// Its encrypted partition.
        partition: u32,
        /// Its LUKS UUID, which must still be the same.
        luks_uuid: String,
        /// What was typed.
        passphrase: Passphrase,
    },
    /// Copy a source into the open archive; answered by `RunMoved` and `RunEnded`.
    Run {
        /// The source.
        device: DeviceId,
        /// The source's name in the archive.
        source_name: String,
        /// What the person chose about it.
        wish: RunWish,
    },
    /// Ask the run to stop at the next safe point; it still answers with `RunEnded`.
    StopRun,
    /// Sync, unmount and lock the archive, or clean up after a drive that was pulled; answered by `ArchiveClosed`.
    CloseArchive,
    /// Restore from an archive that is only read.
    Reading(ReadingEffect),
    /// Change who can open the open archive.
    Keys(KeysEffect),
    /// Write the open archive's plan: what people agree on in it, its shares, and its new changes; audits and rehearsals stay as they are on the drive. Then its
    /// sheet. Answered by `PlanWritten`.
    WritePlan(Box<Plan>),
    /// Copy the open archive's restore sheet to a file system of a plain disk; answered by `SheetCopied`.
    CopySheet {
        /// The disk, as it was shown: one that is no longer just so is not touched.
        disk: DeviceFacts,
        /// Which of its partitions; 0 for a file system on the whole disk.
        partition: u32,
    },
    /// Audit the open archive.
    Audit(AuditEffect),
    /// Print a document, or stop that.
    Print(PrintEffect),
    /// Sync everything and switch the PC off; nothing comes after.
    PowerOff,
}
