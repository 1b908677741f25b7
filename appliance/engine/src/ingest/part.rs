//! What there is of a long file when a run is interrupted: noted in the journal, and taken up by the next attempt.
//!
//! A part is never taken for more than it is. It is gone on with only for an object of the same path, length and time, and only when the
//! drive, read past its cache, gives back what was noted. When the rest is there, the whole file is read back like any other: a part makes no
//! file verified.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use heirloom_format::{Digest, StoredPath, TimeRecord};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use super::look::Look;
use super::order::LongFiles;
use super::row::Row;
use super::table::{RowNumber, Table};
use crate::archive::files;
use crate::{Draft, Volume, VolumeError, VolumePath};

/// A line of the journal: the first bytes of a file that the source had not handed over as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PartRecord {
    /// Below `data/`.
    pub(super) path: StoredPath,
    /// Length of the whole file, as the source states it.
    pub(super) size_bytes: u64,
    /// When it was changed on the source.
    pub(super) modified: Option<TimeRecord>,
    /// How many bytes, from the first, were durable.
    pub(super) part_bytes: u64,
    /// Of these bytes.
    pub(super) part_sha256: Digest,
}

impl PartRecord {
    pub(super) fn of(row: &Row<'_>, part_bytes: u64, hasher: &sha2::Sha256) -> Self {
        Self {
            path: row.path(),
            size_bytes: row.size_bytes(),
            modified: row.modified(),
            part_bytes,
            part_sha256: digest(hasher),
        }
    }

    /// The object is the one that a part of was fetched, as far as a listing can tell.
    pub(super) fn is_of(&self, row: &Row<'_>) -> bool {
        self.part_bytes <= self.size_bytes
            && row.size_bytes() == self.size_bytes
            && row.modified() == self.modified
    }
}

/// A beginning of a file that the drive holds as it should, open for the rest.
pub(super) struct Part {
    pub(super) draft: Box<dyn Draft>,
    pub(super) hasher: sha2::Sha256,
    /// Has seen the same bytes; whoever reads on takes it.
    pub(super) look: Option<Look>,
    pub(super) bytes: u64,
}

/// All parts that can be gone on with.
pub(super) type Parts = BTreeMap<RowNumber, Part>;

/// Whether a part of a file is worth a note: a long file, whose time would tell another one in its place, and the only one of its path, since
/// nothing lasting tells files of one path apart.
pub(super) fn is_worth_a_note(table: &Table, number: RowNumber, long: LongFiles) -> bool {
    let row = table.row(number);
    row.size_bytes() >= long.from_bytes
        && row.unix_s().is_some()
        && table.listed_as(&row.object().path, number).len() == 1
}

/// Opens a part of which there is a note, and reads it back. `None` when the drive does not hold what was noted: the file begins anew. All
/// that was written before must be flushed. `watch` is told how many bytes were read, and may stop it.
pub(super) fn take_up(
    volume: &dyn Volume,
    place: &VolumePath,
    noted: &PartRecord,
    mut look: Look,
    watch: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Option<Part>, VolumeError> {
    let Some(draft) = harmless(volume.reopen(place, noted.part_bytes))?.flatten() else {
        log::warn!("{place}: there is less of it than was noted; it begins anew");
        return Ok(None);
    };
    let mut read_bytes = 0;
    let Some((hasher, bytes)) = harmless(files::read_back_hasher_of(
        volume,
        place,
        noted.part_bytes,
        &mut |piece| {
            look.see(piece);
            read_bytes += piece.len() as u64;
            watch(read_bytes)
        },
    ))?
    else {
        return Ok(None);
    };
    if (bytes, digest(&hasher)) != (noted.part_bytes, noted.part_sha256) {
        log::warn!("{place}: what there is of it is not what was noted; it begins anew");
        return Ok(None);
    }
    log::info!("{place}: goes on at {bytes} of {} bytes", noted.size_bytes);
    Ok(Some(Part {
        draft,
        hasher,
        look: Some(look),
        bytes,
    }))
}

/// What is about one file costs no more than fetching it from its first byte.
fn harmless<T>(outcome: Result<T, VolumeError>) -> Result<Option<T>, VolumeError> {
    match outcome {
        Ok(it) => Ok(Some(it)),
        Err(error @ (VolumeError::Io { .. } | VolumeError::Missing(_))) => {
            log::warn!("{error}; it begins anew");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn digest(hasher: &sha2::Sha256) -> Digest {
    Digest::from_bytes(hasher.clone().finalize().into())
}
