//! A listing in which every file has a path of its own.
//!
//! Some phones list two files under one name, or one file twice. All are kept: the first in a fixed order has the name, the others
//! are numbered before the extension. A file named like a folder of another file is numbered as well.

use std::collections::{HashMap, HashSet};

use heirloom_format::StoredPath;

use super::report::{Problem, ProblemReason};
use crate::ListedObject;

/// Linux takes paths of at most 4,095 bytes; what stands before `data/`, and where a restore puts it, must fit too.
const PATH_BYTES_MAX: usize = 3_000;

/// A listed file with a path that no other has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settled {
    /// Where it is stored.
    pub(super) path: StoredPath,
    /// As listed; its own path differs from `path` where that was numbered.
    pub(super) object: ListedObject,
}

impl Settled {
    /// The components of the path on the source, where `path` can't tell them.
    pub(super) fn raw_path(&self) -> Option<Vec<String>> {
        let listed = &self.object.path;
        match listed.shortened_from() {
            Some(raw) => Some(raw.to_vec()),
            None if self.path != *listed => listed.to_raw(),
            None => None,
        }
    }
}

/// Gives each file its path, sorted by the bytes of it. What can't be stored at all is among the problems.
pub(super) fn settle(mut objects: Vec<ListedObject>, problems: &mut Vec<Problem>) -> Vec<Settled> {
    objects.retain(|object| {
        let path_bytes = object.path.as_str().len();
        if path_bytes > PATH_BYTES_MAX {
            problems.push(Problem {
                place: object.path.to_string(),
                reason: ProblemReason::PathTooLong { path_bytes },
            });
        }
        path_bytes <= PATH_BYTES_MAX
    });
    // The last key only matters between files that are told apart by nothing else.
    objects.sort_by(|a, b| order(a).cmp(&order(b)).then(a.id.cmp(&b.id)));
    let folders = folders(&objects);

    let mut settled: Vec<Settled> = Vec::with_capacity(objects.len());
    let mut clashing = Vec::new();
    for object in objects {
        let repeats = settled.last().is_some_and(|last| last.path == object.path);
        if repeats || folders.contains(object.path.as_str()) {
            clashing.push(object);
        } else {
            let path = object.path.clone();
            settled.push(Settled { path, object });
        }
    }
    if !clashing.is_empty() {
        number(clashing, &folders, &mut settled);
        settled.sort_by(|a, b| a.path.cmp(&b.path));
    }
    settled
}

fn order(object: &ListedObject) -> impl Ord + '_ {
    let modified = object.modified.as_ref().map(|modified| &modified.raw);
    (
        &object.path,
        &object.persistent_id,
        modified,
        object.size_bytes,
    )
}

fn folders(objects: &[ListedObject]) -> HashSet<String> {
    let mut folders = HashSet::new();
    for object in objects {
        for folder in object.path.folders() {
            // Known folders have known parents.
            if folders.contains(folder) {
                break;
            }
            folders.insert(folder.to_owned());
        }
    }
    folders
}

fn number(clashing: Vec<ListedObject>, folders: &HashSet<String>, settled: &mut Vec<Settled>) {
    let mut taken: HashSet<StoredPath> = settled.iter().map(|it| it.path.clone()).collect();
    // Where the count stands for each path, so that thousands of one name take no thousands of tries each.
    let mut numbers: HashMap<StoredPath, u32> = HashMap::new();
    for object in clashing {
        let number = numbers.entry(object.path.clone()).or_insert(1);
        let path = loop {
            *number += 1;
            let path = object.path.numbered(*number);
            if !folders.contains(path.as_str()) && taken.insert(path.clone()) {
                break path;
            }
        };
        settled.push(Settled { path, object });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ObjectId, SourceTime};

    fn object(id: u64, path: &str, size_bytes: u64) -> ListedObject {
        ListedObject {
            id: ObjectId(id),
            path: StoredPath::from_raw(path.split('/')).expect("a path"),
            size_bytes,
            modified: Some(SourceTime {
                raw: "20240101T000000".into(),
                unix_s: None,
            }),
            persistent_id: None,
        }
    }

    fn settled(objects: Vec<ListedObject>) -> Vec<(String, u64)> {
        let mut problems = Vec::new();
        let settled = settle(objects, &mut problems);
        assert_eq!(problems, []);
        settled
            .into_iter()
            .map(|it| (it.path.to_string(), it.object.size_bytes))
            .collect()
    }

    #[test]
    fn each_file_gets_a_path_of_its_own_in_any_order_of_listing() {
        type Files<'a> = &'a [(&'a str, u64)];
        let cases: &[(Files<'_>, Files<'_>)] = &[
            (&[("b", 1), ("a", 2)], &[("a", 2), ("b", 1)]),
            (
                &[("a.jpg", 2), ("a.jpg", 1)],
                &[("a (2).jpg", 2), ("a.jpg", 1)],
            ),
            (
                &[("a.jpg", 1), ("a.jpg", 1), ("a.jpg", 1)],
                &[("a (2).jpg", 1), ("a (3).jpg", 1), ("a.jpg", 1)],
            ),
            // A number that is taken already is left to its owner.
            (
                &[("a.jpg", 1), ("a (2).jpg", 5), ("a.jpg", 2)],
                &[("a (2).jpg", 5), ("a (3).jpg", 2), ("a.jpg", 1)],
            ),
            // A file that has the name of a folder.
            (
                &[("a", 1), ("a/b", 2), ("a (2)/c", 3)],
                &[("a (2)/c", 3), ("a (3)", 1), ("a/b", 2)],
            ),
        ];
        for (listed, expected) in cases {
            let objects: Vec<_> = listed
                .iter()
                .zip(0..)
                .map(|((path, size), id)| object(id, path, *size))
                .collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(path, size)| ((*path).to_owned(), *size))
                .collect();
            assert_eq!(settled(objects.to_vec()), expected);
            assert_eq!(settled(objects.into_iter().rev().collect()), expected);
        }
    }

    #[test]
    fn what_cannot_be_stored_is_named() {
        let deep = vec!["x".repeat(250); 20].join("/");
        let mut problems = Vec::new();
        let settled = settle(vec![object(1, &deep, 1), object(2, "a", 1)], &mut problems);
        assert_eq!(settled.len(), 1);
        assert_eq!(
            problems[0].reason,
            ProblemReason::PathTooLong { path_bytes: 5019 }
        );
    }

    #[test]
    fn the_name_on_the_source_is_kept_where_the_path_cannot_tell_it() {
        let long = format!("{}.jpg", "x".repeat(300));
        let objects = vec![object(1, "a", 1), object(2, "a", 2), object(3, &long, 3)];
        let raw: Vec<_> = settle(objects, &mut Vec::new())
            .iter()
            .map(Settled::raw_path)
            .collect();
        assert_eq!(raw, [None, Some(vec!["a".to_owned()]), Some(vec![long])]);
    }
}
