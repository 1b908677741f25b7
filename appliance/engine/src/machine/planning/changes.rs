//! What differs between the plan and its draft, as entries for the plan's history. These lines are kept in the file, so they are not the screen's.

use heirloom_format::{Account, Cadence, Change, Day, KeptThing, Person, Plan};

use super::draft::{Draft, Tracked};

/// Something of which there can be several in the plan.
pub(super) trait Noted {
    /// How it is called in the history.
    fn label(&self) -> String;
    /// What is known of it: names of fields, and what they hold.
    fn fields(&self) -> Vec<(&'static str, String)>;
}

impl Noted for Person {
    fn label(&self) -> String {
        self.name.clone()
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![
            ("name", self.name.clone()),
            ("role", self.role.to_string()),
            ("contact", self.contact.clone()),
            ("may restore", self.may_restore.clone()),
        ]
    }
}

impl Noted for KeptThing {
    fn label(&self) -> String {
        match &*self.which {
            "" => self.what.to_string(),
            which => format!("{} {which}", self.what),
        }
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![
            ("what", self.what.to_string()),
            ("which", self.which.clone()),
            ("place", self.place.clone()),
        ]
    }
}

impl Noted for Account {
    fn label(&self) -> String {
        self.service.clone()
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![
            ("service", self.service.clone()),
            ("account", self.account.clone()),
            ("place of the credentials", self.credentials_at.clone()),
            ("place of the second factor", self.second_factor_at.clone()),
        ]
    }
}

/// One entry for each field that changed, and each entry that came or went; all of this day and for this reason.
pub(super) fn changes(base: &Plan, draft: &Draft, date: Day, reason: &str) -> Vec<Change> {
    let mut lines = Vec::new();
    differences(&base.people, &draft.people, &mut lines);
    differences(&base.kept, &draft.kept, &mut lines);
    differences(&base.accounts, &draft.accounts, &mut lines);
    if base.restore_order != draft.order {
        let before = numbered(&base.restore_order);
        lines.push(("order of restoration".to_owned(), before));
    }
    differing_cadence(base.cadence.as_ref(), draft.cadence.as_ref(), &mut lines);
    let lines = lines.into_iter();
    lines
        .map(|(what, before)| Change {
            date,
            what,
            before,
            reason: reason.to_owned(),
            other: Default::default(),
        })
        .collect()
}

type Line = (String, String);

fn differences<T: Noted>(before: &[T], now: &[Tracked<T>], lines: &mut Vec<Line>) {
    for (place, old) in before.iter().enumerate() {
        match now.iter().find(|entry| entry.place == Some(place)) {
            Some(entry) => {
                let pairs = old.fields().into_iter().zip(entry.now.fields());
                let differing = pairs.filter(|(old, new)| old.1 != new.1);
                let label = entry.now.label();
                lines.extend(differing.map(|(old, _)| (format!("{label}: {}", old.0), old.1)));
            }
            None => lines.push((format!("{}: taken out", old.label()), in_one_line(old))),
        }
    }
    let new = now.iter().filter(|entry| entry.place.is_none());
    lines.extend(new.map(|entry| (format!("{}: added", entry.now.label()), String::new())));
}

/// All that is known of it, so that the history tells of what is in the plan no more.
fn in_one_line(entry: &impl Noted) -> String {
    let fields = entry.fields().into_iter();
    let said = fields.filter(|(_, text)| !text.is_empty());
    let said: Vec<String> = said.map(|(name, text)| format!("{name}: {text}")).collect();
    said.join("; ")
}

fn numbered(order: &[String]) -> String {
    let lines = order.iter().enumerate();
    let lines: Vec<String> = lines
        .map(|(at, line)| format!("{}. {line}", at + 1))
        .collect();
    lines.join("; ")
}

fn differing_cadence(before: Option<&Cadence>, now: Option<&Cadence>, lines: &mut Vec<Line>) {
    let Some(now) = now else { return };
    type Months = fn(&Cadence) -> u8;
    let audit: Months = |it| it.audit_months;
    let rehearsal: Months = |it| it.rehearsal_months;
    let table = [
        ("months from audit to audit", audit),
        ("months from rehearsal to rehearsal", rehearsal),
    ];
    for (what, months) in table {
        let old = before.map(months);
        if old != Some(months(now)) {
            let old = old.map_or_else(String::new, |months| months.to_string());
            lines.push((what.to_owned(), old));
        }
    }
}

#[cfg(test)]
mod tests {
    use heirloom_format::{Kept, Role};

    use super::*;

    fn person(name: &str, contact: &str) -> Person {
        Person {
            name: name.into(),
            role: Role::Executor,
            contact: contact.into(),
            may_restore: String::new(),
            other: Default::default(),
        }
    }

    fn base() -> Plan {
        let mut plan = Plan::new();
        plan.people = vec![person("Anna", "1"), person("Ben", "2")];
        plan.kept = vec![KeptThing {
            what: Kept::Drive,
            which: "Family".into(),
            place: "cellar".into(),
            other: Default::default(),
        }];
        plan.restore_order = vec!["Anna's phone".into(), "letters".into()];
        plan
    }

    #[test]
    fn each_edit_is_a_line_with_what_was_before() {
        type Edit = fn(&mut Draft);
        let table: [(Edit, &[(&str, &str)]); 9] = [
            (|_| {}, &[]),
            (
                |draft| draft.people[1].now.contact = "3".into(),
                &[("Ben: contact", "2")],
            ),
            (
                |draft| draft.people[0].now.name = "Änne".into(),
                &[("Änne: name", "Anna")],
            ),
            (
                |draft| drop(draft.people.remove(0)),
                &[("Anna: taken out", "name: Anna; role: executor; contact: 1")],
            ),
            (
                |draft| draft.people.push(Tracked::new(person("Clara", ""))),
                &[("Clara: added", "")],
            ),
            // Taken out, and entered again: both are told.
            (
                |draft| {
                    draft.people.remove(1);
                    draft.people.push(Tracked::new(person("Ben", "2")));
                },
                &[
                    ("Ben: taken out", "name: Ben; role: executor; contact: 2"),
                    ("Ben: added", ""),
                ],
            ),
            (
                |draft| draft.kept[0].now.place = "bank".into(),
                &[("drive Family: place", "cellar")],
            ),
            (
                |draft| draft.order.reverse(),
                &[("order of restoration", "1. Anna's phone; 2. letters")],
            ),
            (
                |draft| draft.cadence = Some(Cadence::default()),
                &[
                    ("months from audit to audit", ""),
                    ("months from rehearsal to rehearsal", ""),
                ],
            ),
        ];
        let (base, date) = (base(), "2026-11-23".parse().expect("a day"));
        for (edit, expected) in table {
            let mut draft = Draft::of(&base);
            edit(&mut draft);
            let found = changes(&base, &draft, date, "because");
            let lines: Vec<_> = found.iter().map(|it| (&*it.what, &*it.before)).collect();
            assert_eq!(lines, expected);
            assert!(
                found
                    .iter()
                    .all(|it| it.date == date && it.reason == "because")
            );
        }
    }

    #[test]
    fn of_a_cadence_only_what_changed_is_told() {
        let mut base = base();
        base.cadence = Some(Cadence::default());
        let mut draft = Draft::of(&base);
        draft.cadence = Some(Cadence {
            audit_months: 6,
            ..Cadence::default()
        });
        let found = changes(&base, &draft, "2026-11-23".parse().expect("a day"), "");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].before, "3");
    }
}
