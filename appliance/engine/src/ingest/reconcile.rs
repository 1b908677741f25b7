//! The proof that nothing is missing.

use std::cmp::Ordering;
use std::collections::HashSet;

use heirloom_format::FileRecord;

use super::report::{Completeness, Difference, DifferenceKind, Problem, ProblemReason};
use super::settle::Settled;

/// That every file which the source lists is in the snapshot, verified. Only reconciling makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complete(());

/// What came of comparing.
#[derive(Debug)]
pub(super) struct Reconciliation {
    pub(super) completeness: Completeness,
    pub(super) differences: Vec<Difference>,
    pub(super) problems: Vec<Problem>,
}

/// Compares what was listed first, what was listed after the copy, and what is verified on the drive. All three are sorted by path.
pub(super) fn reconcile(
    first: &[Settled],
    second: &[Settled],
    verified: &[FileRecord],
    mut problems: Vec<Problem>,
) -> Reconciliation {
    let named: HashSet<&str> = problems.iter().map(|it| it.place.as_str()).collect();
    let is_verified = |listed: &Settled| {
        verified
            .binary_search_by(|record| record.path.cmp(&listed.path))
            .is_ok()
    };
    let unaccounted: Vec<Problem> = first
        .iter()
        .filter(|listed| !is_verified(listed) && !named.contains(listed.path.as_str()))
        .map(|listed| problem(listed, ProblemReason::Unaccounted))
        .collect();
    problems.extend(unaccounted);

    let differences = differences(first, second);
    for difference in &differences {
        let reason = match difference.kind {
            DifferenceKind::New => ProblemReason::NewMeanwhile,
            DifferenceKind::Changed => ProblemReason::ChangedMeanwhile,
            // What was fetched of it is kept, and if it was not, that is among the problems.
            DifferenceKind::Vanished => continue,
        };
        problems.push(Problem {
            place: difference.path.clone(),
            reason,
        });
    }
    let completeness = if problems.is_empty() {
        Completeness::Complete(Complete(()))
    } else {
        Completeness::Incomplete
    };
    Reconciliation {
        completeness,
        differences,
        problems,
    }
}

fn problem(listed: &Settled, reason: ProblemReason) -> Problem {
    Problem {
        place: listed.path.to_string(),
        reason,
    }
}

fn differences(first: &[Settled], second: &[Settled]) -> Vec<Difference> {
    let mut differences = Vec::new();
    let (mut first, mut second) = (first.iter().peekable(), second.iter().peekable());
    loop {
        let order = match (first.peek(), second.peek()) {
            (None, None) => return differences,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(after)) => before.path.cmp(&after.path),
        };
        let before = if order.is_le() { first.next() } else { None };
        let after = if order.is_ge() { second.next() } else { None };
        let (listed, kind) = match (before, after) {
            (Some(before), Some(after)) if is_same(before, after) => continue,
            (Some(_), Some(after)) => (after, DifferenceKind::Changed),
            (Some(before), None) => (before, DifferenceKind::Vanished),
            (None, Some(after)) => (after, DifferenceKind::New),
            (None, None) => return differences,
        };
        differences.push(Difference {
            path: listed.path.to_string(),
            kind,
        });
    }
}

/// Ids of objects hold only while the source stays connected, and may be given anew by then; they don't count.
fn is_same(before: &Settled, after: &Settled) -> bool {
    let (before, after) = (&before.object, &after.object);
    before.size_bytes == after.size_bytes
        && before.modified == after.modified
        && before.persistent_id == after.persistent_id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ListedObject, ObjectId};
    use heirloom_format::{Digest, StoredPath};

    fn listed(path: &str, size_bytes: u64) -> Settled {
        let path = StoredPath::parse(path).expect("a path");
        let object = ListedObject {
            id: ObjectId(0),
            path: path.clone(),
            size_bytes,
            modified: None,
            persistent_id: None,
        };
        Settled { path, object }
    }

    fn record(path: &str) -> FileRecord {
        FileRecord {
            path: StoredPath::parse(path).expect("a path"),
            raw_path: None,
            size_bytes: 1,
            sha256: Digest::of(b""),
            modified: None,
            persistent_id: None,
            listed_size_bytes: None,
        }
    }

    #[test]
    fn complete_is_said_only_when_all_three_agree() {
        use DifferenceKind::{Changed, New, Vanished};
        use ProblemReason::{ChangedMeanwhile, NewMeanwhile, Unaccounted};
        type Files<'a> = &'a [(&'a str, u64)];
        type Case<'a> = (
            Files<'a>,
            Files<'a>,
            &'a [&'a str],
            &'a [(&'a str, DifferenceKind)],
            &'a [(&'a str, ProblemReason)],
        );
        let cases: &[Case<'_>] = &[
            (
                &[("a", 1), ("b", 1)],
                &[("a", 1), ("b", 1)],
                &["a", "b"],
                &[],
                &[],
            ),
            (&[("a", 1)], &[], &["a"], &[("a", Vanished)], &[]),
            (
                &[("a", 1)],
                &[("a", 2)],
                &["a"],
                &[("a", Changed)],
                &[("a", ChangedMeanwhile)],
            ),
            (
                &[("b", 1)],
                &[("a", 1), ("b", 1), ("c", 1)],
                &["b"],
                &[("a", New), ("c", New)],
                &[("a", NewMeanwhile), ("c", NewMeanwhile)],
            ),
            (
                &[("a", 1), ("b", 1)],
                &[("a", 1), ("b", 1)],
                &["b"],
                &[],
                &[("a", Unaccounted)],
            ),
        ];
        for (first, second, verified, differences, problems) in cases {
            let files = |files: Files<'_>| {
                files
                    .iter()
                    .map(|(path, size)| listed(path, *size))
                    .collect::<Vec<_>>()
            };
            let verified: Vec<_> = verified.iter().map(|path| record(path)).collect();
            let outcome = reconcile(&files(first), &files(second), &verified, Vec::new());
            let found: Vec<_> = outcome
                .differences
                .iter()
                .map(|it| (it.path.as_str(), it.kind))
                .collect();
            assert_eq!(found, *differences);
            let found: Vec<_> = outcome
                .problems
                .iter()
                .map(|it| (it.place.as_str(), it.reason.clone()))
                .collect();
            assert_eq!(found, *problems);
            assert_eq!(outcome.completeness.is_complete(), problems.is_empty());
        }
    }
}
