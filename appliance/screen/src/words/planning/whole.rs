//! All that the plan says, for somebody who opened the archive to get pictures back, and never saw the plan before.

use heirloom_engine::PlanEntry;
use heirloom_format::{Account, Person, ShareSet};

use super::entry::{entry, role};
use super::overview::about_shares;
use super::shortened;
use crate::piece::{Page, Piece};

/// Two lines of the page.
const SHARES_COLUMNS: usize = 148;

pub(in crate::words) fn whole(
    name: &str,
    shares: Option<&ShareSet>,
    entries: &[PlanEntry],
    scroll: usize,
) -> Page {
    let page = Page::new(format!("The recovery plan of {name}"))
        .text("Written by the owner, for whoever wants the pictures back without them.");
    let page = match shares {
        Some(shares) => page.text(shortened(&about_shares(shares), SHARES_COLUMNS)),
        None => page,
    };
    page.gap()
        .with(Piece::Scroll {
            items: entries.iter().map(in_full).collect(),
            first: scroll.min(entries.len().saturating_sub(1)),
        })
        .key("Up/Down", "see all")
        .key("Enter", "back")
        .key("F1", "help")
}

fn in_full(it: &PlanEntry) -> String {
    match it {
        PlanEntry::Step(1, line) => format!("To be restored first: {line}"),
        PlanEntry::Step(_, line) => format!("Then: {line}"),
        PlanEntry::Person(person) => about_person(person),
        PlanEntry::Account(account) => about_account(account),
        PlanEntry::Kept(_) => entry(it),
    }
}

fn about_person(person: &Person) -> String {
    let mut text = format!("{} ({})", person.name, role(&person.role));
    said(&mut text, "to be reached", &person.contact);
    said(&mut text, "may restore", &person.may_restore);
    text
}

fn about_account(account: &Account) -> String {
    let mut text = format!("More pictures at {}", account.service);
    said(&mut text, "account", &account.account);
    said(&mut text, "credentials", &account.credentials_at);
    said(&mut text, "second factor", &account.second_factor_at);
    text
}

fn said(text: &mut String, what: &str, is: &str) {
    if !is.is_empty() {
        text.push_str(&format!("; {what}: {is}"));
    }
}
