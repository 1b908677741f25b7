//! The page before a run: what is archived, how it is checked, what the source is called, who comes after it, and the start.

use crate::MediaChoice;
use crate::device::DeviceId;

use super::Machine;
use super::devices::Probe;
use super::entry::Entry;
use super::event::Command;
use super::keys::move_cursor;
use super::names::{SOURCE_NAME_CHARS_MAX, tidy};
use super::page::{Page, Preparation};
use super::round::Queued;
use super::view_run::NameOrigin;
use super::wish::PrepareLine;

impl Preparation {
    /// Where the cursor is among these lines: its own may have gone with what it was about.
    pub(super) fn line(&self, lines: &[PrepareLine]) -> usize {
        let at = lines.iter().position(|line| *line == self.cursor);
        at.unwrap_or(0)
    }
}

impl Machine {
    /// The page before a run of this source; `None` when it can't be read now.
    pub(super) fn prepare(&self, device: &DeviceId) -> Option<Page> {
        let source = self.devices.get(device)?;
        let Probe::Ready(identity) = source.probe.clone() else {
            return None;
        };
        let noun = source.noun();
        let name = self.name_of(source);
        Some(Page::Prepare(Preparation {
            device: device.clone(),
            noun,
            wish: self.wishes.of(&identity, noun),
            identity,
            cursor: PrepareLine::Start,
            name: Entry::of(&name.text),
            suggested: name.text,
            origin: name.origin,
            is_untouched: true,
            refused: None,
            others_follow: false,
        }))
    }

    pub(super) fn press_prepare(&mut self, command: Command, mut page: Preparation) -> Page {
        let others = self.others(Some(&page.device));
        let lines = PrepareLine::shown(!others.is_empty());
        let at = page.line(lines);
        match (command, lines[at]) {
            (Command::Back, _) => {
                self.takes_name(&mut page);
                return Page::home();
            }
            (Command::Accept, PrepareLine::Start) => {
                if self.takes_name(&mut page) {
                    return self.start(page, others);
                }
                page.cursor = PrepareLine::Name;
            }
            (Command::Accept | Command::Type(' '), PrepareLine::What) => {
                page.wish.choice = match page.wish.choice {
                    MediaChoice::AllMedia => MediaChoice::Everything,
                    MediaChoice::Everything => MediaChoice::AllMedia,
                };
                self.wishes.remember(&page.identity, page.wish);
            }
            (Command::Accept | Command::Type(' '), PrepareLine::Reading) => {
                page.wish.reading = page.wish.reading.next();
                self.wishes.remember(&page.identity, page.wish);
            }
            (Command::Accept | Command::Type(' '), PrepareLine::Others) => {
                page.others_follow = !page.others_follow;
            }
            (Command::Accept, PrepareLine::Name) => {
                if self.takes_name(&mut page) {
                    page.cursor = PrepareLine::Start;
                }
            }
            (Command::Type(_) | Command::Erase, PrepareLine::Name) => edit_name(command, &mut page),
            (command, line) => {
                page.cursor = lines[move_cursor(command, at, lines.len())];
                if line == PrepareLine::Name && page.cursor != line {
                    self.takes_name(&mut page);
                }
            }
        }
        Page::Prepare(page)
    }

    /// Leads home where the source is no longer ready.
    fn start(&mut self, page: Preparation, others: Vec<Queued>) -> Page {
        let first = Queued::new(
            page.device,
            page.identity,
            page.name.text().to_owned(),
            page.noun,
            page.wish,
        );
        let others = others.into_iter().filter(|_| page.others_follow);
        self.begin_round(std::iter::once(first).chain(others).collect());
        std::mem::replace(&mut self.page, Page::home())
    }

    /// Takes what was typed for the source's name, or what the device calls itself where nothing was; whether it can be taken.
    fn takes_name(&mut self, page: &mut Preparation) -> bool {
        if page.origin == NameOrigin::Archived {
            return true;
        }
        let typed = tidy(page.name.text());
        if typed.is_empty() || page.is_untouched {
            page.name = Entry::of(&page.suggested);
            page.is_untouched = true;
            page.refused = None;
            return true;
        }
        page.refused = self.refuse_source_name(&page.device, &page.identity, &typed);
        if page.refused.is_none() {
            self.given_names.remember(&page.identity, &typed);
            page.origin = NameOrigin::Person;
            page.name = Entry::of(&typed);
            page.suggested = typed;
            page.is_untouched = true;
        }
        page.refused.is_none()
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

/// The first character that is typed replaces what stood there, as if that were marked; what the archive knows stays.
fn edit_name(command: Command, page: &mut Preparation) {
    if page.origin == NameOrigin::Archived {
        return;
    }
    if page.is_untouched && matches!(command, Command::Type(_)) {
        page.name = Entry::default();
    }
    if page.name.edit(command, SOURCE_NAME_CHARS_MAX) {
        page.is_untouched = false;
        page.refused = None;
    }
}
