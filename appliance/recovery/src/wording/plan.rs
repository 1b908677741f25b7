//! What the family agreed on: people, places, shares, accounts, and what is restored first.

use heirloom_format::{HeldShare, Kept, KeptThing, Person, Role, ShareForm, ShareSet};

use super::{Span, Voice, plain, spans, strong};

pub(crate) const WHO_AND_WHERE: &str = "Who has what, and where things are";
pub(crate) const PEOPLE: &str = "People";
pub(crate) const THINGS: &str = "Things";
pub(crate) const SHARES: &str = "Shares of the executors";
pub(crate) const ACCOUNTS: &str = "Accounts elsewhere that have pictures";
pub(crate) const ORDER: &str = "What to restore first";
pub(crate) const NOTHING_SAID: &str = "Nobody has said yet who is to be asked, and where the drive, the sheets and the passphrase are kept. Write it here by hand:";
/// Most that are shown; no family has more, and the plan on the drive has them all.
pub(crate) const ROWS_MAX: usize = 40;

/// That there are more than are shown.
pub(crate) fn more(count: usize) -> Vec<Span> {
    spans(&format!("and {count} more, in plan.json on the drive"))
}

/// Name and part, how to reach them, when they may restore.
pub(crate) fn person(person: &Person) -> Vec<Vec<Span>> {
    let part = match &person.role {
        Role::Owner => "owner",
        Role::Executor => "executor",
        Role::Relative => "relative",
        Role::Helper => "helper",
        Role::Other(word) => word,
    };
    let mut name = strong(&*person.name);
    name.push(Span::new(Voice::Plain, format!(", {part}")));
    vec![
        name,
        said(&person.contact),
        match (&*person.may_restore, &person.role) {
            ("", Role::Owner) => plain("at any time"),
            (text, _) => said(text),
        },
    ]
}

fn said(text: &str) -> Vec<Span> {
    plain(if text.is_empty() { "not said" } else { text })
}

/// What, and where it is.
pub(crate) fn kept(thing: &KeptThing) -> Vec<Vec<Span>> {
    let what = match &thing.what {
        Kept::Drive => "Archive drive",
        Kept::Sheet => "Restore sheet",
        Kept::Share => "Share",
        Kept::Stick => "Boot stick of Heirloom",
        Kept::Passphrase => "Passphrase, written down",
        Kept::Other(word) => word,
    };
    let mut name = strong(what);
    if !thing.which.is_empty() {
        name.push(Span::new(Voice::Plain, format!(": {}", thing.which)));
    }
    vec![name, said(&thing.place)]
}

/// Its number, who has it, what is known of the paper.
pub(crate) fn share(number: usize, share: &HeldShare) -> Vec<Vec<Span>> {
    let holder = match &*share.holder {
        "" => plain("not said"),
        holder => strong(holder),
    };
    let form = match &share.form {
        ShareForm::Copied => "copied by hand",
        ShareForm::Printed => "printed",
        ShareForm::File => "written as a file",
        ShareForm::Other(word) => word,
    };
    let mut paper = plain(form);
    match share.read_back {
        Some(day) => paper.push(Span::new(Voice::Plain, format!("; read back on {day}"))),
        None => paper.push(Span::new(Voice::Strong, "; NEVER READ BACK")),
    }
    vec![plain(number.to_string()), holder, paper]
}

/// How many are needed, when they were given, and a warning where a paper was never tried.
pub(crate) fn share_set(set: &ShareSet) -> Vec<Span> {
    let unread = set.shares.iter().filter(|share| share.read_back.is_none());
    let (unread, needed, all) = (unread.count(), set.needed, set.shares.len());
    let mut sentence = spans(&format!(
        "*Any {needed} of {all}* open the archive, in place of the passphrase. They were given on {}; earlier ones open nothing any more.",
        set.date
    ));
    if unread > 0 {
        let which = if unread == 1 {
            "One paper was".to_owned()
        } else {
            format!("{unread} papers were")
        };
        sentence.extend(spans(&format!(
            " *{which} never compared with the archive: do not rely on what is marked NEVER READ BACK. Rehearse with it, or give new shares.*"
        )));
    }
    sentence
}

/// Service and account, where credentials are, where the second factor is.
pub(crate) fn account(account: &heirloom_format::Account) -> Vec<Vec<Span>> {
    let mut name = strong(&*account.service);
    if !account.account.is_empty() {
        name.push(Span::new(Voice::Plain, format!(", {}", account.account)));
    }
    vec![
        name,
        said(&account.credentials_at),
        said(&account.second_factor_at),
    ]
}
