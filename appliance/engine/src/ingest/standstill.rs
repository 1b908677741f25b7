//! Lets a flush come to its end while a long file grows.
//!
//! A file system's flush may wait, too, for what is written while it waits. For small files that soon ends; a video of some gigabytes would keep
//! it waiting until its last byte, and all that was copied before would be lost in a power cut. So a long file stands still meanwhile: the
//! drive is busy either way.

use std::sync::{PoisonError, RwLock};

use crate::{Volume, VolumeError};

/// A file is long from here on: what a flush would write of it anyway.
const LONG_BYTES: u64 = 32 << 20;

/// Shared by the thread that writes and those that flush.
#[derive(Default)]
pub(super) struct Standstill(RwLock<()>);

impl Standstill {
    /// Flushes; long files stand still until it is done.
    pub(super) fn flush(&self, volume: &dyn Volume) -> Result<(), VolumeError> {
        let _still = self.0.read().unwrap_or_else(PoisonError::into_inner);
        volume.flush()
    }

    /// Writes a piece of a file of which so much is written already: at once, or where it is a long one, when no flush is under way.
    pub(super) fn write<T>(&self, written_bytes: u64, write: impl FnOnce() -> T) -> T {
        let _moving = (written_bytes >= LONG_BYTES)
            .then(|| self.0.write().unwrap_or_else(PoisonError::into_inner));
        write()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread;

    use super::*;

    #[test]
    fn only_long_files_stand_still() {
        let standstill = Standstill::default();
        let flushing = standstill.0.read().expect("nobody panicked");
        assert_eq!(standstill.write(LONG_BYTES - 1, || 1), 1);
        let order = Mutex::new(Vec::new());
        thread::scope(|scope| {
            let (begun, begins): (Sender<()>, Receiver<()>) = channel();
            let (standstill, order) = (&standstill, &order);
            scope.spawn(move || {
                begun.send(()).expect("the test listens");
                standstill.write(LONG_BYTES, || {
                    order.lock().expect("no panic").push("written")
                });
            });
            begins.recv().expect("the thread runs");
            order.lock().expect("no panic").push("flushed");
            drop(flushing);
        });
        assert_eq!(*order.lock().expect("no panic"), ["flushed", "written"]);
    }
}
