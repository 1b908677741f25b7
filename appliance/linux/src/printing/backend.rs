//! CUPS's backend for printers on USB: what the filters made goes to the printer through the kernel's `usblp`, and why the printer waits goes to
//! CUPS. CUPS's own backend never asks the printer's port, so that a printer without paper looks to it like one that thinks.
//!
//! CUPS starts it as a program of its own, as the user `lp`: `heirloom-usb JOB USER TITLE COPIES OPTIONS`, with the pages on its standard input and
//! `DEVICE_URI` in its environment (backend(7)).

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use heirloom_engine::PrinterTrouble;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::reasons::{keyword, of_pjl, of_port};
use crate::ioctl;

/// The name of the program, by which it is told apart from the worker, and of the scheme of its addresses.
pub(super) const SCHEME: &str = "heirloom-usb";

/// How often the printer is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// A printer that takes nothing for so long is asked why. While data flow, it is left alone: some firmwares lose bytes when they are asked then.
const STALLED: Duration = Duration::from_millis(1_500);
/// When all was sent, the printer has to be well for so many looks: a tray that is empty shows only when the page is drawn in.
const WELL_LOOKS: u32 = 4;
/// What is read and sent at once; `usblp` takes so much in one transfer.
const PIECE_BYTES: usize = 8 << 10;
/// PJL's Universal Exit Language, which begins and ends a job.
const UEL: &str = "\x1b%-12345X";

/// Whether this process was started by CUPS as its backend: under the name of its file, or, to print, under the printer's address.
pub fn is_usb_backend() -> bool {
    let name = std::env::args().next().unwrap_or_default();
    let is_file = Path::new(&name)
        .file_name()
        .is_some_and(|name| name == SCHEME);
    is_file || Address::parse(&name).is_some()
}

/// Does the backend's work.
pub fn usb_backend() -> ExitCode {
    // Without arguments it is asked which printers there are. It is told which one to use, so there are none to be found.
    if std::env::args_os().count() == 1 {
        return ExitCode::SUCCESS;
    }
    let address = std::env::var("DEVICE_URI")
        .ok()
        .and_then(|uri| Address::parse(&uri));
    let Some(address) = address else {
        eprintln!("ERROR: no address");
        return ExitCode::FAILURE;
    };
    match Link::open(&address).and_then(Link::send) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ERROR: {}: {error}", address.node.display());
            ExitCode::FAILURE
        }
    }
}

/// Where the printer is, and in which language PJL has to announce the pages, if the printer knows PJL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) node: PathBuf,
    pub(super) pjl_language: Option<String>,
}

impl Address {
    pub(super) fn uri(&self) -> String {
        let node = self.node.display();
        match &self.pjl_language {
            Some(language) => format!("{SCHEME}:{node}?pjl={language}"),
            None => format!("{SCHEME}:{node}"),
        }
    }

    fn parse(uri: &str) -> Option<Self> {
        let rest = uri.strip_prefix(SCHEME)?.strip_prefix(':')?;
        let (node, query) = match rest.split_once('?') {
            Some((node, query)) => (node, Some(query)),
            None => (rest, None),
        };
        let pjl_language = query.and_then(|query| query.strip_prefix("pjl="));
        Some(Self {
            node: PathBuf::from(node),
            pjl_language: pjl_language.map(str::to_owned),
        })
    }
}

/// A printer that is printed to.
struct Link {
    printer: File,
    /// What is to be sent, and how much of it was.
    piece: Vec<u8>,
    sent: usize,
    /// No more comes after the piece.
    is_last: bool,
    moved: Instant,
    /// What PJL said last.
    pjl: Option<PrinterTrouble>,
    pjl_line: Vec<u8>,
    /// What CUPS was told last.
    told: Option<PrinterTrouble>,
    epilogue: String,
}

impl Link {
    fn open(address: &Address) -> io::Result<Self> {
        let printer = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(libc::O_NONBLOCK)
            .open(&address.node)?;
        let (prologue, epilogue) = match &address.pjl_language {
            Some(language) => (
                format!(
                    "{UEL}@PJL\r\n@PJL USTATUS DEVICE=ON\r\n@PJL ENTER LANGUAGE={language}\r\n"
                ),
                format!("{UEL}@PJL USTATUSOFF\r\n{UEL}"),
            ),
            None => (String::new(), String::new()),
        };
        Ok(Self {
            printer,
            piece: prologue.into_bytes(),
            sent: 0,
            is_last: false,
            moved: Instant::now(),
            pjl: None,
            pjl_line: Vec::new(),
            told: None,
            epilogue,
        })
    }

    fn send(mut self) -> io::Result<()> {
        let mut pages = io::stdin().lock();
        let mut asked = Instant::now();
        let mut well_looks = 0;
        loop {
            let has_more = self.sent < self.piece.len();
            if !has_more && !self.is_last {
                self.next_piece(&mut pages)?;
                self.moved = Instant::now();
                continue;
            }
            let (is_ready, says) = self.wait(LOOK)?;
            if says {
                self.listen()?;
            }
            // A port without paper may be called ready, and take nothing.
            if is_ready && has_more && self.write()? {
                continue;
            }
            let is_due = asked.elapsed() >= LOOK && self.moved.elapsed() >= STALLED;
            let is_over = !has_more && is_ready;
            if is_due || (is_over && asked.elapsed() >= LOOK) {
                asked = Instant::now();
                self.look()?;
                well_looks = match self.told {
                    None if is_over => well_looks + 1,
                    _ => 0,
                };
                if well_looks >= WELL_LOOKS {
                    return Ok(());
                }
            } else if is_ready {
                // At once: the next look is due a moment later.
                std::thread::sleep(LOOK);
            }
        }
    }

    /// The filters' next bytes, or, after the last, what ends the job.
    fn next_piece(&mut self, pages: &mut impl Read) -> io::Result<()> {
        self.piece.resize(PIECE_BYTES, 0);
        self.sent = 0;
        let count = loop {
            match pages.read(&mut self.piece) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.piece.truncate(count);
        if count == 0 {
            self.is_last = true;
            self.piece.extend(self.epilogue.bytes());
        }
        Ok(())
    }

    /// Waits until the printer takes or says something, for at most so long.
    fn wait(&self, within: Duration) -> io::Result<(bool, bool)> {
        let both = PollFlags::POLLIN | PollFlags::POLLOUT;
        let mut printer = [PollFd::new(self.printer.as_fd(), both)];
        let within = PollTimeout::try_from(within).unwrap_or(PollTimeout::ZERO);
        match poll(&mut printer, within) {
            Ok(_) | Err(nix::errno::Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        let found = printer[0].revents().unwrap_or(PollFlags::empty());
        if found.intersects(PollFlags::POLLHUP | PollFlags::POLLERR) {
            return Err(nix::errno::Errno::ENODEV.into());
        }
        Ok((
            found.contains(PollFlags::POLLOUT),
            found.contains(PollFlags::POLLIN),
        ))
    }

    /// Whether the printer took some of the piece.
    fn write(&mut self) -> io::Result<bool> {
        match self.printer.write(&self.piece[self.sent..]) {
            Ok(count) => {
                self.sent += count;
                self.moved = Instant::now();
                // Who takes data is well, unless PJL says otherwise: a printer may take some into its memory while paper is stuck.
                self.tell(self.pjl)?;
                Ok(count > 0)
            }
            Err(error) if is_for_later(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Takes in what the printer says of itself: lines of PJL, of which those with a code count.
    fn listen(&mut self) -> io::Result<()> {
        let mut bytes = [0; 1024];
        let count = match self.printer.read(&mut bytes) {
            Ok(count) => count,
            Err(error) if is_for_later(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        for &byte in &bytes[..count] {
            if byte != b'\n' && byte != b'\r' {
                self.pjl_line.push(byte);
                continue;
            }
            let line = std::mem::take(&mut self.pjl_line);
            let code = std::str::from_utf8(&line)
                .ok()
                .and_then(|line| line.trim().strip_prefix("CODE=")?.parse().ok());
            if let Some(trouble) = code.and_then(of_pjl) {
                self.pjl = trouble;
            }
        }
        // No line of PJL is longer; what is, is something else.
        if self.pjl_line.len() > 1024 {
            self.pjl_line.clear();
        }
        Ok(())
    }

    /// Asks the port, and tells CUPS what is the matter.
    fn look(&mut self) -> io::Result<()> {
        let port = of_port(ioctl::printer_status(&self.printer)?);
        // PJL knows more than the port. Said at each look, because a line that a filter writes in pieces may swallow it.
        self.told = self.pjl.or(port);
        say_state(&mut io::stderr(), self.told)
    }

    fn tell(&mut self, trouble: Option<PrinterTrouble>) -> io::Result<()> {
        if self.told == trouble {
            return Ok(());
        }
        self.told = trouble;
        say_state(&mut io::stderr(), trouble)
    }
}

/// Tells CUPS the printer's whole state (filter(7), "STATE:"). The filters write into the same pipe: a line that went there in pieces, as
/// `eprintln!` makes them, would be mixed with theirs, and lost. One write of so few bytes is kept together (pipe(7), "`PIPE_BUF`").
fn say_state(cups: &mut impl Write, trouble: Option<PrinterTrouble>) -> io::Result<()> {
    let line = format!("STATE: {}\n", trouble.map_or("none", keyword));
    cups.write_all(line.as_bytes())
}

fn is_for_later(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_back_as_they_were() {
        for pjl_language in [None, Some("PCL".to_owned())] {
            let address = Address {
                node: PathBuf::from("/dev/usb/lp0"),
                pjl_language,
            };
            assert_eq!(Address::parse(&address.uri()), Some(address));
        }
        assert_eq!(Address::parse("usb://HP/LaserJet"), None);
    }

    #[test]
    fn a_state_goes_to_cups_in_one_piece() {
        struct Pieces(Vec<String>);
        impl Write for Pieces {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.push(String::from_utf8_lossy(bytes).into_owned());
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut pieces = Pieces(Vec::new());
        say_state(&mut pieces, Some(PrinterTrouble::PaperOut)).unwrap();
        say_state(&mut pieces, None).unwrap();
        assert_eq!(pieces.0, ["STATE: media-empty-error\n", "STATE: none\n"]);
    }
}
