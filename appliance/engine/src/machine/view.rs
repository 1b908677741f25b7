//! What is to be shown: meaning only. Words, places and colours are the screen's.

use crate::classify::{Lock, Unfit};
use crate::disk_source::{FileSystem, SourceNoun};
use crate::{Passphrase, RunError, RunReport, SourceError, Space};

use super::audit::{AuditView, UpkeepView};
use super::event::DriveError;
use super::keys_change::{EasyBecause, KeysAtPull, KeysView, PassphrasePurpose};
use super::planning::PlanningView;
use super::printing::PrintingView;
use super::reading::ReadingView;
use super::sheet_copy::SheetCopyView;
use super::view_run::{PrepareView, RoundView, RunView, SourceOutcome, WaitReason};

/// One page, as it is now.
#[derive(Clone, Debug)]
pub struct View {
    /// What the page is about.
    pub page: PageView,
    /// Whether the page's help is open over it.
    pub help: bool,
}

/// The pages.
#[derive(Clone, Debug)]
pub enum PageView {
    /// Which keyboard is this?
    Layout {
        /// The layouts' names.
        names: Vec<String>,
        /// Which one the cursor is on.
        cursor: usize,
        /// The layout could not be set.
        refused: bool,
    },
    /// The PC's clock can't be right: what is today's date?
    Date {
        /// What was typed.
        typed: String,
        /// It was no date that can be.
        refused: bool,
    },
    /// What is plugged in, and what can be done.
    Home(HomeView),
    /// A disk that can't become an archive drive, and why.
    CannotSetUp {
        /// The disk.
        disk: DiskView,
        /// Why.
        reason: Unfit,
    },
    /// There is something on the disk: type its name to erase it.
    ConfirmErase {
        /// The disk.
        disk: DiskView,
        /// What was typed.
        typed: String,
        /// It was something else.
        refused: bool,
    },
    /// What shall the archive be called?
    NameArchive {
        /// The disk.
        disk: DiskView,
        /// What was typed.
        typed: String,
        /// Why it was not taken.
        refused: Option<NameRefusal>,
    },
    /// A passphrase, the first time.
    NewPassphrase {
        /// What it is for.
        purpose: PassphrasePurpose,
        /// The archive.
        name: String,
        /// How many characters were typed.
        typed_chars: usize,
        /// Why it was not taken.
        refused: Option<PassphraseRefusal>,
    },
    /// A passphrase made of words, to be written down.
    ProposedPassphrase {
        /// The archive.
        name: String,
        /// The words; nothing while they are drawn.
        words: Option<Passphrase>,
        /// What was typed was something else.
        mistyped: bool,
    },
    /// The same once more.
    RepeatPassphrase {
        /// What it is for.
        purpose: PassphrasePurpose,
        /// The archive.
        name: String,
        /// How many characters were typed.
        typed_chars: usize,
    },
    /// A drive is being set up.
    SettingUp {
        /// The archive.
        name: String,
        /// Where it is.
        step: SetUpStep,
        /// How long it has been going on.
        elapsed_s: u64,
    },
    /// The drive is ready.
    SetUpDone {
        /// The archive.
        name: String,
        /// Which version of Heirloom the drive starts a PC with, if it does.
        boots: Option<String>,
    },
    /// The passphrase of an existing archive.
    Unlock {
        /// The archive.
        name: String,
        /// How many characters were typed.
        typed_chars: usize,
        /// The last one was wrong.
        refused: bool,
    },
    /// The archive is being unlocked.
    Unlocking {
        /// The archive.
        name: String,
        /// How long it has been going on.
        elapsed_s: u64,
    },
    /// Who can open the archive.
    Keys(KeysView),
    /// What of a source is archived, and how it is checked; then the start.
    Prepare(PrepareView),
    /// A run.
    Archiving(RunView),
    /// A run that waits for its source to come back.
    Waiting {
        /// The source.
        source: String,
        /// What it is.
        noun: SourceNoun,
        /// What happened.
        reason: WaitReason,
        /// Files that are safe already.
        safe_files: u64,
        /// Those that are waited for as well, and those whose turn is over.
        round: RoundView,
    },
    /// What a run did.
    Report {
        /// The source.
        source: String,
        /// What it is.
        noun: SourceNoun,
        /// All about it.
        report: Box<RunReport>,
        /// Whether the sheet is on the drive.
        sheet_written: bool,
        /// First line shown of what did not go well.
        scroll: usize,
        /// Other sources that can be archived next with one key.
        others: Vec<String>,
    },
    /// A run that did not get there.
    RunTrouble {
        /// The source.
        source: String,
        /// What it is.
        noun: SourceNoun,
        /// Why.
        error: RunError,
        /// Files that are safe already and will not be copied again.
        safe_files: u64,
    },
    /// What became of several sources that were archived one after the other.
    RoundReport {
        /// Each of them, and what became of it.
        outcomes: Vec<(String, SourceOutcome)>,
        /// Which one the cursor is on.
        cursor: usize,
        /// Whether the sheet on the drive tells of all of them that are archived.
        sheet_written: bool,
        /// Other sources that can be archived next with one key.
        others: Vec<String>,
    },
    /// A drive that could not be set up or opened.
    DriveTrouble {
        /// The archive's or the drive's name.
        name: String,
        /// Why.
        error: DriveError,
    },
    /// The open archive's drive was pulled.
    DrivePulled {
        /// The archive.
        name: String,
        /// What that means for its keys, where they were being changed.
        keys: Option<KeysAtPull>,
        /// What was typed for its plan is kept, and is there again when it is opened.
        keeps_plan: bool,
    },
    /// Stop the run?
    ConfirmStop {
        /// The source.
        source: String,
        /// What it is.
        noun: SourceNoun,
        /// The sources that would have come after it.
        then: Vec<String>,
    },
    /// The archive is locked, and its drive may be unplugged.
    SafeToUnplug {
        /// The archive.
        name: String,
    },
    /// Switch off?
    ConfirmPowerOff,
    /// The recovery plan.
    Planning(PlanningView),
    /// Getting pictures back, or rehearsing it.
    Reading(ReadingView),
    /// The audit of the open archive.
    Audit(AuditView),
    /// The restore sheet is copied to a plain disk.
    SheetCopy(SheetCopyView),
    /// A document is printed.
    Printing(PrintingView),
    /// The archive is being locked.
    Closing {
        /// Whether the PC goes off after it.
        powering_off: bool,
    },
}

/// The page from which everything starts.
#[derive(Clone, Debug)]
pub struct HomeView {
    /// The open archive.
    pub archive: Option<ArchiveView>,
    /// One line for each thing that is plugged in and is not a mere choice below.
    pub devices: Vec<DeviceLine>,
    /// What can be done.
    pub choices: Vec<Choice>,
    /// Which one the cursor is on.
    pub cursor: usize,
    /// Devices are still being looked for.
    pub looking: bool,
    /// This computer was started from an archive drive: the pictures are most likely what somebody is here for.
    pub from_drive: bool,
}

/// The open archive in two lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveView {
    /// Its name.
    pub name: String,
    /// Newest generation; 0 when there is none.
    pub generation: u32,
    /// Date of the newest snapshot.
    pub last_date: Option<String>,
    /// Room.
    pub space: Space,
    /// Snapshots that can't be read as they should.
    pub damaged: Vec<String>,
    /// Whether executors' shares open it.
    pub has_executors: bool,
    /// When it was looked after, once there is something to look after.
    pub upkeep: Option<UpkeepView>,
}

/// Something that is plugged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceLine {
    /// Its name, for a person.
    pub name: String,
    /// What there is to say.
    pub state: DeviceState,
}

/// What there is to say about a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceState {
    /// A phone or camera that is being opened.
    Opening,
    /// A phone or camera that can be archived.
    Ready,
    /// A phone or camera that does not let us read yet: unlock it, choose file transfer.
    WaitsForPerson,
    /// A phone or camera that can't be read.
    Unreadable(SourceError),
    /// An archive drive, locked.
    ArchiveLocked,
    /// An archive drive, open.
    ArchiveOpen,
    /// A second archive drive while one is open.
    ArchiveBeside,
    /// A disk that is none of the others.
    Disk {
        /// What kind of disk.
        noun: SourceNoun,
        /// Its size.
        size_bytes: u64,
        /// What is on it.
        holds: DiskUse,
    },
    /// What this appliance booted from.
    BootStick,
    /// A locked drive.
    Locked(Lock),
    /// A printer.
    Printer,
}

/// What is on a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiskUse {
    /// Nothing.
    Empty,
    /// Files that can be archived.
    Source {
        /// Its parts by name; those without a file system can't be read here.
        storages: Vec<(String, Option<FileSystem>)>,
    },
    /// Something that can't be read here.
    Unreadable,
}

/// Something that can be chosen on the home page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Archive this source: what of it is asked first.
    Archive {
        /// The source.
        source: String,
    },
    /// Unlock this archive drive.
    Open {
        /// The archive.
        name: String,
    },
    /// Make an archive drive of this disk.
    SetUp(DiskView),
    /// Lock the open archive, so that its drive can be unplugged.
    Close {
        /// The archive.
        name: String,
    },
    /// Give shares to executors, who can open the archive together.
    Executors {
        /// There are some already, which the new ones replace.
        renewal: bool,
    },
    /// Another passphrase for the open archive.
    ChangePassphrase,
    /// Copy the open archive's restore sheet to a plain stick.
    CopySheet,
    /// Look at the open archive's recovery plan, and change it.
    Plan,
    /// Check all of the open archive, and what is plugged in against it.
    Audit,
    /// Get pictures back from this archive.
    Restore {
        /// The archive.
        name: String,
    },
    /// Try out whether everything can be got back from this archive.
    Rehearse {
        /// The archive.
        name: String,
    },
    /// Print the restore sheet of the open archive.
    Print {
        /// The printer.
        printer: String,
    },
    /// Switch off.
    PowerOff,
}

/// A disk, as a person would describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskView {
    /// Maker and model; what has to be typed to erase it.
    pub name: String,
    /// Its size.
    pub size_bytes: u64,
    /// Its serial number.
    pub serial: Option<String>,
    /// What is on it: kind and label of each file system; empty when nothing was found.
    pub contents: Vec<(String, String)>,
    /// Number of partitions.
    pub partitions: usize,
}

impl DiskView {
    /// Whether there is nothing on it that could be missed.
    pub(super) fn is_empty(&self) -> bool {
        self.contents.is_empty() && self.partitions == 0
    }
}

/// Where the set-up of a drive is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SetUpStep {
    /// The old partition table goes, the new one comes.
    Partitioning,
    /// The open partition is made.
    MakingBootPartition,
    /// LUKS2, and the key from the passphrase.
    Encrypting,
    /// ext4.
    MakingFileSystem,
    /// The archive's own files.
    WritingArchive,
    /// Locked and opened again with the passphrase, to prove that it opens.
    Checking,
    /// What the stick carries is copied, so that the drive starts a PC by itself.
    MakingBootable,
}

impl SetUpStep {
    /// All, in order.
    pub const ALL: [Self; 7] = [
        Self::Partitioning,
        Self::MakingBootPartition,
        Self::Encrypting,
        Self::MakingFileSystem,
        Self::WritingArchive,
        Self::Checking,
        Self::MakingBootable,
    ];
}

/// Why a name was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRefusal {
    /// Nothing was typed.
    Empty,
    /// It begins or ends with a space, or has a character that labels can't have.
    Unusable,
}

/// Why a passphrase was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassphraseRefusal {
    /// Below the least number of characters.
    TooShort {
        /// The least number.
        least_chars: usize,
    },
    /// The two were not the same.
    Differ,
    /// It would be guessed too soon.
    Easy(EasyBecause),
    /// It is the one that is to be changed.
    Unchanged,
    /// No words could be drawn by chance.
    NoProposal,
}
