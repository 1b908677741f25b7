//! `plan.json`: what the family agreed on about its archive, and when it was audited and getting it back was rehearsed.

mod agreed;
mod audit;
mod held;
#[cfg(test)]
mod tests;
mod word;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Day;
use word::words;

pub use agreed::{Account, Cadence, Change, Kept, KeptThing, Person, Role};
pub use audit::{Audit, AuditResult, Fitness, SourceCount};
pub use held::{HeldShare, ShareForm, ShareSet};

/// The version of `plan.json` that FORMAT.md describes.
pub const PLAN_VERSION: u32 = 1;

/// `plan.json`. What a later Heirloom keeps in it is kept, though not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// [`PLAN_VERSION`]. Only raised when whoever knows the older one alone must not write here any more.
    pub version: u32,
    /// Who has to do with it. As all that was never asked about, it is left out of the file while it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Person>,
    /// Where drives, sheets, shares and sticks are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<KeptThing>,
    /// Other destinations of pictures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<Account>,
    /// What is to be restored first, then next, each in one line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restore_order: Vec<String>,
    /// How often is checked and rehearsed; `None` while nobody chose, which is as [`Cadence::default`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cadence: Option<Cadence>,
    /// The executors' shares that count, as far as is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares: Option<ShareSet>,
    /// Oldest first; an audit is never taken out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audits: Vec<Audit>,
    /// Oldest first; a rehearsal is never taken out.
    #[serde(default)]
    pub rehearsals: Vec<Rehearsal>,
    /// Oldest first; a change is never taken out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Fields that are not known here.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A rehearsal of a restore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// By the clock of the PC.
    pub date: Day,
    /// Whose key opened the archive.
    pub by: RehearsedBy,
    /// What it showed.
    pub result: RehearsalResult,
    /// The archive's highest generation then; 0 without any snapshot.
    pub generation: u32,
    /// Files that came back as they were archived.
    pub files: u64,
    /// Their length.
    pub bytes: u64,
    /// Files that did not come back, and sources that could not be listed.
    pub problems: u64,
    /// Fields that are not known here.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

words! {
    /// Whose key opened the archive for a rehearsal.
    RehearsedBy {
        /// The owner's passphrase.
        Owner = "owner",
        /// The executors' shares.
        Executors = "executors",
    }
}

words! {
    /// What a rehearsal showed.
    RehearsalResult {
        /// Files were chosen, and all of them came back as they were archived.
        Passed = "passed",
        /// None was there to be chosen, or not all came back.
        Failed = "failed",
    }
}

/// Why bytes are not a `plan.json` that we can read, and so must not be written anew either.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Not the fields of this format.
    #[error("plan.json cannot be read: {0}")]
    Malformed(#[from] serde_json::Error),
    /// Made by a newer Heirloom, which asks older ones to keep away.
    #[error("plan.json is of version {found}, and this Heirloom knows up to {PLAN_VERSION}")]
    Newer {
        /// Its version.
        found: u32,
    },
}

#[derive(Deserialize)]
struct VersionOnly {
    version: u32,
}

impl Plan {
    /// An empty one.
    pub fn new() -> Self {
        Self {
            version: PLAN_VERSION,
            people: Vec::new(),
            kept: Vec::new(),
            accounts: Vec::new(),
            restore_order: Vec::new(),
            cadence: None,
            shares: None,
            audits: Vec::new(),
            rehearsals: Vec::new(),
            changes: Vec::new(),
            other: Map::new(),
        }
    }

    /// Reads `plan.json`.
    ///
    /// # Errors
    /// [`PlanError`]; a newer version is told apart even where its fields differ.
    pub fn parse(bytes: &[u8]) -> Result<Self, PlanError> {
        let VersionOnly { version } = serde_json::from_slice(bytes)?;
        if version > PLAN_VERSION {
            return Err(PlanError::Newer { found: version });
        }
        Ok(serde_json::from_slice(bytes)?)
    }

    /// When the next audit is due: so many months after the last one. `None`: none was ever made, so it is due now.
    pub fn audit_due(&self) -> Option<Day> {
        let months = self.cadence.as_ref().map_or_else(
            || Cadence::default().audit_months,
            |cadence| cadence.audit_months,
        );
        let last = self.audits.iter().map(|audit| audit.date).max()?;
        Some(last.after_months(months))
    }

    /// When the next rehearsal is due, likewise.
    pub fn rehearsal_due(&self) -> Option<Day> {
        let months = self.cadence.as_ref().map_or_else(
            || Cadence::default().rehearsal_months,
            |cadence| cadence.rehearsal_months,
        );
        let last = self
            .rehearsals
            .iter()
            .map(|rehearsal| rehearsal.date)
            .max()?;
        Some(last.after_months(months))
    }

    /// Takes over what people agreed on in `wanted`, who has which share, and the changes that are not in the history yet. Audits, rehearsals, and what is
    /// not known here stay as they are; so does a history that went on meanwhile.
    pub fn agree_on(&mut self, wanted: Self) {
        let known = self.changes.iter().zip(&wanted.changes);
        let known = known.take_while(|(here, there)| here == there).count();
        self.changes.extend(wanted.changes.into_iter().skip(known));
        self.people = wanted.people;
        self.kept = wanted.kept;
        self.accounts = wanted.accounts;
        self.restore_order = wanted.restore_order;
        self.cadence = wanted.cadence;
        self.shares = wanted.shares;
    }

    /// The file's content. What is not known here stands after what is, in the order of its names.
    ///
    /// # Panics
    /// Never: numbers, strings, and what was read as JSON always become JSON.
    pub fn print(&self) -> String {
        serde_json::to_string_pretty(self).expect("what was JSON becomes JSON") + "\n"
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self::new()
    }
}
