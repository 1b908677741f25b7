//! Which files hold which contents, and how many names each has in the snapshots that stay.
//!
//! A library may have a million files, so each takes 64 bytes here, and no path.

use std::num::NonZeroU32;

use hashbrown::HashTable;
use heirloom_format::Digest;

/// Which file of the [`Holdings`].
pub(super) type FileNumber = u32;

/// Whether a copy was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checked {
    NotYet,
    Sound,
    Damaged,
}

struct Stored {
    file_id: u64,
    sha256: Digest,
    size_bytes: u64,
    /// In snapshots that stay.
    names: u32,
    /// Of them, in the snapshot that is looked at.
    names_here: u32,
    /// The one before with the same content, counted from 1.
    same: Option<NonZeroU32>,
    checked: Checked,
}

/// All files of all snapshots.
#[derive(Default)]
pub(super) struct Holdings {
    files: Vec<Stored>,
    by_id: HashTable<FileNumber>,
    /// The last one of each content.
    by_content: HashTable<FileNumber>,
}

/// Two snapshots say different things of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Disputed;

impl Holdings {
    /// Takes note of a name in a snapshot that stays.
    pub(super) fn add_name(
        &mut self,
        file_id: u64,
        sha256: &Digest,
        size_bytes: u64,
    ) -> Result<(), Disputed> {
        if let Some(number) = self.number(file_id) {
            let file = &mut self.files[number as usize];
            if file.sha256 != *sha256 {
                return Err(Disputed);
            }
            file.names += 1;
            return Ok(());
        }
        let number = FileNumber::try_from(self.files.len())
            .expect("four billion files would not have fitted into memory");
        let files = &mut self.files;
        let same_content = self.by_content.find_mut(hash_content(sha256), |it| {
            files[*it as usize].sha256 == *sha256
        });
        let before = same_content.map(|last| std::mem::replace(last, number));
        let same = before.and_then(|before| NonZeroU32::new(before + 1));
        files.push(Stored {
            file_id,
            sha256: *sha256,
            size_bytes,
            names: 1,
            names_here: 0,
            same,
            checked: Checked::NotYet,
        });
        let files = &self.files;
        self.by_id.insert_unique(hash_id(file_id), number, |it| {
            hash_id(files[*it as usize].file_id)
        });
        if before.is_none() {
            self.by_content
                .insert_unique(hash_content(sha256), number, |it| {
                    hash_content(&files[*it as usize].sha256)
                });
        }
        Ok(())
    }

    /// Begins to look at another snapshot.
    pub(super) fn look_at_another(&mut self) {
        self.files.iter_mut().for_each(|file| file.names_here = 0);
    }

    /// Takes note of a name in the snapshot that is looked at, which was added before.
    pub(super) fn add_name_here(&mut self, file_id: u64) {
        if let Some(number) = self.number(file_id) {
            self.files[number as usize].names_here += 1;
        }
    }

    /// The snapshot that is looked at does not stay.
    pub(super) fn remove_names_here(&mut self) {
        for file in &mut self.files {
            file.names -= file.names_here;
            file.names_here = 0;
        }
    }

    /// The files that would go with the snapshot that is looked at.
    pub(super) fn going(&self) -> impl Iterator<Item = FileNumber> {
        let goes = |file: &Stored| file.names_here > 0 && file.names == file.names_here;
        let files = (0..).zip(&self.files);
        files
            .filter(move |(_, file)| goes(file))
            .map(|(number, _)| number)
    }

    /// The other files with a content, that stay without the snapshot that is looked at.
    pub(super) fn staying(&self, sha256: &Digest) -> impl Iterator<Item = FileNumber> {
        let last = self
            .by_content
            .find(hash_content(sha256), |it| {
                self.files[*it as usize].sha256 == *sha256
            })
            .copied();
        let before = |number: &FileNumber| {
            let same = self.files[*number as usize].same?;
            Some(same.get() - 1)
        };
        std::iter::successors(last, before).filter(|number| {
            let file = &self.files[*number as usize];
            file.names > file.names_here
        })
    }

    pub(super) fn number(&self, file_id: u64) -> Option<FileNumber> {
        self.by_id
            .find(hash_id(file_id), |it| {
                self.files[*it as usize].file_id == file_id
            })
            .copied()
    }

    pub(super) fn sha256(&self, number: FileNumber) -> Digest {
        self.files[number as usize].sha256
    }

    pub(super) fn size_bytes(&self, number: FileNumber) -> u64 {
        self.files[number as usize].size_bytes
    }

    pub(super) fn checked(&self, number: FileNumber) -> Checked {
        self.files[number as usize].checked
    }

    pub(super) fn set_checked(&mut self, number: FileNumber, checked: Checked) {
        self.files[number as usize].checked = checked;
    }
}

/// Inode numbers lie close together; this spreads them (Knuth, The Art of Computer Programming, volume 3, section 6.4).
fn hash_id(file_id: u64) -> u64 {
    let product = file_id.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ (product >> 32)
}

/// A SHA-256 is spread already.
fn hash_content(sha256: &Digest) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *sha256.as_bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_and_what_stays_is_counted_by_names_and_contents() {
        let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
        let mut holdings = Holdings::default();
        for (file_id, content) in [(1, a), (2, a), (3, b), (1, a), (4, a)] {
            holdings.add_name(file_id, &content, 9).expect("undisputed");
        }
        assert_eq!(holdings.add_name(1, &b, 9), Err(Disputed));
        let staying = |holdings: &Holdings, content| holdings.staying(content).collect::<Vec<_>>();
        assert_eq!(staying(&holdings, &a), [3, 1, 0]);
        assert_eq!(staying(&holdings, &b), [2]);
        for file_id in [1, 2, 3] {
            holdings.add_name_here(file_id);
        }
        assert_eq!(holdings.going().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(staying(&holdings, &a), [3, 0]);
        assert!(staying(&holdings, &b).is_empty());
        holdings.remove_names_here();
        holdings.look_at_another();
        assert_eq!(staying(&holdings, &a), [3, 0]);
        holdings.add_name_here(1);
        assert_eq!(holdings.going().collect::<Vec<_>>(), [0]);
        assert_eq!(size_of::<Stored>(), 64);
    }
}
