//! Setting up a drive: its name typed before it is erased, a name for the archive; its passphrase is chosen in `keys_change/choosing.rs`.

use crate::device::DeviceId;

use super::Machine;
use super::entry::Entry;
use super::event::Command;
use super::keys_change::{Choosing, Purpose};
use super::page::Page;
use super::view::NameRefusal;

/// A LUKS2 label holds 47 bytes, and a name must be readable on the sheet.
const NAME_CHARS_MAX: usize = 32;
const NAME_BYTES_MAX: usize = 47;
pub(super) const ERASE_CHARS_MAX: usize = 64;

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
                        purpose: Purpose::SetUp { device, name },
                        choosing: Choosing::begin(),
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
pub(super) fn same_words(expected: &str, typed: &str) -> bool {
    expected
        .split_whitespace()
        .map(str::to_lowercase)
        .eq(typed.split_whitespace().map(str::to_lowercase))
}
