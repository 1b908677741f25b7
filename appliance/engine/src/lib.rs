//! Heirloom's decisions and its copy pipeline, over ports.
//!
//! Two halves. The control plane, [`Machine`], takes events and a time and yields effects and a view; the data plane is
//! blocking code over the ports [`Source`] and [`Volume`], on worker threads.
//!
//! **Invariant:** no operating system, no clock, no path under `/dev` in here.
#![forbid(unsafe_code)]

mod archive;
mod classify;
mod device;
mod disk_source;
mod hashing;
mod ingest;
mod machine;
mod restore;
mod retention;
mod secret;
mod source;
mod verify;
mod volume;

pub use archive::{Archive, ArchiveError, Damage, DamageKind, PublishedSnapshot};
pub use classify::{
    ARCHIVE_DRIVE_BYTES_MIN, ARCHIVE_PARTITION_NAME, BOOT_PARTITION_NAME, DeviceClass, Lock,
    NotOurs, STICK_PARTITION_NAME, Unfit, classify, fit_for_archive,
};
pub use device::{
    Content, DeviceFacts, DeviceForm, DeviceId, DiskBus, DiskFacts, PartitionFacts, UsbFacts,
    device_name,
};
pub use disk_source::{
    DiskPart, FileSystem, SourceNoun, disk_identity, disk_parts, disk_source_name, source_noun,
};
pub use hashing::sha256_implementation;
pub use heirloom_media::{
    Choice as MediaChoice, Missing as MissingOfGroup, Reason as SuspectReason,
};
pub use ingest::{
    Cancel, Complete, Completeness, Difference, DifferenceKind, GroupCounts, IncompleteGroup,
    KindCounts, LeftOutCount, LongFiles, MarkCounts, MediaKind, Problem, ProblemReason, Progress,
    RunError, RunOrder, RunReport, SafeToErase, SourceComparison, compare, ingest, is_wanted,
    media_kind,
};
pub use machine::{
    ArchiveView, ArchivedEntry, ArchivedKind, ArchivedSnapshot, ArchivedSource, BrowseLine,
    BrowseView, Choice, Command, DaysLine, DaysRefusal, DeviceLine, DeviceState, DiskUse, DiskView,
    DriveError, DriveKey, EasyBecause, Effect, Event, FieldLine, FieldValue, FormRefusal, HomeView,
    KeyLine, KeysAtPull, KeysEffect, KeysEvent, KeysView, Layout, Machine, NameOrigin, NameRefusal,
    NewShares, Now, OpenedArchive, OverviewLine, OwnQuestion, PageView, PaperStage, PartLine,
    PartView, PassphrasePurpose, PassphraseRefusal, PlaceLine, PlanEntry, PlanField, PlanLine,
    PlanPart, PlanWriteError, PlanWritten, PlanningView, PrepareLine, PrepareView, ReadArchive,
    ReadBackRefusal, ReadingEffect, ReadingEvent, ReadingView, RehearsalDone, RoundView, RunDone,
    RunPhase, RunView, RunWish, RunningView, SchemeChoice, SecretText, SetUpStep, Setting,
    ShareLabel, ShareRefusal, ShareSheet, SharesNoted, SheetCopyError, SheetCopyView, ShownWords,
    SnapshotLine, SourceLine, SourceNameRefusal, SourceOutcome, SourceReading, TargetDisk,
    TargetDiskError, TargetUse, View, WaitReason, WantedView, WordRefusal, WordsView,
};
pub use machine::{
    AuditDone, AuditEffect, AuditError, AuditEvent, AuditRunView, AuditStep, AuditView,
    BackupState, DriveHealth, HeaderState, NotCompared, SourceAudit, UpkeepView,
};
pub use machine::{
    Document, Paper, PrintEffect, PrintError, PrintEvent, PrintLine, PrintOrder, PrintProgress,
    Printed, PrinterTrouble, PrintingStep, PrintingView,
};
pub use restore::{
    DateSpan, Occupant, OnTarget, RamTarget, RehearsalOrder, RehearsalReport, RestoreError,
    RestoreFrom, RestoreLayout, RestoreNames, RestoreOrder, RestorePlan, RestoreProblem,
    RestoreProblemReason, RestoreProgress, RestoreReport, RestoredPart, StagedId, Target,
    TargetDraft, TargetError, TargetFileSystem, TargetLimits, TargetPath, UndatedFiles,
    UnlistedSource, plan_restore, rehearse, restore,
};
pub use retention::{
    Fate, KeepReason, Policy, RetentionError, RetentionPlan, ThinReport, Verdict, Wish,
    plan_retention, thin,
};
pub use secret::{PASSPHRASE_BYTES_MAX, Passphrase};
pub use source::{
    Fetched, Found, LeftOut, LeftOutKind, ListedObject, Listing, ListingProblem, ObjectId, Source,
    SourceError, SourceIdentity, SourceKind, SourceTime,
};
pub use verify::{
    Advice, Finding, FindingKind, Meaning, SheetClaim, SoundCopy, VerifyDepth, VerifyError,
    VerifyOrder, VerifyProgress, VerifyReport, verify,
};
pub use volume::{Draft, Entry, EntryKind, FileFacts, Space, Volume, VolumeError, VolumePath};
