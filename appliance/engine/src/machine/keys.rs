//! What a key press means on each page.

use heirloom_format::{day_of_unix, unix_of_day};

use super::entry::{Entry, edit_secret};
use super::event::Command;
use super::keys_change::KeysPage;
use super::page::Page;
use super::{Effect, Machine};

pub(super) const DATE_CHARS_MAX: usize = 10;

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
            Page::NewPassphrase { purpose, choosing } => {
                self.press_new_passphrase(command, purpose, choosing)
            }
            Page::Keys(page) => self.press_keys(command, page),
            Page::SetUpDone { .. } if matches!(command, Command::Type('e' | 'E')) => {
                Page::Keys(KeysPage::scheme())
            }
            page @ (Page::SetUpDone { .. } | Page::SafeToUnplug { .. }) => {
                back_home_on(command, page)
            }
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
            Page::Prepare(page) => self.press_prepare(command, page),
            Page::Archiving { confirm_stop } => self.press_archiving(command, confirm_stop),
            page @ Page::Waiting => {
                if command == Command::Back {
                    self.end_round();
                    std::mem::replace(&mut self.page, Page::home())
                } else {
                    page
                }
            }
            Page::Ended(page) => self.press_ended(command, page),
            page @ (Page::DriveTrouble { .. } | Page::DrivePulled { .. }) => {
                back_home_on(command, page)
            }
            Page::Planning(planning) => self.press_recovery_plan(command, planning),
            Page::Reading(reading) => self.press_reading(command, reading),
            Page::Printing(page) => self.press_printing(command, page),
            Page::SheetCopy(page) => self.press_sheet_copy(command, page),
            Page::Audit(page) => self.press_audit(command, page),
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

pub(super) fn move_cursor(command: Command, cursor: usize, count: usize) -> usize {
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
