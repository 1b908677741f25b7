//! Manifests of a bag (BagIt 1.0, RFC 8493, sections 2.1.3 and 2.2.1): one line for each file, which `sha256sum -c` reads too.
//!
//! A line is 64 lowercase hexadecimal digits, two spaces, the path, a line feed. Lines are sorted by the bytes of their path.
//! Whoever parses one must take it for hostile: nothing here panics, and what is allocated is in proportion to the bytes given.
//! A payload's manifest may have a million lines: [`ManifestReader`](crate::ManifestReader) reads it line by line.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::lines::LINE_BYTES_MAX;
use crate::manifest_line::{PAYLOAD, line_with_prefix, split_line};
use crate::{Digest, StoredPath, StoredPathError, TagManifest};

/// What the payload of a bag must hold: `manifest-sha256.txt`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest(BTreeMap<StoredPath, Digest>);

/// A manifest as it was read: its lines are well formed, and no more is known.
#[derive(Clone, Debug)]
pub struct UntrustedManifest<'bytes>(Vec<UntrustedLine<'bytes>>);

#[derive(Clone, Copy, Debug)]
struct UntrustedLine<'bytes> {
    number: usize,
    digest: Digest,
    path: &'bytes str,
}

/// Why bytes are not a manifest. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// The last line has no line feed: the file was cut.
    #[error("line {line} is cut off")]
    Cut {
        /// Which line.
        line: usize,
    },
    /// Not a digest, two spaces and a path.
    #[error("line {line} is not a digest, two spaces and a path")]
    Malformed {
        /// Which line.
        line: usize,
    },
    /// A payload path must begin with `data/`, and be written as section 2.1.3 of the format asks.
    #[error("line {line} names no file of the payload")]
    NotPayload {
        /// Which line.
        line: usize,
    },
    /// A path that leaves its folder, or is written as it must not be.
    #[error("line {line}: {error}")]
    Path {
        /// Which line.
        line: usize,
        /// What is wrong with it.
        error: StoredPathError,
    },
    /// A path that the line before has already.
    #[error("line {line} repeats a path")]
    Repeated {
        /// The second of the two.
        line: usize,
    },
    /// A path that sorts before that of the line before.
    #[error("line {line} is out of order")]
    Unsorted {
        /// The second of the two.
        line: usize,
    },
    /// Longer than any path of the format can make it.
    #[error("line {line} is too long")]
    TooLong {
        /// Which line.
        line: usize,
    },
    /// A tag manifest lists [`TAG_FILES`](crate::TAG_FILES) and nothing else.
    #[error("it does not list exactly the files that every snapshot has")]
    OtherTagFiles,
}

impl Manifest {
    /// Takes the files of a payload. Yields `None` when a path comes twice.
    pub fn of(files: impl IntoIterator<Item = (StoredPath, Digest)>) -> Option<Self> {
        let mut unique = BTreeMap::new();
        for (path, digest) in files {
            if unique.insert(path, digest).is_some() {
                return None;
            }
        }
        Some(Self(unique))
    }

    /// The digest that a file must have.
    pub fn digest(&self, path: &StoredPath) -> Option<&Digest> {
        self.0.get(path)
    }

    /// Every file below `data/`, sorted by the bytes of its path.
    pub fn iter(&self) -> impl Iterator<Item = (&StoredPath, &Digest)> {
        self.0.iter()
    }

    /// How many files.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The file's content.
    pub fn print(&self) -> String {
        let mut text = String::new();
        for (path, digest) in &self.0 {
            line_with_prefix(digest, PAYLOAD, path, &mut text);
        }
        text
    }
}

impl<'bytes> UntrustedManifest<'bytes> {
    /// Reads lines. Says nothing yet about where the paths lead.
    ///
    /// # Errors
    /// [`ManifestError::Cut`], [`ManifestError::Malformed`], [`ManifestError::TooLong`].
    pub fn parse(bytes: &'bytes [u8]) -> Result<Self, ManifestError> {
        // The shortest line has 68 bytes, so the capacity is bounded by the input.
        let mut lines = Vec::with_capacity(bytes.len() / 68);
        let mut rest = bytes;
        let mut number = 0;
        while !rest.is_empty() {
            number += 1;
            let end = rest
                .iter()
                .position(|&byte| byte == b'\n')
                .ok_or(ManifestError::Cut { line: number })?;
            if end > LINE_BYTES_MAX {
                return Err(ManifestError::TooLong { line: number });
            }
            let (digest, path) =
                split_line(&rest[..end]).ok_or(ManifestError::Malformed { line: number })?;
            lines.push(UntrustedLine {
                number,
                digest,
                path,
            });
            rest = &rest[end + 1..];
        }
        Ok(Self(lines))
    }

    /// Takes it for a payload manifest.
    ///
    /// # Errors
    /// [`ManifestError::NotPayload`], [`ManifestError::Path`], [`ManifestError::Repeated`], [`ManifestError::Unsorted`].
    pub fn validate(self) -> Result<Manifest, ManifestError> {
        let lines = self.collect(PAYLOAD)?;
        // Sorted and without repeats, so that nothing is lost here.
        Ok(Manifest(lines.into_iter().collect()))
    }

    /// Takes it for a tag manifest.
    ///
    /// # Errors
    /// [`ManifestError::Path`], [`ManifestError::Repeated`], [`ManifestError::Unsorted`], [`ManifestError::OtherTagFiles`].
    pub fn validate_tags(self) -> Result<TagManifest, ManifestError> {
        TagManifest::of(self.collect("")?).ok_or(ManifestError::OtherTagFiles)
    }

    fn collect(self, prefix: &str) -> Result<Vec<(StoredPath, Digest)>, ManifestError> {
        let mut files: Vec<(StoredPath, Digest)> = Vec::with_capacity(self.0.len());
        for UntrustedLine {
            number: line,
            digest,
            path,
        } in self.0
        {
            let path = stored_path(line, path, prefix, files.last().map(|(path, _)| path))?;
            files.push((path, digest));
        }
        Ok(files)
    }
}

/// The path of a line, which must come after that of the line before.
pub(crate) fn stored_path(
    line: usize,
    text: &str,
    prefix: &str,
    last: Option<&StoredPath>,
) -> Result<StoredPath, ManifestError> {
    let text = text
        .strip_prefix(prefix)
        .ok_or(ManifestError::NotPayload { line })?;
    let path = StoredPath::parse(text).map_err(|error| ManifestError::Path { line, error })?;
    match last.map(|last| last.cmp(&path)) {
        None | Some(Ordering::Less) => Ok(path),
        Some(Ordering::Equal) => Err(ManifestError::Repeated { line }),
        Some(Ordering::Greater) => Err(ManifestError::Unsorted { line }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ManifestReader;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn stored(path: &str) -> StoredPath {
        StoredPath::parse(path).expect("a stored path")
    }

    #[test]
    fn prints_sorted_by_bytes_and_parses_what_it_printed() {
        let digest = Digest::of(b"abc");
        let files = ["b", "a/z", "a b/ö", "a-b", "B"].map(|path| (stored(path), digest));
        let manifest = Manifest::of(files).expect("no repeats");
        let text = manifest.print();
        let expected: String = ["B", "a b/ö", "a-b", "a/z", "b"]
            .map(|path| format!("{ABC}  data/{path}\n"))
            .concat();
        assert_eq!(text, expected);
        let parsed = UntrustedManifest::parse(text.as_bytes()).expect("well formed");
        assert_eq!(parsed.validate(), Ok(manifest));
    }

    #[test]
    fn hostile_lines_are_refused_with_their_number() {
        let good = format!("{ABC}  data/a\n");
        let line = 2;
        let cases: &[(String, ManifestError)] = &[
            (format!("{ABC}  data/b"), ManifestError::Cut { line }),
            ("\n".into(), ManifestError::Malformed { line }),
            (format!("{ABC} data/b\n"), ManifestError::Malformed { line }),
            (
                "ä".repeat(40) + "  data/b\n",
                ManifestError::Malformed { line },
            ),
            (format!("{ABC}  b\n"), ManifestError::NotPayload { line }),
            (
                format!("{ABC}  /data/b\n"),
                ManifestError::NotPayload { line },
            ),
            (
                format!("{ABC}  data/\n"),
                ManifestError::Path {
                    line,
                    error: StoredPathError::Empty,
                },
            ),
            (
                format!("{ABC}  data/../b\n"),
                ManifestError::Path {
                    line,
                    error: StoredPathError::NotCanonical("..".into()),
                },
            ),
            (
                format!("{ABC}  data/b\r\n"),
                ManifestError::Path {
                    line,
                    error: StoredPathError::NotCanonical("b\r".into()),
                },
            ),
            (format!("{ABC}  data/a\n"), ManifestError::Repeated { line }),
            (format!("{ABC}  data/B\n"), ManifestError::Unsorted { line }),
            (
                format!("{ABC}  data/{}\n", "b".repeat(LINE_BYTES_MAX)),
                ManifestError::TooLong { line },
            ),
        ];
        for (second, expected) in cases {
            let text = format!("{good}{second}");
            let result = UntrustedManifest::parse(text.as_bytes()).and_then(|it| it.validate());
            assert_eq!(result.as_ref(), Err(expected), "{second:?}");
            let mut reader = ManifestReader::new();
            let result = reader
                .push(text.as_bytes(), &mut |_, _| {})
                .and_then(|()| reader.finish());
            assert_eq!(result.as_ref(), Err(expected), "{second:?}");
        }
        assert!(UntrustedManifest::parse(b"\xff\xfe\n").is_err());
        assert!(UntrustedManifest::parse(b"").is_ok());
    }
}
