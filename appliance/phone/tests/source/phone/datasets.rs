//! Datasets as a device sends them (ISO 15740 and MTP 1.1, sections 5 and E).

use super::{Object, State};

pub(crate) fn u32_array(elements: &[u32]) -> Vec<u8> {
    let count = u32::try_from(elements.len()).expect("few");
    let words = [&[count], elements].concat();
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

pub(crate) fn string(text: &str) -> Vec<u8> {
    if text.is_empty() {
        return vec![0];
    }
    let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
    let mut bytes = vec![u8::try_from(units.len()).expect("short")];
    bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    bytes
}

pub(crate) fn device_info(state: &State) -> Vec<u8> {
    let mut bytes = 100_u16.to_le_bytes().to_vec();
    bytes.extend(6_u32.to_le_bytes());
    bytes.extend(100_u16.to_le_bytes());
    bytes.extend(string(&state.extension));
    bytes.extend(0_u16.to_le_bytes());
    let count = u32::try_from(state.operations.len()).expect("few");
    bytes.extend(count.to_le_bytes());
    bytes.extend(state.operations.iter().flat_map(|code| code.to_le_bytes()));
    // No events, device properties, capture and playback formats.
    bytes.extend([0; 16]);
    for text in [&state.manufacturer, "Pixel 8", "1.0", &state.serial] {
        bytes.extend(string(text));
    }
    bytes
}

pub(crate) fn storage_info(description: &str) -> Vec<u8> {
    let mut bytes = 3_u16.to_le_bytes().to_vec();
    bytes.extend(2_u16.to_le_bytes());
    bytes.extend(0_u16.to_le_bytes());
    bytes.extend((128_u64 << 30).to_le_bytes());
    bytes.extend((64_u64 << 30).to_le_bytes());
    bytes.extend(u32::MAX.to_le_bytes());
    bytes.extend(string(description));
    bytes.extend(string("0123456789abcdef"));
    bytes
}

fn format(object: &Object) -> u16 {
    if object.is_folder { 0x3001 } else { 0x3801 }
}

pub(crate) fn object_info(object: &Object) -> Vec<u8> {
    let size = u32::try_from(object.size_bytes()).unwrap_or(u32::MAX);
    let mut bytes = object.storage.to_le_bytes().to_vec();
    bytes.extend(format(object).to_le_bytes());
    bytes.extend(0_u16.to_le_bytes());
    bytes.extend(size.to_le_bytes());
    // The thumbnail's format, size, width and height; the picture's width, height and depth.
    bytes.extend([0; 26]);
    bytes.extend(object.parent.to_le_bytes());
    bytes.extend(u16::from(object.is_folder).to_le_bytes());
    bytes.extend([0; 8]);
    bytes.extend(string(&object.name));
    bytes.extend(string(""));
    bytes.extend(string(&object.modified));
    bytes.extend(string(""));
    bytes
}

pub(crate) fn prop_list<'a>(
    children: impl Iterator<Item = (&'a u32, &'a Object)>,
    property: u32,
    is_lying: bool,
) -> Vec<u8> {
    let mut count = 0_u32;
    let mut elements = Vec::new();
    for (handle, object) in children {
        let size_bytes = object.size_bytes() - u64::from(is_lying && !object.is_folder);
        let (kind, value) = match property {
            0xDC02 => (0x0004_u16, format(object).to_le_bytes().to_vec()),
            0xDC04 => (0x0008, size_bytes.to_le_bytes().to_vec()),
            0xDC07 => (0xFFFF, string(&object.name)),
            0xDC09 => (0xFFFF, string(&object.modified)),
            property => panic!("property {property:#06x} is not worth asking for"),
        };
        elements.extend(handle.to_le_bytes());
        elements.extend(u16::try_from(property).expect("16 bits").to_le_bytes());
        elements.extend(kind.to_le_bytes());
        elements.extend(value);
        count += 1;
    }
    let mut bytes = count.to_le_bytes().to_vec();
    bytes.extend(elements);
    bytes
}
