//! Whose key is in which slot, also in the midst of a change.
//!
//! Each holder has a slot of their own, and a spare one that is used only while their key is being changed. A change is announced by a token in the
//! header before anything else, so that a slot which other hands put at the spare's place is never taken for ours. While it is
//! announced, one rule says which of the two slots counts: **the spare one if it is there and preferred, and otherwise the holder's own**.
//! Preference is one bit, set by one write of the header, so that every change has one moment at which the new key counts and the old one no
//! longer does; and the slot that does not count can be taken away at any time.

use super::metadata::Metadata;

/// `type` of the token that announces a change.
pub(crate) const CHANGE_TOKEN: &str = "heirloom-key-change";

/// Who holds a key to the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyHolder {
    /// By a passphrase.
    Owner,
    /// By the secret that their shares yield, in lowercase hex.
    Executors,
}

/// What the header says about one holder's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Holding {
    /// The slot that counts, if there is one.
    pub(crate) valid: Option<u32>,
    /// A slot of a change that was interrupted. It does not count.
    pub(crate) leftover: Option<u32>,
    /// The token that announces a change.
    pub(crate) announced_by: Option<u32>,
}

impl KeyHolder {
    pub(crate) const ALL: [Self; 2] = [Self::Owner, Self::Executors];

    /// The slot in which the holder's key is outside of changes.
    pub(crate) const fn own_slot(self) -> u32 {
        match self {
            Self::Owner => 0,
            Self::Executors => 1,
        }
    }

    /// The slot in which a new key is tried before it counts.
    pub(crate) const fn spare_slot(self) -> u32 {
        match self {
            Self::Owner => 3,
            Self::Executors => 2,
        }
    }

    /// The one of the two slots that `slot` is not.
    pub(crate) const fn other_slot(self, slot: u32) -> u32 {
        if slot == self.spare_slot() {
            self.own_slot()
        } else {
            self.spare_slot()
        }
    }

    /// As in the token.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Executors => "executors",
        }
    }

    pub(crate) fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|holder| holder.name() == name)
    }

    /// The rule.
    pub(crate) fn holding(self, metadata: &Metadata) -> Holding {
        let announced_by = metadata
            .changes
            .iter()
            .find(|(holder, _)| *holder == self)
            .map(|(_, token)| *token);
        let own = metadata.slot(self.own_slot());
        // What is at the spare's place while nothing is announced was not put there by us.
        let spare = announced_by.and(metadata.slot(self.spare_slot()));
        let spare_counts = spare.is_some_and(|spare| spare.preferred);
        let (valid, leftover) = if spare_counts {
            (spare, own)
        } else {
            (own, spare)
        };
        Holding {
            valid: valid.map(|slot| slot.number),
            leftover: leftover.map(|slot| slot.number),
            announced_by,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::metadata::{KeySlot, SlotDerivation};
    use super::*;

    #[test]
    fn one_slot_counts_at_every_moment_of_a_change() {
        const NORMAL: bool = false;
        const PREFERRED: bool = true;
        // What is in the header, by a change's steps: slots of the executors, announced or not; which one counts, which one is left over.
        type Row = (&'static [(u32, bool)], bool, Option<u32>, Option<u32>);
        let table: [Row; 11] = [
            (&[], false, None, None),
            (&[(1, NORMAL)], false, Some(1), None),
            (&[(1, NORMAL)], true, Some(1), None),
            (&[(1, NORMAL), (2, NORMAL)], true, Some(1), Some(2)),
            (&[(1, NORMAL), (2, PREFERRED)], true, Some(2), Some(1)),
            (&[(2, PREFERRED)], true, Some(2), None),
            (&[(1, PREFERRED)], true, Some(1), None),
            // Put there by other hands: none of ours, whatever it says.
            (&[(1, NORMAL), (2, NORMAL)], false, Some(1), None),
            (&[(1, NORMAL), (2, PREFERRED)], false, Some(1), None),
            (&[(2, PREFERRED)], false, None, None),
            // A first key of the executors that was never declared valid.
            (&[(2, NORMAL)], true, None, Some(2)),
        ];
        for (slots, announced, valid, leftover) in table {
            let slots = slots
                .iter()
                .map(|&(number, preferred)| KeySlot {
                    number,
                    derivation: SlotDerivation::Other,
                    preferred,
                    area_offset: 0,
                    area_bytes: 0,
                })
                .collect();
            let changes = announced.then_some((KeyHolder::Executors, 7));
            let metadata = Metadata {
                slots,
                changes: changes.into_iter().collect(),
            };
            let holding = KeyHolder::Executors.holding(&metadata);
            assert_eq!(
                (holding.valid, holding.leftover),
                (valid, leftover),
                "{metadata:?}"
            );
        }
    }
}
