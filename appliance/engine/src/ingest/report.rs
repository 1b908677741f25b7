//! What a run did, file by file where something is not as it should be.

use heirloom_format::{Day, Digest, LeftOutRecord, ProblemRecord, SnapshotName};

use heirloom_media::Reason;

use super::groups::GroupCounts;
use super::marks::MarkCounts;
use super::reconcile::{Complete, SafeToErase};
use crate::{Damage, LeftOut, SourceError};

/// What a run did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunReport {
    /// The snapshot that holds the source's state: the new one, or the last one when the source has nothing new.
    pub snapshot: SnapshotName,
    /// Where it is, from the top of the archive.
    pub folder: String,
    /// The head of the archive after the run.
    pub head: Digest,
    /// The source's name.
    pub source_name: String,
    /// Nothing was new and nothing was gone, so that nothing was published.
    pub up_to_date: bool,
    /// Whether all that the source lists is in the archive.
    pub completeness: Completeness,
    /// All files of the snapshot.
    pub files: u64,
    /// Length of all files of the snapshot.
    pub bytes: u64,
    /// Files of the snapshot, by kind.
    pub kinds: KindCounts,
    /// Files of the snapshot that belong together.
    pub groups: GroupCounts,
    /// Files of the snapshot of which there is more to know, from whichever run.
    pub marks: MarkCounts,
    /// Files that were fetched in this run.
    pub new_files: u64,
    /// Length of the files that were fetched in this run.
    pub new_bytes: u64,
    /// Of the fetched files, those whose content the archive had already under another name.
    pub known_content_files: u64,
    /// Files that an earlier, interrupted run had fetched and verified.
    pub resumed_files: u64,
    /// Files that were in the last snapshot, unchanged.
    pub linked_files: u64,
    /// Files of the last snapshot that are gone from the source, under whatever name. Older snapshots keep them.
    pub gone_but_kept_files: u64,
    /// The day of the oldest file, by its time on the source.
    pub first_day: Option<Day>,
    /// The day of the newest.
    pub last_day: Option<Day>,
    /// What could not be archived as it should, by this run or by the interrupted ones that it goes on with.
    pub problems: Vec<Problem>,
    /// Files of the snapshot that look damaged, or were not the same when read twice, from whichever run.
    pub suspect_files: u64,
    /// What is no file and therefore no part of the snapshot.
    pub left_out: LeftOutCount,
    /// Files of the source that were not wanted, by folder.
    pub unwanted: Vec<LeftOutRecord>,
    /// How many of those are small copies that the device makes by itself.
    pub unwanted_thumbnails: u64,
    /// How the source's second listing differs from its first.
    pub differences: Vec<Difference>,
    /// Snapshots of the archive that can't be read as they should.
    pub damage: Vec<Damage>,
}

impl RunReport {
    /// The proof by which a person may be told that the files of this snapshot are safe to erase from the source. A run that found nothing new
    /// has read nothing back, and gives none.
    pub fn safe_to_erase(&self) -> Option<SafeToErase> {
        match &self.completeness {
            Completeness::Complete(complete) if !self.up_to_date => {
                complete.safe_to_erase(&self.damage, self.suspect_files, &self.marks)
            }
            Completeness::Complete(_) | Completeness::Incomplete => None,
        }
    }
}

/// What a source has that is no file: how much of it, and the first ones by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOutCount {
    /// How many.
    pub count: u64,
    /// The first thousand.
    pub first: Vec<LeftOut>,
}

impl LeftOutCount {
    const NAMED_MAX: usize = 1000;

    pub(super) fn add(&mut self, left_out: LeftOut) {
        self.count += 1;
        if self.first.len() < Self::NAMED_MAX {
            self.first.push(left_out);
        }
    }
}

/// Whether a snapshot holds all that its source lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Proven.
    Complete(Complete),
    /// What is there is verified; what is not is among the problems and differences.
    Incomplete,
}

impl Completeness {
    /// Whether it is proven that nothing is missing.
    pub fn is_complete(&self) -> bool {
        matches!(self, Self::Complete(_))
    }
}

/// Files of each kind, by their extension.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindCounts {
    /// Still pictures.
    pub photos: u64,
    /// Moving ones.
    pub videos: u64,
    /// Everything else.
    pub others: u64,
}

/// A file or folder that could not be archived as it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which, for a person to read: its stored path where it has one.
    pub place: String,
    /// What happened to it.
    pub reason: ProblemReason,
}

/// What happened to a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProblemReason {
    /// A folder or file that the source named and would not describe.
    #[error("The device would not show it: {0}. What is in it is not in this archive.")]
    NotListed(SourceError),
    /// The source would not hand it over.
    #[error("It could not be read: {0}. It is not in this archive.")]
    NotRead(SourceError),
    /// Its path is longer than can be stored.
    #[error(
        "Its path is {path_bytes} bytes long, more than can be stored. It is not in this archive."
    )]
    PathTooLong {
        /// How long.
        path_bytes: usize,
    },
    /// Twice, what came back from the drive was not what was written.
    #[error(
        "The archive drive gave back something else than was written, twice. It is not in this archive, and the drive is failing: use another one."
    )]
    NotKept,
    /// Twice, its length was not what the source says.
    #[error(
        "The device says {listed_bytes} bytes and gave {received_bytes}, twice. What it gave is in the archive; compare it before you erase the original."
    )]
    SizeDiffers {
        /// As listed.
        listed_bytes: u64,
        /// As received.
        received_bytes: u64,
    },
    /// Twice, what came was not whole by its own structure.
    #[error(
        "It looks damaged: {0}. Asked twice, the device did not give a whole one, so most likely it is damaged there. It is in the archive as the device gave it; look at it on the device before you erase it there."
    )]
    Suspect(Reason),
    /// Read twice, it was not the same, and so again when it was fetched anew. It is fetched again by the next run.
    #[error(
        "The device did not give the same bytes each time it was read. One reading of it is in the archive, and may be wrong; try another cable or socket, and run again: it is fetched anew."
    )]
    ReadsDiffer,
    /// It was changed while it was copied.
    #[error(
        "It was changed on the device during the copy. What is in the archive may be the old one or a mixture; run again."
    )]
    ChangedMeanwhile,
    /// The source listed it, it is not there, and nothing says why: a fault of ours, caught by reconciling.
    #[error("It is not in this archive, for a reason that is not known. Run again.")]
    Unaccounted,
    /// It came after the listing.
    #[error("It came onto the device during the copy. It is not in this archive yet; run again.")]
    NewMeanwhile,
}

impl ProblemReason {
    /// A word for programs, as it stands in `snapshot.json`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotListed(_) => "not-listed",
            Self::NotRead(_) => "not-read",
            Self::PathTooLong { .. } => "path-too-long",
            Self::NotKept => "not-kept",
            Self::SizeDiffers { .. } => "size-differs",
            Self::Suspect(_) => "suspect",
            Self::ReadsDiffer => "reads-differ",
            Self::ChangedMeanwhile => "changed-meanwhile",
            Self::Unaccounted => "unaccounted",
            Self::NewMeanwhile => "new-meanwhile",
        }
    }

    /// Whether the file is nevertheless in the snapshot, as far as the source gave it.
    pub fn is_archived(&self) -> bool {
        matches!(
            self,
            Self::SizeDiffers { .. }
                | Self::Suspect(_)
                | Self::ReadsDiffer
                | Self::ChangedMeanwhile
        )
    }

    /// Whether a snapshot is complete all the same: it holds what the source has.
    pub(super) fn is_faithful(&self) -> bool {
        matches!(self, Self::Suspect(_))
    }
}

impl Problem {
    pub(super) fn to_record(&self) -> ProblemRecord {
        ProblemRecord {
            place: self.place.clone(),
            reason: self.reason.code().to_owned(),
            sentence: self.reason.to_string(),
        }
    }
}

/// A file that the source's second listing shows differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its stored path.
    pub path: String,
    /// How.
    pub kind: DifferenceKind,
}

/// How two listings of a source differ about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DifferenceKind {
    /// Only the second has it.
    #[error("came onto the device during the copy")]
    New,
    /// Only the first has it. What was fetched of it is kept.
    #[error("was deleted on the device during the copy")]
    Vanished,
    /// Length, time or id are not the same.
    #[error("was changed on the device during the copy")]
    Changed,
}
