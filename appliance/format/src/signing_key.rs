//! The key that an archive signs its snapshots with, as minisign's secret key file without a password: `archive.key`.
//!
//! 158 bytes in base64 after a comment line: `Ed`, how it is encrypted (two zero bytes: it is not), `B2`, 48 bytes for the encryption (zeros),
//! key id, Ed25519 seed, public key, and a BLAKE2b-256 of `Ed`, key id, seed and public key (minisign itself leaves zeros there).

use std::fmt;

use base64ct::{Base64, Encoding};
use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest as _};
use ed25519_dalek::Signer as _;
use zeroize::Zeroizing;

use crate::public_key::KEY_ALGORITHM;
use crate::{PublicKey, Signature};

const CHECKSUM_ALGORITHM: [u8; 2] = *b"B2";
const NOT_ENCRYPTED: [u8; 2] = [0, 0];
const BYTES: usize = 158;
const CHARACTERS: usize = 212;

/// minisign's bound for the comment, in bytes.
const COMMENT_BYTES_MAX: usize = 1024;
const COMMENT: &str = "untrusted comment: ";

/// Secret. It is wiped from memory when it is dropped, and `Debug` shows the public key only.
#[derive(Clone)]
pub struct SigningKey {
    key_id: [u8; 8],
    key: ed25519_dalek::SigningKey,
}

/// Why bytes are not a secret key that we can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningKeyError {
    /// Not a comment line and 158 bytes in base64.
    #[error("this is not a secret key file of minisign")]
    Malformed,
    /// Of another algorithm than Ed25519 with a BLAKE2b checksum.
    #[error("the secret key is of a kind that is not used here")]
    OtherAlgorithm,
    /// It asks for a password; an archive's own key never does.
    #[error("the secret key is protected by a password")]
    PasswordProtected,
    /// It is not as it was written: its parts don't belong together.
    #[error("the secret key is damaged")]
    Damaged,
}

impl SigningKey {
    /// Makes a key of 32 random bytes. The id, 8 more, is no secret.
    pub fn from_seed(seed: [u8; 32], key_id: [u8; 8]) -> Self {
        let seed = Zeroizing::new(seed);
        Self {
            key_id,
            key: ed25519_dalek::SigningKey::from_bytes(&seed),
        }
    }

    /// Reads a secret key file.
    ///
    /// # Errors
    /// [`SigningKeyError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, SigningKeyError> {
        let malformed = SigningKeyError::Malformed;
        let text = std::str::from_utf8(bytes).map_err(|_| malformed)?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let (comment, line) = text.split_once('\n').ok_or(malformed)?;
        let comment = comment.strip_prefix(COMMENT).ok_or(malformed)?;
        let mut raw = Zeroizing::new([0; BYTES]);
        let decoded = Base64::decode(line, &mut *raw).map_err(|_| malformed)?;
        if comment.len() > COMMENT_BYTES_MAX || decoded.len() != BYTES {
            return Err(malformed);
        }
        let (head, rest) = raw.split_at(6);
        let (key_id, rest) = rest[48..].split_at(8);
        let (seed, rest) = rest.split_at(32);
        let (point, checksum) = rest.split_at(32);
        if head[..2] != KEY_ALGORITHM || head[4..] != CHECKSUM_ALGORITHM {
            return Err(SigningKeyError::OtherAlgorithm);
        }
        if head[2..4] != NOT_ENCRYPTED {
            return Err(SigningKeyError::PasswordProtected);
        }
        let mut whole_seed = Zeroizing::new([0; 32]);
        whole_seed.copy_from_slice(seed);
        let key = Self {
            key_id: key_id.try_into().map_err(|_| malformed)?,
            key: ed25519_dalek::SigningKey::from_bytes(&whole_seed),
        };
        let checksum_holds = checksum == [0; 32] || checksum == *key.checksum();
        if *point != key.key.verifying_key().to_bytes() || !checksum_holds {
            return Err(SigningKeyError::Damaged);
        }
        Ok(key)
    }

    /// The file's content.
    pub fn print(&self) -> Zeroizing<String> {
        let mut raw = Zeroizing::new([0; BYTES]);
        raw[..2].copy_from_slice(&KEY_ALGORITHM);
        raw[2..4].copy_from_slice(&NOT_ENCRYPTED);
        raw[4..6].copy_from_slice(&CHECKSUM_ALGORITHM);
        raw[54..62].copy_from_slice(&self.key_id);
        raw[62..94].copy_from_slice(self.key.as_bytes());
        raw[94..126].copy_from_slice(&self.key.verifying_key().to_bytes());
        raw[126..].copy_from_slice(&*self.checksum());
        let mut characters = Zeroizing::new([0; CHARACTERS]);
        let line = Base64::encode(&*raw, &mut *characters).expect("158 bytes");
        let comment = "heirloom archive key, without a password";
        // With all its room from the start: a text that grows leaves copies of itself behind.
        let mut text = Zeroizing::new(String::with_capacity(CHARACTERS + 128));
        for part in [COMMENT, comment, "\n", line, "\n"] {
            text.push_str(part);
        }
        text
    }

    /// What tells signatures of this key from all others.
    pub fn public_key(&self) -> PublicKey {
        PublicKey::new(self.key_id, &self.key.verifying_key())
    }

    /// Signs a message and a comment of one line; control characters in it become spaces.
    pub fn sign(&self, message: &[u8], trusted_comment: &str) -> Signature {
        Signature::make(self.key_id, message, trusted_comment, |bytes| {
            self.key.sign(bytes).to_bytes()
        })
    }

    fn checksum(&self) -> Zeroizing<[u8; 32]> {
        let mut hasher = Blake2b::<U32>::new();
        hasher.update(KEY_ALGORITHM);
        hasher.update(self.key_id);
        hasher.update(self.key.as_bytes());
        hasher.update(self.key.verifying_key().to_bytes());
        Zeroizing::new(hasher.finalize().into())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SigningKey(of {})", self.public_key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by `minisign -G -W` (0.11), for this test alone.
    const OF_MINISIGN: &str = "untrusted comment: minisign encrypted secret key\n\
        RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAvGCSQsPLfkQO7ZtHX77fvcZ8Jsi+hScI0IuWZdtfAErpHmtqkVUuUEPR4l6KNdIaPSpSxzKoXbLWnAVNAYAf9p0ADunH+sPvAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    const ITS_PUBLIC_KEY: &str = "RWS8YJJCw8t+REPR4l6KNdIaPSpSxzKoXbLWnAVNAYAf9p0ADunH+sPv";

    /// The key file with some of its 158 bytes changed.
    fn changed(at: usize, bytes: &[u8]) -> String {
        let line = OF_MINISIGN.lines().nth(1).expect("two lines");
        let mut raw = Base64::decode(line, &mut [0; BYTES])
            .expect("base64")
            .to_vec();
        raw[at..at + bytes.len()].copy_from_slice(bytes);
        let mut characters = [0; CHARACTERS];
        let line = Base64::encode(&raw, &mut characters).expect("158 bytes");
        format!("untrusted comment: changed\n{line}\n")
    }

    #[test]
    fn a_key_of_minisign_itself_is_read_and_comes_back() {
        let key = SigningKey::parse(OF_MINISIGN.as_bytes()).expect("a key");
        assert_eq!(key.public_key().to_string(), ITS_PUBLIC_KEY);
        let printed = key.print();
        assert_eq!(printed.lines().map(str::len).nth(1), Some(CHARACTERS));
        let again = SigningKey::parse(printed.as_bytes()).expect("ours");
        assert_eq!(again.print(), printed);
        assert_eq!(
            format!("{key:?}"),
            format!("SigningKey(of {ITS_PUBLIC_KEY})")
        );
    }

    #[test]
    fn makes_the_key_of_rfc_8032() {
        // Section 7.1, test 1.
        let seed: [u8; 32] = std::array::from_fn(|at| {
            let hex = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
            u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("two digits")
        });
        let key = SigningKey::from_seed(seed, [0; 8])
            .key
            .verifying_key()
            .to_bytes();
        assert_eq!(key[..4], [0xd7, 0x5a, 0x98, 0x01]);
        assert_eq!(key[28..], [0xf7, 0x07, 0x51, 0x1a]);
    }

    #[test]
    fn each_fault_of_a_key_file_is_told_apart() {
        let cases = [
            (String::new(), SigningKeyError::Malformed),
            (ITS_PUBLIC_KEY.into(), SigningKeyError::Malformed),
            (
                OF_MINISIGN.replacen(": ", ":", 1),
                SigningKeyError::Malformed,
            ),
            (OF_MINISIGN.replace("=\n", "\n"), SigningKeyError::Malformed),
            (format!("{OF_MINISIGN}\n"), SigningKeyError::Malformed),
            (
                format!("untrusted comment: public\n{ITS_PUBLIC_KEY}\n"),
                SigningKeyError::Malformed,
            ),
            (changed(0, b"ED"), SigningKeyError::OtherAlgorithm),
            (changed(4, b"B3"), SigningKeyError::OtherAlgorithm),
            (changed(2, b"Sc"), SigningKeyError::PasswordProtected),
            (changed(62, b"another seed"), SigningKeyError::Damaged),
            (changed(94, b"another key"), SigningKeyError::Damaged),
            (changed(126, b"another sum"), SigningKeyError::Damaged),
        ];
        for (text, error) in cases {
            let result = SigningKey::parse(text.as_bytes()).map(|key| key.public_key());
            assert_eq!(result, Err(error), "{text}");
        }
        assert!(SigningKey::parse(changed(6, b"a salt, unused").as_bytes()).is_ok());
    }
}
