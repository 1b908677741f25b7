//! Profiles: how one kind of device behaves, as a data file that begins with a sentence about which device and how that is known.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::function::UsbShape;
use crate::library::LibraryDescription;
use crate::responder::{Hex, Hex16, Operation, Rule};

/// How a device behaves. A file may say `"like": "pixel"` and then only what is different from that profile.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Which device this is, and where that is known from.
    pub about: String,
    /// What its descriptors say.
    pub usb: Usb,
    /// What DeviceInfo says.
    pub info: Info,
    /// The operations that it knows and says so.
    pub operations: Vec<Operation>,
    /// The object properties that it knows, in the order in which it lists them.
    #[serde(default)]
    pub object_properties: Vec<Hex16>,
    /// DeviceFriendlyName, where it has that property.
    #[serde(default)]
    pub friendly_name: Option<String>,
    /// BatteryLevel, where it has that property.
    #[serde(default)]
    pub battery_percent: Option<u8>,
    /// The ids of its storages, in order; 0x00010001, 0x00020001 and so on where they are left out.
    #[serde(default)]
    pub storage_ids: Vec<Hex>,
    /// The handle of its first object.
    #[serde(default = "first_handle")]
    pub first_handle: Hex,
    /// Whether each session gives the handles to other objects.
    #[serde(default)]
    pub renumbers_each_session: bool,
    /// What parent 0 means to it.
    #[serde(default)]
    pub parent_zero: ParentZero,
    /// The parent that ObjectInfo and properties name for what is in a root; 0, as the standard has it, where this is left out.
    #[serde(default)]
    pub root_parent: Option<Hex>,
    /// The thumbnails of its pictures; none where this is left out.
    #[serde(default)]
    pub thumbnails: Option<Thumbnails>,
    /// Whether the header of a data phase is a transfer of its own.
    #[serde(default)]
    pub is_header_apart: bool,
    /// What its descriptors say instead for as long as it charges only: from when it is plugged in until its person chooses another use of the
    /// cable.
    #[serde(default)]
    pub charge_only: Option<ChargeOnly>,
    /// How it shows that nobody has allowed access, where that can be.
    #[serde(default)]
    pub lock: Option<Lock>,
    /// How far what it states of a size is from the truth.
    #[serde(default)]
    pub stated_sizes: StatedSizes,
    /// What it does at a command that comes before the last answer was read.
    #[serde(default)]
    pub at_early_command: AtEarlyCommand,
    /// What it does when a transfer is cancelled.
    #[serde(default)]
    pub at_cancel: AtCancel,
    /// What goes wrong.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// What is on it, where no other library is given.
    #[serde(default)]
    pub library: Option<LibraryDescription>,
}

/// What a device's descriptors say.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usb {
    /// idVendor.
    pub vendor: Hex16,
    /// idProduct.
    pub product: Hex16,
    /// iManufacturer.
    pub manufacturer: String,
    /// iProduct.
    pub model: String,
    /// iSerialNumber.
    #[serde(default)]
    pub serial: Option<String>,
    /// Class, subclass, protocol.
    pub interface: [u8; 3],
    /// iInterface.
    #[serde(default)]
    pub interface_name: Option<String>,
}

/// What a device that charges only says in its descriptors, where that is not what it says otherwise. Its interface has no endpoint for events.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChargeOnly {
    /// idProduct.
    pub product: Hex16,
    /// Class, subclass, protocol.
    pub interface: [u8; 3],
    /// iInterface.
    #[serde(default)]
    pub interface_name: Option<String>,
}

/// The thumbnails that a device makes of its pictures.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thumbnails {
    /// ThumbFormat.
    pub format: Hex16,
    /// ThumbPixWidth and ThumbPixHeight of ObjectInfo; 0 where a device doesn't say.
    pub stated_pixels: [u16; 2],
    /// Their true width and height.
    pub pixels: [u16; 2],
}

/// What DeviceInfo says (MTP 1.1, section 5.1.1).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Info {
    /// Standard version in hundredths.
    #[serde(default = "version")]
    pub standard_version: u16,
    /// VendorExtensionID.
    pub extension_id: Hex,
    /// VendorExtensionVersion in hundredths.
    #[serde(default = "version")]
    pub extension_version: u16,
    /// VendorExtensionDesc.
    pub extension: String,
    /// Manufacturer.
    pub manufacturer: String,
    /// Model.
    pub model: String,
    /// DeviceVersion.
    pub version: String,
    /// SerialNumber.
    pub serial: String,
}

/// What GetObjectHandles takes parent 0 for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParentZero {
    /// All objects wherever they are, as ISO 15740, section 10.4.7, and Android have it.
    #[default]
    Everything,
    /// The root, as if it were 0xFFFFFFFF.
    Root,
    /// All folders, and no file.
    Folders,
    /// Nothing: it is refused as a handle that there is not.
    Refused,
}

/// What a locked device shows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// Whether it is locked when it is plugged in.
    pub at_first: bool,
    /// The one storage, empty, that it shows meanwhile; none where this is left out.
    #[serde(default)]
    pub storage_id: Option<Hex>,
    /// What it says to whoever asks for an object.
    #[serde(default = "access_denied")]
    pub refusal: Hex16,
}

/// By how many bytes what is stated differs from the true size of a file; of empty files it never does.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedSizes {
    /// In ObjectInfo.
    #[serde(default)]
    pub object_info_by_bytes: i64,
    /// In GetObjectPropValue's ObjectSize.
    #[serde(default)]
    pub property_by_bytes: i64,
    /// In GetObjectPropList's ObjectSize.
    #[serde(default)]
    pub property_list_by_bytes: i64,
}

/// What happens at a command that comes before the last answer was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtEarlyCommand {
    /// The endpoints halt, as QEMU's do.
    #[default]
    Stall,
    /// The old answer is dropped and the command answered.
    Answer,
    /// It says nothing more until it is plugged in again.
    Silence,
}

/// What happens when a transfer is cancelled (still image class, section 5.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtCancel {
    /// It drops the answer and is ready for the next command.
    #[default]
    Ready,
    /// It knows no such request, and sends the rest.
    Refuse,
    /// It says nothing more until it is plugged in again.
    Silence,
}

/// Why there is no profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Its file can't be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Its file says something that a profile doesn't have.
    #[error("{path}: {source}")]
    NotAProfile {
        /// Which.
        path: PathBuf,
        /// Why, and in which line.
        source: serde_json::Error,
    },
    /// It is like one that is like one, and so on.
    #[error("{path}: likenesses without end")]
    EndlessLikeness {
        /// Which.
        path: PathBuf,
    },
}

/// A profile is like another, which may be like a third.
const LIKENESSES_MAX: u32 = 4;

impl Profile {
    /// One of the lab's own, such as `pixel`.
    ///
    /// # Errors
    /// [`ProfileError`]: there is none of that name, or its file is wrong.
    pub fn named(name: &str) -> Result<Self, ProfileError> {
        Self::read(&folder().join(format!("{name}.json")))
    }

    /// The one in this file.
    ///
    /// # Errors
    /// As [`Profile::named`].
    pub fn read(path: &Path) -> Result<Self, ProfileError> {
        let fields = fields(path, LIKENESSES_MAX)?;
        serde_json::from_value(Value::Object(fields)).map_err(not_a_profile(path))
    }

    /// The names of the lab's own profiles, sorted.
    ///
    /// # Errors
    /// [`ProfileError::Unreadable`]: their folder can't be read.
    pub fn names() -> Result<Vec<String>, ProfileError> {
        let unreadable = |source| ProfileError::Unreadable {
            path: folder(),
            source,
        };
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder()).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                names.extend(
                    path.file_stem()
                        .map(|stem| stem.to_string_lossy().into_owned()),
                );
            }
        }
        names.sort();
        Ok(names)
    }

    /// Its descriptors, while it charges only or otherwise.
    pub(crate) fn shape(&self, is_charging_only: bool) -> UsbShape {
        let usual = UsbShape {
            vendor: self.usb.vendor.0,
            product: self.usb.product.0,
            manufacturer: self.usb.manufacturer.clone(),
            model: self.usb.model.clone(),
            serial: self.usb.serial.clone(),
            interface: self.usb.interface,
            interface_name: self.usb.interface_name.clone(),
            has_events: true,
            interfaces: 1,
        };
        match self.charge_only.as_ref().filter(|_| is_charging_only) {
            None => usual,
            Some(charge_only) => UsbShape {
                product: charge_only.product.0,
                interface: charge_only.interface,
                interface_name: charge_only.interface_name.clone(),
                has_events: false,
                ..usual
            },
        }
    }
}

/// The fields of a profile's file, and of the one that it says it is like where it does not say otherwise itself.
fn fields(path: &Path, likenesses_max: u32) -> Result<Map<String, Value>, ProfileError> {
    let text = std::fs::read_to_string(path).map_err(|source| ProfileError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let mut own: Map<String, Value> = serde_json::from_str(&text).map_err(not_a_profile(path))?;
    let Some(likeness) = own.remove("like") else {
        return Ok(own);
    };
    let name: String = serde_json::from_value(likeness).map_err(not_a_profile(path))?;
    let Some(left) = likenesses_max.checked_sub(1) else {
        return Err(ProfileError::EndlessLikeness {
            path: path.to_owned(),
        });
    };
    let mut all = fields(&path.with_file_name(format!("{name}.json")), left)?;
    all.extend(own);
    Ok(all)
}

fn not_a_profile(path: &Path) -> impl Fn(serde_json::Error) -> ProfileError {
    move |source| ProfileError::NotAProfile {
        path: path.to_owned(),
        source,
    }
}

/// Beside the source: profiles are for tests, which run where they were built.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles")
}

fn first_handle() -> Hex {
    Hex(1)
}

fn version() -> u16 {
    100
}

fn access_denied() -> Hex16 {
    Hex16(crate::responder::ACCESS_DENIED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_profile_says_which_device_it_is_and_how_that_is_known() {
        let names = Profile::names().expect("profiles");
        assert!(names.len() >= 20, "{names:?}");
        for name in names {
            let profile = Profile::named(&name).expect("a profile");
            let about = &profile.about;
            assert!(about.len() > 40 && about.contains(". "), "{name}: {about}");
            let text = std::fs::read_to_string(folder().join(format!("{name}.json")));
            let text = text.expect("read");
            assert!(
                text.trim_start_matches(['{', '\n', ' '])
                    .starts_with("\"about\""),
                "{name}"
            );
        }
    }

    #[test]
    fn what_a_profile_does_not_have_is_refused() {
        let text = std::fs::read_to_string(folder().join("pixel.json")).expect("read");
        let text = text.replacen("\"about\"", "\"colour\": \"obsidian\", \"about\"", 1);
        assert!(serde_json::from_str::<Profile>(&text).is_err());
    }
}
