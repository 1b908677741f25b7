//! The port to where pictures come from: a phone, a camera, a card, a folder.

use std::ops::ControlFlow;

use heirloom_format::StoredPath;

/// Who a source is, as far as it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceIdentity {
    /// What kind of thing it is.
    pub kind: SourceKind,
    /// As the device gives it, such as `Google`; may be empty.
    pub manufacturer: String,
    /// As the device gives it, such as `Pixel 8`; may be empty.
    pub model: String,
    /// As the device gives it. Without one, two phones of a model can't be told apart by this alone.
    pub serial: Option<String>,
}

/// What kind of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// Speaks MTP, or is an iPhone.
    Phone,
    /// Speaks PTP and is no phone.
    Camera,
    /// A plain folder of files: a card, a disk, a directory.
    Folder,
}

/// Names an object for as long as the source stays connected; meaningless after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub u64);

/// One file that a source says it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedObject {
    /// For [`Source::fetch`].
    pub id: ObjectId,
    /// The storage's name and the folders and file name in it, as they will be stored below `data/`.
    pub path: StoredPath,
    /// Length in bytes as the source states it: 64 bits, never the truncated 32-bit form.
    pub size_bytes: u64,
    /// When it was changed, if the source says.
    pub modified: Option<SourceTime>,
    /// An id that outlives reconnects (MTP's PersistentUniqueObjectIdentifier), where there is a believable one.
    pub persistent_id: Option<String>,
    /// The source states that it is HEIF, by other means than its name (MTP's ObjectFormat): what it gives may be another format all the same.
    pub is_stated_heif: bool,
}

/// A time as a source stated it, and what we make of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceTime {
    /// Untouched, such as `20240131T235959`.
    pub raw: String,
    /// Seconds since 1970-01-01T00:00:00Z, reading a time without a zone as UTC; `None` for nonsense.
    pub unix_s: Option<i64>,
}

/// What a listing tells, bit by bit: a library may have a million files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A file. In no particular order; paths may repeat (some phones list a file twice), and the plan settles that.
    Object(ListedObject),
    /// A folder or object that the source named and then would not describe.
    Problem(ListingProblem),
    /// Something that is no file of its own, and that is therefore not copied. It stands in the way of nothing: a run is complete without it.
    LeftOut(LeftOut),
    /// It goes on: so many files are seen so far, some of which may not have been told yet.
    Seen(u64),
}

/// Something in a source that is no file of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its path, for a person to read.
    pub place: String,
    /// What it is.
    pub kind: LeftOutKind,
}

/// What kind of thing is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum LeftOutKind {
    /// What it points to is copied where it really is, if that is in the source.
    #[error("a symbolic link, which is no file of its own")]
    Link,
    /// A device node, a socket or a named pipe.
    #[error("a device, socket or pipe, which has no content")]
    Special,
    /// A source of its own.
    #[error("a folder on which another disk is mounted: archive that disk by itself")]
    OtherFileSystem,
    /// A folder that is mounted inside itself.
    #[error("a folder inside itself: its files are copied where it is first")]
    Loop,
}

/// A listing as a whole, for callers who know that it is small.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// All files.
    pub objects: Vec<ListedObject>,
    /// All problems.
    pub problems: Vec<ListingProblem>,
}

impl Listing {
    /// Collects what a source lists.
    ///
    /// # Errors
    /// As [`Source::list`].
    pub fn of(source: &mut dyn Source) -> Result<Self, SourceError> {
        let mut listing = Self::default();
        source.list(&mut |found| {
            match found {
                Found::Object(object) => listing.objects.push(object),
                Found::Problem(problem) => listing.problems.push(problem),
                Found::LeftOut(_) | Found::Seen(_) => {}
            }
            ControlFlow::Continue(())
        })?;
        Ok(listing)
    }
}

/// Something that could not be listed; the rest was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingProblem {
    /// As much of its path as is known, for a person to read.
    pub place: String,
    /// Why.
    pub error: SourceError,
}

/// What can go wrong at a source. Families, so that each can be met with the right advice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// Unplugged, or its cable moved.
    #[error("the device is no longer connected")]
    Gone,
    /// It is locked, in charge-only mode, or waits for a tap on `Allow`. Ask for that and try again.
    #[error("the device does not let us read yet")]
    Locked,
    /// No answer within the deadline.
    #[error("the device did not answer in time")]
    TimedOut,
    /// It refused this object alone. `code` is the PTP response code (ISO 15740, section 11) or an errno.
    #[error("the device refused this file (code {code:#06x})")]
    Refused {
        /// PTP response code or errno.
        code: u32,
    },
    /// The object is no longer there.
    #[error("the file is no longer on the device")]
    Vanished,
    /// It answered what the protocol does not allow.
    #[error("the device answered something that makes no sense: {what}")]
    Garbled {
        /// Which answer.
        what: &'static str,
    },
    /// A part of a disk has no file system that is known here.
    #[error("it has a file system that cannot be read here")]
    UnknownFileSystem,
    /// A file system was not brought to its end, and bringing it there would write to it.
    #[error(
        "it was unplugged without being ejected; eject it from its own computer or camera, then archive it again"
    )]
    NotEjected,
    /// The medium failed under it; errno.
    #[error("reading failed (error {errno})")]
    Io {
        /// From the operating system.
        errno: i32,
    },
}

impl SourceError {
    /// Whether only the object in question is affected, so that the next one may be tried at once.
    pub fn is_about_one_object(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. }
                | Self::Vanished
                | Self::UnknownFileSystem
                | Self::NotEjected
                | Self::Io { .. }
        )
    }
}

/// How a fetch ended without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The source has no more bytes; the object has this many, counted from its first byte, wherever the fetch began.
    Whole(u64),
    /// The sink asked to stop.
    Stopped,
}

/// Where pictures come from. Never written to.
///
/// Calls block, each for a bounded time: an implementation has a deadline on every exchange with the device and answers
/// [`SourceError::TimedOut`] rather than wait for ever.
pub trait Source: Send {
    /// Who it is. Known from the moment that the source is open.
    fn identity(&self) -> &SourceIdentity;

    /// Lists every file, telling something at least every few seconds; `Break` makes it give up with [`SourceError::TimedOut`].
    ///
    /// # Errors
    /// When not everything can be listed; what was told until then counts for nothing. What fails for one folder or object alone is a
    /// [`Found::Problem`]. A source that names objects and describes none of them is an error, never an empty listing.
    fn list(&mut self, found: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<(), SourceError>;

    /// Reads an object from byte `from_byte` (0 for all of it) to its last, handing the bytes to `sink` in order, in pieces of at most 1 MiB.
    /// Where it has no byte there, nothing is handed over, and [`Fetched::Whole`] tells its length.
    ///
    /// A source that can only read from the beginning does so, and hands over nothing of what lies before `from_byte`.
    ///
    /// # Errors
    /// After an error, the bytes handed over so far are what the object has from `from_byte` on, without a gap, and nothing more. Whoever asked
    /// for a later part and is refused may ask for all of it.
    fn fetch(
        &mut self,
        object: &ListedObject,
        from_byte: u64,
        sink: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Fetched, SourceError>;
}
