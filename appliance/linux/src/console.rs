//! The terminal that the person sits at: the PC's own console, or a serial line.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{LocalFlags, OutputFlags, SetArg, cfmakeraw, tcgetattr, tcsetattr};

use crate::{ioctl, tool};

/// What a terminal has that does not say: a VT100's.
const DEFAULT_SIZE: (u16, u16) = (80, 24);
/// The larger font, 16 by 32 pixels, is easier on tired eyes; it is taken where it leaves the cells of a VT100.
const LARGE_FONT_PIXELS: (u32, u32) = (16, 32);
const FONTS: &str = "/usr/share/heirloom/console";
const KEYMAPS: &str = "/usr/share/heirloom/keymaps";

/// A terminal in raw mode.
#[derive(Debug)]
pub struct Console {
    file: File,
}

impl Console {
    /// Opens a terminal and takes it over: no echo, no line editing, no signals from keys.
    ///
    /// # Errors
    /// When it is not there or no terminal.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(libc::O_NOCTTY)
            .open(path)?;
        let mut settings = tcgetattr(&file)?;
        cfmakeraw(&mut settings);
        settings.local_flags.remove(LocalFlags::ISIG);
        settings.output_flags.remove(OutputFlags::OPOST);
        tcsetattr(&file, SetArg::TCSANOW, &settings)?;
        Ok(Self { file })
    }

    /// Another handle on the same terminal.
    ///
    /// # Errors
    /// When the process has no room for one.
    pub fn try_clone(&self) -> io::Result<Self> {
        Ok(Self {
            file: self.file.try_clone()?,
        })
    }

    /// Columns and rows.
    pub fn size(&self) -> (u16, u16) {
        match ioctl::window_size(&self.file) {
            Ok((columns, rows)) if columns >= 20 && rows >= 10 => (columns, rows),
            _ => DEFAULT_SIZE,
        }
    }

    /// Waits for key presses; nothing after `timeout`, and for ever without one.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn read_keys(&mut self, buffer: &mut [u8], timeout: Option<Duration>) -> io::Result<usize> {
        let timeout = match timeout {
            Some(timeout) => PollTimeout::try_from(timeout).unwrap_or(PollTimeout::MAX),
            None => PollTimeout::NONE,
        };
        let mut descriptors = [PollFd::new(self.file.as_fd(), PollFlags::POLLIN)];
        match poll(&mut descriptors, timeout) {
            Ok(0) | Err(nix::errno::Errno::EINTR) => Ok(0),
            Ok(_) => self.file.read(buffer),
            Err(errno) => Err(errno.into()),
        }
    }
}

impl Write for Console {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Puts a font on the PC's console that has all the characters we use, in a size that can be read.
pub fn console_fonts(terminal: &Path) {
    let display = std::fs::read_to_string("/sys/class/graphics/fb0/virtual_size");
    let name = if display.is_ok_and(|pixels| has_room_for_large_font(&pixels)) {
        "font-32.psf"
    } else {
        "font-16.psf"
    };
    let font = Path::new(FONTS).join(name);
    // The kernel's own font remains, which has the letters too.
    let arguments = [
        "-C",
        &terminal.display().to_string(),
        &font.display().to_string(),
    ];
    if let Err(error) = tool::succeed("setfont", &arguments) {
        log::warn!("console font: {error}");
    }
}

/// `1280,800` and larger.
fn has_room_for_large_font(pixels: &str) -> bool {
    let cells = |pixels: &str, cell| {
        pixels
            .trim()
            .parse::<u32>()
            .map_or(0, |pixels| pixels / cell)
    };
    pixels.split_once(',').is_some_and(|(width, height)| {
        cells(width, LARGE_FONT_PIXELS.0) >= u32::from(DEFAULT_SIZE.0)
            && cells(height, LARGE_FONT_PIXELS.1) >= u32::from(DEFAULT_SIZE.1)
    })
}

/// Puts a keyboard layout in force on the PC's console; whether that worked.
pub fn apply_layout(terminal: &Path, code: &str) -> bool {
    let known = code
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    let keymap: PathBuf = Path::new(KEYMAPS).join(format!("{code}.kmap"));
    if !known || !keymap.exists() {
        log::warn!("no keyboard layout {code:?}");
        return false;
    }
    let arguments = [
        "-q",
        "-C",
        &terminal.display().to_string(),
        &keymap.display().to_string(),
    ];
    tool::succeed("loadkeys", &arguments)
        .map_err(|error| log::warn!("keyboard layout: {error}"))
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_large_font_is_taken_where_it_leaves_80_by_24() {
        for (pixels, large) in [
            ("1280,800\n", true),
            ("3840,2160\n", true),
            ("1366,768\n", true),
            ("1024,768\n", false),
            ("1280,720\n", false),
            ("", false),
            ("x,y", false),
        ] {
            assert_eq!(has_room_for_large_font(pixels), large, "{pixels}");
        }
    }
}
