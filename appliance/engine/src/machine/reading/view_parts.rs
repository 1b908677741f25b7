//! What the pages of a restore or a rehearsal are made of.

use std::fmt;

use heirloom_format::SnapshotName;
use zeroize::Zeroizing;

use crate::disk_source::FileSystem;
use crate::machine::DiskView;
use crate::{RestoreError, RestoreLayout};

use super::port::ArchivedKind;

/// What opens an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyLine {
    /// The owner's passphrase.
    Passphrase,
    /// The words of the executors' sheets.
    Shares,
}

impl KeyLine {
    /// What is usual comes first: a rehearsal tries the executors' way.
    pub(super) fn shown(rehearses: bool) -> [Self; 2] {
        if rehearses {
            [Self::Shares, Self::Passphrase]
        } else {
            [Self::Passphrase, Self::Shares]
        }
    }
}

/// A word of a share on its way to the screen: wiped from memory when it is dropped, and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(pub(super) Zeroizing<String>);

impl SecretText {
    /// For the one place that shows it to the person who types it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for SecretText {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SecretText(…)")
    }
}

/// The words of a share while they are typed.
#[derive(Clone, Debug)]
pub struct WordsView {
    /// The archive.
    pub name: String,
    /// Shares that are in.
    pub entered: usize,
    /// How many are needed; known from the first.
    pub needed: Option<usize>,
    /// The words of the share that is typed now; empty where there is none yet.
    pub words: Vec<SecretText>,
    /// Which word is typed.
    pub cursor: usize,
    /// The only word that begins like that.
    pub completed: Option<SecretText>,
    /// Words that may be meant.
    pub proposals: Vec<SecretText>,
    /// Why the word is none.
    pub word_refused: Option<WordRefusal>,
    /// Why the share was not taken, or all of them.
    pub share_refused: Option<ShareRefusal>,
    /// All words are there.
    pub is_full: bool,
}

/// Why a word is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordRefusal {
    /// No word of any share begins like that.
    NoSuchWord,
    /// Several words begin like that.
    TooShort,
}

/// Why a share was not taken. Those that were in before stay in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareRefusal {
    /// The words don't fit together.
    Checksum {
        /// Where only one is wrong, which one; counted from 1.
        position: Option<usize>,
    },
    /// It was made wrongly, whoever made it.
    Impossible,
    /// It is in already.
    Repeated,
    /// It is of another archive, or of this one before its shares were renewed.
    OtherSet,
    /// It says otherwise than the others how many are needed, or how long the secret is.
    OtherParameters,
    /// Another one with the same number is in.
    SameNumber,
    /// No more are needed of its kind.
    NotNeeded,
    /// There were enough, and they yield no secret: the last one was taken out again.
    NotTogether,
    /// They yield a secret that does not open this archive: all of them were taken out.
    OtherArchive,
}

/// A source in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// Its name.
    pub name: String,
    /// How many snapshots it has.
    pub snapshots: usize,
    /// The newest of them.
    pub newest: SnapshotLine,
}

/// A snapshot in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotLine {
    /// Generation and day.
    pub name: SnapshotName,
    /// How many files, and their length.
    pub contents: Option<(u64, u64)>,
}

/// Which part is restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartLine {
    /// All of it.
    All,
    /// Folders or single files.
    Folders,
    /// A span of days.
    Days,
    /// All, or a part, of an older snapshot.
    Older,
}

/// A folder of a snapshot.
#[derive(Clone, Debug)]
pub struct BrowseView {
    /// The source.
    pub source: String,
    /// The folder; `None` at the top.
    pub folder: Option<String>,
    /// What is in it.
    pub lines: Vec<BrowseLine>,
    /// 0 is to go on with what is marked, then the lines.
    pub cursor: usize,
    /// Files that are marked, also in marked folders.
    pub marked_files: u64,
    /// Their length.
    pub marked_bytes: u64,
    /// It is being listed.
    pub is_loading: bool,
    /// It can't be listed.
    pub error: Option<RestoreError>,
    /// It was to go on, and nothing is marked.
    pub refused: bool,
}

/// Something in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowseLine {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ArchivedKind,
    /// It is wanted, by itself or with a folder that it is in.
    pub is_marked: bool,
    /// Something in it is wanted.
    pub has_marked: bool,
}

/// The lines on which a span of days is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DaysLine {
    /// From.
    First,
    /// To.
    Last,
    /// What becomes of files without a date.
    Undated,
}

/// Why a span of days was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DaysRefusal {
    /// Nothing was typed.
    Empty,
    /// Neither a day nor a month nor a year.
    NoDay,
    /// It ends before it begins.
    Backwards,
}

/// A place that can be restored to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceLine {
    /// The disk.
    pub disk: DiskView,
    /// The file system that is used as it is; `None` for erasing the disk.
    pub part: Option<PartView>,
}

/// A file system of a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartView {
    /// Its label; may be empty.
    pub label: String,
    /// Its kind.
    pub file_system: FileSystem,
    /// The size of its partition.
    pub size_bytes: u64,
}

/// What was chosen, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedView {
    /// The source; `None` for everything.
    pub source: Option<String>,
    /// The snapshot, where it is not the newest.
    pub older: Option<SnapshotName>,
    /// How many folders and files were marked; 0 for all.
    pub marked: usize,
    /// The first and the last day, where a span was chosen.
    pub days: Option<(Option<String>, Option<String>)>,
    /// Into which folders.
    pub layout: RestoreLayout,
}

/// A restore or a rehearsal in progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningView {
    /// The disk; `None` for a rehearsal.
    pub disk: Option<String>,
    /// The archive.
    pub name: String,
    /// Files to be restored, once that is known.
    pub files: Option<u64>,
    /// Their length.
    pub bytes: u64,
    /// Read so far.
    pub read_bytes: u64,
    /// Put in their place so far, checked.
    pub done_files: u64,
    /// How fast.
    pub rate_bytes_per_s: Option<u64>,
    /// How long still.
    pub remaining_s: Option<u64>,
    /// How long it has been going on.
    pub elapsed_s: u64,
    /// It was asked to stop.
    pub stopping: bool,
}
