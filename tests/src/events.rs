//! The machine-readable event log on the second serial port, among the kernel's messages.

use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::Serial;

/// How each of the kernel's messages of the first second begins.
const FIRST_WORDS: &[u8] = b"[    0.";

/// Lines of a port that begin with a prefix and go on with a JSON object are events; the rest is the kernel's.
pub struct Events {
    serial: Serial,
    prefix: &'static str,
    /// Bytes before this have been waited for and are past.
    cursor: usize,
}

impl Events {
    /// Follows a port whose event lines begin with `prefix` and a space.
    pub fn new(serial: Serial, prefix: &'static str) -> Self {
        Self {
            serial,
            prefix,
            cursor: 0,
        }
    }

    /// Waits for the next event that pleases and returns it. Events are taken in order: what came before it is past, and a later wait
    /// starts behind it.
    ///
    /// # Errors
    /// At the deadline, or when the guest is gone; says `what` was waited for and shows the last lines.
    pub fn wait(
        &mut self,
        what: &str,
        within: Duration,
        pleases: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        let Self {
            serial,
            prefix,
            cursor,
        } = self;
        let mut at = *cursor;
        let found = serial.wait(within, |bytes| {
            while let Some(end) = bytes[at..].iter().position(|&byte| byte == b'\n') {
                let event = event_of(&bytes[at..at + end], prefix);
                at += end + 1;
                if let Some(event) = event.filter(&pleases) {
                    return Some(event);
                }
            }
            None
        });
        if let Some(event) = found {
            self.cursor = at;
            return Ok(event);
        }
        let gone = if self.serial.is_closed() {
            "the PC went off"
        } else {
            "nothing came in time"
        };
        bail!(
            "{gone}; waited {} s for the event {what}; the last lines were:\n{}",
            within.as_secs(),
            self.tail(20)
        )
    }

    /// Waits for an event with `"event": name`.
    ///
    /// # Errors
    /// As [`Events::wait`].
    pub fn wait_for(&mut self, name: &str, within: Duration) -> Result<Value> {
        self.wait(name, within, |event| event["event"] == name)
    }

    /// Waits until the kernel speaks. Firmware and boot menu may have written to the port before, as they do to every port they find.
    pub(crate) fn kernel_has_begun(&self, within: Duration) -> bool {
        let begun = |bytes: &[u8]| {
            bytes
                .windows(FIRST_WORDS.len())
                .any(|text| text == FIRST_WORDS)
        };
        self.serial
            .wait(within, |bytes| begun(bytes).then_some(()))
            .is_some()
    }

    /// All events so far, whether waited for or not.
    pub fn all(&self) -> Vec<Value> {
        self.serial
            .bytes()
            .split(|&byte| byte == b'\n')
            .filter_map(|line| event_of(line, self.prefix))
            .collect()
    }

    /// All lines that are no events: the kernel's messages.
    pub fn kernel_log(&self) -> String {
        String::from_utf8_lossy(&self.serial.bytes())
            .lines()
            .filter(|line| !line.trim_start().starts_with(self.prefix))
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn tail(&self, count: usize) -> String {
        let text = String::from_utf8_lossy(&self.serial.bytes()).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(count)..].join("\n")
    }
}

/// The event on a line; `None` for all other lines, which stay readable as the kernel's log, half an event of a PC that went off
/// included. The kernel may have written half a message in front of it.
fn event_of(line: &[u8], prefix: &str) -> Option<Value> {
    let line = String::from_utf8_lossy(line);
    let (_, event) = line.split_once(prefix)?;
    serde_json::from_str(event.trim()).ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    use super::*;
    use crate::MINUTE;

    #[test]
    fn events_are_taken_in_order_and_the_rest_is_the_kernels() -> Result<()> {
        let (mut guest, host) = UnixStream::pair()?;
        let mut events = Events::new(Serial::follow(host, Vec::new())?, "@heirloom");
        guest.write_all(
            b"[    1.0] usb 1-1: new device\r\n@heirloom {\"event\":\"found\",\"id\":1}\r\n\
              [    2.0] x@heirloom {\"event\":\"found\",\"id\":2}\r\n@heirloom {\"event\":\"do",
        )?;
        assert_eq!(events.wait_for("found", MINUTE)?["id"], 1);
        assert_eq!(events.wait_for("found", MINUTE)?["id"], 2);
        guest.write_all(b"ne\"}\n")?;
        events.wait_for("done", MINUTE)?;
        drop(guest);
        let message = events.wait_for("found", MINUTE).unwrap_err().to_string();
        assert!(message.contains("went off"), "{message}");
        assert_eq!(events.all().len(), 3);
        assert!(events.kernel_log().contains("new device"));
        Ok(())
    }
}
