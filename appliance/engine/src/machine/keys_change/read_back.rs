//! Reading back a share: some of its words, chosen by chance, typed from the paper.

use heirloom_shares::{Share, complete};

use crate::Passphrase;

use super::view::ReadBackRefusal;

/// So many words of each share are asked for: enough to see that it was written down, and not so many that nobody does it with care.
const WORDS_ASKED: usize = 3;

/// How far it is.
#[derive(Debug)]
pub(in crate::machine) struct ReadBack {
    /// Counted from 0, in the order of the share.
    pub(super) asked: Vec<usize>,
    /// How many were right.
    pub(super) answered: usize,
    pub(super) typed: Passphrase,
    pub(super) refused: Option<ReadBackRefusal>,
}

impl ReadBack {
    /// Begins with words that follow from `chance`.
    pub(super) fn of(share: &Share, chance: u64) -> Self {
        Self {
            asked: places(share.to_words().iter().len(), chance),
            answered: 0,
            typed: Passphrase::new(),
            refused: None,
        }
    }

    /// Takes what was typed; whether it was the last word, and right.
    pub(super) fn answer(&mut self, share: &Share) -> bool {
        let typed = std::mem::take(&mut self.typed);
        let Some(place) = self.asked.get(self.answered) else {
            return true;
        };
        // The first four letters of a word are enough, as on every other page for shares.
        let word = complete(typed.expose().trim());
        self.refused = match word {
            None => Some(ReadBackRefusal::Unknown),
            word if word != share.to_words().iter().nth(*place) => Some(ReadBackRefusal::Another),
            _ => None,
        };
        if self.refused.is_none() {
            self.answered += 1;
        }
        self.answered == self.asked.len()
    }
}

/// Different places below `count`, in their order.
fn places(count: usize, chance: u64) -> Vec<usize> {
    let mut left: Vec<usize> = (0..count).collect();
    let mut state = chance;
    let mut places = Vec::new();
    while places.len() < WORDS_ASKED && !left.is_empty() {
        let at = mix(&mut state) % left.len() as u64;
        // Below the length of a vector.
        places.push(left.swap_remove(at as usize));
    }
    places.sort_unstable();
    places
}

/// SplitMix64 (Steele, Lea, Flood 2014): spreads the few bits by which two seeds differ over all. It decides what is asked for, and keeps no secret.
fn mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// What decides which words of a share are asked for, at each time.
pub(super) fn chance_for(asked_by_chance: u64, share: usize, times_asked: u64) -> u64 {
    let mut state = asked_by_chance ^ ((share as u64) << 32) ^ times_asked;
    mix(&mut state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_places_in_order_and_every_place_comes_up() {
        let mut seen = [false; 20];
        for chance in 0..200 {
            let places = places(20, chance);
            assert!(places.is_sorted_by(|one, next| one < next), "{places:?}");
            assert_eq!(places.len(), WORDS_ASKED);
            places.iter().for_each(|place| seen[*place] = true);
        }
        assert_eq!(seen, [true; 20]);
    }

    #[test]
    fn each_share_and_each_time_asks_for_others() {
        let of = |share, times| places(20, chance_for(7, share, times));
        assert_ne!(of(0, 0), of(1, 0));
        assert_ne!(of(0, 0), of(0, 1));
    }
}
