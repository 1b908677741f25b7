//! Runs against doubles of a phone and a drive: what they publish, what they survive, what they say.
#![forbid(unsafe_code)]

mod doubtful;
mod every_step;
mod faults;
mod kit;
mod oddities;
mod parts;
mod recovery;
mod runs;
mod twice;
mod twins;
mod wanted;
