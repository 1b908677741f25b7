//! `plan.json`: what the family agreed on about its archive, and when getting it back was last rehearsed.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Day;

/// The version of `plan.json` that FORMAT.md describes.
pub const PLAN_VERSION: u32 = 1;

/// `plan.json`. What a later Heirloom keeps in it is kept, though not understood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`PLAN_VERSION`]. Only raised when whoever knows the older one alone must not write here any more.
    pub version: u32,
    /// Oldest first; a rehearsal is never taken out.
    #[serde(default)]
    pub rehearsals: Vec<Rehearsal>,
    /// Fields that are not known here.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A rehearsal of a restore.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// Whose key opened the archive for a rehearsal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum RehearsedBy {
    /// The owner's passphrase.
    Owner,
    /// The executors' shares.
    Executors,
    /// A word that a later Heirloom wrote.
    Other(String),
}

/// What a rehearsal showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum RehearsalResult {
    /// Files were chosen, and all of them came back as they were archived.
    Passed,
    /// None was there to be chosen, or not all came back.
    Failed,
    /// A word that a later Heirloom wrote.
    Other(String),
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
            rehearsals: Vec::new(),
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

impl RehearsedBy {
    /// As it is written.
    pub fn word(&self) -> &str {
        match self {
            Self::Owner => "owner",
            Self::Executors => "executors",
            Self::Other(word) => word,
        }
    }
}

impl From<String> for RehearsedBy {
    fn from(word: String) -> Self {
        match &*word {
            "owner" => Self::Owner,
            "executors" => Self::Executors,
            _ => Self::Other(word),
        }
    }
}

impl From<RehearsedBy> for String {
    fn from(by: RehearsedBy) -> Self {
        by.word().to_owned()
    }
}

impl RehearsalResult {
    /// As it is written.
    pub fn word(&self) -> &str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Other(word) => word,
        }
    }
}

impl From<String> for RehearsalResult {
    fn from(word: String) -> Self {
        match &*word {
            "passed" => Self::Passed,
            "failed" => Self::Failed,
            _ => Self::Other(word),
        }
    }
}

impl From<RehearsalResult> for String {
    fn from(result: RehearsalResult) -> Self {
        result.word().to_owned()
    }
}

impl fmt::Display for RehearsalResult {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rehearsal() -> Rehearsal {
        Rehearsal {
            date: "2026-11-23".parse().expect("a day"),
            by: RehearsedBy::Executors,
            result: RehearsalResult::Passed,
            generation: 7,
            files: 220,
            bytes: 880_000_000,
            problems: 0,
            other: Map::new(),
        }
    }

    #[test]
    fn comes_back_as_it_was_printed() {
        let mut plan = Plan::new();
        assert_eq!(
            plan.print(),
            "{\n  \"version\": 1,\n  \"rehearsals\": []\n}\n"
        );
        plan.rehearsals.push(rehearsal());
        let text = plan.print();
        let expected = "{\n  \"version\": 1,\n  \"rehearsals\": [\n    {\n      \"date\": \"2026-11-23\",\n      \
                        \"by\": \"executors\",\n      \"result\": \"passed\",\n      \"generation\": 7,\n      \
                        \"files\": 220,\n      \"bytes\": 880000000,\n      \"problems\": 0\n    }\n  ]\n}\n";
        assert_eq!(text, expected);
        assert_eq!(Plan::parse(text.as_bytes()).expect("ours"), plan);
    }

    #[test]
    fn what_a_later_version_wrote_is_kept() {
        let later = r#"{"cloud": [{"account": "photos"}], "version": 1, "rehearsals": [{"date": "2027-01-02", "by": "notary",
            "result": "partly", "generation": 9, "files": 1, "bytes": 2, "problems": 3, "where": "bank"}], "cadence_days": 90}"#;
        let mut plan = Plan::parse(later.as_bytes()).expect("readable");
        plan.rehearsals.push(rehearsal());
        let printed: Value = serde_json::from_str(&plan.print()).expect("JSON");
        let before: Value = serde_json::from_str(later).expect("JSON");
        assert_eq!(printed["cloud"], before["cloud"]);
        assert_eq!(printed["cadence_days"], before["cadence_days"]);
        assert_eq!(printed["rehearsals"][0], before["rehearsals"][0]);
        assert_eq!(printed["rehearsals"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn a_newer_version_and_nonsense_are_told_apart() {
        let newer = Plan::parse(br#"{"version": 2, "rehearsals": "else"}"#);
        assert!(matches!(newer, Err(PlanError::Newer { found: 2 })));
        for bytes in [
            &b""[..],
            b"{}",
            b"\xff",
            b"[1]",
            br#"{"version":1,"rehearsals":[{"date":"2026-13-01"}]}"#,
            br#"{"version":1,"version":1}"#,
        ] {
            assert!(matches!(Plan::parse(bytes), Err(PlanError::Malformed(_))));
        }
    }
}
