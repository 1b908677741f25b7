//! Runs against doubles of a phone and a drive: what they publish, what they survive, what they say.
#![forbid(unsafe_code)]

mod compared;
mod doubtful;
mod every_step;
mod faults;
mod kit;
mod marks;
mod oddities;
mod parts;
mod recovery;
mod refused_again;
mod refused_every_step;
mod runs;
mod twice;
mod twins;
mod wanted;
