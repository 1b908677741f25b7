//! What opens the archive: the owner's passphrase, or the words of executors' shares.

use heirloom_format::{Day, day_of_unix, unix_of_day};

use crate::Passphrase;
use crate::machine::entry::{Entry, edit_secret};
use crate::machine::event::{Command, DriveError};
use crate::machine::keys::{DATE_CHARS_MAX, move_cursor};
use crate::machine::{Effect, Machine};

use super::page::{Next, Reading, Step, Trouble};
use super::port::{DriveKey, ReadArchive, ReadingEffect};
use super::view_parts::KeyLine;
use super::words::Typing;

impl Machine {
    pub(super) fn press_how(
        &mut self,
        command: Command,
        reading: &mut Reading,
        cursor: usize,
    ) -> Next {
        let lines = KeyLine::shown(reading.rehearses());
        let here = Step::How { cursor };
        match (command, lines[cursor]) {
            (Command::Back, _) => Next::Back,
            (Command::Accept, KeyLine::Passphrase) => {
                let typed = Passphrase::new();
                Next::On(
                    here,
                    Step::Passphrase {
                        typed,
                        refused: false,
                    },
                )
            }
            // All shares are in already: it did not open for another reason.
            (Command::Accept, KeyLine::Shares) if reading.words.is_complete() => {
                match self.open_by_shares(reading) {
                    Some(step) => Next::On(here, step),
                    None => Next::On(here, Step::Words),
                }
            }
            (Command::Accept, KeyLine::Shares) => Next::On(here, Step::Words),
            (command, _) => {
                let cursor = move_cursor(command, cursor, lines.len());
                Next::Stay(Step::How { cursor })
            }
        }
    }

    pub(super) fn press_passphrase(
        &mut self,
        command: Command,
        reading: &Reading,
        mut typed: Passphrase,
        refused: bool,
    ) -> Next {
        match command {
            Command::Back => Next::Back,
            Command::Accept if !typed.is_empty() => {
                Next::Instead(self.open(reading, DriveKey::Passphrase(typed)))
            }
            command => {
                let changed = edit_secret(&mut typed, command);
                let refused = refused && !changed;
                Next::Stay(Step::Passphrase { typed, refused })
            }
        }
    }

    pub(super) fn press_words(&mut self, command: Command, reading: &mut Reading) -> Next {
        if command == Command::Back {
            return Next::Back;
        }
        let step = match reading.words.press(command) {
            Typing::On => None,
            Typing::Complete => self.open_by_shares(reading),
        };
        step.map_or(Next::Stay(Step::Words), Next::Instead)
    }

    fn open_by_shares(&mut self, reading: &mut Reading) -> Option<Step> {
        let secret = reading.words.secret()?;
        let numbers = reading.words.numbers();
        Some(self.open(reading, DriveKey::Shares { secret, numbers }))
    }

    fn open(&mut self, reading: &Reading, key: DriveKey) -> Step {
        let by_shares = matches!(key, DriveKey::Shares { .. });
        let drive = &reading.drive;
        let open = ReadingEffect::Open {
            device: drive.device.clone(),
            partition: drive.partition,
            luks_uuid: drive.luks_uuid.clone(),
            key,
        };
        self.ask(open);
        Step::Opening {
            by_shares,
            since_ms: self.now.monotonic_ms,
        }
    }

    pub(super) fn opened(
        &mut self,
        reading: &mut Reading,
        outcome: Result<ReadArchive, DriveError>,
    ) {
        let Step::Opening { by_shares, .. } = reading.step else {
            return;
        };
        match outcome {
            Ok(archive) => {
                // Not needed any more.
                reading.words = super::words::WordsEntry::new();
                reading.archive = Some(archive);
                if !reading.rehearses() {
                    reading.begin_at(Step::What { cursor: 0 });
                } else if self.clock_lags(reading) {
                    let entry = Entry::default();
                    reading.begin_at(Step::Date {
                        entry,
                        refused: false,
                    });
                } else {
                    self.rehearse(reading);
                }
            }
            Err(DriveError::WrongPassphrase) if by_shares => {
                reading.words.refuse_all();
                reading.step = Step::Words;
            }
            Err(DriveError::WrongPassphrase) => {
                let typed = Passphrase::new();
                let refused = true;
                reading.step = Step::Passphrase { typed, refused };
            }
            Err(error) => reading.step = Step::Trouble(Trouble::Drive(error)),
        }
    }

    /// The first day that it can be: that of this program, or of the newest snapshot.
    fn earliest_day(&self, reading: &Reading) -> String {
        let sources = reading.archive.iter().flat_map(|archive| &archive.sources);
        let snapshots = sources.flat_map(|source| &source.snapshots);
        let newest: Option<Day> = snapshots.map(|snapshot| snapshot.name.date).max();
        let built = day_of_unix(self.setting.built_unix_s);
        newest.map_or(built.clone(), |day| day.to_string().max(built))
    }

    /// A rehearsal's date goes on paper: one before the newest snapshot can't be right.
    fn clock_lags(&self, reading: &Reading) -> bool {
        day_of_unix(self.now.unix_s) < self.earliest_day(reading)
    }

    pub(super) fn press_rehearsal_date(
        &mut self,
        command: Command,
        reading: &mut Reading,
        mut entry: Entry,
        refused: bool,
    ) -> Next {
        if command == Command::Back {
            return Next::Back;
        }
        if command != Command::Accept {
            let changed = entry.edit(command, DATE_CHARS_MAX);
            let refused = refused && !changed;
            return Next::Stay(Step::Date { entry, refused });
        }
        // Noon, so that the day is right whichever zone the clock is read in.
        let noon = unix_of_day(entry.text()).map(|start| start + 12 * 3_600);
        match noon.filter(|noon| day_of_unix(*noon) >= self.earliest_day(reading)) {
            Some(unix_s) => {
                self.effects.push_back(Effect::SetClock { unix_s });
                self.rehearse(reading);
                Next::Instead(std::mem::replace(&mut reading.step, Step::Leaving))
            }
            None => Next::Stay(Step::Date {
                entry,
                refused: true,
            }),
        }
    }
}
