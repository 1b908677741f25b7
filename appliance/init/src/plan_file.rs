//! `plan.json` on an archive's volume: read, and replaced as a whole (FORMAT.md, section 14).

use std::ops::ControlFlow;

use heirloom_engine::{Volume, VolumeError, VolumePath};
use heirloom_format::{Plan, PlanError};

const NAME: &str = "plan.json";
const DRAFT: &str = "plan.json.new";
/// Decades of audits, rehearsals and changes; what is longer is none of ours.
const BYTES_MAX: usize = 1 << 20;

/// Why the plan is not read or not written. It is then as it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanFileError {
    /// The drive.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// Damaged, or of a later version.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Longer than any plan.
    #[error("plan.json is too long")]
    TooLong,
    /// The drive gave back something else than was written.
    #[error("the drive gave back something else than was written")]
    NotKept,
}

/// The plan; an empty one where there is none yet.
///
/// # Errors
/// [`PlanFileError`]
pub(crate) fn read(volume: &dyn Volume) -> Result<Plan, PlanFileError> {
    match bytes(volume, NAME, false) {
        Ok(bytes) => Ok(Plan::parse(&bytes)?),
        Err(PlanFileError::Volume(VolumeError::Missing(_))) => Ok(Plan::new()),
        Err(error) => Err(error),
    }
}

/// Changes the plan as it is on the drive now, and gives it back as it is there afterwards. The draft is on the drive, and was read back from it,
/// before it takes the place of the old one: a power cut leaves one of the two, whole.
///
/// # Errors
/// [`PlanFileError`]
pub(crate) fn change(
    volume: &dyn Volume,
    edit: impl FnOnce(&mut Plan),
) -> Result<Plan, PlanFileError> {
    let mut plan = read(volume)?;
    edit(&mut plan);
    let text = plan.print();
    if text.len() > BYTES_MAX {
        return Err(PlanFileError::TooLong);
    }
    let (name, new) = (VolumePath::new(NAME), VolumePath::new(DRAFT));
    volume.remove(&new)?;
    let mut draft = volume.create(&new)?;
    draft.write(text.as_bytes())?;
    draft.finish(None)?;
    volume.flush()?;
    if bytes(volume, DRAFT, true)? != text.as_bytes() {
        return Err(PlanFileError::NotKept);
    }
    volume.replace(&new, &name)?;
    volume.flush()?;
    Ok(plan)
}

fn bytes(volume: &dyn Volume, name: &str, from_drive: bool) -> Result<Vec<u8>, PlanFileError> {
    let path = VolumePath::new(name);
    let mut bytes = Vec::new();
    let mut sink = |piece: &[u8]| {
        let room = BYTES_MAX + 1 - bytes.len();
        bytes.extend_from_slice(&piece[..piece.len().min(room)]);
        match bytes.len() > BYTES_MAX {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    match from_drive {
        true => volume.read_back(&path, &mut sink)?,
        false => volume.read(&path, &mut sink)?,
    };
    match bytes.len() > BYTES_MAX {
        true => Err(PlanFileError::TooLong),
        false => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use heirloom_files::FolderVolume;
    use heirloom_format::{Rehearsal, RehearsalResult, RehearsedBy};

    use super::*;

    fn add(volume: &dyn Volume, rehearsal: Rehearsal) -> Result<(), PlanFileError> {
        change(volume, |plan| plan.rehearsals.push(rehearsal)).map(drop)
    }

    fn rehearsal(date: &str) -> Rehearsal {
        Rehearsal {
            date: date.parse().expect("a day"),
            by: RehearsedBy::Executors,
            result: RehearsalResult::Passed,
            generation: 7,
            files: 220,
            bytes: 1,
            problems: 0,
            other: Default::default(),
        }
    }

    #[test]
    fn each_rehearsal_comes_after_those_before_and_the_rest_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let volume = FolderVolume::of_folder(folder.path());
        assert_eq!(read(&volume).expect("none yet"), Plan::new());
        let later = r#"{"version": 1, "cloud": ["photos"]}"#;
        fs::write(folder.path().join(NAME), later).expect("written");
        // What a power cut left.
        fs::write(folder.path().join(DRAFT), "{").expect("written");
        for date in ["2026-11-23", "2027-02-23"] {
            add(&volume, rehearsal(date)).expect("added");
        }
        let plan = read(&volume).expect("readable");
        let dates: Vec<String> = plan
            .rehearsals
            .iter()
            .map(|it| it.date.to_string())
            .collect();
        assert_eq!(dates, ["2026-11-23", "2027-02-23"]);
        assert_eq!(plan.other["cloud"][0], "photos");
        assert!(!folder.path().join(DRAFT).exists());
    }

    #[test]
    fn a_change_gives_back_what_is_on_the_drive_and_keeps_the_rest() {
        let folder = tempfile::tempdir().expect("a folder");
        let volume = FolderVolume::of_folder(folder.path());
        add(&volume, rehearsal("2026-11-23")).expect("added");
        let mut wanted = Plan::new();
        wanted.restore_order = vec!["letters".into()];
        let changed = change(&volume, |plan| plan.agree_on(wanted)).expect("written");
        assert_eq!(changed.rehearsals.len(), 1);
        assert_eq!(changed.restore_order, ["letters"]);
        assert_eq!(read(&volume).expect("readable"), changed);
    }

    #[test]
    fn a_plan_that_got_too_long_is_not_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let volume = FolderVolume::of_folder(folder.path());
        add(&volume, rehearsal("2026-11-23")).expect("added");
        let before = read(&volume).expect("readable");
        let long = change(&volume, |plan| {
            plan.restore_order.push("x".repeat(BYTES_MAX))
        });
        assert!(matches!(long, Err(PlanFileError::TooLong)));
        assert_eq!(read(&volume).expect("readable"), before);
    }

    #[test]
    fn what_can_not_be_read_is_not_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let volume = FolderVolume::of_folder(folder.path());
        let long = " ".repeat(BYTES_MAX + 1);
        for before in [
            "",
            "{\"version\": 2}",
            "{\"version\": 1, \"rehearsals\": 7}",
            &long,
        ] {
            fs::write(folder.path().join(NAME), before).expect("written");
            assert!(add(&volume, rehearsal("2026-11-23")).is_err());
            let after = fs::read_to_string(folder.path().join(NAME)).expect("there");
            assert!(after == before);
        }
    }
}
