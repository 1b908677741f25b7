//! The binary part that each copy of the header begins with: 4096 bytes, numbers in big endian. Pure functions of bytes.

use crate::error::{CopyFault, Unsupported};
use crate::hash::{DIGEST_MAX_BYTES, Hash};
use crate::header::HeaderCopy;
use crate::name::Name;

/// Its length. The JSON area begins behind it.
pub(crate) const BINARY_BYTES: usize = 4096;

/// All sizes that one copy of a header may have, with its JSON area; the second copy begins where the first one ends.
pub(crate) const SIZES_BYTES: [u64; 9] = [
    0x4000, 0x8000, 0x1_0000, 0x2_0000, 0x4_0000, 0x8_0000, 0x10_0000, 0x20_0000, 0x40_0000,
];

const MAGIC_BYTES: usize = 6;
const LABEL: std::ops::Range<usize> = 24..72;
const CHECKSUM_ALGORITHM: std::ops::Range<usize> = 72..104;
const UUID: std::ops::Range<usize> = 168..208;
const CHECKSUM: std::ops::Range<usize> = 448..512;

/// What it says, as far as it is asked here.
#[derive(Debug)]
pub(crate) struct BinaryHeader {
    /// Of this copy with its JSON area; one of [`SIZES_BYTES`].
    pub(crate) size_bytes: u64,
    /// One up at each change.
    pub(crate) sequence_id: u64,
    pub(crate) label: Name,
    pub(crate) uuid: Name,
    checksum_hash: Hash,
    checksum: [u8; DIGEST_MAX_BYTES],
}

impl BinaryHeader {
    /// Reads the binary part of the copy that is at `found_bytes`. Its checksum is not looked at: it covers the JSON area too.
    pub(crate) fn parse(
        bytes: &[u8; BINARY_BYTES],
        copy: HeaderCopy,
        found_bytes: u64,
    ) -> Result<Self, CopyFault> {
        let magic: &[u8; MAGIC_BYTES] = match copy {
            HeaderCopy::Primary => b"LUKS\xba\xbe",
            HeaderCopy::Secondary => b"SKUL\xba\xbe",
        };
        if !bytes.starts_with(magic) {
            return Err(CopyFault::Absent);
        }
        let version = u16::from_be_bytes([bytes[6], bytes[7]]);
        if version != 2 {
            return Err(CopyFault::OtherVersion { version });
        }
        let stated_bytes = number(bytes, 256);
        if stated_bytes != found_bytes {
            return Err(CopyFault::WrongPlace {
                stated_bytes,
                found_bytes,
            });
        }
        let size_bytes = number(bytes, 8);
        let is_where_the_first_ends = copy == HeaderCopy::Primary || size_bytes == found_bytes;
        if !SIZES_BYTES.contains(&size_bytes) || !is_where_the_first_ends {
            return Err(CopyFault::IllegalSize { size_bytes });
        }
        Ok(Self {
            size_bytes,
            sequence_id: number(bytes, 16),
            label: Name::from_field(&bytes[LABEL]),
            uuid: Name::from_field(&bytes[UUID]),
            checksum_hash: checksum_hash(&bytes[CHECKSUM_ALGORITHM])?,
            checksum: bytes[CHECKSUM].try_into().expect("64 bytes"),
        })
    }

    /// Whether the checksum is that of `whole`, the copy with its JSON area.
    pub(crate) fn is_checksum_of(&self, whole: &[u8]) -> bool {
        let mut digest = [0; DIGEST_MAX_BYTES];
        let zeros = [0; DIGEST_MAX_BYTES]; // for the field of the checksum itself
        let parts = [&whole[..CHECKSUM.start], &zeros, &whole[CHECKSUM.end..]];
        self.checksum_hash.of(&parts, &mut digest);
        let length = self.checksum_hash.digest_bytes();
        digest[..length] == self.checksum[..length]
    }
}

fn checksum_hash(field: &[u8]) -> Result<Hash, Unsupported> {
    Hash::from_name(Name::from_field(field).as_str())
}

fn number(bytes: &[u8; BINARY_BYTES], at: usize) -> u64 {
    u64::from_be_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

/// The text in a JSON area: from its first byte to the first zero byte, behind which there are only zeros.
pub(crate) fn json_text(area: &[u8]) -> Result<&[u8], CopyFault> {
    let end = area.iter().position(|byte| *byte == 0);
    let Some(end) = end.filter(|_| area.starts_with(b"{")) else {
        return Err(CopyFault::JsonBounds);
    };
    let (text, rest) = area.split_at(end);
    if rest.iter().any(|byte| *byte != 0) {
        return Err(CopyFault::JsonBounds);
    }
    Ok(text)
}
