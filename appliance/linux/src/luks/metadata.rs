//! What the JSON of a LUKS2 header says about key slots (LUKS2 On-Disk Format Specification 1.1.0, chapter 3), as far as the appliance needs it.
//! Bytes in, values out; what is not understood gives nothing instead of a guess.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::holder::{CHANGE_TOKEN, KeyHolder};

/// How a slot makes a key of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotDerivation {
    /// Memory-hard, as in each slot that the appliance makes.
    Argon2id {
        /// Memory, in KiB.
        memory_kib: u32,
        /// Passes over the memory.
        passes: u32,
        /// Lanes.
        lanes: u32,
    },
    /// Another one, made by other hands: Argon2i or PBKDF2.
    Other,
}

/// A key slot that is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySlot {
    /// From 0.
    pub number: u32,
    /// What guessing costs.
    pub derivation: SlotDerivation,
    /// Whether it is to be tried before the others.
    pub preferred: bool,
    /// Where its key material is, in bytes from the partition's begin.
    pub(crate) area_offset: u64,
    /// Length of its key material.
    pub(crate) area_bytes: u64,
}

/// Key slots, and whose keys are being changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// By number.
    pub(crate) slots: Vec<KeySlot>,
    /// Numbers of the tokens that announce a change.
    pub(crate) changes: Vec<(KeyHolder, u32)>,
}

impl Metadata {
    pub(crate) fn slot(&self, number: u32) -> Option<&KeySlot> {
        self.slots.iter().find(|slot| slot.number == number)
    }
}

pub(crate) fn parse(json: &[u8]) -> Option<Metadata> {
    let stated: Stated = serde_json::from_slice(json).ok()?;
    let mut slots = Vec::new();
    for (number, slot) in &stated.keyslots {
        slots.push(KeySlot {
            number: number.parse().ok()?,
            derivation: slot.kdf.as_ref().map_or(SlotDerivation::Other, derivation),
            preferred: slot.priority == Some(PREFERRED),
            area_offset: slot.area.offset.parse().ok()?,
            area_bytes: slot.area.size.parse().ok()?,
        });
    }
    slots.sort_by_key(|slot| slot.number);
    let mut changes = Vec::new();
    for (number, token) in &stated.tokens {
        // Of a holder that only a later version knows: not ours to finish.
        let holder = token.holder.as_str().and_then(KeyHolder::by_name);
        if let (CHANGE_TOKEN, Some(holder)) = (&*token.kind, holder) {
            changes.push((holder, number.parse().ok()?));
        }
    }
    Some(Metadata { slots, changes })
}

/// `priority` in a key slot: 0 ignored, 1 normal (as where there is none), 2 high.
const PREFERRED: u8 = 2;

fn derivation(stated: &StatedDerivation) -> SlotDerivation {
    match (&*stated.kind, stated.memory, stated.time, stated.cpus) {
        ("argon2id", Some(memory_kib), Some(passes), Some(lanes)) => SlotDerivation::Argon2id {
            memory_kib,
            passes,
            lanes,
        },
        _ => SlotDerivation::Other,
    }
}

#[derive(Deserialize)]
struct Stated {
    keyslots: BTreeMap<String, StatedSlot>,
    tokens: BTreeMap<String, StatedToken>,
}

#[derive(Deserialize)]
struct StatedSlot {
    kdf: Option<StatedDerivation>,
    area: StatedArea,
    priority: Option<u8>,
}

#[derive(Deserialize)]
struct StatedDerivation {
    #[serde(rename = "type")]
    kind: String,
    memory: Option<u32>,
    time: Option<u32>,
    cpus: Option<u32>,
}

/// Numbers of 64 bits are decimal strings.
#[derive(Deserialize)]
struct StatedArea {
    offset: String,
    size: String,
}

#[derive(Deserialize)]
struct StatedToken {
    #[serde(rename = "type")]
    kind: String,
    /// Tokens of others may have anything by this name.
    #[serde(default)]
    holder: serde_json::Value,
}
