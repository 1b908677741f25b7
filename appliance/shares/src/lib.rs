//! SLIP-39: a secret as lists of words, any k of n of which give it back, and fewer nothing at all.
//!
//! What is made here is one group of shares, extendable, without a passphrase, and opens with every other program that knows the standard. What is read may
//! come from such programs, sets with several groups included.
//!
//! Pure functions of what they are given: nothing here opens a file, and random bytes come from the caller. Secrets are on the heap, in one place each,
//! and wiped when they are dropped; none is in an error, or printed unless that is asked for by name.
#![forbid(unsafe_code)]

mod checksum;
mod cipher;
mod field;
mod gathering;
mod header;
mod scheme;
mod secret;
mod shamir;
mod share;
mod share_words;
#[cfg(test)]
mod vectors;
mod words;

pub use gathering::{AddError, Gathering, Progress, RecoverError};
pub use header::SetIdentifier;
pub use scheme::{SHARES_MAX, Scheme, SchemeError};
pub use secret::{HexSecret, MasterSecret, SecretLength, SecretLengthError};
pub use share::{Share, ShareError};
pub use share_words::ShareWords;
pub use words::{complete, matches, similar};
