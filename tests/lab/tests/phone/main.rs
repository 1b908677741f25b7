//! The phone crate against devices of the lab, without any USB between: what it lists, fetches and says of each profile.

mod bench;
mod charging;
mod faulty;
mod hostile;
mod whole;
