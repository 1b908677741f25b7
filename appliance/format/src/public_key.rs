//! The public key of an archive, in minisign's format: 42 bytes (`Ed`, key id, Ed25519 public key) as 56 characters of base64.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};

/// How minisign names Ed25519 keys.
pub(crate) const KEY_ALGORITHM: [u8; 2] = *b"Ed";

const BYTES: usize = 42;
const CHARACTERS: usize = 56;

/// Tells whether a snapshot was sealed by the archive that it is in. Printed and parsed as the one line that `minisign -P` takes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey {
    key_id: [u8; 8],
    point: [u8; 32],
}

/// The text is not a public key of minisign's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a public key is written as 56 characters of base64 that begin with RW")]
pub struct PublicKeyError;

impl PublicKey {
    pub(crate) fn new(key_id: [u8; 8], point: &ed25519_dalek::VerifyingKey) -> Self {
        Self {
            key_id,
            point: point.to_bytes(),
        }
    }

    /// By which a signature names the key that it was made with.
    pub const fn key_id(&self) -> &[u8; 8] {
        &self.key_id
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        ed25519_dalek::VerifyingKey::from_bytes(&self.point).is_ok_and(|key| {
            let signature = ed25519_dalek::Signature::from_bytes(signature);
            // As libsodium does for minisign: no weak keys, no second form of a signature.
            key.verify_strict(message, &signature).is_ok()
        })
    }

    /// The content of a `.pub` file, as `minisign -p` takes it.
    pub fn print_file(&self) -> String {
        let key_id = u64::from_le_bytes(self.key_id);
        format!("untrusted comment: minisign public key {key_id:016X}\n{self}\n")
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; BYTES];
        bytes[..2].copy_from_slice(&KEY_ALGORITHM);
        bytes[2..10].copy_from_slice(&self.key_id);
        bytes[10..].copy_from_slice(&self.point);
        let mut characters = [0; CHARACTERS];
        out.write_str(Base64::encode(&bytes, &mut characters).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PublicKey({self})")
    }
}

impl FromStr for PublicKey {
    type Err = PublicKeyError;

    fn from_str(text: &str) -> Result<Self, PublicKeyError> {
        let mut bytes = [0; BYTES];
        match Base64::decode(text, &mut bytes) {
            Ok(decoded) if decoded.len() == BYTES => {}
            _ => return Err(PublicKeyError),
        }
        let (algorithm, rest) = bytes.split_at(2);
        let (key_id, point) = rest.split_at(8);
        let key = Self {
            key_id: key_id.try_into().map_err(|_| PublicKeyError)?,
            point: point.try_into().map_err(|_| PublicKeyError)?,
        };
        let usable =
            ed25519_dalek::VerifyingKey::from_bytes(&key.point).is_ok_and(|point| !point.is_weak());
        if algorithm != KEY_ALGORITHM || !usable {
            return Err(PublicKeyError);
        }
        Ok(key)
    }
}

impl TryFrom<String> for PublicKey {
    type Error = PublicKeyError;
    fn try_from(text: String) -> Result<Self, PublicKeyError> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key with which minisign's own releases are signed (https://jedisct1.github.io/minisign/).
    const OF_MINISIGN: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

    #[test]
    fn prints_as_it_parses() {
        let key: PublicKey = OF_MINISIGN.parse().expect("a key");
        assert_eq!(key.to_string(), OF_MINISIGN);
        assert_eq!(
            key.print_file(),
            format!("untrusted comment: minisign public key E7620F1842B4E81F\n{OF_MINISIGN}\n")
        );
        let json = serde_json::to_string(&key).expect("a string");
        assert_eq!(json, format!("\"{OF_MINISIGN}\""));
        assert_eq!(serde_json::from_str::<PublicKey>(&json).expect("ours"), key);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let weak = format!("RWQf6LRCGA9i5{}", "A".repeat(43));
        for text in [
            "",
            "RW",
            &OF_MINISIGN[..55],
            &format!("{OF_MINISIGN}\n"),
            &format!("{OF_MINISIGN}AAAA"),
            &OF_MINISIGN.replacen("RW", "RU", 1),
            &OF_MINISIGN.replacen('6', "-", 1),
            &weak,
        ] {
            assert_eq!(text.parse::<PublicKey>(), Err(PublicKeyError), "{text}");
        }
    }
}
