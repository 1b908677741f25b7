//! An entry of the plan in one line.

use heirloom_engine::PlanEntry;
use heirloom_format::{Account, Kept, KeptThing, Person, Role};

/// What follows on the name of an entry.
const ABOUT: &str = "; ";

pub(super) fn entry(entry: &PlanEntry) -> String {
    match entry {
        PlanEntry::Person(person) => about_person(person),
        PlanEntry::Kept(thing) => format!("{}: {}", thing_name(thing), thing.place),
        PlanEntry::Account(account) => about_account(account),
        PlanEntry::Step(number, line) => format!("{number}. {line}"),
    }
}

fn about_person(person: &Person) -> String {
    let role = role(&person.role);
    let said = [&*person.contact, &*person.may_restore];
    let said = said.into_iter().filter(|text| !text.is_empty());
    let all: Vec<&str> = [role].into_iter().chain(said).collect();
    format!("{}: {}", person.name, all.join(ABOUT))
}

fn about_account(account: &Account) -> String {
    let said = [&*account.account, &*account.credentials_at];
    let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
    match said.is_empty() {
        true => account.service.clone(),
        false => format!("{}: {}", account.service, said.join(ABOUT)),
    }
}

/// What could be in the plan, as something to be added.
pub(super) fn suggested(entry: &PlanEntry) -> String {
    match entry {
        PlanEntry::Person(person) => format!("+ {}, who has a share", person.name),
        PlanEntry::Kept(thing) => format!("+ {}: not said yet", thing_name(thing)),
        PlanEntry::Account(account) => format!("+ {}", account.service),
        PlanEntry::Step(_, line) => format!("+ {line}"),
    }
}

pub(super) fn role(role: &Role) -> &str {
    match role {
        Role::Owner => "owner, has the passphrase",
        Role::Executor => "executor, has a share",
        Role::Relative => "is to get pictures",
        Role::Helper => "helps with the technical side",
        Role::Other(word) => word,
    }
}

pub(super) fn kept(kept: &Kept) -> &str {
    match kept {
        Kept::Drive => "Archive drive",
        Kept::Sheet => "Restore sheet",
        Kept::Share => "Share",
        Kept::Stick => "Stick with Heirloom",
        Kept::Passphrase => "Written passphrase",
        Kept::Other(word) => word,
    }
}

fn thing_name(thing: &KeptThing) -> String {
    match (&thing.what, &*thing.which) {
        (what, "") => kept(what).to_owned(),
        (Kept::Share, holder) => format!("Share of {holder}"),
        (what, which) => format!("{} {which}", kept(what)),
    }
}
