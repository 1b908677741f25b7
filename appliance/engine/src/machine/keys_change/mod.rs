//! Who holds keys to the archive: the pages on which shares are made for executors, and the passphrase is chosen or changed.

mod choosing;
mod judge;
mod page;
mod paper;
mod passphrase;
mod port;
mod read_back;
mod record;
mod shares;
mod show;
mod view;

use super::Machine;
use super::page::Page;

pub(super) use choosing::{Choosing, Purpose};
pub(super) use page::KeysPage;
pub use port::{KeysEffect, KeysEvent, NewShares};
pub use view::{
    EasyBecause, KeysAtPull, KeysView, OwnQuestion, PaperStage, PassphrasePurpose, ReadBackRefusal,
    SchemeChoice, ShareLabel, SharesNoted, ShownWords,
};

impl Machine {
    pub(super) fn keys_changed(&mut self, event: KeysEvent) {
        // Each arm puts a page back. An answer that nobody waits for any more is dropped, and the secrets in it are wiped.
        let page = std::mem::replace(&mut self.page, Page::home());
        self.page = match (page, event) {
            (Page::NewPassphrase { purpose, choosing }, KeysEvent::PassphraseProposed(outcome)) => {
                Page::NewPassphrase {
                    purpose,
                    choosing: choosing.proposed(outcome),
                }
            }
            (Page::Keys(page), KeysEvent::SharesMade(outcome)) => {
                Page::Keys(match page.shares_made(outcome) {
                    KeysPage::Share(ceremony) => self.at_share(ceremony),
                    page => page,
                })
            }
            (Page::Keys(page), KeysEvent::ExecutorsSet(outcome)) => {
                self.executors_set(page, outcome)
            }
            (Page::Keys(page), KeysEvent::PassphraseChanged(outcome)) => {
                page.passphrase_changed(outcome)
            }
            (page, _) => page,
        };
    }

    /// Whether shares open the archive already.
    pub(super) fn has_executors(&self) -> bool {
        self.archive
            .as_ref()
            .is_some_and(|archive| archive.has_executors)
    }

    /// What a drive that is pulled now means for its keys; nothing where they were not being changed.
    pub(super) fn keys_at_pull(&self) -> Option<KeysAtPull> {
        match &self.page {
            Page::Keys(page) => page.at_pull(),
            Page::NewPassphrase {
                purpose: Purpose::Change { .. },
                ..
            } => Some(KeysAtPull::Untouched),
            _ => None,
        }
    }
}
