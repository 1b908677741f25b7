//! Shares come together, one at a time, in any order, until there are enough; what doesn't belong is refused, and the reason told apart.

use std::fmt;

use crate::cipher;
use crate::header::SetIdentifier;
use crate::secret::MasterSecret;
use crate::shamir::{self, Point};
use crate::share::Share;

/// Why a share was not added. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddError {
    /// It is of another set: of another archive, or of this one before its shares were renewed.
    #[error("the share is of set {found}, and those of set {expected} are gathered")]
    OtherSet {
        /// Whose shares are gathered.
        expected: SetIdentifier,
        /// Of which it is.
        found: SetIdentifier,
    },
    /// It bears the set's number, but needs other counts, another length or another way to decrypt: two sets that have the same number by chance.
    #[error(
        "the share has the number of the set, but is of another one: how many are needed, or how long the secret is, differs"
    )]
    OtherParameters,
    /// The very same share is there already.
    #[error("share {number} was given already")]
    Repeated {
        /// Which one it is.
        number: u8,
    },
    /// Another share with the same number is there: one of the two is of another set, with the same number by chance.
    #[error("share {number} was given already, in other words")]
    SameNumber {
        /// Which one both claim to be.
        number: u8,
    },
    /// Nothing more is needed of this set (of this group).
    #[error("there are enough shares")]
    Enough,
}

/// Why there is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecoverError {
    /// More shares are needed.
    #[error("there are not enough shares")]
    Incomplete,
    /// There are enough, but they don't give one secret. Each is whole by its checksum: at least one is of another set that has the same number by chance,
    /// or was made up.
    #[error(
        "the shares don't belong together: at least one is of another set with the same number, or was made up"
    )]
    WrongDigest,
}

/// How far the shares have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// None is there, so that nobody knows how many are needed.
    Empty,
    /// Some are there, and more are needed.
    Shares {
        /// How many are there.
        entered: u8,
        /// How many are needed.
        needed: u8,
    },
    /// As [`Progress::Shares`], in a set with several groups. We make none; other programs do.
    Groups {
        /// How many groups have enough shares.
        complete: u8,
        /// How many groups must have.
        needed: u8,
    },
    /// There are enough.
    Complete,
}

/// Shares of one set.
#[derive(Default)]
pub struct Gathering {
    /// The set, where it was known before the first share.
    known_set: Option<SetIdentifier>,
    /// All of one set; of each group at most as many as it needs, with numbers that differ. No more than 16 groups of 16.
    shares: Vec<Share>,
}

impl Gathering {
    /// For shares of any one set: the first one says which.
    pub fn new() -> Self {
        Self::default()
    }

    /// For shares of a set that is known: even the first one is refused if it is of another.
    pub fn of_set(set: SetIdentifier) -> Self {
        Self {
            known_set: Some(set),
            shares: Vec::new(),
        }
    }

    /// The set whose shares are gathered, once it is known.
    pub fn set(&self) -> Option<SetIdentifier> {
        self.known_set.or(self.shares.first().map(Share::set))
    }

    /// The shares that are there, in the order in which they came.
    pub fn shares(&self) -> &[Share] {
        &self.shares
    }

    /// Adds a share, and says how far that is.
    ///
    /// # Errors
    /// When it is none of the set, or is not needed.
    pub fn add(&mut self, share: Share) -> Result<Progress, AddError> {
        let found = share.set();
        if let Some(expected) = self.set().filter(|expected| *expected != found) {
            return Err(AddError::OtherSet { expected, found });
        }
        if !self.shares.iter().all(|other| fit(other, &share)) {
            return Err(AddError::OtherParameters);
        }
        let number = share.number();
        if let Some(other) = self.group(&share).find(|other| other.number() == number) {
            return Err(if *other == share {
                AddError::Repeated { number }
            } else {
                AddError::SameNumber { number }
            });
        }
        let is_enough = self.group(&share).count() >= usize::from(share.needed());
        if is_enough || self.progress() == Progress::Complete {
            return Err(AddError::Enough);
        }
        self.shares.push(share);
        Ok(self.progress())
    }

    /// Takes back the share that came last.
    pub fn take_back(&mut self) -> Option<Share> {
        self.shares.pop()
    }

    /// How far the shares have come.
    pub fn progress(&self) -> Progress {
        let Some(first) = self.shares.first() else {
            return Progress::Empty;
        };
        // There are at most 16 of each.
        let small = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
        let (complete, needed) = (
            small(self.complete_groups().count()),
            first.header.group_threshold,
        );
        if complete >= needed {
            Progress::Complete
        } else if first.header.group_count == 1 {
            Progress::Shares {
                entered: small(self.shares.len()),
                needed: first.needed(),
            }
        } else {
            Progress::Groups { complete, needed }
        }
    }

    /// The secret, once there are enough shares.
    ///
    /// # Errors
    /// When there are not enough, or they don't belong together.
    pub fn secret(&self) -> Result<MasterSecret, RecoverError> {
        self.secret_with(b"")
    }

    /// With the passphrase that official test vectors have, and that we never ask for.
    pub(crate) fn secret_with(&self, passphrase: &[u8]) -> Result<MasterSecret, RecoverError> {
        let header = match (self.progress(), self.shares.first()) {
            (Progress::Complete, Some(first)) => first.header,
            _ => return Err(RecoverError::Incomplete),
        };
        let mut groups = Vec::with_capacity(usize::from(header.group_threshold));
        for first in self
            .complete_groups()
            .take(usize::from(header.group_threshold))
        {
            let point = |share: &Share| Point {
                place: share.header.member_index,
                value: share.value.clone(),
            };
            let points: Vec<Point> = self.group(first).map(point).collect();
            groups.push(Point {
                place: first.header.group_index,
                value: shamir::recover(&points).ok_or(RecoverError::WrongDigest)?,
            });
        }
        let encrypted = shamir::recover(&groups).ok_or(RecoverError::WrongDigest)?;
        Ok(MasterSecret(cipher::decrypt(
            &encrypted, &header, passphrase,
        )))
    }

    /// All shares of the group of `share`.
    fn group<'a>(&'a self, share: &Share) -> impl Iterator<Item = &'a Share> {
        let index = share.header.group_index;
        self.shares
            .iter()
            .filter(move |share| share.header.group_index == index)
    }

    /// The share that came first of each group that has enough.
    fn complete_groups(&self) -> impl Iterator<Item = &Share> {
        let is_first = |share: &&Share| {
            self.group(share)
                .next()
                .is_some_and(|first| std::ptr::eq(first, *share))
        };
        let has_enough = |share: &&Share| self.group(share).count() >= usize::from(share.needed());
        self.shares.iter().filter(is_first).filter(has_enough)
    }
}

/// Whether two shares can be of one set.
fn fit(one: &Share, other: &Share) -> bool {
    let same_group = one.header.group_index == other.header.group_index;
    one.header.common() == other.header.common()
        && one.length() == other.length()
        && (!same_group || one.needed() == other.needed())
}

impl fmt::Debug for Gathering {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Gathering({:?}, …)", self.progress())
    }
}
