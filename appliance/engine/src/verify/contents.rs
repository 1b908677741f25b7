//! Every file of an archive once, whatever number of names it has: what it must hold, and what was found.
//!
//! A library may have a million files, so each takes 64 bytes here, and no path.

use hashbrown::HashTable;
use heirloom_format::Digest;

/// Which file of a [`Contents`].
pub(crate) type FileNumber = u32;

/// What a snapshot says that one of its files is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) sha256: Digest,
    /// `None` where only the manifest could be read.
    pub(crate) size_bytes: Option<u64>,
    /// What the stored file's time must be; `None` where it means nothing.
    pub(crate) unix_s: Option<i64>,
}

/// What is known of a file so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It was met in a folder.
    Met,
    /// It was handed out to be read.
    Taken,
    /// It is what it must be.
    Sound,
    /// It is not, or can't be read.
    Damaged,
}

/// One file, under whatever names.
#[derive(Clone, Copy, Debug)]
struct File {
    file_id: u64,
    sha256: Digest,
    /// [`UNKNOWN_SIZE`] where it is not known.
    size_bytes: u64,
    /// [`UNKNOWN_TIME`] where it means nothing.
    unix_s: i64,
    state: State,
}

/// Longer than any file system's files.
const UNKNOWN_SIZE: u64 = u64::MAX;
/// Before any time that a file system keeps.
const UNKNOWN_TIME: i64 = i64::MIN;

/// What meeting a name taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// The file was not met before.
    New,
    /// It was, and is expected to be the same.
    Again,
    /// It was, and is expected to be something else: one of the two is wrong.
    Disputed,
}

/// All files of an archive.
#[derive(Default)]
pub(crate) struct Contents {
    files: Vec<File>,
    numbers: HashTable<FileNumber>,
    bytes: u64,
}

impl Contents {
    /// Takes note of a file under one of its names.
    pub(crate) fn meet(&mut self, file_id: u64, expected: &Expected) -> Meeting {
        let Some(number) = self.number(file_id) else {
            self.add(file_id, expected);
            return Meeting::New;
        };
        let file = &mut self.files[number as usize];
        let size_bytes = expected.size_bytes.unwrap_or(UNKNOWN_SIZE);
        let unix_s = expected.unix_s.unwrap_or(UNKNOWN_TIME);
        let agree = file.sha256 == expected.sha256
            && (file.size_bytes == size_bytes
                || file.size_bytes == UNKNOWN_SIZE
                || size_bytes == UNKNOWN_SIZE)
            && (file.unix_s == unix_s || file.unix_s == UNKNOWN_TIME || unix_s == UNKNOWN_TIME);
        if !agree {
            return Meeting::Disputed;
        }
        if file.size_bytes == UNKNOWN_SIZE && size_bytes != UNKNOWN_SIZE {
            file.size_bytes = size_bytes;
            self.bytes += size_bytes;
        }
        if file.unix_s == UNKNOWN_TIME {
            file.unix_s = unix_s;
        }
        Meeting::Again
    }

    fn add(&mut self, file_id: u64, expected: &Expected) {
        let number = FileNumber::try_from(self.files.len())
            .expect("four billion files would not have fitted into memory");
        self.files.push(File {
            file_id,
            sha256: expected.sha256,
            size_bytes: expected.size_bytes.unwrap_or(UNKNOWN_SIZE),
            unix_s: expected.unix_s.unwrap_or(UNKNOWN_TIME),
            state: State::Met,
        });
        self.bytes += expected.size_bytes.unwrap_or(0);
        let files = &self.files;
        self.numbers.insert_unique(hash(file_id), number, |number| {
            hash(files[*number as usize].file_id)
        });
    }

    /// The number of a file that was met.
    pub(crate) fn number(&self, file_id: u64) -> Option<FileNumber> {
        self.numbers
            .find(hash(file_id), |number| {
                self.files[*number as usize].file_id == file_id
            })
            .copied()
    }

    /// How many files.
    pub(crate) fn len(&self) -> u64 {
        self.files.len() as u64
    }

    /// Length of all of them, as far as it is known.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn expected(&self, number: FileNumber) -> Expected {
        let file = &self.files[number as usize];
        Expected {
            sha256: file.sha256,
            size_bytes: (file.size_bytes != UNKNOWN_SIZE).then_some(file.size_bytes),
            unix_s: (file.unix_s != UNKNOWN_TIME).then_some(file.unix_s),
        }
    }

    pub(crate) fn file_id(&self, number: FileNumber) -> u64 {
        self.files[number as usize].file_id
    }

    pub(crate) fn state(&self, number: FileNumber) -> State {
        self.files[number as usize].state
    }

    pub(crate) fn set_state(&mut self, number: FileNumber, state: State) {
        self.files[number as usize].state = state;
    }

    /// Every file: its id, its content, what is known of it.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &Digest, State)> {
        self.files
            .iter()
            .map(|file| (file.file_id, &file.sha256, file.state))
    }
}

/// Inode numbers lie close together; this spreads them (Knuth, The Art of Computer Programming, volume 3, section 6.4).
fn hash(file_id: u64) -> u64 {
    let product = file_id.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ (product >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(content: &[u8], size_bytes: Option<u64>, unix_s: Option<i64>) -> Expected {
        Expected {
            sha256: Digest::of(content),
            size_bytes,
            unix_s,
        }
    }

    #[test]
    fn names_of_one_file_must_agree_and_complete_each_other() {
        let mut contents = Contents::default();
        let meetings = [
            (1, expected(b"a", None, None), Meeting::New),
            (1, expected(b"a", Some(5), None), Meeting::Again),
            (1, expected(b"a", None, Some(-3)), Meeting::Again),
            (1, expected(b"a", Some(5), Some(-3)), Meeting::Again),
            (1, expected(b"b", Some(5), Some(-3)), Meeting::Disputed),
            (1, expected(b"a", Some(6), Some(-3)), Meeting::Disputed),
            (1, expected(b"a", Some(5), Some(-4)), Meeting::Disputed),
            (2, expected(b"a", Some(7), Some(-4)), Meeting::New),
        ];
        for (file_id, expected, meeting) in meetings {
            assert_eq!(contents.meet(file_id, &expected), meeting, "{expected:?}");
        }
        assert_eq!((contents.len(), contents.bytes()), (2, 12));
        let first = contents.number(1).expect("met");
        assert_eq!(contents.expected(first), expected(b"a", Some(5), Some(-3)));
        assert_eq!(contents.number(3), None);
    }

    #[test]
    fn many_files_are_found_again_and_take_few_bytes() {
        let mut contents = Contents::default();
        let ids = (0..100_000).map(|at| at * 17 + (at << 33));
        for id in ids.clone() {
            contents.meet(id, &expected(&id.to_le_bytes(), Some(1), None));
        }
        for (number, id) in (0..).zip(ids) {
            assert_eq!(contents.number(id), Some(number));
        }
        assert_eq!(size_of::<File>(), 64);
    }
}
