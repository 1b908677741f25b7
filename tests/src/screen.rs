//! The screen as a person at the serial console would see it: the bytes of a port, through a terminal emulator.

use std::num::NonZeroU16;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::{Key, Serial};

/// Rows and columns of the terminal that a headless PC is assumed to have.
const ROWS: u16 = 24;
const COLUMNS: u16 = 80;

/// What the appliance ends each drawing with: it hides the cursor (DECTCEM).
const DRAWN: &[u8] = b"\x1b[?25l";

/// A terminal on a serial port.
pub struct Screen {
    serial: Serial,
    terminal: vt100::Parser,
    seen: usize,
}

impl Screen {
    /// A terminal of 80 by 24 characters on a port.
    pub fn new(serial: Serial) -> Self {
        Self {
            serial,
            terminal: terminal(),
            seen: 0,
        }
    }

    /// What is on the screen now, without spaces at line ends.
    pub fn text(&mut self) -> String {
        let bytes = self.serial.bytes();
        feed(&mut self.terminal, &mut self.seen, &bytes);
        self.terminal.screen().contents()
    }

    /// Waits until a text is on the screen. Line breaks and frames count as spaces, in the screen as in the text, so that a sentence
    /// is found however it is wrapped. Returns the whole screen.
    ///
    /// # Errors
    /// At the deadline, or when the guest is gone; shows the whole screen.
    pub fn wait_for_text(&mut self, text: &str, within: Duration) -> Result<String> {
        let wanted = flat(text);
        self.wait(&format!("“{text}” on the screen"), within, |screen| {
            flat(screen).contains(&wanted)
        })
    }

    /// Waits until all of several texts are on the screen at once. Returns the whole screen.
    ///
    /// # Errors
    /// At the deadline, or when the guest is gone; shows the whole screen.
    pub fn wait_for_all(&mut self, texts: &[&str], within: Duration) -> Result<String> {
        let wanted: Vec<String> = texts.iter().map(|text| flat(text)).collect();
        self.wait_drawn(
            &format!("all of {texts:?} on the screen"),
            within,
            |screen| {
                let screen = flat(screen);
                wanted.iter().all(|text| screen.contains(text))
            },
        )
    }

    /// Waits until one of several texts is on the screen; returns its place in the list.
    ///
    /// # Errors
    /// At the deadline, or when the guest is gone; shows the whole screen.
    pub fn wait_for_any(&mut self, texts: &[&str], within: Duration) -> Result<usize> {
        let wanted: Vec<String> = texts.iter().map(|text| flat(text)).collect();
        let find = |screen: &str| {
            let screen = flat(screen);
            wanted.iter().position(|text| screen.contains(text))
        };
        let screen = self.wait(
            &format!("one of {texts:?} on the screen"),
            within,
            |screen| find(screen).is_some(),
        )?;
        Ok(find(&screen).expect("the wait ended with a text found"))
    }

    /// Waits until a text is no longer on the screen, which is drawn to its end. Returns the whole screen.
    ///
    /// # Errors
    /// At the deadline, or when the guest is gone; shows the whole screen.
    pub fn wait_gone(&mut self, text: &str, within: Duration) -> Result<String> {
        let unwanted = flat(text);
        self.wait_drawn(
            &format!("“{text}” to leave the screen"),
            within,
            |screen| !flat(screen).contains(&unwanted),
        )
    }

    /// Waits until the screen pleases.
    ///
    /// # Errors
    /// At the deadline, or when the guest is gone; says `what` was waited for and shows the whole screen.
    pub fn wait(
        &mut self,
        what: &str,
        within: Duration,
        pleases: impl Fn(&str) -> bool,
    ) -> Result<String> {
        self.wait_for(what, within, |_, screen| pleases(screen))
    }

    /// The same for a screen that is drawn to its end: no piece of the one before is on it.
    ///
    /// # Errors
    /// As [`Screen::wait`].
    pub fn wait_drawn(
        &mut self,
        what: &str,
        within: Duration,
        pleases: impl Fn(&str) -> bool,
    ) -> Result<String> {
        self.wait_for(what, within, |bytes, screen| {
            bytes.ends_with(DRAWN) && pleases(screen)
        })
    }

    fn wait_for(
        &mut self,
        what: &str,
        within: Duration,
        pleases: impl Fn(&[u8], &str) -> bool,
    ) -> Result<String> {
        let Self {
            serial,
            terminal,
            seen,
        } = self;
        let found = serial.wait(within, |bytes| {
            feed(terminal, seen, bytes);
            let screen = terminal.screen().contents();
            pleases(bytes, &screen).then_some(screen)
        });
        match found {
            Some(screen) => Ok(screen),
            None if serial.is_closed() => {
                bail!("the PC went off; waited for {what}\n{}", self.framed())
            }
            None => bail!(
                "waited {} s for {what}\n{}",
                within.as_secs(),
                self.framed()
            ),
        }
    }

    /// Presses keys, one after the other.
    ///
    /// # Errors
    /// When the guest is gone.
    pub fn press(&self, keys: &[Key]) -> Result<()> {
        keys.iter()
            .try_for_each(|key| self.serial.write(&key.terminal_bytes()))
    }

    /// Types a text and Enter.
    ///
    /// # Errors
    /// When the guest is gone.
    pub fn enter(&self, text: &str) -> Result<()> {
        self.press(&[Key::text(text), Key::Enter])
    }

    /// The screen in a frame, for messages.
    fn framed(&mut self) -> String {
        let width = usize::from(COLUMNS);
        let edge = "-".repeat(width);
        let lines: String = self
            .text()
            .lines()
            .map(|line| format!("|{line:width$}|\n"))
            .collect();
        format!("+{edge}+\n{lines}+{edge}+")
    }
}

fn terminal() -> vt100::Parser {
    let size = |cells| NonZeroU16::new(cells).expect("a terminal has a size");
    vt100::Parser::new(size(ROWS), size(COLUMNS), 0)
}

/// Shows the terminal what it has not seen yet of all bytes.
fn feed(terminal: &mut vt100::Parser, seen: &mut usize, bytes: &[u8]) {
    terminal.process(&bytes[*seen..]);
    *seen = bytes.len();
}

/// A screen or a text as one line: white space and frames (U+2500 to U+259F) become single spaces.
fn flat(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || ('\u{2500}'..='\u{259f}').contains(&c))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;

    use super::*;
    use crate::MINUTE;

    #[test]
    fn a_sentence_is_found_however_it_is_wrapped() -> Result<()> {
        let (mut guest, host) = UnixStream::pair()?;
        let mut screen = Screen::new(Serial::follow(host, Vec::new())?);
        guest
            .write_all("\x1b[2J\x1b[3;1H│ 14 of 14 pictures are  │\r\n│ verified. │".as_bytes())?;
        screen.wait_for_text("pictures are verified.", MINUTE)?;
        guest.write_all(b"\x1b[2JDone\x1b[?25l")?;
        assert_eq!(screen.wait_for_any(&["Failed", "Done"], MINUTE)?, 1);
        screen.wait_gone("verified", MINUTE)?;
        screen.press(&[Key::Up, Key::Enter])?;
        let mut keys = [0; 4];
        guest.read_exact(&mut keys)?;
        assert_eq!(&keys, b"\x1b[A\r");
        Ok(())
    }

    #[test]
    fn a_screen_is_taken_for_drawn_at_its_end_only() -> Result<()> {
        let (mut guest, host) = UnixStream::pair()?;
        let mut screen = Screen::new(Serial::follow(host, Vec::new())?);
        guest.write_all(b"\x1b[2J\x1b[HNew\x1b[3;1Hold\x1b[?25l\x1b[1;1HNewer")?;
        screen.wait_for_text("Newer", MINUTE)?;
        guest.write_all(b"\x1b[3;1Hnew\x1b[?25l")?;
        let drawn = screen.wait_drawn("Newer", MINUTE, |screen| screen.contains("Newer"))?;
        assert!(drawn.contains("new") && !drawn.contains("old"), "{drawn}");
        Ok(())
    }

    #[test]
    fn a_wait_that_fails_shows_the_screen() -> Result<()> {
        let (mut guest, host) = UnixStream::pair()?;
        let mut screen = Screen::new(Serial::follow(host, Vec::new())?);
        guest.write_all(b"\x1b[2JSomething else")?;
        drop(guest);
        let error = screen.wait_for_text("Welcome", MINUTE).unwrap_err();
        let message = error.to_string();
        assert!(
            message.contains("Something else") && message.contains("went off"),
            "{message}"
        );
        Ok(())
    }
}
