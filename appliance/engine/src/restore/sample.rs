//! Which files a rehearsal restores: the newest of each source, and some of all by chance.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use super::select::{Fate, Wanted};

/// A file that may be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Candidate {
    unix_s: Option<i64>,
    pub(super) part: usize,
    pub(super) number: usize,
    size_bytes: u64,
}

/// What was chosen.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) files: HashSet<Candidate>,
    pub(super) newest_files: u64,
    pub(super) sampled_files: u64,
    /// Files that were next, and for which there is no room.
    pub(super) passed_over_files: u64,
}

/// Goes through all files and keeps as many as may be chosen: the sample by Vitter's algorithm R, so that each file is as likely as any other.
pub(super) struct Sampler {
    random: Random,
    newest_files: usize,
    sample_files: usize,
    /// Of each source, the oldest of them first.
    newest: Vec<BinaryHeap<Reverse<Candidate>>>,
    /// More than are wanted, because some may be among the newest.
    reservoir: Vec<Candidate>,
    reservoir_files: usize,
    pub(super) seen: u64,
}

impl Sampler {
    /// For so many sources, the newest files of each, and a sample of all.
    pub(super) fn new(seed: u64, sources: usize, newest_files: u32, sample_files: u32) -> Self {
        let (newest_files, sample_files) = (newest_files as usize, sample_files as usize);
        Self {
            random: Random(seed),
            newest_files,
            sample_files,
            newest: vec![BinaryHeap::new(); sources],
            reservoir: Vec::new(),
            reservoir_files: newest_files
                .saturating_mul(sources)
                .saturating_add(sample_files),
            seen: 0,
        }
    }

    /// The next file.
    pub(super) fn add(&mut self, wanted: &Wanted) {
        if !matches!(wanted.fate, Fate::Restored { .. }) {
            return;
        }
        let candidate = Candidate {
            unix_s: wanted.unix_s,
            part: wanted.part,
            number: wanted.number,
            size_bytes: wanted.size_bytes,
        };
        self.seen += 1;
        if candidate.unix_s.is_some() {
            let newest = &mut self.newest[candidate.part];
            newest.push(Reverse(candidate));
            if newest.len() > self.newest_files {
                newest.pop();
            }
        }
        if self.reservoir.len() < self.reservoir_files {
            self.reservoir.push(candidate);
            return;
        }
        let at = self.random.below(self.seen);
        if let Some(kept) = usize::try_from(at)
            .ok()
            .and_then(|at| self.reservoir.get_mut(at))
        {
            *kept = candidate;
        }
    }

    /// As many as there is room for, the newest first.
    pub(super) fn choose(mut self, bytes_max: u64) -> Chosen {
        let mut chosen = Chosen::default();
        let mut room_bytes = bytes_max;
        let newest: Vec<Candidate> = self
            .newest
            .into_iter()
            // The newest first.
            .flat_map(BinaryHeap::into_sorted_vec)
            .map(|Reverse(candidate)| candidate)
            .collect();
        for candidate in newest {
            if chosen.take(candidate, &mut room_bytes) {
                chosen.newest_files += 1;
            }
        }
        // By chance again: the order of a reservoir is not.
        for last in (1..self.reservoir.len()).rev() {
            let other = self.random.below(last as u64 + 1);
            self.reservoir.swap(last, other as usize);
        }
        for candidate in self.reservoir {
            if chosen.sampled_files >= self.sample_files as u64 {
                break;
            }
            if !chosen.files.contains(&candidate) && chosen.take(candidate, &mut room_bytes) {
                chosen.sampled_files += 1;
            }
        }
        chosen
    }
}

impl Chosen {
    fn take(&mut self, candidate: Candidate, room_bytes: &mut u64) -> bool {
        match room_bytes.checked_sub(candidate.size_bytes) {
            Some(left) => {
                *room_bytes = left;
                self.files.insert(candidate)
            }
            None => {
                self.passed_over_files += 1;
                false
            }
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood, 2014): the same sample for the same seed. It guards no secret.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Less than `end`.
    fn below(&mut self, end: u64) -> u64 {
        // The upper half of the product, as Lemire has it: the unevenness is far below any that matters here.
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        // The first values for seed 1234567, as its authors' program prints them.
        let mut random = Random(1_234_567);
        let values = [random.next(), random.next(), random.next()];
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(values, published);
        assert!((0..1000).all(|_| random.below(7) < 7));
    }
}
