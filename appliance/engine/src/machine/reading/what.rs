//! What is restored: everything or one source, all of it or a part, from the newest snapshot or an older one, and into which folders.

use crate::RestoreLayout;
use crate::machine::Machine;
use crate::machine::event::Command;
use crate::machine::keys::move_cursor;

use super::browse::{Browse, Browsing};
use super::days::Days;
use super::page::{Next, Reading, Step, Wanted, WhereStep};
use super::port::ArchivedSource;
use super::view_parts::PartLine;

/// In the order in which they are offered.
pub(super) const LAYOUTS: [RestoreLayout; 2] = [RestoreLayout::AsItWas, RestoreLayout::ByMonth];

impl Reading {
    /// The source that was chosen.
    pub(super) fn source(&self) -> Option<&ArchivedSource> {
        self.archive.as_ref()?.sources.get(self.wanted.source?)
    }

    /// What can be chosen of it.
    pub(super) fn part_lines(&self) -> Vec<PartLine> {
        match self.source() {
            None => vec![PartLine::All, PartLine::Days],
            Some(source) => {
                let mut lines = vec![PartLine::All, PartLine::Folders, PartLine::Days];
                if source.snapshots.len() > 1 {
                    lines.push(PartLine::Older);
                }
                lines
            }
        }
    }
}

pub(super) fn press_what(command: Command, reading: &mut Reading, cursor: usize) -> Next {
    let sources = reading.archive.as_ref().map_or(0, |it| it.sources.len());
    let has_plan = reading.has_recovery_plan();
    match command {
        Command::Back => Next::On(Step::What { cursor }, Step::ConfirmLeave),
        Command::Accept if has_plan && cursor == sources + 1 => {
            Next::On(Step::What { cursor }, Step::RecoveryPlan { scroll: 0 })
        }
        Command::Accept if sources > 0 => {
            reading.wanted = Wanted {
                source: cursor.checked_sub(1),
                ..Wanted::default()
            };
            Next::On(Step::What { cursor }, Step::Part { cursor: 0 })
        }
        command => {
            let cursor = move_cursor(command, cursor, sources + 1 + usize::from(has_plan));
            Next::Stay(Step::What { cursor })
        }
    }
}

pub(super) fn press_snapshots(command: Command, reading: &mut Reading, cursor: usize) -> Next {
    let snapshots = reading.source().map_or(0, |it| it.snapshots.len());
    match command {
        Command::Back => Next::Back,
        Command::Accept => {
            reading.wanted.snapshot = cursor;
            Next::Back
        }
        command => {
            let cursor = move_cursor(command, cursor, snapshots);
            Next::Stay(Step::Snapshots { cursor })
        }
    }
}

pub(super) fn press_days(command: Command, reading: &mut Reading, mut days: Days) -> Next {
    if command == Command::Back {
        return Next::Back;
    }
    match days.press(command) {
        Some(span) => {
            reading.wanted.dates = Some(span);
            Next::On(Step::Days(days), reading.layout_step())
        }
        None => Next::Stay(Step::Days(days)),
    }
}

pub(super) fn press_layout(command: Command, reading: &mut Reading, cursor: usize) -> Next {
    match command {
        Command::Back => Next::Back,
        Command::Accept => {
            reading.wanted.layout = LAYOUTS[cursor];
            let disks = Step::Where(WhereStep::default());
            Next::On(Step::Layout { cursor }, disks)
        }
        command => {
            let cursor = move_cursor(command, cursor, LAYOUTS.len());
            Next::Stay(Step::Layout { cursor })
        }
    }
}

impl Reading {
    fn layout_step(&self) -> Step {
        let at = LAYOUTS.iter().position(|it| *it == self.wanted.layout);
        Step::Layout {
            cursor: at.unwrap_or(0),
        }
    }
}

impl Machine {
    pub(super) fn press_part(
        &mut self,
        command: Command,
        reading: &mut Reading,
        cursor: usize,
    ) -> Next {
        let lines = reading.part_lines();
        let cursor = cursor.min(lines.len() - 1);
        let here = Step::Part { cursor };
        if command == Command::Back {
            return Next::Back;
        }
        if command != Command::Accept {
            let cursor = move_cursor(command, cursor, lines.len());
            return Next::Stay(Step::Part { cursor });
        }
        (reading.wanted.only, reading.wanted.dates) = (Vec::new(), None);
        let at = reading.wanted.snapshot;
        match lines[cursor] {
            PartLine::All => Next::On(here, reading.layout_step()),
            PartLine::Days => Next::On(here, Step::Days(Days::new())),
            PartLine::Older => Next::On(here, Step::Snapshots { cursor: at }),
            PartLine::Folders => {
                let snapshot = reading.source().and_then(|it| it.snapshots.get(at));
                let Some(snapshot) = snapshot else {
                    return Next::Stay(here);
                };
                let browse = Browse::new(snapshot.folder.clone());
                self.ask(browse.listing());
                Next::On(here, Step::Browse(browse))
            }
        }
    }

    pub(super) fn press_browse(
        &mut self,
        command: Command,
        reading: &mut Reading,
        mut browse: Browse,
    ) -> Next {
        match browse.press(command) {
            Browsing::On => Next::Stay(Step::Browse(browse)),
            Browsing::List(listing) => {
                self.ask(listing);
                Next::Stay(Step::Browse(browse))
            }
            Browsing::Wanted(only) => {
                reading.wanted.only = only;
                Next::On(Step::Browse(browse), reading.layout_step())
            }
            Browsing::Out => Next::Back,
        }
    }
}
