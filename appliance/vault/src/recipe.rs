//! How a key slot is opened, read from its description: key derivation, the area on the device, and the splitter.

use argon2::Algorithm;

use crate::error::{Feature, Inconsistency, Unsupported};
use crate::hash::Hash;
use crate::json;
use crate::kdf::Kdf;
use crate::metadata::{Fault, check_cipher, decode};

/// Each key is spread over this many stripes, as the specification has it; fewer are taken, too.
const STRIPES_MAX: usize = 4000;

/// Of the sectors in a key slot's area, whatever those of the data are.
pub(crate) const AREA_SECTOR_BYTES: usize = 512;

/// How a key slot is opened.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    pub(crate) kdf: Kdf,
    /// Where its area is in the device of the header.
    pub(crate) offset_bytes: u64,
    /// Of the key that is made of the passphrase, by which the area is decrypted.
    pub(crate) area_key_bytes: usize,
    /// Of the key that is in the area.
    pub(crate) key_bytes: usize,
    pub(crate) stripes: usize,
    pub(crate) splitter_hash: Hash,
}

/// The part of the device that the areas of all key slots lie in.
pub(crate) struct SlotAreas {
    pub(crate) start_bytes: u64,
    pub(crate) size_bytes: u64,
}

impl SlotAreas {
    fn contain(&self, area: &json::Area) -> bool {
        let limit_bytes = self.start_bytes.checked_add(self.size_bytes);
        let end_bytes = area.offset.0.checked_add(area.size.0);
        area.offset.0 >= self.start_bytes
            && matches!((end_bytes, limit_bytes), (Some(end), Some(limit)) if end <= limit)
    }
}

impl Recipe {
    /// How `slot` is opened.
    pub(crate) fn parse(slot: &json::Keyslot, areas: &SlotAreas) -> Result<Self, Fault> {
        if slot.kind != "luks2" {
            return Err(Unsupported::new(Feature::KeySlot, &slot.kind).into());
        }
        let missing = Inconsistency::SlotField;
        let area = slot.area.as_ref().ok_or(missing)?;
        if area.kind != "raw" {
            return Err(Unsupported::new(Feature::KeySlot, &area.kind).into());
        }
        check_cipher(area.encryption.as_deref().ok_or(missing)?)?;
        let splitter = slot.af.as_ref().ok_or(missing)?;
        if splitter.kind != "luks1" {
            return Err(Unsupported::new(Feature::Splitter, &splitter.kind).into());
        }
        let recipe = Self {
            kdf: key_derivation(slot.kdf.as_ref().ok_or(missing)?)?,
            offset_bytes: area.offset.0,
            area_key_bytes: key_bytes(area.key_size.ok_or(missing)?)?,
            key_bytes: key_bytes(slot.key_size.ok_or(missing)?)?,
            stripes: splitter.stripes.ok_or(missing)?,
            splitter_hash: Hash::from_name(splitter.hash.as_deref().ok_or(missing)?)?,
        };
        if recipe.stripes == 0 || recipe.stripes > STRIPES_MAX {
            return Err(Inconsistency::SlotSize.into());
        }
        if recipe.split_bytes() as u64 > area.size.0 || !areas.contain(area) {
            return Err(Inconsistency::SlotArea.into());
        }
        Ok(recipe)
    }

    /// How much of the area is used: all stripes, in whole sectors.
    pub(crate) fn split_bytes(&self) -> usize {
        (self.key_bytes * self.stripes).next_multiple_of(AREA_SECTOR_BYTES)
    }
}

fn key_derivation(kdf: &json::Kdf) -> Result<Kdf, Fault> {
    let missing = Inconsistency::SlotField;
    let salt = decode(&kdf.salt)?;
    let argon2 = |algorithm, salt| {
        Ok(Kdf::Argon2 {
            algorithm,
            passes: kdf.time.ok_or(missing)?,
            memory_kib: kdf.memory.ok_or(missing)?,
            lanes: kdf.cpus.ok_or(missing)?,
            salt,
        })
    };
    match kdf.kind.as_str() {
        "argon2id" => argon2(Algorithm::Argon2id, salt),
        "argon2i" => argon2(Algorithm::Argon2i, salt),
        "pbkdf2" => Ok(Kdf::Pbkdf2 {
            hash: Hash::from_name(kdf.hash.as_deref().ok_or(missing)?)?,
            iterations: kdf.iterations.ok_or(missing)?,
            salt,
        }),
        other => Err(Unsupported::new(Feature::KeyDerivation, other).into()),
    }
}

/// XTS takes two keys of AES as one: 256 bits are AES-128, 512 are AES-256.
fn key_bytes(stated_bytes: usize) -> Result<usize, Unsupported> {
    if matches!(stated_bytes, 32 | 64) {
        return Ok(stated_bytes);
    }
    let bits = stated_bytes.saturating_mul(8).to_string();
    Err(Unsupported::new(Feature::KeyBits, &bits))
}
