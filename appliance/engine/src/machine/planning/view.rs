//! What is to be shown of the recovery plan: meaning only.

use heirloom_format::{Account, Cadence, Change, Kept, KeptThing, Person, Plan, Role};

use super::port::PlanWriteError;

/// The pages of the recovery plan.
#[derive(Clone, Debug)]
pub enum PlanningView {
    /// What is in the plan, and what is not.
    Overview {
        /// The archive.
        name: String,
        /// As it would be saved.
        plan: Box<Plan>,
        /// So many changes are not saved yet.
        unsaved: usize,
        /// What can be chosen.
        lines: Vec<OverviewLine>,
        /// Which one the cursor is on.
        cursor: usize,
    },
    /// The entries of a part.
    List {
        /// Which part.
        part: PlanPart,
        /// The questions are asked one after the other.
        guided: bool,
        /// What can be chosen.
        lines: Vec<PlanLine>,
        /// Which one the cursor is on.
        cursor: usize,
    },
    /// One entry, field by field.
    Form {
        /// Of which part.
        part: PlanPart,
        /// It is not in the plan yet.
        is_new: bool,
        /// What is asked.
        fields: Vec<FieldLine>,
        /// Which one the cursor is on.
        cursor: usize,
        /// Why it was not taken.
        refused: Option<FormRefusal>,
    },
    /// Take this entry out?
    ConfirmRemove {
        /// The entry.
        entry: PlanEntry,
    },
    /// What will be saved, and the question why.
    Save {
        /// What changed.
        changes: Vec<Change>,
        /// First of them that is shown.
        scroll: usize,
        /// What was typed.
        reason: String,
    },
    /// It is being written.
    Saving,
    /// It is on the drive.
    Saved {
        /// The archive.
        name: String,
        /// Whether the restore sheet on the drive tells of it.
        sheet_written: bool,
    },
    /// It could not be written; what was typed is still there.
    SaveFailed {
        /// Why.
        error: PlanWriteError,
    },
    /// Leave without saving?
    ConfirmDiscard {
        /// So many changes would be lost.
        unsaved: usize,
    },
    /// What was changed, when and why.
    History {
        /// Newest first.
        changes: Vec<Change>,
        /// First of them that is shown.
        scroll: usize,
    },
    /// The plan on the drive can't be read, or is of a later version. Nothing is written.
    Unreadable {
        /// The archive.
        name: String,
    },
}

/// The parts of the plan, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanPart {
    /// Who has to do with it.
    People,
    /// Where drives, sheets, shares and sticks are.
    Kept,
    /// Other destinations.
    Accounts,
    /// What is restored first.
    Order,
    /// How often is checked.
    Cadence,
}

impl PlanPart {
    /// All, in order.
    pub const ALL: [Self; 5] = [
        Self::People,
        Self::Kept,
        Self::Accounts,
        Self::Order,
        Self::Cadence,
    ];

    /// The one that is asked after it.
    pub(super) fn next(self) -> Option<Self> {
        let at = Self::ALL.iter().position(|part| *part == self)?;
        Self::ALL.get(at + 1).copied()
    }
}

/// What can be chosen on the overview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverviewLine {
    /// All questions, one after the other.
    Interview,
    /// One part.
    Part(PlanPart),
    /// What was changed, when and why.
    History,
    /// Write it to the drive.
    Save,
    /// Leave without saving.
    Discard,
}

/// Something in a part of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanEntry {
    /// Of the people.
    Person(Person),
    /// Of what is kept somewhere.
    Kept(KeptThing),
    /// Of the accounts.
    Account(Account),
    /// Of the order of restoration, with its number.
    Step(usize, String),
}

/// What can be chosen in a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanLine {
    /// What is in it.
    Entry(PlanEntry),
    /// What could well be in it, and is not.
    Suggested(PlanEntry),
    /// Something else.
    Add,
    /// To the next question, or back to the overview.
    GoOn,
}

/// A field of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldLine {
    /// Which.
    pub field: PlanField,
    /// What is in it.
    pub value: FieldValue,
}

/// What is in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// What was typed.
    Text(String),
    /// One of some.
    Role(Role),
    /// One of some.
    Kept(Kept),
}

/// The fields of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanField {
    /// A person's name.
    Name,
    /// Their part in it.
    Role,
    /// How to reach them.
    Contact,
    /// Under which circumstances they may restore.
    MayRestore,
    /// What is kept.
    What,
    /// Which one, where there are several.
    Which,
    /// Where it is.
    Place,
    /// The service of an account.
    Service,
    /// Under which name.
    Account,
    /// Where its credentials are.
    CredentialsAt,
    /// Where its second factor is.
    SecondFactorAt,
    /// A line of the order of restoration.
    Step,
    /// Months from audit to audit.
    AuditMonths,
    /// Months from rehearsal to rehearsal.
    RehearsalMonths,
}

/// Why a form was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormRefusal {
    /// This field may not be empty.
    Empty(PlanField),
    /// No number of months from 1 to 120.
    NotMonths,
}

/// What a part of the plan is asked to be, where nobody chose.
pub(super) fn cadence_or_usual(cadence: Option<&Cadence>) -> Cadence {
    cadence.cloned().unwrap_or_default()
}
