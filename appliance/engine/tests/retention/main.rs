//! Thinning out: what may go, what must stay, and power cuts on the way.
#![forbid(unsafe_code)]

mod faults;
#[path = "../verify/kit.rs"]
mod kit;
mod plans;
