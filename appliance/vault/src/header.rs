//! The header in its two copies: which one counts, and what is wrong with the other one.

use std::io;

use crate::binary_header::{BINARY_BYTES, BinaryHeader, SIZES_BYTES, json_text};
use crate::error::{CopyFault, HeaderError};
use crate::metadata::{Metadata, Priority};
use crate::name::Name;
use crate::port::ReadAt;

/// One of the two copies of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderCopy {
    /// At the beginning of the device.
    Primary,
    /// Behind the first one.
    Secondary,
}

/// How a copy of the header is.
#[derive(Debug)]
pub enum CopyState {
    /// As it should be.
    Good,
    /// Whole, but from before the last change: the power failed between writing the two.
    Older {
        /// Its number; the other one's is higher.
        sequence_id: u64,
    },
    /// It can't be used.
    Damaged(CopyFault),
}

/// A LUKS2 header: the newer one of its valid copies.
#[derive(Debug)]
pub struct Header {
    used: HeaderCopy,
    other: CopyState,
    size_bytes: u64,
    sequence_id: u64,
    label: Name,
    uuid: Name,
    pub(crate) metadata: Metadata,
}

/// What a header says of a key slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotFacts {
    /// Its number.
    pub number: u8,
    /// When it is tried.
    pub priority: Priority,
    /// Whether this reader can open it, given the passphrase, as far as the header says.
    pub is_supported: bool,
}

/// A copy that was read and is valid.
struct ValidCopy {
    binary: BinaryHeader,
    metadata: Metadata,
}

impl Header {
    /// Reads the header of `device`, or of a backup of the header. Of two valid copies the newer one counts; where the first one is damaged,
    /// the second one is looked for at all places where it may be.
    ///
    /// # Errors
    /// Where neither copy is valid: what is wrong with each, or that this is no LUKS2 device at all.
    pub fn read(device: &impl ReadAt) -> Result<Self, HeaderError> {
        let primary = read_copy(device, HeaderCopy::Primary, 0);
        let secondary = match &primary {
            Ok(primary) => read_copy(device, HeaderCopy::Secondary, primary.binary.size_bytes),
            Err(_) => find_secondary(device),
        };
        match (primary, secondary) {
            (Ok(primary), Ok(secondary)) => Ok(Self::newer(primary, secondary)),
            (Ok(primary), Err(fault)) => {
                let other = CopyState::Damaged(fault);
                Ok(Self::new(HeaderCopy::Primary, primary, other))
            }
            (Err(fault), Ok(secondary)) => {
                let other = CopyState::Damaged(fault);
                Ok(Self::new(HeaderCopy::Secondary, secondary, other))
            }
            (Err(CopyFault::OtherVersion { version }), Err(CopyFault::Absent)) => {
                Err(HeaderError::OtherVersion { version })
            }
            (Err(CopyFault::Absent), Err(CopyFault::Absent)) => Err(HeaderError::NotLuks),
            (Err(primary), Err(secondary)) => Err(HeaderError::BothDamaged { primary, secondary }),
        }
    }

    fn newer(primary: ValidCopy, secondary: ValidCopy) -> Self {
        let (first, second) = (primary.binary.sequence_id, secondary.binary.sequence_id);
        let older = |sequence_id| CopyState::Older { sequence_id };
        if second > first {
            return Self::new(HeaderCopy::Secondary, secondary, older(first));
        }
        let other = match second < first {
            true => older(second),
            false => CopyState::Good,
        };
        Self::new(HeaderCopy::Primary, primary, other)
    }

    fn new(used: HeaderCopy, copy: ValidCopy, other: CopyState) -> Self {
        Self {
            used,
            other,
            size_bytes: copy.binary.size_bytes,
            sequence_id: copy.binary.sequence_id,
            label: copy.binary.label,
            uuid: copy.binary.uuid,
            metadata: copy.metadata,
        }
    }

    /// The copy that counts, which is good.
    pub fn used_copy(&self) -> HeaderCopy {
        self.used
    }

    /// How the other copy is. What is not [`CopyState::Good`] should be repaired, by someone who may write.
    pub fn other_copy(&self) -> &CopyState {
        &self.other
    }

    /// The length of one copy, in bytes.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Its number, one up at each change.
    pub fn sequence_id(&self) -> u64 {
        self.sequence_id
    }

    /// The label that somebody gave it, or nothing.
    pub fn label(&self) -> &Name {
        &self.label
    }

    /// The UUID of the device.
    pub fn uuid(&self) -> &Name {
        &self.uuid
    }

    /// Its key slots, in the order of their numbers.
    pub fn slots(&self) -> impl Iterator<Item = SlotFacts> {
        self.metadata.slots.iter().map(|slot| SlotFacts {
            number: slot.number,
            priority: slot.priority,
            is_supported: slot.is_of_data && slot.recipe.is_ok(),
        })
    }
}

fn read_copy(
    device: &impl ReadAt,
    copy: HeaderCopy,
    at_bytes: u64,
) -> Result<ValidCopy, CopyFault> {
    let mut beginning = [0; BINARY_BYTES];
    device
        .read_at(at_bytes, &mut beginning)
        .map_err(unreadable)?;
    let binary = BinaryHeader::parse(&beginning, copy, at_bytes)?;
    // At most 4 MiB, because only the sizes of the specification pass.
    let mut whole = vec![0; usize::try_from(binary.size_bytes).expect("4 MiB at most")];
    device.read_at(at_bytes, &mut whole).map_err(unreadable)?;
    if !binary.is_checksum_of(&whole) {
        return Err(CopyFault::Checksum);
    }
    let metadata = Metadata::parse(json_text(&whole[BINARY_BYTES..])?, binary.size_bytes)?;
    Ok(ValidCopy { binary, metadata })
}

/// Beyond the end of a device there is nothing; that is no fault of the medium.
fn unreadable(error: io::Error) -> CopyFault {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => CopyFault::Absent,
        _ => CopyFault::Unreadable(error),
    }
}

/// The first valid one, as cryptsetup has it, or the fault that says most.
fn find_secondary(device: &impl ReadAt) -> Result<ValidCopy, CopyFault> {
    let mut found = CopyFault::Absent;
    for at_bytes in SIZES_BYTES {
        match read_copy(device, HeaderCopy::Secondary, at_bytes) {
            Ok(copy) => return Ok(copy),
            Err(CopyFault::Absent) => {}
            Err(fault) if matches!(found, CopyFault::Absent) => found = fault,
            Err(_) => {}
        }
    }
    Err(found)
}
