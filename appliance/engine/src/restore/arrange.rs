//! Where each file of a snapshot goes, as far as that depends on the others: which month it is sorted into, which number its name gets there, which
//! part of a folder that is too long for the target, and whether it is in the span of days that is asked for.
//!
//! It depends on all files of the snapshot, the days and the target's file system, and on nothing else: a restore that is taken up again, and one of
//! another part, give the same names. What belongs together stays together: the months of a Live Photo's two files, of a RAW and its JPEG, of
//! an edit and what was edited are that of the oldest of them; all are in the span if one of them is; and one number goes into all their names.

use std::collections::{HashMap, HashSet};

use heirloom_format::{Day, name_key};
use heirloom_media::{GroupKind, Named, group};

use super::limits::TargetLimits;
use super::marked::{kept_bytes, marked};
use super::span::{DateSpan, Month};

/// Names of one folder that are looked at together. In longer folders, what belongs together is found only where it is among the same hundred
/// thousand, lest a single folder fill the memory.
const NAMES_MAX: usize = 100_000;
/// Names that parts of a folder get are nobody else's in a month's folder, up to this number.
const PARTS_RESERVED: u16 = 99;

/// What an arrangement is made for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) by_month: bool,
    pub(super) dates: Option<DateSpan>,
    /// As many entries a folder may have on the target.
    pub(super) folder_entries_max: Option<u32>,
}

/// Whether a file is in the span of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// It is, or there is none.
    Within,
    Outside,
    /// Neither it nor what belongs to it has a date.
    Undated,
}

/// Where one file goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    month: Month,
    /// 1 leaves the name as it is.
    number: u32,
    /// 1 is the folder itself.
    part: u16,
    /// To how many bytes the name's stem is cut before the number, so that the same is left of all that belong together.
    kept_bytes: u8,
    pub(super) when: When,
}

/// Where each file goes, by its number in the snapshot.
#[derive(Debug)]
pub(super) struct Arrangement {
    by_month: bool,
    places: Vec<Place>,
}

/// Makes an arrangement. Takes all files of a snapshot, sorted by the bytes of their stored paths.
pub(super) struct Arranger {
    rules: Rules,
    open: Vec<Folder>,
    months: HashMap<Month, Taken>,
    places: Vec<Place>,
}

struct Folder {
    /// Stored, with a `/` at its end; empty for no folder at all.
    prefix: String,
    files: Vec<File>,
    filling: Filling,
}

struct File {
    number_in_snapshot: usize,
    name: Vec<u8>,
    unix_s: Option<i64>,
}

/// The names in a month's folder, by hashes of their keys: should two be the same by chance, a name is numbered that need not be.
#[derive(Default)]
struct Taken {
    keys: HashSet<u64>,
    /// Where the count stands for names that clashed, so that thousands of one name take no thousands of tries each.
    counts: HashMap<u64, u32>,
    filling: Filling,
}

/// How full the part of a folder is that is being filled.
#[derive(Clone, Copy)]
struct Filling {
    part: u16,
    entries: u32,
}

impl Default for Filling {
    fn default() -> Self {
        Self {
            part: 1,
            entries: 0,
        }
    }
}

impl Filling {
    /// The part that files go to who must not be torn apart.
    fn add(&mut self, entries: u32, entries_max: Option<u32>) -> u16 {
        // An eighth stays free for folders, and for what is there already.
        let room = entries_max.map_or(u32::MAX, |max| max - max / 8);
        if self.entries > 0 && self.entries.saturating_add(entries) > room {
            self.part = self.part.saturating_add(1);
            self.entries = 0;
        }
        self.entries = self.entries.saturating_add(entries);
        self.part
    }
}

fn part_name(part: u16) -> Vec<u8> {
    format!("part {part}").into_bytes()
}

impl Rules {
    /// Whether it takes more than the names of the files alone.
    pub(super) fn need_an_arrangement(&self) -> bool {
        self.by_month || self.dates.is_some() || self.folder_entries_max.is_some()
    }
}

impl Arranger {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            open: Vec::new(),
            months: HashMap::new(),
            places: Vec::new(),
        }
    }

    /// The next file: its stored path, and the name that it will have unless it is numbered.
    pub(super) fn add(&mut self, stored: &str, name: Vec<u8>, unix_s: Option<i64>) {
        let at = stored.rfind('/').map_or(0, |at| at + 1);
        let prefix = &stored[..at];
        // All paths below a folder follow each other, so one that is not below ends it.
        while self
            .open
            .last()
            .is_some_and(|it| !prefix.starts_with(&it.prefix))
        {
            self.close();
        }
        if self.open.last().is_none_or(|it| it.prefix != prefix) {
            self.open.push(Folder {
                prefix: prefix.to_owned(),
                files: Vec::new(),
                filling: Filling::default(),
            });
        }
        let number_in_snapshot = self.places.len();
        self.places.push(Place {
            month: Month::of(None),
            number: 1,
            part: 1,
            kept_bytes: u8::MAX,
            when: When::Within,
        });
        let Some(folder) = self.open.last_mut() else {
            return;
        };
        folder.files.push(File {
            number_in_snapshot,
            name,
            unix_s: unix_s.filter(|unix_s| Day::of_unix_s(*unix_s).is_some()),
        });
        if folder.files.len() >= NAMES_MAX {
            let files = std::mem::take(&mut folder.files);
            let mut filling = folder.filling;
            self.place_all(&files, &mut filling);
            if let Some(folder) = self.open.last_mut() {
                folder.filling = filling;
            }
        }
    }

    pub(super) fn finish(mut self) -> Arrangement {
        while !self.open.is_empty() {
            self.close();
        }
        Arrangement {
            by_month: self.rules.by_month,
            places: self.places,
        }
    }

    fn close(&mut self) {
        if let Some(mut folder) = self.open.pop() {
            self.place_all(&folder.files, &mut folder.filling);
        }
    }

    fn place_all(&mut self, files: &[File], filling: &mut Filling) {
        for unit in units(files) {
            let unit: Vec<&File> = unit.into_iter().map(|index| &files[index]).collect();
            let when = self.when(&unit);
            let month = Month::of(unit.iter().filter_map(|file| file.unix_s).min());
            for file in &unit {
                let place = &mut self.places[file.number_in_snapshot];
                (place.month, place.when) = (month, when);
            }
            if self.rules.by_month {
                self.number(&unit, month);
            } else {
                let entries = unit.iter().map(|it| TargetLimits::entries(&it.name)).sum();
                let part = filling.add(entries, self.rules.folder_entries_max);
                for file in unit {
                    self.places[file.number_in_snapshot].part = part;
                }
            }
        }
    }

    fn when(&self, unit: &[&File]) -> When {
        let days: Vec<Day> = unit
            .iter()
            .filter_map(|file| file.unix_s.and_then(Day::of_unix_s))
            .collect();
        let is_within = |span: DateSpan| days.iter().any(|day| span.contains(*day));
        match self.rules.dates {
            _ if days.is_empty() => When::Undated,
            Some(span) if !is_within(span) => When::Outside,
            _ => When::Within,
        }
    }

    /// Finds names in a month's folder that nothing else has, with one number for all that belong together.
    fn number(&mut self, unit: &[&File], month: Month) {
        let entries_max = self.rules.folder_entries_max;
        let taken = self
            .months
            .entry(month)
            .or_insert_with(|| Taken::new(entries_max.is_some()));
        let names: Vec<&[u8]> = unit.iter().map(|file| &file.name[..]).collect();
        let first_key = key(names[0]);
        let mut number = 1;
        loop {
            let kept_bytes = kept_bytes(&names, number);
            let named: Vec<Vec<u8>> = names
                .iter()
                .map(|name| marked(name, number, kept_bytes))
                .collect();
            let keys: HashSet<u64> = named.iter().map(|name| key(name)).collect();
            if keys.len() < named.len() {
                // Two of them differ by case alone: they can't have one number.
                for file in unit {
                    self.number(&[file], month);
                }
                return;
            }
            if keys.is_disjoint(&taken.keys) {
                let entries = named.iter().map(|name| TargetLimits::entries(name)).sum();
                taken.keys.extend(keys);
                let part = taken.filling.add(entries, entries_max);
                for file in unit {
                    let place = &mut self.places[file.number_in_snapshot];
                    (place.number, place.kept_bytes, place.part) = (number, kept_bytes, part);
                }
                return;
            }
            let count = taken.counts.entry(first_key).or_insert(1);
            *count += 1;
            number = *count;
        }
    }
}

impl Taken {
    fn new(has_parts: bool) -> Self {
        let reserved = if has_parts { PARTS_RESERVED } else { 0 };
        Self {
            keys: (2..=reserved).map(|part| key(&part_name(part))).collect(),
            ..Self::default()
        }
    }
}

/// Names that some system takes for one have the same.
fn key(name: &[u8]) -> u64 {
    name_key(&String::from_utf8_lossy(name))
}

/// Which files of a folder belong together, each once, in the order of their first ones.
fn units(files: &[File]) -> Vec<Vec<usize>> {
    let names: Vec<_> = files
        .iter()
        .map(|file| String::from_utf8_lossy(&file.name))
        .collect();
    let named: Vec<Named<'_>> = names.iter().map(|name| Named::from(&**name)).collect();
    // The first file of those that belong together; a file may be in several groups.
    let mut first: Vec<usize> = (0..files.len()).collect();
    let find = |first: &[usize], mut index: usize| {
        while first[index] != index {
            index = first[index];
        }
        index
    };
    for found in group(&named) {
        // Pictures of a burst have names of their own.
        if found.kind == GroupKind::Burst {
            continue;
        }
        let mut members = found.members.iter().map(|&index| find(&first, index));
        let Some(mut leader) = members.next() else {
            continue;
        };
        let others: Vec<usize> = members.collect();
        for other in others {
            let (least, most) = (leader.min(other), leader.max(other));
            first[most] = least;
            leader = least;
        }
    }
    let mut units: Vec<Vec<usize>> = vec![Vec::new(); files.len()];
    for index in 0..files.len() {
        units[find(&first, index)].push(index);
    }
    units.retain(|unit| !unit.is_empty());
    units
}

impl Arrangement {
    /// Where a file goes, by its number in the snapshot. `None` for one that was not there when the arrangement was made.
    pub(super) fn place(&self, number_in_snapshot: usize) -> Option<&Place> {
        self.places.get(number_in_snapshot)
    }

    /// Whether a file goes to another part of its folder than the first.
    pub(super) fn is_parted(&self, place: &Place) -> bool {
        place.part > 1
    }

    /// A file's names on the target, of those that it would have by itself.
    pub(super) fn names(&self, place: &Place, names: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        let mut folders = names;
        let Some(mut name) = folders.pop() else {
            return folders;
        };
        if self.by_month {
            name = marked(&name, place.number, place.kept_bytes);
            folders = place.month.folders();
        }
        if place.part > 1 {
            folders.push(part_name(place.part));
        }
        folders.push(name);
        folders
    }
}
