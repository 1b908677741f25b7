//! Restores: all of it and parts, under both kinds of names, after interruptions, out of damaged archives.
#![forbid(unsafe_code)]

mod faults;
#[path = "../verify/kit.rs"]
mod kit;
mod restores;
