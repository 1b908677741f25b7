//! The first four words of a share: to which set it belongs, which of its shares it is, and how many are needed. Nothing of it is secret.

use std::fmt;

/// How many words it has.
pub(crate) const HEADER_WORDS: usize = 4;
/// Which of them has the flag `extendable`, counted from zero.
pub(crate) const EXTENDABLE_AT: usize = 1;
/// The flag's bit in that word.
pub(crate) const EXTENDABLE_BIT: u16 = 0x10;
/// A set has a random number of 15 bits.
const SET_BITS: u32 = 15;

/// The number that all shares of a set have in common, printed as four hexadecimal digits. It is random: two archives, or an archive's old and
/// new shares, have the same one once in 32768 times, if nobody looks.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct SetIdentifier(u16);

impl SetIdentifier {
    /// Takes the lower 15 bits of `number`.
    pub const fn from_number(number: u16) -> Self {
        Self(number & ((1 << SET_BITS) - 1))
    }

    /// The number, below 32768.
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl fmt::Display for SetIdentifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04X}", self.0)
    }
}

impl fmt::Debug for SetIdentifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SetIdentifier({self})")
    }
}

/// All fields, counts as they are meant (the words have them less one), and indexes from zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) set: SetIdentifier,
    pub(crate) extendable: bool,
    pub(crate) iteration_exponent: u8,
    pub(crate) group_index: u8,
    pub(crate) group_threshold: u8,
    pub(crate) group_count: u8,
    pub(crate) member_index: u8,
    pub(crate) member_threshold: u8,
}

impl Header {
    /// From the first words' numbers, whatever they are.
    pub(crate) fn from_words(words: [u16; HEADER_WORDS]) -> Self {
        let bits = words
            .into_iter()
            .fold(0, |bits: u64, word| bits << 10 | u64::from(word));
        let four = |shift: u32| ((bits >> shift) & 0xf) as u8;
        Self {
            set: SetIdentifier::from_number(((bits >> 25) & 0x7fff) as u16),
            extendable: (bits >> 24) & 1 == 1,
            iteration_exponent: four(20),
            group_index: four(16),
            group_threshold: four(12) + 1,
            group_count: four(8) + 1,
            member_index: four(4),
            member_threshold: four(0) + 1,
        }
    }

    /// The first words' numbers.
    pub(crate) fn to_words(self) -> [u16; HEADER_WORDS] {
        let fields = [
            self.iteration_exponent,
            self.group_index,
            self.group_threshold - 1,
            self.group_count - 1,
            self.member_index,
            self.member_threshold - 1,
        ];
        let beginning = u64::from(self.set.0) << 1 | u64::from(self.extendable);
        let bits = fields
            .into_iter()
            .fold(beginning, |bits, field| bits << 4 | u64::from(field));
        [30, 20, 10, 0].map(|shift| ((bits >> shift) & 0x3ff) as u16)
    }

    /// Whether there can be a set with such a share.
    pub(crate) fn is_possible(&self) -> bool {
        self.group_threshold <= self.group_count && self.group_index < self.group_count
    }

    /// Only what all shares of a set have in common.
    pub(crate) fn common(&self) -> Self {
        Self {
            group_index: 0,
            member_index: 0,
            member_threshold: 1,
            ..*self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_is_in_one_field() {
        for bit in 0..40 {
            let words = [30, 20, 10, 0].map(|shift| (((1_u64 << bit) >> shift) & 0x3ff) as u16);
            assert_eq!(Header::from_words(words).to_words(), words, "{bit}");
        }
    }

    #[test]
    fn a_set_is_printed_as_four_digits() {
        for (number, text) in [
            (0, "0000"),
            (0x1a2b, "1A2B"),
            (0x7fff, "7FFF"),
            (0x8001, "0001"),
        ] {
            assert_eq!(SetIdentifier::from_number(number).to_string(), text);
        }
    }

    #[test]
    fn a_set_with_fewer_groups_than_it_needs_or_names_is_impossible() {
        let cases = [
            ((0, 1, 1), true),
            ((3, 2, 4), true),
            ((0, 2, 1), false),
            ((4, 2, 4), false),
        ];
        for ((group_index, group_threshold, group_count), expected) in cases {
            let header = Header {
                group_index,
                group_threshold,
                group_count,
                ..Header::default()
            };
            assert_eq!(header.is_possible(), expected, "{header:?}");
        }
    }
}
