//! The entries of a part of the plan, and what could well be among them.

use heirloom_format::{Account, Kept, KeptThing, Person, Plan, Role};

use crate::machine::Machine;
use crate::machine::event::Command;
use crate::machine::keys::move_cursor;

use super::draft::{Draft, Tracked};
use super::form::{Filled, Form};
use super::page::{Next, Planning, Step};
use super::view::{PlanEntry, PlanLine, PlanPart, cadence_or_usual};

impl Draft {
    pub(super) fn entries(&self, part: PlanPart) -> Vec<PlanEntry> {
        match part {
            PlanPart::People => each(&self.people, PlanEntry::Person),
            PlanPart::Kept => each(&self.kept, PlanEntry::Kept),
            PlanPart::Accounts => each(&self.accounts, PlanEntry::Account),
            PlanPart::Order => {
                let lines = self.order.iter().enumerate();
                lines
                    .map(|(at, line)| PlanEntry::Step(at + 1, line.clone()))
                    .collect()
            }
            PlanPart::Cadence => Vec::new(),
        }
    }

    /// Puts an entry in the place of another, or after all.
    fn put(&mut self, entry: PlanEntry, at: Option<usize>) {
        match entry {
            PlanEntry::Person(person) => {
                let before = at.and_then(|at| self.people.get(at));
                if let Some(before) = before.map(|entry| entry.now.name.clone()) {
                    self.rename_holder(&before, &person.name);
                }
                put(&mut self.people, person, at);
            }
            PlanEntry::Kept(thing) => put(&mut self.kept, thing, at),
            PlanEntry::Account(account) => put(&mut self.accounts, account, at),
            PlanEntry::Step(_, line) => match at.and_then(|at| self.order.get_mut(at)) {
                Some(old) => *old = line,
                None => self.order.push(line),
            },
        }
    }

    /// Whose share is kept somewhere is called otherwise now.
    fn rename_holder(&mut self, before: &str, name: &str) {
        let kept = self.kept.iter_mut().map(|entry| &mut entry.now);
        for thing in kept.filter(|it| it.what == Kept::Share && it.which == before) {
            thing.which = name.to_owned();
        }
    }

    fn take_out(&mut self, part: PlanPart, at: usize) {
        match part {
            PlanPart::People => take_out(&mut self.people, at),
            PlanPart::Kept => take_out(&mut self.kept, at),
            PlanPart::Accounts => take_out(&mut self.accounts, at),
            PlanPart::Order => take_out(&mut self.order, at),
            PlanPart::Cadence => {}
        }
    }
}

fn each<T: Clone>(entries: &[Tracked<T>], of: fn(T) -> PlanEntry) -> Vec<PlanEntry> {
    let entries = entries.iter();
    entries.map(|entry| of(entry.now.clone())).collect()
}

fn put<T>(entries: &mut Vec<Tracked<T>>, value: T, at: Option<usize>) {
    match at.and_then(|at| entries.get_mut(at)) {
        Some(entry) => entry.now = value,
        None => entries.push(Tracked::new(value)),
    }
}

fn take_out<T>(entries: &mut Vec<T>, at: usize) {
    if at < entries.len() {
        entries.remove(at);
    }
}

/// What there is to be known of an archive from outside of its plan.
pub(super) struct Surroundings {
    /// The archive.
    pub(super) name: String,
    /// Its sources, by their names.
    pub(super) sources: Vec<String>,
}

/// The lines of a part: what is in it, what could be, something else, and on.
pub(super) fn lines(
    part: PlanPart,
    draft: &Draft,
    base: &Plan,
    around: &Surroundings,
) -> Vec<PlanLine> {
    let entries = draft.entries(part);
    let suggested = suggestions(part, draft, base, around);
    let entries = entries.into_iter().map(PlanLine::Entry);
    let suggested = suggested.into_iter().map(PlanLine::Suggested);
    let lines = entries.chain(suggested);
    lines.chain([PlanLine::Add, PlanLine::GoOn]).collect()
}

fn suggestions(
    part: PlanPart,
    draft: &Draft,
    base: &Plan,
    around: &Surroundings,
) -> Vec<PlanEntry> {
    match part {
        PlanPart::People => {
            let holders = share_holders(draft, base).into_iter();
            let unknown =
                holders.filter(|holder| draft.people.iter().all(|it| it.now.name != *holder));
            let people = unknown.map(|name| PlanEntry::Person(person(name, Role::Executor)));
            people.collect()
        }
        PlanPart::Kept => kept_suggestions(draft, base, around),
        PlanPart::Order => {
            let sources = around.sources.iter();
            let left = sources.filter(|source| !draft.order.contains(source));
            left.map(|source| PlanEntry::Step(0, source.clone()))
                .collect()
        }
        PlanPart::Accounts | PlanPart::Cadence => Vec::new(),
    }
}

/// The drive, the sheet, each share, the stick and the written passphrase, where nothing is said of them yet.
fn kept_suggestions(draft: &Draft, base: &Plan, around: &Surroundings) -> Vec<PlanEntry> {
    let mut holders = share_holders(draft, base);
    if holders.is_empty() {
        let executors = draft.people.iter();
        let executors = executors.filter(|it| it.now.role == Role::Executor);
        holders = executors.map(|it| it.now.name.clone()).collect();
    }
    let mut things = vec![
        (Kept::Drive, around.name.clone()),
        (Kept::Sheet, String::new()),
    ];
    things.extend(holders.into_iter().map(|holder| (Kept::Share, holder)));
    things.push((Kept::Stick, String::new()));
    things.push((Kept::Passphrase, String::new()));
    let is_said = |what: &Kept, which: &str| {
        let mut kept = draft.kept.iter();
        kept.any(|it| it.now.what == *what && (which.is_empty() || it.now.which == which))
    };
    let open = things.into_iter();
    let open = open.filter(|(what, which)| !is_said(what, which));
    open.map(|(what, which)| PlanEntry::Kept(kept(what, which)))
        .collect()
}

fn share_holders(draft: &Draft, base: &Plan) -> Vec<String> {
    let shares = draft.shares(base).into_iter().flat_map(|set| set.shares);
    let holders = shares.map(|share| share.holder);
    holders.filter(|holder| !holder.is_empty()).collect()
}

fn person(name: String, role: Role) -> Person {
    Person {
        name,
        role,
        contact: String::new(),
        may_restore: String::new(),
        other: Default::default(),
    }
}

fn kept(what: Kept, which: String) -> KeptThing {
    KeptThing {
        what,
        which,
        place: String::new(),
        other: Default::default(),
    }
}

/// An entry of which nothing is said yet. Whoever is entered first is most likely the owner.
fn empty_entry(part: PlanPart, draft: &Draft) -> Option<PlanEntry> {
    Some(match part {
        PlanPart::People => {
            let role = match draft.people.is_empty() {
                true => Role::Owner,
                false => Role::Executor,
            };
            PlanEntry::Person(person(String::new(), role))
        }
        PlanPart::Kept => PlanEntry::Kept(kept(Kept::Drive, String::new())),
        PlanPart::Accounts => PlanEntry::Account(Account {
            service: String::new(),
            account: String::new(),
            credentials_at: String::new(),
            second_factor_at: String::new(),
            other: Default::default(),
        }),
        PlanPart::Order => PlanEntry::Step(0, String::new()),
        PlanPart::Cadence => return None,
    })
}

impl Machine {
    fn plan_lines(&self, planning: &Planning, part: PlanPart) -> Vec<PlanLine> {
        lines(part, &planning.draft, &planning.base, &self.surroundings())
    }

    /// The page of a part. Where there is something in it already, most people want to go on.
    pub(super) fn part_step(&self, planning: &Planning, part: PlanPart) -> Step {
        if part == PlanPart::Cadence {
            let cadence = cadence_or_usual(planning.draft.cadence.as_ref());
            return Step::Form(Form::of_cadence(&cadence));
        }
        let lines = self.plan_lines(planning, part);
        let cursor = match lines.first() {
            Some(PlanLine::Entry(_)) => lines.len() - 1,
            _ => 0,
        };
        Step::List { part, cursor }
    }

    pub(super) fn press_list(
        &mut self,
        command: Command,
        planning: &mut Planning,
        part: PlanPart,
        cursor: usize,
    ) -> Next {
        let lines = self.plan_lines(planning, part);
        let cursor = cursor.min(lines.len() - 1);
        let here = Step::List { part, cursor };
        match (command, &lines[cursor]) {
            (Command::Back, _) => Next::Back,
            (Command::Accept, PlanLine::GoOn) => self.after_part(planning, part, here),
            (Command::Accept, PlanLine::Entry(entry)) => {
                Next::On(here, Step::Form(Form::of(entry, Some(cursor))))
            }
            (Command::Accept, PlanLine::Suggested(entry @ PlanEntry::Step(..))) => {
                planning.draft.put(entry.clone(), None);
                self.after_adding(planning, part)
            }
            (Command::Accept, PlanLine::Suggested(entry)) => {
                Next::On(here, Step::Form(Form::of(entry, None)))
            }
            (Command::Accept, PlanLine::Add) => match empty_entry(part, &planning.draft) {
                Some(entry) => Next::On(here, Step::Form(Form::of(&entry, None))),
                None => Next::Stay(here),
            },
            (Command::Type('r' | 'R'), PlanLine::Entry(entry)) => {
                let entry = entry.clone();
                let at = cursor;
                Next::On(here, Step::ConfirmRemove { part, at, entry })
            }
            (Command::Type(key @ ('u' | 'U' | 'd' | 'D')), PlanLine::Entry(_))
                if part == PlanPart::Order =>
            {
                let up = matches!(key, 'u' | 'U');
                let cursor = move_step(&mut planning.draft.order, cursor, up);
                Next::Stay(Step::List { part, cursor })
            }
            (command, _) => Next::Stay(Step::List {
                part,
                cursor: move_cursor(command, cursor, lines.len()),
            }),
        }
    }

    /// Where the next of the same kind is most likely entered.
    fn after_adding(&self, planning: &Planning, part: PlanPart) -> Next {
        let lines = self.plan_lines(planning, part);
        let suggested = lines
            .iter()
            .position(|line| matches!(line, PlanLine::Suggested(_)));
        Next::Stay(Step::List {
            part,
            cursor: suggested.unwrap_or(lines.len() - 2),
        })
    }

    /// On to the next question, or back to where the part was chosen.
    fn after_part(&mut self, planning: &Planning, part: PlanPart, here: Step) -> Next {
        if !planning.guided {
            return Next::Back;
        }
        match part.next() {
            Some(next) => Next::On(here, self.part_step(planning, next)),
            None if self.unsaved(planning) == 0 => Next::Overview,
            None => Next::On(here, Step::Save { scroll: 0 }),
        }
    }

    pub(super) fn press_form(
        &mut self,
        command: Command,
        planning: &mut Planning,
        mut form: Form,
    ) -> Next {
        if command == Command::Back {
            return Next::Back;
        }
        if !form.press(command) {
            return Next::Stay(Step::Form(form));
        }
        let entries = planning.draft.entries(form.part);
        let before = form.at.and_then(|at| entries.get(at));
        match form.filled(before) {
            Err(refusal) => {
                form.refuse(refusal);
                Next::Stay(Step::Form(form))
            }
            Ok(Filled::Cadence(mut cadence)) => {
                if let Some(before) = &planning.draft.cadence {
                    cadence.other = before.other.clone();
                }
                planning.draft.cadence = Some(cadence);
                self.after_part(planning, PlanPart::Cadence, Step::Form(form))
            }
            Ok(Filled::Entry(entry)) => {
                planning.draft.put(entry, form.at);
                match form.at {
                    Some(_) => Next::Back,
                    None => {
                        // The list from which it came, with its cursor where the next one is entered.
                        planning.trail.pop();
                        self.after_adding(planning, form.part)
                    }
                }
            }
        }
    }

    pub(super) fn press_remove(
        &mut self,
        command: Command,
        planning: &mut Planning,
        (part, at, entry): (PlanPart, usize, PlanEntry),
    ) -> Next {
        match command {
            Command::Accept => {
                planning.draft.take_out(part, at);
                Next::Back
            }
            Command::Back => Next::Back,
            _ => Next::Stay(Step::ConfirmRemove { part, at, entry }),
        }
    }
}

/// Moves a line of the order by one; where it is then.
fn move_step(order: &mut [String], at: usize, up: bool) -> usize {
    let to = match up {
        true => at.saturating_sub(1),
        false => (at + 1).min(order.len().saturating_sub(1)),
    };
    if at < order.len() {
        order.swap(at, to);
    }
    to
}
