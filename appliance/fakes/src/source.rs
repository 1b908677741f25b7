//! A source in memory, with the faults of real ones.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use heirloom_engine::{
    Fetched, Found, ListedObject, ListingProblem, ObjectId, Source, SourceError, SourceIdentity,
    SourceKind, SourceTime,
};
use heirloom_format::StoredPath;

/// The port lets a source hand over up to 1 MiB at once, and as little as it likes.
const PIECE_BYTES: usize = 300_001;

/// A file on a fake source.
#[derive(Clone, Debug)]
pub struct FakeFile {
    /// Raw names: storage, folders, file.
    pub path: Vec<String>,
    /// Its bytes.
    pub content: Vec<u8>,
    /// As the device states it.
    pub modified: Option<SourceTime>,
    /// As the device states it.
    pub persistent_id: Option<String>,
    /// As the device states it.
    pub is_stated_heif: bool,
    /// What the listing says instead of the true length.
    pub listed_size_bytes: Option<u64>,
    /// How many fetches hand over only the first half.
    pub short_fetches: u32,
    /// What the next reads from the first byte hand over instead, one each.
    pub instead: VecDeque<Vec<u8>>,
    /// After so many fetches, each one fails with this.
    pub failure_after: Option<(u32, SourceError)>,
    /// How many bytes such a fetch hands over before it fails.
    pub bytes_before_failure: usize,
    /// Every second read gives one byte wrong.
    pub is_unsteady: bool,
    /// What every fetch fails with.
    pub failure: Option<SourceError>,
    /// What a fetch fails with that does not begin at the first byte.
    pub failure_in_the_middle: Option<SourceError>,
}

type Change = Box<dyn FnOnce(&mut Vec<FakeFile>) + Send>;

/// A source in memory.
pub struct FakeSource {
    identity: SourceIdentity,
    /// What is on it.
    pub files: Vec<FakeFile>,
    /// What it names and does not describe.
    pub unlisted: Vec<ListingProblem>,
    /// What the next listing fails with.
    pub listing_failure: Option<SourceError>,
    /// After handing over this many bytes more, the next call fails with the error, and every one after it.
    pub fails_after: Option<(u64, SourceError)>,
    changes_before_listing: Vec<(u32, Change)>,
    listings: u32,
    failed: Option<SourceError>,
    fetched: Vec<(String, u64)>,
    handed_bytes: u64,
    unsteady_reads: u64,
}

impl FakeFile {
    /// A file like most: a path with `/` between its names, a content, a time.
    pub fn new(path: &str, content: impl Into<Vec<u8>>, modified_unix_s: i64) -> Self {
        Self {
            path: path.split('/').map(str::to_owned).collect(),
            content: content.into(),
            modified: Some(SourceTime {
                raw: format!("@{modified_unix_s}"),
                unix_s: Some(modified_unix_s),
            }),
            persistent_id: None,
            is_stated_heif: false,
            listed_size_bytes: None,
            short_fetches: 0,
            instead: VecDeque::new(),
            failure_after: None,
            bytes_before_failure: 0,
            is_unsteady: false,
            failure: None,
            failure_in_the_middle: None,
        }
    }
}

impl FakeSource {
    /// A phone with these files.
    pub fn phone(serial: &str, files: Vec<FakeFile>) -> Self {
        Self {
            identity: SourceIdentity {
                kind: SourceKind::Phone,
                manufacturer: "Google".to_owned(),
                model: "Pixel 8".to_owned(),
                serial: Some(serial.to_owned()),
            },
            files,
            unlisted: Vec::new(),
            listing_failure: None,
            fails_after: None,
            changes_before_listing: Vec::new(),
            listings: 0,
            failed: None,
            fetched: Vec::new(),
            handed_bytes: 0,
            unsteady_reads: 0,
        }
    }

    /// An iPhone with these files.
    pub fn iphone(serial: &str, files: Vec<FakeFile>) -> Self {
        let mut iphone = Self::phone(serial, files);
        iphone.identity.manufacturer = "Apple Inc.".to_owned();
        iphone.identity.model = "Apple iPhone".to_owned();
        iphone
    }

    /// A camera with these files: all of one make and model, with whatever they say as their serial number.
    pub fn camera(serial: Option<&str>, files: Vec<FakeFile>) -> Self {
        let mut camera = Self::phone("", files);
        camera.identity = SourceIdentity {
            kind: SourceKind::Camera,
            manufacturer: "Canon".to_owned(),
            model: "EOS 5D".to_owned(),
            serial: serial.map(str::to_owned),
        };
        camera
    }

    /// Something happens on the device right before the listing of this number, counted from 1.
    pub fn before_listing(
        &mut self,
        number: u32,
        change: impl FnOnce(&mut Vec<FakeFile>) + Send + 'static,
    ) {
        self.changes_before_listing.push((number, Box::new(change)));
    }

    /// It was plugged in again: what it failed with is over.
    pub fn reconnect(&mut self) {
        self.fails_after = None;
        self.failed = None;
    }

    /// The stored paths of all fetches that were begun since the last call.
    pub fn take_fetched(&mut self) -> Vec<String> {
        let fetched = self.take_fetched_from().into_iter();
        fetched.map(|(path, _)| path).collect()
    }

    /// The same, with the byte that each of them was to begin at.
    pub fn take_fetched_from(&mut self) -> Vec<(String, u64)> {
        std::mem::take(&mut self.fetched)
    }

    /// How many bytes were handed over since the last call.
    pub fn take_handed_bytes(&mut self) -> u64 {
        std::mem::take(&mut self.handed_bytes)
    }

    /// Hands over as much as the device still gives.
    fn give(
        &mut self,
        piece: &[u8],
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, SourceError> {
        let Some((left_bytes, error)) = &mut self.fails_after else {
            self.handed_bytes += piece.len() as u64;
            return Ok(sink(piece));
        };
        let given = piece
            .len()
            .min(usize::try_from(*left_bytes).unwrap_or(usize::MAX));
        *left_bytes -= given as u64;
        self.handed_bytes += given as u64;
        if given == piece.len() {
            return Ok(sink(piece));
        }
        let error = error.clone();
        self.failed = Some(error.clone());
        if given > 0 && sink(&piece[..given]).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        Err(error)
    }
}

impl Source for FakeSource {
    fn identity(&self) -> &SourceIdentity {
        &self.identity
    }

    fn list(&mut self, found: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<(), SourceError> {
        if let Some(error) = self.failed.clone().or_else(|| self.listing_failure.take()) {
            return Err(error);
        }
        if let Some((0, error)) = &self.fails_after {
            self.failed = Some(error.clone());
            return Err(error.clone());
        }
        self.listings += 1;
        let (due, later) = std::mem::take(&mut self.changes_before_listing)
            .into_iter()
            .partition(|(number, _)| *number == self.listings);
        self.changes_before_listing = later;
        let due: Vec<(u32, Change)> = due;
        for (_, change) in due {
            change(&mut self.files);
        }
        let objects = self.files.iter().zip(0..).map(|(file, id)| ListedObject {
            id: ObjectId(id),
            path: StoredPath::from_raw(file.path.iter().map(String::as_str))
                .expect("a file has a name"),
            size_bytes: file.listed_size_bytes.unwrap_or(file.content.len() as u64),
            modified: file.modified.clone(),
            persistent_id: file.persistent_id.clone(),
            is_stated_heif: file.is_stated_heif,
        });
        let problems = self.unlisted.iter().cloned().map(Found::Problem);
        let seen = [Found::Seen(self.files.len() as u64)];
        match seen
            .into_iter()
            .chain(objects.map(Found::Object))
            .chain(problems)
            .try_for_each(found)
        {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(SourceError::TimedOut),
        }
    }

    fn fetch(
        &mut self,
        object: &ListedObject,
        from_byte: u64,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Fetched, SourceError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.fetched.push((object.path.to_string(), from_byte));
        let at = usize::try_from(object.id.0).map_err(|_| SourceError::Vanished)?;
        let file = self.files.get_mut(at).ok_or(SourceError::Vanished)?;
        if let Some(error) = &file.failure {
            return Err(error.clone());
        }
        let breaks_off_with = match &mut file.failure_after {
            Some((0, error)) => Some(error.clone()),
            Some((fetches, _)) => {
                *fetches -= 1;
                None
            }
            None => None,
        };
        if let Some(error) = file.failure_in_the_middle.clone().filter(|_| from_byte > 0) {
            if !error.is_about_one_object() {
                self.failed = Some(error.clone());
            }
            return Err(error);
        }
        let instead = match from_byte {
            0 => file.instead.pop_front(),
            _ => None,
        };
        let mut content = instead.unwrap_or_else(|| file.content.clone());
        if file.is_unsteady {
            self.unsteady_reads += 1;
            let middle = content.len() / 2;
            if let Some(byte) = content.get_mut(middle) {
                *byte ^= (self.unsteady_reads % 2) as u8;
            }
        }
        if file.short_fetches > 0 {
            file.short_fetches -= 1;
            content.truncate(content.len() / 2);
        }
        if breaks_off_with.is_some() {
            content.truncate(file.bytes_before_failure);
        }
        let from = usize::try_from(from_byte).map_or(content.len(), |from| from.min(content.len()));
        for piece in content[from..].chunks(PIECE_BYTES) {
            if self.give(piece, sink)?.is_break() {
                return Ok(Fetched::Stopped);
            }
        }
        match breaks_off_with {
            Some(error) => Err(error),
            None => Ok(Fetched::Whole(content.len() as u64)),
        }
    }
}
