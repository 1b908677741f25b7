//! Manifests of a bag (BagIt 1.0, RFC 8493, sections 2.1.3 and 2.2.1): one line for each file, which `sha256sum -c` reads too.
//!
//! A line is 64 lowercase hexadecimal digits, two spaces, the path, a line feed. Lines are sorted by the bytes of their path.
//! Whoever parses one must take it for hostile: nothing here panics, and what is allocated is in proportion to the bytes given.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::{Digest, StoredPath, StoredPathError};

/// The folder of a bag that holds its payload, with the slash after it.
const PAYLOAD: &str = "data/";

/// What the payload of a bag must hold: `manifest-sha256.txt`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest(BTreeMap<StoredPath, Digest>);

/// What the files beside the payload must hold: `tagmanifest-sha256.txt`. Its own SHA-256 is the head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagManifest(BTreeMap<StoredPath, Digest>);

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
    /// A path that an earlier line has already.
    #[error("line {line} repeats a path")]
    Repeated {
        /// The second of the two.
        line: usize,
    },
}

impl Manifest {
    /// Takes the files of a payload. Yields `None` when a path comes twice.
    pub fn of(files: impl IntoIterator<Item = (StoredPath, Digest)>) -> Option<Self> {
        unique(files).map(Self)
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
        print(&self.0, PAYLOAD)
    }
}

impl TagManifest {
    /// Takes the files beside the payload. Yields `None` when a name comes twice.
    pub fn of(files: impl IntoIterator<Item = (StoredPath, Digest)>) -> Option<Self> {
        unique(files).map(Self)
    }

    /// The digest that a file must have.
    pub fn digest(&self, name: &str) -> Option<&Digest> {
        StoredPath::parse(name)
            .ok()
            .and_then(|path| self.0.get(&path))
    }

    /// Every file, sorted by the bytes of its path.
    pub fn iter(&self) -> impl Iterator<Item = (&StoredPath, &Digest)> {
        self.0.iter()
    }

    /// The file's content.
    pub fn print(&self) -> String {
        print(&self.0, "")
    }
}

impl<'bytes> UntrustedManifest<'bytes> {
    /// Reads lines. Says nothing yet about where the paths lead.
    ///
    /// # Errors
    /// [`ManifestError::Cut`], [`ManifestError::Malformed`].
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
            lines.push(parse_line(number, &rest[..end])?);
            rest = &rest[end + 1..];
        }
        Ok(Self(lines))
    }

    /// Takes it for a payload manifest.
    ///
    /// # Errors
    /// [`ManifestError::NotPayload`], [`ManifestError::Path`], [`ManifestError::Repeated`].
    pub fn validate(self) -> Result<Manifest, ManifestError> {
        self.collect(PAYLOAD).map(Manifest)
    }

    /// Takes it for a tag manifest.
    ///
    /// # Errors
    /// [`ManifestError::Path`], [`ManifestError::Repeated`].
    pub fn validate_tags(self) -> Result<TagManifest, ManifestError> {
        self.collect("").map(TagManifest)
    }

    fn collect(self, prefix: &str) -> Result<BTreeMap<StoredPath, Digest>, ManifestError> {
        let mut files = BTreeMap::new();
        for UntrustedLine {
            number: line,
            digest,
            path,
        } in self.0
        {
            let path = path
                .strip_prefix(prefix)
                .ok_or(ManifestError::NotPayload { line })?;
            let path =
                StoredPath::parse(path).map_err(|error| ManifestError::Path { line, error })?;
            if files.insert(path, digest).is_some() {
                return Err(ManifestError::Repeated { line });
            }
        }
        Ok(files)
    }
}

fn parse_line(number: usize, bytes: &[u8]) -> Result<UntrustedLine<'_>, ManifestError> {
    let malformed = || ManifestError::Malformed { line: number };
    let text = std::str::from_utf8(bytes).map_err(|_| malformed())?;
    let (digest, path) = text.split_once("  ").ok_or_else(malformed)?;
    Ok(UntrustedLine {
        number,
        digest: digest.parse().map_err(|_| malformed())?,
        path,
    })
}

fn unique(
    files: impl IntoIterator<Item = (StoredPath, Digest)>,
) -> Option<BTreeMap<StoredPath, Digest>> {
    let mut unique = BTreeMap::new();
    for (path, digest) in files {
        if unique.insert(path, digest).is_some() {
            return None;
        }
    }
    Some(unique)
}

fn print(files: &BTreeMap<StoredPath, Digest>, prefix: &str) -> String {
    let mut text = String::new();
    for (path, digest) in files {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{digest}  {prefix}{path}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn tags_have_no_prefix() {
        let tags = TagManifest::of([(stored("bagit.txt"), Digest::of(b"abc"))]).expect("one");
        assert_eq!(tags.print(), format!("{ABC}  bagit.txt\n"));
        assert_eq!(tags.digest("bagit.txt"), Some(&Digest::of(b"abc")));
        assert_eq!(tags.digest("../bagit.txt"), None);
        let parsed = UntrustedManifest::parse(tags.print().as_bytes()).map(|it| it.validate_tags());
        assert_eq!(parsed.expect("well formed"), Ok(tags.clone()));
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
        ];
        for (second, expected) in cases {
            let text = format!("{good}{second}");
            let result = UntrustedManifest::parse(text.as_bytes()).and_then(|it| it.validate());
            assert_eq!(result.as_ref(), Err(expected), "{second:?}");
        }
        assert!(UntrustedManifest::parse(b"\xff\xfe\n").is_err());
        assert!(UntrustedManifest::parse(b"").is_ok());
    }
}
