//! What a device and its storages say of themselves (ISO 15740, sections 5.5.1 and 5.5.3), as far as we use it.

use mtp_rs::ptp::OperationCode;

use super::Cursor;

/// What GetDeviceInfo tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceInfo {
    /// Whose extension of PTP it speaks; 6 is Microsoft, and so MTP.
    pub vendor_extension_id: u32,
    /// The same in words.
    pub vendor_extension_desc: String,
    /// What it can be asked.
    pub operations: Vec<OperationCode>,
    /// Who made it.
    pub manufacturer: String,
    /// What it is called.
    pub model: String,
    /// What tells it from others of its kind.
    pub serial_number: String,
}

impl DeviceInfo {
    /// Reads the dataset. What comes after the operations may be cut off: a device can be read without its name.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(bytes);
        let _standard_version = cursor.u16()?;
        let vendor_extension_id = cursor.u32()?;
        let _vendor_extension_version = cursor.u16()?;
        let vendor_extension_desc = cursor.string()?;
        let _functional_mode = cursor.u16()?;
        let operations = cursor.u16_array()?.map(OperationCode::from).collect();
        let mut info = Self {
            vendor_extension_id,
            vendor_extension_desc,
            operations,
            ..Self::default()
        };
        // A name that can't be read leaves the device without one, and is no reason not to read its pictures.
        let _ = info.read_names(&mut cursor);
        Some(info)
    }

    fn read_names(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        // Events, device properties, formats that it captures and formats that it holds.
        for _ in 0..4 {
            let _codes = cursor.u16_array()?;
        }
        self.manufacturer = cursor.string()?;
        self.model = cursor.string()?;
        let _device_version = cursor.string()?;
        self.serial_number = cursor.string()?;
        Some(())
    }
}

/// What GetStorageInfo tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StorageInfo {
    /// What a person calls it.
    pub description: String,
}

impl StorageInfo {
    /// Reads the dataset up to the description.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(bytes);
        // Kind of storage, of file system, and of access; capacity, free space, free objects.
        let _facts = cursor.take(3 * 2 + 2 * 8 + 4)?;
        let description = cursor.string()?;
        Some(Self { description })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(text: &str) -> Vec<u8> {
        let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
        let mut bytes = vec![u8::try_from(units.len()).expect("short")];
        bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
        bytes
    }

    #[test]
    fn a_device_is_read_whole_or_without_its_name() {
        let mut whole = vec![100, 0, 6, 0, 0, 0, 100, 0];
        whole.extend(string("android.com: 1.0;"));
        whole.extend([0, 0]);
        whole.extend([2, 0, 0, 0, 0x01, 0x10, 0x05, 0x98]);
        let operations_end = whole.len();
        whole.extend([0; 16]);
        for text in ["Google", "Pixel 8", "1.0", "39281F"] {
            whole.extend(string(text));
        }
        for length in 0..=whole.len() {
            let info = DeviceInfo::parse(&whole[..length]);
            assert_eq!(info.is_some(), length >= operations_end, "{length}");
            let Some(info) = info else { continue };
            assert_eq!(info.vendor_extension_desc, "android.com: 1.0;");
            assert_eq!(
                info.operations,
                [
                    OperationCode::GetDeviceInfo,
                    OperationCode::GetObjectPropList
                ]
            );
            assert_eq!(info.serial_number.is_empty(), length < whole.len());
        }
    }

    #[test]
    fn a_storage_has_its_description() {
        let mut whole = vec![0; 26];
        whole.extend(string("SD card"));
        let info = StorageInfo::parse(&whole).expect("whole");
        assert_eq!(info.description, "SD card");
        assert_eq!(StorageInfo::parse(&whole[..27]), None);
        assert_eq!(StorageInfo::parse(&[]), None);
    }
}
