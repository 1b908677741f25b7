//! Checks of archives: sound ones, and each kind of damage by its name.
#![forbid(unsafe_code)]

mod archives;
mod damage;
mod kit;
mod life;
mod tampering;
