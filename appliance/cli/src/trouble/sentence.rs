//! What happened, where the engine says it.

use heirloom_engine::{RestoreError, RetentionError, RunError, VerifyError, VolumeError};

use crate::quantity::{files, size};

pub(super) fn run_sentence(error: &RunError) -> String {
    match error {
        RunError::SourceGone => "The source was unplugged.".to_owned(),
        RunError::SourceStalled => "The source answers no more.".to_owned(),
        RunError::NotEnoughSpace {
            needed_bytes,
            free_bytes,
        } => format!(
            "The archive's drive has not enough room: {} are needed, and {} are free.",
            size(*needed_bytes),
            size(*free_bytes)
        ),
        RunError::DriveFull { .. } => "The archive's drive became full.".to_owned(),
        RunError::DriveGone => "The archive's drive was unplugged.".to_owned(),
        RunError::Stopped => "Stopped, as you asked.".to_owned(),
        error => format!("The run failed: {error}."),
    }
}

pub(super) fn verify_sentence(error: &VerifyError) -> String {
    match error {
        VerifyError::DriveGone => volume_sentence(&VolumeError::Gone),
        VerifyError::DriveFailed(error) => volume_sentence(error),
        VerifyError::Stopped => "Stopped, as you asked.".to_owned(),
        VerifyError::ChangedMeanwhile => {
            "Somebody changed the archive while it was checked.".to_owned()
        }
        VerifyError::Archive(error) => format!("{error}."),
    }
}

pub(super) fn volume_sentence(error: &VolumeError) -> String {
    match error {
        VolumeError::Gone => "The archive's drive was unplugged.".to_owned(),
        VolumeError::Full => "The archive's drive is full.".to_owned(),
        error => format!("The archive's drive failed: {error}."),
    }
}

pub(super) fn restore_sentence(error: &RestoreError) -> String {
    match error {
        RestoreError::NotEnoughSpace {
            needed_bytes,
            free_bytes,
        } => format!(
            "The disk to restore to has not enough room: {} are needed, and {} are free.",
            size(*needed_bytes),
            size(*free_bytes)
        ),
        RestoreError::NothingInSpan { undated_files: 0 } => {
            "There is nothing of these days.".to_owned()
        }
        RestoreError::NothingInSpan { undated_files } => format!(
            "There is nothing of these days. Of {}, no day is known.",
            files(*undated_files)
        ),
        RestoreError::Stopped => "Stopped, as you asked.".to_owned(),
        error => format!("The restore failed: {error}."),
    }
}

pub(super) fn thin_sentence(error: &RetentionError) -> String {
    match error {
        RetentionError::DriveGone => volume_sentence(&VolumeError::Gone),
        RetentionError::DriveFailed(error) => volume_sentence(error),
        RetentionError::Stopped => "Stopped, as you asked.".to_owned(),
        error => {
            let mut sentence = error.to_string();
            if let Some(first) = sentence.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            sentence + "."
        }
    }
}
