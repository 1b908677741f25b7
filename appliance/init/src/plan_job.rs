//! The recovery plan written to the open archive, and then its sheet, which tells of it.

use heirloom_engine::{PlanWriteError, PlanWritten, VolumeError};
use heirloom_format::{Day, Plan};

use crate::drive_thread::OpenDrive;
use crate::plan_file::{self, PlanFileError};
use crate::setting::Release;
use crate::sheet;

/// Writes what people agreed on, and tells how the plan is now. Only the plan counts: where the sheet can't be made, the one before stays.
pub(crate) fn write(
    wanted: Plan,
    open: Option<&OpenDrive>,
    release: &Release,
    today: Day,
) -> Result<PlanWritten, PlanWriteError> {
    let open = open.ok_or(PlanWriteError::Gone)?;
    let volume = open.drive.volume();
    let plan = plan_file::change(volume.as_ref(), |plan| plan.agree_on(wanted))
        .inspect_err(|error| log::warn!("the plan: {error}"))
        .map_err(write_error)?;
    let sheet = sheet::write(&open.drive, &open.facts, release, today)
        .inspect_err(|error| log::warn!("the sheet: {error:#}"));
    Ok(PlanWritten {
        plan: Box::new(plan),
        sheet_written: sheet.is_ok(),
    })
}

fn write_error(error: PlanFileError) -> PlanWriteError {
    /// Linux's `EIO`, for what has no errno of its own.
    const EIO: i32 = 5;
    match error {
        PlanFileError::Plan(_) => PlanWriteError::Unreadable,
        PlanFileError::TooLong => PlanWriteError::TooLong,
        PlanFileError::NotKept => PlanWriteError::NotKept,
        PlanFileError::Volume(VolumeError::Gone) => PlanWriteError::Gone,
        PlanFileError::Volume(VolumeError::Full) => PlanWriteError::Full,
        PlanFileError::Volume(VolumeError::Io { errno, .. }) => PlanWriteError::Io { errno },
        PlanFileError::Volume(
            VolumeError::Missing(_) | VolumeError::Exists(_) | VolumeError::TooManyLinks,
        ) => PlanWriteError::Io { errno: EIO },
    }
}
