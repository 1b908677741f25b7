//! What is done and told about the keys of the open archive: shares for executors, and a new passphrase.

use heirloom_shares::{MasterSecret, Scheme, Share};

use crate::Passphrase;
use crate::machine::DriveError;

/// Something to be done about keys; each is answered by a [`KeysEvent`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeysEffect {
    /// Make a passphrase of words drawn by chance; needs no drive. Answered by `PassphraseProposed`.
    ProposePassphrase,
    /// Draw a secret and split it; nothing on the drive changes yet. Answered by `SharesMade`.
    MakeShares(Scheme),
    /// From now on this secret opens the executors' slot of the open archive, and no older one does; answered by `ExecutorsSet`.
    SetExecutors(Passphrase),
    /// From now on the new passphrase opens the owner's slot of the open archive, and the old one does not; answered by `PassphraseChanged`.
    ChangePassphrase {
        /// The one of now.
        old: Passphrase,
        /// The one to come.
        new: Passphrase,
    },
}

/// Something that happened to keys.
#[derive(Debug)]
pub enum KeysEvent {
    /// Words for somebody who would rather not think of any; they open nothing unless they are taken.
    PassphraseProposed(Result<Passphrase, DriveError>),
    /// Shares to be written down, and read back, before they count.
    SharesMade(Result<NewShares, DriveError>),
    /// The executors' slot has its new secret. After [`DriveError::WrongPassphrase`] all is as before; after another error the old or the new secret
    /// counts, and the next opening settles which.
    ExecutorsSet(Result<(), DriveError>),
    /// The owner's slot has its new passphrase, or it is as for the executors.
    PassphraseChanged(Result<(), DriveError>),
}

/// Shares that were made and do not open anything yet. Wiped from memory when they are dropped.
#[derive(Debug)]
pub struct NewShares {
    /// What they yield together.
    pub secret: MasterSecret,
    /// One for each executor, in the order of their numbers.
    pub shares: Vec<Share>,
    /// By chance: which words of each share are asked for when it is read back.
    pub asked_by_chance: u64,
}
