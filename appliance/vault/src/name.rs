//! Text out of a header, made fit to be shown: short, and without control characters.

use std::fmt;

/// How much of a text is kept. The longest field of a header, its label, has 48 bytes.
const CHARACTERS_MAX: usize = 64;

/// A text that a header states, such as a cipher's name. What would disturb a terminal is replaced, and what is too long is cut.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Box<str>);

impl Name {
    pub(crate) fn new(text: &str) -> Self {
        let shown = |character: char| match character {
            character if character.is_control() => char::REPLACEMENT_CHARACTER,
            character => character,
        };
        let kept: String = text.chars().take(CHARACTERS_MAX).map(shown).collect();
        Self(kept.into())
    }

    /// A field of fixed length that ends at its first zero byte.
    pub(crate) fn from_field(field: &[u8]) -> Self {
        let text = field.split(|byte| *byte == 0).next().unwrap_or_default();
        Self::new(&String::from_utf8_lossy(text))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_disturb_a_terminal_is_replaced() {
        let cases: [(&[u8], &str); 4] = [
            (b"aes-xts-plain64\0garbage", "aes-xts-plain64"),
            (b"", ""),
            (b"\x1b[2Jlabel\0", "\u{fffd}[2Jlabel"),
            ("Großmutter".as_bytes(), "Großmutter"),
        ];
        for (field, shown) in cases {
            assert_eq!(Name::from_field(field).as_str(), shown);
        }
        assert_eq!(Name::new(&"x".repeat(1000)).as_str().len(), CHARACTERS_MAX);
    }
}
