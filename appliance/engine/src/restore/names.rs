//! A file's names on the target, as far as they don't depend on where it is sorted to.

use heirloom_format::{FileRecord, PortableNames, portable_name};

use super::order::RestoreNames;

/// Names the files of a snapshot, all of them, in the order of their stored paths.
pub(super) struct Namer {
    is_portable: bool,
    /// Without folders: names that meet are told apart elsewhere.
    is_flat: bool,
    portable: PortableNames,
}

impl Namer {
    pub(super) fn new(names: RestoreNames, is_flat: bool) -> Self {
        Self {
            is_portable: names == RestoreNames::Portable,
            is_flat,
            portable: PortableNames::new(),
        }
    }

    /// The names of the next file: its folders', outermost first, and its own.
    pub(super) fn names(&mut self, file: &FileRecord) -> Vec<Vec<u8>> {
        match (self.is_portable, self.is_flat) {
            (true, true) => vec![portable_name(file.path.file_name()).into_bytes()],
            (true, false) => {
                let path = self.portable.next(&file.path);
                path.split('/').map(|it| it.as_bytes().to_vec()).collect()
            }
            (false, true) => file.exact_path().pop().into_iter().collect(),
            (false, false) => file.exact_path(),
        }
    }
}
