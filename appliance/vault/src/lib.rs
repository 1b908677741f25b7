//! Reads LUKS2 devices and images without the kernel's help and without any rights but to read them: nothing here ever writes.
//!
//! - [`Header::read`] finds the header, in its first or its second copy, and says how both are.
//! - [`Header::unlock`] opens a key slot by a passphrase, within [`Bounds`] that the caller sets.
//! - [`Plain`] gives the decrypted bytes at any offset, to several threads at once.
//! - [`open_ext4`] opens the file system in it.
//!
//! ```no_run
//! use heirloom_vault::{Bounds, Header, Plain, Slots, open_ext4};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let device = std::fs::File::open("archive.img")?;
//! let header = Header::read(&device)?;
//! let key = header.unlock(&device, b"correct horse battery staple", Slots::All, &Bounds::default())?;
//! let files = open_ext4(Plain::new(device, &header, &key)?)?;
//! println!("{}", files.read_to_string("/README.txt")?);
//! # Ok(())
//! # }
//! ```
//!
//! # What is read
//!
//! LUKS2 as cryptsetup makes it by itself: aes-xts-plain64 with keys of 256 and 512 bits, sectors of 512 to 4096 bytes, key slots by Argon2id, Argon2i and
//! PBKDF2, SHA-256, SHA-384 and SHA-512. All else is refused by its name: other ciphers, integrity data, devices whose encryption is under way.
//!
//! # What may come
//!
//! Any bytes. No header makes it panic, take more than a few times the header's own 4 MiB at most, or compute for longer than the caller allows.
//! Keys, passphrases and what is made of them are wiped; no error and no debug output has any of it.
#![forbid(unsafe_code)]

mod binary_header;
mod error;
mod ext4;
mod hash;
mod header;
mod json;
mod kdf;
mod key;
mod metadata;
mod name;
mod plain;
mod port;
mod recipe;
mod segment;
mod split;
mod unlock;
mod xts;

pub use error::{
    CopyFault, Feature, HeaderError, Inconsistency, PassedOver, PlainError, SlotFault, UnlockError,
    Unsupported,
};
pub use ext4::{ext4_size_bytes, open_ext4};
pub use header::{CopyState, Header, HeaderCopy, SlotFacts};
pub use kdf::Bounds;
pub use key::VolumeKey;
pub use metadata::Priority;
pub use name::Name;
pub use plain::Plain;
pub use port::{ReadAt, Span};
pub use unlock::Slots;
pub use xts::Xts;
