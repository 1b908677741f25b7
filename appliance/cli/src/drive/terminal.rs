//! Questions on the terminal that the tool was started from, whatever its input and output are.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};

use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::trouble::DriveTrouble;

const TERMINAL: &str = "/dev/tty";
/// The longest answer: a share of 33 words with their numbers and spaces, several times over.
pub(super) const LINE_BYTES_MAX: usize = 1024;

const INTERRUPT: u8 = 0x03;
const END: u8 = 0x04;
const BACKSPACE: u8 = 0x08;
const ERASE_LINE: u8 = 0x15;
const DELETE: u8 = 0x7f;

/// The terminal.
pub(super) struct Terminal(File);

/// What was typed, in one place that never moves or grows.
pub(super) type Line = Zeroizing<Vec<u8>>;

/// The terminal without echo, and without signals from keys, which would leave it so. It is as it was when this is dropped.
struct Hidden<'a> {
    terminal: &'a File,
    before: Termios,
}

impl Terminal {
    pub(super) fn open() -> Result<Self, DriveTrouble> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).open(TERMINAL);
        file.map(Self).map_err(|_| DriveTrouble::NoTerminal)
    }

    /// Says something, and ends the line.
    pub(super) fn say(&mut self, text: &str) -> Result<(), DriveTrouble> {
        writeln!(self.0, "{text}").map_err(DriveTrouble::Terminal)
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
        let terminal = self.0.try_clone().map_err(DriveTrouble::Terminal)?;
        // Before the question, so that whoever sees it can type.
        let hidden = Hidden::new(&terminal)?;
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
        write!(self.0, "{question} ")
            .and_then(|()| self.0.flush())
            .map_err(DriveTrouble::Terminal)
    }

    /// One byte; `None` when there will be no more.
    fn key(&mut self) -> Result<Option<u8>, DriveTrouble> {
        let mut byte = Zeroizing::new([0]);
        loop {
            match self.0.read(&mut *byte) {
                Ok(0) => return Ok(None),
                Ok(_) => return Ok(Some(byte[0])),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(DriveTrouble::Terminal(error)),
            }
        }
    }
}

impl<'a> Hidden<'a> {
    fn new(terminal: &'a File) -> Result<Self, DriveTrouble> {
        let failed = |errno: nix::Error| DriveTrouble::Terminal(errno.into());
        let before = tcgetattr(terminal).map_err(failed)?;
        let mut hidden = before.clone();
        hidden
            .local_flags
            .remove(LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG);
        tcsetattr(terminal, SetArg::TCSANOW, &hidden).map_err(failed)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        if let Err(errno) = tcsetattr(self.terminal, SetArg::TCSANOW, &self.before) {
            log::warn!("the terminal could not be set back: {errno}");
        }
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
