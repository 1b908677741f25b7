//! Linux's numbers of the errors that are told here, as its `include/uapi/asm-generic/errno*.h` has them. They are the engine's words on every system.

pub(crate) const EIO: i32 = 5;
pub(crate) const ENXIO: i32 = 6;
pub(crate) const ENOMEM: i32 = 12;
pub(crate) const ENODEV: i32 = 19;
pub(crate) const EISDIR: i32 = 21;
pub(crate) const EROFS: i32 = 30;
pub(crate) const ELOOP: i32 = 40;
pub(crate) const EUCLEAN: i32 = 117;
