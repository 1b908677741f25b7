//! Opening key slots: which ones are tried, in which order, and whether a key is right.

use xts_mode::{Xts128, get_tweak_default};
use zeroize::Zeroizing;

use aes::cipher::KeyInit;
use aes::{Aes128, Aes256};

use crate::error::{PassedOver, SlotFault, UnlockError};
use crate::header::Header;
use crate::kdf::{Bounds, check_iterations};
use crate::key::VolumeKey;
use crate::metadata::{Priority, Slot};
use crate::port::ReadAt;
use crate::recipe::{AREA_SECTOR_BYTES, Recipe};
use crate::segment::KeyDigest;
use crate::split;

/// The key slots to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slots {
    /// All that are for the data: the preferred ones first, then by number. Those that are to be ignored are not tried.
    All,
    /// This one alone, whatever its priority.
    Only(u8),
}

impl Header {
    /// Opens a key slot by a passphrase and gives the key of the data. `device` is the one that the header was read from; key slots are in it.
    ///
    /// It takes the time and the memory that the header asks for, within `bounds`, for each slot that is tried.
    ///
    /// # Errors
    /// A wrong passphrase, a slot that is not there, slots that can't be tried, and data that can't be read whatever the passphrase.
    pub fn unlock(
        &self,
        device: &impl ReadAt,
        passphrase: &[u8],
        slots: Slots,
        bounds: &Bounds,
    ) -> Result<VolumeKey, UnlockError> {
        let segment = self.metadata.segment.as_ref().map_err(Clone::clone)?;
        let mut tried = Vec::new();
        let mut passed_over = Vec::new();
        for slot in self.chosen(slots)? {
            match open(slot, device, passphrase, &segment.digest, bounds) {
                Ok(Some(key)) => return Ok(key),
                Ok(None) => tried.push(slot.number),
                Err(fault) => passed_over.push(PassedOver {
                    slot: slot.number,
                    fault,
                }),
            }
        }
        if tried.is_empty() {
            return Err(UnlockError::NoSlotToTry { passed_over });
        }
        Err(UnlockError::WrongPassphrase { tried, passed_over })
    }

    fn chosen(&self, slots: Slots) -> Result<Vec<&Slot>, UnlockError> {
        let all = self.metadata.slots.iter();
        match slots {
            Slots::Only(number) => match all.clone().find(|slot| slot.number == number) {
                Some(slot) => Ok(vec![slot]),
                None => Err(UnlockError::NoSuchSlot { slot: number }),
            },
            Slots::All => {
                let is_meant = |slot: &&Slot| slot.is_of_data && slot.priority > Priority::Ignore;
                let mut chosen: Vec<&Slot> = all.filter(is_meant).collect();
                // The sort is stable: equal ones stay in the order of their numbers.
                chosen.sort_by_key(|slot| std::cmp::Reverse(slot.priority));
                Ok(chosen)
            }
        }
    }
}

/// The key in `slot`, or nothing if this is not its passphrase.
fn open(
    slot: &Slot,
    device: &impl ReadAt,
    passphrase: &[u8],
    digest: &KeyDigest,
    bounds: &Bounds,
) -> Result<Option<VolumeKey>, SlotFault> {
    if !slot.is_of_data {
        return Err(SlotFault::Unbound);
    }
    let recipe = slot
        .recipe
        .as_ref()
        .map_err(|fault| SlotFault::from(fault.clone()))?;
    check_iterations(digest.iterations, bounds)?;
    // Before the key derivation, which takes seconds: a place that can't be read is known at once.
    let mut area = Zeroizing::new(vec![0; recipe.split_bytes()]);
    device
        .read_at(recipe.offset_bytes, &mut area)
        .map_err(SlotFault::Unreadable)?;
    let area_key = recipe
        .kdf
        .derive(passphrase, recipe.area_key_bytes, bounds)?;
    decrypt_area(&area_key, &mut area);
    let key = merge(recipe, &area);
    Ok(is_right(&key, digest).then(|| VolumeKey::new(key)))
}

fn merge(recipe: &Recipe, area: &[u8]) -> Zeroizing<Vec<u8>> {
    split::merge(area, recipe.key_bytes, recipe.stripes, recipe.splitter_hash)
}

/// The area's sectors are numbered from its own beginning.
fn decrypt_area(key: &[u8], area: &mut [u8]) {
    let (data_key, tweak_key) = key.split_at(key.len() / 2);
    let fits = "a recipe has keys of 32 or 64 bytes only";
    if data_key.len() == 16 {
        let data_cipher = Aes128::new_from_slice(data_key).expect(fits);
        let tweak_cipher = Aes128::new_from_slice(tweak_key).expect(fits);
        let xts = Xts128::new(data_cipher, tweak_cipher);
        xts.decrypt_area(area, AREA_SECTOR_BYTES, 0, get_tweak_default);
    } else {
        let data_cipher = Aes256::new_from_slice(data_key).expect(fits);
        let tweak_cipher = Aes256::new_from_slice(tweak_key).expect(fits);
        let xts = Xts128::new(data_cipher, tweak_cipher);
        xts.decrypt_area(area, AREA_SECTOR_BYTES, 0, get_tweak_default);
    }
}

/// The digest is no secret, so that comparing it takes as long as it takes.
fn is_right(key: &[u8], digest: &KeyDigest) -> bool {
    let mut computed = vec![0; digest.digest.len()];
    digest
        .hash
        .pbkdf2(key, &digest.salt, digest.iterations, &mut computed);
    computed == digest.digest
}
