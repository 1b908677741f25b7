//! What a key press means on each page.

use heirloom_format::{day_of_unix, unix_of_day};

use crate::Passphrase;
use crate::classify::{DeviceClass, DeviceId, Unfit, fit_for_archive};

use super::devices::Probe;
use super::entry::Entry;
use super::event::Command;
use super::page::Page;
use super::view::{Choice, NameRefusal, PassphraseRefusal, SetUpStep};
use super::{Effect, Machine};

/// The least length of a passphrase, in characters. A floor, not a judgement.
const PASSPHRASE_CHARS_MIN: usize = 8;
/// A LUKS2 label holds 47 bytes, and a name must be readable on the sheet.
const NAME_CHARS_MAX: usize = 32;
const NAME_BYTES_MAX: usize = 47;
const ERASE_CHARS_MAX: usize = 64;
const DATE_CHARS_MAX: usize = 10;

impl Machine {
    pub(super) fn press(&mut self, command: Command) {
        if self.help {
            self.help = false;
            return;
        }
        if command == Command::Help {
            self.help = true;
            return;
        }
        // Each arm puts the next page back; what falls out of a match stays where it was.
        let page = std::mem::replace(&mut self.page, Page::home());
        self.page = match page {
            Page::Layout {
                cursor, applying, ..
            } => self.press_layout(command, cursor, applying),
            Page::Date { entry, refused } => self.press_date(command, entry, refused),
            Page::Home { cursor, touched } => self.press_home(command, cursor, touched),
            page @ Page::CannotSetUp { .. } => back_home_on(command, page),
            Page::ConfirmErase {
                device,
                entry,
                refused,
            } => self.press_erase(command, device, entry, refused),
            Page::NameArchive {
                device,
                entry,
                refused,
            } => self.press_name(command, device, entry, refused),
            Page::NewPassphrase {
                device,
                name,
                typed,
                refused,
            } => press_new(command, device, name, typed, refused),
            Page::RepeatPassphrase {
                device,
                name,
                first,
                typed,
            } => self.press_repeat(command, device, name, first, typed),
            page @ Page::SetUpDone { .. } => back_home_on(command, page),
            Page::Unlock {
                target,
                mut typed,
                refused,
            } => match command {
                Command::Back => Page::home(),
                Command::Accept if !typed.is_empty() => {
                    self.effects.push_back(Effect::OpenArchive {
                        device: target.device.clone(),
                        partition: target.partition,
                        luks_uuid: target.luks_uuid.clone(),
                        passphrase: typed,
                    });
                    Page::Unlocking {
                        target,
                        since_ms: self.now.monotonic_ms,
                    }
                }
                command => {
                    let changed = edit_secret(&mut typed, command);
                    Page::Unlock {
                        target,
                        typed,
                        refused: refused && !changed,
                    }
                }
            },
            Page::Archiving { confirm_stop } => self.press_archiving(command, confirm_stop),
            page @ Page::Waiting { .. } => {
                if command == Command::Back {
                    self.run = None;
                }
                back_on(command, page)
            }
            Page::Report {
                source,
                report,
                sheet_written,
                scroll,
            } => match command {
                Command::Accept | Command::Back => Page::home(),
                command => {
                    let lines = report.problems.len() + report.differences.len();
                    let scroll = move_cursor(command, scroll, lines);
                    Page::Report {
                        source,
                        report,
                        sheet_written,
                        scroll,
                    }
                }
            },
            page @ (Page::RunTrouble { .. } | Page::DriveTrouble { .. }) => {
                back_home_on(command, page)
            }
            page @ Page::DrivePulled { .. } => back_home_on(command, page),
            Page::ConfirmPowerOff => match command {
                Command::Accept => {
                    // Closing is answered even when nothing is open, so that there is one way off.
                    self.effects.push_back(Effect::CloseArchive);
                    Page::Closing { powering_off: true }
                }
                command => back_on(command, Page::ConfirmPowerOff),
            },
            page @ (Page::SettingUp { .. } | Page::Unlocking { .. } | Page::Closing { .. }) => page,
        };
    }

    fn press_layout(&mut self, command: Command, cursor: usize, applying: bool) -> Page {
        if applying {
            return Page::Layout {
                cursor,
                applying,
                refused: false,
            };
        }
        if command == Command::Accept {
            let code = self.setting.layouts[cursor].code.clone();
            self.effects.push_back(Effect::ApplyLayout { code });
            return Page::Layout {
                cursor,
                applying: true,
                refused: false,
            };
        }
        let layouts = &self.setting.layouts;
        let cursor = match command {
            // The first letter jumps to the next layout that begins with it.
            Command::Type(letter) => (1..=layouts.len())
                .map(|step| (cursor + step) % layouts.len())
                .find(|index| {
                    layouts[*index]
                        .name
                        .chars()
                        .next()
                        .is_some_and(|first| first.eq_ignore_ascii_case(&letter))
                })
                .unwrap_or(cursor),
            command => move_cursor(command, cursor, layouts.len()),
        };
        Page::Layout {
            cursor,
            applying,
            refused: false,
        }
    }

    fn press_date(&mut self, command: Command, mut entry: Entry, refused: bool) -> Page {
        if command != Command::Accept {
            let changed = entry.edit(command, DATE_CHARS_MAX);
            return Page::Date {
                entry,
                refused: refused && !changed,
            };
        }
        // Noon, so that the day is right whichever zone the clock is read in.
        let noon = unix_of_day(entry.text()).map(|start| start + 12 * 3_600);
        let last_date = self
            .archive
            .as_ref()
            .and_then(|archive| archive.last_date.clone());
        match noon {
            Some(unix_s)
                if day_of_unix(unix_s) >= day_of_unix(self.setting.built_unix_s)
                    && last_date.is_none_or(|last| day_of_unix(unix_s) >= last) =>
            {
                self.effects.push_back(Effect::SetClock { unix_s });
                Page::home()
            }
            _ => Page::Date {
                entry,
                refused: true,
            },
        }
    }

    fn press_home(&mut self, command: Command, cursor: usize, touched: bool) -> Page {
        let choices = self.choices();
        let cursor = cursor.min(choices.len() - 1);
        if command != Command::Accept {
            let moved = move_cursor(command, cursor, choices.len());
            return Page::Home {
                cursor: moved,
                touched: touched || moved != cursor,
            };
        }
        let (choice, device) = &choices[cursor];
        let stay = Page::Home { cursor, touched };
        match (choice, device) {
            (Choice::Archive { .. }, Some(device)) => {
                self.begin_run(device);
                if self.run.is_some() {
                    Page::Archiving {
                        confirm_stop: false,
                    }
                } else {
                    stay
                }
            }
            (Choice::Open { .. }, Some(device)) => match self.target(device) {
                Some(target) => Page::Unlock {
                    target,
                    typed: Passphrase::new(),
                    refused: false,
                },
                None => stay,
            },
            (Choice::SetUp(disk), Some(device)) => {
                let device = device.clone();
                let fit = self
                    .devices
                    .get(&device)
                    .map_or(Err(Unfit::NotOffered), |known| {
                        fit_for_archive(&known.facts)
                    });
                let empty = disk.contents.is_empty() && disk.partitions == 0;
                match fit {
                    Err(_) => Page::CannotSetUp { device },
                    Ok(()) if empty => Page::NameArchive {
                        device,
                        entry: Entry::default(),
                        refused: None,
                    },
                    Ok(()) => Page::ConfirmErase {
                        device,
                        entry: Entry::default(),
                        refused: false,
                    },
                }
            }
            (Choice::Close { .. }, _) => {
                self.effects.push_back(Effect::CloseArchive);
                Page::Closing {
                    powering_off: false,
                }
            }
            (Choice::PowerOff, _) => Page::ConfirmPowerOff,
            _ => stay,
        }
    }

    /// What can be done now, with the device that each choice is about. Never empty.
    pub(super) fn choices(&self) -> Vec<(Choice, Option<DeviceId>)> {
        let mut choices = Vec::new();
        let open = self.archive.as_ref();
        for device in self.devices.iter() {
            if matches!(device.probe, Probe::Ready(_)) && open.is_some() {
                choices.push((
                    Choice::Archive {
                        source: device.name(),
                    },
                    Some(device.facts.id.clone()),
                ));
            }
        }
        if let Some(archive) = open {
            choices.push((
                Choice::Close {
                    name: archive.name.clone(),
                },
                None,
            ));
        } else {
            for device in self.devices.iter() {
                if let DeviceClass::ArchiveDrive { .. } = device.class {
                    choices.push((
                        Choice::Open {
                            name: device.name(),
                        },
                        Some(device.facts.id.clone()),
                    ));
                }
            }
            for device in self.devices.iter() {
                let offered = !matches!(
                    fit_for_archive(&device.facts),
                    Err(Unfit::NotOffered | Unfit::AlreadyAnArchive)
                );
                if let Some(disk) = device.disk().filter(|_| offered) {
                    choices.push((Choice::SetUp(disk), Some(device.facts.id.clone())));
                }
            }
        }
        choices.push((Choice::PowerOff, None));
        choices
    }

    fn press_erase(
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

    fn press_name(
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

    fn press_repeat(
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
                self.effects.push_back(Effect::SetUpDrive {
                    device,
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

    fn press_archiving(&mut self, command: Command, confirm_stop: bool) -> Page {
        let stopping = self.run.as_ref().is_some_and(|run| run.stopping);
        match (command, confirm_stop) {
            (Command::Accept, true) => {
                if let Some(run) = &mut self.run {
                    run.stopping = true;
                    self.effects.push_back(Effect::StopRun);
                }
                Page::Archiving {
                    confirm_stop: false,
                }
            }
            (Command::Back, asked) => Page::Archiving {
                confirm_stop: !asked && !stopping,
            },
            (_, asked) => Page::Archiving {
                confirm_stop: asked,
            },
        }
    }
}

fn press_new(
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

fn edit_secret(secret: &mut Passphrase, command: Command) -> bool {
    match command {
        Command::Type(character) if !character.is_control() => secret.push(character),
        Command::Erase => {
            secret.pop();
            true
        }
        _ => false,
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

fn move_cursor(command: Command, cursor: usize, count: usize) -> usize {
    let last = count.saturating_sub(1);
    match command {
        Command::Up => cursor.saturating_sub(1),
        Command::Down => (cursor + 1).min(last),
        Command::PageUp => cursor.saturating_sub(10),
        Command::PageDown => (cursor + 10).min(last),
        _ => cursor,
    }
}

fn back_home_on(command: Command, page: Page) -> Page {
    if matches!(command, Command::Accept | Command::Back) {
        Page::home()
    } else {
        page
    }
}

fn back_on(command: Command, page: Page) -> Page {
    if command == Command::Back {
        Page::home()
    } else {
        page
    }
}
