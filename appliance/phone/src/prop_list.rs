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
use mtp_rs::ptp::{OperationCode, PtpError};

use crate::dataset::{self, PropElement, PropValue};
use crate::device::{Description, Device};
use crate::error::family;
use crate::session::Handle;

/// Folders with fewer objects are not worth the four answers, nor the sample of three while the device is not known.
const OBJECTS_MIN: usize = 5;
const OBJECTS_MIN_UNTRIED: usize = 8;

const OBJECT_FORMAT: u16 = 0xDC02;
const OBJECT_SIZE: u16 = 0xDC04;
const OBJECT_FILE_NAME: u16 = 0xDC07;
const DATE_MODIFIED: u16 = 0xDC09;

/// The properties asked for (MTP 1.1, appendix B.1); with fewer an object is not described.
const PROPERTIES: [u16; 4] = [OBJECT_FILE_NAME, OBJECT_FORMAT, OBJECT_SIZE, DATE_MODIFIED];

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
    between: &mut dyn FnMut(),
) -> Result<HashMap<Handle, Description>, SourceError> {
    let objects_min = match device.prop_lists {
        PropLists::Off => return Ok(HashMap::new()),
        PropLists::Untried => OBJECTS_MIN_UNTRIED,
        PropLists::Trusted => OBJECTS_MIN,
    };
    if handles.len() < objects_min {
        return Ok(HashMap::new());
    }
    // Of what is not in the folder nothing is kept: Android's lists have the folder itself, too.
    let mut drafts: HashMap<u32, Draft> = handles
        .iter()
        .map(|handle| (handle.number, Draft::default()))
        .collect();
    for property in PROPERTIES {
        if !ask(device, folder, property, &mut drafts)? {
            return Ok(HashMap::new());
        }
        between();
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

/// Asks for one property of all objects in a folder; `false`, and never again, where the device fails at that.
fn ask(
    device: &mut Device,
    folder: Handle,
    property: u16,
    drafts: &mut HashMap<u32, Draft>,
) -> Result<bool, SourceError> {
    const WHAT: &str = "a property list";
    const DEPTH_CHILDREN: u32 = 1;
    let parameters = [0, u32::from(property), 0, DEPTH_CHILDREN];
    let operation = OperationCode::GetObjectPropList;
    let answer = device
        .session
        .read_of(folder, operation, &parameters)
        .and_then(|bytes| {
            dataset::prop_list(&bytes, &mut |element| {
                // An answer must not overwrite what another has said.
                if element.property == property
                    && let Some(draft) = drafts.get_mut(&element.handle)
                {
                    draft.set(element);
                }
            })
            .ok_or_else(|| PtpError::invalid_data(WHAT))
        });
    match answer {
        Ok(()) => Ok(true),
        Err(error @ PtpError::Disconnected) => Err(family(error, WHAT)),
        Err(error) => {
            log::info!("property lists are not used: {property:#06x}: {error}");
            device.prop_lists = PropLists::Off;
            Ok(false)
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
    fn set(&mut self, element: PropElement) {
        match (element.property, element.value) {
            (OBJECT_FILE_NAME, PropValue::Text(name)) => self.name = Some(name),
            (DATE_MODIFIED, PropValue::Text(modified)) => self.modified = Some(modified),
            (OBJECT_FORMAT, PropValue::Unsigned { value, bytes: 2 }) => {
                self.format = u16::try_from(value).ok();
            }
            (OBJECT_SIZE, PropValue::Unsigned { value, bytes: 8 }) => self.size_bytes = Some(value),
            // Other widths and types, a size of 32 bits above all, are no description: the object is asked by itself.
            _ => {}
        }
    }

    fn finish(self) -> Option<Description> {
        let format = self.format?;
        let is_folder = dataset::is_folder_format(format);
        Some(Description {
            name: self.name?,
            is_folder,
            is_heif: dataset::is_heif_format(format),
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
