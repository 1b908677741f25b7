//! What of a listing is in the bag, and how each file gets there.

use std::collections::HashMap;

use heirloom_format::{Digest, FileRecord};

use super::copied::Verified;
use super::notes::{Notes, Shown};
use super::table::{RowNumber, Table};

/// How a file gets into the bag, and whether it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It is to be fetched from the source.
    Fetch,
    /// The last snapshot has it, unchanged: it is to be linked.
    Link,
    /// It was linked from the last snapshot.
    Linked,
    /// An interrupted run has fetched and verified it.
    Resumed,
    /// This run has fetched and verified it.
    Verified,
}

const STATES: [State; 5] = [
    State::Fetch,
    State::Link,
    State::Linked,
    State::Resumed,
    State::Verified,
];
/// Beside the state: the stored file's time may be another's.
const SHARED_TIME: u8 = 0x80;

/// For each file of a table: 34 bytes.
pub(super) struct Holdings {
    states: Vec<u8>,
    notes: Vec<Notes>,
    digests: Vec<[u8; 32]>,
    /// Lengths of what was received, where the source states others.
    received: HashMap<RowNumber, u64>,
    /// What speaks against those that are suspect, as it stands in `snapshot.json`.
    suspects: HashMap<RowNumber, String>,
}

impl Holdings {
    /// Everything is to be fetched.
    pub(super) fn nothing_of(table: &Table) -> Self {
        Self {
            states: vec![State::Fetch as u8; table.len()],
            notes: vec![Notes::default(); table.len()],
            // Zeros that nobody writes to take no memory.
            digests: vec![[0; 32]; table.len()],
            received: HashMap::new(),
            suspects: HashMap::new(),
        }
    }

    /// All files, by path.
    pub(super) fn rows(&self) -> std::ops::Range<RowNumber> {
        0..self.states.len() as RowNumber
    }

    pub(super) fn state(&self, row: RowNumber) -> State {
        STATES[usize::from(self.states[row as usize] & !SHARED_TIME)]
    }

    pub(super) fn shared_time(&self, row: RowNumber) -> bool {
        self.states[row as usize] & SHARED_TIME != 0
    }

    /// It is, or will be, in the bag as this record says.
    pub(super) fn hold(&mut self, row: RowNumber, state: State, record: &FileRecord) {
        self.put(row, state, record.sha256, record.shared_time);
        self.notes[row as usize] = Notes::of_words(&record.marks);
        self.suspect(row, record.suspect.clone());
    }

    /// It turned out that it must be fetched.
    pub(super) fn release(&mut self, row: RowNumber) {
        self.states[row as usize] = State::Fetch as u8;
        self.notes[row as usize] = Notes::default();
        self.suspects.remove(&row);
    }

    /// The link that was planned is made.
    pub(super) fn linked(&mut self, row: RowNumber) {
        let shared_time = self.states[row as usize] & SHARED_TIME;
        self.states[row as usize] = State::Linked as u8 | shared_time;
    }

    /// It was fetched, and the drive gave back what was received.
    pub(super) fn verified(&mut self, verified: &Verified, shared_time: bool, table: &Table) {
        let row = verified.row();
        self.put(row, State::Verified, verified.sha256(), shared_time);
        if verified.size_bytes() != table.row(row).size_bytes() {
            self.received.insert(row, verified.size_bytes());
        }
        let findings = verified.findings();
        self.notes[row as usize] = findings.notes;
        self.suspect(row, findings.suspect.map(|it| it.word().to_owned()));
    }

    fn suspect(&mut self, row: RowNumber, word: Option<String>) {
        match word {
            Some(word) => self.suspects.insert(row, word),
            None => self.suspects.remove(&row),
        };
    }

    fn put(&mut self, row: RowNumber, state: State, sha256: Digest, shared_time: bool) {
        self.states[row as usize] = state as u8 | if shared_time { SHARED_TIME } else { 0 };
        self.digests[row as usize] = *sha256.as_bytes();
    }

    /// Its content. Only of those that are not to be fetched.
    pub(super) fn sha256(&self, row: RowNumber) -> Digest {
        Digest::from_bytes(self.digests[row as usize])
    }

    /// Whether it is in the bag.
    pub(super) fn has(&self, row: RowNumber) -> bool {
        matches!(
            self.state(row),
            State::Linked | State::Resumed | State::Verified
        )
    }

    /// How many are in that state.
    pub(super) fn count(&self, state: State) -> u64 {
        let is_so = |it: &&u8| *it & !SHARED_TIME == state as u8;
        self.states.iter().filter(is_so).count() as u64
    }

    /// Of what is in the bag.
    pub(super) fn size_bytes(&self, table: &Table, row: RowNumber) -> u64 {
        let received_bytes = self.received.get(&row).copied();
        received_bytes.unwrap_or_else(|| table.row(row).size_bytes())
    }

    /// How many of those that are, or will be, in the bag are suspect.
    pub(super) fn suspects(&self) -> u64 {
        self.suspects.len() as u64
    }

    /// What speaks against it, as it stands in `snapshot.json`.
    pub(super) fn suspect_word(&self, row: RowNumber) -> Option<&str> {
        self.suspects.get(&row).map(String::as_str)
    }

    /// What was told of it when it was fetched.
    pub(super) fn notes(&self, row: RowNumber) -> Notes {
        self.notes[row as usize]
    }

    /// As it stands in `snapshot.json`.
    pub(super) fn record(&self, table: &Table, number: RowNumber) -> FileRecord {
        let row = table.row(number);
        let listed_size_bytes = row.size_bytes();
        let received_bytes = self.received.get(&number).copied();
        let path = row.path();
        let marks = self.notes(number).words(&Shown::at(path.as_str()));
        FileRecord {
            path,
            raw_path: row.raw_path(),
            size_bytes: received_bytes.unwrap_or(listed_size_bytes),
            sha256: self.sha256(number),
            modified: row.modified(),
            persistent_id: row.persistent_id(),
            listed_size_bytes: received_bytes.map(|_| listed_size_bytes),
            suspect: self.suspects.get(&number).cloned(),
            shared_time: self.shared_time(number),
            marks,
        }
    }
}
