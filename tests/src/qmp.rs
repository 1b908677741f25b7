//! QEMU's machine protocol: commands and events as JSON over a socket.
//! See QEMU's documentation, "QEMU QMP Reference Manual".

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::{Key, qcodes};

/// QEMU answers at once, unless the host is very busy.
const ANSWER: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);
/// How long a key stays down. Shorter, and firmware that polls the keyboard misses it.
const KEY_HOLD_MS: u32 = 50;

/// A connection to one QEMU.
pub struct Qmp {
    writer: UnixStream,
    lines: Receiver<Value>,
    events: VecDeque<Value>,
    commands: u64,
}

impl Qmp {
    /// Greets the QEMU at the other end.
    ///
    /// # Errors
    /// When it doesn't answer as QEMU does.
    pub fn greet(stream: UnixStream) -> Result<Self> {
        let reader = BufReader::new(stream.try_clone().context("QMP")?);
        let (sender, lines) = channel();
        // Ends with the connection, or when nobody listens any more.
        std::thread::spawn(move || {
            for line in reader.lines() {
                let Ok(line) = line else { break };
                let Ok(value) = serde_json::from_str(&line) else {
                    break;
                };
                if sender.send(value).is_err() {
                    break;
                }
            }
        });
        let mut qmp = Self {
            writer: stream,
            lines,
            events: VecDeque::new(),
            commands: 0,
        };
        let greeting = qmp
            .lines
            .recv_timeout(ANSWER)
            .context("QEMU said nothing")?;
        if greeting.get("QMP").is_none() {
            bail!("not QEMU's greeting: {greeting}");
        }
        qmp.execute("qmp_capabilities", json!({}))?;
        Ok(qmp)
    }

    /// Carries out a command and returns what it returns. Events that come meanwhile are kept.
    ///
    /// # Errors
    /// When QEMU refuses, is gone, or doesn't answer.
    pub fn execute(&mut self, command: &str, arguments: Value) -> Result<Value> {
        self.commands += 1;
        let id = self.commands;
        let line = json!({"execute": command, "arguments": arguments, "id": id}).to_string() + "\n";
        self.writer
            .write_all(line.as_bytes())
            .with_context(|| format!("QEMU is gone; wanted to {command}"))?;
        loop {
            let answer = self
                .lines
                .recv_timeout(ANSWER)
                .with_context(|| format!("no answer from QEMU to {command} {arguments}"))?;
            if answer.get("event").is_some() {
                self.events.push_back(answer);
            } else if answer["id"] == id {
                return match answer.get("error") {
                    Some(error) => bail!("QEMU refuses {command} {arguments}: {}", error["desc"]),
                    None => Ok(answer["return"].clone()),
                };
            }
        }
    }

    /// Waits until a PC that goes on from what was saved is there as a whole; it stands still then.
    ///
    /// # Errors
    /// When QEMU can't take it up, or not in time.
    pub fn wait_until_loaded(&mut self) -> Result<()> {
        let deadline = Instant::now() + ANSWER;
        loop {
            let state = self.execute("query-status", json!({}))?;
            match state["status"].as_str() {
                Some("paused") => return Ok(()),
                Some("inmigrate") if Instant::now() < deadline => std::thread::sleep(POLL),
                _ => bail!("the saved PC is not there: {state}"),
            }
        }
    }

    /// Waits for an event by its name, such as `SHUTDOWN`, that pleases, and takes it; the others stay.
    ///
    /// # Errors
    /// At the deadline, or when QEMU is gone.
    pub fn wait_event(
        &mut self,
        name: &str,
        within: Duration,
        pleases: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        let deadline = Instant::now() + within;
        loop {
            let wanted = |event: &Value| event["event"] == name && pleases(&event["data"]);
            if let Some(at) = self.events.iter().position(wanted) {
                return Ok(self.events.remove(at).expect("the position was just found"));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let event = self
                .lines
                .recv_timeout(left)
                .with_context(|| format!("waited for QEMU's event {name}"))?;
            self.events.push_back(event);
        }
    }

    /// Plugs a device in.
    ///
    /// # Errors
    /// As [`Qmp::execute`].
    pub fn device_add(&mut self, device: Value) -> Result<()> {
        self.execute("device_add", device).map(drop)
    }

    /// Pulls a device out, and waits until QEMU has let go of it.
    ///
    /// # Errors
    /// As [`Qmp::execute`].
    pub fn device_del(&mut self, id: &str) -> Result<()> {
        self.execute("device_del", json!({"id": id}))?;
        self.wait_event("DEVICE_DELETED", ANSWER, |data| data["device"] == id)
            .map(drop)
    }

    /// Presses keys on QEMU's own keyboard, whose layout is the US one.
    ///
    /// # Errors
    /// As [`Qmp::execute`], and when a character is not on that keyboard.
    pub fn press(&mut self, keys: &[Key]) -> Result<()> {
        for key in keys {
            let chords = qcodes(key).with_context(|| format!("not on a US keyboard: {key:?}"))?;
            for chord in chords {
                let keys: Vec<Value> = chord
                    .iter()
                    .map(|name| json!({"type": "qcode", "data": name}))
                    .collect();
                self.execute("send-key", json!({"keys": keys, "hold-time": KEY_HOLD_MS}))?;
            }
        }
        Ok(())
    }

    /// Takes a picture of the display as a PNG file.
    ///
    /// # Errors
    /// As [`Qmp::execute`].
    pub fn screendump(&mut self, file: &Path) -> Result<()> {
        self.execute("screendump", json!({"filename": file, "format": "png"}))
            .map(drop)
    }
}
