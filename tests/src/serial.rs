//! One serial port of the guest: everything that it sent, and a way to write to it.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// What arrived so far.
#[derive(Default)]
struct Received {
    bytes: Vec<u8>,
    closed: bool,
}

/// One serial port. Cloning gives another handle to the same port.
#[derive(Clone)]
pub struct Serial {
    received: Arc<(Mutex<Received>, Condvar)>,
    writer: Arc<UnixStream>,
}

impl Serial {
    /// Follows the port at the other end of `stream`, on a thread of its own that ends with the stream. What arrived from the same PC before
    /// goes before it.
    pub(crate) fn follow(stream: UnixStream, before: Vec<u8>) -> Result<Self> {
        let begin = Received {
            bytes: before,
            closed: false,
        };
        let received = Arc::new((Mutex::new(begin), Condvar::new()));
        let mut reader = stream.try_clone().context("serial port")?;
        let shared = Arc::clone(&received);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                // An error is the end as well: QEMU is gone, which whoever waits is told.
                let count = reader.read(&mut buffer).unwrap_or(0);
                let (lock, changed) = &*shared;
                let mut received = lock.lock().expect("no holder of this lock panics");
                received.bytes.extend_from_slice(&buffer[..count]);
                received.closed = count == 0;
                changed.notify_all();
                if received.closed {
                    break;
                }
            }
        });
        Ok(Self {
            received,
            writer: Arc::new(stream),
        })
    }

    /// All that the guest sent so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.lock().bytes.clone()
    }

    /// Sends bytes to the guest.
    ///
    /// # Errors
    /// When QEMU is gone.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        (&*self.writer)
            .write_all(bytes)
            .context("writing to the guest's serial port")
    }

    /// Waits until `look` finds something in all bytes so far: it is called at once and after each arrival. `None` at the deadline,
    /// or when the port is closed and nothing was found.
    pub fn wait<T>(&self, within: Duration, mut look: impl FnMut(&[u8]) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + within;
        let mut received = self.lock();
        loop {
            if let Some(found) = look(&received.bytes) {
                return Some(found);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if received.closed || left.is_zero() {
                return None;
            }
            let (_, changed) = &*self.received;
            received = changed
                .wait_timeout(received, left)
                .expect("no holder of this lock panics")
                .0;
        }
    }

    /// Whether the other end is gone.
    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    fn lock(&self) -> MutexGuard<'_, Received> {
        self.received
            .0
            .lock()
            .expect("no holder of this lock panics")
    }
}
