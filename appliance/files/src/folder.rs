//! One folder of a source: its names, sorted as their stored paths are, and what the file system says of each.

use std::cmp::Ordering;
use std::ffi::CStr;
use std::ops::{ControlFlow, Range};
use std::os::fd::{AsFd, BorrowedFd};

use heirloom_engine::LeftOutKind;
use heirloom_format::StoredPath;
use nix::dir::{Dir, Type};
use nix::errno::Errno;
use nix::fcntl::AtFlags;
use nix::libc;
use nix::sys::stat::{SFlag, fstatat};

/// How many files are asked for their facts at once, in the order of their inodes, which is that of a disk.
const FACTS_AT_ONCE: usize = 4096;
/// After how many names a sign of life is given.
const NAMES_BETWEEN_SIGNS: u64 = 4096;

/// A folder that is open, and where in it a walk is.
pub(crate) struct Folder {
    dir: Dir,
    names: Names,
    /// Of the entry after the one that the walk is at.
    next: usize,
    /// Of the entries in `facts_of`.
    facts: Vec<Facts>,
    facts_of: Range<usize>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    LeftOut(LeftOutKind),
}

/// What a file is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Facts {
    File {
        size_bytes: u64,
        modified_s: i64,
        modified_ns: i64,
    },
    /// It was a file when the folder was read, and is none now. The listing is as if it had come a moment later.
    Gone,
    /// The system would not say.
    Refused(Errno),
}

impl Folder {
    /// Reads the names in a folder; with an error number, they are not all. `sign` is told how many files were found since its last call, and
    /// may break off.
    pub(crate) fn read(
        mut dir: Dir,
        sign: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> ControlFlow<(), (Self, Option<Errno>)> {
        let mut names = Names::default();
        let mut files = 0;
        let mut failed = None;
        // Only what does not say its kind itself is asked for it, and that after the reading.
        let mut unknown = Vec::new();
        for (entry, count) in dir.iter().zip(1..) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(errno) => {
                    failed = Some(errno);
                    break;
                }
            };
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let kind = entry.file_type().map(kind_of_type);
            if kind.is_none() {
                unknown.push(names.entries.len());
            }
            let kind = kind.unwrap_or(Kind::File);
            names.add(name, kind, entry.ino());
            files += u64::from(kind == Kind::File);
            if count % NAMES_BETWEEN_SIGNS == 0 {
                sign(std::mem::take(&mut files))?;
            }
        }
        sign(files)?;
        for index in unknown {
            // Where it can't be told, it stays a file, and is asked again as one.
            if let Ok(found) = fstatat(&dir, names.raw(index), AtFlags::AT_SYMLINK_NOFOLLOW) {
                names.entries[index].kind = kind_of_mode(found.st_mode);
            }
        }
        names.sort();
        let folder = Self {
            dir,
            names,
            next: 0,
            facts: Vec::new(),
            facts_of: 0..0,
        };
        ControlFlow::Continue((folder, failed))
    }

    /// Goes to the next entry.
    pub(crate) fn advance(&mut self) -> Option<Kind> {
        let entry = self.names.entries.get(self.next)?;
        self.next += 1;
        Some(entry.kind)
    }

    /// The raw name of the entry that the walk is at.
    ///
    /// # Panics
    /// Before the first [`Folder::advance`].
    pub(crate) fn name(&self) -> &CStr {
        self.names.raw(self.next - 1)
    }

    /// The same without its zero byte.
    ///
    /// # Panics
    /// Before the first [`Folder::advance`].
    pub(crate) fn name_bytes(&self) -> &[u8] {
        let entry = &self.names.entries[self.next - 1];
        &self.names.text[entry.text_start..][..usize::from(entry.raw_bytes)]
    }

    /// What is known of the file that the walk is at.
    pub(crate) fn facts(&mut self) -> Facts {
        let at = self.next - 1;
        if !self.facts_of.contains(&at) {
            self.ask(at..(at + FACTS_AT_ONCE).min(self.names.entries.len()));
        }
        self.facts[at - self.facts_of.start]
    }

    fn ask(&mut self, range: Range<usize>) {
        let entries = &self.names.entries;
        let mut order: Vec<usize> = range
            .clone()
            .filter(|&index| entries[index].kind == Kind::File)
            .collect();
        order.sort_unstable_by_key(|&index| entries[index].inode);
        self.facts.clear();
        self.facts.resize(range.len(), Facts::Gone);
        for index in order {
            let name = self.names.raw(index);
            let found = fstatat(&self.dir, name, AtFlags::AT_SYMLINK_NOFOLLOW);
            self.facts[index - range.start] = match found {
                Ok(found) if kind_of_mode(found.st_mode) == Kind::File => Facts::File {
                    // The kernel counts lengths without a sign.
                    size_bytes: found.st_size.unsigned_abs(),
                    modified_s: found.st_mtime,
                    modified_ns: found.st_mtime_nsec,
                },
                Ok(_) | Err(Errno::ENOENT) => Facts::Gone,
                Err(errno) => Facts::Refused(errno),
            };
        }
        self.facts_of = range;
    }
}

impl AsFd for Folder {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.dir.as_fd()
    }
}

/// The names of a folder, which may be a million.
#[derive(Default)]
struct Names {
    /// Each entry's raw name, a zero byte, and its stored name where that is another.
    text: Vec<u8>,
    entries: Vec<Entry>,
}

struct Entry {
    text_start: usize,
    raw_bytes: u16,
    /// 0 when the stored name is the raw one.
    stored_bytes: u16,
    kind: Kind,
    inode: u64,
}

impl Names {
    fn add(&mut self, name: &CStr, kind: Kind, inode: u64) {
        let raw = name.to_bytes();
        let text_start = self.text.len();
        self.text.extend_from_slice(name.to_bytes_with_nul());
        let stored = StoredPath::from_raw_bytes([raw]).expect("one name");
        let stored = stored.as_str().as_bytes();
        let stored_bytes = if stored == raw {
            0
        } else {
            self.text.extend_from_slice(stored);
            short(stored)
        };
        self.entries.push(Entry {
            text_start,
            raw_bytes: short(raw),
            stored_bytes,
            kind,
            inode,
        });
    }

    fn raw(&self, index: usize) -> &CStr {
        let entry = &self.entries[index];
        let end = entry.text_start + usize::from(entry.raw_bytes);
        CStr::from_bytes_with_nul(&self.text[entry.text_start..=end])
            .expect("a name with its zero byte")
    }

    /// In the order of stored paths, in which a folder's name is followed by `/`.
    fn sort(&mut self) {
        let text = &self.text;
        self.entries
            .sort_unstable_by(|a, b| compare(a.stored(text), a.kind, b.stored(text), b.kind));
    }
}

impl Entry {
    fn stored<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        let raw_end = self.text_start + usize::from(self.raw_bytes);
        if self.stored_bytes == 0 {
            &text[self.text_start..raw_end]
        } else {
            &text[raw_end + 1..][..usize::from(self.stored_bytes)]
        }
    }
}

fn short(name: &[u8]) -> u16 {
    u16::try_from(name.len()).expect("the kernel gives names of at most 1,023 bytes")
}

/// Two stored names of one folder.
fn compare(a: &[u8], a_kind: Kind, b: &[u8], b_kind: Kind) -> Ordering {
    let shared = a.len().min(b.len());
    a[..shared].cmp(&b[..shared]).then_with(|| {
        let after = |name: &[u8], kind| match name.get(shared) {
            Some(&byte) => Some(byte),
            None => (kind == Kind::Folder).then_some(b'/'),
        };
        after(a, a_kind).cmp(&after(b, b_kind))
    })
}

fn kind_of_type(kind: Type) -> Kind {
    match kind {
        Type::File => Kind::File,
        Type::Directory => Kind::Folder,
        Type::Symlink => Kind::LeftOut(LeftOutKind::Link),
        Type::Fifo | Type::CharacterDevice | Type::BlockDevice | Type::Socket => {
            Kind::LeftOut(LeftOutKind::Special)
        }
    }
}

fn kind_of_mode(mode: libc::mode_t) -> Kind {
    match SFlag::from_bits_truncate(mode & libc::S_IFMT) {
        SFlag::S_IFREG => Kind::File,
        SFlag::S_IFDIR => Kind::Folder,
        SFlag::S_IFLNK => Kind::LeftOut(LeftOutKind::Link),
        _ => Kind::LeftOut(LeftOutKind::Special),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_the_paths_through_them_are() {
        let (file, folder) = (Kind::File, Kind::Folder);
        let names = [
            ("a", file),
            ("a!", file),
            ("a.jpg", file),
            ("a", folder),
            ("a0", file),
            ("a0", folder),
            ("b", folder),
        ];
        // The space and the signs before `/` come before what is in a folder.
        for pair in names.windows(2) {
            let [(a, a_kind), (b, b_kind)] = pair else {
                unreachable!("pairs")
            };
            let order = compare(a.as_bytes(), *a_kind, b.as_bytes(), *b_kind);
            assert_eq!(order, Ordering::Less, "{a} {b}");
        }
    }
}
