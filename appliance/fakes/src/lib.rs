//! Doubles of the engine's ports, for tests alone: stricter than life, and faulty on demand. And the suites that they pass like the real
//! adapters do.
#![forbid(unsafe_code)]

mod contract;
mod disk;
mod port;
mod random;
mod source;
mod target;
mod target_contract;
mod volume;

pub use contract::volume_contract;
pub use source::{FakeFile, FakeSource};
pub use target::{FakeTarget, TargetFile};
pub use target_contract::target_contract;
pub use volume::{FakeVolume, PowerCut, StoredFile};
