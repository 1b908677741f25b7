//! A folder described in four answers (GetObjectPropList, MTP 1.1, section E.2.1) and not one for each object.
//!
//! It only ever speeds up what GetObjectHandles and GetObjectInfo would say: which objects there are is GetObjectHandles' word, an
//! object that the lists leave out or describe in part is asked for by itself, and before a device's lists are believed at all, a
//! sample of them is compared with GetObjectInfo, field by field.
//!
//! Asked for property by property, never for all at once: Android then answers from the first object's format, in seconds or not
//! at all (mtp-rs, `list_by_prop_list`).

use std::collections::HashMap;

use heirloom_engine::SourceError;
use mtp_rs::ptp::{
    ObjectPropListElement, ObjectPropertyCode, OperationCode, PropertyValue, PtpError,
};

use crate::dataset;
use crate::device::{Description, Device};
use crate::error::family;
use crate::session::{ANSWER_BYTES_MAX, Handle};

/// Folders with fewer objects are not worth the four answers.
const OBJECTS_MIN: usize = 8;

/// The properties asked for; with fewer an object is not described.
const PROPERTIES: [ObjectPropertyCode; 4] = [
    ObjectPropertyCode::ObjectFileName,
    ObjectPropertyCode::ObjectFormat,
    ObjectPropertyCode::ObjectSize,
    ObjectPropertyCode::DateModified,
];

/// How far a device's property lists are believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PropLists {
    /// It says that it has them.
    Untried,
    /// A sample agreed with GetObjectInfo.
    Trusted,
    /// Not offered, refused, unreadable, or found to disagree.
    Off,
}

/// What the answers have said of one object so far.
#[derive(Default)]
struct Draft {
    name: Option<String>,
    format: Option<u16>,
    size_bytes: Option<u64>,
    modified: Option<String>,
}

/// Describes as many of these objects of a folder as the device's lists do; none where they are not to be believed.
pub(crate) fn describe_folder(
    device: &mut Device,
    folder: Handle,
    handles: &[Handle],
) -> Result<HashMap<Handle, Description>, SourceError> {
    if device.prop_lists == PropLists::Off || handles.len() < OBJECTS_MIN {
        return Ok(HashMap::new());
    }
    let mut drafts: HashMap<u32, Draft> = HashMap::new();
    for property in PROPERTIES {
        let Some(elements) = ask(device, folder, property)? else {
            return Ok(HashMap::new());
        };
        for element in elements {
            // An answer must not overwrite what another has said.
            if element.property == property {
                drafts.entry(element.handle.0).or_default().set(element);
            }
        }
    }
    let described: HashMap<Handle, Description> = handles
        .iter()
        .filter_map(|handle| Some((*handle, drafts.remove(&handle.number)?.finish()?)))
        .collect();
    if device.prop_lists == PropLists::Untried {
        device.prop_lists = compare_sample(device, handles, &described)?;
        log::info!("property lists: {:?}", device.prop_lists);
    }
    Ok(if device.prop_lists == PropLists::Trusted {
        described
    } else {
        HashMap::new()
    })
}

/// One property of all objects in a folder; `None`, and never again, where the device fails at that.
fn ask(
    device: &mut Device,
    folder: Handle,
    property: ObjectPropertyCode,
) -> Result<Option<Vec<ObjectPropListElement>>, SourceError> {
    const DEPTH_CHILDREN: u32 = 1;
    let parameters = [0, u32::from(u16::from(property)), 0, DEPTH_CHILDREN];
    let answer = device
        .session
        .read_of(
            folder,
            OperationCode::GetObjectPropList,
            &parameters,
            ANSWER_BYTES_MAX,
        )
        .and_then(|bytes| ObjectPropListElement::list_from_bytes(&bytes));
    match answer {
        Ok(elements) => Ok(Some(elements)),
        Err(error @ PtpError::Disconnected) => Err(family(error, "a property list")),
        Err(error) => {
            log::info!("property lists are not used: {property:?}: {error}");
            device.prop_lists = PropLists::Off;
            Ok(None)
        }
    }
}

/// Compares the first, the middle and the last of what was described with what each object says of itself.
fn compare_sample(
    device: &mut Device,
    handles: &[Handle],
    described: &HashMap<Handle, Description>,
) -> Result<PropLists, SourceError> {
    let known: Vec<Handle> = handles
        .iter()
        .copied()
        .filter(|handle| described.contains_key(handle))
        .collect();
    let Some(last) = known.len().checked_sub(1) else {
        return Ok(PropLists::Off);
    };
    let mut verdict = PropLists::Untried;
    for handle in [known[0], known[last / 2], known[last]] {
        match device.describe(handle) {
            Ok(alone) => {
                let agree = described.get(&handle).is_some_and(|listed| {
                    listed.name == alone.name
                        && listed.is_folder == alone.is_folder
                        && listed.modified == alone.modified
                        && (alone.is_folder || listed.size_bytes == alone.size_bytes)
                });
                if !agree {
                    return Ok(PropLists::Off);
                }
                verdict = PropLists::Trusted;
            }
            Err(error @ SourceError::Gone) => return Err(error),
            // This one can't be compared; the listing will meet the error again and report it.
            Err(error) => log::info!("a sample could not be compared: {error}"),
        }
    }
    Ok(verdict)
}

impl Draft {
    fn set(&mut self, element: ObjectPropListElement) {
        match (element.property, element.value) {
            (ObjectPropertyCode::ObjectFileName, Some(PropertyValue::String(name))) => {
                self.name = Some(name);
            }
            (ObjectPropertyCode::DateModified, Some(PropertyValue::String(modified))) => {
                self.modified = Some(modified);
            }
            (ObjectPropertyCode::ObjectFormat, Some(PropertyValue::Uint16(format))) => {
                self.format = Some(format);
            }
            (ObjectPropertyCode::ObjectSize, Some(PropertyValue::Uint64(size_bytes))) => {
                self.size_bytes = Some(size_bytes);
            }
            // Other widths and types, a size of 32 bits above all, are no description: the object is asked by itself.
            _ => {}
        }
    }

    fn finish(self) -> Option<Description> {
        let is_folder = dataset::is_folder_format(self.format?);
        Some(Description {
            name: self.name?,
            is_folder,
            size_bytes: if is_folder {
                self.size_bytes.unwrap_or_default()
            } else {
                self.size_bytes?
            },
            modified: if is_folder {
                self.modified.unwrap_or_default()
            } else {
                self.modified?
            },
            parent: None,
        })
    }
}
