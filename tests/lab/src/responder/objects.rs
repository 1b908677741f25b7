//! Which objects there are, by their handles, and what is said of each.

use super::codes::{FORMAT_ASSOCIATION, data_type, format_of, is_picture, property, response};
use super::dataset::Dataset;
use super::state::State;
use super::thumbnail;
use crate::library::Object;
use crate::profile::ParentZero;

/// Where a storage or a parent is asked for: all storages, the root.
const ALL: u32 = 0xFFFF_FFFF;

impl State {
    /// What GetObjectHandles answers.
    pub(crate) fn handles(&self, storage: u32, format: u32, parent: u32) -> Result<Vec<u32>, u16> {
        let places = self.storage_places(storage)?;
        if format != 0 {
            return Err(response::SPECIFICATION_BY_FORMAT_UNSUPPORTED);
        }
        let numbers: Vec<u32> = match (parent, self.profile.parent_zero) {
            (0, ParentZero::Refused) => return Err(response::INVALID_OBJECT_HANDLE),
            (0, ParentZero::Everything) => self.everything(&places, false),
            (0, ParentZero::Folders) => self.everything(&places, true),
            (0 | ALL, _) => {
                let storages = self.library.storages().iter().enumerate();
                let asked = storages.filter(|(place, _)| places.contains(place));
                asked
                    .flat_map(|(_, storage)| storage.root.iter().copied())
                    .collect()
            }
            (handle, _) => {
                let (_, object) = self.by_handle(handle)?;
                object
                    .children()
                    .ok_or(response::INVALID_PARENT_OBJECT)?
                    .to_vec()
            }
        };
        Ok(numbers
            .into_iter()
            .map(|number| self.handle(number))
            .collect())
    }

    fn storage_places(&self, storage: u32) -> Result<Vec<usize>, u16> {
        let count = self.library.storages().len();
        let places: Vec<usize> = (0..count)
            .filter(|place| storage == ALL || self.storage_id(*place) == storage)
            .collect();
        if places.is_empty() && storage != ALL {
            return Err(response::INVALID_STORAGE_ID);
        }
        Ok(places)
    }

    fn everything(&self, places: &[usize], only_folders: bool) -> Vec<u32> {
        let count = u32::try_from(self.library.object_count()).unwrap_or(u32::MAX);
        let is_asked = |number: &u32| {
            self.library.object(*number).is_some_and(|object| {
                places.contains(&usize::from(object.storage))
                    && (object.is_folder() || !only_folders)
            })
        };
        (0..count).filter(is_asked).collect()
    }

    /// ObjectInfo (MTP 1.1, section 5.3.1).
    pub(crate) fn object_info(&self, object: &Object) -> Vec<u8> {
        let size_bytes = stated(object, self.profile.stated_sizes.object_info_by_bytes);
        let modified = object.modified();
        let (thumb_format, thumb_bytes, [thumb_width, thumb_height]) = self.thumb_facts(object);
        Dataset::default()
            .u32(self.storage_id(usize::from(object.storage)))
            .u16(format(object))
            // Not protected.
            .u16(0)
            .u32(u32::try_from(size_bytes).unwrap_or(u32::MAX))
            .u16(thumb_format)
            .u32(thumb_bytes)
            .u32(thumb_width.into())
            .u32(thumb_height.into())
            // The picture's width, height and depth: not known.
            .raw(&[0; 3 * 4])
            .u32(self.parent(object))
            // A generic folder, or no folder.
            .u16(u16::from(object.is_folder()))
            // Its description and its place in a sequence.
            .u32(0)
            .u32(0)
            .units(&object.name)
            .string(&modified)
            .string(&modified)
            // No keywords.
            .string("")
            .0
    }

    /// The folder that it says it is in; 0 for the root, or what the profile has for it.
    fn parent(&self, object: &Object) -> u32 {
        let of_root = self.profile.root_parent.map_or(0, |parent| parent.0);
        let parent = object.claimed_parent.or(object.parent);
        parent.map_or(of_root, |parent| self.handle(parent))
    }

    /// ThumbFormat, ThumbCompressedSize, ThumbPixWidth and ThumbPixHeight; zeros for what has no thumbnail.
    fn thumb_facts(&self, object: &Object) -> (u16, u32, [u16; 2]) {
        let bytes = self.thumbnail(object);
        match (
            self.profile.thumbnails,
            bytes.map(|bytes| u32::try_from(bytes.len())),
        ) {
            (Some(thumbnails), Some(Ok(length_bytes))) => {
                (thumbnails.format.0, length_bytes, thumbnails.stated_pixels)
            }
            _ => (0, 0, [0, 0]),
        }
    }

    /// The thumbnail of a picture, where the device makes any.
    pub(crate) fn thumbnail(&self, object: &Object) -> Option<Vec<u8>> {
        let thumbnails = self.profile.thumbnails?;
        if !is_picture(format(object)) {
            return None;
        }
        let [width, height] = thumbnails.pixels;
        let name = String::from_utf16_lossy(&object.name);
        Some(thumbnail::jpeg(width, height, &name))
    }

    /// ObjectPropDesc (MTP 1.1, section 5.3.2.3).
    pub(crate) fn property_description(&self, code: u32) -> Result<Vec<u8>, u16> {
        const READ_ONLY: u8 = 0;
        const NO_FORM: u8 = 0;
        let code = self.known_property(code)?;
        let kind = kind_of(code).ok_or(response::INVALID_OBJECT_PROP_CODE)?;
        let default = match kind {
            data_type::STRING => Dataset::default().string(""),
            data_type::UINT16 => Dataset::default().u16(0),
            data_type::UINT32 => Dataset::default().u32(0),
            data_type::UINT64 => Dataset::default().u64(0),
            _ => Dataset::default().u128(0),
        };
        Ok(Dataset::default()
            .u16(code)
            .u16(kind)
            .u8(READ_ONLY)
            .raw(&default.0)
            // Of no group.
            .u32(0)
            .u8(NO_FORM)
            .0)
    }

    /// A property's value, as GetObjectPropValue answers.
    pub(crate) fn property_value(&self, handle: u32, code: u32) -> Result<Vec<u8>, u16> {
        let (_, object) = self.by_handle(handle)?;
        let code = self.known_property(code)?;
        let size_bytes = stated(object, self.profile.stated_sizes.property_by_bytes);
        self.value(object, code, size_bytes)
            .map(|value| value.0)
            .ok_or(response::INVALID_OBJECT_PROP_CODE)
    }

    /// A list of properties (MTP 1.1, section E.2.1), asked for and refused as in Android's MtpDatabase: by depth 0 or 1, never by group, a
    /// folder together with what is in it.
    pub(crate) fn property_list(&self, parameters: &[u32; 5]) -> Result<Vec<u8>, u16> {
        let [handle, format_asked, code, group, depth] = *parameters;
        if code == 0 {
            return Err(if group == 0 {
                response::PARAMETER_NOT_SUPPORTED
            } else {
                response::SPECIFICATION_BY_GROUP_UNSUPPORTED
            });
        }
        let codes = if code == ALL {
            self.profile
                .object_properties
                .iter()
                .map(|code| code.0)
                .collect()
        } else {
            vec![self.known_property(code)?]
        };
        let objects = self.listed_objects(handle, depth)?;
        let asked = objects
            .into_iter()
            .filter_map(|number| Some((number, self.library.object(number)?)))
            .filter(|(_, object)| format_asked == 0 || u32::from(format(object)) == format_asked);
        let mut count = 0;
        let mut elements = Dataset::default();
        for (number, object) in asked {
            let size_bytes = stated(object, self.profile.stated_sizes.property_list_by_bytes);
            for code in &codes {
                let kind = kind_of(*code).ok_or(response::INVALID_OBJECT_PROP_CODE)?;
                let value = self.value(object, *code, size_bytes);
                let value = value.ok_or(response::INVALID_OBJECT_PROP_CODE)?;
                count += 1;
                elements = elements
                    .u32(self.handle(number))
                    .u16(*code)
                    .u16(kind)
                    .raw(&value.0);
            }
        }
        Ok(Dataset::default().u32(count).raw(&elements.0).0)
    }

    fn listed_objects(&self, handle: u32, depth: u32) -> Result<Vec<u32>, u16> {
        let from_root = handle == 0 || handle == ALL;
        let everything = from_root && depth == ALL || handle == ALL && depth == 0;
        if everything {
            let places: Vec<usize> = (0..self.library.storages().len()).collect();
            return Ok(self.everything(&places, false));
        }
        if depth > 1 {
            return Err(response::SPECIFICATION_BY_DEPTH_UNSUPPORTED);
        }
        if from_root {
            let storages = self.library.storages().iter();
            return Ok(storages
                .flat_map(|storage| storage.root.iter().copied())
                .collect());
        }
        let (number, object) = self.by_handle(handle)?;
        let mut numbers = Vec::new();
        if depth == 1 {
            numbers.extend(object.children().unwrap_or_default());
        }
        numbers.push(number);
        Ok(numbers)
    }

    fn known_property(&self, code: u32) -> Result<u16, u16> {
        let mut known = self.profile.object_properties.iter().map(|known| known.0);
        known
            .find(|known| u32::from(*known) == code)
            .ok_or(response::INVALID_OBJECT_PROP_CODE)
    }

    fn value(&self, object: &Object, code: u16, size_bytes: u64) -> Option<Dataset> {
        let value = Dataset::default();
        Some(match code {
            property::STORAGE_ID => value.u32(self.storage_id(usize::from(object.storage))),
            property::OBJECT_FORMAT => value.u16(format(object)),
            property::PROTECTION_STATUS => value.u16(0),
            property::OBJECT_SIZE => value.u64(size_bytes),
            property::OBJECT_FILE_NAME | property::NAME | property::DISPLAY_NAME => {
                value.units(&object.name)
            }
            property::DATE_CREATED | property::DATE_MODIFIED | property::DATE_ADDED => {
                value.string(&object.modified())
            }
            property::PARENT_OBJECT => value.u32(self.parent(object)),
            property::PERSISTENT_UNIQUE_ID => value.u128(self.library.persistent_id(object)),
            _ => return None,
        })
    }
}

/// The data type of a property that some profile may list.
fn kind_of(code: u16) -> Option<u16> {
    Some(match code {
        property::STORAGE_ID | property::PARENT_OBJECT => data_type::UINT32,
        property::OBJECT_FORMAT | property::PROTECTION_STATUS => data_type::UINT16,
        property::OBJECT_SIZE => data_type::UINT64,
        property::PERSISTENT_UNIQUE_ID => data_type::UINT128,
        property::OBJECT_FILE_NAME
        | property::NAME
        | property::DISPLAY_NAME
        | property::DATE_CREATED
        | property::DATE_MODIFIED
        | property::DATE_ADDED => data_type::STRING,
        _ => return None,
    })
}

fn format(object: &Object) -> u16 {
    if object.is_folder() {
        FORMAT_ASSOCIATION
    } else {
        format_of(&String::from_utf16_lossy(&object.name))
    }
}

/// A size as it is said to be.
fn stated(object: &Object, by_bytes: i64) -> u64 {
    match object.size_bytes() {
        0 => 0,
        size_bytes => size_bytes.saturating_add_signed(by_bytes),
    }
}
