//! An audit: all of the archive checked, counts compared, the drive looked at.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::word::words;
use crate::Day;

/// An audit as it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// By the clock of the PC.
    pub date: Day,
    /// What it showed.
    pub result: AuditResult,
    /// The archive's highest generation then; 0 without any.
    pub generation: u32,
    /// Different contents that were read and compared with their SHA-256.
    pub files: u64,
    /// Their length.
    pub bytes: u64,
    /// Findings of the check: what is damaged, missing or not ours.
    pub problems: u64,
    /// One for each source that was plugged in and compared.
    #[serde(default)]
    pub counts: Vec<SourceCount>,
    /// Free on the archive.
    pub free_bytes: u64,
    /// The archive's size.
    pub total_bytes: u64,
    /// How the drive judges itself.
    pub fitness: Fitness,
    /// The LUKS header's backup is there, and is that of the drive.
    pub header_backup: bool,
    /// What changed since the last one, and why, in one line. Empty where it was not said.
    #[serde(default)]
    pub remark: String,
    /// Fields that are not known here.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A source's files beside those of its newest snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceCount {
    /// The source's name in the archive.
    pub source: String,
    /// Files that it listed now, of those that are wanted.
    pub listed_files: u64,
    /// Files of its newest snapshot.
    pub archived_files: u64,
    /// Listed, and not in the snapshot.
    pub new_files: u64,
    /// In the snapshot, and no longer listed.
    pub gone_files: u64,
    /// Fields that are not known here.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

words! {
    /// What an audit showed.
    AuditResult {
        /// Everything is as it was archived.
        Passed = "passed",
        /// Something is damaged or missing.
        Failed = "failed",
    }
}

words! {
    /// How a drive judges itself.
    Fitness {
        /// It says that it is well.
        Good = "good",
        /// It says that it is about to fail, or that it has lost sectors.
        Failing = "failing",
        /// It does not tell, or its bridge does not pass it on.
        Unknown = "unknown",
    }
}
