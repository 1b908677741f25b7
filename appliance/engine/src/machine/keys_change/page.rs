//! Where the person is on the pages about keys, and what the drive's answers mean there.

use heirloom_format::ShareForm;
use heirloom_shares::Scheme;

use crate::Passphrase;
use crate::machine::entry::Entry;
use crate::machine::event::DriveError;
use crate::machine::page::Page;
use crate::machine::planning::PlanWriteError;

use super::paper::PaperStep;
use super::port::NewShares;
use super::read_back::ReadBack;
use super::view::KeysAtPull;

/// A page about the keys of the open archive.
#[derive(Debug)]
pub(in crate::machine) enum KeysPage {
    Scheme {
        cursor: usize,
    },
    OwnMade {
        entry: Entry,
        refused: bool,
    },
    OwnNeeded {
        made: u8,
        entry: Entry,
        refused: bool,
    },
    ExecutorName {
        plan: Plan,
        entry: Entry,
        /// What is in the entry is the plan's, and gives way to the first character that is typed.
        is_proposed: bool,
    },
    Making(Plan),
    MakingFailed(DriveError),
    /// Printed, and not shown.
    Paper(Ceremony, PaperStep),
    /// Shown, to be written down by hand.
    Share(Ceremony),
    ReadBack(Ceremony, ReadBack),
    ConfirmLeave(Ceremony),
    Setting {
        ceremony: Ceremony,
        since_ms: u64,
    },
    SettingFailed(Ceremony, DriveError),
    SharesDone {
        scheme: Scheme,
        renewal: bool,
        /// So many sheets nobody has read back yet.
        not_read_back: usize,
        recorded: Recorded,
    },
    OldPassphrase {
        typed: Passphrase,
        refused: bool,
        /// Chosen already, and not taken because the old one was wrong.
        new: Option<Passphrase>,
    },
    Changing {
        new: Passphrase,
        since_ms: u64,
    },
    ChangeFailed(DriveError),
    PassphraseChanged,
}

/// How many shares, and whose they are.
#[derive(Debug)]
pub(in crate::machine) struct Plan {
    pub(super) scheme: Scheme,
    /// In the order of the shares; an empty one says nothing. Fewer than shares while they are asked for.
    pub(super) executors: Vec<String>,
    /// There are shares already.
    pub(super) renewal: bool,
}

/// Shares that are being written down and read back, one after the other.
#[derive(Debug)]
pub(in crate::machine) struct Ceremony {
    pub(super) plan: Plan,
    pub(super) new: NewShares,
    /// Which share, counted from 0; below the number of shares.
    pub(super) at: usize,
    /// How often words were asked for, so that other ones are asked for each time.
    pub(super) times_asked: u64,
    /// How the share of now comes onto paper.
    pub(super) form: ShareForm,
    /// How those before it did, and whether their words were asked for and right.
    pub(super) done: Vec<(ShareForm, bool)>,
}

/// Whether the plan tells who has which share.
#[derive(Debug)]
pub(in crate::machine) enum Recorded {
    /// It is being written.
    Writing(Box<heirloom_format::Plan>),
    Done,
    /// It can be tried again.
    Failed(Box<heirloom_format::Plan>, PlanWriteError),
    /// The plan on the drive can't be read.
    NotPossible,
}

impl KeysPage {
    pub(in crate::machine) fn scheme() -> Self {
        Self::Scheme { cursor: 0 }
    }

    pub(in crate::machine) fn old_passphrase() -> Self {
        Self::OldPassphrase {
            typed: Passphrase::new(),
            refused: false,
            new: None,
        }
    }

    /// Whether a page has a clock that runs.
    pub(in crate::machine) fn has_clock(&self) -> bool {
        match self {
            Self::Setting { .. } | Self::Changing { .. } => true,
            Self::Paper(_, step) => step.has_clock(),
            _ => false,
        }
    }

    pub(super) fn at_pull(&self) -> Option<KeysAtPull> {
        match self {
            Self::Setting { .. }
            | Self::SettingFailed(..)
            | Self::Changing { .. }
            | Self::ChangeFailed(_) => Some(KeysAtPull::Unsettled),
            Self::SharesDone { .. } | Self::PassphraseChanged => None,
            _ => Some(KeysAtPull::Untouched),
        }
    }

    pub(super) fn shares_made(self, outcome: Result<NewShares, DriveError>) -> Self {
        match (self, outcome) {
            (Self::Making(plan), Ok(new))
                if new.shares.len() == usize::from(plan.scheme.made()) =>
            {
                Self::Share(Ceremony {
                    plan,
                    new,
                    at: 0,
                    times_asked: 0,
                    form: ShareForm::Copied,
                    done: Vec::new(),
                })
            }
            (Self::Making(_), Ok(_)) => Self::MakingFailed(DriveError::Changed),
            (Self::Making(_), Err(error)) => Self::MakingFailed(error),
            (page, _) => page,
        }
    }

    pub(super) fn passphrase_changed(self, outcome: Result<(), DriveError>) -> Page {
        Page::Keys(match (self, outcome) {
            (Self::Changing { .. }, Ok(())) => Self::PassphraseChanged,
            (Self::Changing { new, .. }, Err(DriveError::WrongPassphrase)) => Self::OldPassphrase {
                typed: Passphrase::new(),
                refused: true,
                new: Some(new),
            },
            (Self::Changing { .. }, Err(error)) => Self::ChangeFailed(error),
            (page, _) => page,
        })
    }
}
