//! The recovery plan of the open archive: looked over, asked for part by part, changed, and saved with the reason.

mod changes;
mod draft;
mod form;
mod list;
mod page;
mod port;
mod save;
mod show;
mod view;

use heirloom_format::Day;

use super::event::Command;
use super::keys::move_cursor;
use super::names::name_of_folder;
use super::page::Page;
use super::{Machine, Now};

use draft::agree;
use list::Surroundings;
use page::{Next, Step};
use view::PlanPart as Part;

pub(super) use page::{Planning, UnsavedPlan};
pub use port::{PlanWriteError, PlanWritten};
pub use view::{
    FieldLine, FieldValue, FormRefusal, OverviewLine, PlanEntry, PlanField, PlanLine, PlanPart,
    PlanningView,
};

impl Machine {
    /// The plan of the open archive. What a pulled drive left unsaved is there again, unless the plan on the drive is another one now.
    pub(super) fn begin_planning(&mut self) -> Option<Page> {
        let archive = self.archive.as_ref()?;
        let Some(plan) = &archive.plan else {
            return Some(Page::Planning(Box::new(Planning::unreadable())));
        };
        let mut planning = Planning::of(plan.clone());
        let unsaved = self.unsaved_plan.take_if(|it| it.archive == archive.name);
        if let Some(unsaved) = unsaved.filter(|it| agree(&it.base, plan)) {
            (planning.draft, planning.reason) = (unsaved.draft, unsaved.reason);
        }
        Some(Page::Planning(Box::new(planning)))
    }

    /// Keeps what was typed when the drive is pulled.
    pub(super) fn keep_unsaved_plan(&mut self) {
        let (Page::Planning(planning), Some(archive)) = (&self.page, &self.archive) else {
            return;
        };
        if self.unsaved(planning) > 0 && !matches!(planning.step, Step::Saved { .. }) {
            self.unsaved_plan = Some(UnsavedPlan {
                archive: archive.name.clone(),
                base: planning.base.clone(),
                draft: planning.draft.clone(),
                reason: planning.reason.clone(),
            });
        }
    }

    /// Whether something was typed for this archive's plan that its pull left unsaved.
    pub(super) fn keeps_plan_of(&self, archive: &str) -> bool {
        let unsaved = self.unsaved_plan.as_ref();
        unsaved.is_some_and(|unsaved| unsaved.archive == archive)
    }

    pub(super) fn press_recovery_plan(
        &mut self,
        command: Command,
        mut planning: Box<Planning>,
    ) -> Page {
        let step = std::mem::replace(&mut planning.step, Step::Unreadable);
        match self.press_plan_step(command, &mut planning, step) {
            Next::Stay(step) => planning.step = step,
            Next::On(from, to) => {
                planning.trail.push(from);
                planning.step = to;
            }
            Next::Back => match planning.trail.pop() {
                Some(step) => planning.step = step,
                None => return Page::home(),
            },
            Next::Overview => planning.go_to_overview(),
            Next::Home => return Page::home(),
        }
        Page::Planning(planning)
    }

    fn press_plan_step(&mut self, command: Command, planning: &mut Planning, step: Step) -> Next {
        let is_answer = matches!(command, Command::Accept | Command::Back);
        match step {
            Step::Overview { cursor } => self.press_overview(command, planning, cursor),
            Step::List { part, cursor } => self.press_list(command, planning, part, cursor),
            Step::Form(form) => self.press_form(command, planning, form),
            Step::ConfirmRemove { part, at, entry } => {
                self.press_remove(command, planning, (part, at, entry))
            }
            Step::Save { scroll } => self.press_save(command, planning, scroll),
            Step::SaveFailed(error) => self.press_save_failed(command, planning, error),
            Step::ConfirmDiscard => match command {
                Command::Accept => Next::Home,
                Command::Back => Next::Back,
                _ => Next::Stay(Step::ConfirmDiscard),
            },
            Step::History { .. } if is_answer => Next::Back,
            Step::History { scroll } => Next::Stay(Step::History {
                scroll: move_cursor(command, scroll, planning.base.changes.len()),
            }),
            Step::Saved { .. } | Step::Unreadable if is_answer => Next::Home,
            step @ (Step::Saving | Step::Saved { .. } | Step::Unreadable) => Next::Stay(step),
        }
    }

    fn press_overview(&mut self, command: Command, planning: &mut Planning, cursor: usize) -> Next {
        let lines = self.overview_lines(planning);
        let cursor = cursor.min(lines.len() - 1);
        let here = Step::Overview { cursor };
        match (command, lines[cursor]) {
            // Nothing that was typed is left behind by a key pressed in passing.
            (Command::Back, _) if self.unsaved(planning) > 0 => {
                Next::On(here, Step::Save { scroll: 0 })
            }
            (Command::Back, _) => Next::Home,
            (Command::Accept, OverviewLine::Interview) => {
                planning.guided = true;
                Next::On(here, self.part_step(planning, Part::People))
            }
            (Command::Accept, OverviewLine::Part(part)) => {
                planning.guided = false;
                Next::On(here, self.part_step(planning, part))
            }
            (Command::Accept, OverviewLine::History) => Next::On(here, Step::History { scroll: 0 }),
            (Command::Accept, OverviewLine::Save) => Next::On(here, Step::Save { scroll: 0 }),
            (Command::Accept, OverviewLine::Discard) => Next::On(here, Step::ConfirmDiscard),
            (command, _) => Next::Stay(Step::Overview {
                cursor: move_cursor(command, cursor, lines.len()),
            }),
        }
    }

    pub(super) fn overview_lines(&self, planning: &Planning) -> Vec<OverviewLine> {
        let mut lines = vec![OverviewLine::Interview];
        lines.extend(Part::ALL.map(OverviewLine::Part));
        if !planning.base.changes.is_empty() {
            lines.push(OverviewLine::History);
        }
        if self.unsaved(planning) > 0 {
            lines.extend([OverviewLine::Save, OverviewLine::Discard]);
        }
        lines
    }

    fn surroundings(&self) -> Surroundings {
        let archive = self.archive.as_ref();
        let folders = archive.iter().flat_map(|archive| &archive.source_folders);
        Surroundings {
            name: archive.map_or_else(String::new, |archive| archive.name.clone()),
            sources: folders.map(|folder| name_of_folder(folder)).collect(),
        }
    }
}

impl Planning {
    fn go_to_overview(&mut self) {
        self.trail.clear();
        self.step = Step::Overview { cursor: 0 };
    }
}

/// The day that stands with what is done now. No archive is open while the clock is outside of all calendars; the epoch stands for it.
pub(super) fn today(now: Now) -> Day {
    Day::of_unix_s(now.unix_s)
        .or_else(|| Day::of_unix_s(0))
        .unwrap_or_else(|| unreachable!("1970 is in the calendar"))
}
