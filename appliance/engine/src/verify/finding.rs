//! What a check of an archive finds: where, what, which snapshots it touches. What it means and what to do is in [`Meaning`] and
//! [`Advice`].

use heirloom_format::{Digest, SignatureError};

use super::meaning::{Advice, Meaning};
use crate::{DamageKind, EntryKind, VolumePath};

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where, from the top of the archive. Of a file with several names, the one in the oldest snapshot.
    pub place: VolumePath,
    /// What.
    pub kind: FindingKind,
    /// The folders of the snapshots that it touches, oldest first. Empty for what touches the archive as a whole.
    pub snapshots: Vec<VolumePath>,
    /// The other names of the same file, in the order of snapshots.
    pub other_names: Vec<VolumePath>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindingKind {
    /// The sheet is of a later state than what is on the drive.
    #[error(
        "the sheet knows snapshot {sheet_generation:04}, and the newest one here is {newest_generation:04}"
    )]
    OlderThanSheet {
        /// On the sheet.
        sheet_generation: u32,
        /// On the drive; 0 for none.
        newest_generation: u32,
    },
    /// The snapshot that the sheet was printed for has another head.
    #[error("the head of snapshot {generation:04} is {found}, and the sheet says {stated}")]
    OtherThanSheet {
        /// Whose.
        generation: u32,
        /// On the sheet.
        stated: Digest,
        /// On the drive.
        found: Digest,
    },
    /// The archive names another public key than the sheet.
    #[error("the archive's public key is not the one on the sheet")]
    KeyNotOnSheet,
    /// Snapshots of the history are neither published nor thinned.
    #[error("snapshots {first:04} to {last:04} are not here")]
    GenerationsMissing {
        /// The first of them.
        first: u32,
        /// The last of them.
        last: u32,
    },
    /// The head that a snapshot names is not that of the snapshot before.
    #[error("does not continue the snapshot before it")]
    ChainBroken,
    /// A link `latest` that leads to another snapshot than the newest one of its source, or nowhere.
    #[error("does not point to the newest snapshot")]
    Latest,
    /// A thinned snapshot names content that is in no snapshot any more. How many of its files.
    #[error("names {files} files whose content is in no snapshot any more")]
    ThinnedContentMissing {
        /// How many.
        files: u64,
        /// The first of them, below `data/`.
        first: String,
    },
    /// What describes and seals a snapshot, or a name among the snapshots.
    #[error("{0}")]
    Seal(DamageKind),
    /// `bagit.txt` has other words than the standard's.
    #[error("does not say what every BagIt bag says")]
    BagitText,
    /// There is no signature.
    #[error("is missing: the snapshot is not signed")]
    Unsigned,
    /// The signature does not hold.
    #[error("does not hold: {0}")]
    Signature(SignatureError),
    /// A good signature that was made for another snapshot.
    #[error("was made for another snapshot: {comment}")]
    SignatureMisplaced {
        /// What was signed with it.
        comment: String,
    },
    /// A sealed file is not what follows from `snapshot.json`.
    #[error("does not agree with snapshot.json")]
    Contradiction,
    /// Neither description nor manifest says what the snapshot must hold.
    #[error("cannot be checked file by file, because both its lists are damaged")]
    Unjudged,
    /// A folder of the payload can't be listed.
    #[error("{error}; {files} files are in it")]
    FolderUnlisted {
        /// Why.
        error: DamageKind,
        /// How many files must be in it.
        files: u64,
    },
    /// A file is not there.
    #[error("is missing")]
    FileMissing(SoundCopy),
    /// A link or the like is where a file must be.
    #[error("is not a file")]
    NotAFile(SoundCopy),
    /// A file's content is not what was archived.
    #[error("was altered: its SHA-256 is {found} and must be {expected}")]
    FileAltered {
        /// When it was archived.
        expected: Digest,
        /// Now.
        found: Digest,
        /// Where the content is sound.
        copy: SoundCopy,
    },
    /// A file's length is not what was archived, and its content was not read.
    #[error("was altered: it has {found_bytes} bytes and must have {expected_bytes}")]
    LengthDiffers {
        /// When it was archived.
        expected_bytes: u64,
        /// Now.
        found_bytes: u64,
        /// Where the content is sound.
        copy: SoundCopy,
    },
    /// The drive can't read a file.
    #[error("{error}")]
    FileUnreadable {
        /// Why.
        error: DamageKind,
        /// Where the content is sound.
        copy: SoundCopy,
    },
    /// A file's own time is not what was archived; its content is sound.
    #[error("has another time: {found_unix_s} instead of {expected_unix_s} seconds since 1970")]
    TimeDiffers {
        /// Seconds since 1970, UTC.
        expected_unix_s: i64,
        /// Seconds since 1970, UTC.
        found_unix_s: i64,
    },
    /// Something that the snapshot does not list.
    #[error("was added")]
    Added(EntryKind),
}

/// Another file of the archive with the content that a damaged one must have, if there is one. In a check without contents, its length
/// and time are right; otherwise it was read.
pub type SoundCopy = Option<VolumePath>;

impl FindingKind {
    /// Where the content is sound, for a damaged file.
    pub fn sound_copy(&self) -> Option<&VolumePath> {
        match self {
            Self::FileMissing(copy)
            | Self::NotAFile(copy)
            | Self::FileAltered { copy, .. }
            | Self::LengthDiffers { copy, .. }
            | Self::FileUnreadable { copy, .. } => copy.as_ref(),
            _ => None,
        }
    }

    pub(super) fn set_sound_copy(&mut self, found: VolumePath) {
        match self {
            Self::FileMissing(copy)
            | Self::NotAFile(copy)
            | Self::FileAltered { copy, .. }
            | Self::LengthDiffers { copy, .. }
            | Self::FileUnreadable { copy, .. } => *copy = Some(found),
            _ => {}
        }
    }

    /// A word for programs, such as `file-altered`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OlderThanSheet { .. } => "older-than-sheet",
            Self::OtherThanSheet { .. } => "other-than-sheet",
            Self::KeyNotOnSheet => "key-not-on-sheet",
            Self::GenerationsMissing { .. } => "generations-missing",
            Self::ChainBroken => "chain-broken",
            Self::Latest => "latest",
            Self::ThinnedContentMissing { .. } => "thinned-content-missing",
            Self::Seal(_) => "seal-damaged",
            Self::BagitText => "bagit-text",
            Self::Unsigned => "unsigned",
            Self::Signature(_) => "signature",
            Self::SignatureMisplaced { .. } => "signature-misplaced",
            Self::Contradiction => "contradiction",
            Self::Unjudged => "unjudged",
            Self::FolderUnlisted { .. } => "folder-unlisted",
            Self::FileMissing(_) => "file-missing",
            Self::NotAFile(_) => "not-a-file",
            Self::FileAltered { .. } => "file-altered",
            Self::LengthDiffers { .. } => "length-differs",
            Self::FileUnreadable { .. } => "file-unreadable",
            Self::TimeDiffers { .. } => "time-differs",
            Self::Added(_) => "added",
        }
    }

    /// What it means for the pictures.
    pub fn meaning(&self) -> Meaning {
        match self {
            Self::OlderThanSheet { .. } => Meaning::NewerMissing,
            Self::OtherThanSheet { .. } | Self::KeyNotOnSheet => Meaning::NotThatOfSheet,
            Self::GenerationsMissing { .. } => Meaning::HistoryMissing,
            Self::ThinnedContentMissing { .. } => Meaning::Lost,
            Self::Seal(DamageKind::NotASnapshot) | Self::Added(_) => Meaning::NotOurs,
            Self::Latest | Self::BagitText | Self::TimeDiffers { .. } => Meaning::AsTheyWere,
            Self::ChainBroken
            | Self::Seal(_)
            | Self::Unsigned
            | Self::Signature(_)
            | Self::SignatureMisplaced { .. }
            | Self::Contradiction => Meaning::Unproven,
            Self::Unjudged => Meaning::Unknown,
            Self::FolderUnlisted { .. } => Meaning::Lost,
            Self::FileMissing(copy)
            | Self::NotAFile(copy)
            | Self::FileAltered { copy, .. }
            | Self::LengthDiffers { copy, .. }
            | Self::FileUnreadable { copy, .. } => match copy {
                Some(_) => Meaning::Recoverable,
                None => Meaning::Lost,
            },
        }
    }

    /// What to do.
    pub fn advice(&self) -> Advice {
        match self {
            Self::OlderThanSheet { .. } => Advice::FindNewerDrive,
            Self::OtherThanSheet { .. } | Self::KeyNotOnSheet => Advice::CompareSheets,
            Self::GenerationsMissing { .. } | Self::ThinnedContentMissing { .. } => {
                Advice::FindOtherDrive
            }
            Self::Latest => Advice::RunAgain,
            Self::TimeDiffers { .. } => Advice::RestoreAsUsual,
            Self::Seal(DamageKind::NotASnapshot) | Self::Added(_) => Advice::LookAndMoveAway,
            Self::Seal(DamageKind::Unreadable { .. }) | Self::Unjudged => Advice::ReplaceDrive,
            Self::FolderUnlisted { .. } => Advice::ReplaceDrive,
            Self::ChainBroken
            | Self::Seal(_)
            | Self::BagitText
            | Self::Unsigned
            | Self::Signature(_)
            | Self::SignatureMisplaced { .. }
            | Self::Contradiction => Advice::AskWhoChanged,
            Self::FileUnreadable { copy: None, .. } => Advice::ReplaceDrive,
            Self::FileMissing(copy)
            | Self::NotAFile(copy)
            | Self::FileAltered { copy, .. }
            | Self::LengthDiffers { copy, .. }
            | Self::FileUnreadable { copy, .. } => match copy {
                Some(_) => Advice::RestoreAsUsual,
                None => Advice::FindOriginal,
            },
        }
    }
}
