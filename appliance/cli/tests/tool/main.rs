//! The tool as people use it: its exit codes, its words, what it leaves on disk, judged by programs that are not ours.

mod archive;
mod doubtful;
mod drive;
mod drive_kit;
mod interrupted;
mod judges;
mod kit;
mod listed;
mod manual;
mod marks;
mod odd;
mod refused;
mod restored;
mod sorted;
mod terminal;
mod thinned;
mod verified;
