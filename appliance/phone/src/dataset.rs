//! The datasets that devices send, read here and not by mtp-rs where its reading loses something we keep: the text of a time.
//!
//! Pure functions of bytes. Hostile bytes yield `None`, and nothing is allocated beyond what the bytes themselves hold; the targets of
//! `fuzz/` hold them to that.

mod device_info;
mod prop_list;

pub use device_info::{DeviceInfo, StorageInfo};
pub use prop_list::{PropElement, PropValue, prop_list};

/// A folder: the object format Association.
const FORMAT_ASSOCIATION: u16 = 0x3001;
/// HEIF: the object format as Android's MtpConstants has it. Whether an iPhone states it, and while it converts, was not seen by us.
const FORMAT_HEIF: u16 = 0x3812;

/// What GetObjectInfo tells of an object (MTP 1.1, section 5.3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Its kind of file; see [`ObjectInfo::is_folder`].
    format: u16,
    /// Bytes; 0xFFFFFFFF stands for that and for anything longer.
    pub compressed_size_bytes: u32,
    /// The folder that it is in; 0 or anything that is no object's handle for the root.
    pub parent: u32,
    association_type: u16,
    /// As the device spells it; what is no UTF-16 is replaced.
    pub filename: String,
    /// As the device spells it; may be empty.
    pub modified: String,
}

impl ObjectInfo {
    /// Reads the dataset. What comes after the name may be cut off, as some cameras do.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(bytes);
        let _storage = cursor.u32()?;
        let format = cursor.u16()?;
        let _protection = cursor.u16()?;
        let compressed_size_bytes = cursor.u32()?;
        // ThumbFormat; the thumbnail's size, width, height; the picture's width, height, depth.
        let _thumbnail_and_picture = cursor.take(2 + 3 * 4 + 3 * 4)?;
        let parent = cursor.u32()?;
        let association_type = cursor.u16()?;
        let _description_and_sequence = cursor.take(4 + 4)?;
        let filename = cursor.string()?;
        let modified = cursor
            .string()
            .and_then(|_created| cursor.string())
            .unwrap_or_default();
        Some(Self {
            format,
            compressed_size_bytes,
            parent,
            association_type,
            filename,
            modified,
        })
    }

    /// Whether the device says that it is HEIF.
    pub fn is_heif(&self) -> bool {
        is_heif_format(self.format)
    }

    /// Whether to look into it for more. A device that calls something a generic folder without the format is believed only where
    /// there would be nothing to copy from it, so that no file is taken for a folder.
    pub fn is_folder(&self) -> bool {
        is_folder_format(self.format)
            || (self.association_type == 1 && self.compressed_size_bytes == 0)
    }
}

/// Whether an object of this format is a HEIF picture, as far as the device says.
pub fn is_heif_format(format: u16) -> bool {
    format == FORMAT_HEIF
}

/// Whether an object of this format holds others.
pub fn is_folder_format(format: u16) -> bool {
    format == FORMAT_ASSOCIATION
}

/// An array of 32-bit numbers, as GetObjectHandles and GetStorageIDs answer. An answer shorter than its own count is refused: objects
/// would be missing without a word. No bytes at all mean no elements, as some devices leave out an empty data phase.
pub fn u32_array(bytes: &[u8]) -> Option<Vec<u32>> {
    if bytes.is_empty() {
        return Some(Vec::new());
    }
    let mut cursor = Cursor(bytes);
    let count = usize::try_from(cursor.u32()?).ok()?;
    let elements = cursor.take(count.checked_mul(4)?)?;
    Some(
        elements
            .chunks_exact(4)
            .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
            .collect(),
    )
}

/// An unsigned number of whatever width the device chose, as GetObjectPropValue answers.
pub fn unsigned(bytes: &[u8]) -> Option<u64> {
    match bytes.len() {
        4 => Some(u64::from(Cursor(bytes).u32()?)),
        8 => Some(u64::from_le_bytes(bytes.try_into().ok()?)),
        _ => None,
    }
}

/// Little-endian fields, read one after the other.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// A count, then so many numbers.
    fn u16_array(&mut self) -> Option<impl Iterator<Item = u16> + use<'a>> {
        let count = usize::try_from(self.u32()?).ok()?;
        let elements = self.take(count.checked_mul(2)?)?.chunks_exact(2);
        Some(elements.map(|two| u16::from_le_bytes([two[0], two[1]])))
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    /// A count of UTF-16 units in one byte, then the units; the text ends at the first zero.
    fn string(&mut self) -> Option<String> {
        let count = usize::from(self.take(1)?[0]);
        let units: Vec<u16> = self
            .take(2 * count)?
            .chunks_exact(2)
            .map(|two| u16::from_le_bytes([two[0], two[1]]))
            .take_while(|unit| *unit != 0)
            .collect();
        Some(String::from_utf16_lossy(&units))
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

    fn object_info() -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(0x0001_0001_u32.to_le_bytes());
        bytes.extend(0x3801_u16.to_le_bytes());
        bytes.extend(0_u16.to_le_bytes());
        bytes.extend(749_387_u32.to_le_bytes());
        bytes.extend([0; 26]);
        bytes.extend(7_u32.to_le_bytes());
        bytes.extend(0_u16.to_le_bytes());
        bytes.extend([0; 8]);
        bytes.extend(string("Größe 🎂.jpg"));
        bytes.extend(string("20240101T000000"));
        bytes.extend(string("20480000T000000"));
        bytes.extend([0]);
        bytes
    }

    #[test]
    fn object_info_keeps_the_text_of_its_time() {
        let info = ObjectInfo::parse(&object_info()).expect("whole");
        assert_eq!(info.filename, "Größe 🎂.jpg");
        assert_eq!(info.modified, "20480000T000000");
        assert_eq!(info.compressed_size_bytes, 749_387);
        assert_eq!(info.parent, 7);
        assert!(!info.is_folder());
    }

    #[test]
    fn object_info_cut_anywhere_is_refused_or_lacks_only_its_time() {
        let whole = object_info();
        for length in 0..whole.len() {
            if let Some(info) = ObjectInfo::parse(&whole[..length]) {
                assert_eq!(info.filename, "Größe 🎂.jpg", "{length}");
                let complete = length + 1 == whole.len();
                assert_eq!(info.modified.is_empty(), !complete, "{length}");
            }
        }
    }

    #[test]
    fn arrays_are_read_whole_or_refused() {
        let two = [2, 0, 0, 0, 1, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF];
        let table: &[(&[u8], Option<Vec<u32>>)] = &[
            (&[], Some(vec![])),
            (&[0, 0, 0, 0], Some(vec![])),
            (&two, Some(vec![1, 0xFFFF_FFFE])),
            (&two[..11], None),
            (&two[..3], None),
            (&[0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0], None),
        ];
        for (bytes, elements) in table {
            assert_eq!(u32_array(bytes), *elements, "{bytes:?}");
        }
    }

    #[test]
    fn numbers_of_either_width_are_read() {
        assert_eq!(unsigned(&[1, 0, 0, 0]), Some(1));
        assert_eq!(unsigned(&[0, 0, 0, 0, 1, 0, 0, 0]), Some(1 << 32));
        assert_eq!(unsigned(&[1, 0]), None);
    }
}
