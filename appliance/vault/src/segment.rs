//! Where the encrypted data are and how they are encrypted, and the digest by which their key is known.

use crate::error::{Feature, Inconsistency, Unsupported};
use crate::hash::Hash;
use crate::json;
use crate::metadata::{Fault, check_cipher, decode};

/// A key's digest has at least this length; a shorter one would let wrong keys pass.
const DIGEST_MIN_BYTES: usize = 16;

/// LUKS2 numbers sectors in this unit, whatever their own size.
pub(crate) const UNIT_BYTES: usize = 512;

/// The encrypted data.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    /// Where they begin on their device.
    pub(crate) offset_bytes: u64,
    pub(crate) extent: json::Extent,
    /// The number of their first sector, in units of [`UNIT_BYTES`].
    pub(crate) first_unit: u64,
    pub(crate) sector_bytes: usize,
    pub(crate) digest: KeyDigest,
}

/// By what the right key is known.
#[derive(Clone, Debug)]
pub(crate) struct KeyDigest {
    pub(crate) hash: Hash,
    pub(crate) iterations: u32,
    pub(crate) salt: Vec<u8>,
    pub(crate) digest: Vec<u8>,
}

impl Segment {
    /// The only segment. While a device is being encrypted there are several; that is not read here.
    pub(crate) fn parse(shape: &json::Metadata) -> Result<Self, Fault> {
        if let Some(name) = &shape.config.requirements.mandatory.0 {
            return Err(Unsupported::new(Feature::Requirement, name).into());
        }
        let (_, segment) = only_segment(shape)?;
        if segment.kind != "crypt" {
            return Err(Unsupported::new(Feature::Segment, &segment.kind).into());
        }
        if segment.integrity.is_some() {
            return Err(Unsupported::new(Feature::Integrity, "of sectors").into());
        }
        let wrong = Inconsistency::SegmentArea;
        check_cipher(segment.encryption.as_deref().ok_or(wrong)?)?;
        let sector_bytes = segment.sector_size.ok_or(wrong)?;
        if ![512, 1024, 2048, 4096].contains(&sector_bytes) {
            let name = sector_bytes.to_string();
            return Err(Unsupported::new(Feature::SectorBytes, &name).into());
        }
        let size_bytes = match segment.size {
            json::Extent::Dynamic => 0,
            json::Extent::Fixed(size_bytes) => size_bytes,
        };
        let is_on_units = segment.offset.0.is_multiple_of(UNIT_BYTES as u64);
        if !is_on_units || !size_bytes.is_multiple_of(sector_bytes as u64) {
            return Err(wrong.into());
        }
        Ok(Self {
            offset_bytes: segment.offset.0,
            extent: segment.size,
            first_unit: segment.iv_tweak.map_or(0, |tweak| tweak.0),
            sector_bytes,
            digest: KeyDigest::parse(digest_of_data(shape)?)?,
        })
    }
}

impl KeyDigest {
    fn parse(digest: &json::Digest) -> Result<Self, Fault> {
        if digest.kind != "pbkdf2" {
            return Err(Unsupported::new(Feature::Digest, &digest.kind).into());
        }
        let wrong = Inconsistency::Digest;
        let hash = Hash::from_name(digest.hash.as_deref().ok_or(wrong)?)?;
        let bytes = decode(&digest.digest)?;
        if bytes.len() < DIGEST_MIN_BYTES || bytes.len() > hash.digest_bytes() {
            return Err(wrong.into());
        }
        Ok(Self {
            hash,
            iterations: digest.iterations.ok_or(wrong)?,
            salt: decode(&digest.salt)?,
            digest: bytes,
        })
    }
}

fn only_segment(shape: &json::Metadata) -> Result<&(u8, json::Segment), Fault> {
    match shape.segments.0.as_slice() {
        [only] => Ok(only),
        several => {
            let count = several.len().to_string();
            Err(Unsupported::new(Feature::SegmentCount, &count).into())
        }
    }
}

/// The digest of the key of the only segment.
pub(crate) fn digest_of_data(shape: &json::Metadata) -> Result<&json::Digest, Fault> {
    let (number, _) = only_segment(shape)?;
    let mut digests = shape.digests.0.iter().map(|(_, digest)| digest);
    let mut of_data = digests
        .by_ref()
        .filter(|digest| digest.segments.contains(*number));
    match (of_data.next(), of_data.next()) {
        (Some(digest), None) => Ok(digest),
        _ => Err(Inconsistency::Digest.into()),
    }
}
