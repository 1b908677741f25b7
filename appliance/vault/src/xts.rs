//! AES-XTS in bulk: as fast as the `aes` crate goes, because a whole batch of blocks is given to it at once.
//!
//! For each block of 16 bytes, XTS has a tweak, which is added before and after AES. All tweaks of a batch are made first. The rest is done within
//! the cipher's own code, in as many blocks as its pipeline takes: there the compiler may use all that this processor has, which it may not elsewhere.

use aes::cipher::array::Array;
use aes::cipher::typenum::U16;
use aes::cipher::{
    BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherDecrypt, BlockCipherEncrypt,
    BlockSizeUser, KeyInit,
};
use aes::{Aes128Dec, Aes128Enc, Aes256Dec, Aes256Enc};

use crate::key::VolumeKey;
use crate::segment::UNIT_BYTES;

type Block = Array<u8, U16>;

const BLOCK_BYTES: usize = 16;
/// What the cipher is given at once; it prepares its keys anew each time.
const BATCH_BYTES: usize = 64 * 1024;
/// What is done with one table of tweaks, which has the same size: both fit into the first-level cache.
const CHUNK_BYTES: usize = 4096;
const CHUNK_BLOCKS: usize = CHUNK_BYTES / BLOCK_BYTES;
/// So many tweaks are made by doubling; each of the others is made of the one so many before it, so that the processor makes all of these at once.
const STRIDE: usize = 8;

/// Half a tweak, as bytes. The lower half comes first.
type Half = [u8; 8];

/// [`STRIDE`] tweaks as numbers, in the order of their bytes: the lower half of the first one, its upper half, the lower half of the second one.
type Lanes = [u64; 2 * STRIDE];

/// Decrypts sectors by AES-128-XTS or AES-256-XTS. The keys are wiped when it is dropped.
pub struct Xts(Ciphers);

enum Ciphers {
    Aes128(Aes128Dec, Aes128Enc),
    Aes256(Aes256Dec, Aes256Enc),
}

impl std::fmt::Debug for Xts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Xts(not shown)")
    }
}

impl Xts {
    /// With a key of 32 or 64 bytes: the first half is for the data, the second one for the tweaks.
    ///
    /// # Panics
    /// With a key of another length.
    pub fn new(key: &[u8]) -> Self {
        let (data, tweaks) = key.split_at(key.len() / 2);
        let fits = "the length is looked at first";
        Self(match key.len() {
            32 => Ciphers::Aes128(
                Aes128Dec::new_from_slice(data).expect(fits),
                Aes128Enc::new_from_slice(tweaks).expect(fits),
            ),
            64 => Ciphers::Aes256(
                Aes256Dec::new_from_slice(data).expect(fits),
                Aes256Enc::new_from_slice(tweaks).expect(fits),
            ),
            length => panic!("AES-XTS has no key of {length} bytes"),
        })
    }

    /// With the key of a device's data.
    pub(crate) fn of(key: &VolumeKey) -> Self {
        Self::new(key.bytes())
    }

    /// Decrypts `sectors`, each of `sector_bytes`, in place. The first one is number `first_unit` in units of 512 bytes, which LUKS2 counts in
    /// whatever the size of its sectors.
    ///
    /// # Panics
    /// Where `sector_bytes` is not 512, 1024, 2048 or 4096, or there is a part of a sector.
    pub fn decrypt(&self, first_unit: u64, sector_bytes: usize, sectors: &mut [u8]) {
        assert!(matches!(sector_bytes, 512 | 1024 | 2048 | 4096));
        assert!(sectors.len().is_multiple_of(sector_bytes));
        let mut unit = first_unit;
        for batch in sectors.chunks_mut(BATCH_BYTES) {
            match &self.0 {
                Ciphers::Aes128(data, tweaks) => {
                    decrypt_batch(data, tweaks, unit, sector_bytes, batch);
                }
                Ciphers::Aes256(data, tweaks) => {
                    decrypt_batch(data, tweaks, unit, sector_bytes, batch);
                }
            }
            // A number beyond 64 bits begins anew, as it does in the kernel.
            unit = unit.wrapping_add((BATCH_BYTES / UNIT_BYTES) as u64);
        }
    }
}

fn decrypt_batch(
    data: &impl BlockCipherDecrypt<BlockSize = U16>,
    tweaks: &impl BlockCipherEncrypt<BlockSize = U16>,
    first_unit: u64,
    sector_bytes: usize,
    batch: &mut [u8],
) {
    let mut firsts = [Block::default(); BATCH_BYTES / UNIT_BYTES];
    let sectors = batch.len() / sector_bytes;
    let units_step = (sector_bytes / UNIT_BYTES) as u64;
    let mut unit = first_unit;
    for first in &mut firsts[..sectors] {
        first.0 = u128::from(unit).to_le_bytes();
        unit = unit.wrapping_add(units_step);
    }
    tweaks.encrypt_blocks(&mut firsts[..sectors]);
    let (blocks, rest) = Array::slice_as_chunks_mut(batch);
    debug_assert!(rest.is_empty());
    data.decrypt_with_backend(Batch {
        blocks,
        firsts: &firsts[..sectors],
        sector_blocks: sector_bytes / BLOCK_BYTES,
    });
}

/// What is done with the cipher: whole sectors, with the first tweak of each.
struct Batch<'a> {
    blocks: &'a mut [Block],
    firsts: &'a [Block],
    sector_blocks: usize,
}

impl BlockSizeUser for Batch<'_> {
    type BlockSize = U16;
}

impl BlockCipherDecClosure for Batch<'_> {
    #[inline(always)]
    fn call<B: BlockCipherDecBackend<BlockSize = U16>>(self, backend: &B) {
        let mut table = [[0; 8]; 2 * CHUNK_BLOCKS];
        let sectors_at_once = CHUNK_BLOCKS / self.sector_blocks;
        let chunks = self.blocks.chunks_mut(CHUNK_BLOCKS);
        for (blocks, firsts) in chunks.zip(self.firsts.chunks(sectors_at_once)) {
            let sectors = table.chunks_exact_mut(2 * self.sector_blocks);
            sectors
                .zip(firsts)
                .for_each(|(sector, first)| fill(sector, first));
            decrypt_chunk(backend, blocks, &table);
        }
    }
}

#[inline(always)]
fn decrypt_chunk<B: BlockCipherDecBackend<BlockSize = U16>>(
    backend: &B,
    blocks: &mut [Block],
    mut tweaks: &[Half],
) {
    let (groups, rest) = Array::<Block, B::ParBlocksSize>::slice_as_chunks_mut(blocks);
    for group in groups {
        let (of_group, behind) = tweaks.split_at(2 * group.len());
        add(group, of_group);
        backend.decrypt_par_blocks_inplace(group);
        add(group, of_group);
        tweaks = behind;
    }
    add(rest, tweaks);
    backend.decrypt_tail_blocks_inplace(rest);
    add(rest, tweaks);
}

#[inline(always)]
fn add(blocks: &mut [Block], tweaks: &[Half]) {
    let bytes = Array::slice_as_flattened_mut(blocks);
    for (byte, tweak) in bytes.iter_mut().zip(tweaks.as_flattened()) {
        *byte ^= tweak;
    }
}

/// The tweaks of a sector, of which the first one is given.
#[inline(always)]
fn fill(sector: &mut [Half], first: &Block) {
    let mut lanes = first_lanes(u128::from_le_bytes(first.0));
    for halves in sector.chunks_exact_mut(lanes.len()) {
        for (half, lane) in halves.iter_mut().zip(lanes) {
            *half = lane.to_le_bytes();
        }
        lanes = double_eight_times(lanes);
    }
}

#[inline(always)]
fn first_lanes(mut tweak: u128) -> Lanes {
    let mut lanes = [0; 2 * STRIDE];
    for halves in lanes.chunks_exact_mut(2) {
        (halves[0], halves[1]) = (tweak as u64, (tweak >> 64) as u64);
        tweak = double(tweak);
    }
    lanes
}

/// Times x in the field of XTS, whose polynomial is x^128 + x^7 + x^2 + x + 1.
fn double(tweak: u128) -> u128 {
    (tweak << 1) ^ ((tweak >> 127) * 0x87)
}

/// All of them times x^8: what leaves a lower half at the top enters the upper one, and what leaves the upper half at the top comes back at the
/// bottom, times x^7 + x^2 + x + 1. It is the same operations on all halves, which processors do on many at once.
#[inline(always)]
fn double_eight_times(lanes: Lanes) -> Lanes {
    const IS_LOWER: [u64; 2] = [u64::MAX, 0];
    std::array::from_fn(|at| {
        let from_other = lanes[at ^ 1] >> 56;
        let times = (from_other << 1) ^ (from_other << 2) ^ (from_other << 7);
        (lanes[at] << 8) ^ from_other ^ (times & IS_LOWER[at % 2])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aes::{Aes128, Aes256};
    use xts_mode::{Xts128, get_tweak_default};

    /// Bytes that look random: a multiplicative generator, so that a failure can be repeated.
    fn noise(seed: u64, length: usize) -> Vec<u8> {
        let mut state = seed.wrapping_mul(2).wrapping_add(1);
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        (0..length).map(|_| next()).collect()
    }

    /// Sector by sector, by the reference.
    fn encrypt(key: &[u8], first_unit: u64, sector_bytes: usize, sectors: &mut [u8]) {
        let (data, tweaks) = key.split_at(key.len() / 2);
        for (index, sector) in sectors.chunks_mut(sector_bytes).enumerate() {
            let units = (index * sector_bytes / UNIT_BYTES) as u64;
            let tweak = get_tweak_default(first_unit.wrapping_add(units).into());
            if data.len() == 16 {
                let ciphers = [data, tweaks].map(|key| Aes128::new_from_slice(key).expect("16"));
                let [data, tweaks] = ciphers;
                Xts128::new(data, tweaks).encrypt_sector(sector, tweak);
            } else {
                let ciphers = [data, tweaks].map(|key| Aes256::new_from_slice(key).expect("32"));
                let [data, tweaks] = ciphers;
                Xts128::new(data, tweaks).encrypt_sector(sector, tweak);
            }
        }
    }

    #[test]
    fn what_the_reference_encrypts_is_decrypted() {
        let mut seed = 0;
        for key_bytes in [32, 64] {
            for sector_bytes in [512, 1024, 2048, 4096] {
                for first_unit in [0, 1, 7, 8, 123_456, u64::from(u32::MAX), u64::MAX - 20] {
                    for sectors in [0, 1, 2, 3, 8, 9, 17, 130] {
                        seed += 1;
                        let key = noise(seed, key_bytes);
                        let plain = noise(seed + 1_000_000, sectors * sector_bytes);
                        let mut bytes = plain.clone();
                        encrypt(&key, first_unit, sector_bytes, &mut bytes);
                        Xts::new(&key).decrypt(first_unit, sector_bytes, &mut bytes);
                        assert!(
                            bytes == plain,
                            "{key_bytes} {sector_bytes} {first_unit} {sectors}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn eight_doublings_are_one_step() {
        for seed in 0..1000 {
            let bytes: [u8; 16] = noise(seed, 16).try_into().expect("16 bytes");
            let tweak = u128::from_le_bytes(bytes);
            let slowly = (0..8).fold(tweak, |tweak, _| double(tweak));
            let lanes = double_eight_times(first_lanes(tweak));
            assert_eq!(lanes, first_lanes(slowly));
        }
    }

    #[test]
    #[should_panic(expected = "no key of 48 bytes")]
    fn other_keys_are_refused() {
        Xts::new(&[0; 48]);
    }
}
