//! The key of the encrypted data. It is wiped when it is dropped, and never shown.

use std::fmt;

use zeroize::Zeroizing;

/// The key by which the data are decrypted: 32 or 64 bytes. It can be got from a key slot alone.
pub struct VolumeKey(Zeroizing<Vec<u8>>);

impl VolumeKey {
    pub(crate) fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for VolumeKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("VolumeKey(not shown)")
    }
}
