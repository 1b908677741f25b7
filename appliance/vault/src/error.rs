//! What can be wrong with a header, with its key slots and with what is asked of them. Nothing in it is secret.

use std::io;

use thiserror::Error;

use crate::header::HeaderCopy;
use crate::name::Name;

/// Neither copy of the header can be used.
#[derive(Debug, Error)]
pub enum HeaderError {
    /// Nothing here looks like a LUKS header, at none of the places where one may be.
    #[error("this is no LUKS device: there is no header at any place where one may be")]
    NotLuks,
    /// It is LUKS, but of a version that is not read here.
    #[error("this is LUKS version {version}; only version 2 can be read")]
    OtherVersion {
        /// The version it states.
        version: u16,
    },
    /// Both copies are damaged.
    #[error("both copies of the LUKS2 header are damaged (first: {primary}; second: {secondary})")]
    BothDamaged {
        /// What is wrong with the first copy.
        primary: CopyFault,
        /// What is wrong with the second copy, where it is found at all.
        secondary: CopyFault,
    },
}

/// Why one copy of the header can't be used.
#[derive(Debug, Error)]
pub enum CopyFault {
    /// It does not begin as a header does: it was overwritten, or never there.
    #[error("there is no header")]
    Absent,
    /// It is of another version of LUKS.
    #[error("it is of version {version}")]
    OtherVersion {
        /// The version it states.
        version: u16,
    },
    /// It says that it belongs elsewhere.
    #[error("it is at byte {found_bytes}, and says that it belongs at byte {stated_bytes}")]
    WrongPlace {
        /// Where it says that it belongs.
        stated_bytes: u64,
        /// Where it is.
        found_bytes: u64,
    },
    /// No header has this size.
    #[error("it says that it has {size_bytes} bytes, which no header has")]
    IllegalSize {
        /// The size it states.
        size_bytes: u64,
    },
    /// Its checksum is made by a function that is not known here.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// Its checksum is wrong: some of it was changed or is worn.
    #[error("its checksum is wrong")]
    Checksum,
    /// What should be JSON does not begin or end as it must.
    #[error("its description does not begin or end as it must")]
    JsonBounds,
    /// What should be JSON is none, or lacks what each header has.
    #[error("its description can't be understood")]
    Json(#[source] serde_json::Error),
    /// It contradicts itself.
    #[error("it contradicts itself: {0}")]
    Inconsistent(Inconsistency),
    /// The medium does not give it.
    #[error("it can't be read")]
    Unreadable(#[source] io::Error),
}

/// A contradiction within a header, or with the device that it is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Inconsistency {
    /// The description's size is not what the binary header leaves for it.
    #[error("the size of its description")]
    JsonSize,
    /// The area of a key slot is not within the area of all of them.
    #[error("the place of a key slot")]
    SlotArea,
    /// A field that a key slot of this kind has is missing.
    #[error("a field of a key slot is missing")]
    SlotField,
    /// A key slot's sizes or counts are out of proportion.
    #[error("a size or a count of a key slot")]
    SlotSize,
    /// A salt or a digest is not what it should be.
    #[error("a salt or a digest")]
    Encoding,
    /// The encrypted data begin within the header, beyond the device's end, or not on a sector; or are longer than the device.
    #[error("the place of the encrypted data")]
    SegmentArea,
    /// No digest says which keys are right for the data, or more than one.
    #[error("the digest of the data's key")]
    Digest,
}

/// What a header asks for and this reader lacks. All of it can be opened by other programs.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{feature} {name} is not supported")]
pub struct Unsupported {
    /// What kind of thing.
    pub feature: Feature,
    /// Which one.
    pub name: Name,
}

impl Unsupported {
    pub(crate) fn new(feature: Feature, name: &str) -> Self {
        Self {
            feature,
            name: Name::new(name),
        }
    }
}

/// The kinds of things that a header names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Feature {
    /// A cipher with its mode and its initial vectors, as `aes-xts-plain64`.
    Cipher,
    /// The length of a key, in bits.
    KeyBits,
    /// The size of a sector, in bytes.
    SectorBytes,
    /// A hash function.
    Hash,
    /// How a key is made of a passphrase.
    KeyDerivation,
    /// What a reader must know to touch the device at all, such as an encryption that was interrupted.
    Requirement,
    /// The kind of a part of the device.
    Segment,
    /// The number of such parts: there are several while a device is being encrypted.
    SegmentCount,
    /// The kind of a key slot.
    KeySlot,
    /// The kind of a digest.
    Digest,
    /// How a key is spread over its slot.
    Splitter,
    /// Integrity data between the sectors.
    Integrity,
}

impl std::fmt::Display for Feature {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Cipher => "the cipher",
            Self::KeyBits => "a key with this number of bits:",
            Self::SectorBytes => "a sector with this number of bytes:",
            Self::Hash => "the hash function",
            Self::KeyDerivation => "the key derivation",
            Self::Requirement => "the requirement",
            Self::Segment => "the kind of segment",
            Self::SegmentCount => "this number of segments:",
            Self::KeySlot => "the kind of key slot",
            Self::Digest => "the kind of digest",
            Self::Splitter => "the splitter",
            Self::Integrity => "the integrity protection",
        })
    }
}

/// Why a key slot can't be tried, which says nothing about the passphrase.
#[derive(Debug, Error)]
pub enum SlotFault {
    /// It needs what is not known here.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// Its description contradicts itself.
    #[error("its description is damaged: {0}")]
    Inconsistent(Inconsistency),
    /// It opens something else than the data.
    #[error("its key is not that of the data")]
    Unbound,
    /// Its key derivation needs more memory than the caller allows.
    #[error("it needs {needed_kib} KiB of memory, and {allowed_kib} are allowed")]
    TooMuchMemory {
        /// What it needs.
        needed_kib: u32,
        /// What the caller allows.
        allowed_kib: u32,
    },
    /// Its key derivation needs more time than the caller allows.
    #[error("it needs {needed_steps} steps, and {allowed_steps} are allowed")]
    TooMuchWork {
        /// What it needs: iterations of PBKDF2, or KiB times passes of Argon2.
        needed_steps: u64,
        /// What the caller allows.
        allowed_steps: u64,
    },
    /// The computer does not have the memory that its key derivation needs.
    #[error("this computer does not have the {needed_kib} KiB of memory that it needs")]
    OutOfMemory {
        /// What it needs.
        needed_kib: u32,
    },
    /// The medium does not give it.
    #[error("it can't be read")]
    Unreadable(#[source] io::Error),
}

/// A key slot that was not tried, and why.
#[derive(Debug, Error)]
#[error("key slot {slot}: {fault}")]
pub struct PassedOver {
    /// Its number.
    pub slot: u8,
    /// Why.
    #[source]
    pub fault: SlotFault,
}

/// A device is not unlocked.
#[derive(Debug, Error)]
pub enum UnlockError {
    /// The passphrase opens none of the slots that were tried.
    #[error("the passphrase is wrong")]
    WrongPassphrase {
        /// The slots that were tried.
        tried: Vec<u8>,
        /// Those that could not be tried. If there are any, the passphrase may be right for one of them.
        passed_over: Vec<PassedOver>,
    },
    /// There is no key slot with this number.
    #[error("there is no key slot {slot}")]
    NoSuchSlot {
        /// The number that was asked for.
        slot: u8,
    },
    /// No slot could be tried at all.
    #[error("no key slot can be tried{}", first_of(.passed_over))]
    NoSlotToTry {
        /// Each of them, and why. It is empty where the header has no slot for the data.
        passed_over: Vec<PassedOver>,
    },
    /// The data are encrypted in a way that is not known here.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// The header contradicts itself about the data.
    #[error("the header contradicts itself: {0}")]
    Inconsistent(Inconsistency),
}

fn first_of(passed_over: &[PassedOver]) -> String {
    passed_over
        .first()
        .map(|first| format!(": {first}"))
        .unwrap_or_default()
}

/// Decrypted bytes can't be had.
#[derive(Debug, Error)]
pub enum PlainError {
    /// The header describes data that can't be read here.
    #[error(transparent)]
    NotReadable(Box<UnlockError>),
    /// The device is shorter than the header says.
    #[error("the device ends before its encrypted data do")]
    TooShort,
    /// There are no bytes there.
    #[error(
        "{length_bytes} bytes at byte {offset_bytes} are beyond the end, which is at {size_bytes}"
    )]
    BeyondEnd {
        /// Where they should begin.
        offset_bytes: u64,
        /// How many were asked for.
        length_bytes: usize,
        /// How many there are in all.
        size_bytes: u64,
    },
    /// The medium does not give them.
    #[error("the device can't be read at byte {device_bytes}")]
    Unreadable {
        /// Where on the device.
        device_bytes: u64,
        /// What it says.
        #[source]
        source: io::Error,
    },
}

/// Names a copy of the header in messages.
impl std::fmt::Display for HeaderCopy {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Primary => "the first header",
            Self::Secondary => "the second header",
        })
    }
}
