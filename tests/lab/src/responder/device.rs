//! What a device says of itself and its storages.

use super::codes::{FORMAT_ASSOCIATION, data_type, device_property, event, format_of, response};
use super::dataset::Dataset;
use crate::library::Storage;
use crate::profile::Profile;

/// DeviceInfo (MTP 1.1, section 5.1.1).
pub(crate) fn device_info(profile: &Profile) -> Vec<u8> {
    let info = &profile.info;
    let names = [
        "x.txt", "x.mp3", "x.avi", "x.mov", "x.jpg", "x.gif", "x.png", "x.tiff",
    ];
    let more = ["x.dng", "x.heic", "x.mp4", "x.3gp", "x"];
    let formats: Vec<u16> = [FORMAT_ASSOCIATION]
        .into_iter()
        .chain(names.iter().chain(&more).map(|name| format_of(name)))
        .collect();
    let properties: Vec<u16> = [
        (
            profile.battery_percent.is_some(),
            device_property::BATTERY_LEVEL,
        ),
        (
            profile.friendly_name.is_some(),
            device_property::DEVICE_FRIENDLY_NAME,
        ),
    ]
    .into_iter()
    .filter_map(|(is_there, code)| is_there.then_some(code))
    .collect();
    let events = [event::STORE_ADDED, event::STORE_REMOVED];
    Dataset::default()
        .u16(info.standard_version)
        .u32(info.extension_id.0)
        .u16(info.extension_version)
        .string(&info.extension)
        // The functional mode: standard.
        .u16(0)
        .u16s(profile.operations.iter().map(|operation| operation.0))
        .u16s(events.into_iter())
        .u16s(properties.into_iter())
        // Nothing can be captured by command.
        .u16s([].into_iter())
        .u16s(formats.into_iter())
        .string(&info.manufacturer)
        .string(&info.model)
        .string(&info.version)
        .string(&info.serial)
        .0
}

/// StorageInfo (MTP 1.1, section 5.2.2); of a locked device's storage, which is empty, without a storage behind it.
pub(crate) fn storage_info(storage: Option<&Storage>) -> Vec<u8> {
    const FIXED_RAM: u16 = 3;
    const REMOVABLE_RAM: u16 = 4;
    const HIERARCHICAL: u16 = 2;
    const READ_WRITE: u16 = 0;
    const CAPACITY_BYTES: u64 = 128 << 30;
    const FREE_BYTES: u64 = 32 << 30;
    let is_removable = storage.is_some_and(|storage| storage.is_removable);
    Dataset::default()
        .u16(if is_removable {
            REMOVABLE_RAM
        } else {
            FIXED_RAM
        })
        .u16(HIERARCHICAL)
        .u16(READ_WRITE)
        .u64(storage.map_or(0, |_| CAPACITY_BYTES))
        .u64(storage.map_or(0, |_| FREE_BYTES))
        // How many more objects fit: not known.
        .u32(u32::MAX)
        .string(storage.map_or("", |storage| &storage.name))
        .string("")
        .0
}

/// DevicePropDesc (ISO 15740, section 13.3.3).
pub(crate) fn property_description(profile: &Profile, code: u16) -> Result<Vec<u8>, u16> {
    const READ_ONLY: u8 = 0;
    const NO_FORM: u8 = 0;
    const RANGE: u8 = 1;
    let value = property_value(profile, code)?;
    let begun = Dataset::default().u16(code);
    Ok(match code {
        device_property::BATTERY_LEVEL => begun
            .u16(data_type::UINT8)
            .u8(READ_ONLY)
            .u8(100)
            .raw(&value)
            .u8(RANGE)
            .raw(&[0, 100, 1]),
        _ => begun
            .u16(data_type::STRING)
            .u8(READ_ONLY)
            .string("")
            .raw(&value)
            .u8(NO_FORM),
    }
    .0)
}

/// The value of a device property.
pub(crate) fn property_value(profile: &Profile, code: u16) -> Result<Vec<u8>, u16> {
    let value = match code {
        device_property::BATTERY_LEVEL => profile
            .battery_percent
            .map(|percent| Dataset::default().u8(percent)),
        device_property::DEVICE_FRIENDLY_NAME => profile
            .friendly_name
            .as_deref()
            .map(|name| Dataset::default().string(name)),
        _ => None,
    };
    value
        .map(|value| value.0)
        .ok_or(response::DEVICE_PROP_NOT_SUPPORTED)
}
