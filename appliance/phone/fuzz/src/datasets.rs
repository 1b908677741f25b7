//! Datasets: read or refused, and where mtp-rs reads them too, read alike.

use heirloom_phone::dataset::{self, DeviceInfo, ObjectInfo, PropElement, PropValue, StorageInfo};
use mtp_rs::ptp::{ObjectPropListElement, PropertyValue};

/// Arrays of handles, and single numbers.
pub fn arrays(data: &[u8]) {
    if let Some(numbers) = dataset::u32_array(data) {
        assert!(numbers.len() * 4 <= data.len());
        for length in 1..data.len().min(4 + numbers.len() * 4) {
            assert_eq!(dataset::u32_array(&data[..length]), None);
        }
    }
    if let Some(number) = dataset::unsigned(data) {
        assert!(number.to_le_bytes().starts_with(data));
    }
}

/// GetDeviceInfo and GetStorageInfo.
pub fn device_info(data: &[u8]) {
    if let Some(info) = DeviceInfo::parse(data) {
        assert!(info.operations.len() * 2 <= data.len());
        for text in [
            &info.vendor_extension_desc,
            &info.manufacturer,
            &info.model,
            &info.serial_number,
        ] {
            check_text(text);
        }
        // What follows is not looked at.
        let longer = [data, b"more"].concat();
        assert_eq!(
            DeviceInfo::parse(&longer).map(|info| info.operations),
            Some(info.operations)
        );
    }
    if let Some(info) = StorageInfo::parse(data) {
        check_text(&info.description);
    }
}

/// GetObjectInfo.
pub fn object_info(data: &[u8]) {
    let Some(info) = ObjectInfo::parse(data) else {
        return;
    };
    check_text(&info.filename);
    check_text(&info.modified);
    if info.is_folder() {
        assert!(
            dataset::is_folder_format(u16::from_le_bytes([data[4], data[5]]))
                || info.compressed_size_bytes == 0
        );
    }
}

/// GetObjectPropList, beside mtp-rs.
pub fn prop_list(data: &[u8]) {
    let mut elements = Vec::new();
    let read = dataset::prop_list(data, &mut |element| elements.push(element));
    assert!(elements.len() * 8 <= data.len());
    // It keeps some 80 bytes for each 8, which is why we read for ourselves.
    let judged = ObjectPropListElement::list_from_bytes(data);
    assert_eq!(read.is_some(), judged.is_ok(), "{judged:?}");
    let judged = judged.unwrap_or_default();
    if read.is_some() {
        assert_eq!(elements.len(), judged.len());
    }
    for (ours, theirs) in elements.iter().zip(&judged) {
        check_element(ours, theirs);
    }
}

fn check_element(ours: &PropElement, theirs: &ObjectPropListElement) {
    assert_eq!(ours.handle, theirs.handle.0);
    assert_eq!(ours.property, u16::from(theirs.property));
    let expected = match &theirs.value {
        Some(PropertyValue::String(text)) => {
            check_text(text);
            PropValue::Text(text.clone())
        }
        Some(PropertyValue::Uint8(value)) => unsigned(u64::from(*value), 1),
        Some(PropertyValue::Uint16(value)) => unsigned(u64::from(*value), 2),
        Some(PropertyValue::Uint32(value)) => unsigned(u64::from(*value), 4),
        Some(PropertyValue::Uint64(value)) => unsigned(*value, 8),
        _ => PropValue::Other,
    };
    assert_eq!(ours.value, expected);
}

fn unsigned(value: u64, bytes: u8) -> PropValue {
    PropValue::Unsigned { value, bytes }
}

fn check_text(text: &str) {
    assert!(!text.contains('\0') && text.encode_utf16().count() <= 255);
}
