//! A new passphrase: thought of and judged, or made of words; then typed once more.

use crate::Passphrase;
use crate::device::DeviceId;
use crate::machine::entry::edit_secret;
use crate::machine::event::{Command, DriveError};
use crate::machine::page::Page;
use crate::machine::view::{PassphraseRefusal, SetUpStep};
use crate::machine::{Effect, Machine};

use super::judge;
use super::page::KeysPage;
use super::port::KeysEffect;

/// The least length of a passphrase, in characters. A floor below the judgement.
const PASSPHRASE_CHARS_MIN: usize = 8;

/// What the passphrase is for.
#[derive(Debug)]
pub(in crate::machine) enum Purpose {
    SetUp { device: DeviceId, name: String },
    Change { old: Passphrase },
}

/// How far the person is with it.
#[derive(Debug)]
pub(in crate::machine) enum Choosing {
    Typing {
        typed: Passphrase,
        refused: Option<PassphraseRefusal>,
    },
    /// Words are being drawn.
    Proposing,
    /// To be written down; then it is typed once.
    Proposed { words: Passphrase, mistyped: bool },
    Repeating {
        first: Passphrase,
        typed: Passphrase,
        was_proposed: bool,
    },
}

/// What a key press led to.
enum Step {
    Still(Choosing),
    /// Back to what was before.
    Left,
    WantsProposal,
    Chosen(Passphrase),
}

impl Choosing {
    pub(in crate::machine) fn begin() -> Self {
        Self::Typing {
            typed: Passphrase::new(),
            refused: None,
        }
    }

    fn refused(refusal: PassphraseRefusal) -> Self {
        Self::Typing {
            typed: Passphrase::new(),
            refused: Some(refusal),
        }
    }

    pub(super) fn proposed(self, outcome: Result<Passphrase, DriveError>) -> Self {
        match (self, outcome) {
            (Self::Proposing, Ok(words)) => Self::Proposed {
                words,
                mistyped: false,
            },
            (Self::Proposing, Err(_)) => Self::refused(PassphraseRefusal::NoProposal),
            (other, _) => other,
        }
    }

    fn press(
        self,
        command: Command,
        judge: impl FnOnce(&Passphrase) -> Option<PassphraseRefusal>,
    ) -> Step {
        match self {
            Self::Typing { typed, refused } => press_typing(command, typed, refused, judge),
            Self::Proposing if command == Command::Back => Step::Still(Self::begin()),
            Self::Proposing => Step::Still(Self::Proposing),
            Self::Proposed { words, mistyped } => match command {
                Command::Back => Step::Still(Self::begin()),
                Command::Suggest => Step::WantsProposal,
                Command::Accept => Step::Still(Self::Repeating {
                    first: words,
                    typed: Passphrase::new(),
                    was_proposed: true,
                }),
                _ => Step::Still(Self::Proposed { words, mistyped }),
            },
            Self::Repeating {
                first,
                typed,
                was_proposed,
            } => press_repeating(command, first, typed, was_proposed),
        }
    }
}

fn press_typing(
    command: Command,
    mut typed: Passphrase,
    refused: Option<PassphraseRefusal>,
    judge: impl FnOnce(&Passphrase) -> Option<PassphraseRefusal>,
) -> Step {
    match command {
        Command::Back => Step::Left,
        Command::Suggest => Step::WantsProposal,
        Command::Accept => Step::Still(match judge(&typed) {
            Some(refusal) => Choosing::Typing {
                typed,
                refused: Some(refusal),
            },
            None => Choosing::Repeating {
                first: typed,
                typed: Passphrase::new(),
                was_proposed: false,
            },
        }),
        command => {
            let changed = edit_secret(&mut typed, command);
            Step::Still(Choosing::Typing {
                typed,
                refused: refused.filter(|_| !changed),
            })
        }
    }
}

fn press_repeating(
    command: Command,
    first: Passphrase,
    mut typed: Passphrase,
    was_proposed: bool,
) -> Step {
    let back = |first, mistyped| match (was_proposed, mistyped) {
        (true, mistyped) => Choosing::Proposed {
            words: first,
            mistyped,
        },
        (false, true) => Choosing::refused(PassphraseRefusal::Differ),
        (false, false) => Choosing::begin(),
    };
    match command {
        Command::Back => Step::Still(back(first, false)),
        Command::Accept if typed == first => Step::Chosen(typed),
        Command::Accept => Step::Still(back(first, true)),
        command => {
            edit_secret(&mut typed, command);
            Step::Still(Choosing::Repeating {
                first,
                typed,
                was_proposed,
            })
        }
    }
}

impl Machine {
    pub(in crate::machine) fn press_new_passphrase(
        &mut self,
        command: Command,
        purpose: Purpose,
        choosing: Choosing,
    ) -> Page {
        match choosing.press(command, |typed| self.judge(&purpose, typed)) {
            Step::Still(choosing) => Page::NewPassphrase { purpose, choosing },
            Step::Left => match purpose {
                Purpose::SetUp { .. } => Page::home(),
                Purpose::Change { .. } => Page::Keys(KeysPage::old_passphrase()),
            },
            Step::WantsProposal => {
                let effect = Effect::Keys(KeysEffect::ProposePassphrase);
                self.effects.push_back(effect);
                Page::NewPassphrase {
                    purpose,
                    choosing: Choosing::Proposing,
                }
            }
            Step::Chosen(passphrase) => self.passphrase_chosen(purpose, passphrase),
        }
    }

    fn passphrase_chosen(&mut self, purpose: Purpose, passphrase: Passphrase) -> Page {
        match purpose {
            Purpose::SetUp { device, name } => {
                let Some(known) = self.devices.get(&device) else {
                    return Page::home();
                };
                self.effects.push_back(Effect::SetUpDrive {
                    disk: known.facts.clone(),
                    name: name.clone(),
                    passphrase,
                });
                Page::SettingUp {
                    name,
                    step: SetUpStep::Partitioning,
                    since_ms: self.now.monotonic_ms,
                }
            }
            Purpose::Change { old } => self.change_passphrase(old, passphrase),
        }
    }

    fn judge(&self, purpose: &Purpose, typed: &Passphrase) -> Option<PassphraseRefusal> {
        if typed.char_count() < PASSPHRASE_CHARS_MIN {
            return Some(PassphraseRefusal::TooShort {
                least_chars: PASSPHRASE_CHARS_MIN,
            });
        }
        if matches!(purpose, Purpose::Change { old } if old == typed) {
            return Some(PassphraseRefusal::Unchanged);
        }
        let mut names = self.known_names();
        if let Purpose::SetUp { name, .. } = purpose {
            names.push(name.clone());
        }
        judge::easy(typed, &names).map(PassphraseRefusal::Easy)
    }

    /// What anybody who finds the drive knows or can guess: the archive's name, and what people call their phones.
    fn known_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.given_names.texts().map(str::to_owned).collect();
        names.extend(self.names().into_iter().map(|(_, name)| name.text));
        if let Some(archive) = &self.archive {
            names.push(archive.name.clone());
            names.extend(
                archive
                    .source_folders
                    .iter()
                    .map(|folder| crate::machine::names::name_of_folder(folder)),
            );
        }
        names
    }
}
