//! The pages and what is being typed on them.

use crate::device::DeviceId;
use crate::{Passphrase, RunError, RunReport, SourceIdentity, SourceNoun};

use super::entry::Entry;
use super::event::DriveError;
use super::view::{NameRefusal, PassphraseRefusal, SetUpStep, WaitReason};
use super::wish::RunWish;

/// Where the person is.
#[derive(Debug)]
pub(super) enum Page {
    Layout {
        cursor: usize,
        applying: bool,
        refused: bool,
    },
    Date {
        entry: Entry,
        refused: bool,
    },
    Home {
        cursor: usize,
        touched: bool,
    },
    CannotSetUp {
        device: DeviceId,
    },
    ConfirmErase {
        device: DeviceId,
        entry: Entry,
        refused: bool,
    },
    NameArchive {
        device: DeviceId,
        entry: Entry,
        refused: Option<NameRefusal>,
    },
    NewPassphrase {
        device: DeviceId,
        name: String,
        typed: Passphrase,
        refused: Option<PassphraseRefusal>,
    },
    RepeatPassphrase {
        device: DeviceId,
        name: String,
        first: Passphrase,
        typed: Passphrase,
    },
    SettingUp {
        name: String,
        step: SetUpStep,
        since_ms: u64,
    },
    SetUpDone {
        name: String,
    },
    Unlock {
        target: Target,
        typed: Passphrase,
        refused: bool,
    },
    Unlocking {
        target: Target,
        since_ms: u64,
    },
    Prepare(Preparation),
    Archiving {
        confirm_stop: bool,
    },
    Waiting {
        reason: WaitReason,
    },
    Report {
        source: String,
        noun: SourceNoun,
        report: Box<RunReport>,
        sheet_written: bool,
        scroll: usize,
    },
    RunTrouble {
        source: String,
        noun: SourceNoun,
        error: RunError,
        safe_files: u64,
    },
    DriveTrouble {
        name: String,
        error: DriveError,
    },
    DrivePulled {
        name: String,
    },
    SafeToUnplug {
        name: String,
    },
    ConfirmPowerOff,
    Closing {
        powering_off: bool,
    },
}

/// A source that is to be archived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Preparation {
    pub(super) device: DeviceId,
    pub(super) identity: SourceIdentity,
    pub(super) source: String,
    pub(super) noun: SourceNoun,
    pub(super) wish: RunWish,
    pub(super) cursor: usize,
}

/// An archive drive that is to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) device: DeviceId,
    pub(super) partition: u32,
    pub(super) luks_uuid: String,
    pub(super) name: String,
}

impl Page {
    pub(super) fn home() -> Self {
        Self::Home {
            cursor: 0,
            touched: false,
        }
    }

    /// Whether something is being asked about this device that ends when it goes or changes.
    pub(super) fn asks_about(&self, id: &DeviceId) -> bool {
        match self {
            Self::CannotSetUp { device }
            | Self::ConfirmErase { device, .. }
            | Self::NameArchive { device, .. }
            | Self::NewPassphrase { device, .. }
            | Self::RepeatPassphrase { device, .. } => device == id,
            Self::Unlock { target, .. } => target.device == *id,
            _ => false,
        }
    }
}
