//! Memory of transfers that is used again. Without it the system's allocator gives the memory of each file back to the kernel, and
//! the next file begins with a page fault for every 4 KiB of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::transport::TRANSFER_BYTES;

/// The most that is kept, in transfers: what two of the longest windows take.
const KEPT_MAX: usize = 128;

/// What one connection keeps. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spares(Arc<Mutex<Vec<Vec<u8>>>>);

impl Spares {
    /// Memory for a transfer, empty: what was given back last, which is the likeliest to be in the processor's cache still.
    pub(crate) fn take(&self) -> Vec<u8> {
        self.kept()
            .pop()
            .unwrap_or_else(|| Vec::with_capacity(TRANSFER_BYTES))
    }

    /// Takes memory back, if it is that of a whole transfer.
    pub(crate) fn give_back(&self, mut transfer: Vec<u8>) {
        transfer.clear();
        let mut kept = self.kept();
        if transfer.capacity() == TRANSFER_BYTES && kept.len() < KEPT_MAX {
            kept.push(transfer);
        }
    }

    /// No panic can leave the list half done.
    fn kept(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_of_whole_transfers_is_used_again_and_bounded() {
        let spares = Spares::default();
        spares.give_back(vec![7; 100]);
        assert_eq!(spares.kept().len(), 0, "too short for a transfer");
        let transfer = spares.take();
        let place = transfer.as_ptr();
        spares.give_back(transfer);
        let again = spares.clone().take();
        assert_eq!((again.as_ptr(), again.len()), (place, 0));
        for _ in 0..=KEPT_MAX {
            spares.give_back(Vec::with_capacity(TRANSFER_BYTES));
        }
        assert_eq!(spares.kept().len(), KEPT_MAX);
    }
}
