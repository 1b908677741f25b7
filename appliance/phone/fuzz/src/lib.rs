//! What must hold for any bytes. Each function is the body of a fuzz target; `../tests/corpus.rs` runs them over the kept inputs.

mod datasets;
mod session;
mod wire;

pub use datasets::{arrays, device_info, object_info, prop_list};
pub use session::{session_framed, session_raw};

/// A name, which is that of its target and of its corpus, and a body.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const ALL: [Target; 6] = [
    ("arrays", arrays),
    ("device_info", device_info),
    ("object_info", object_info),
    ("prop_list", prop_list),
    ("session_framed", session_framed),
    ("session_raw", session_raw),
];
