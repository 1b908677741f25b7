//! LUKS's anti-forensic splitter, backwards: a key that was spread over thousands of stripes, so that losing any of them loses it, is put together.

use zeroize::Zeroizing;

use crate::hash::{DIGEST_MAX_BYTES, Hash};

/// Puts a key of `key_bytes` together from its stripes, which are that long each and fill `split` from its beginning.
///
/// Each stripe is mixed into what there is so far, which is then diffused; the last one is mixed in as it is.
pub(crate) fn merge(
    split: &[u8],
    key_bytes: usize,
    stripes: usize,
    hash: Hash,
) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(vec![0; key_bytes]);
    for (index, stripe) in split.chunks_exact(key_bytes).take(stripes).enumerate() {
        for (byte, mixed_in) in key.iter_mut().zip(stripe) {
            *byte ^= mixed_in;
        }
        if index + 1 < stripes {
            diffuse(&mut key, hash);
        }
    }
    key
}

/// Replaces each part as long as a digest by the digest of its number and itself; the last part may be shorter, and so is then what replaces it.
fn diffuse(key: &mut [u8], hash: Hash) {
    let mut digest = Zeroizing::new([0; DIGEST_MAX_BYTES]);
    for (number, part) in (0_u32..).zip(key.chunks_mut(hash.digest_bytes())) {
        hash.of(&[&number.to_be_bytes(), part], &mut digest);
        part.copy_from_slice(&digest[..part.len()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The splitter forwards, with stripes that are given instead of random ones.
    fn split(key: &[u8], stripes: usize, hash: Hash) -> Vec<u8> {
        let mut state = vec![0; key.len()];
        let mut split = Vec::new();
        for index in 1..stripes {
            let stripe: Vec<u8> = (0..key.len())
                .map(|at| (at * 31 + index * 7) as u8)
                .collect();
            state
                .iter_mut()
                .zip(&stripe)
                .for_each(|(to, from)| *to ^= from);
            diffuse(&mut state, hash);
            split.extend(stripe);
        }
        split.extend(state.iter().zip(key).map(|(state, key)| state ^ key));
        split
    }

    #[test]
    fn what_was_split_comes_together() {
        for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
            for key_bytes in [32, 64, 72] {
                let key: Vec<u8> = (0..key_bytes as u8).collect();
                let mut parts = split(&key, 40, hash);
                parts.extend([0xaa; 100]); // the rest of the area's last sector
                assert_eq!(*merge(&parts, key_bytes, 40, hash), key);
                parts[5] ^= 1;
                assert_ne!(*merge(&parts, key_bytes, 40, hash), key);
            }
        }
    }
}
