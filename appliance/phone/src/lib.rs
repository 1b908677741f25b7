//! Phones and cameras over USB, as MTP (1.1) and PTP (ISO 15740) define them, behind the port [`Source`](heirloom_engine::Source).
//!
//! Three layers, each knowing only the one below: the source (listing, fetching, resolving a path again), the session (one exchange
//! at a time, with a deadline, recovered after a failure), and a transport: ours on nusb, or any behind mtp-rs's trait. Threads, not
//! async: every call blocks, for a bounded time. A device is only ever read; no operation that writes, deletes or resets is sent from
//! here. What it sends is read by pure functions (`dataset`, `transaction`), which the targets of `fuzz/` feed with any bytes.
//!
//! What a device does wrong is a row of the table in `quirks.rs`, dated in `QUIRKS.md`, and never an `if` in the session.
#![forbid(unsafe_code)]

pub mod dataset;
mod deadline;
mod device;
mod error;
mod fetch;
mod handshake;
mod interface;
mod listing;
mod open;
mod prop_list;
mod quirks;
mod resolve;
mod session;
mod source;
mod spares;
mod time;
mod transaction;
mod transport;

pub use deadline::Patience;
pub use open::{UsbAddress, candidates, open};
pub use quirks::UsbIds;
pub use source::PhoneSource;
