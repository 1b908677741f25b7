//! `shared-times.txt`: the times of files that share their content with a file of another time. FORMAT.md, section 8.
//!
//! One line for each: seconds since 1970 in UTC, a space, `data/` and its stored path. Sorted by the bytes of the path. Made for a loop of
//! a shell, which can't read JSON.

use std::cmp::Ordering;
use std::fmt::Write as _;

use crate::lines::Lines;
use crate::manifest_line::PAYLOAD;
use crate::{StoredPath, StoredPathError};

/// Why bytes are not a `shared-times.txt`. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SharedTimesError {
    /// The last line has no line feed: the file was cut.
    #[error("line {line} is cut off")]
    Cut {
        /// Which line.
        line: usize,
    },
    /// Not a time in its one spelling, a space, and a path below `data/`.
    #[error("line {line} is not a time, a space and a path below data/")]
    Malformed {
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
    /// A path that does not come after that of the line before.
    #[error("line {line} is out of order")]
    Unsorted {
        /// Which line.
        line: usize,
    },
    /// Longer than any path of the format can make it.
    #[error("line {line} is too long")]
    TooLong {
        /// Which line.
        line: usize,
    },
}

/// Appends the line of a file whose time is `unix_s`, in seconds since 1970, UTC. Files must come sorted by the bytes of their path.
pub fn shared_times_line(unix_s: i64, path: &StoredPath, out: &mut String) {
    // Writing to a String can't fail.
    let _ = writeln!(out, "{unix_s} {PAYLOAD}{path}");
}

/// Reads `shared-times.txt` as it comes, whoever wrote it. Holds at most two lines.
#[derive(Debug, Default)]
pub struct SharedTimesReader {
    lines: Lines,
    last: Option<StoredPath>,
}

impl SharedTimesReader {
    /// Begins.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes, in pieces of any length, and hands over time and path of each file whose line ends in them.
    ///
    /// # Errors
    /// All of [`SharedTimesError`] but [`SharedTimesError::Cut`]; after one, nothing more may be pushed.
    pub fn push(
        &mut self,
        bytes: &[u8],
        each: &mut dyn FnMut(i64, StoredPath),
    ) -> Result<(), SharedTimesError> {
        let last = &mut self.last;
        let too_long = |line| SharedTimesError::TooLong { line };
        self.lines.push(bytes, too_long, |line, bytes| {
            let (unix_s, path) = split_line(bytes).ok_or(SharedTimesError::Malformed { line })?;
            let path =
                StoredPath::parse(path).map_err(|error| SharedTimesError::Path { line, error })?;
            if last
                .as_ref()
                .is_some_and(|last| last.cmp(&path) != Ordering::Less)
            {
                return Err(SharedTimesError::Unsorted { line });
            }
            *last = Some(path.clone());
            each(unix_s, path);
            Ok(())
        })
    }

    /// Says that there are no more bytes.
    ///
    /// # Errors
    /// [`SharedTimesError::Cut`].
    pub fn finish(self) -> Result<(), SharedTimesError> {
        match self.lines.cut_line() {
            Some(line) => Err(SharedTimesError::Cut { line }),
            None => Ok(()),
        }
    }
}

fn split_line(bytes: &[u8]) -> Option<(i64, &str)> {
    let (time, path) = std::str::from_utf8(bytes).ok()?.split_once(' ')?;
    let unix_s: i64 = time.parse().ok()?;
    // One spelling: no plus sign, no superfluous zero.
    (unix_s.to_string() == time).then_some((unix_s, path.strip_prefix(PAYLOAD)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> Result<Vec<(i64, String)>, SharedTimesError> {
        let mut reader = SharedTimesReader::new();
        let mut seen = Vec::new();
        for piece in pieces {
            reader.push(piece, &mut |unix_s, path| {
                seen.push((unix_s, path.to_string()));
            })?;
        }
        reader.finish().map(|()| seen)
    }

    #[test]
    fn reads_what_was_printed_in_two_pieces() {
        let files = [(-1, "a data/b"), (i64::MAX, "a/b"), (0, "ä")];
        let mut text = String::new();
        for (unix_s, path) in files {
            shared_times_line(unix_s, &StoredPath::parse(path).expect(path), &mut text);
        }
        assert_eq!(
            text,
            "-1 data/a data/b\n9223372036854775807 data/a/b\n0 data/ä\n"
        );
        let expected = files.map(|(unix_s, path)| (unix_s, path.to_owned()));
        for cut in 0..=text.len() {
            let (one, two) = text.as_bytes().split_at(cut);
            assert_eq!(read(&[one, two]).as_deref(), Ok(&expected[..]));
        }
        assert_eq!(read(&[]), Ok(vec![]));
    }

    #[test]
    fn hostile_lines_are_refused_with_their_number() {
        let line = 2;
        let malformed = SharedTimesError::Malformed { line };
        let path = |error| SharedTimesError::Path { line, error };
        let cases = [
            ("1 data/n".to_owned(), SharedTimesError::Cut { line }),
            ("\n".into(), malformed.clone()),
            ("+1 data/n\n".into(), malformed.clone()),
            ("01 data/n\n".into(), malformed.clone()),
            ("-0 data/n\n".into(), malformed.clone()),
            ("9223372036854775808 data/n\n".into(), malformed.clone()),
            ("1  data/n\n".into(), malformed.clone()),
            ("1 n\n".into(), malformed),
            ("1 data/\n".into(), path(StoredPathError::Empty)),
            (
                "1 data/../n\n".into(),
                path(StoredPathError::NotCanonical("..".into())),
            ),
            ("1 data/m\n".into(), SharedTimesError::Unsorted { line }),
            ("1 data/l\n".into(), SharedTimesError::Unsorted { line }),
            (
                format!("1 data/{}\n", "n".repeat(70_000)),
                SharedTimesError::TooLong { line },
            ),
        ];
        for (second, expected) in cases {
            let result = read(&[b"1 data/m\n", second.as_bytes()]);
            assert_eq!(result, Err(expected), "{second:?}");
        }
    }
}
