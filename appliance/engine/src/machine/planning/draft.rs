//! The plan while it is being changed: each entry knows which one it was, so that what changed can be told afterwards.

use heirloom_format::{Account, Cadence, KeptThing, Person, Plan, ShareSet};

/// An entry, and its place in the plan from which the draft was made. `None`: it is new.
#[derive(Clone, Debug)]
pub(super) struct Tracked<T> {
    pub(super) place: Option<usize>,
    pub(super) now: T,
}

impl<T> Tracked<T> {
    pub(super) fn new(now: T) -> Self {
        Self { place: None, now }
    }
}

/// What people agree on, as it would be saved.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) people: Vec<Tracked<Person>>,
    pub(super) kept: Vec<Tracked<KeptThing>>,
    pub(super) accounts: Vec<Tracked<Account>>,
    pub(super) order: Vec<String>,
    pub(super) cadence: Option<Cadence>,
}

impl Draft {
    /// As it is now.
    pub(super) fn of(plan: &Plan) -> Self {
        Self {
            people: tracked(&plan.people),
            kept: tracked(&plan.kept),
            accounts: tracked(&plan.accounts),
            order: plan.restore_order.clone(),
            cadence: plan.cadence.clone(),
        }
    }

    /// The plan that `base`, from which the draft was made, becomes by it.
    pub(super) fn apply(&self, base: &Plan) -> Plan {
        Plan {
            people: untracked(&self.people),
            kept: untracked(&self.kept),
            accounts: untracked(&self.accounts),
            restore_order: self.order.clone(),
            cadence: self.cadence.clone(),
            shares: self.shares(base),
            ..base.clone()
        }
    }

    /// The executors' shares: as they were given, under the names that their holders have now.
    pub(super) fn shares(&self, base: &Plan) -> Option<ShareSet> {
        let mut set = base.shares.clone()?;
        for share in &mut set.shares {
            let mut before = base.people.iter();
            let place = before.position(|person| person.name == share.holder);
            let mut people = self.people.iter();
            let now = people.find(|person| place.is_some() && person.place == place);
            if let Some(person) = now {
                share.holder.clone_from(&person.now.name);
            }
        }
        Some(set)
    }
}

/// Whether both say the same of all that people agree on here.
pub(super) fn agree(one: &Plan, other: &Plan) -> bool {
    one.people == other.people
        && one.kept == other.kept
        && one.accounts == other.accounts
        && one.restore_order == other.restore_order
        && one.cadence == other.cadence
}

fn tracked<T: Clone>(entries: &[T]) -> Vec<Tracked<T>> {
    let entries = entries.iter().enumerate();
    entries
        .map(|(place, entry)| Tracked {
            place: Some(place),
            now: entry.clone(),
        })
        .collect()
}

fn untracked<T: Clone>(entries: &[Tracked<T>]) -> Vec<T> {
    entries.iter().map(|entry| entry.now.clone()).collect()
}
