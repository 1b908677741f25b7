//! Holds a snapshot's list of files against what lies in its folder: both come sorted, and go by side by side.

use heirloom_format::{FileRecord, StoredPath};

use super::contents::{Contents, Expected, Meeting};
use super::finding::{Finding, FindingKind};
use super::reading::Found;
use super::suspect::{Suspect, judge};
use crate::archive::{Beside, Walked, files, layout, readable};
use crate::{EntryKind, PublishedSnapshot, Volume, VolumeError};

/// One snapshot's payload while its list goes by.
pub(super) struct Merge<'m> {
    volume: &'m dyn Volume,
    published: &'m PublishedSnapshot,
    bag: usize,
    reads_content: bool,
    contents: &'m mut Contents,
    beside: Beside<'m>,
    names: u64,
    /// How many files are in folders that can't be listed, in the order of [`Beside::unlisted`].
    hidden: Vec<u64>,
    suspects: Vec<Suspect>,
    findings: Vec<Finding>,
    failed: Option<VolumeError>,
}

/// What a payload was found to be.
pub(super) struct Merged {
    pub(super) names: u64,
    pub(super) suspects: Vec<Suspect>,
    pub(super) findings: Vec<Finding>,
}

impl<'m> Merge<'m> {
    pub(super) fn begin(
        volume: &'m dyn Volume,
        published: &'m PublishedSnapshot,
        bag: usize,
        reads_content: bool,
        contents: &'m mut Contents,
    ) -> Result<Self, VolumeError> {
        Ok(Self {
            volume,
            published,
            bag,
            reads_content,
            contents,
            beside: Beside::of(volume, &published.folder)?,
            names: 0,
            hidden: Vec::new(),
            suspects: Vec::new(),
            findings: Vec::new(),
            failed: None,
        })
    }

    /// The next file of the list. An error of the drive is kept until the end.
    pub(super) fn expect(&mut self, path: &StoredPath, expected: &Expected) {
        if self.failed.is_none() {
            self.failed = self.try_expect(path, expected).err();
        }
    }

    fn try_expect(&mut self, path: &StoredPath, expected: &Expected) -> Result<(), VolumeError> {
        self.names += 1;
        let mut added = Vec::new();
        let found = self.beside.find(path, &mut |walked| added.push(walked))?;
        self.added(added);
        let Some(walked) = found else {
            self.missing(path, expected);
            return Ok(());
        };
        if walked.kind != EntryKind::File {
            self.suspect(path, expected, FindingKind::NotAFile(None));
        } else if self.contents.meet(walked.file_id, expected) == Meeting::Disputed {
            self.settle(path, expected)?;
        }
        Ok(())
    }

    fn added(&mut self, added: Vec<Walked>) {
        let data = self.published.folder.join(layout::DATA);
        self.findings
            .extend(added.into_iter().map(|walked| Finding {
                place: data.join(&walked.path),
                kind: FindingKind::Added(walked.kind),
                snapshots: vec![self.published.folder.clone()],
                other_names: Vec::new(),
            }));
    }

    fn missing(&mut self, path: &StoredPath, expected: &Expected) {
        let unlisted = self.beside.unlisted();
        let hiding = unlisted
            .iter()
            .position(|(prefix, _)| path.as_str().starts_with(prefix.as_str()));
        match hiding {
            Some(at) => {
                self.hidden.resize(unlisted.len(), 0);
                self.hidden[at] += 1;
            }
            None => self.suspect(path, expected, FindingKind::FileMissing(None)),
        }
    }

    fn suspect(&mut self, path: &StoredPath, expected: &Expected, kind: FindingKind) {
        self.suspects.push(Suspect {
            bag: self.bag,
            place: layout::payload(&self.published.folder, path),
            kind,
            sha256: expected.sha256,
            file_id: None,
        });
    }

    /// Two snapshots say different things of one file. It is looked at for this one now, because it is so rare.
    fn settle(&mut self, path: &StoredPath, expected: &Expected) -> Result<(), VolumeError> {
        let place = layout::payload(&self.published.folder, path);
        let found = match readable(self.volume.facts(&place))? {
            Err(kind) => Err(kind),
            Ok(facts) if !self.reads_content => Ok(Found {
                facts,
                content: None,
            }),
            Ok(facts) => {
                readable(files::read_back_digest(self.volume, &place))?.map(|content| Found {
                    facts,
                    content: Some(content),
                })
            }
        };
        if let Some(kind) = judge(expected, &found) {
            self.suspect(path, expected, kind);
        }
        Ok(())
    }

    /// The list is at its end.
    pub(super) fn end(mut self) -> Result<Merged, VolumeError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut added = Vec::new();
        self.beside.end(&mut |walked| added.push(walked))?;
        self.added(added);
        let unlisted = self.beside.unlisted();
        self.hidden.resize(unlisted.len(), 0);
        for ((prefix, error), files) in unlisted.iter().zip(self.hidden) {
            let data = self.published.folder.join(layout::DATA);
            self.findings.push(Finding {
                place: match prefix.strip_suffix('/') {
                    Some(folder) => data.join(folder),
                    None => data,
                },
                kind: FindingKind::FolderUnlisted {
                    error: error.clone(),
                    files,
                },
                snapshots: vec![self.published.folder.clone()],
                other_names: Vec::new(),
            });
        }
        Ok(Merged {
            names: self.names,
            suspects: self.suspects,
            findings: self.findings,
        })
    }
}

/// What a description says of a file.
pub(super) fn expected(file: &FileRecord) -> Expected {
    let modified = file.modified.as_ref();
    Expected {
        sha256: file.sha256,
        size_bytes: Some(file.size_bytes),
        unix_s: modified
            .filter(|_| !file.shared_time)
            .and_then(|modified| modified.unix_s),
    }
}
