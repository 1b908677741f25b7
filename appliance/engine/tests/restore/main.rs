//! Restores: all of it and parts, under both kinds of names, into folders and by month, of all sources, to small file systems, after
//! interruptions, out of damaged archives. And rehearsals.
#![forbid(unsafe_code)]

mod all_sources;
mod by_month;
mod days;
mod faults;
#[path = "../verify/kit.rs"]
mod kit;
mod limits;
mod rehearsals;
mod restores;
