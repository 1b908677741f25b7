//! What a check says in the end.

use heirloom_format::{ArchiveInfo, Digest};

use super::finding::Finding;
use super::meaning::Meaning;
use super::order::VerifyDepth;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyReport {
    /// Which archive.
    pub archive: ArchiveInfo,
    /// How deep the check went.
    pub depth: VerifyDepth,
    /// Published snapshots.
    pub snapshots: u64,
    /// Snapshots that retention removed, and whose descriptions are kept.
    pub thinned: u64,
    /// The number of the newest snapshot; 0 for none.
    pub generation: u32,
    /// The head of the newest snapshot: what a sheet must say.
    pub head: Option<Digest>,
    /// Names of files in all snapshots together.
    pub names: u64,
    /// Files that they stand for: a content that many snapshots link counts once.
    pub files: u64,
    /// Bytes of files that were read and hashed.
    pub bytes_read: u64,
    /// What is not as it should be.
    pub findings: Vec<Finding>,
}

impl VerifyReport {
    /// Nothing is wrong, as far as the check went.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    /// The worst that was found means this for the pictures.
    pub fn worst(&self) -> Option<Meaning> {
        self.findings
            .iter()
            .map(|finding| finding.kind.meaning())
            .min()
    }
}
