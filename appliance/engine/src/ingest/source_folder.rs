//! Which folder of an archive is a source's: by what the device says of itself, and without a serial number by its files too.

use std::collections::BTreeSet;

use heirloom_format::{SourceShortId, SourceTraits};

use super::plan::shows_the_same_device;
use super::table::Table;
use crate::archive::Archive;
use crate::{SourceIdentity, Volume, VolumeError};

/// A source's folder.
pub(super) enum SourceFolder<'a> {
    /// The archive has it.
    Known(&'a str),
    /// It does not: this would be its id.
    New(SourceShortId),
}

/// Looks for the folder. `unwanted_storages` are those of the device that have files beside the table's.
///
/// # Errors
/// [`VolumeError`]
pub(super) fn source_folder<'a>(
    volume: &dyn Volume,
    archive: &'a Archive,
    identity: &SourceIdentity,
    table: &Table,
    unwanted_storages: BTreeSet<String>,
) -> Result<SourceFolder<'a>, VolumeError> {
    // Some say an empty one.
    let serial = identity.serial.as_deref().filter(|it| !it.is_empty());
    let mut storages = unwanted_storages;
    if serial.is_none() {
        storages.extend(
            table
                .numbers()
                .filter_map(|row| Some(table.row(row).path_text().split('/').next()?.to_owned())),
        );
    }
    let storages: Vec<&str> = storages.iter().map(String::as_str).collect();
    let traits = SourceTraits {
        manufacturer: &identity.manufacturer,
        model: &identity.model,
        serial,
        storages: &storages,
    };
    for number in 1.. {
        let id = SourceShortId::of_another(traits, number);
        let Some(folder) = archive.source_folder(&id) else {
            return Ok(SourceFolder::New(id));
        };
        // Without a serial number, it may be another device that says the same of itself.
        if serial.is_some() || shows_the_same_device(volume, archive, folder, table)? {
            return Ok(SourceFolder::Known(folder));
        }
    }
    unreachable!("an archive has fewer folders than there are numbers")
}
