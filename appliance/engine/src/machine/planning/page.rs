//! The plan from its overview to its last page: where somebody is, what is not saved yet, and what Esc leads back to.

use heirloom_format::Plan;

use crate::machine::entry::Entry;

use super::draft::Draft;
use super::form::Form;
use super::port::PlanWriteError;
use super::view::{PlanEntry, PlanPart};

/// All of it.
#[derive(Debug)]
pub(in crate::machine) struct Planning {
    /// As it is on the drive.
    pub(super) base: Box<Plan>,
    pub(super) draft: Draft,
    pub(super) step: Step,
    /// The steps before it that Esc leads back to.
    pub(super) trail: Vec<Step>,
    /// The questions are asked one after the other.
    pub(super) guided: bool,
    /// Why it is changed; kept while somebody goes back and forth.
    pub(super) reason: Entry,
}

/// Where it is.
#[derive(Debug)]
pub(super) enum Step {
    Overview {
        cursor: usize,
    },
    List {
        part: PlanPart,
        cursor: usize,
    },
    Form(Form),
    ConfirmRemove {
        part: PlanPart,
        at: usize,
        entry: PlanEntry,
    },
    Save {
        scroll: usize,
    },
    Saving,
    Saved {
        sheet_written: bool,
    },
    SaveFailed(PlanWriteError),
    ConfirmDiscard,
    History {
        scroll: usize,
    },
    Unreadable,
}

/// Where a key leads.
pub(super) enum Next {
    /// It stays, perhaps changed; or another step takes its place, and Esc leads to the same as before.
    Stay(Step),
    /// On to another step; Esc leads back.
    On(Step, Step),
    /// To the step before.
    Back,
    /// To the overview, whatever was before.
    Overview,
    /// To the start page.
    Home,
}

/// What was typed and not saved when the drive was pulled.
#[derive(Debug)]
pub(in crate::machine) struct UnsavedPlan {
    /// Its name.
    pub(super) archive: String,
    pub(super) base: Box<Plan>,
    pub(super) draft: Draft,
    pub(super) reason: Entry,
}

impl Planning {
    pub(super) fn of(base: Box<Plan>) -> Self {
        Self {
            draft: Draft::of(&base),
            base,
            step: Step::Overview { cursor: 0 },
            trail: Vec::new(),
            guided: false,
            reason: Entry::default(),
        }
    }

    pub(super) fn unreadable() -> Self {
        Self {
            step: Step::Unreadable,
            ..Self::of(Box::default())
        }
    }
}
