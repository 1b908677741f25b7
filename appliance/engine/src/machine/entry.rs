//! A line that is being typed.

use crate::Passphrase;

use super::event::Command;

/// A line of visible text, bounded.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    text: String,
}

impl Entry {
    /// A line that has text already.
    pub(super) fn of(text: &str) -> Self {
        Self {
            text: text.to_owned(),
        }
    }

    /// Takes an editing command; whether the text changed.
    pub(super) fn edit(&mut self, command: Command, chars_max: usize) -> bool {
        match command {
            Command::Type(character)
                if !character.is_control() && self.text.chars().count() < chars_max =>
            {
                self.text.push(character);
                true
            }
            Command::Erase => self.text.pop().is_some(),
            _ => false,
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// The same for a secret: it is edited where it lies, and never copied.
pub(super) fn edit_secret(secret: &mut Passphrase, command: Command) -> bool {
    match command {
        Command::Type(character) if !character.is_control() => secret.push(character),
        Command::Erase => {
            secret.pop();
            true
        }
        _ => false,
    }
}
