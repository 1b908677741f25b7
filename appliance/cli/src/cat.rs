//! `heirloom cat`: one file of an archive to standard output, checked while it goes out.

use std::io::{ErrorKind, Write, stdout};
use std::ops::ControlFlow;

use heirloom_engine::{PublishedSnapshot, VolumeError, VolumePath};
use heirloom_format::{Digest, FileRecord, StoredPath};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::args::CatOrder;
use crate::exit::Exit;
use crate::place::{Place, Use};
use crate::report::Report;
use crate::select;
use crate::trouble::Trouble;

/// Writes it out.
pub(crate) fn cat(order: &CatOrder) -> Result<Report, Trouble> {
    let place = Place::of(order.archive_dir.as_deref(), &order.drive, Use::Read)?;
    let (published, path) = meant(&place, order)?;
    let file =
        listed(&place, published, &path)?.ok_or_else(|| Trouble::NoPath(order.path.clone()))?;
    let stored = published.folder.join("data").join(path.as_str());
    pour(&place, &stored, &file)?;
    Ok(Report {
        exit: Exit::Done,
        text: String::new(),
        json: Value::Null,
        is_printed: true,
    })
}

/// The snapshot and the path in it: said by options, or by a path that begins at the archive's top.
fn meant<'a>(
    place: &'a Place,
    order: &CatOrder,
) -> Result<(&'a PublishedSnapshot, StoredPath), Trouble> {
    let archive = &place.archive;
    let from_top = order.path.trim_start_matches('/');
    let below = |it: &'a PublishedSnapshot| {
        let rest = from_top.strip_prefix(it.folder.as_str())?;
        Some((it, rest.strip_prefix("/data/")?))
    };
    let is_free = order.source.is_none() && order.snapshot.is_none();
    let (published, typed) = match archive.snapshots().iter().find_map(below) {
        Some(found) if is_free => found,
        _ => (chosen(place, order)?, order.path.as_str()),
    };
    let path = select::typed_path(typed).ok_or_else(|| Trouble::NoPath(typed.to_owned()))?;
    Ok((published, path))
}

fn chosen<'a>(place: &'a Place, order: &CatOrder) -> Result<&'a PublishedSnapshot, Trouble> {
    let archive = &place.archive;
    let asked = order.snapshot.as_deref().unwrap_or(select::LATEST);
    match &order.source {
        Some(source) => select::snapshot(archive, select::source(archive, source)?, asked),
        None if asked != select::LATEST => select::snapshot_of_any(archive, asked),
        None => match select::sources(archive)[..] {
            [] => Err(Trouble::NoSnapshots(place.dir.clone())),
            [source] => select::snapshot(archive, source, asked),
            ref several => Err(Trouble::SourceNotSaid {
                known: several.iter().map(|it| (*it).to_owned()).collect(),
            }),
        },
    }
}

fn listed(
    place: &Place,
    published: &PublishedSnapshot,
    path: &StoredPath,
) -> Result<Option<FileRecord>, Trouble> {
    let mut found = None;
    place
        .archive
        .read_description(&*place.volume, published, &mut |file| {
            if file.path == *path {
                found = Some(file);
            }
        })?
        .map_err(Trouble::SnapshotDamaged)?;
    Ok(found)
}

/// The bytes go out as they are read; whether they are right is known at the end.
fn pour(place: &Place, stored: &VolumePath, file: &FileRecord) -> Result<(), Trouble> {
    let mut out = stdout().lock();
    let mut hasher = Sha256::new();
    let mut written = Ok(());
    let read = place.volume.read_back(stored, &mut |piece| {
        hasher.update(piece);
        written = out.write_all(piece);
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    });
    match written.and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            // Whoever read it has seen enough, and not the whole.
            log::warn!("{stored} was not read to its end, and so it was not checked");
            return Ok(());
        }
        Err(error) => {
            return Err(Trouble::Output {
                place: "standard output".into(),
                error,
            });
        }
    }
    match read {
        Ok(_) if Digest::from_bytes(hasher.finalize().into()) == file.sha256 => Ok(()),
        Ok(_) => Err(Trouble::FileAltered(stored.clone())),
        Err(VolumeError::Gone) => Err(Trouble::Volume(VolumeError::Gone)),
        Err(error) => Err(Trouble::FileUnreadable {
            place: stored.clone(),
            error,
        }),
    }
}
