//! How many files are best read at the same time.
//!
//! A head that moves should read one file after the other; without one, several at once are faster. The kernel says of most USB bridges and of
//! all virtual disks that they have such a head. So where it says so, it is tried out on the first files that are read back.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What is tried, in this order.
const TRIED: [usize; 3] = [1, 2, 4];
/// How much is read to know how fast that is.
const SAMPLE_BYTES: u64 = 32 << 20;
/// What opening a file costs, as if it were so much longer.
const OPENING_BYTES: u64 = 128 << 10;
/// Reading more files at once must be worth it by so much.
const GAIN: f64 = 1.15;

/// What is known of a drive.
#[derive(Debug)]
pub(crate) struct Pace {
    active: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Known(usize),
    Trying {
        /// Which of `TRIED`.
        stage: usize,
        bytes: u64,
        /// Summed over files that were read at the same time.
        busy: Duration,
        /// Bytes a second of each stage.
        rates: [f64; TRIED.len()],
    },
}

impl Pace {
    /// Of a drive without a head: nothing is to be tried.
    pub(crate) fn solid() -> Self {
        Self::in_state(State::Known(TRIED[TRIED.len() - 1]))
    }

    /// Of a drive that may have a head.
    pub(crate) fn unknown() -> Self {
        Self::in_state(State::Trying {
            stage: 0,
            bytes: 0,
            busy: Duration::ZERO,
            rates: [0.0; TRIED.len()],
        })
    }

    fn in_state(state: State) -> Self {
        Self {
            active: AtomicUsize::new(0),
            state: Mutex::new(state),
        }
    }

    /// How many files are to be read at the same time now.
    pub(crate) fn at_once(&self) -> usize {
        match *self.state() {
            State::Known(at_once) => at_once,
            State::Trying { stage, .. } => TRIED[stage],
        }
    }

    /// Takes the time of a reading that yields how many bytes it read.
    pub(crate) fn time<E>(&self, read: impl FnOnce() -> Result<u64, E>) -> Result<u64, E> {
        let before = self.active.fetch_add(1, Ordering::Relaxed) + 1;
        let begun = Instant::now();
        let outcome = read();
        let after = self.active.fetch_sub(1, Ordering::Relaxed);
        if let Ok(bytes) = outcome
            && before == after
        {
            self.note(before, bytes, begun.elapsed());
        }
        outcome
    }

    /// So many bytes took so long, while so many files were read.
    fn note(&self, at_once: usize, read_bytes: u64, took: Duration) {
        let mut state = self.state();
        let State::Trying {
            stage,
            bytes,
            busy,
            rates,
        } = &mut *state
        else {
            return;
        };
        if at_once != TRIED[*stage] {
            return;
        }
        *bytes += read_bytes + OPENING_BYTES;
        *busy += took;
        if *bytes < SAMPLE_BYTES {
            return;
        }
        rates[*stage] = *bytes as f64 / busy.as_secs_f64() * at_once as f64;
        if *stage + 1 < TRIED.len() {
            (*stage, *bytes, *busy) = (*stage + 1, 0, Duration::ZERO);
            return;
        }
        let best = best_of(rates);
        log::info!("reads {best} files at once; with {TRIED:?}, bytes a second were {rates:.0?}");
        *state = State::Known(best);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere is told elsewhere; the numbers are still right.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The fewest files at once that are nearly as fast as the fastest. All are tried, because one sample can be slow by chance.
fn best_of(rates: &[f64; TRIED.len()]) -> usize {
    let fastest = rates.iter().copied().fold(0.0, f64::max);
    let near = rates.iter().position(|rate| rate * GAIN >= fastest);
    near.map_or(TRIED[0], |at| TRIED[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A drive whose rate, in MB/s, depends on how many files are read at the same time.
    fn learned(rate_of: fn(usize) -> u64) -> usize {
        let pace = Pace::unknown();
        for _ in 0..200 {
            let at_once = pace.at_once();
            let bytes = 4_000_000;
            let each = rate_of(at_once) * 1_000_000 / at_once as u64;
            pace.note(
                at_once,
                bytes,
                Duration::from_secs_f64(bytes as f64 / each as f64),
            );
            // What was read with another number of files says nothing.
            pace.note(at_once + 1, bytes, Duration::from_nanos(1));
        }
        pace.at_once()
    }

    #[test]
    fn it_learns_what_the_drive_likes() {
        type Rate = fn(usize) -> u64;
        let cases: [(Rate, usize); 5] = [
            // A head that has to move.
            (|at_once| 150 / at_once as u64, 1),
            // A bridge that does one thing at a time.
            (|_| 400, 1),
            // The second sample was slow by chance.
            (
                |at_once| {
                    if at_once == 2 {
                        300
                    } else {
                        400 * at_once as u64
                    }
                },
                4,
            ),
            // A solid-state drive behind one.
            (|at_once| 400 * at_once.min(2) as u64, 2),
            (|at_once| 400 * at_once as u64, 4),
        ];
        for (rate_of, expected) in cases {
            assert_eq!(learned(rate_of), expected);
        }
        assert_eq!(Pace::solid().at_once(), 4);
    }

    #[test]
    fn it_counts_what_is_read_at_the_same_time() {
        let pace = Pace::unknown();
        let outcome: Result<u64, ()> = pace.time(|| {
            assert_eq!(pace.active.load(Ordering::Relaxed), 1);
            pace.time(|| Ok(1))
        });
        assert_eq!(outcome, Ok(1));
        assert_eq!(pace.active.load(Ordering::Relaxed), 0);
        assert_eq!(pace.time(|| Err("no")), Err("no"));
        assert_eq!(pace.active.load(Ordering::Relaxed), 0);
    }
}
