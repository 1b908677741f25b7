//! Carries out a plan. Whatever moment the power fails, every snapshot is published or thinned, and every content is still there.

use super::plan::{REMOVED, unfinished};
use super::verdict::{RetentionError, RetentionPlan, ThinReport, Verdict};
use crate::archive::{Archive, layout, readable};
use crate::{Volume, VolumePath};

/// Removes what a plan removes, and finishes what an interrupted thinning left. A snapshot goes in one step: its folder is renamed into `thinned/`;
/// only when that is durable is its payload removed there. Afterwards, the archive must be opened again.
///
/// # Errors
/// [`RetentionError::Outdated`] when the archive is not what it was when the plan was made, and nothing was done; [`RetentionError::DriveGone`],
/// [`RetentionError::DriveFailed`]: the next plan goes on with what is left.
pub fn thin(
    volume: &dyn Volume,
    archive: &Archive,
    plan: &RetentionPlan,
) -> Result<ThinReport, RetentionError> {
    if !is_of(volume, archive, plan)? {
        return Err(RetentionError::Outdated);
    }
    let mut report = ThinReport {
        finished: plan.unfinished.clone(),
        ..ThinReport::default()
    };
    let removed: Vec<&Verdict> = plan.removed().collect();
    for verdict in &removed {
        volume.make_folder(&VolumePath::new(layout::THINNED).join(&verdict.source_folder))?;
        keep_latest(volume, archive, verdict)?;
    }
    // A snapshot must not go into a folder that a power cut takes away.
    volume.flush()?;
    for verdict in &removed {
        let thinned = layout::thinned_folder(&verdict.source_folder, verdict.name);
        volume.rename(&verdict.folder, &thinned)?;
        report.thinned.push(thinned);
    }
    // From here on, no power cut brings a snapshot back whose payload may be half removed.
    volume.flush()?;
    for folder in report.thinned.iter().chain(&report.finished) {
        for name in REMOVED {
            volume.remove(&folder.join(name))?;
        }
    }
    volume.flush()?;
    Ok(report)
}

/// `latest` must not lead to nowhere, should it ever have been left behind.
fn keep_latest(
    volume: &dyn Volume,
    archive: &Archive,
    verdict: &Verdict,
) -> Result<(), RetentionError> {
    let latest = layout::source_folder(&verdict.source_folder).join(layout::LATEST);
    // One that is not there leads nowhere already; the next run makes it.
    let leads_here =
        readable(volume.target(&latest))?.is_ok_and(|it| it == verdict.name.to_string());
    if let (true, Some(newest)) = (leads_here, archive.of_source(&verdict.source_folder).next()) {
        volume.point(&latest, &newest.name.to_string())?;
    }
    Ok(())
}

/// Whether the drive still holds what the plan was made for.
fn is_of(
    volume: &dyn Volume,
    archive: &Archive,
    plan: &RetentionPlan,
) -> Result<bool, RetentionError> {
    let now = Archive::open(volume)?;
    let are_same = now.info() == archive.info()
        && now.snapshots() == archive.snapshots()
        && now.thinned() == archive.thinned();
    let planned: Vec<&VolumePath> = plan.verdicts.iter().map(|it| &it.folder).collect();
    let there: Vec<&VolumePath> = now.snapshots().iter().map(|it| &it.folder).collect();
    let left: Vec<&VolumePath> = unfinished(volume, &now)?
        .into_iter()
        .map(|it| &it.folder)
        .collect();
    Ok(are_same && planned == there && plan.unfinished.iter().all(|it| left.contains(&it)))
}
