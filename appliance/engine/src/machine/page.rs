//! The pages and what is being typed on them.

use crate::device::DeviceId;
use crate::{Passphrase, SourceIdentity, SourceNoun};

use super::audit::AuditPage;
use super::entry::Entry;
use super::event::DriveError;
use super::keys_change::{Choosing, KeysAtPull, KeysPage, Purpose};
use super::planning::Planning;
use super::printing::Printing;
use super::reading::Reading;
use super::round::Ended;
use super::sheet_copy::SheetCopyPage;
use super::view::{NameRefusal, SetUpStep};
use super::view_run::{NameOrigin, SourceNameRefusal};
use super::wish::{PrepareLine, RunWish};

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
        purpose: Purpose,
        choosing: Choosing,
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
    /// Who can open the archive.
    Keys(KeysPage),
    Prepare(Preparation),
    Archiving {
        confirm_stop: bool,
    },
    /// For the first of those whose turn comes.
    Waiting,
    Ended(EndedPage),
    DriveTrouble {
        name: String,
        error: DriveError,
    },
    DrivePulled {
        name: String,
        keys: Option<KeysAtPull>,
    },
    SafeToUnplug {
        name: String,
    },
    ConfirmPowerOff,
    /// The recovery plan.
    Planning(Box<Planning>),
    /// Getting pictures back, or rehearsing it.
    Reading(Box<Reading>),
    /// The audit of the open archive.
    Audit(AuditPage),
    /// The restore sheet is copied to a plain disk.
    SheetCopy(SheetCopyPage),
    /// A document is printed.
    Printing(Box<Printing>),
    Closing {
        powering_off: bool,
    },
}

/// A source that is to be archived.
#[derive(Clone, Debug)]
pub(super) struct Preparation {
    pub(super) device: DeviceId,
    pub(super) identity: SourceIdentity,
    pub(super) noun: SourceNoun,
    pub(super) wish: RunWish,
    pub(super) cursor: PrepareLine,
    /// The name as it would be without what is being typed.
    pub(super) suggested: String,
    pub(super) name: Entry,
    pub(super) origin: NameOrigin,
    /// What is in the entry is replaced by the first character that is typed.
    pub(super) is_untouched: bool,
    pub(super) refused: Option<SourceNameRefusal>,
    /// The others that are plugged in follow by themselves.
    pub(super) others_follow: bool,
}

/// What became of one source, or of several that were archived one after the other.
#[derive(Clone, Debug)]
pub(super) struct EndedPage {
    /// At least one.
    pub(super) ended: Vec<Ended>,
    /// Which of them the cursor is on.
    pub(super) cursor: usize,
    /// Whether all about that one is shown.
    pub(super) is_open: bool,
    pub(super) scroll: usize,
}

impl EndedPage {
    /// Of one, all is shown at once.
    pub(super) fn of(ended: Vec<Ended>) -> Self {
        Self {
            cursor: 0,
            is_open: ended.len() == 1,
            scroll: 0,
            ended,
        }
    }
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

    pub(super) fn date() -> Self {
        Self::Date {
            entry: Entry::default(),
            refused: false,
        }
    }

    /// Whether something is being asked about this device that ends when it goes or changes.
    pub(super) fn asks_about(&self, id: &DeviceId) -> bool {
        match self {
            Self::CannotSetUp { device }
            | Self::ConfirmErase { device, .. }
            | Self::NameArchive { device, .. }
            | Self::NewPassphrase {
                purpose: Purpose::SetUp { device, .. },
                ..
            } => device == id,
            Self::Unlock { target, .. } => target.device == *id,
            _ => false,
        }
    }
}
