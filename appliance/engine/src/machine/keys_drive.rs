//! Setting up a drive: its name typed before it is erased, a name for the archive, a passphrase typed twice.

use crate::Passphrase;
use crate::device::DeviceId;

use super::entry::{Entry, edit_secret};
use super::event::Command;
use super::page::Page;
use super::view::{NameRefusal, PassphraseRefusal, SetUpStep};
use super::{Effect, Machine};

/// The least length of a passphrase, in characters. A floor, not a judgement.
const PASSPHRASE_CHARS_MIN: usize = 8;
/// A LUKS2 label holds 47 bytes, and a name must be readable on the sheet.
const NAME_CHARS_MAX: usize = 32;
const NAME_BYTES_MAX: usize = 47;
const ERASE_CHARS_MAX: usize = 64;

impl Machine {
    pub(super) fn press_erase(
        &mut self,
        command: Command,
        device: DeviceId,
        mut entry: Entry,
        refused: bool,
    ) -> Page {
        match command {
            Command::Back => Page::home(),
            Command::Accept => {
                let name = self
                    .devices
                    .get(&device)
                    .and_then(|known| known.disk())
                    .map(|disk| disk.name);
                if name.is_some_and(|name| same_words(&name, entry.text())) {
                    Page::NameArchive {
                        device,
                        entry: Entry::default(),
                        refused: None,
                    }
                } else {
                    Page::ConfirmErase {
                        device,
                        entry,
                        refused: true,
                    }
                }
            }
            command => {
                let changed = entry.edit(command, ERASE_CHARS_MAX);
                Page::ConfirmErase {
                    device,
                    entry,
                    refused: refused && !changed,
                }
            }
        }
    }

    pub(super) fn press_name(
        &mut self,
        command: Command,
        device: DeviceId,
        mut entry: Entry,
        refused: Option<NameRefusal>,
    ) -> Page {
        match command {
            Command::Back => Page::home(),
            Command::Accept => {
                let name = entry.text().trim().to_owned();
                match refuse_name(&name) {
                    Some(refusal) => Page::NameArchive {
                        device,
                        entry,
                        refused: Some(refusal),
                    },
                    None => Page::NewPassphrase {
                        device,
                        name,
                        typed: Passphrase::new(),
                        refused: None,
                    },
                }
            }
            command => {
                let changed = entry.edit(command, NAME_CHARS_MAX);
                Page::NameArchive {
                    device,
                    entry,
                    refused: refused.filter(|_| !changed),
                }
            }
        }
    }

    pub(super) fn press_repeat(
        &mut self,
        command: Command,
        device: DeviceId,
        name: String,
        first: Passphrase,
        mut typed: Passphrase,
    ) -> Page {
        match command {
            Command::Back => Page::NewPassphrase {
                device,
                name,
                typed: Passphrase::new(),
                refused: None,
            },
            Command::Accept if typed == first => {
                let Some(known) = self.devices.get(&device) else {
                    return Page::home();
                };
                self.effects.push_back(Effect::SetUpDrive {
                    disk: known.facts.clone(),
                    name: name.clone(),
                    passphrase: typed,
                });
                Page::SettingUp {
                    name,
                    step: SetUpStep::Partitioning,
                    since_ms: self.now.monotonic_ms,
                }
            }
            Command::Accept => {
                let refused = Some(PassphraseRefusal::Differ);
                Page::NewPassphrase {
                    device,
                    name,
                    typed: Passphrase::new(),
                    refused,
                }
            }
            command => {
                edit_secret(&mut typed, command);
                Page::RepeatPassphrase {
                    device,
                    name,
                    first,
                    typed,
                }
            }
        }
    }
}

pub(super) fn press_new(
    command: Command,
    device: DeviceId,
    name: String,
    mut typed: Passphrase,
    refused: Option<PassphraseRefusal>,
) -> Page {
    match command {
        Command::Back => Page::home(),
        Command::Accept if typed.char_count() < PASSPHRASE_CHARS_MIN => {
            let refused = Some(PassphraseRefusal::TooShort {
                least_chars: PASSPHRASE_CHARS_MIN,
            });
            Page::NewPassphrase {
                device,
                name,
                typed,
                refused,
            }
        }
        Command::Accept => Page::RepeatPassphrase {
            device,
            name,
            first: typed,
            typed: Passphrase::new(),
        },
        command => {
            let changed = edit_secret(&mut typed, command);
            Page::NewPassphrase {
                device,
                name,
                typed,
                refused: refused.filter(|_| !changed),
            }
        }
    }
}

fn refuse_name(name: &str) -> Option<NameRefusal> {
    if name.is_empty() {
        Some(NameRefusal::Empty)
    } else if name.len() > NAME_BYTES_MAX || name.contains(['/', '\\', '"', '\'', '$', '`']) {
        Some(NameRefusal::Unusable)
    } else {
        None
    }
}

/// Upper or lower case and the number of spaces don't matter: what is asked for is attention, not spelling.
fn same_words(expected: &str, typed: &str) -> bool {
    expected
        .split_whitespace()
        .map(str::to_lowercase)
        .eq(typed.split_whitespace().map(str::to_lowercase))
}
