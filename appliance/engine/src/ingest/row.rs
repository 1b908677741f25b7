//! One file of a table: a few bytes, read as what was listed.

use std::cmp::Ordering;

use heirloom_format::{FileRecord, StoredPath, TimeRecord};

use super::packed::{
    put_number, put_signed, put_text, take, take_byte, take_number, take_signed, take_text,
};
use super::table::Folders;
use crate::{ListedObject, ObjectId, SourceTime};

const NO_TIME: u8 = 0;
const NONSENSE: u8 = 1;
const SENSE: u8 = 2;

/// One file of a table.
#[derive(Clone, Copy)]
pub(super) struct Row<'t> {
    folder: &'t str,
    name: &'t str,
    id: u64,
    is_stated_heif: bool,
    length_and_time: &'t [u8],
    persistent_id: &'t [u8],
    /// As it was listed, where folder and name can't tell it.
    listed: Option<&'t StoredPath>,
}

/// Appends an object in the folder of this number, under this name.
pub(super) fn put_row(out: &mut Vec<u8>, folder: u32, name: &str, object: &ListedObject) {
    put_number(out, folder.into());
    put_number(out, name.len() as u64);
    out.extend_from_slice(name.as_bytes());
    put_number(out, object.id.0);
    out.push(object.is_stated_heif.into());
    let modified = object.modified.as_ref();
    for facts in [
        length_and_time(
            object.size_bytes,
            modified.map(|time| (time.raw.as_str(), time.unix_s)),
        ),
        persistent_id(object.persistent_id.as_deref()),
    ] {
        put_number(out, facts.len() as u64);
        out.extend_from_slice(&facts);
    }
}

impl<'t> Row<'t> {
    /// What was put where these bytes begin. `listed` is the path as listed, where it is not the one that was put.
    pub(super) fn read(
        mut bytes: &'t [u8],
        folders: &'t Folders,
        listed: Option<&'t StoredPath>,
    ) -> Self {
        let folder = folders.text(take_number(&mut bytes) as u32);
        let name_bytes = take_number(&mut bytes) as usize;
        let name = std::str::from_utf8(take(&mut bytes, name_bytes)).expect("a name was put there");
        let id = take_number(&mut bytes);
        let is_stated_heif = take_byte(&mut bytes) != 0;
        let mut facts = || {
            let facts_bytes = take_number(&mut bytes) as usize;
            take(&mut bytes, facts_bytes)
        };
        Self {
            folder,
            name,
            id,
            is_stated_heif,
            length_and_time: facts(),
            persistent_id: facts(),
            listed,
        }
    }

    /// Its stored path.
    pub(super) fn path_text(&self) -> String {
        match self.folder {
            "" => self.name.to_owned(),
            folder => format!("{folder}/{}", self.name),
        }
    }

    /// Its stored path.
    pub(super) fn path(&self) -> StoredPath {
        StoredPath::parse(&self.path_text()).expect("a stored path was put there")
    }

    pub(super) fn listed_path_is(&self, path: &StoredPath) -> bool {
        match self.listed {
            Some(listed) => listed == path,
            None => self.cmp_text(path.as_str()).is_eq(),
        }
    }

    /// As the source listed it.
    pub(super) fn object(&self) -> ListedObject {
        let modified = self.modified();
        ListedObject {
            id: ObjectId(self.id),
            path: self.listed.cloned().unwrap_or_else(|| self.path()),
            size_bytes: self.size_bytes(),
            modified: modified.map(|TimeRecord { raw, unix_s }| SourceTime { raw, unix_s }),
            persistent_id: self.persistent_id(),
            is_stated_heif: self.is_stated_heif,
        }
    }

    /// The source states that it is HEIF.
    pub(super) fn is_stated_heif(&self) -> bool {
        self.is_stated_heif
    }

    /// As the source states it.
    pub(super) fn size_bytes(&self) -> u64 {
        take_number(&mut { self.length_and_time })
    }

    /// As the source states it.
    pub(super) fn modified(&self) -> Option<TimeRecord> {
        let mut bytes = self.length_and_time;
        take_number(&mut bytes);
        match take_byte(&mut bytes) {
            NO_TIME => None,
            sense => {
                let raw = take_text(&mut bytes);
                let unix_s = (sense == SENSE).then(|| take_signed(&mut bytes));
                Some(TimeRecord { raw, unix_s })
            }
        }
    }

    /// Seconds since 1970, where the source states a time that makes sense.
    pub(super) fn unix_s(&self) -> Option<i64> {
        self.modified().and_then(|modified| modified.unix_s)
    }

    pub(super) fn persistent_id(&self) -> Option<String> {
        let mut bytes = self.persistent_id;
        (!bytes.is_empty()).then(|| take_text(&mut bytes))
    }

    /// Length and time are those of a record.
    pub(super) fn has_length_and_time_of(&self, record: &FileRecord) -> bool {
        let modified = record.modified.as_ref();
        let time = modified.map(|time| (time.raw.as_str(), time.unix_s));
        length_and_time(record.size_bytes, time) == self.length_and_time
    }

    /// Length, time and id are those of an object.
    pub(super) fn has_facts_of(&self, object: &ListedObject) -> bool {
        let modified = object.modified.as_ref();
        let time = modified.map(|time| (time.raw.as_str(), time.unix_s));
        length_and_time(object.size_bytes, time) == self.length_and_time
            && persistent_id(object.persistent_id.as_deref()) == self.persistent_id
    }

    /// What `raw_path` of its record is: escaped names, where the stored path can't tell them.
    pub(super) fn raw_path(&self) -> Option<Vec<String>> {
        self.listed.map(StoredPath::escaped_components)
    }

    /// By the bytes of the whole path.
    pub(super) fn cmp_path(self, other: Row<'_>) -> Ordering {
        if std::ptr::eq(self.folder, other.folder) {
            return self.name.cmp(other.name);
        }
        self.joined().cmp(other.joined())
    }

    fn joined(self) -> impl Iterator<Item = &'t u8> {
        let folder = self.folder;
        let slash: &[u8] = if folder.is_empty() { b"" } else { b"/" };
        folder
            .as_bytes()
            .iter()
            .chain(slash)
            .chain(self.name.as_bytes())
    }

    /// By the bytes of the whole path.
    pub(super) fn cmp_text(&self, path: &str) -> Ordering {
        let folder = self.folder;
        if folder.is_empty() {
            return self.name.cmp(path);
        }
        match path.strip_prefix(folder) {
            Some(rest) => match rest.strip_prefix('/') {
                Some(name) => self.name.cmp(name),
                None => "/".cmp(rest),
            },
            // They differ within the folder's length, or the path is shorter than the folder.
            None => folder.cmp(path),
        }
    }
}

/// Folder and name.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn length_and_time(size_bytes: u64, time: Option<(&str, Option<i64>)>) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    put_number(&mut out, size_bytes);
    match time {
        None => out.push(NO_TIME),
        Some((raw, None)) => {
            out.push(NONSENSE);
            put_text(&mut out, raw);
        }
        Some((raw, Some(unix_s))) => {
            out.push(SENSE);
            put_text(&mut out, raw);
            put_signed(&mut out, unix_s);
        }
    }
    out
}

fn persistent_id(id: Option<&str>) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(id) = id {
        put_text(&mut out, id);
    }
    out
}

/// By path; files of one path in an order that does not depend on that of the listing.
pub(super) fn order(a: Row<'_>, b: Row<'_>) -> Ordering {
    a.cmp_path(b).then_with(|| {
        let key = |row: Row<'_>| {
            (
                row.persistent_id(),
                row.modified().map(|modified| modified.raw),
                row.size_bytes(),
                // This only matters between files that are told apart by nothing else.
                row.id,
            )
        };
        key(a).cmp(&key(b))
    })
}
