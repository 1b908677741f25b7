//! The pages of what became of one source, or of several.

use super::Machine;
use super::event::Command;
use super::keys::move_cursor;
use super::page::{EndedPage, Page};
use super::round::Outcome;

impl EndedPage {
    /// Whether the page offers the other sources that are plugged in.
    fn offers_others(&self) -> bool {
        let is_of_one = self.ended.len() == 1;
        let is_report = |it: &Outcome| matches!(it, Outcome::Archived { .. });
        !self.is_open || (is_of_one && self.outcome().is_some_and(is_report))
    }

    pub(super) fn outcome(&self) -> Option<&Outcome> {
        self.ended.get(self.cursor).map(|it| &it.outcome)
    }

    /// What can be moved through on the page of one.
    fn lines(&self) -> usize {
        match self.outcome() {
            Some(Outcome::Archived { report, .. }) => {
                report.problems.len()
                    + report.differences.len()
                    + report.groups.first_incomplete.len()
                    + report.unwanted.len()
            }
            _ => 0,
        }
    }
}

impl Machine {
    pub(super) fn press_ended(&mut self, command: Command, mut page: EndedPage) -> Page {
        let is_next = matches!(command, Command::Type('n' | 'N')) && page.offers_others();
        let others = if is_next {
            self.others(None)
        } else {
            Vec::new()
        };
        if !others.is_empty() {
            self.begin_round(others);
            return std::mem::replace(&mut self.page, Page::home());
        }
        match (command, page.is_open) {
            (Command::Accept | Command::Back, true) if page.ended.len() > 1 => {
                (page.is_open, page.scroll) = (false, 0);
            }
            (Command::Accept, false) => {
                page.is_open = !matches!(page.outcome(), Some(Outcome::NotBegun));
            }
            (Command::Accept | Command::Back, _) => return Page::home(),
            (command, true) => page.scroll = move_cursor(command, page.scroll, page.lines()),
            (command, false) => {
                page.cursor = move_cursor(command, page.cursor, page.ended.len());
            }
        }
        Page::Ended(page)
    }
}
