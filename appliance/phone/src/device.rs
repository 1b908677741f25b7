//! An open device: what it says it can do, what we have learnt about it, and the questions of a listing put to it one by one.

use heirloom_engine::{SourceError, SourceIdentity, SourceKind};
use mtp_rs::ptp::{ObjectPropertyCode, OperationCode, PtpError};

use crate::dataset::{self, DeviceInfo, ObjectInfo, StorageInfo};
use crate::error::{family, family_at_open};
use crate::fetch::WINDOW_BYTES_MIN;
use crate::prop_list::PropLists;
use crate::quirks::{Quirks, UsbIds};
use crate::session::{Handle, Session, is_busy};

/// What stands for "in no folder" when asking for handles (ISO 15740, section 10.4.7).
const ROOT_PARENT: u32 = 0xFFFF_FFFF;

/// What some devices know instead; for others it means every object there is.
const ROOT_PARENT_FOR_SOME: u32 = 0;

/// A size of more than 32 bits (MTP 1.1, section 5.3.1).
const SIZE_BEYOND_32_BITS: u32 = 0xFFFF_FFFF;

/// The vendor extension that became MTP; some devices name it by this number alone.
const MICROSOFT_EXTENSION: u32 = 6;

/// Operation_Not_Supported: for a question that the device has no ear for.
const OPERATION_NOT_SUPPORTED: u32 = 0x2005;

/// A storage and the name it goes by in paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Storage {
    pub(crate) id: u32,
    pub(crate) name: String,
}

/// A folder to look into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Folder {
    Root,
    Handle(Handle),
}

/// An object as a listing needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Description {
    pub(crate) name: String,
    pub(crate) is_folder: bool,
    /// The device says that it is HEIF, whatever its name.
    pub(crate) is_heif: bool,
    /// Of a folder, meaningless.
    pub(crate) size_bytes: u64,
    /// As the device spells it; may be empty.
    pub(crate) modified: String,
    /// The folder that it says it is in; `None` where that was not asked.
    pub(crate) parent: Option<u32>,
}

/// An open device.
pub(crate) struct Device {
    pub(crate) session: Session,
    pub(crate) quirks: Quirks,
    pub(crate) prop_lists: PropLists,
    /// Whether it can be asked for bytes past the end of a file to see whether there are any.
    pub(crate) asks_past_end: bool,
    /// How many bytes of a file it is asked for at a time.
    pub(crate) window_bytes: u32,
    operations: Vec<OperationCode>,
    identity: SourceIdentity,
}

impl Device {
    /// Asks an open session who is there, and whether it has something to read.
    pub(crate) fn introduce(
        mut session: Session,
        usb: Option<UsbIds>,
    ) -> Result<Self, SourceError> {
        const WHO: &str = "who it is";
        let bytes = session
            .read(OperationCode::GetDeviceInfo, &[])
            .map_err(|error| family_at_open(error, WHO))?;
        let info = DeviceInfo::parse(&bytes).ok_or(SourceError::Garbled { what: WHO })?;
        let quirks = Quirks::of(usb, &info.manufacturer);
        let identity = identity(&info);
        let mut device = Self {
            session,
            quirks,
            prop_lists: if info.operations.contains(&OperationCode::GetObjectPropList) {
                PropLists::Untried
            } else {
                PropLists::Off
            },
            asks_past_end: !quirks.last_byte_apart,
            window_bytes: WINDOW_BYTES_MIN,
            operations: info.operations,
            identity,
        };
        device.ensure_unlocked()?;
        Ok(device)
    }

    /// Asks whether it shows anything to read.
    ///
    /// # Errors
    /// [`SourceError::Locked`] where it shows no storage, or is one of those that show a storage with nothing in it until somebody
    /// unlocks it and allows access; else what the link ran into.
    pub(crate) fn ensure_unlocked(&mut self) -> Result<(), SourceError> {
        let storages = self.storage_ids()?;
        if !self.quirks.empty_while_locked {
            return Ok(());
        }
        for storage in storages {
            match self.handles(storage, Folder::Root) {
                Ok(handles) if handles.is_empty() => {}
                Ok(_) => return Ok(()),
                // Nothing is shown of this one either.
                Err(SourceError::Refused { .. } | SourceError::Vanished | SourceError::Locked) => {}
                Err(error) => return Err(error),
            }
        }
        Err(SourceError::Locked)
    }

    pub(crate) fn identity(&self) -> &SourceIdentity {
        &self.identity
    }

    pub(crate) fn supports(&self, operation: OperationCode) -> bool {
        self.operations.contains(&operation)
    }

    /// The device said that it has this operation, and refused it.
    pub(crate) fn withdraw(&mut self, operation: OperationCode) {
        log::info!("{operation:?} is advertised and refused");
        self.operations.retain(|known| *known != operation);
    }

    /// The storages, each under a name of its own.
    pub(crate) fn storages(&mut self) -> Result<Vec<Storage>, SourceError> {
        let mut storages: Vec<Storage> = Vec::new();
        for id in self.storage_ids()? {
            let name = match self.session.read(OperationCode::GetStorageInfo, &[id]) {
                Ok(bytes) => StorageInfo::parse(&bytes).as_ref().and_then(storage_name),
                // A storage without a description is still a storage; whether it can be read shows when it is listed.
                Err(PtpError::Protocol { .. } | PtpError::InvalidData { .. }) => None,
                Err(error) => return Err(family(error, "a storage")),
            };
            let name = name.unwrap_or_else(|| format!("Storage {}", storages.len() + 1));
            let name = distinct(name, |name| storages.iter().any(|other| other.name == name));
            storages.push(Storage { id, name });
        }
        Ok(storages)
    }

    /// The storages with a medium in them; none at all is what a locked phone shows.
    fn storage_ids(&mut self) -> Result<Vec<u32>, SourceError> {
        const WHAT: &str = "the list of its storages";
        let bytes = self
            .session
            .read(OperationCode::GetStorageIds, &[])
            .map_err(|error| family_at_open(error, WHAT))?;
        let mut ids = dataset::u32_array(&bytes).ok_or(SourceError::Garbled { what: WHAT })?;
        // A slot without a card has a logical storage number of zero (MTP 1.1, section 5.2.1).
        ids.retain(|id| id & 0xFFFF != 0);
        if ids.is_empty() {
            return Err(SourceError::Locked);
        }
        Ok(ids)
    }

    /// The handles of what is directly in a folder.
    pub(crate) fn handles(
        &mut self,
        storage: u32,
        folder: Folder,
    ) -> Result<Vec<Handle>, SourceError> {
        const WHAT: &str = "what is in a folder";
        let session = &mut self.session;
        let asked = match folder {
            Folder::Handle(handle) => session.handles(storage, handle.number, Some(handle)),
            Folder::Root => match session.handles(storage, ROOT_PARENT, None) {
                // Refused or stalled: the other way to say "root" may be understood. Never after silence.
                Err(error @ (PtpError::Protocol { .. } | PtpError::Io(_))) if !is_busy(&error) => {
                    session.handles(storage, ROOT_PARENT_FOR_SOME, None)
                }
                other => other,
            },
        };
        let bytes = asked.map_err(|error| family(error, WHAT))?;
        let numbers = dataset::u32_array(&bytes).ok_or(SourceError::Garbled { what: WHAT })?;
        Ok(self.session.adopt(numbers))
    }

    /// What an object is, asked of it alone.
    pub(crate) fn describe(&mut self, handle: Handle) -> Result<Description, SourceError> {
        const WHAT: &str = "what an object is";
        let bytes = self
            .session
            .read_of(handle, OperationCode::GetObjectInfo, &[])
            .map_err(|error| family(error, WHAT))?;
        let info = ObjectInfo::parse(&bytes).ok_or(SourceError::Garbled { what: WHAT })?;
        let is_folder = info.is_folder();
        let size_bytes = if info.compressed_size_bytes == SIZE_BEYOND_32_BITS && !is_folder {
            self.long_size(handle)?
        } else {
            u64::from(info.compressed_size_bytes)
        };
        Ok(Description {
            is_folder,
            is_heif: info.is_heif(),
            size_bytes,
            parent: Some(info.parent),
            name: info.filename,
            modified: info.modified,
        })
    }

    /// A size in 64 bits. Where the device can't say it the object is refused: a size cut to 32 bits would pass for the truth.
    pub(crate) fn long_size(&mut self, handle: Handle) -> Result<u64, SourceError> {
        const WHAT: &str = "the size of a large file";
        if !self.supports(OperationCode::GetObjectPropValue) {
            return Err(SourceError::Refused {
                code: OPERATION_NOT_SUPPORTED,
            });
        }
        let property = u32::from(u16::from(ObjectPropertyCode::ObjectSize));
        let bytes = self
            .session
            .read_of(handle, OperationCode::GetObjectPropValue, &[property])
            .map_err(|error| family(error, WHAT))?;
        dataset::unsigned(&bytes).ok_or(SourceError::Garbled { what: WHAT })
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.session.close();
    }
}

fn identity(info: &DeviceInfo) -> SourceIdentity {
    let extension = info.vendor_extension_desc.to_lowercase();
    let is_apple = info.manufacturer.to_lowercase().starts_with("apple");
    let is_phone = is_apple
        || info.vendor_extension_id == MICROSOFT_EXTENSION
        || extension.contains("microsoft")
        || extension.contains("android");
    let serial = info.serial_number.trim();
    SourceIdentity {
        kind: if is_phone {
            SourceKind::Phone
        } else {
            SourceKind::Camera
        },
        manufacturer: info.manufacturer.trim().to_owned(),
        model: info.model.trim().to_owned(),
        // Many cameras fill the field with zeros, which tells no two of them apart.
        serial: (!serial.trim_matches('0').is_empty()).then(|| serial.to_owned()),
    }
}

fn storage_name(info: &StorageInfo) -> Option<String> {
    let name = info.description.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// The name, or the name with the first number that makes it distinct.
fn distinct(name: String, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(&name) {
        return name;
    }
    let mut number = 2_u32;
    loop {
        let numbered = format!("{name} ({number})");
        if !is_taken(&numbered) {
            return numbered;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storages_of_one_name_are_numbered() {
        let taken = ["Card", "Card (2)"];
        let is_taken = |name: &str| taken.contains(&name);
        assert_eq!(distinct("Internal".to_owned(), is_taken), "Internal");
        assert_eq!(distinct("Card".to_owned(), is_taken), "Card (3)");
    }

    #[test]
    fn a_device_is_told_by_what_it_says() {
        // Manufacturer, extension, serial; kind, serial kept.
        let table = [
            (
                "Google",
                "microsoft.com: 1.0; android.com: 1.0;",
                "39281F",
                SourceKind::Phone,
                Some("39281F"),
            ),
            (
                "Apple Inc.",
                "",
                " 00008110 ",
                SourceKind::Phone,
                Some("00008110"),
            ),
            ("Canon Inc.", "", "0000000000", SourceKind::Camera, None),
            ("", "", "", SourceKind::Camera, None),
        ];
        for (manufacturer, extension, serial, kind, kept) in table {
            let info = DeviceInfo {
                manufacturer: manufacturer.to_owned(),
                vendor_extension_desc: extension.to_owned(),
                serial_number: serial.to_owned(),
                ..DeviceInfo::default()
            };
            let identity = identity(&info);
            assert_eq!(identity.kind, kind, "{manufacturer}");
            assert_eq!(identity.serial.as_deref(), kept, "{manufacturer}");
        }
    }
}
