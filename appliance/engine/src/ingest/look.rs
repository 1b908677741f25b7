//! Looks at the bytes of a file as they come from the source, to notice what went wrong before they reach us: a file that is cut off by its own
//! account, and one that is not the same the second time.

use heirloom_format::Digest;
use heirloom_media::{Checker, Reason, Verdict};
use sha2::Digest as _;

use super::notes::{Notes, notes};
use super::row::Row;
use super::suspicion::Suspicion;

/// How the files of a source are looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// Whether each file is read a second time, and must be the same.
    pub(super) reads_twice: bool,
    /// Whether the source may make other files of what it keeps while it gives them.
    pub(super) is_iphone: bool,
}

/// What is found of a file that is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Findings {
    pub(super) suspect: Option<Suspicion>,
    pub(super) notes: Notes,
}

/// A look at one file, from its first byte on.
pub(super) struct Look {
    checker: Checker,
    is_iphone: bool,
    /// Where the source is read twice.
    hasher: Option<sha2::Sha256>,
}

/// What a look at all bytes of a file says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// What is wrong with the file's own structure.
    pub(super) suspect: Option<Reason>,
    pub(super) notes: Notes,
    /// Where the source is read twice.
    pub(super) sha256: Option<Digest>,
}

impl Look {
    pub(super) fn at(row: &Row<'_>, manner: Manner) -> Self {
        Self {
            // The length that the source states is compared by the fetcher, which asks again for all files and not for media alone.
            checker: Checker::new(&row.path_text(), None),
            is_iphone: manner.is_iphone,
            hasher: manner.reads_twice.then(sha2::Sha256::new),
        }
    }

    pub(super) fn see(&mut self, piece: &[u8]) {
        self.checker.feed(piece);
        if let Some(hasher) = &mut self.hasher {
            hasher.update(piece);
        }
    }

    /// Ends the look at the file of that row.
    pub(super) fn finish(self, row: &Row<'_>) -> Seen {
        let checked = self.checker.finish();
        let suspect = match checked.verdict {
            Verdict::Suspect(reason) => Some(reason).filter(is_about_the_transfer),
            Verdict::Whole | Verdict::Unknown => None,
        };
        Seen {
            suspect,
            notes: notes(&checked, row, self.is_iphone),
            sha256: self
                .hasher
                .map(|hasher| Digest::from_bytes(hasher.finalize().into())),
        }
    }
}

/// Whether what is wrong may have come about on the way. Apps hide encrypted files, and put texts, under names of pictures; what a file begins
/// with is its owner's affair. Lengths are compared elsewhere.
fn is_about_the_transfer(reason: &Reason) -> bool {
    !matches!(reason, Reason::NoKnownBeginning | Reason::OtherSize { .. })
}
