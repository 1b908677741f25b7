//! What an archive holds, for a person to choose by: read from a few kilobytes of each snapshot, however large it is. Restoring proves it.

use std::ops::ControlFlow;

use heirloom_engine::{
    Archive, ArchiveError, ArchivedSnapshot, ArchivedSource, DeviceId, DriveError,
    PublishedSnapshot, ReadArchive, Volume, VolumeError,
};
use heirloom_format::Plan;

use crate::plan_file::{self, PlanFileError};

/// Looks an archive over.
///
/// # Errors
/// [`DriveError::NotAnArchive`], [`DriveError::Gone`], [`DriveError::Io`].
pub(super) fn archive(volume: &dyn Volume, device: &DeviceId) -> Result<ReadArchive, DriveError> {
    let archive = Archive::open(volume).map_err(of_archive)?;
    let mut folders: Vec<&str> = archive
        .snapshots()
        .iter()
        .map(|it| it.source_folder.as_str())
        .collect();
    folders.sort_unstable();
    folders.dedup();
    let mut sources = Vec::with_capacity(folders.len());
    for folder in folders {
        let snapshots = archive.of_source(folder).map(|it| snapshot(volume, it));
        sources.push(ArchivedSource {
            folder: folder.to_owned(),
            name: source_name(folder).to_owned(),
            snapshots: snapshots.collect::<Result<_, _>>()?,
        });
    }
    sources.sort_by(|a, b| {
        (a.name.to_lowercase(), &a.folder).cmp(&(b.name.to_lowercase(), &b.folder))
    });
    let damaged = archive.damage().iter();
    let mut damaged: Vec<String> = damaged
        .map(|damage| format!("{} {}", damage.place, damage.kind))
        .collect();
    let plan = match plan_file::read(volume) {
        Ok(plan) => plan,
        Err(PlanFileError::Volume(VolumeError::Gone)) => return Err(DriveError::Gone),
        Err(error) => {
            log::warn!("the plan: {error}");
            damaged.push("the recovery plan, plan.json".to_owned());
            Plan::new()
        }
    };
    Ok(ReadArchive {
        device: device.clone(),
        name: archive.info().name.clone(),
        head: archive.head(),
        sources,
        plan: Box::new(plan),
        damaged,
    })
}

fn snapshot(
    volume: &dyn Volume,
    published: &PublishedSnapshot,
) -> Result<ArchivedSnapshot, DriveError> {
    let mut info = Vec::new();
    let read = volume.read(&published.folder.join("bag-info.txt"), &mut |piece| {
        info.extend_from_slice(piece);
        ControlFlow::Break(())
    });
    if read == Err(VolumeError::Gone) {
        return Err(DriveError::Gone);
    }
    Ok(ArchivedSnapshot {
        folder: published.folder.clone(),
        name: published.name,
        contents: read.ok().and_then(|_| payload(&info)),
    })
}

/// Files and bytes, as `Payload-Oxum` in `bag-info.txt` has them the other way round.
fn payload(info: &[u8]) -> Option<(u64, u64)> {
    let mut lines = std::str::from_utf8(info).ok()?.lines();
    let oxum = lines.find_map(|line| line.strip_prefix("Payload-Oxum:"))?;
    let (bytes, files) = oxum.trim().split_once('.')?;
    Some((files.parse().ok()?, bytes.parse().ok()?))
}

/// `Mia [1a2b3c4d]` is Mia's.
fn source_name(folder: &str) -> &str {
    folder.rsplit_once(" [").map_or(folder, |(name, _)| name)
}

fn of_archive(error: ArchiveError) -> DriveError {
    log::warn!("{error}");
    match error {
        ArchiveError::Volume(VolumeError::Gone) => DriveError::Gone,
        ArchiveError::Volume(VolumeError::Io { errno, .. }) => DriveError::Io {
            action: "reading the archive",
            errno,
        },
        _ => DriveError::NotAnArchive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_how_much_is_in_a_snapshot() {
        type Row = (&'static [u8], Option<(u64, u64)>);
        let table: [Row; 4] = [
            (
                b"Bagging-Date: 2026-11-22\nPayload-Oxum: 1234.5\n",
                Some((5, 1234)),
            ),
            (b"Payload-Oxum: 1.-2\n", None),
            (b"\xff", None),
            (b"", None),
        ];
        for (info, expected) in table {
            assert_eq!(payload(info), expected);
        }
        for (folder, name) in [
            ("Mia [1a2b3c4d]", "Mia"),
            ("a [b] [c]", "a [b]"),
            ("x", "x"),
        ] {
            assert_eq!(source_name(folder), name);
        }
    }
}
