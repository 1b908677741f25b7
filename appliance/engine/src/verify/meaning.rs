//! What a finding means for the pictures, and what to do: for people, in words that fit everywhere.

/// What a finding means for the pictures. From bad to harmless, so that the worst of several is the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Meaning {
    /// The content is nowhere in this archive.
    #[error("It can't be had back from this archive.")]
    Lost,
    /// A snapshot or several are not on the drive.
    #[error("Pictures that only these snapshots held are not on this drive.")]
    HistoryMissing,
    /// The drive is behind the sheet.
    #[error("Pictures that were archived later are not on this drive.")]
    NewerMissing,
    /// Nothing says what must be there.
    #[error("Whether its pictures are as they were can't be told.")]
    Unknown,
    /// Sheet and drive are not of one archive, or one of them was changed.
    #[error("This is not the archive that the sheet was printed for, or somebody made it anew.")]
    NotThatOfSheet,
    /// What proves it is damaged.
    #[error("The pictures may well be as they were, but that can't be proven any more.")]
    Unproven,
    /// Damaged here and sound elsewhere in the archive.
    #[error("Nothing is lost: the same content is sound elsewhere in this archive.")]
    Recoverable,
    /// Only something beside them is concerned.
    #[error("The pictures are as they were.")]
    AsTheyWere,
    /// Something that does not belong to the archive.
    #[error("No picture is touched: something is here that heirloom did not put here.")]
    NotOurs,
}

impl Meaning {
    /// Whether something is lost or may be.
    pub fn is_loss(self) -> bool {
        matches!(
            self,
            Self::Lost | Self::HistoryMissing | Self::NewerMissing | Self::Unknown
        )
    }
}

/// What to do about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Advice {
    /// The content has to come from elsewhere.
    #[error(
        "Look for it on the phone, another drive or a computer, and archive it again from there: where it still is as it was, with --read-all."
    )]
    FindOriginal,
    /// Another drive may have the snapshots.
    #[error(
        "Look for them on another drive of this archive. Keep this one as it is until they are found."
    )]
    FindOtherDrive,
    /// The sheet is of a newer drive.
    #[error("Look for a newer drive: the sheet was printed from one.")]
    FindNewerDrive,
    /// Which sheet is of which drive.
    #[error(
        "Compare the archive's id with the sheet's. If they are the same, do not trust this drive: use another copy."
    )]
    CompareSheets,
    /// Somebody or something changed it.
    #[error(
        "If none of you has changed it, take the drive for damaged or tampered with: compare it with another copy."
    )]
    AskWhoChanged,
    /// The medium fails.
    #[error(
        "The drive may be failing: restore what can be read to another disk now, then replace it."
    )]
    ReplaceDrive,
    /// The next run puts it right.
    #[error("Archive this phone or folder once more: that puts it right.")]
    RunAgain,
    /// A restore deals with it by itself.
    #[error("Nothing has to be done: a restore puts it right by itself.")]
    RestoreAsUsual,
    /// Not ours.
    #[error("Have a look at it, and move it to another disk.")]
    LookAndMoveAway,
}
