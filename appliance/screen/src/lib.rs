//! The face: views become cells of a text screen, key presses become commands, and all words are here.
//!
//! **Invariant:** knows neither phones nor Linux; decides nothing.
#![forbid(unsafe_code)]

mod decode;
mod paint;
mod piece;
mod quantity;
mod words;

pub use decode::KeyDecoder;
pub use paint::{Terminal, draw};
pub use quantity::{duration, size};
