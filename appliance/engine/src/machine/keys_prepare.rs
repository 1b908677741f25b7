//! The page before a run: what is archived, how it is checked, and the start.

use crate::MediaChoice;
use crate::device::DeviceId;

use super::Machine;
use super::devices::Probe;
use super::event::Command;
use super::keys::move_cursor;
use super::page::{Page, Preparation};
use super::wish::PrepareLine;

impl Machine {
    /// The page before a run of this source; `None` when it can't be read now.
    pub(super) fn prepare(&self, device: &DeviceId) -> Option<Page> {
        let source = self.devices.get(device)?;
        let Probe::Ready(identity) = source.probe.clone() else {
            return None;
        };
        let noun = source.noun();
        Some(Page::Prepare(Preparation {
            device: device.clone(),
            source: source.name(),
            noun,
            wish: self.wishes.of(&identity, noun),
            identity,
            cursor: 0,
        }))
    }

    pub(super) fn press_prepare(&mut self, command: Command, mut page: Preparation) -> Page {
        let lines = PrepareLine::ALL;
        match (command, lines[page.cursor.min(lines.len() - 1)]) {
            (Command::Back, _) => return Page::home(),
            (Command::Accept, PrepareLine::Start) => {
                // Leads home where the source is no longer ready.
                self.page = Page::home();
                self.begin_run(&page.device, page.wish);
                return std::mem::replace(&mut self.page, Page::home());
            }
            (Command::Accept | Command::Type(' '), PrepareLine::What) => {
                page.wish.choice = match page.wish.choice {
                    MediaChoice::AllMedia => MediaChoice::Everything,
                    MediaChoice::Everything => MediaChoice::AllMedia,
                };
                self.wishes.remember(&page.identity, page.wish);
            }
            (Command::Accept | Command::Type(' '), PrepareLine::Check) => {
                page.wish.reads_twice = !page.wish.reads_twice;
                self.wishes.remember(&page.identity, page.wish);
            }
            (command, _) => page.cursor = move_cursor(command, page.cursor, lines.len()),
        }
        Page::Prepare(page)
    }

    /// A source that went, or is another one now, is not asked about any longer: the start page shows what there is.
    pub(super) fn leave_lost_source(&mut self) {
        let Page::Prepare(page) = &self.page else {
            return;
        };
        let there = self.devices.get(&page.device).is_some_and(
            |source| matches!(&source.probe, Probe::Ready(identity) if *identity == page.identity),
        );
        if !there {
            self.page = Page::home();
        }
    }
}
