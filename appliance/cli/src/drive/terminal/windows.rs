//! The console of Windows: standard input, which must be one, because only there what is typed can be had as Unicode; and `CONOUT$`, wherever
//! standard output leads.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};

use winsafe::{HSTD, WString, co};
use zeroize::{Zeroize, Zeroizing};

const OUTPUT: &str = "CONOUT$";
/// As much as is read at a time; what is typed beyond waits in the console.
const UNITS: usize = 256;
/// Ctrl-Z, the end of what is typed.
const END_OF_FILE: char = '\u{1a}';

/// The console.
pub(super) struct Console {
    input: HSTD,
    output: File,
    units: Units,
    /// Bytes of a character that were not asked for yet, last one first.
    waiting: Zeroizing<Vec<u8>>,
    is_after_return: bool,
}

/// UTF-16 as it was typed, wiped as it is taken.
struct Units {
    buffer: WString,
    taken: usize,
    filled: usize,
}

/// The console without echo, and without signals from keys, which would leave it so. It is as it was when this is dropped.
pub(super) struct Hidden {
    input: HSTD,
    before: co::CONSOLE,
}

impl Console {
    /// `None` where standard input is no console, or there is none to write to.
    pub(super) fn open() -> Option<Self> {
        let input = standard_input().ok()?;
        input.GetConsoleMode().ok()?;
        let mut options = OpenOptions::new();
        let output = options.read(true).write(true).open(OUTPUT).ok()?;
        Some(Self {
            input,
            output,
            units: Units {
                buffer: WString::new_alloc_buf(UNITS),
                taken: 0,
                filled: 0,
            },
            // A character has four bytes at most.
            waiting: Zeroizing::new(Vec::with_capacity(4)),
            is_after_return: false,
        })
    }

    /// Shows a text. What is no ASCII would depend on the console's code page.
    pub(super) fn write(&mut self, text: &str) -> io::Result<()> {
        let shown: String = text
            .chars()
            .map(|it| if it.is_ascii() { it } else { '?' })
            .collect();
        self.output.write_all(shown.as_bytes())?;
        self.output.flush()
    }

    /// Hides what is typed, which then comes key by key and not line by line.
    pub(super) fn hide(&mut self) -> io::Result<Hidden> {
        let input = standard_input().map_err(of_windows)?;
        let before = input.GetConsoleMode().map_err(of_windows)?;
        let mut hidden = before;
        for off in [
            co::CONSOLE::ENABLE_ECHO_INPUT,
            co::CONSOLE::ENABLE_LINE_INPUT,
            co::CONSOLE::ENABLE_PROCESSED_INPUT,
        ] {
            hidden &= !off;
        }
        input.SetConsoleMode(hidden).map_err(of_windows)?;
        Ok(Hidden { input, before })
    }

    /// One byte of what is typed as UTF-8, a line's end as `\n`; `None` when there will be no more.
    pub(super) fn key(&mut self) -> io::Result<Option<u8>> {
        loop {
            if let Some(byte) = self.waiting.pop() {
                return Ok(Some(byte));
            }
            let Some(character) = self.character()? else {
                return Ok(None);
            };
            // The Enter key gives a return, or a return and a line feed, by how the console is set.
            let is_second = character == '\n' && self.is_after_return;
            self.is_after_return = character == '\r';
            match character {
                END_OF_FILE => return Ok(None),
                '\r' => return Ok(Some(b'\n')),
                _ if is_second => {}
                _ => {
                    let mut bytes = Zeroizing::new([0; 4]);
                    let bytes = character.encode_utf8(&mut *bytes).as_bytes();
                    self.waiting.extend(bytes.iter().rev());
                }
            }
        }
    }

    /// What is no character, half of a pair, is U+FFFD: no passphrase has that.
    fn character(&mut self) -> io::Result<Option<char>> {
        let Some(first) = self.unit()? else {
            return Ok(None);
        };
        let is_half = (0xd800..0xdc00).contains(&first);
        let second = if is_half { self.unit()? } else { None };
        let units = [Some(first), second].into_iter().flatten();
        let character = char::decode_utf16(units).next();
        Ok(character.map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)))
    }

    fn unit(&mut self) -> io::Result<Option<u16>> {
        let units = &mut self.units;
        if units.taken == units.filled {
            let count = self
                .input
                .ReadConsole(&mut units.buffer, None)
                .map_err(of_windows)?;
            units.taken = 0;
            units.filled = usize::try_from(count)
                .unwrap_or(0)
                .min(units.buffer.buf_len());
            if units.filled == 0 {
                return Ok(None);
            }
        }
        let unit = std::mem::take(&mut units.buffer.as_mut_slice()[units.taken]);
        units.taken += 1;
        Ok(Some(unit))
    }
}

impl Drop for Units {
    fn drop(&mut self) {
        self.buffer.as_mut_slice().zeroize();
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Err(error) = self.input.SetConsoleMode(self.before) {
            log::warn!("the console could not be set back: {error}");
        }
    }
}

/// Not to be closed by whoever asks for it.
fn standard_input() -> Result<HSTD, co::ERROR> {
    HSTD::GetStdHandle(co::STD_HANDLE::INPUT).map(|mut it| it.leak())
}

fn of_windows(error: co::ERROR) -> io::Error {
    // Windows' numbers are small.
    io::Error::from_raw_os_error(i32::try_from(error.raw()).unwrap_or(0))
}
