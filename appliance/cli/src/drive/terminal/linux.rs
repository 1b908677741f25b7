//! The terminal as Linux has it: `/dev/tty`, whatever input and output are.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};

use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

const TERMINAL: &str = "/dev/tty";

/// The terminal.
pub(super) struct Console(File);

/// The terminal without echo, and without signals from keys, which would leave it so. It is as it was when this is dropped.
pub(super) struct Hidden {
    terminal: File,
    before: Termios,
}

impl Console {
    /// `None` where the tool was not started from one.
    pub(super) fn open() -> Option<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).open(TERMINAL).ok().map(Self)
    }

    /// Shows a text.
    pub(super) fn write(&mut self, text: &str) -> io::Result<()> {
        self.0.write_all(text.as_bytes())?;
        self.0.flush()
    }

    /// Hides what is typed, which then comes key by key and not line by line.
    pub(super) fn hide(&mut self) -> io::Result<Hidden> {
        let terminal = self.0.try_clone()?;
        let before = tcgetattr(&terminal)?;
        let mut hidden = before.clone();
        hidden
            .local_flags
            .remove(LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG);
        tcsetattr(&terminal, SetArg::TCSANOW, &hidden)?;
        Ok(Hidden { terminal, before })
    }

    /// One byte; `None` when there will be no more.
    pub(super) fn key(&mut self) -> io::Result<Option<u8>> {
        let mut byte = Zeroizing::new([0]);
        loop {
            match self.0.read(&mut *byte) {
                Ok(0) => return Ok(None),
                Ok(_) => return Ok(Some(byte[0])),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Err(errno) = tcsetattr(&self.terminal, SetArg::TCSANOW, &self.before) {
            log::warn!("the terminal could not be set back: {errno}");
        }
    }
}
