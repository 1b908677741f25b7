//! The room that files are read into: one for each thread, because a fresh one for each of many small files costs more than reading them.

use std::cell::RefCell;

/// Length of the pieces in which files are read.
pub(crate) const PIECE_BYTES: usize = 1024 * 1024;
/// What O_DIRECT wants buffers and offsets to be aligned to; the largest sector there is.
pub(crate) const ALIGNMENT_BYTES: usize = 4096;

thread_local! {
    static ROOM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Lends this thread's room, aligned for O_DIRECT. Whoever has it may borrow again, and gets another one.
pub(crate) fn with_piece<T>(work: impl FnOnce(&mut [u8]) -> T) -> T {
    let mut room = ROOM.take();
    room.resize(PIECE_BYTES + ALIGNMENT_BYTES, 0);
    let start = room.as_ptr().align_offset(ALIGNMENT_BYTES);
    let outcome = work(&mut room[start..start + PIECE_BYTES]);
    ROOM.set(room);
    outcome
}
