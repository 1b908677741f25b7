//! Shows where a long work is: one line that is written anew on a terminal, plain lines now and then elsewhere, or lines of JSON.

use std::io::{IsTerminal, Write, stderr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::args::Talk;
use crate::quantity::{duration, files, size};

const TERMINAL_EVERY: Duration = Duration::from_millis(200);
const LINES_EVERY: Duration = Duration::from_secs(10);
const JSON_EVERY: Duration = Duration::from_millis(200);
/// Before that, how long it will take is anybody's guess.
const GUESS_AFTER: Duration = Duration::from_secs(3);

/// Where a work is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Where {
    /// What is being done, such as `Reading the source`.
    pub(crate) doing: &'static str,
    /// Files that are done.
    pub(crate) files: u64,
    /// Of how many, where that is known.
    pub(crate) of_files: Option<u64>,
    /// Bytes that are done.
    pub(crate) bytes: u64,
    /// Of how many, where that is known.
    pub(crate) of_bytes: Option<u64>,
}

impl Where {
    /// At the beginning of something.
    pub(crate) fn at(doing: &'static str) -> Self {
        Self {
            doing,
            files: 0,
            of_files: None,
            bytes: 0,
            of_bytes: None,
        }
    }
}

/// Shows it to somebody.
pub(crate) struct Display {
    how: How,
    state: Mutex<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Silent,
    Terminal,
    Lines,
    Json,
}

struct State {
    doing: &'static str,
    since: Instant,
    shown: Option<Instant>,
    is_line_open: bool,
}

impl Display {
    /// As the command line asks for it, and where standard error leads.
    pub(crate) fn new(talk: Talk) -> Self {
        let how = if talk.json_progress {
            How::Json
        } else if talk.quiet {
            How::Silent
        } else if stderr().is_terminal() {
            How::Terminal
        } else {
            How::Lines
        };
        Self {
            how,
            state: Mutex::new(State {
                doing: "",
                since: Instant::now(),
                shown: None,
                is_line_open: false,
            }),
        }
    }

    /// Tells where the work is; most calls show nothing.
    pub(crate) fn show(&self, make: impl FnOnce() -> Where) {
        let every = match self.how {
            How::Silent => return,
            How::Terminal => TERMINAL_EVERY,
            How::Lines => LINES_EVERY,
            How::Json => JSON_EVERY,
        };
        // Who is busy showing shows something as new as this.
        let Ok(mut state) = self.state.try_lock() else {
            return;
        };
        let now = Instant::now();
        let is_due = |state: &State| state.shown.is_none_or(|shown| now - shown >= every);
        let place = if is_due(&state) {
            make()
        } else {
            // A new kind of work is shown at once.
            let place = make();
            if place.doing == state.doing {
                return;
            }
            place
        };
        if place.doing != state.doing {
            state.doing = place.doing;
            state.since = now;
        }
        state.shown = Some(now);
        let elapsed = now - state.since;
        // What nobody can read any more is no reason to stop.
        let _ = match self.how {
            How::Silent => Ok(()),
            How::Terminal => {
                state.is_line_open = true;
                // A line that is too long is cut, and not wrapped into the next.
                write!(
                    stderr(),
                    "\r\x1b[?7l{}\x1b[K\x1b[?7h",
                    line(&place, elapsed)
                )
            }
            How::Lines => writeln!(stderr(), "{}", line(&place, elapsed)),
            How::Json => writeln!(stderr(), "{}", object(&place, elapsed)),
        };
    }

    /// Takes the line away, before something else is printed.
    pub(crate) fn end(&self) {
        let Ok(mut state) = self.state.lock() else {
            return;
        };
        if std::mem::take(&mut state.is_line_open) {
            // As above.
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}

fn line(place: &Where, elapsed: Duration) -> String {
    let mut parts = Vec::new();
    match place.of_files {
        Some(of) => parts.push(format!(
            "{} of {}",
            crate::quantity::grouped(place.files),
            files(of)
        )),
        None if place.files > 0 => parts.push(files(place.files)),
        None => {}
    }
    match place.of_bytes {
        Some(of) => parts.push(format!("{} of {}", size(place.bytes), size(of))),
        None if place.bytes > 0 => parts.push(size(place.bytes)),
        None => {}
    }
    if let Some(rate) = rate(place, elapsed) {
        parts.push(format!("{}/s", size(rate)));
    }
    if let Some(left) = left(place, elapsed) {
        parts.push(format!("{} left", duration(left.as_secs())));
    }
    if parts.is_empty() {
        format!("{} ...", place.doing)
    } else {
        format!("{}: {}", place.doing, parts.join(", "))
    }
}

fn object(place: &Where, elapsed: Duration) -> Value {
    json!({
        "progress": place.doing,
        "files": place.files,
        "of_files": place.of_files,
        "bytes": place.bytes,
        "of_bytes": place.of_bytes,
        "seconds_left": left(place, elapsed).map(|left| left.as_secs()),
    })
}

fn rate(place: &Where, elapsed: Duration) -> Option<u64> {
    let elapsed_ms = u64::try_from(elapsed.as_millis()).ok()?;
    (elapsed >= GUESS_AFTER && place.bytes > 0)
        .then(|| place.bytes.saturating_mul(1_000) / elapsed_ms)
}

/// As if it went on as fast as so far. Bytes tell it, or files where they are many and small.
fn left(place: &Where, elapsed: Duration) -> Option<Duration> {
    if elapsed < GUESS_AFTER {
        return None;
    }
    let share = |done: u64, of: Option<u64>| {
        let of = of.filter(|of| *of > 0)?;
        Some((done as f64 / of as f64).min(1.0))
    };
    let done = [
        share(place.bytes, place.of_bytes),
        share(place.files, place.of_files),
    ];
    // The part that is furthest behind is what is waited for.
    let done = done.into_iter().flatten().reduce(f64::min)?;
    (done > 0.0).then(|| elapsed.mul_f64((1.0 - done) / done))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_is_known() {
        let place = Where {
            doing: "Copying",
            files: 1_000,
            of_files: Some(4_000),
            bytes: 1_000_000_000,
            of_bytes: Some(2_000_000_000),
        };
        let cases = [
            (
                place.clone(),
                60,
                "Copying: 1,000 of 4,000 files, 1.0 GB of 2.0 GB, 16.7 MB/s, 3 minutes left",
            ),
            (
                place.clone(),
                1,
                "Copying: 1,000 of 4,000 files, 1.0 GB of 2.0 GB",
            ),
            (
                Where {
                    doing: "Listing the source",
                    files: 7,
                    of_files: None,
                    bytes: 0,
                    of_bytes: None,
                },
                60,
                "Listing the source: 7 files",
            ),
            (
                Where {
                    files: 0,
                    of_files: None,
                    bytes: 0,
                    of_bytes: None,
                    ..place
                },
                60,
                "Copying ...",
            ),
        ];
        for (place, seconds, text) in cases {
            assert_eq!(line(&place, Duration::from_secs(seconds)), text);
        }
    }
}
