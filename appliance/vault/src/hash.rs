//! The hash functions that a header may name, and what is made of them: checksums and PBKDF2.

use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::error::{Feature, Unsupported};

/// The longest digest of any of them.
pub(crate) const DIGEST_MAX_BYTES: usize = 64;

/// A hash function. cryptsetup chooses SHA-256 for everything; the others are what people choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(crate) fn from_name(name: &str) -> Result<Self, Unsupported> {
        match name {
            "sha256" => Ok(Self::Sha256),
            "sha384" => Ok(Self::Sha384),
            "sha512" => Ok(Self::Sha512),
            other => Err(Unsupported::new(Feature::Hash, other)),
        }
    }

    pub(crate) fn digest_bytes(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The hash of all `parts`, one after the other, in the first [`Hash::digest_bytes`] of `digest`.
    pub(crate) fn of(self, parts: &[&[u8]], digest: &mut [u8; DIGEST_MAX_BYTES]) {
        match self {
            Self::Sha256 => hash::<Sha256>(parts, digest),
            Self::Sha384 => hash::<Sha384>(parts, digest),
            Self::Sha512 => hash::<Sha512>(parts, digest),
        }
    }

    /// PBKDF2 with HMAC of this hash, as long as `output` is.
    pub(crate) fn pbkdf2(self, secret: &[u8], salt: &[u8], iterations: u32, output: &mut [u8]) {
        match self {
            Self::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(secret, salt, iterations, output),
            Self::Sha384 => pbkdf2::pbkdf2_hmac::<Sha384>(secret, salt, iterations, output),
            Self::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(secret, salt, iterations, output),
        }
    }
}

fn hash<D: Digest>(parts: &[&[u8]], digest: &mut [u8; DIGEST_MAX_BYTES]) {
    let mut hasher = D::new();
    for part in parts {
        hasher.update(part);
    }
    let output = &mut digest[..<D as Digest>::output_size()];
    // Into its place, so that no copy is left: what is hashed may be a part of a key.
    hasher.finalize_into(output.try_into().expect("it is as long as the output is"));
}
