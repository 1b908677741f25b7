//! Questions on the terminal that the tool was started from, whatever its output is.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(windows)]
mod windows;

use zeroize::Zeroizing;

#[cfg(target_os = "linux")]
use self::linux::Console;
#[cfg(windows)]
use self::windows::Console;
use crate::trouble::DriveTrouble;

/// The longest answer: a share of 33 words with their numbers and spaces, several times over.
pub(super) const LINE_BYTES_MAX: usize = 1024;

const INTERRUPT: u8 = 0x03;
const END: u8 = 0x04;
const BACKSPACE: u8 = 0x08;
const ERASE_LINE: u8 = 0x15;
const DELETE: u8 = 0x7f;

/// The terminal.
pub(super) struct Terminal(Console);

/// What was typed, in one place that never moves or grows.
pub(super) type Line = Zeroizing<Vec<u8>>;

impl Terminal {
    pub(super) fn open() -> Result<Self, DriveTrouble> {
        Console::open().map(Self).ok_or(DriveTrouble::NoTerminal)
    }

    /// Says something, and ends the line.
    pub(super) fn say(&mut self, text: &str) -> Result<(), DriveTrouble> {
        self.0
            .write(&format!("{text}\n"))
            .map_err(DriveTrouble::Terminal)
    }

    /// Asks for a line that can be seen while it is typed.
    pub(super) fn ask(&mut self, question: &str) -> Result<Line, DriveTrouble> {
        self.prompt(question)?;
        let mut line = new_line();
        loop {
            match self.key()? {
                None if line.is_empty() => return Err(DriveTrouble::Stopped),
                None | Some(b'\n') => return Ok(line),
                Some(byte) => push(&mut line, byte),
            }
        }
    }

    /// Asks for a line that nobody can see.
    pub(super) fn ask_hidden(&mut self, question: &str) -> Result<Line, DriveTrouble> {
        // Before the question, so that whoever sees it can type.
        let hidden = self.0.hide().map_err(DriveTrouble::Terminal)?;
        self.prompt(question)?;
        let mut line = new_line();
        let outcome = loop {
            match self.key()? {
                Some(b'\n' | b'\r') => break Ok(line),
                Some(INTERRUPT) | None => break Err(DriveTrouble::Stopped),
                Some(END) if line.is_empty() => break Err(DriveTrouble::Stopped),
                Some(BACKSPACE | DELETE) => remove_character(&mut line),
                Some(ERASE_LINE) => line.clear(),
                Some(byte) => push(&mut line, byte),
            }
        };
        drop(hidden);
        self.say("")?;
        outcome
    }

    fn prompt(&mut self, question: &str) -> Result<(), DriveTrouble> {
        self.0
            .write(&format!("{question} "))
            .map_err(DriveTrouble::Terminal)
    }

    fn key(&mut self) -> Result<Option<u8>, DriveTrouble> {
        self.0.key().map_err(DriveTrouble::Terminal)
    }
}

fn new_line() -> Line {
    Zeroizing::new(Vec::with_capacity(LINE_BYTES_MAX))
}

/// What has no room is left out: no answer is so long, and a vector that grows leaves copies.
fn push(line: &mut Line, byte: u8) {
    if line.len() < LINE_BYTES_MAX {
        line.push(byte);
    }
}

/// The last character, which in UTF-8 may have several bytes.
fn remove_character(line: &mut Line) {
    while let Some(byte) = line.pop() {
        let is_inside = byte & 0xc0 == 0x80;
        if !is_inside {
            break;
        }
    }
}
