//! The log on standard error, for somebody who wants to know more.

use std::io::{IsTerminal, Write, stderr};

use log::{LevelFilter, Log, Metadata, Record};

struct Logger;

/// Switches the log on: nothing, what happens, or all details.
pub(crate) fn start(verbose: u8) {
    let level = match verbose {
        0 => LevelFilter::Off,
        1 => LevelFilter::Info,
        _ => LevelFilter::Debug,
    };
    if log::set_logger(&Logger).is_ok() {
        log::set_max_level(level);
    }
}

impl Log for Logger {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        // A line of progress may stand there, and is written anew.
        let clear = if stderr().is_terminal() {
            "\r\x1b[K"
        } else {
            ""
        };
        let level = record.level().as_str().to_lowercase();
        // A log that nobody can read any more is no reason to stop.
        let _ = writeln!(stderr(), "{clear}{level}: {}", record.args());
    }

    fn flush(&self) {}
}
