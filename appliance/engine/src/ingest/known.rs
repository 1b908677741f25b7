//! Which content the archive and the growing bag hold already, and where: content is stored once, under whatever name and from
//! whatever source.

use hashbrown::HashTable;
use heirloom_format::{Digest, FileRecord};

use super::holdings::Holdings;
use super::packed::{put_number, put_signed, take, take_byte, take_number, take_signed};
use super::row::split;
use super::table::{Folders, RowNumber, Table};
use crate::archive::{Archive, Damage, layout};
use crate::{Volume, VolumeError, VolumePath};

/// What of a digest is kept for content of other snapshots. Before anything is done by it, the whole file is read and compared.
const PREFIX_BYTES: usize = 16;

/// Where a content is.
pub(super) enum Place {
    /// In the growing bag.
    Bag(RowNumber),
    /// In a snapshot.
    Snapshot(VolumePath),
}

/// A content that is there already.
pub(super) struct Known {
    pub(super) place: Place,
    /// The stored file's time, if it is certain.
    pub(super) unix_s: Option<i64>,
}

/// Content, to a file that has it: a file of the bag by its number, one of another snapshot by where it begins in the arena.
#[derive(Default)]
pub(super) struct KnownContent {
    entries: HashTable<Entry>,
    bags: Vec<VolumePath>,
    folders: Folders,
    arena: Vec<u8>,
}

/// Four bytes: the lowest bit tells which of the two it is.
#[derive(Clone, Copy)]
struct Entry(u32);

enum Unpacked {
    Row(RowNumber),
    Elsewhere(usize),
}

impl Entry {
    /// A table has never more rows than half the numbers there are: each takes many bytes of what is counted in 32 bits.
    fn row(row: RowNumber) -> Self {
        Self(row << 1)
    }

    fn elsewhere(at: usize) -> Option<Self> {
        let at = u32::try_from(at).ok().filter(|at| at >> 31 == 0)?;
        Some(Self(at << 1 | 1))
    }

    fn unpack(self) -> Unpacked {
        match self.0 & 1 {
            0 => Unpacked::Row(self.0 >> 1),
            _ => Unpacked::Elsewhere((self.0 >> 1) as usize),
        }
    }
}

impl KnownContent {
    /// Knows what the bag holds, and then what all snapshots hold. Descriptions that can't be read are told, and only cost space.
    pub(super) fn of(
        volume: &dyn Volume,
        archive: &Archive,
        holdings: &Holdings,
        damage: &mut Vec<Damage>,
    ) -> Result<Self, VolumeError> {
        let mut known = Self::default();
        for row in holdings.rows().filter(|row| holdings.has(*row)) {
            known.put(row, holdings);
        }
        // Newest first, so that what is found lies where the fewest years have gnawed at it.
        for published in archive.snapshots().iter().rev() {
            let bag = known.bags.len() as u64;
            known.bags.push(published.folder.clone());
            let read = archive.read_description(volume, published, &mut |record| {
                known.add_elsewhere(bag, &record, holdings);
            })?;
            match read {
                Ok(_) => {}
                Err(found) if damage.contains(&found) => {}
                Err(found) => damage.push(found),
            }
        }
        known.arena.shrink_to_fit();
        Ok(known)
    }

    fn add_elsewhere(&mut self, bag: u64, record: &FileRecord, holdings: &Holdings) {
        let hash = hash_of(record.sha256.as_bytes());
        let arena = &self.arena;
        let is_it = |entry: &Entry| has_content(*entry, record.sha256, arena, holdings);
        // Full after some forty million contents: more only cost space.
        let entry = Entry::elsewhere(self.arena.len());
        if let (None, Some(entry)) = (self.entries.find(hash, is_it), entry) {
            let arena = &mut self.arena;
            arena.extend_from_slice(&record.sha256.as_bytes()[..PREFIX_BYTES]);
            let unix_s = record.modified.as_ref().and_then(|time| time.unix_s);
            match unix_s.filter(|_| !record.shared_time) {
                None => arena.push(0),
                Some(unix_s) => {
                    arena.push(1);
                    put_signed(arena, unix_s);
                }
            }
            put_number(arena, bag);
            let (folder, name) = split(record.path.as_str());
            put_number(arena, self.folders.number(folder).into());
            put_number(arena, name.len() as u64);
            arena.extend_from_slice(name.as_bytes());
            let arena = &self.arena;
            self.entries
                .insert_unique(hash, entry, |entry| hash_of_entry(*entry, arena, holdings));
        }
    }

    /// From now on, this file of the bag is where its content is found.
    pub(super) fn put(&mut self, row: RowNumber, holdings: &Holdings) {
        let sha256 = holdings.sha256(row);
        let hash = hash_of(sha256.as_bytes());
        let arena = &self.arena;
        let is_it = |entry: &Entry| has_content(*entry, sha256, arena, holdings);
        match self.entries.find_mut(hash, is_it) {
            Some(entry) => *entry = Entry::row(row),
            None => {
                let entry = Entry::row(row);
                self.entries
                    .insert_unique(hash, entry, |entry| hash_of_entry(*entry, arena, holdings));
            }
        }
    }

    /// Where a content is, if it is known.
    pub(super) fn get(&self, sha256: Digest, table: &Table, holdings: &Holdings) -> Option<Known> {
        let is_it = |entry: &Entry| has_content(*entry, sha256, &self.arena, holdings);
        let entry = self.entries.find(hash_of(sha256.as_bytes()), is_it)?;
        Some(match entry.unpack() {
            Unpacked::Row(row) => Known {
                place: Place::Bag(row),
                unix_s: table
                    .row(row)
                    .unix_s()
                    .filter(|_| !holdings.shared_time(row)),
            },
            Unpacked::Elsewhere(at) => {
                let mut bytes = &self.arena[at + PREFIX_BYTES..];
                let unix_s = match take_byte(&mut bytes) {
                    0 => None,
                    _ => Some(take_signed(&mut bytes)),
                };
                let bag = &self.bags[take_number(&mut bytes) as usize];
                let folder = self.folders.text(take_number(&mut bytes) as u32);
                let name_bytes = take_number(&mut bytes) as usize;
                let name = std::str::from_utf8(take(&mut bytes, name_bytes))
                    .expect("a name was put there");
                let data = bag.join(layout::DATA);
                let folder = if folder.is_empty() {
                    data
                } else {
                    data.join(folder)
                };
                Known {
                    place: Place::Snapshot(folder.join(name)),
                    unix_s,
                }
            }
        })
    }
}

/// Digests are as good as chance.
fn hash_of(digest: &[u8]) -> u64 {
    digest
        .iter()
        .take(8)
        .fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

fn hash_of_entry(entry: Entry, arena: &[u8], holdings: &Holdings) -> u64 {
    match entry.unpack() {
        Unpacked::Row(row) => hash_of(holdings.sha256(row).as_bytes()),
        Unpacked::Elsewhere(at) => hash_of(&arena[at..][..PREFIX_BYTES]),
    }
}

fn has_content(entry: Entry, sha256: Digest, arena: &[u8], holdings: &Holdings) -> bool {
    match entry.unpack() {
        Unpacked::Row(row) => holdings.sha256(row) == sha256,
        Unpacked::Elsewhere(at) => arena[at..][..PREFIX_BYTES] == sha256.as_bytes()[..PREFIX_BYTES],
    }
}
