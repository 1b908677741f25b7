//! A listing in few bytes, in which every file has a path of its own.
//!
//! Some phones list two files under one name, or one file twice. All are kept: the first in a fixed order has the name, the others
//! are numbered before the extension. A file named like a folder of another file is numbered as well.

use std::collections::{HashMap, HashSet};

use heirloom_format::StoredPath;

use super::row::{Row, order, put_row, split};
use crate::ListedObject;

/// Which file of a table, in the order of its path.
pub(super) type RowNumber = u32;

/// Linux takes paths of at most 4,095 bytes; what stands before `data/`, and where a restore puts it, must fit too.
pub(super) const PATH_BYTES_MAX: usize = 3_000;

/// All files of a source; about 60 bytes for each.
#[derive(Default)]
pub(super) struct Table {
    folders: Folders,
    arena: Vec<u8>,
    /// Where each file begins in the arena; sorted by path once the table is settled.
    rows: Vec<u32>,
    /// By where it begins: the path as listed, of files whose stored path can't tell it.
    odd: HashMap<u32, StoredPath>,
    /// Those of them that were numbered, by the path as listed.
    numbered: HashMap<StoredPath, Vec<u32>>,
}

/// The folders of many files, each stored once.
#[derive(Default)]
pub(super) struct Folders {
    texts: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32>,
}

impl Folders {
    /// Its number. The empty text stands for no folder.
    pub(super) fn number(&mut self, folder: &str) -> u32 {
        if let Some(&number) = self.numbers.get(folder) {
            return number;
        }
        let number = self.texts.len() as u32;
        self.texts.push(folder.into());
        self.numbers.insert(folder.into(), number);
        number
    }

    pub(super) fn text(&self, number: u32) -> &str {
        &self.texts[number as usize]
    }
}

impl Table {
    /// Adds a file; `false` when there is no room for its number, which takes some seventy million files.
    #[must_use]
    pub(super) fn push(&mut self, object: &ListedObject) -> bool {
        self.add(object, &object.path).is_some()
    }

    fn add(&mut self, object: &ListedObject, path: &StoredPath) -> Option<u32> {
        let at = u32::try_from(self.arena.len()).ok()?;
        let (folder, name) = split(path.as_str());
        put_row(&mut self.arena, self.folders.number(folder), name, object);
        if object.path != *path || object.path.shortened_from().is_some() {
            self.odd.insert(at, object.path.clone());
        }
        self.rows.push(at);
        Some(at)
    }

    /// Gives each file its path, and sorts by its bytes.
    pub(super) fn settle(&mut self) {
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_by(|a, b| order(self.at(*a), self.at(*b)));
        self.rows = rows;
        let clashing = self.clashing();
        if !clashing.is_empty() {
            self.number(clashing);
            let mut rows = std::mem::take(&mut self.rows);
            rows.sort_by(|a, b| self.at(*a).cmp_path(self.at(*b)));
            self.rows = rows;
        }
        self.arena.shrink_to_fit();
        self.rows.shrink_to_fit();
    }

    /// Takes out those whose path another one has.
    fn clashing(&mut self) -> Vec<u32> {
        let mut clashing = HashSet::new();
        for pair in self.rows.windows(2) {
            if self.at(pair[0]).cmp_path(self.at(pair[1])).is_eq() {
                clashing.insert(pair[1]);
            }
        }
        for folder in self.folder_paths() {
            let first = self
                .rows
                .partition_point(|at| self.at(*at).cmp_text(&folder).is_lt());
            if let Some(&at) = self.rows.get(first)
                && self.at(at).cmp_text(&folder).is_eq()
            {
                clashing.insert(at);
            }
        }
        let (out, stay) = self.rows.iter().partition(|row| clashing.contains(*row));
        self.rows = stay;
        out
    }

    fn folder_paths(&self) -> HashSet<String> {
        let mut paths = HashSet::new();
        for folder in self.folders.texts.iter().filter(|text| !text.is_empty()) {
            let ends = folder.match_indices('/').map(|(at, _)| at);
            for end in ends.chain([folder.len()]) {
                if !paths.contains(&folder[..end]) {
                    paths.insert(folder[..end].to_owned());
                }
            }
        }
        paths
    }

    fn number(&mut self, clashing: Vec<u32>) {
        let folders = self.folder_paths();
        let mut taken: HashSet<String> = HashSet::new();
        // Where the count stands for each path, so that thousands of one name take no thousands of tries each.
        let mut numbers: HashMap<StoredPath, u32> = HashMap::new();
        let settled = self.rows.len();
        for at in clashing {
            let object = self.at(at).object();
            let number = numbers.entry(object.path.clone()).or_insert(1);
            let path = loop {
                *number += 1;
                let path = object.path.numbered(*number);
                let is_free = !folders.contains(path.as_str())
                    && !taken.contains(path.as_str())
                    && self.find_in(&self.rows[..settled], path.as_str()).is_none();
                if is_free {
                    break path;
                }
            };
            taken.insert(path.as_str().to_owned());
            // It had room when it was listed; that it has none for a few more names is not to be met.
            let again = self.add(&object, &path).expect("room for a number");
            self.numbered.entry(object.path).or_default().push(again);
        }
    }

    /// How many files.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// All files, by path.
    pub(super) fn numbers(&self) -> std::ops::Range<RowNumber> {
        0..self.rows.len() as RowNumber
    }

    pub(super) fn row(&self, number: RowNumber) -> Row<'_> {
        self.at(self.rows[number as usize])
    }

    /// The file of a stored path. Whoever asks in the order of paths gives the number after the last one as a hint.
    pub(super) fn find(&self, path: &str, hint: RowNumber) -> Option<RowNumber> {
        if let Some(&at) = self.rows.get(hint as usize)
            && self.at(at).cmp_text(path).is_eq()
        {
            return Some(hint);
        }
        self.find_in(&self.rows, path)
    }

    fn find_in(&self, rows: &[u32], path: &str) -> Option<RowNumber> {
        let found = rows.binary_search_by(|at| self.at(*at).cmp_text(path));
        found.ok().map(|number| number as RowNumber)
    }

    /// All files that were listed under this path.
    pub(super) fn listed_as(&self, path: &StoredPath, hint: RowNumber) -> Vec<RowNumber> {
        let mut found = Vec::new();
        // A file of this path may have been numbered into it.
        let is_listed_so = |number: &RowNumber| self.row(*number).listed_path_is(path);
        found.extend(self.find(path.as_str(), hint).filter(is_listed_so));
        for at in self.numbered.get(path).into_iter().flatten() {
            found.extend(self.find(&self.at(*at).path_text(), 0));
        }
        found
    }

    fn at(&self, at: u32) -> Row<'_> {
        let bytes = &self.arena[at as usize..];
        Row::read(bytes, &self.folders, self.odd.get(&at))
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
                unix_s: id.is_multiple_of(2).then_some(-5),
            }),
            persistent_id: id.is_multiple_of(3).then(|| format!("{id:032X}")),
            is_stated_heif: id.is_multiple_of(5),
        }
    }

    fn table(objects: &[ListedObject]) -> Table {
        let mut table = Table::default();
        for object in objects {
            assert!(table.push(object));
        }
        table.settle();
        table
    }

    fn settled(objects: &[ListedObject]) -> Vec<(String, u64)> {
        let table = table(objects);
        let row = |number| table.row(number);
        table
            .numbers()
            .map(|number| (row(number).path_text(), row(number).size_bytes()))
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
            // Files that have the name of a folder.
            (
                &[("a", 1), ("a/b", 2), ("a (2)/c", 3), ("a", 4)],
                &[("a (2)/c", 3), ("a (3)", 1), ("a (4)", 4), ("a/b", 2)],
            ),
            // Paths are sorted as wholes, not folder by folder.
            (
                &[("a/b/x", 1), ("a b", 2), ("a/b-c", 3), ("a0", 4)],
                &[("a b", 2), ("a/b-c", 3), ("a/b/x", 1), ("a0", 4)],
            ),
        ];
        for (listed, expected) in cases {
            let objects: Vec<_> = listed
                .iter()
                .map(|(path, size)| ListedObject {
                    persistent_id: None,
                    ..object(2, path, *size)
                })
                .collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(path, size)| ((*path).to_owned(), *size))
                .collect();
            assert_eq!(settled(&objects), expected);
            let reversed: Vec<_> = objects.into_iter().rev().collect();
            assert_eq!(settled(&reversed), expected);
        }
    }

    #[test]
    fn every_file_comes_back_as_it_was_listed_and_is_found_by_its_path() {
        let long = format!("x/{}.jpg", "y".repeat(300));
        let paths = ["x/a", "x/a", "x/a", "x", "z/\u{1}", "é/é", &long];
        let objects: Vec<_> = paths
            .iter()
            .zip(0..)
            .map(|(path, id)| object(id, path, id << 33))
            .collect();
        let table = table(&objects);
        assert_eq!(table.len(), objects.len());
        let mut listed: Vec<_> = table.numbers().map(|it| table.row(it).object()).collect();
        listed.sort_by_key(|object| object.id);
        assert_eq!(listed, objects);
        for number in table.numbers() {
            let row = table.row(number);
            for hint in 0..9 {
                assert_eq!(table.find(&row.path_text(), hint), Some(number));
            }
            let object = row.object();
            assert!(row.has_facts_of(&object));
            assert!(!row.has_facts_of(&ListedObject {
                size_bytes: 9,
                ..object.clone()
            }));
            assert!(table.listed_as(&object.path, 0).contains(&number));
            let is_odd =
                object.path.as_str() != row.path_text() || object.path.as_str().contains("=~");
            assert_eq!(row.raw_path().is_some(), is_odd, "{}", object.path);
        }
        for missing in ["", "w", "x/", "x/b", "zz", "x/a/b"] {
            assert_eq!(table.find(missing, 0), None);
        }
    }

    #[test]
    fn a_file_takes_few_bytes() {
        let objects: Vec<_> = (0..1000)
            .map(|id| {
                let path = format!("Internal shared storage/DCIM/Camera/PXL_20240131_{id:09}.jpg");
                object(id, &path, 4_000_000 + id)
            })
            .collect();
        let table = table(&objects);
        let each = (table.arena.len() + 4 * table.rows.len()) / objects.len();
        assert!(each < 64, "{each} bytes");
    }
}
