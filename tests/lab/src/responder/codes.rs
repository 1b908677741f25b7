//! Numbers of ISO 15740 and MTP 1.1, by the names that the standards give them.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// An operation's code, such as 0x1001. In a profile it is written by its name or in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Operation(pub u16);

macro_rules! operations {
    ($($constant:ident = $code:literal $name:literal;)*) => {
        impl Operation {
            $(#[doc = concat!($name, ", ", stringify!($code), ".")]
            pub const $constant: Self = Self($code);)*
        }
        const OPERATIONS: &[(&str, Operation)] = &[$(($name, Operation::$constant),)*];
    };
}

operations! {
    GET_DEVICE_INFO = 0x1001 "GetDeviceInfo";
    OPEN_SESSION = 0x1002 "OpenSession";
    CLOSE_SESSION = 0x1003 "CloseSession";
    GET_STORAGE_IDS = 0x1004 "GetStorageIDs";
    GET_STORAGE_INFO = 0x1005 "GetStorageInfo";
    GET_NUM_OBJECTS = 0x1006 "GetNumObjects";
    GET_OBJECT_HANDLES = 0x1007 "GetObjectHandles";
    GET_OBJECT_INFO = 0x1008 "GetObjectInfo";
    GET_OBJECT = 0x1009 "GetObject";
    GET_THUMB = 0x100A "GetThumb";
    DELETE_OBJECT = 0x100B "DeleteObject";
    SEND_OBJECT_INFO = 0x100C "SendObjectInfo";
    SEND_OBJECT = 0x100D "SendObject";
    INITIATE_CAPTURE = 0x100E "InitiateCapture";
    FORMAT_STORE = 0x100F "FormatStore";
    RESET_DEVICE = 0x1010 "ResetDevice";
    SET_OBJECT_PROTECTION = 0x1012 "SetObjectProtection";
    POWER_DOWN = 0x1013 "PowerDown";
    GET_DEVICE_PROP_DESC = 0x1014 "GetDevicePropDesc";
    GET_DEVICE_PROP_VALUE = 0x1015 "GetDevicePropValue";
    SET_DEVICE_PROP_VALUE = 0x1016 "SetDevicePropValue";
    RESET_DEVICE_PROP_VALUE = 0x1017 "ResetDevicePropValue";
    TERMINATE_OPEN_CAPTURE = 0x1018 "TerminateOpenCapture";
    MOVE_OBJECT = 0x1019 "MoveObject";
    COPY_OBJECT = 0x101A "CopyObject";
    GET_PARTIAL_OBJECT = 0x101B "GetPartialObject";
    INITIATE_OPEN_CAPTURE = 0x101C "InitiateOpenCapture";
    GET_PARTIAL_OBJECT_64 = 0x95C1 "GetPartialObject64";
    SEND_PARTIAL_OBJECT = 0x95C2 "SendPartialObject";
    TRUNCATE_OBJECT = 0x95C3 "TruncateObject";
    BEGIN_EDIT_OBJECT = 0x95C4 "BeginEditObject";
    END_EDIT_OBJECT = 0x95C5 "EndEditObject";
    GET_OBJECT_PROPS_SUPPORTED = 0x9801 "GetObjectPropsSupported";
    GET_OBJECT_PROP_DESC = 0x9802 "GetObjectPropDesc";
    GET_OBJECT_PROP_VALUE = 0x9803 "GetObjectPropValue";
    SET_OBJECT_PROP_VALUE = 0x9804 "SetObjectPropValue";
    GET_OBJECT_PROP_LIST = 0x9805 "GetObjectPropList";
    SET_OBJECT_PROP_LIST = 0x9806 "SetObjectPropList";
    SEND_OBJECT_PROP_LIST = 0x9808 "SendObjectPropList";
    SET_OBJECT_REFERENCES = 0x9811 "SetObjectReferences";
}

impl Operation {
    /// Whether it would change something on the device.
    pub fn is_writing(self) -> bool {
        const WRITING: &[Operation] = &[
            Operation::DELETE_OBJECT,
            Operation::SEND_OBJECT_INFO,
            Operation::SEND_OBJECT,
            Operation::INITIATE_CAPTURE,
            Operation::FORMAT_STORE,
            Operation::RESET_DEVICE,
            Operation::SET_OBJECT_PROTECTION,
            Operation::POWER_DOWN,
            Operation::SET_DEVICE_PROP_VALUE,
            Operation::RESET_DEVICE_PROP_VALUE,
            Operation::TERMINATE_OPEN_CAPTURE,
            Operation::MOVE_OBJECT,
            Operation::COPY_OBJECT,
            Operation::INITIATE_OPEN_CAPTURE,
            Operation::SEND_PARTIAL_OBJECT,
            Operation::TRUNCATE_OBJECT,
            Operation::BEGIN_EDIT_OBJECT,
            Operation::END_EDIT_OBJECT,
        ];
        WRITING.contains(&self) || self.has_data_from_host()
    }

    /// Whether the host sends data after the command.
    pub(crate) fn has_data_from_host(self) -> bool {
        matches!(
            self,
            Self::SEND_OBJECT_INFO
                | Self::SEND_OBJECT
                | Self::SET_DEVICE_PROP_VALUE
                | Self::SEND_PARTIAL_OBJECT
                | Self::SET_OBJECT_PROP_VALUE
                | Self::SET_OBJECT_PROP_LIST
                | Self::SEND_OBJECT_PROP_LIST
                | Self::SET_OBJECT_REFERENCES
        )
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match OPERATIONS.iter().find(|(_, known)| known == self) {
            Some((name, _)) => formatter.write_str(name),
            None => write!(formatter, "{:#06x}", self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let known = OPERATIONS.iter().find(|(name, _)| *name == text);
        known
            .map(|(_, operation)| *operation)
            .or_else(|| Some(Self(hexadecimal(&text)?.try_into().ok()?)))
            .ok_or_else(|| serde::de::Error::custom(format!("no operation: {text}")))
    }
}

/// A number that a profile writes in hexadecimal, as the standards do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hex(pub u32);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        hexadecimal(&text)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom(format!("not like 0x1A2B: {text}")))
    }
}

/// The same of 16 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hex16(pub u16);

impl<'de> Deserialize<'de> for Hex16 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Hex(number) = Hex::deserialize(deserializer)?;
        u16::try_from(number)
            .map(Self)
            .map_err(|_| serde::de::Error::custom(format!("more than 16 bits: {number:#x}")))
    }
}

fn hexadecimal(text: &str) -> Option<u32> {
    u32::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

/// Response codes (ISO 15740, section 11; MTP 1.1, section F).
pub(crate) mod response {
    pub(crate) const OK: u16 = 0x2001;
    pub(crate) const SESSION_NOT_OPEN: u16 = 0x2003;
    pub(crate) const OPERATION_NOT_SUPPORTED: u16 = 0x2005;
    pub(crate) const PARAMETER_NOT_SUPPORTED: u16 = 0x2006;
    pub(crate) const INVALID_STORAGE_ID: u16 = 0x2008;
    pub(crate) const INVALID_OBJECT_HANDLE: u16 = 0x2009;
    pub(crate) const DEVICE_PROP_NOT_SUPPORTED: u16 = 0x200A;
    pub(crate) const ACCESS_DENIED: u16 = 0x200F;
    pub(crate) const NO_THUMBNAIL_PRESENT: u16 = 0x2010;
    pub(crate) const STORE_NOT_AVAILABLE: u16 = 0x2013;
    pub(crate) const SPECIFICATION_BY_FORMAT_UNSUPPORTED: u16 = 0x2014;
    pub(crate) const INVALID_PARENT_OBJECT: u16 = 0x201A;
    pub(crate) const DEVICE_BUSY: u16 = 0x2019;
    pub(crate) const INVALID_PARAMETER: u16 = 0x201D;
    pub(crate) const SESSION_ALREADY_OPEN: u16 = 0x201E;
    pub(crate) const INVALID_OBJECT_PROP_CODE: u16 = 0xA801;
    pub(crate) const SPECIFICATION_BY_GROUP_UNSUPPORTED: u16 = 0xA807;
    pub(crate) const SPECIFICATION_BY_DEPTH_UNSUPPORTED: u16 = 0xA808;
}

/// Object properties (MTP 1.1, section B).
pub(crate) mod property {
    pub(crate) const STORAGE_ID: u16 = 0xDC01;
    pub(crate) const OBJECT_FORMAT: u16 = 0xDC02;
    pub(crate) const PROTECTION_STATUS: u16 = 0xDC03;
    pub(crate) const OBJECT_SIZE: u16 = 0xDC04;
    pub(crate) const OBJECT_FILE_NAME: u16 = 0xDC07;
    pub(crate) const DATE_CREATED: u16 = 0xDC08;
    pub(crate) const DATE_MODIFIED: u16 = 0xDC09;
    pub(crate) const PARENT_OBJECT: u16 = 0xDC0B;
    pub(crate) const PERSISTENT_UNIQUE_ID: u16 = 0xDC41;
    pub(crate) const NAME: u16 = 0xDC44;
    pub(crate) const DATE_ADDED: u16 = 0xDC4E;
    pub(crate) const DISPLAY_NAME: u16 = 0xDCE0;
}

/// Device properties (ISO 15740, section 13; MTP 1.1, section C).
pub(crate) mod device_property {
    pub(crate) const BATTERY_LEVEL: u16 = 0x5001;
    pub(crate) const DEVICE_FRIENDLY_NAME: u16 = 0xD402;
}

/// Data types (ISO 15740, section 5.3).
pub(crate) mod data_type {
    pub(crate) const UINT8: u16 = 0x0002;
    pub(crate) const UINT16: u16 = 0x0004;
    pub(crate) const UINT32: u16 = 0x0006;
    pub(crate) const UINT64: u16 = 0x0008;
    pub(crate) const UINT128: u16 = 0x000A;
    pub(crate) const STRING: u16 = 0xFFFF;
}

/// Events (ISO 15740, section 12).
pub(crate) mod event {
    pub(crate) const STORE_ADDED: u16 = 0x4004;
    pub(crate) const STORE_REMOVED: u16 = 0x4005;
}

/// The format of a folder.
pub(crate) const FORMAT_ASSOCIATION: u16 = 0x3001;

/// Whether a format is a picture's (MTP 1.1, section A.1: 0x38xx).
pub(crate) fn is_picture(format: u16) -> bool {
    format >> 8 == 0x38
}

/// The object format (MTP 1.1, section A) of a file by its name, as Android's table has it.
pub(crate) fn format_of(name: &str) -> u16 {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension.to_ascii_lowercase().as_str() {
        "txt" => 0x3004,
        "mp3" => 0x3009,
        "avi" => 0x300A,
        "mov" => 0x300D,
        "jpg" | "jpeg" => 0x3801,
        "gif" => 0x3807,
        "png" => 0x380B,
        "tif" | "tiff" => 0x380D,
        "dng" => 0x3811,
        "heic" | "heif" => 0x3812,
        "mp4" | "m4v" => 0xB982,
        "3gp" => 0xB984,
        _ => 0x3000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_read_by_name_or_number() {
        let read = |text: &str| serde_json::from_str::<Operation>(&format!("\"{text}\""));
        assert_eq!(read("GetObject").expect("known"), Operation::GET_OBJECT);
        assert_eq!(read("0x9001").expect("a number"), Operation(0x9001));
        assert!(read("GetNothing").is_err());
        assert!(read("0x12345").is_err());
        assert_eq!(
            format!("{:?} {:?}", Operation::GET_OBJECT, Operation(0x9001)),
            "GetObject 0x9001"
        );
    }

    #[test]
    fn only_what_changes_something_is_writing() {
        let is_reading = |name: &str| name.starts_with("Get") || name.ends_with("Session");
        for (name, operation) in OPERATIONS {
            assert_eq!(operation.is_writing(), !is_reading(name), "{name}");
        }
    }
}
