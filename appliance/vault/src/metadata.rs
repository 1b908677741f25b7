//! What the JSON area says, checked: key slots that can be opened, the segment of the encrypted data, and the digest of its key.
//!
//! What is wrong with one key slot is kept with that slot, so that the others can still be opened.

use base64ct::{Base64, Encoding};

use crate::binary_header::BINARY_BYTES;
use crate::error::{CopyFault, Feature, Inconsistency, SlotFault, UnlockError, Unsupported};
use crate::hash::DIGEST_MAX_BYTES;
use crate::json;
use crate::recipe::{Recipe, SlotAreas};
use crate::segment::{self, Segment};

/// The longest salt or digest that is taken. cryptsetup makes 32 bytes of each.
const ENCODED_MAX_BYTES: usize = DIGEST_MAX_BYTES;

#[derive(Clone, Debug)]
pub(crate) struct Metadata {
    /// In the order of their numbers.
    pub(crate) slots: Vec<Slot>,
    /// The encrypted data, or why they can't be read whatever the passphrase.
    pub(crate) segment: Result<Segment, Fault>,
}

/// A key slot: when it is tried, and how.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) number: u8,
    pub(crate) priority: Priority,
    /// Whether its key is that of the data, as far as the digests say.
    pub(crate) is_of_data: bool,
    /// How it is opened, or why it can't be, whatever the passphrase.
    pub(crate) recipe: Result<Recipe, Fault>,
}

/// When a key slot is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Only when it is asked for by number.
    Ignore,
    /// After the preferred ones.
    Normal,
    /// Before the others.
    Prefer,
}

/// Why a part of the description can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Unsupported(Unsupported),
    Inconsistent(Inconsistency),
}

impl Metadata {
    /// Reads `text`, the JSON area of a copy of the header that has `header_bytes` in all.
    pub(crate) fn parse(text: &[u8], header_bytes: u64) -> Result<Self, CopyFault> {
        let shape: json::Metadata = serde_json::from_slice(text).map_err(CopyFault::Json)?;
        let json_bytes = shape.config.json_size.0;
        if json_bytes.checked_add(BINARY_BYTES as u64) != Some(header_bytes) {
            return Err(CopyFault::Inconsistent(Inconsistency::JsonSize));
        }
        let areas = SlotAreas {
            start_bytes: 2 * header_bytes,
            size_bytes: shape.config.keyslots_size.0,
        };
        let digest = segment::digest_of_data(&shape).ok();
        let slots = shape.keyslots.0.iter().map(|(number, slot)| Slot {
            number: *number,
            priority: match slot.priority {
                Some(0) => Priority::Ignore,
                Some(2) => Priority::Prefer,
                _ => Priority::Normal,
            },
            is_of_data: digest.is_some_and(|digest| digest.keyslots.contains(*number)),
            recipe: Recipe::parse(slot, &areas),
        });
        Ok(Self {
            slots: slots.collect(),
            segment: Segment::parse(&shape),
        })
    }
}

/// The only cipher that cryptsetup has ever chosen for LUKS2 by itself.
pub(crate) fn check_cipher(name: &str) -> Result<(), Unsupported> {
    if name == "aes-xts-plain64" {
        return Ok(());
    }
    Err(Unsupported::new(Feature::Cipher, name))
}

/// Decodes a salt or a digest.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Inconsistency> {
    let mut buffer = [0; ENCODED_MAX_BYTES];
    let bytes = Base64::decode(text, &mut buffer).map_err(|_| Inconsistency::Encoding)?;
    Ok(bytes.to_vec())
}

impl From<Unsupported> for Fault {
    fn from(unsupported: Unsupported) -> Self {
        Self::Unsupported(unsupported)
    }
}

impl From<Inconsistency> for Fault {
    fn from(inconsistency: Inconsistency) -> Self {
        Self::Inconsistent(inconsistency)
    }
}

impl From<Fault> for SlotFault {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unsupported(unsupported) => Self::Unsupported(unsupported),
            Fault::Inconsistent(inconsistency) => Self::Inconsistent(inconsistency),
        }
    }
}

impl From<Fault> for UnlockError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unsupported(unsupported) => Self::Unsupported(unsupported),
            Fault::Inconsistent(inconsistency) => Self::Inconsistent(inconsistency),
        }
    }
}
