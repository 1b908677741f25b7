//! A payload's manifest, read in pieces: a million lines are never in memory at once.

use crate::lines::Lines;
use crate::manifest::stored_path;
use crate::manifest_line::{PAYLOAD, split_line};
use crate::{Digest, ManifestError, StoredPath};

/// Reads `manifest-sha256.txt` as it comes, whoever wrote it. Holds at most two lines.
#[derive(Debug, Default)]
pub struct ManifestReader {
    lines: Lines,
    last: Option<StoredPath>,
}

impl ManifestReader {
    /// Begins.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes, in pieces of any length, and hands over each file whose line ends in them, sorted by the bytes of its path.
    /// Nothing of it is certain before [`ManifestReader::finish`] returned.
    ///
    /// # Errors
    /// All of [`ManifestError`] but [`ManifestError::Cut`]; after one, nothing more may be pushed.
    pub fn push(
        &mut self,
        bytes: &[u8],
        each: &mut dyn FnMut(Digest, StoredPath),
    ) -> Result<(), ManifestError> {
        let last = &mut self.last;
        let too_long = |line| ManifestError::TooLong { line };
        self.lines.push(bytes, too_long, |line, bytes| {
            let (digest, path) = split_line(bytes).ok_or(ManifestError::Malformed { line })?;
            let path = stored_path(line, path, PAYLOAD, last.as_ref())?;
            *last = Some(path.clone());
            each(digest, path);
            Ok(())
        })
    }

    /// Says that there are no more bytes.
    ///
    /// # Errors
    /// [`ManifestError::Cut`].
    pub fn finish(self) -> Result<(), ManifestError> {
        match self.lines.cut_line() {
            Some(line) => Err(ManifestError::Cut { line }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest_line;

    #[test]
    fn reads_what_was_printed_in_pieces_of_any_length() {
        let files = ["B", "a b/ö", "a-b", "a/z", "b"].map(|path| {
            (
                Digest::of(path.as_bytes()),
                StoredPath::parse(path).expect(path),
            )
        });
        let mut text = String::new();
        for (digest, path) in &files {
            manifest_line(digest, path, &mut text);
        }
        for piece_bytes in 1..text.len() {
            let mut reader = ManifestReader::new();
            let mut seen = Vec::new();
            for piece in text.as_bytes().chunks(piece_bytes) {
                reader
                    .push(piece, &mut |digest, path| seen.push((digest, path)))
                    .expect("ours");
            }
            assert_eq!(reader.finish(), Ok(()));
            assert_eq!(seen, files);
        }
    }
}
