//! The secret that executors share: in one place that never moves, wiped when it is dropped, never printed.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The longest secret.
pub(crate) const SECRET_BYTES_MAX: usize = 32;
/// Two hexadecimal digits a byte.
const HEX_DIGITS_MAX: usize = 2 * SECRET_BYTES_MAX;

/// How long a secret is. The standard knows others; these two are what is in use, and a share with some words too many or too few is
/// never taken for one of another length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecretLength {
    /// Shares have 20 words. Nobody can guess so many bits, and every word more is one more to copy wrongly.
    #[default]
    Bits128,
    /// Shares have 33 words.
    Bits256,
}

impl SecretLength {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Bits128, Self::Bits256];

    /// The length in bytes.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Bits128 => 16,
            Self::Bits256 => SECRET_BYTES_MAX,
        }
    }
}

/// A secret, a share's part of one, or an intermediate. On the heap once, so that moving it copies nothing.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Value {
    bytes: Box<[u8; SECRET_BYTES_MAX]>,
    #[zeroize(skip)]
    length: SecretLength,
}

impl Value {
    pub(crate) fn zero(length: SecretLength) -> Self {
        Self {
            bytes: Box::new([0; SECRET_BYTES_MAX]),
            length,
        }
    }

    pub(crate) fn length(&self) -> SecretLength {
        self.length
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length.bytes()]
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.length.bytes()]
    }
}

impl PartialEq for Value {
    /// In a time that says nothing about where they differ.
    fn eq(&self, other: &Self) -> bool {
        self.bytes().ct_eq(other.bytes()).into()
    }
}

/// The bytes are neither 16 nor 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret to be shared has 16 or 32 bytes")]
pub struct SecretLengthError;

/// What any k of n shares give back. Its lowercase hexadecimal digits open the archive.
#[derive(Clone, PartialEq)]
pub struct MasterSecret(pub(crate) Value);

impl Eq for MasterSecret {}

impl MasterSecret {
    /// A new one. `random` fills what it is given with random bytes, as `getrandom::fill` does.
    ///
    /// # Errors
    /// What `random` fails with.
    pub fn random<E>(
        length: SecretLength,
        mut random: impl FnMut(&mut [u8]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut value = Value::zero(length);
        random(value.bytes_mut())?;
        Ok(Self(value))
    }

    /// One that is there already.
    ///
    /// # Errors
    /// When it has neither 16 nor 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SecretLengthError> {
        let fits = |length: &SecretLength| length.bytes() == bytes.len();
        let length = SecretLength::ALL.into_iter().find(fits);
        let mut value = Value::zero(length.ok_or(SecretLengthError)?);
        value.bytes_mut().copy_from_slice(bytes);
        Ok(Self(value))
    }

    /// How long it is.
    pub fn length(&self) -> SecretLength {
        self.0.length()
    }

    /// The bytes themselves.
    pub fn expose(&self) -> &[u8] {
        self.0.bytes()
    }

    /// In lowercase hexadecimal digits: what is typed into `cryptsetup` by hand, and what our own programs hand to it.
    pub fn to_hex(&self) -> HexSecret {
        let mut digits = Box::new([0; HEX_DIGITS_MAX]);
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0.bytes()) {
            pair[0] = hex_digit(byte >> 4);
            pair[1] = hex_digit(byte & 0xf);
        }
        HexSecret {
            digits,
            count: 2 * self.0.bytes().len(),
        }
    }
}

/// The digit of a number below 16, without a branch or a table.
const fn hex_digit(number: u8) -> u8 {
    let is_letter = (number + 6) >> 4;
    b'0' + number + is_letter * (b'a' - b'0' - 10)
}

impl fmt::Debug for MasterSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("MasterSecret(…)")
    }
}

/// A master secret in lowercase hexadecimal digits, 32 or 64 of them.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct HexSecret {
    digits: Box<[u8; HEX_DIGITS_MAX]>,
    #[zeroize(skip)]
    count: usize,
}

impl HexSecret {
    /// The digits, for the one place that hands them to what opens the archive. No line end follows them.
    pub fn expose(&self) -> &str {
        // Digits are ASCII: the conversion can't fail.
        std::str::from_utf8(&self.digits[..self.count]).unwrap_or_default()
    }
}

impl fmt::Debug for HexSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("HexSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_digits() {
        for byte in 0..=255_u8 {
            let secret = MasterSecret::from_bytes(&[byte; 16]).expect("16 bytes");
            assert_eq!(secret.to_hex().expose(), format!("{byte:02x}").repeat(16));
        }
        let secret = MasterSecret::from_bytes(&[0x0f; 32]).expect("32 bytes");
        assert_eq!(secret.to_hex().expose(), "0f".repeat(32));
    }

    #[test]
    fn other_lengths_are_refused() {
        for length in (0..70).filter(|length| ![16, 32].contains(length)) {
            let secret = MasterSecret::from_bytes(&vec![1; length]);
            assert_eq!(secret, Err(SecretLengthError), "{length}");
        }
    }

    #[test]
    fn secrets_of_other_lengths_or_bytes_differ() {
        let secret = |bytes: &[u8]| MasterSecret::from_bytes(bytes).expect("a length");
        assert_eq!(secret(&[7; 16]), secret(&[7; 16]));
        assert_ne!(secret(&[7; 16]), secret(&[7; 32]));
        for at in 0..16 {
            let mut other = [7; 16];
            other[at] = 6;
            assert_ne!(secret(&[7; 16]), secret(&other), "{at}");
        }
    }
}
