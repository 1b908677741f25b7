//! Who has which share, noted in the plan as soon as the shares count. Never a word of a share.

use heirloom_format::{Change, Day, HeldShare, Plan, Role, ShareForm, ShareSet};
use heirloom_shares::Scheme;

use crate::machine::Machine;
use crate::machine::event::Command;
use crate::machine::planning::{PlanWriteError, PlanWritten, today};

use super::page::{KeysPage, Recorded};
use super::view::SharesNoted;

impl Machine {
    /// Whom the plan names for shares and who has none yet: its executors, then who had one before.
    pub(super) fn executors_to_propose(&self, taken: &[String]) -> Vec<String> {
        let plan = self.archive.as_ref().and_then(|it| it.plan.as_ref());
        let Some(plan) = plan else { return Vec::new() };
        let executors = plan.people.iter();
        let executors = executors.filter(|person| person.role == Role::Executor);
        let earlier = plan.shares.iter().flat_map(|set| &set.shares);
        let names = executors.map(|person| &person.name);
        let names = names.chain(earlier.map(|share| &share.holder));
        let mut proposed: Vec<String> = Vec::new();
        for name in names {
            if !name.is_empty() && !taken.contains(name) && !proposed.contains(name) {
                proposed.push(name.clone());
            }
        }
        proposed
    }

    /// The shares count from now on: the plan gets them in place of those before.
    pub(super) fn note_shares(
        &mut self,
        scheme: Scheme,
        executors: &[String],
        done: &[(ShareForm, bool)],
    ) -> Recorded {
        let plan = self.archive.as_ref().and_then(|it| it.plan.clone());
        let Some(mut plan) = plan else {
            return Recorded::NotPossible;
        };
        put_shares(&mut plan, new_set(scheme, executors, done, today(self.now)));
        self.write_plan(*plan.clone());
        Recorded::Writing(plan)
    }

    /// What becomes of the record; `None` when the page is left.
    pub(super) fn press_shares_done(
        &mut self,
        command: Command,
        recorded: Recorded,
    ) -> Option<Recorded> {
        Some(match (command, recorded) {
            (_, Recorded::Writing(plan)) => Recorded::Writing(plan),
            (Command::Accept, Recorded::Failed(plan, _)) => {
                self.write_plan(*plan.clone());
                Recorded::Writing(plan)
            }
            (Command::Accept | Command::Back, _) => return None,
            (_, recorded) => recorded,
        })
    }
}

impl KeysPage {
    pub(in crate::machine) fn plan_written(
        &mut self,
        outcome: &Result<PlanWritten, PlanWriteError>,
    ) {
        let Self::SharesDone { recorded, .. } = self else {
            return;
        };
        let before = std::mem::replace(recorded, Recorded::Done);
        *recorded = match (before, outcome) {
            (Recorded::Writing(_), Ok(_)) => Recorded::Done,
            (Recorded::Writing(plan), Err(error)) => Recorded::Failed(plan, *error),
            (before, _) => before,
        };
    }
}

impl Recorded {
    pub(super) fn show(&self) -> Option<SharesNoted> {
        match self {
            Self::Writing(_) => None,
            Self::Done => Some(SharesNoted::Noted),
            Self::Failed(_, error) => Some(SharesNoted::Failed(*error)),
            Self::NotPossible => Some(SharesNoted::NotPossible),
        }
    }
}

/// Shares that were given that day: how each came onto paper, and whether words of it were asked for and right. `executors` and `done` are in the
/// order of the shares.
fn new_set(scheme: Scheme, executors: &[String], done: &[(ShareForm, bool)], day: Day) -> ShareSet {
    let holders = (0..usize::from(scheme.made())).map(|at| executors.get(at).cloned());
    let mut done = done.iter();
    ShareSet {
        date: day,
        needed: scheme.needed(),
        shares: holders
            .map(|holder| {
                let (form, is_read_back) =
                    done.next().cloned().unwrap_or((ShareForm::Copied, false));
                HeldShare {
                    holder: holder.unwrap_or_default(),
                    form,
                    read_back: is_read_back.then_some(day),
                    other: Default::default(),
                }
            })
            .collect(),
        other: Default::default(),
    }
}

/// Puts the set that counts now into the plan. That there was another one stays in its history.
fn put_shares(plan: &mut Plan, set: ShareSet) {
    plan.changes.push(Change {
        date: set.date,
        what: "executors' shares".to_owned(),
        before: plan.shares.as_ref().map_or_else(String::new, in_one_line),
        reason: String::new(),
        other: Default::default(),
    });
    plan.shares = Some(set);
}

fn in_one_line(set: &ShareSet) -> String {
    let holders = set.shares.iter().map(|share| match &*share.holder {
        "" => "not said",
        holder => holder,
    });
    let holders: Vec<&str> = holders.collect();
    format!(
        "{} of {}, given on {}: {}",
        set.needed,
        set.shares.len(),
        set.date,
        holders.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_set_takes_the_place_of_the_one_before_which_stays_in_the_history() {
        let day = |text: &str| text.parse::<Day>().expect("a day");
        let scheme = |needed, made| Scheme::new(needed, made).expect("a scheme");
        let mut plan = Plan::new();
        let done = [
            (ShareForm::Copied, true),
            (ShareForm::Printed, true),
            (ShareForm::Printed, false),
        ];
        let names = ["Anna".to_owned(), String::new(), "Ben".to_owned()];
        put_shares(
            &mut plan,
            new_set(scheme(2, 3), &names, &done, day("2026-11-23")),
        );
        put_shares(
            &mut plan,
            new_set(scheme(2, 2), &names[..1], &done[1..], day("2027-11-23")),
        );
        let set = plan.shares.expect("a set");
        assert_eq!((set.needed, set.shares.len()), (2, 2));
        assert_eq!(set.shares[0].holder, "Anna");
        assert_eq!(set.shares[1].holder, "");
        let read_back = set.shares.iter().map(|share| share.read_back);
        assert!(read_back.eq([Some(day("2027-11-23")), None]));
        assert!(
            set.shares
                .iter()
                .all(|share| share.form == ShareForm::Printed)
        );
        let before: Vec<&str> = plan.changes.iter().map(|it| &*it.before).collect();
        assert_eq!(
            before,
            ["", "2 of 3, given on 2026-11-23: Anna, not said, Ben"]
        );
    }
}
