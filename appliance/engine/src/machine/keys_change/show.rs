//! From the state of the pages about keys to their views.

use crate::Passphrase;
use crate::machine::Machine;
use crate::machine::view::PageView;

use super::choosing::{Choosing, Purpose};
use super::page::{Ceremony, KeysPage};
use super::shares::scheme_choices;
use super::view::{KeysView, OwnQuestion, PassphrasePurpose, ShareLabel, ShownWords};

impl Machine {
    pub(in crate::machine) fn show_new_passphrase(
        &self,
        purpose: &Purpose,
        choosing: &Choosing,
    ) -> PageView {
        let (purpose, name) = match purpose {
            Purpose::SetUp { name, .. } => (PassphrasePurpose::SetUp, name.clone()),
            Purpose::Change { .. } => (PassphrasePurpose::Change, self.archive_name()),
        };
        match choosing {
            Choosing::Typing { typed, refused } => PageView::NewPassphrase {
                purpose,
                name,
                typed_chars: typed.char_count(),
                refused: *refused,
            },
            Choosing::Proposing => PageView::ProposedPassphrase {
                name,
                words: None,
                mistyped: false,
            },
            Choosing::Proposed { words, mistyped } => PageView::ProposedPassphrase {
                name,
                words: Some(words.clone()),
                mistyped: *mistyped,
            },
            Choosing::Repeating { typed, .. } => PageView::RepeatPassphrase {
                purpose,
                name,
                typed_chars: typed.char_count(),
            },
        }
    }

    pub(in crate::machine) fn show_keys(&self, page: &KeysPage) -> KeysView {
        let elapsed_s = |since_ms: u64| self.now.monotonic_ms.saturating_sub(since_ms) / 1_000;
        match page {
            KeysPage::Scheme { cursor } => KeysView::Scheme {
                name: self.archive_name(),
                renewal: self.has_executors(),
                choices: scheme_choices(),
                cursor: *cursor,
            },
            KeysPage::OwnMade { entry, refused } => KeysView::OwnNumber {
                question: OwnQuestion::Made,
                typed: entry.text().to_owned(),
                refused: *refused,
            },
            KeysPage::OwnNeeded {
                made,
                entry,
                refused,
            } => KeysView::OwnNumber {
                question: OwnQuestion::Needed { made: *made },
                typed: entry.text().to_owned(),
                refused: *refused,
            },
            KeysPage::ExecutorName { plan, entry, .. } => KeysView::ExecutorName {
                scheme: plan.scheme,
                has_proposals: !self.executors_to_propose(&plan.executors).is_empty(),
                number: number(plan.executors.len()),
                typed: entry.text().to_owned(),
            },
            KeysPage::Making(_) => KeysView::MakingShares,
            KeysPage::MakingFailed(error) => KeysView::MakingFailed {
                error: error.clone(),
            },
            KeysPage::Paper(ceremony, step) => KeysView::Paper {
                label: label(ceremony),
                stage: self.show_paper(step),
            },
            KeysPage::Share(ceremony) => show_share(ceremony),
            KeysPage::ReadBack(ceremony, read_back) => KeysView::ReadBack {
                label: label(ceremony),
                asked: read_back.asked.iter().map(|place| place + 1).collect(),
                answered: read_back.answered,
                typed: read_back.typed.clone(),
                refused: read_back.refused,
            },
            KeysPage::ConfirmLeave(ceremony) => KeysView::ConfirmLeave {
                renewal: ceremony.plan.renewal,
            },
            KeysPage::Setting { since_ms, .. } => KeysView::SettingExecutors {
                elapsed_s: elapsed_s(*since_ms),
            },
            KeysPage::SettingFailed(ceremony, error) => KeysView::SettingFailed {
                renewal: ceremony.plan.renewal,
                error: error.clone(),
            },
            KeysPage::SharesDone {
                scheme,
                renewal,
                not_read_back,
                recorded,
            } => match recorded.show() {
                None => KeysView::NotingShares,
                Some(noted) => KeysView::SharesDone {
                    name: self.archive_name(),
                    scheme: *scheme,
                    renewal: *renewal,
                    not_read_back: *not_read_back,
                    noted,
                },
            },
            KeysPage::OldPassphrase {
                typed,
                refused,
                new,
            } => self.show_old(typed, *refused, new.is_some()),
            KeysPage::Changing { since_ms, .. } => KeysView::ChangingPassphrase {
                elapsed_s: elapsed_s(*since_ms),
            },
            KeysPage::ChangeFailed(error) => KeysView::ChangeFailed {
                error: error.clone(),
            },
            KeysPage::PassphraseChanged => KeysView::PassphraseChanged {
                name: self.archive_name(),
            },
        }
    }

    fn show_old(&self, typed: &Passphrase, refused: bool, is_last: bool) -> KeysView {
        KeysView::OldPassphrase {
            name: self.archive_name(),
            typed_chars: typed.char_count(),
            refused,
            is_last,
        }
    }

    fn archive_name(&self) -> String {
        let archive = self.archive.as_ref();
        archive.map_or_else(String::new, |archive| archive.name.clone())
    }
}

fn show_share(ceremony: &Ceremony) -> KeysView {
    match ceremony.share() {
        Some(share) => KeysView::Share {
            label: label(ceremony),
            words: ShownWords::of(share),
        },
        None => KeysView::MakingShares,
    }
}

fn label(ceremony: &Ceremony) -> ShareLabel {
    let executor = ceremony.plan.executors.get(ceremony.at);
    ShareLabel {
        number: number(ceremony.at),
        made: ceremony.plan.scheme.made(),
        executor: executor.filter(|name| !name.is_empty()).cloned(),
    }
}

/// A share's number, counted from 1. There are at most 16.
fn number(at: usize) -> u8 {
    u8::try_from(at + 1).unwrap_or(u8::MAX)
}
