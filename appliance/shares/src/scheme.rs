//! How many shares there are to be, and how many of them are needed: k of n. Makes the shares.

use crate::cipher;
use crate::header::{Header, SetIdentifier};
use crate::secret::MasterSecret;
use crate::shamir;
use crate::share::Share;

/// The most shares a set can have.
pub const SHARES_MAX: u8 = 16;

/// Why there is no such scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemeError {
    /// None, or more than [`SHARES_MAX`].
    #[error("there can be 1 to {SHARES_MAX} shares, not {made}")]
    Made {
        /// How many were asked for.
        made: u8,
    },
    /// None, or more than there are.
    #[error("of {made} shares, 1 to {made} can be needed, not {needed}")]
    Needed {
        /// How many were to be needed.
        needed: u8,
        /// How many there would be.
        made: u8,
    },
    /// One of several. The standard forbids it: they would be the same secret in different words, which look as if they protected each other. Where each of
    /// several people alone shall open the archive, make one of one and give every one of them the same words.
    #[error(
        "one share that is enough by itself has no others beside it; make one of one, and give each person the same words"
    )]
    OneOfSeveral {
        /// How many there would be.
        made: u8,
    },
}

/// A scheme that the standard allows: any `needed` of `made` shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme {
    needed: u8,
    made: u8,
}

impl Scheme {
    /// Any `needed` of `made` shares.
    ///
    /// # Errors
    /// When the standard allows no such set.
    pub const fn new(needed: u8, made: u8) -> Result<Self, SchemeError> {
        if made == 0 || made > SHARES_MAX {
            Err(SchemeError::Made { made })
        } else if needed == 0 || needed > made {
            Err(SchemeError::Needed { needed, made })
        } else if needed == 1 && made > 1 {
            Err(SchemeError::OneOfSeveral { made })
        } else {
            Ok(Self { needed, made })
        }
    }

    /// How many shares are needed.
    pub const fn needed(self) -> u8 {
        self.needed
    }

    /// How many shares there are.
    pub const fn made(self) -> u8 {
        self.made
    }

    /// Makes a new set of shares, in the order of their numbers. `random` fills what it is given with random bytes, as `getrandom::fill` does.
    ///
    /// Two sets of the same secret don't help each other: a share of one with a share of the other is nothing. But an old set opens what it opened until
    /// the secret itself is another; give the set before as `unlike`, so that a share of it can be told from the new ones.
    ///
    /// # Errors
    /// What `random` fails with.
    pub fn split<E>(
        self,
        secret: &MasterSecret,
        unlike: Option<SetIdentifier>,
        mut random: impl FnMut(&mut [u8]) -> Result<(), E>,
    ) -> Result<Vec<Share>, E> {
        let header = Header {
            set: new_set(unlike, &mut random)?,
            extendable: true,
            iteration_exponent: 0,
            group_index: 0,
            group_threshold: 1,
            group_count: 1,
            member_index: 0,
            member_threshold: self.needed,
        };
        let encrypted = cipher::encrypt(&secret.0, &header, b"");
        let points = shamir::split(&encrypted, self.needed, self.made, &mut random)?;
        let share = |point: shamir::Point| Share {
            header: Header {
                member_index: point.place,
                ..header
            },
            value: point.value,
        };
        Ok(points.into_iter().map(share).collect())
    }
}

fn new_set<E>(
    unlike: Option<SetIdentifier>,
    random: &mut impl FnMut(&mut [u8]) -> Result<(), E>,
) -> Result<SetIdentifier, E> {
    let mut bytes = [0; 2];
    random(&mut bytes)?;
    let set = SetIdentifier::from_number(u16::from_be_bytes(bytes));
    if unlike == Some(set) {
        return Ok(SetIdentifier::from_number(set.number() ^ 1));
    }
    Ok(set)
}
