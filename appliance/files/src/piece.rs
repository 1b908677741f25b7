//! The room that files are read into: one for each thread, because a fresh one for each of many small files costs more than reading them.
//!
//! It lies in one huge page where the system has them. Read past the cache, a drive writes straight into it, and a request for a mebibyte is
//! then one stretch of memory, not 256: that alone makes some drives twice as fast.

use std::cell::RefCell;

#[cfg(target_os = "linux")]
use memmap2::Advice;
use memmap2::MmapMut;

/// Length of the pieces in which files are read.
pub(crate) const PIECE_BYTES: usize = 1024 * 1024;
/// What O_DIRECT wants buffers and offsets to be aligned to; the largest sector there is.
pub(crate) const ALIGNMENT_BYTES: usize = 4096;
/// A huge page of x86-64, and of most others.
const HUGE_PAGE_BYTES: usize = 2 << 20;

thread_local! {
    static ROOM: RefCell<Option<Room>> = const { RefCell::new(None) };
}

/// Lends this thread's room, aligned for O_DIRECT. Whoever has it may borrow again, and gets another one.
pub(crate) fn with_piece<T>(work: impl FnOnce(&mut [u8]) -> T) -> T {
    let mut room = ROOM.take().unwrap_or_else(Room::new);
    let outcome = work(room.piece());
    ROOM.set(Some(room));
    outcome
}

enum Room {
    Mapped(MmapMut),
    Plain(Vec<u8>),
}

impl Room {
    fn new() -> Self {
        // Twice as long as a huge page, so that a whole one is in it wherever it begins; what is not touched takes no memory.
        match MmapMut::map_anon(2 * HUGE_PAGE_BYTES) {
            Ok(map) => {
                // A kernel without huge pages says so, and reads slower.
                #[cfg(target_os = "linux")]
                if let Err(error) = map.advise(Advice::HugePage) {
                    log::debug!("no huge pages: {error}");
                }
                Self::Mapped(map)
            }
            Err(error) => {
                log::debug!("no mapping of memory: {error}");
                Self::Plain(vec![0; PIECE_BYTES + ALIGNMENT_BYTES])
            }
        }
    }

    fn piece(&mut self) -> &mut [u8] {
        let (room, alignment): (&mut [u8], _) = match self {
            Self::Mapped(map) => (map, HUGE_PAGE_BYTES),
            Self::Plain(bytes) => (bytes, ALIGNMENT_BYTES),
        };
        let start = room.as_ptr().align_offset(alignment);
        &mut room[start..start + PIECE_BYTES]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_aligned_and_whole_however_it_was_come_by() {
        let plain = Room::Plain(vec![0; PIECE_BYTES + ALIGNMENT_BYTES]);
        for mut room in [Room::new(), plain] {
            let piece = room.piece();
            assert_eq!(piece.len(), PIECE_BYTES);
            assert_eq!(piece.as_ptr().align_offset(ALIGNMENT_BYTES), 0);
        }
    }

    #[test]
    fn who_borrows_twice_gets_two() {
        with_piece(|outer| {
            outer.fill(1);
            with_piece(|inner| inner.fill(2));
            assert!(outer.iter().all(|byte| *byte == 1));
        });
    }
}
