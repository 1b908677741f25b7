//! What the terminal shows while the demo goes on.

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Nobody should have to wonder for longer whether anything happens.
const SILENCE_MAX: Duration = Duration::from_secs(5);

/// The demo's clock, and its lines on the terminal.
pub(crate) struct Progress {
    begun: Instant,
    said: Cell<Instant>,
    /// Name and begin of each step; the last one is going on.
    steps: RefCell<Vec<(String, Instant)>>,
}

impl Progress {
    pub(crate) fn begin() -> Self {
        Self {
            begun: Instant::now(),
            said: Cell::new(Instant::now()),
            steps: RefCell::default(),
        }
    }

    /// Says a line, with the seconds since the begin.
    pub(crate) fn say(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        // Nobody looks: that is no reason to stop.
        let _ = writeln!(out, "[{:>3} s] {text}", self.begun.elapsed().as_secs());
        let _ = out.flush();
        self.said.set(Instant::now());
    }

    /// Says a line if nothing was said for a while.
    pub(crate) fn keep_alive(&self, text: &str) {
        if self.said.get().elapsed() >= SILENCE_MAX {
            self.say(&format!("      ... {text}"));
        }
    }

    /// Begins a step, which ends the one before.
    pub(crate) fn step(&self, name: &str) {
        self.say(name);
        self.steps
            .borrow_mut()
            .push((name.to_owned(), Instant::now()));
    }

    /// How long each step took, and all of them. The one that is going on ends now.
    pub(crate) fn durations(&self) -> Vec<(String, Duration)> {
        let steps = self.steps.borrow();
        let ends = steps.iter().skip(1).map(|(_, begin)| *begin);
        let ends = ends.chain([Instant::now()]);
        let each = steps.iter().zip(ends);
        let mut all: Vec<_> = each
            .map(|((name, begin), end)| (name.clone(), end - *begin))
            .collect();
        all.push(("Together".to_owned(), self.begun.elapsed()));
        all
    }

    /// Does something that says nothing itself.
    pub(crate) fn meanwhile<T: Send>(&self, what: &str, work: impl FnOnce() -> T + Send) -> T {
        std::thread::scope(|scope| {
            let (done, waits) = channel::<()>();
            let worker = scope.spawn(move || {
                let result = work();
                drop(done);
                result
            });
            while waits.recv_timeout(SILENCE_MAX) == Err(RecvTimeoutError::Timeout) {
                self.keep_alive(what);
            }
            match worker.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }
}
