//! Files of a snapshot of which there is more to know, counted.

use super::notes::{Notes, Shown};
use heirloom_media::State;

/// Files that are named one by one.
const NAMED_MAX: usize = 1000;

/// Files of a snapshot of which there is more to know. A file may be in several counts; all of them are archived like any other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarkCounts {
    /// An iPhone's files that are as it keeps them, as far as that can be told.
    pub originals: u64,
    /// An iPhone's files that it made during the copy, of others that have more in them. Those are not in the snapshot, so that nothing may be
    /// called safe to erase.
    pub converted: u64,
    /// Deleted on the device, which keeps them for some weeks.
    pub trashed: u64,
    /// An app on the device had not finished them.
    pub pending: u64,
    /// Small copies that the device makes by itself.
    pub thumbnails: u64,
    /// Named like photos and videos, and beginning like none that is known.
    pub unfamiliar: u64,
    /// The first thousand of those, by their stored paths.
    pub first_unfamiliar: Vec<String>,
}

impl MarkCounts {
    pub(super) fn add(&mut self, path: &str, shown: &Shown, notes: Notes) {
        self.originals += u64::from(notes.is_original());
        self.converted += u64::from(notes.is_converted());
        match shown.state {
            State::Present => {}
            State::Trashed { .. } => self.trashed += 1,
            State::Pending { .. } => self.pending += 1,
        }
        self.thumbnails += u64::from(shown.is_thumbnails());
        if notes.is_unfamiliar() {
            self.unfamiliar += 1;
            if self.first_unfamiliar.len() < NAMED_MAX {
                self.first_unfamiliar.push(path.to_owned());
            }
        }
    }
}
