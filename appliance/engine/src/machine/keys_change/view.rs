//! What is to be shown about keys. What is secret prints nothing of itself, and is wiped when the view is dropped.

use std::fmt;

use heirloom_shares::{Scheme, Share, ShareWords};

use crate::Passphrase;
use crate::machine::{DriveError, Paper, PlanWriteError, PrintError, PrintProgress};

/// The pages about keys of the open archive.
#[derive(Clone, Debug)]
pub enum KeysView {
    /// How many shares, and how many of them are needed?
    Scheme {
        /// The archive.
        name: String,
        /// There are shares, which the new ones replace.
        renewal: bool,
        /// What can be chosen.
        choices: Vec<SchemeChoice>,
        /// Which one the cursor is on.
        cursor: usize,
    },
    /// A number of the person's own.
    OwnNumber {
        /// Which number.
        question: OwnQuestion,
        /// What was typed.
        typed: String,
        /// It was none that can be.
        refused: bool,
    },
    /// Whose is this share? Nobody has to be named.
    ExecutorName {
        /// Of all.
        scheme: Scheme,
        /// Which one, counted from 1.
        number: u8,
        /// What was typed.
        typed: String,
        /// The plan names people who could get it.
        has_proposals: bool,
    },
    /// The secret is drawn and split.
    MakingShares,
    /// A share that is printed, and not shown.
    Paper {
        /// Which one.
        label: ShareLabel,
        /// How far it is.
        stage: PaperStage,
    },
    /// A share, to be written down.
    Share {
        /// Which one.
        label: ShareLabel,
        /// Its words.
        words: ShownWords,
    },
    /// Some of its words, to see that it was written down.
    ReadBack {
        /// Which one.
        label: ShareLabel,
        /// Which words are asked for, counted from 1.
        asked: Vec<usize>,
        /// How many of them were right.
        answered: usize,
        /// What was typed.
        typed: Passphrase,
        /// The last one was not right.
        refused: Option<ReadBackRefusal>,
    },
    /// Leave the new shares?
    ConfirmLeave {
        /// The earlier ones go on to count.
        renewal: bool,
    },
    /// The executors' slot gets its key.
    SettingExecutors {
        /// How long it has been going on.
        elapsed_s: u64,
    },
    /// The shares open the archive; who has which is being written into its plan.
    NotingShares,
    /// The shares open the archive.
    SharesDone {
        /// The archive.
        name: String,
        /// Of all.
        scheme: Scheme,
        /// Earlier ones open nothing any more.
        renewal: bool,
        /// So many sheets were printed, and nobody has read them back yet.
        not_read_back: usize,
        /// Whether the plan tells who has which.
        noted: SharesNoted,
    },
    /// No shares could be made; nothing was changed.
    MakingFailed {
        /// Why.
        error: DriveError,
    },
    /// The shares may open the archive or not.
    SettingFailed {
        /// There were earlier ones.
        renewal: bool,
        /// Why.
        error: DriveError,
    },
    /// The passphrase of now.
    OldPassphrase {
        /// The archive.
        name: String,
        /// How many characters were typed.
        typed_chars: usize,
        /// The last one was wrong.
        refused: bool,
        /// The new one was chosen already: only this one has to be typed again.
        is_last: bool,
    },
    /// The owner's slot gets its new key.
    ChangingPassphrase {
        /// How long it has been going on.
        elapsed_s: u64,
    },
    /// The new passphrase opens the archive.
    PassphraseChanged {
        /// The archive.
        name: String,
    },
    /// The old or the new passphrase opens the archive.
    ChangeFailed {
        /// Why.
        error: DriveError,
    },
}

/// How far the sheet of a share is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaperStage {
    /// It can be printed.
    Ask {
        /// Here.
        printer: String,
        /// There are so many other printers.
        others: usize,
        /// On this paper.
        paper: Paper,
    },
    /// It is being printed.
    Printing {
        /// Here.
        printer: String,
        /// How far that is.
        progress: PrintProgress,
        /// How long it has been going on.
        elapsed_s: u64,
        /// It is being stopped.
        stopping: bool,
    },
    /// The printer has printed it.
    Printed,
    /// It is not printed, or not wholly.
    Failed {
        /// Why.
        error: PrintError,
    },
}

/// Whether the archive's plan tells who has which share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharesNoted {
    /// It does.
    Noted,
    /// It could not be written, and can be tried again.
    Failed(PlanWriteError),
    /// The plan on the drive can't be read, so nothing was written.
    NotPossible,
}

/// How many shares there can be, and how many of them are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemeChoice {
    /// These.
    Of(Scheme),
    /// Other numbers, which are asked for.
    Own,
}

/// Which number is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnQuestion {
    /// How many shares there are to be.
    Made,
    /// How many of them are to be needed.
    Needed {
        /// How many there will be.
        made: u8,
    },
}

/// Which share it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareLabel {
    /// Counted from 1.
    pub number: u8,
    /// How many there are.
    pub made: u8,
    /// Whose it is, where that was said.
    pub executor: Option<String>,
}

/// The words of a share, for the screen.
#[derive(Clone)]
pub struct ShownWords(ShareWords);

impl ShownWords {
    /// Those of this share.
    pub fn of(share: &Share) -> Self {
        Self(share.to_words())
    }

    /// The words, each for its place on the sheet.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'static str> {
        self.0.iter()
    }
}

impl fmt::Debug for ShownWords {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ShownWords(…)")
    }
}

/// Why a word that was read back was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadBackRefusal {
    /// It is a word of shares, but not the one at this place.
    Another,
    /// No share has such a word.
    Unknown,
}

/// What a passphrase is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassphrasePurpose {
    /// A new archive.
    SetUp,
    /// The open archive, in place of the one it has.
    Change,
}

/// Why a passphrase would be guessed too soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EasyBecause {
    /// It is made of what is known about the archive: its name, or names of people.
    KnownNames,
    /// Many people have it, or one like it.
    Common,
    /// Neighbouring keys.
    Keys,
    /// The same again and again.
    Repeats,
    /// Like abc or 4321.
    Sequence,
    /// A date or a year.
    Date,
    /// A name.
    Name,
    /// A usual word or two, and not much else.
    FewWords,
}

/// What a drive that was pulled while its keys were being changed means for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeysAtPull {
    /// Everything opens it that opened it before, and nothing else.
    Untouched,
    /// The old or the new key counts; the next opening settles it.
    Unsettled,
}
