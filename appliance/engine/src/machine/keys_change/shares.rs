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

    pub(super) fn read_back(mut self) -> KeysPage {
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
            KeysPage::ExecutorName {
                plan,
                entry,
                is_proposed,
            } => self.press_name_of(command, plan, entry, is_proposed),
            KeysPage::Paper(ceremony, step) => self.press_paper(command, ceremony, step),
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
                Command::Back => self.back_to_share(ceremony),
                _ => KeysPage::ConfirmLeave(ceremony),
            },
            KeysPage::SettingFailed(ceremony, error) => match command {
                Command::Accept => self.set_executors(ceremony),
                Command::Back => return Page::home(),
                _ => KeysPage::SettingFailed(ceremony, error),
            },
            KeysPage::SharesDone {
                scheme,
                renewal,
                not_read_back,
                recorded,
            } => {
                let recorded = match self.press_shares_done(command, recorded) {
                    Some(recorded) => recorded,
                    None => return Page::home(),
                };
                KeysPage::SharesDone {
                    scheme,
                    renewal,
                    not_read_back,
                    recorded,
                }
            }
            page @ (KeysPage::MakingFailed(_)
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
        self.ask_for_next_name(plan)
    }

    /// With the name of the next executor of the plan, where there is one.
    fn ask_for_next_name(&self, plan: Plan) -> KeysPage {
        let proposed = self
            .executors_to_propose(&plan.executors)
            .into_iter()
            .next();
        KeysPage::ExecutorName {
            plan,
            is_proposed: proposed.is_some(),
            entry: proposed.map_or_else(Entry::default, |name| Entry::of(&name)),
        }
    }

    fn press_name_of(
        &mut self,
        command: Command,
        mut plan: Plan,
        mut entry: Entry,
        is_proposed: bool,
    ) -> KeysPage {
        match command {
            Command::Back => match plan.executors.pop() {
                Some(before) => KeysPage::ExecutorName {
                    plan,
                    entry: Entry::of(&before),
                    is_proposed: false,
                },
                None => KeysPage::scheme(),
            },
            Command::Accept => {
                plan.executors.push(entry.text().trim().to_owned());
                if plan.executors.len() < usize::from(plan.scheme.made()) {
                    return self.ask_for_next_name(plan);
                }
                let effect = KeysEffect::MakeShares(plan.scheme);
                self.effects.push_back(Effect::Keys(effect));
                KeysPage::Making(plan)
            }
            Command::Suggest => {
                let names = self.executors_to_propose(&plan.executors);
                let at = names.iter().position(|name| name == entry.text());
                let next = names.get(at.map_or(0, |at| at + 1)).or(names.first());
                KeysPage::ExecutorName {
                    is_proposed: is_proposed || next.is_some(),
                    entry: next.map_or(entry, |name| Entry::of(name)),
                    plan,
                }
            }
            command => {
                if is_proposed && matches!(command, Command::Type(_) | Command::Erase) {
                    entry = Entry::default();
                }
                let is_edit = entry.edit(command, EXECUTOR_CHARS_MAX) || command == Command::Erase;
                KeysPage::ExecutorName {
                    plan,
                    entry,
                    is_proposed: is_proposed && !is_edit,
                }
            }
        }
    }

    fn press_read_back(
        &mut self,
        command: Command,
        ceremony: Ceremony,
        mut read_back: ReadBack,
    ) -> KeysPage {
        match command {
            Command::Back => return self.back_to_share(ceremony),
            Command::Accept if !read_back.typed.is_empty() => {
                let is_done = ceremony.share().is_some_and(|it| read_back.answer(it));
                if is_done {
                    return self.share_is_done(ceremony, true);
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

    pub(super) fn set_executors(&mut self, ceremony: Ceremony) -> KeysPage {
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
            (KeysPage::Setting { ceremony, .. }, Ok(())) => {
                let Plan {
                    scheme,
                    executors,
                    renewal,
                } = ceremony.plan;
                let not_read_back = ceremony
                    .done
                    .iter()
                    .filter(|(_, is_read_back)| !is_read_back);
                KeysPage::SharesDone {
                    scheme,
                    renewal,
                    not_read_back: not_read_back.count(),
                    recorded: self.note_shares(scheme, &executors, &ceremony.done),
                }
            }
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
