//! The words of one share, as numbers. The one way to print them is to ask for it.

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::checksum::CHECKSUM_WORDS;
use crate::header::HEADER_WORDS;
use crate::secret::{SECRET_BYTES_MAX, SecretLength, Value};
use crate::share::ShareError;
use crate::words::{LETTERS_MAX, number_of, word_of};

/// A word has so many bits.
const WORD_BITS: usize = 10;
/// Header and checksum.
const OTHER_WORDS: usize = HEADER_WORDS + CHECKSUM_WORDS;
/// The words of the longest share.
const WORDS_MAX: usize = OTHER_WORDS + (SECRET_BYTES_MAX * 8).div_ceil(WORD_BITS);

/// A share in words, 20 or 33 of them.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ShareWords {
    numbers: Box<[u16; WORDS_MAX]>,
    #[zeroize(skip)]
    count: usize,
}

impl ShareWords {
    /// The words, each for its place on a sheet.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'static str> {
        self.numbers().iter().map(|number| word_of(*number))
    }

    /// The words in one line, with one space between two.
    pub fn to_line(&self) -> Zeroizing<String> {
        // Of its final size from the beginning: a string that grows leaves copies.
        let mut line = Zeroizing::new(String::with_capacity(WORDS_MAX * (LETTERS_MAX + 1)));
        for word in self.iter() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        line
    }

    pub(crate) fn numbers(&self) -> &[u16] {
        &self.numbers[..self.count]
    }

    /// Reads what was typed or scanned. However long the text is, nothing is kept of it but a share's words.
    pub(crate) fn parse(text: &str) -> Result<Self, ShareError> {
        let mut words = Self {
            numbers: Box::new([0; WORDS_MAX]),
            count: 0,
        };
        let mut found = 0;
        for word in text
            .split_whitespace()
            .map(trim)
            .filter(|word| !word.is_empty())
        {
            if let Some(room) = words.numbers.get_mut(found) {
                let position = found + 1;
                *room = number_of(word).ok_or(ShareError::UnknownWord { position })?;
            }
            found += 1;
        }
        words.count = found.min(WORDS_MAX);
        match SecretLength::ALL
            .into_iter()
            .find(|length| word_count(*length) == found)
        {
            Some(_) => Ok(words),
            None => Err(ShareError::WordCount { found }),
        }
    }

    /// Of what length the secret is.
    pub(crate) fn length(&self) -> SecretLength {
        if self.count == WORDS_MAX {
            SecretLength::Bits256
        } else {
            SecretLength::Bits128
        }
    }

    /// The words of a value, between those of the header and of the checksum, which the caller fills in.
    pub(crate) fn of_value(value: &Value) -> Self {
        let mut words = Self {
            numbers: Box::new([0; WORDS_MAX]),
            count: word_count(value.length()),
        };
        let room = words.value_room_mut();
        // Zeros are put before the value's bits, so that they fill whole words.
        let mut bit_count = room.len() * WORD_BITS - value.bytes().len() * 8;
        let (mut bits, mut at) = (Zeroizing::new(0_u32), 0);
        for byte in value.bytes() {
            *bits = (*bits << 8 | u32::from(*byte)) & 0xf_ffff;
            bit_count += 8;
            if bit_count >= WORD_BITS {
                bit_count -= WORD_BITS;
                room[at] = ((*bits >> bit_count) & 0x3ff) as u16;
                at += 1;
            }
        }
        words
    }

    /// The value, if the bits before it are zero, as they must be.
    pub(crate) fn value(&self) -> Result<Value, ShareError> {
        let mut value = Value::zero(self.length());
        let room = &self.numbers()[HEADER_WORDS..self.count - CHECKSUM_WORDS];
        let padding = room.len() * WORD_BITS - value.bytes().len() * 8;
        if room[0] >> (WORD_BITS - padding) != 0 {
            return Err(ShareError::Padding);
        }
        let mut words = room.iter();
        // The padding is taken as zeros already read and handed out.
        let mut bits = Zeroizing::new(0_u32);
        let mut bit_count = 0;
        let mut skipped = padding;
        for byte in value.bytes_mut() {
            while bit_count < 8 {
                let word = words.next().copied().unwrap_or_default();
                *bits = (*bits << WORD_BITS | u32::from(word)) & 0xf_ffff;
                bit_count += WORD_BITS - skipped;
                skipped = 0;
            }
            bit_count -= 8;
            *byte = ((*bits >> bit_count) & 0xff) as u8;
        }
        Ok(value)
    }

    pub(crate) fn numbers_mut(&mut self) -> &mut [u16] {
        &mut self.numbers[..self.count]
    }

    fn value_room_mut(&mut self) -> &mut [u16] {
        &mut self.numbers[HEADER_WORDS..self.count - CHECKSUM_WORDS]
    }
}

/// How many words the shares of a secret have.
const fn word_count(length: SecretLength) -> usize {
    OTHER_WORDS + (length.bytes() * 8).div_ceil(WORD_BITS)
}

/// Without what is around a word on paper or in a file: a number, a point, a comma.
fn trim(text: &str) -> &str {
    text.trim_matches(|character: char| !character.is_alphabetic())
}
