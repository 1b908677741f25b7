//! What the terminal shows while the benchmark goes on.

use std::io::Write;
use std::time::Instant;

use crate::figures::Timing;

/// The clock of the whole benchmark.
pub(crate) struct Progress {
    begun: Instant,
}

impl Progress {
    pub(crate) fn begin() -> Self {
        Self {
            begun: Instant::now(),
        }
    }

    pub(crate) fn say(&self, text: &str) {
        // Nobody looks: that is no reason to stop.
        let _ = writeln!(
            std::io::stderr(),
            "[{:>4} s] {text}",
            self.begun.elapsed().as_secs()
        );
    }

    pub(crate) fn timing(&self, timing: &Timing) {
        let (letter, name) = (timing.measure.letter(), timing.row.name());
        self.say(&format!(
            "  ({letter}) {name:<17} {:>7.2} s",
            timing.seconds
        ));
    }

    /// Says how long the rounds that are left will take, if they are like those since `begun`.
    pub(crate) fn round(&self, what: &str, begun: Instant, done: usize, of: usize) {
        let each_s = begun.elapsed().as_secs_f64() / done as f64;
        let left_min = each_s * (of - done) as f64 / 60.0;
        self.say(&format!(
            "{what}: round {done} of {of} done, {left_min:.0} min left for the others"
        ));
    }
}
