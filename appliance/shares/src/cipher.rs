//! The standard's encryption of the master secret before it is shared: a Feistel network of four rounds of PBKDF2-HMAC-SHA256.
//!
//! It is there for a passphrase, which we never ask for: every passphrase "works", and a wrong one gives a wrong secret without a word. What
//! is left with an empty one is a fixed, public permutation, so that our iteration exponent is 0, the fastest.

use sha2::Sha256;
use zeroize::Zeroizing;

use crate::header::Header;
use crate::secret::Value;

/// Of all four rounds together, with an iteration exponent of 0.
const BASE_ITERATIONS: u32 = 10_000;
const ROUNDS: u8 = 4;
/// Before the identifier, in the salt of sets that can't be extended.
const SALT_PREFIX: &[u8] = b"shamir";

/// The master secret, made ready for being shared.
pub(crate) fn encrypt(secret: &Value, header: &Header, passphrase: &[u8]) -> Value {
    permute(secret, header, passphrase, 0..ROUNDS)
}

/// The way back.
pub(crate) fn decrypt(encrypted: &Value, header: &Header, passphrase: &[u8]) -> Value {
    permute(encrypted, header, passphrase, (0..ROUNDS).rev())
}

fn permute(
    input: &Value,
    header: &Header,
    passphrase: &[u8],
    rounds: impl Iterator<Item = u8>,
) -> Value {
    let half = input.bytes().len() / 2;
    let (mut state, mut key) = (input.clone(), Value::zero(input.length()));
    for round in rounds {
        let (left, right) = state.bytes_mut().split_at_mut(half);
        let key = &mut key.bytes_mut()[..half];
        round_key(round, header, passphrase, right, key);
        left.iter_mut()
            .zip(key)
            .for_each(|(byte, key)| *byte ^= *key);
        left.swap_with_slice(right);
    }
    // The halves of the last round are not exchanged.
    state.bytes_mut().rotate_left(half);
    state
}

fn round_key(round: u8, header: &Header, passphrase: &[u8], right: &[u8], key: &mut [u8]) {
    let mut password = Zeroizing::new(Vec::with_capacity(1 + passphrase.len()));
    password.push(round);
    password.extend_from_slice(passphrase);
    let mut salt = Zeroizing::new(Vec::with_capacity(SALT_PREFIX.len() + 2 + right.len()));
    if !header.extendable {
        salt.extend_from_slice(SALT_PREFIX);
        salt.extend_from_slice(&header.set.number().to_be_bytes());
    }
    salt.extend_from_slice(right);
    let iterations = (BASE_ITERATIONS << header.iteration_exponent) / u32::from(ROUNDS);
    pbkdf2::pbkdf2_hmac::<Sha256>(&password, &salt, iterations, key);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::SecretLength;

    #[test]
    fn what_was_encrypted_can_be_decrypted() {
        for length in SecretLength::ALL {
            for extendable in [false, true] {
                let mut secret = Value::zero(length);
                secret.bytes_mut()[0] = 1;
                let header = Header {
                    extendable,
                    ..Header::default()
                };
                let encrypted = encrypt(&secret, &header, b"");
                assert!(encrypted != secret);
                assert!(decrypt(&encrypted, &header, b"") == secret);
                assert!(decrypt(&encrypted, &header, b"other") != secret);
            }
        }
    }
}
