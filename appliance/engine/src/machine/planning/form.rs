//! One entry of the plan, field by field: lines to be typed, and words of which one is chosen by the space bar.

use heirloom_format::{Account, Cadence, Kept, KeptThing, Person, Role};

use crate::machine::entry::Entry;
use crate::machine::event::Command;

use super::view::{FieldLine, FieldValue, FormRefusal, PlanEntry, PlanField, PlanPart};

/// A name has to fit into the sheets' tables.
const NAME_CHARS_MAX: usize = 40;
/// Anything else is one or two lines of a sheet.
const LINE_CHARS_MAX: usize = 120;
const MONTHS_CHARS_MAX: usize = 3;
const MONTHS_MAX: u8 = 120;

/// An entry that is being typed.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) part: PlanPart,
    /// Which entry of the part it is; `None`: a new one.
    pub(super) at: Option<usize>,
    fields: Vec<(PlanField, Input)>,
    pub(super) cursor: usize,
    pub(super) refused: Option<FormRefusal>,
}

#[derive(Debug)]
enum Input {
    Text(Entry),
    Role(Role),
    Kept(Kept),
}

/// What a complete form says.
#[derive(Debug)]
pub(super) enum Filled {
    Entry(PlanEntry),
    Cadence(Cadence),
}

impl Form {
    /// For an entry of the plan, or for one that is proposed.
    pub(super) fn of(entry: &PlanEntry, at: Option<usize>) -> Self {
        let text = |field, text: &str| (field, Input::Text(Entry::of(text)));
        let (part, fields) = match entry {
            PlanEntry::Person(person) => (
                PlanPart::People,
                vec![
                    text(PlanField::Name, &person.name),
                    (PlanField::Role, Input::Role(person.role.clone())),
                    text(PlanField::Contact, &person.contact),
                    text(PlanField::MayRestore, &person.may_restore),
                ],
            ),
            PlanEntry::Kept(thing) => (
                PlanPart::Kept,
                vec![
                    (PlanField::What, Input::Kept(thing.what.clone())),
                    text(PlanField::Which, &thing.which),
                    text(PlanField::Place, &thing.place),
                ],
            ),
            PlanEntry::Account(account) => (
                PlanPart::Accounts,
                vec![
                    text(PlanField::Service, &account.service),
                    text(PlanField::Account, &account.account),
                    text(PlanField::CredentialsAt, &account.credentials_at),
                    text(PlanField::SecondFactorAt, &account.second_factor_at),
                ],
            ),
            PlanEntry::Step(_, line) => (PlanPart::Order, vec![text(PlanField::Step, line)]),
        };
        let form = Self {
            part,
            at,
            fields,
            cursor: 0,
            refused: None,
        };
        form.at_first_empty()
    }

    pub(super) fn of_cadence(cadence: &Cadence) -> Self {
        let months = |field, months: u8| (field, Input::Text(Entry::of(&months.to_string())));
        Self {
            part: PlanPart::Cadence,
            at: None,
            fields: vec![
                months(PlanField::AuditMonths, cadence.audit_months),
                months(PlanField::RehearsalMonths, cadence.rehearsal_months),
            ],
            cursor: 0,
            refused: None,
        }
    }

    /// What a proposal says already is not asked first. An entry of the plan is read from its top.
    fn at_first_empty(mut self) -> Self {
        let is_empty =
            |input: &Input| matches!(input, Input::Text(entry) if entry.text().is_empty());
        if self.at.is_none() {
            let is_proposal = self
                .text_of(PlanField::Which)
                .is_some_and(|it| !it.is_empty())
                || self
                    .text_of(PlanField::Name)
                    .is_some_and(|it| !it.is_empty());
            let from = usize::from(is_proposal);
            let empty = self
                .fields
                .iter()
                .skip(from)
                .position(|(_, it)| is_empty(it));
            self.cursor = match is_proposal {
                true => empty.map_or(0, |at| at + from),
                false => 0,
            };
        }
        self
    }

    fn text_of(&self, wanted: PlanField) -> Option<String> {
        self.fields.iter().find_map(|(field, input)| match input {
            Input::Text(entry) if *field == wanted => Some(entry.text().trim().to_owned()),
            _ => None,
        })
    }

    fn text(&self, wanted: PlanField) -> String {
        self.text_of(wanted).unwrap_or_default()
    }

    pub(super) fn lines(&self) -> Vec<FieldLine> {
        let fields = self.fields.iter();
        fields
            .map(|(field, input)| FieldLine {
                field: *field,
                value: match input {
                    Input::Text(entry) => FieldValue::Text(entry.text().to_owned()),
                    Input::Role(role) => FieldValue::Role(role.clone()),
                    Input::Kept(kept) => FieldValue::Kept(kept.clone()),
                },
            })
            .collect()
    }

    /// Takes a key; whether the form is to be taken as it is. Enter goes from field to field, and from the last one on.
    pub(super) fn press(&mut self, command: Command) -> bool {
        let last = self.fields.len() - 1;
        match command {
            Command::Accept if self.cursor == last => return true,
            Command::Accept | Command::Down => self.cursor = (self.cursor + 1).min(last),
            Command::Up => self.cursor = self.cursor.saturating_sub(1),
            command => self.edit(command),
        }
        false
    }

    fn edit(&mut self, command: Command) {
        let (field, input) = &mut self.fields[self.cursor];
        let changed = match input {
            Input::Text(entry) => entry.edit(command, chars_max(*field)),
            Input::Role(role) => turn(command, role, next_role),
            Input::Kept(kept) => turn(command, kept, next_kept),
        };
        if changed {
            self.refused = None;
        }
    }

    /// What it says. `before` is the entry of the plan that it is about, so that what is not known here stays in it.
    pub(super) fn filled(&self, before: Option<&PlanEntry>) -> Result<Filled, FormRefusal> {
        Ok(Filled::Entry(match (self.part, before) {
            (PlanPart::People, before) => {
                let other = match before {
                    Some(PlanEntry::Person(person)) => person.other.clone(),
                    _ => Default::default(),
                };
                PlanEntry::Person(Person {
                    name: self.wanted(PlanField::Name)?,
                    role: self.role(),
                    contact: self.text(PlanField::Contact),
                    may_restore: self.text(PlanField::MayRestore),
                    other,
                })
            }
            (PlanPart::Kept, before) => {
                let other = match before {
                    Some(PlanEntry::Kept(thing)) => thing.other.clone(),
                    _ => Default::default(),
                };
                PlanEntry::Kept(KeptThing {
                    what: self.kept(),
                    which: self.text(PlanField::Which),
                    place: self.wanted(PlanField::Place)?,
                    other,
                })
            }
            (PlanPart::Accounts, before) => {
                let other = match before {
                    Some(PlanEntry::Account(account)) => account.other.clone(),
                    _ => Default::default(),
                };
                PlanEntry::Account(Account {
                    service: self.wanted(PlanField::Service)?,
                    account: self.text(PlanField::Account),
                    credentials_at: self.text(PlanField::CredentialsAt),
                    second_factor_at: self.text(PlanField::SecondFactorAt),
                    other,
                })
            }
            (PlanPart::Order, before) => {
                let number = match before {
                    Some(PlanEntry::Step(number, _)) => *number,
                    _ => 0,
                };
                PlanEntry::Step(number, self.wanted(PlanField::Step)?)
            }
            (PlanPart::Cadence, _) => {
                return Ok(Filled::Cadence(Cadence {
                    audit_months: self.months(PlanField::AuditMonths)?,
                    rehearsal_months: self.months(PlanField::RehearsalMonths)?,
                    other: Default::default(),
                }));
            }
        }))
    }

    /// The cursor goes where something is missing.
    pub(super) fn refuse(&mut self, refusal: FormRefusal) {
        let is_there = |(field, _): &(PlanField, Input)| match refusal {
            FormRefusal::Empty(wanted) => *field == wanted,
            FormRefusal::NotMonths => self.months(*field).is_err(),
        };
        if let Some(at) = self.fields.iter().position(is_there) {
            self.cursor = at;
        }
        self.refused = Some(refusal);
    }

    fn wanted(&self, field: PlanField) -> Result<String, FormRefusal> {
        match self.text(field) {
            text if text.is_empty() => Err(FormRefusal::Empty(field)),
            text => Ok(text),
        }
    }

    fn months(&self, field: PlanField) -> Result<u8, FormRefusal> {
        let months = self.text(field).parse().ok();
        let months = months.filter(|months| (1..=MONTHS_MAX).contains(months));
        months.ok_or(FormRefusal::NotMonths)
    }

    fn role(&self) -> Role {
        let roles = self.fields.iter().find_map(|(_, input)| match input {
            Input::Role(role) => Some(role.clone()),
            _ => None,
        });
        roles.unwrap_or(Role::Relative)
    }

    fn kept(&self) -> Kept {
        let kept = self.fields.iter().find_map(|(_, input)| match input {
            Input::Kept(kept) => Some(kept.clone()),
            _ => None,
        });
        kept.unwrap_or(Kept::Drive)
    }
}

fn chars_max(field: PlanField) -> usize {
    match field {
        PlanField::Name | PlanField::Which | PlanField::Service => NAME_CHARS_MAX,
        PlanField::AuditMonths | PlanField::RehearsalMonths => MONTHS_CHARS_MAX,
        _ => LINE_CHARS_MAX,
    }
}

fn turn<T>(command: Command, value: &mut T, next: fn(&T) -> T) -> bool {
    let is_turn = command == Command::Type(' ');
    if is_turn {
        *value = next(value);
    }
    is_turn
}

fn next_role(role: &Role) -> Role {
    match role {
        Role::Owner => Role::Executor,
        Role::Executor => Role::Relative,
        Role::Relative => Role::Helper,
        Role::Helper | Role::Other(_) => Role::Owner,
    }
}

fn next_kept(kept: &Kept) -> Kept {
    match kept {
        Kept::Drive => Kept::Sheet,
        Kept::Sheet => Kept::Share,
        Kept::Share => Kept::Stick,
        Kept::Stick => Kept::Passphrase,
        Kept::Passphrase | Kept::Other(_) => Kept::Drive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cadence_form(audit: &str, rehearsal: &str) -> Form {
        let mut form = Form::of_cadence(&Cadence::default());
        for text in [audit, rehearsal] {
            for _ in 0..4 {
                form.press(Command::Erase);
            }
            for character in text.chars() {
                form.press(Command::Type(character));
            }
            form.press(Command::Down);
        }
        form
    }

    #[test]
    fn months_are_those_of_the_format() {
        let table = [
            ("3", "12", Some((3, 12))),
            ("1", "120", Some((1, 120))),
            (" 6 ", "12", Some((6, 12))),
            ("0", "12", None),
            ("121", "12", None),
            ("3", "", None),
            ("x", "12", None),
            ("-3", "12", None),
        ];
        for (audit, rehearsal, expected) in table {
            let filled = cadence_form(audit, rehearsal).filled(None);
            let found = match filled {
                Ok(Filled::Cadence(it)) => Some((it.audit_months, it.rehearsal_months)),
                Ok(Filled::Entry(entry)) => panic!("{entry:?}"),
                Err(refusal) => {
                    assert_eq!(refusal, FormRefusal::NotMonths);
                    None
                }
            };
            assert_eq!(found, expected, "{audit:?} {rehearsal:?}");
        }
    }

    #[test]
    fn the_cursor_goes_to_what_is_missing() {
        let mut form = cadence_form("3", "500");
        form.press(Command::Up);
        form.refuse(FormRefusal::NotMonths);
        assert_eq!(form.cursor, 1);
    }

    #[test]
    fn what_is_not_known_here_stays_in_an_entry() {
        let mut other = serde_json::Map::new();
        other.insert("birthday".into(), "1950-01-02".into());
        let before = PlanEntry::Person(Person {
            name: "Ben".into(),
            role: Role::Other("notary".into()),
            contact: String::new(),
            may_restore: String::new(),
            other,
        });
        let form = Form::of(&before, Some(0));
        match form.filled(Some(&before)) {
            Ok(Filled::Entry(entry)) => assert_eq!(entry, before),
            filled => panic!("{filled:?}"),
        }
    }
}
