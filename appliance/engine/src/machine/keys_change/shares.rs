//! Shares for executors: how many, whose, written down, read back, and only then in force.

use heirloom_shares::{SHARES_MAX, Scheme, Share};

use crate::Passphrase;
use crate::machine::entry::{Entry, edit_secret};
use crate::machine::event::{Command, DriveError};
use crate::machine::keys::move_cursor;
use crate::machine::page::Page;
use crate::machine::{Effect, Machine};

use super::page::{Ceremony, KeysPage, Plan};
use super::port::KeysEffect;
use super::read_back::{ReadBack, chance_for};
use super::view::SchemeChoice;

/// A name must be readable on one line of the screen and of the sheet.
const EXECUTOR_CHARS_MAX: usize = 32;
/// 16 is the most.
const NUMBER_CHARS_MAX: usize = 2;

/// What most families want comes first.
pub(super) fn scheme_choices() -> Vec<SchemeChoice> {
    let usual = [(2, 3), (3, 5), (2, 2)];
    let schemes = usual.into_iter().filter_map(|(needed, made)| {
        let scheme = Scheme::new(needed, made).ok()?;
        Some(SchemeChoice::Of(scheme))
    });
    schemes.chain([SchemeChoice::Own]).collect()
}

impl Ceremony {
    /// The share that is shown or read back.
    pub(super) fn share(&self) -> Option<&Share> {
        self.new.shares.get(self.at)
    }

    fn read_back(mut self) -> KeysPage {
        let chance = chance_for(self.new.asked_by_chance, self.at, self.times_asked);
        self.times_asked += 1;
        match self.share().map(|share| ReadBack::of(share, chance)) {
            Some(read_back) => KeysPage::ReadBack(self, read_back),
            None => KeysPage::Share(self),
        }
    }
}

impl Machine {
    pub(in crate::machine) fn press_keys(&mut self, command: Command, page: KeysPage) -> Page {
        Page::Keys(match page {
            KeysPage::Scheme { cursor } => return self.press_scheme(command, cursor),
            KeysPage::OwnMade { entry, refused } => press_own_made(command, entry, refused),
            KeysPage::OwnNeeded {
                made,
                entry,
                refused,
            } => self.press_own_needed(command, made, entry, refused),
            KeysPage::ExecutorName { plan, entry } => self.press_name_of(command, plan, entry),
            KeysPage::Share(ceremony) => match command {
                Command::Accept => ceremony.read_back(),
                Command::Back => KeysPage::ConfirmLeave(ceremony),
                _ => KeysPage::Share(ceremony),
            },
            KeysPage::ReadBack(ceremony, read_back) => {
                self.press_read_back(command, ceremony, read_back)
            }
            KeysPage::ConfirmLeave(ceremony) => match command {
                Command::Accept => return Page::home(),
                Command::Back => KeysPage::Share(ceremony),
                _ => KeysPage::ConfirmLeave(ceremony),
            },
            KeysPage::SettingFailed(ceremony, error) => match command {
                Command::Accept => self.set_executors(ceremony),
                Command::Back => return Page::home(),
                _ => KeysPage::SettingFailed(ceremony, error),
            },
            page @ (KeysPage::MakingFailed(_)
            | KeysPage::SharesDone { .. }
            | KeysPage::ChangeFailed(_)
            | KeysPage::PassphraseChanged) => {
                if matches!(command, Command::Accept | Command::Back) {
                    return Page::home();
                }
                page
            }
            KeysPage::OldPassphrase {
                typed,
                refused,
                new,
            } => return self.press_old(command, typed, refused, new),
            page @ (KeysPage::Making(_) | KeysPage::Setting { .. } | KeysPage::Changing { .. }) => {
                page
            }
        })
    }

    fn press_scheme(&mut self, command: Command, cursor: usize) -> Page {
        let choices = scheme_choices();
        let cursor = move_cursor(command, cursor, choices.len());
        Page::Keys(match (command, choices.get(cursor)) {
            (Command::Back, _) => return Page::home(),
            (Command::Accept, Some(SchemeChoice::Of(scheme))) => self.ask_for_names(*scheme),
            (Command::Accept, Some(SchemeChoice::Own)) => KeysPage::OwnMade {
                entry: Entry::default(),
                refused: false,
            },
            _ => KeysPage::Scheme { cursor },
        })
    }

    fn press_own_needed(
        &mut self,
        command: Command,
        made: u8,
        mut entry: Entry,
        refused: bool,
    ) -> KeysPage {
        let typed: Option<u8> = entry.text().trim().parse().ok();
        let scheme = typed.and_then(|needed| Scheme::new(needed, made).ok());
        match (command, scheme) {
            (Command::Back, _) => KeysPage::OwnMade {
                entry: Entry::default(),
                refused: false,
            },
            (Command::Accept, Some(scheme)) => self.ask_for_names(scheme),
            (Command::Accept, None) => KeysPage::OwnNeeded {
                made,
                entry,
                refused: true,
            },
            (command, _) => {
                let changed = entry.edit(command, NUMBER_CHARS_MAX);
                KeysPage::OwnNeeded {
                    made,
                    entry,
                    refused: refused && !changed,
                }
            }
        }
    }

    fn ask_for_names(&self, scheme: Scheme) -> KeysPage {
        let plan = Plan {
            scheme,
            executors: Vec::new(),
            renewal: self.has_executors(),
        };
        KeysPage::ExecutorName {
            plan,
            entry: Entry::default(),
        }
    }

    fn press_name_of(&mut self, command: Command, mut plan: Plan, mut entry: Entry) -> KeysPage {
        match command {
            Command::Back => match plan.executors.pop() {
                Some(before) => KeysPage::ExecutorName {
                    plan,
                    entry: Entry::of(&before),
                },
                None => KeysPage::scheme(),
            },
            Command::Accept => {
                plan.executors.push(entry.text().trim().to_owned());
                if plan.executors.len() < usize::from(plan.scheme.made()) {
                    return KeysPage::ExecutorName {
                        plan,
                        entry: Entry::default(),
                    };
                }
                let effect = KeysEffect::MakeShares(plan.scheme);
                self.effects.push_back(Effect::Keys(effect));
                KeysPage::Making(plan)
            }
            command => {
                entry.edit(command, EXECUTOR_CHARS_MAX);
                KeysPage::ExecutorName { plan, entry }
            }
        }
    }

    fn press_read_back(
        &mut self,
        command: Command,
        mut ceremony: Ceremony,
        mut read_back: ReadBack,
    ) -> KeysPage {
        match command {
            Command::Back => return KeysPage::Share(ceremony),
            Command::Accept if !read_back.typed.is_empty() => {
                let is_done = ceremony.share().is_some_and(|it| read_back.answer(it));
                if is_done && ceremony.at + 1 < ceremony.new.shares.len() {
                    ceremony.at += 1;
                    return KeysPage::Share(ceremony);
                } else if is_done {
                    return self.set_executors(ceremony);
                }
            }
            command => {
                if edit_secret(&mut read_back.typed, command) {
                    read_back.refused = None;
                }
            }
        }
        KeysPage::ReadBack(ceremony, read_back)
    }

    fn set_executors(&mut self, ceremony: Ceremony) -> KeysPage {
        let mut secret = Passphrase::new();
        for digit in ceremony.new.secret.to_hex().expose().chars() {
            // At most 64 digits, and there is room for 256.
            secret.push(digit);
        }
        let effect = KeysEffect::SetExecutors(secret);
        self.effects.push_back(Effect::Keys(effect));
        KeysPage::Setting {
            ceremony,
            since_ms: self.now.monotonic_ms,
        }
    }

    pub(super) fn executors_set(
        &mut self,
        page: KeysPage,
        outcome: Result<(), DriveError>,
    ) -> Page {
        if outcome.is_ok()
            && let Some(archive) = &mut self.archive
        {
            archive.has_executors = true;
        }
        Page::Keys(match (page, outcome) {
            (KeysPage::Setting { ceremony, .. }, Ok(())) => KeysPage::SharesDone {
                scheme: ceremony.plan.scheme,
                renewal: ceremony.plan.renewal,
            },
            (KeysPage::Setting { ceremony, .. }, Err(error)) => {
                KeysPage::SettingFailed(ceremony, error)
            }
            (page, _) => page,
        })
    }
}

fn press_own_made(command: Command, mut entry: Entry, refused: bool) -> KeysPage {
    let typed: Option<u8> = entry.text().trim().parse().ok();
    match (command, typed) {
        (Command::Back, _) => KeysPage::scheme(),
        (Command::Accept, Some(made)) if (2..=SHARES_MAX).contains(&made) => KeysPage::OwnNeeded {
            made,
            entry: Entry::default(),
            refused: false,
        },
        (Command::Accept, _) => KeysPage::OwnMade {
            entry,
            refused: true,
        },
        (command, _) => {
            let changed = entry.edit(command, NUMBER_CHARS_MAX);
            KeysPage::OwnMade {
                entry,
                refused: refused && !changed,
            }
        }
    }
}
