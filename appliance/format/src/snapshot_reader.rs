//! `snapshot.json`, read in pieces: a million files are never in memory at once.

use crate::json_cutter::{JsonCutter, Part};
use crate::{FORMAT_VERSION, FileRecord, Snapshot, SnapshotError, StoredPath};

/// Reads `snapshot.json` as it comes, whoever wrote it, and however it is broken into lines. It holds one file's record and all that is not a
/// file, each within bounds.
#[derive(Debug)]
pub struct SnapshotReader {
    cutter: JsonCutter,
    files: Files,
}

/// What is known after the files so far.
#[derive(Debug, Default)]
struct Files {
    count: usize,
    last: Option<StoredPath>,
    /// The version was there, and it is one that we know.
    version_known: bool,
    /// What is wrong with a file, kept until it is known that the version is not a newer one, whose files may well be different.
    fault: Option<SnapshotError>,
}

impl Default for SnapshotReader {
    fn default() -> Self {
        Self::new()
    }
}

impl SnapshotReader {
    /// Begins.
    pub fn new() -> Self {
        Self {
            cutter: JsonCutter::new("files"),
            files: Files::default(),
        }
    }

    /// Takes the next bytes, in pieces of any length, and hands over each file that ends in them, sorted by the bytes of its path.
    /// Nothing of it is certain before [`SnapshotReader::finish`] returned.
    ///
    /// # Errors
    /// [`SnapshotError`]; after one, nothing more may be pushed. A newer version is told apart even where its fields differ.
    pub fn push(
        &mut self,
        bytes: &[u8],
        each: &mut dyn FnMut(FileRecord),
    ) -> Result<(), SnapshotError> {
        let files = &mut self.files;
        self.cutter.push(bytes, |part| match part {
            Part::Field("format_version", version) => files.version(version),
            Part::Field(..) => Ok(()),
            Part::Element(_) if files.fault.is_some() => Ok(()),
            Part::Element(record) => match files.file(record) {
                Ok(file) => {
                    each(file);
                    Ok(())
                }
                Err(fault) if files.version_known => Err(fault),
                Err(fault) => {
                    files.fault = Some(fault);
                    Ok(())
                }
            },
        })
    }

    /// Says that there are no more bytes, and yields everything but the files.
    ///
    /// # Errors
    /// [`SnapshotError`].
    pub fn finish(self) -> Result<Snapshot, SnapshotError> {
        let rest = self.cutter.finish()?;
        match self.files.fault {
            Some(fault) => Err(fault),
            None => Ok(serde_json::from_slice(&rest)?),
        }
    }
}

impl Files {
    fn version(&mut self, value: &[u8]) -> Result<(), SnapshotError> {
        // One that is no number is met again when the whole is parsed.
        if let Ok(found) = serde_json::from_slice(value) {
            if found > FORMAT_VERSION {
                return Err(SnapshotError::Newer { found });
            }
            self.version_known = true;
        }
        Ok(())
    }

    fn file(&mut self, record: &[u8]) -> Result<FileRecord, SnapshotError> {
        let index = self.count;
        self.count += 1;
        let file: FileRecord =
            serde_json::from_slice(record).map_err(|error| SnapshotError::File { index, error })?;
        if self.last.as_ref().is_some_and(|last| *last >= file.path) {
            return Err(SnapshotError::Unsorted { index });
        }
        self.last = Some(file.path.clone());
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#""archive_id":"01010101010101010101010101010101","generation":1,
        "date":"2026-11-22","previous_head":null,"software":"other","source":{"kind":"folder",
        "manufacturer":"","model":"","serial":null,"name":"x"},"status":"complete","problems":[]"#;
    const SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn file(path: &str) -> String {
        format!(
            r#"{{"later":[1,{{}}],"path":"{path}","size_bytes":3,"sha256":"{SHA256}","modified":null}}"#
        )
    }

    fn read(pieces: &[&[u8]]) -> Result<(Snapshot, Vec<String>), SnapshotError> {
        let mut reader = SnapshotReader::new();
        let mut paths = Vec::new();
        for piece in pieces {
            reader.push(piece, &mut |file| paths.push(file.path.to_string()))?;
        }
        Ok((reader.finish()?, paths))
    }

    #[test]
    fn fields_may_come_in_any_order_and_pieces_of_any_length() {
        let files = [file("a"), file("b \\u00e4"), file("b\\\"c")].join(" , ");
        let text =
            format!(r#"{{"files":[{files}],"new":{{"files":1}},{HEAD},"format_version":1}}"#);
        for cut in 0..=text.len() {
            let (one, two) = text.as_bytes().split_at(cut);
            let (snapshot, paths) = read(&[one, two]).expect("well formed");
            assert_eq!(paths, ["a", "b ä", "b\"c"]);
            assert_eq!((snapshot.generation, snapshot.files.len()), (1, 0));
        }
    }

    #[test]
    fn a_newer_version_is_told_apart_wherever_it_stands() {
        for text in [
            r#"{"format_version":2,"files":[{"no":"path"}]"#,
            r#"{"files":[{"no":"path"}],"format_version":2,"#,
            r#"{"format_version" : 2 , "files":{}"#,
        ] {
            let result = read(&[text.as_bytes()]);
            assert!(
                matches!(result, Err(SnapshotError::Newer { found: 2 })),
                "{text}"
            );
        }
    }

    #[test]
    fn a_file_that_is_not_as_it_must_be_is_named_by_its_number() {
        let nothing = "{}".to_owned();
        let slashes = file("../a");
        let list = "[\"a\",3]".to_owned();
        let twice = file("a");
        for (second, is_expected) in [
            (
                &nothing,
                (|error| matches!(error, SnapshotError::File { index: 1, .. })) as fn(_) -> _,
            ),
            (&slashes, |error| {
                matches!(error, SnapshotError::File { index: 1, .. })
            }),
            (&twice, |error| {
                matches!(error, SnapshotError::Unsorted { index: 1 })
            }),
            (&list, |error| matches!(error, SnapshotError::Structure(_))),
        ] {
            let files = format!(r#""files":[{},{second},{}]"#, file("a"), file("c"));
            for text in [
                format!(r#"{{"format_version":1,{HEAD},{files}}}"#),
                format!(r#"{{{files},{HEAD},"format_version":1}}"#),
            ] {
                let error = read(&[text.as_bytes()]).expect_err("a fault");
                assert!(is_expected(error), "{text}");
            }
        }
        let twice = format!(r#"{{"format_version":1,{HEAD},"files":[],"files":[]}}"#);
        let twice = read(&[twice.as_bytes()]);
        assert!(matches!(twice, Err(SnapshotError::Malformed(_))));
    }
}
