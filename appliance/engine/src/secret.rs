//! A passphrase: in one place that never moves or grows, wiped when it is dropped, never printed.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// The longest passphrase, in bytes of UTF-8. `cryptsetup` reads up to 512 from a terminal.
pub const PASSPHRASE_BYTES_MAX: usize = 256;

/// What the owner types. On the heap once, so that moving the value copies no secret.
#[derive(Clone, Zeroize, ZeroizeOnDrop, PartialEq, Eq)]
pub struct Passphrase(Box<heapless::String<PASSPHRASE_BYTES_MAX>>);

impl Passphrase {
    /// An empty one, to be typed into.
    pub fn new() -> Self {
        Self(Box::new(heapless::String::new()))
    }

    /// Appends a character; `false` when there is no room for it.
    pub fn push(&mut self, character: char) -> bool {
        self.0.push(character).is_ok()
    }

    /// Removes the last character.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// How many characters were typed.
    pub fn char_count(&self) -> usize {
        self.0.chars().count()
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The secret itself, for the one place that hands it to `cryptsetup`.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Default for Passphrase {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Passphrase(…)")
    }
}
