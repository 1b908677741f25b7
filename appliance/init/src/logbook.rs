//! The log: the last lines in memory, all of a run for the archive, and the serial port where the boot menu's entry asked for it.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use log::{LevelFilter, Log, Metadata, Record};

/// Lines of one run that are kept: some megabytes at most.
const RUN_LINES_MAX: usize = 20_000;

static BOOK: OnceLock<Logbook> = OnceLock::new();

/// All that is written down.
pub(crate) struct Logbook {
    started: Instant,
    pages: Mutex<Pages>,
}

struct Pages {
    port: Option<File>,
    run: VecDeque<String>,
}

/// Opens the book; a port that can't be opened is done without.
pub(crate) fn open(port: Option<&Path>) -> anyhow::Result<()> {
    let port = port.and_then(|path| OpenOptions::new().write(true).open(path).ok());
    let book = Logbook {
        started: Instant::now(),
        pages: Mutex::new(Pages {
            port,
            run: VecDeque::new(),
        }),
    };
    let book = BOOK.get_or_init(|| book);
    log::set_logger(book)?;
    log::set_max_level(LevelFilter::Info);
    Ok(())
}

/// Writes an event for machines: `@heirloom ` and JSON on a line of its own, on the port only. `at_ms` tells when, as the log's lines do.
pub(crate) fn announce(event: &serde_json::Value) {
    if let Some(book) = BOOK.get() {
        let mut event = event.clone();
        event["at_ms"] = (book.started.elapsed().as_millis() as u64).into();
        book.pages().tell_port(&format!("@heirloom {event}"));
    }
}

/// Begins the log of a run.
pub(crate) fn begin_run() {
    if let Some(book) = BOOK.get() {
        book.pages().run.clear();
    }
}

/// The log of the run so far.
pub(crate) fn run_log() -> String {
    BOOK.get().map_or_else(String::new, |book| {
        book.pages()
            .run
            .iter()
            .flat_map(|line| [line.as_str(), "\n"])
            .collect()
    })
}

impl Logbook {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        // A panic elsewhere leaves the pages whole: each change is one call.
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    fn tell_port(&mut self, line: &str) {
        if let Some(port) = &mut self.port {
            // One write, so that the kernel's own messages don't come between; a port that fails has nobody at it.
            let written = port.write_all(format!("\r\n{line}\r\n").as_bytes());
            if written.is_err() {
                self.port = None;
            }
        }
    }
}

impl Log for Logbook {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::Level::Info
    }

    fn log(&self, record: &Record<'_>) {
        // Other people's crates are heard only when something is wrong.
        let ours = record.target().starts_with("heirloom");
        if !self.enabled(record.metadata()) || (!ours && record.level() > log::Level::Warn) {
            return;
        }
        let elapsed = self.started.elapsed();
        let line = format!(
            "{:>9.3} {:<5} {}",
            elapsed.as_secs_f64(),
            record.level(),
            record.args()
        );
        let mut pages = self.pages();
        pages.tell_port(&line);
        if pages.run.len() == RUN_LINES_MAX {
            pages.run.pop_front();
        }
        pages.run.push_back(line);
    }

    fn flush(&self) {}
}
