//! Another passphrase for the open archive: the one of now, then the new one.

use crate::Passphrase;
use crate::machine::entry::edit_secret;
use crate::machine::event::Command;
use crate::machine::page::Page;
use crate::machine::{Effect, Machine};

use super::choosing::{Choosing, Purpose};
use super::page::KeysPage;
use super::port::KeysEffect;

impl Machine {
    pub(super) fn press_old(
        &mut self,
        command: Command,
        mut typed: Passphrase,
        refused: bool,
        new: Option<Passphrase>,
    ) -> Page {
        match (command, new) {
            (Command::Back, _) => Page::home(),
            (Command::Accept, new) if typed.is_empty() => Page::Keys(KeysPage::OldPassphrase {
                typed,
                refused,
                new,
            }),
            (Command::Accept, Some(new)) => self.change_passphrase(typed, new),
            (Command::Accept, None) => Page::NewPassphrase {
                purpose: Purpose::Change { old: typed },
                choosing: Choosing::begin(),
            },
            (command, new) => {
                let changed = edit_secret(&mut typed, command);
                Page::Keys(KeysPage::OldPassphrase {
                    typed,
                    refused: refused && !changed,
                    new,
                })
            }
        }
    }

    pub(super) fn change_passphrase(&mut self, old: Passphrase, new: Passphrase) -> Page {
        let effect = KeysEffect::ChangePassphrase {
            old,
            new: new.clone(),
        };
        self.effects.push_back(Effect::Keys(effect));
        Page::Keys(KeysPage::Changing {
            new,
            since_ms: self.now.monotonic_ms,
        })
    }
}
