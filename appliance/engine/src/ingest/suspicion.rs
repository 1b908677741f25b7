//! What speaks against a file that is archived all the same: its word in `snapshot.json`, and its numbers in the journal.

use heirloom_media::Reason;

/// What speaks against a file, though the source was asked twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suspicion {
    /// It is not whole by its own account.
    Structure(Reason),
    /// The source gave it with other bytes each time.
    ReadsDiffer,
}

/// The word for a file that the source gave with other bytes each time. It is never taken for unchanged: each run fetches it again.
pub(super) const READS_DIFFER: &str = "reads-differ";

impl Suspicion {
    /// A word for programs, as it stands in `snapshot.json`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Structure(reason) => reason_word(reason),
            Self::ReadsDiffer => READS_DIFFER,
        }
    }

    /// What the word leaves out, for the journal: with both, the next attempt names the file as this one would have.
    pub(super) fn numbers(self) -> Vec<u64> {
        match self {
            Self::ReadsDiffer => Vec::new(),
            Self::Structure(reason) => match reason {
                Reason::CutOff {
                    needs_bytes,
                    has_bytes,
                } => vec![needs_bytes, has_bytes],
                Reason::Garbled { at_bytes } => vec![at_bytes],
                Reason::ZerosAtEnd { zero_bytes } => vec![zero_bytes],
                Reason::OtherSize {
                    stated_bytes,
                    has_bytes,
                } => vec![stated_bytes, has_bytes],
                Reason::Empty
                | Reason::AllZeros
                | Reason::NoEndMarker
                | Reason::NoIndex
                | Reason::NoContent
                | Reason::NoKnownBeginning => Vec::new(),
            },
        }
    }
}

/// What was wrong with a file's structure, from its word and numbers. `None` for others than we write, and where an older version left out the
/// numbers.
pub(super) fn structure(word: &str, numbers: &[u64]) -> Option<Reason> {
    Some(match (word, numbers) {
        ("empty", []) => Reason::Empty,
        ("all-zeros", []) => Reason::AllZeros,
        ("cut-off", &[needs_bytes, has_bytes]) => Reason::CutOff {
            needs_bytes,
            has_bytes,
        },
        ("no-end", []) => Reason::NoEndMarker,
        ("no-index", []) => Reason::NoIndex,
        ("no-content", []) => Reason::NoContent,
        ("garbled", &[at_bytes]) => Reason::Garbled { at_bytes },
        ("zeros-at-end", &[zero_bytes]) => Reason::ZerosAtEnd { zero_bytes },
        ("no-known-beginning", []) => Reason::NoKnownBeginning,
        ("other-size", &[stated_bytes, has_bytes]) => Reason::OtherSize {
            stated_bytes,
            has_bytes,
        },
        _ => return None,
    })
}

fn reason_word(reason: Reason) -> &'static str {
    match reason {
        Reason::Empty => "empty",
        Reason::AllZeros => "all-zeros",
        Reason::CutOff { .. } => "cut-off",
        Reason::NoEndMarker => "no-end",
        Reason::NoIndex => "no-index",
        Reason::NoContent => "no-content",
        Reason::Garbled { .. } => "garbled",
        Reason::ZerosAtEnd { .. } => "zeros-at-end",
        Reason::NoKnownBeginning => "no-known-beginning",
        Reason::OtherSize { .. } => "other-size",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_comes_back_from_its_word_and_numbers() {
        for reason in [
            Reason::Empty,
            Reason::AllZeros,
            Reason::CutOff {
                needs_bytes: 9,
                has_bytes: 7,
            },
            Reason::NoEndMarker,
            Reason::NoIndex,
            Reason::NoContent,
            Reason::Garbled { at_bytes: 5 },
            Reason::ZerosAtEnd { zero_bytes: 3 },
            Reason::NoKnownBeginning,
            Reason::OtherSize {
                stated_bytes: 2,
                has_bytes: 1,
            },
        ] {
            let suspicion = Suspicion::Structure(reason);
            let numbers = suspicion.numbers();
            assert_eq!(structure(suspicion.word(), &numbers), Some(reason));
            let more = [&numbers[..], &[1]].concat();
            assert_eq!(structure(suspicion.word(), &more), None, "{reason:?}");
            if !numbers.is_empty() {
                assert_eq!(structure(suspicion.word(), &[]), None, "{reason:?}");
            }
        }
        for word in [READS_DIFFER, "of a later version", ""] {
            assert_eq!(structure(word, &[]), None);
        }
    }
}
