//! Looking into a snapshot's folders, and marking what is wanted of them.

use heirloom_format::StoredPath;

use crate::machine::event::Command;
use crate::machine::keys::move_cursor;
use crate::{RestoreError, VolumePath};

use super::port::{ArchivedEntry, ArchivedKind, ReadingEffect};
use super::view_parts::{BrowseLine, BrowseView};

/// Where somebody is in a snapshot, and what is marked.
#[derive(Debug)]
pub(super) struct Browse {
    snapshot: VolumePath,
    /// The folder that is shown; `None` for the top.
    folder: Option<StoredPath>,
    /// `None` while it is listed.
    entries: Option<Result<Vec<ArchivedEntry>, RestoreError>>,
    /// The first line leads on, the entries come after it.
    cursor: usize,
    /// Where the cursor was in the folders above.
    above: Vec<(Option<StoredPath>, usize)>,
    /// What is wanted: none of them is in another.
    marked: Vec<ArchivedEntry>,
    /// Enter led on while nothing was marked.
    refused: bool,
}

/// What a key press led to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Browsing {
    On,
    /// This folder has to be listed.
    List(ReadingEffect),
    /// These are wanted.
    Wanted(Vec<StoredPath>),
    /// Out of the topmost folder.
    Out,
}

impl Browse {
    pub(super) fn new(snapshot: VolumePath) -> Self {
        Self {
            snapshot,
            folder: None,
            entries: None,
            cursor: 1,
            above: Vec::new(),
            marked: Vec::new(),
            refused: false,
        }
    }

    pub(super) fn listing(&self) -> ReadingEffect {
        ReadingEffect::List {
            snapshot: self.snapshot.clone(),
            folder: self.folder.clone(),
        }
    }

    /// Takes a list, if it is of the folder that is shown.
    pub(super) fn listed(
        &mut self,
        snapshot: &VolumePath,
        folder: Option<&StoredPath>,
        entries: Result<Vec<ArchivedEntry>, RestoreError>,
    ) {
        if *snapshot == self.snapshot && folder == self.folder.as_ref() {
            self.cursor = self.cursor.min(entries.as_ref().map_or(0, Vec::len));
            self.entries = Some(entries);
        }
    }

    fn shown(&self) -> &[ArchivedEntry] {
        match &self.entries {
            Some(Ok(entries)) => entries,
            _ => &[],
        }
    }

    pub(super) fn press(&mut self, command: Command) -> Browsing {
        let under = self
            .cursor
            .checked_sub(1)
            .and_then(|at| self.shown().get(at))
            .cloned();
        self.refused = false;
        match (command, under) {
            (Command::Back, _) => return self.go_up(),
            (Command::Accept, None) if self.entries.is_some() => {
                if self.marked.is_empty() {
                    self.refused = true;
                } else {
                    return Browsing::Wanted(
                        self.marked.iter().map(|it| it.path.clone()).collect(),
                    );
                }
            }
            (Command::Accept, Some(entry)) if matches!(entry.kind, ArchivedKind::Folder { .. }) => {
                self.above
                    .push((self.folder.replace(entry.path), self.cursor));
                (self.cursor, self.entries) = (1, None);
                return Browsing::List(self.listing());
            }
            (Command::Accept | Command::Type(' '), Some(entry)) => self.mark(entry),
            (command, _) => {
                self.cursor = move_cursor(command, self.cursor, self.shown().len() + 1);
            }
        }
        Browsing::On
    }

    fn go_up(&mut self) -> Browsing {
        let Some((folder, cursor)) = self.above.pop() else {
            return Browsing::Out;
        };
        (self.folder, self.cursor, self.entries) = (folder, cursor, None);
        Browsing::List(self.listing())
    }

    /// Marks, or takes the mark away. What is in a marked folder comes with it.
    fn mark(&mut self, entry: ArchivedEntry) {
        if let Some(at) = self
            .marked
            .iter()
            .position(|marked| marked.path == entry.path)
        {
            self.marked.remove(at);
        } else if !self.is_in_marked(&entry.path) {
            self.marked
                .retain(|marked| !is_below(&marked.path, &entry.path));
            self.marked.push(entry);
        }
    }

    fn is_in_marked(&self, path: &StoredPath) -> bool {
        self.marked
            .iter()
            .any(|marked| is_below(path, &marked.path))
    }

    pub(super) fn view(&self, source: &str) -> BrowseView {
        let lines = self.shown().iter().map(|entry| BrowseLine {
            name: entry.name.clone(),
            kind: entry.kind,
            is_marked: self.marked.iter().any(|marked| marked.path == entry.path)
                || self.is_in_marked(&entry.path),
            has_marked: self
                .marked
                .iter()
                .any(|marked| is_below(&marked.path, &entry.path)),
        });
        let (marked_files, marked_bytes) = self.marked.iter().fold((0, 0), |(files, bytes), it| {
            let (more_files, more_bytes) = match it.kind {
                ArchivedKind::Folder { files, bytes } => (files, bytes),
                ArchivedKind::File { bytes, .. } => (1, bytes),
            };
            (files + more_files, bytes + more_bytes)
        });
        BrowseView {
            source: source.to_owned(),
            folder: self
                .folder
                .as_ref()
                .map(|folder| folder.as_str().to_owned()),
            lines: lines.collect(),
            cursor: self.cursor.min(self.shown().len()),
            marked_files,
            marked_bytes,
            is_loading: self.entries.is_none(),
            error: self
                .entries
                .as_ref()
                .and_then(|it| it.as_ref().err().cloned()),
            refused: self.refused,
        }
    }
}

fn is_below(path: &StoredPath, folder: &StoredPath) -> bool {
    path.as_str()
        .strip_prefix(folder.as_str())
        .is_some_and(|rest| rest.starts_with('/'))
}
