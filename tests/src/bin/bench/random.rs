//! Numbers that look random and are the same each time: SplitMix64 (Steele, Lea and Flood, 2014), at more than a gigabyte a second.

pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        // Neighbouring seeds would otherwise give the same numbers, one step apart.
        let mut spread = Self(seed);
        Self(spread.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Less than `end`; the slight preference for low numbers does not matter here.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// From `low` to `high`, as likely between 1 and 2 as between 2 and 4: how sizes and pauses are spread.
    pub(crate) fn size(&mut self, low: u64, high: u64) -> u64 {
        let fraction = self.next() as f64 / u64::MAX as f64;
        let size = low as f64 * (high as f64 / low as f64).powf(fraction);
        (size as u64).clamp(low, high)
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let next = self.next().to_le_bytes();
            chunk.copy_from_slice(&next[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_stay_in_their_bounds_and_half_are_below_the_geometric_mean() {
        let mut random = Random::new(7);
        let sizes: Vec<u64> = (0..10_000).map(|_| random.size(1000, 16_000)).collect();
        assert!(sizes.iter().all(|size| (1000..=16_000).contains(size)));
        let low = sizes.iter().filter(|size| **size < 4000).count();
        assert!((4_800..5_200).contains(&low), "{low}");
    }

    #[test]
    fn neighbouring_seeds_share_nothing() {
        let [mut one, mut two] = [[0; 4096]; 2];
        Random::new(1).fill(&mut one);
        Random::new(2).fill(&mut two);
        let words = |bytes: &[u8]| -> Vec<[u8; 8]> {
            bytes
                .chunks(8)
                .map(|word| word.try_into().expect("eight bytes"))
                .collect()
        };
        let two = words(&two);
        assert!(words(&one).iter().all(|word| !two.contains(word)));
    }
}
