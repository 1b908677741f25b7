//! One share: read from words, made into words, and what it says of itself without giving anything away.

use std::fmt;

use crate::checksum::{self, CHECKSUM_WORDS, wrong_word};
use crate::header::{EXTENDABLE_AT, EXTENDABLE_BIT, HEADER_WORDS, Header, SetIdentifier};
use crate::secret::{SecretLength, Value};
use crate::share_words::ShareWords;

/// Why a text is not a share. Says nothing of what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// A word is not one of the list, and not the first four letters or more of one either. The first such word; those after it were not looked at.
    #[error("no share has such a word as number {position} of this one")]
    UnknownWord {
        /// Which word it is, counted from 1.
        position: usize,
    },
    /// There are some too many, or some are missing.
    #[error("a share has 20 words, or 33, and this one has {found}")]
    WordCount {
        /// How many there are.
        found: usize,
    },
    /// Each is a word of the list, but not all of them are those of the share, or not in its order.
    #[error(
        "the words don't fit together: at least one is another than on the paper, or not in its place"
    )]
    Checksum {
        /// Where only one word is wrong, which one it is, counted from 1.
        position: Option<usize>,
    },
    /// Bits that must be zero are not. Whoever copies a share wrongly gets [`ShareError::Checksum`]; this one was made wrongly.
    #[error("the share was made by a faulty program: its padding is not zero")]
    Padding,
    /// It claims to be of a set that can't be, such as one that needs more groups than it has.
    #[error("the share was made by a faulty program: there is no such set")]
    ImpossibleSet,
}

/// One share of a secret. Two are equal when their words are; how long that takes to find out doesn't depend on the secret.
#[derive(Clone, PartialEq)]
pub struct Share {
    pub(crate) header: Header,
    pub(crate) value: Value,
}

impl Eq for Share {}

impl Share {
    /// Reads the words of a share: in small or capital letters, whole or at least their first four letters, with any white space between. What
    /// is no letter around a word is passed over, such as its number on the sheet.
    ///
    /// # Errors
    /// The first of [`ShareError`]'s reasons that holds, in their order.
    pub fn from_words(text: &str) -> Result<Self, ShareError> {
        let words = ShareWords::parse(text)?;
        let numbers = words.numbers();
        let header = Header::from_words(std::array::from_fn(|at: usize| numbers[at]));
        if !checksum::is_right(header.extendable, numbers) {
            let at = wrong_word(header.extendable, numbers, EXTENDABLE_AT, EXTENDABLE_BIT);
            let position = at.map(|at| at + 1);
            return Err(ShareError::Checksum { position });
        }
        let value = words.value()?;
        if !header.is_possible() {
            return Err(ShareError::ImpossibleSet);
        }
        Ok(Self { header, value })
    }

    /// The words. Whoever has enough shares' words opens the archive: they belong on paper, and nowhere else.
    pub fn to_words(&self) -> ShareWords {
        let mut words = ShareWords::of_value(&self.value);
        let numbers = words.numbers_mut();
        numbers[..HEADER_WORDS].copy_from_slice(&self.header.to_words());
        let (covered, sum) = numbers.split_at_mut(numbers.len() - CHECKSUM_WORDS);
        sum.copy_from_slice(&checksum::create(self.header.extendable, covered));
        words
    }

    /// Of which set it is.
    pub fn set(&self) -> SetIdentifier {
        self.header.set
    }

    /// Which of the set's shares it is (of its group's, in a set with groups), counted from 1. How many were made is not in a share.
    pub fn number(&self) -> u8 {
        self.header.member_index + 1
    }

    /// How many shares of the set (of its group) are needed.
    pub fn needed(&self) -> u8 {
        self.header.member_threshold
    }

    /// How long the secret is.
    pub fn length(&self) -> SecretLength {
        self.value.length()
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, set) = (self.number(), self.set());
        write!(
            out,
            "Share({number} of set {set}, {} needed, …)",
            self.needed()
        )
    }
}
