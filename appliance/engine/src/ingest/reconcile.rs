//! The proof that nothing is missing.

use std::collections::HashSet;

use heirloom_format::StoredPath;

use super::marks::MarkCounts;
use super::report::{Completeness, Difference, DifferenceKind, Problem, ProblemReason};
use super::table::{RowNumber, Table};
use crate::{Damage, ListedObject};

/// That every file which the source lists is in the snapshot, verified. Only reconciling makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complete(());

/// That what a complete snapshot holds may be erased from its source. Only a [`Complete`] yields one, and only in an archive in which nothing is
/// known to be damaged, for a snapshot without a suspect file, and without one that the source converted and has a better one of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafeToErase(());

impl Complete {
    pub(super) fn safe_to_erase(
        &self,
        damage: &[Damage],
        suspect_files: u64,
        marks: &MarkCounts,
    ) -> Option<SafeToErase> {
        let is_safe = damage.is_empty() && suspect_files == 0 && marks.converted == 0;
        is_safe.then_some(SafeToErase(()))
    }
}

/// What came of comparing.
#[derive(Debug)]
pub(super) struct Reconciliation {
    pub(super) completeness: Completeness,
    pub(super) differences: Vec<Difference>,
    pub(super) problems: Vec<Problem>,
}

/// The source's second listing, held against the first while it comes.
pub(super) struct SecondLook<'t> {
    table: &'t Table,
    seen: Vec<bool>,
    hint: RowNumber,
    others: Vec<StoredPath>,
}

impl<'t> SecondLook<'t> {
    pub(super) fn at(table: &'t Table) -> Self {
        Self {
            table,
            seen: vec![false; table.len()],
            hint: 0,
            others: Vec::new(),
        }
    }

    /// Takes a file of the second listing. Ids of objects hold only while the source stays connected, and may be given anew by then;
    /// they don't count.
    pub(super) fn see(&mut self, object: ListedObject) {
        let candidates = self.table.listed_as(&object.path, self.hint);
        let is_same = |row: &&RowNumber| {
            !self.seen[**row as usize] && self.table.row(**row).has_facts_of(&object)
        };
        match candidates.iter().find(is_same) {
            Some(&row) => {
                self.seen[row as usize] = true;
                self.hint = row + 1;
            }
            None => self.others.push(object.path),
        }
    }

    /// Whether it showed anything at all.
    pub(super) fn is_empty(&self) -> bool {
        self.others.is_empty() && !self.seen.contains(&true)
    }

    /// How the two listings differ, by path.
    pub(super) fn differences(mut self) -> Vec<Difference> {
        let mut differences = Vec::new();
        for path in std::mem::take(&mut self.others) {
            let candidates = self.table.listed_as(&path, 0);
            let before = candidates.iter().find(|row| !self.seen[**row as usize]);
            differences.push(match before {
                Some(&row) => {
                    self.seen[row as usize] = true;
                    Difference {
                        path: self.table.row(row).path_text(),
                        kind: DifferenceKind::Changed,
                    }
                }
                None => Difference {
                    path: path.to_string(),
                    kind: DifferenceKind::New,
                },
            });
        }
        let unseen = self.table.numbers().filter(|row| !self.seen[*row as usize]);
        differences.extend(unseen.map(|row| Difference {
            path: self.table.row(row).path_text(),
            kind: DifferenceKind::Vanished,
        }));
        differences.sort_by(|a, b| a.path.cmp(&b.path));
        differences
    }
}

/// Compares what was listed, what is verified on the drive, and what is known to stand against it.
pub(super) fn reconcile(
    table: &Table,
    is_held: &dyn Fn(RowNumber) -> bool,
    differences: Vec<Difference>,
    mut problems: Vec<Problem>,
) -> Reconciliation {
    let named: HashSet<&str> = problems.iter().map(|it| it.place.as_str()).collect();
    let unaccounted: Vec<Problem> = table
        .numbers()
        .filter(|row| !is_held(*row))
        .map(|row| table.row(row).path_text())
        .filter(|path| !named.contains(path.as_str()))
        .map(|place| Problem {
            place,
            reason: ProblemReason::Unaccounted,
        })
        .collect();
    problems.extend(unaccounted);

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
    let completeness = if problems.iter().all(|it| it.reason.is_faithful()) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ObjectId;

    fn listed((path, size_bytes): &(&str, u64)) -> ListedObject {
        ListedObject {
            id: ObjectId(0),
            path: StoredPath::parse(path).expect("a path"),
            size_bytes: *size_bytes,
            modified: None,
            persistent_id: None,
            is_stated_heif: false,
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
                &[("b", 1), ("a", 1)],
                &["a", "b"],
                &[],
                &[],
            ),
            (
                &[("a", 1)],
                &[("b", 1)],
                &["a"],
                &[("a", Vanished), ("b", New)],
                &[("b", NewMeanwhile)],
            ),
            (
                &[("a", 1)],
                &[("a", 2)],
                &["a"],
                &[("a", Changed)],
                &[("a", ChangedMeanwhile)],
            ),
            (
                &[("a", 1), ("b", 1)],
                &[("a", 1), ("b", 1)],
                &["a"],
                &[],
                &[("b", Unaccounted)],
            ),
            // Twice the same file, and one of them changed.
            (
                &[("a", 1), ("a", 2)],
                &[("a", 3), ("a", 1)],
                &["a", "a (2)"],
                &[("a (2)", Changed)],
                &[("a (2)", ChangedMeanwhile)],
            ),
            (
                &[("a", 1)],
                &[("a", 1), ("a", 1)],
                &["a"],
                &[("a", New)],
                &[("a", NewMeanwhile)],
            ),
        ];
        for (first, second, held, differences, problems) in cases {
            let mut table = Table::default();
            for file in *first {
                assert!(table.push(&listed(file)));
            }
            table.settle();
            let mut look = SecondLook::at(&table);
            second.iter().for_each(|file| look.see(listed(file)));
            assert!(!look.is_empty());
            let is_held = |row| held.contains(&table.row(row).path_text().as_str());
            let found = reconcile(&table, &is_held, look.differences(), Vec::new());
            let found_differences: Vec<_> = found
                .differences
                .iter()
                .map(|it| (it.path.as_str(), it.kind))
                .collect();
            let found_problems: Vec<_> = found
                .problems
                .iter()
                .map(|it| (it.place.as_str(), it.reason.clone()))
                .collect();
            assert_eq!(found_differences, *differences, "{first:?} {second:?}");
            assert_eq!(found_problems, *problems, "{first:?} {second:?}");
            assert_eq!(found.completeness.is_complete(), problems.is_empty());
        }
    }
}
