//! Names for a restore to Linux, which takes nearly all: the bytes that the source had. FORMAT.md, section 12.

use crate::FileRecord;
use crate::component::{is_canonical, seal_digits, unescape};
use crate::decode_component;

/// What Linux takes, in bytes.
const NAME_BYTES_MAX: usize = 255;

impl FileRecord {
    /// The path under which a restore to Linux gives the file back: the names that the source had, numbered where it had two files of one,
    /// byte for byte. A name that Linux does not take (empty, `.`, `..`, with a slash or a zero, or over 255 bytes) keeps its stored form;
    /// so does one that is spelled like such a form, and files of two paths therefore never meet.
    pub fn exact_path(&self) -> Vec<Vec<u8>> {
        let stored = self.path.as_str().split('/');
        let full = self.raw_path.as_deref().unwrap_or_default();
        stored
            .enumerate()
            .map(|(index, stored)| exact(stored, full.get(index).map(String::as_str)))
            .collect()
    }
}

/// The raw name of a stored one; the full one is needed only where that was shortened.
fn exact(stored: &str, full: Option<&str>) -> Vec<u8> {
    let from_full = || {
        // Its own digits say whether it was made of that name: it was not where it was numbered.
        full.and_then(decode_component)
            .filter(|raw| stored.contains(&format!("=~{}", seal_digits(raw))))
    };
    unescape(stored)
        .or_else(from_full)
        .filter(|raw| is_taken_by_linux(raw) && !keeps_its_stored_form(raw))
        .unwrap_or_else(|| stored.as_bytes().to_vec())
}

fn is_taken_by_linux(raw: &[u8]) -> bool {
    !raw.is_empty()
        && raw.len() <= NAME_BYTES_MAX
        && raw != b"."
        && raw != b".."
        && !raw.contains(&b'/')
        && !raw.contains(&0)
}

/// Whether a raw name looks like the stored form of a name that is given back in its stored form.
fn keeps_its_stored_form(raw: &[u8]) -> bool {
    // Each round takes two bytes at least, so there are at most 128.
    let mut raw = raw.to_vec();
    loop {
        let Ok(text) = std::str::from_utf8(&raw) else {
            return false;
        };
        if !text.contains('=') || !is_canonical(text) {
            return false;
        }
        match unescape(text) {
            Some(next) if is_taken_by_linux(&next) => raw = next,
            _ => return true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Digest, StoredPath};

    fn record(path: &StoredPath, raw_path: Option<Vec<String>>) -> FileRecord {
        FileRecord {
            path: path.clone(),
            raw_path,
            size_bytes: 0,
            sha256: Digest::of(b""),
            modified: None,
            persistent_id: None,
            shared_time: false,
            listed_size_bytes: None,
            suspect: None,
            marks: Vec::new(),
        }
    }

    #[test]
    fn each_name_comes_back_where_linux_takes_it() {
        let cases: &[(&[u8], &[u8])] = &[
            (b"IMG_0001.JPG", b"IMG_0001.JPG"),
            (b"Gr\xf6\xdfe 50%=1.jpg\n", b"Gr\xf6\xdfe 50%=1.jpg\n"),
            (b"a\\b ", b"a\\b "),
            (b"=41", b"=41"),
            // Not taken by Linux.
            (b"", b"="),
            (b".", b"=2E"),
            (b"..", b"=2E=2E"),
            (b"a/b", b"a=2Fb"),
            (b"a\0", b"a=00"),
            // Spelled like those.
            (b"=", b"=3D"),
            (b"=2E", b"=3D2E"),
            (b"=3D2E", b"=3D3D2E"),
            (b"a=2Fb", b"a=3D2Fb"),
        ];
        for (raw, expected) in cases {
            let path = StoredPath::from_raw_bytes([*raw, b"x"]).expect("two");
            let exact = record(&path, None).exact_path();
            assert_eq!(exact, [expected.to_vec(), b"x".to_vec()], "{path}");
        }
    }

    #[test]
    fn a_shortened_name_comes_back_where_its_full_one_is_known() {
        let raw = [b"\xff".repeat(100), b".jpg".to_vec()].concat();
        let path = StoredPath::from_raw_bytes([&raw[..]]).expect("one");
        let full = path.escaped_components();
        assert_eq!(record(&path, Some(full.clone())).exact_path(), [raw]);
        let stored = path.as_str().as_bytes();
        let other = vec!["other.jpg".to_owned()];
        for raw_path in [None, Some(vec![]), Some(other)] {
            let exact = record(&path, raw_path).exact_path();
            assert_eq!(exact, [stored]);
        }
        // Its digits are those of the numbered name.
        let numbered = path.numbered(2);
        let exact = record(&numbered, Some(full)).exact_path();
        assert_eq!(exact, [numbered.as_str().as_bytes()]);
        // Over 255 bytes.
        let long = StoredPath::from_raw(["x".repeat(300).as_str()]).expect("one");
        let exact = record(&long, long.shortened_from()).exact_path();
        assert_eq!(exact, [long.as_str().as_bytes()]);
    }
}
