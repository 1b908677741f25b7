//! CUPS, for one document and one printer: its files in memory, its scheduler as a user without rights, and the end of both.

use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::mount::{Mounted, detach, mount_to_write};

/// Where everything is. The overlay's `etc/cups` says the same.
const PLACE: &str = "/run/printing";
/// Where the descriptions of printers are.
const PPDS: &str = "/usr/share/heirloom/printing";
/// CUPS's scheduler.
pub(super) const CUPSD: &str = "/usr/sbin/cupsd";
/// Debian's user and group of printers.
pub(super) const LP: u32 = 7;
/// Until the scheduler answers, on a slow computer.
const STARTS: Duration = Duration::from_secs(60);
/// Until it has ended its filters, when it is asked to end.
const ENDS: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(50);

/// The only queue.
pub(super) const QUEUE: &str = "sheet";
pub(super) const QUEUE_PATH: &str = "/printers/sheet";
pub(super) const QUEUE_URI: &str = "ipp://localhost/printers/sheet";

/// How a printer is printed to.
pub(super) struct Queue<'a> {
    /// Its address, for the backend that the scheme names.
    pub(super) uri: &'a str,
    /// Its description.
    pub(super) ppd: &'a str,
}

/// CUPS while it runs. Ended by [`House::end`], or as well as it can be when it is dropped.
pub(super) struct House {
    scheduler: Child,
    memory: Option<Mounted>,
}

impl House {
    /// Starts CUPS with one queue.
    ///
    /// # Errors
    /// When it does not start.
    pub(super) fn open(queue: &Queue<'_>) -> io::Result<Self> {
        let place = Path::new(PLACE);
        // What a worker left that died; its scheduler was ended when this one began.
        wipe(place);
        detach(place);
        let options = format!("mode=0755,uid={LP},gid={LP},size=40%");
        let memory = mount_to_write(Path::new("tmpfs"), place, "tmpfs", &options)?;
        let ppd = fs::read(Path::new(PPDS).join(queue.ppd))?;
        Self::furnish(queue.uri, &ppd)?;
        let mut scheduler = start(
            CUPSD,
            &[
                "-f",
                "-c",
                "/etc/cups/cupsd.conf",
                "-s",
                "/etc/cups/cups-files.conf",
            ],
            Some(LP),
        )?;
        log_lines("cupsd", &mut scheduler);
        let mut house = Self {
            scheduler,
            memory: Some(memory),
        };
        house.wait_until_it_answers()?;
        Ok(house)
    }

    /// The folders that CUPS wants, and its only queue.
    fn furnish(uri: &str, ppd: &[u8]) -> io::Result<()> {
        let place = Path::new(PLACE);
        for folder in ["server", "server/ppd", "cache", "spool", "state", "tmp"] {
            let folder = place.join(folder);
            fs::create_dir(&folder)?;
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
            chown(&folder, Some(LP), Some(LP))?;
        }
        // One renderer for raster and PostScript; a job that fails is over, and the queue goes on.
        let queue = format!(
            "<DefaultPrinter {QUEUE}>\nInfo {QUEUE}\nDeviceURI {uri}\nState Idle\nType 4\nAccepting Yes\nShared No\nOption pdftops-renderer gs\nErrorPolicy abort-job\nOpPolicy default\n</DefaultPrinter>\n"
        );
        let files = [
            ("server/printers.conf", queue.as_bytes()),
            ("server/ppd/sheet.ppd", ppd),
        ];
        for (name, bytes) in files {
            let path = place.join(name);
            fs::write(&path, bytes)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
            chown(&path, Some(LP), Some(LP))?;
        }
        Ok(())
    }

    pub(super) fn socket() -> PathBuf {
        Path::new(PLACE).join("cups.sock")
    }

    /// Whether CUPS still runs.
    pub(super) fn runs(&mut self) -> bool {
        matches!(self.scheduler.try_wait(), Ok(None))
    }

    fn wait_until_it_answers(&mut self) -> io::Result<()> {
        let deadline = Instant::now() + STARTS;
        loop {
            if UnixStream::connect(Self::socket()).is_ok() {
                return Ok(());
            }
            if let Some(status) = self.scheduler.try_wait()? {
                log::warn!("cupsd ended with {status}");
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            if Instant::now() >= deadline {
                return Err(io::ErrorKind::TimedOut.into());
            }
            std::thread::sleep(POLL);
        }
    }

    /// Ends CUPS, overwrites all that it wrote, and takes its memory away.
    pub(super) fn end(mut self) {
        self.close();
    }

    fn close(&mut self) {
        end(&mut self.scheduler);
        let Some(memory) = self.memory.take() else {
            return;
        };
        wipe(Path::new(PLACE));
        // A filter that hangs may still hold it; then it goes with that.
        if let Err(error) = memory.unmount() {
            log::warn!("{PLACE}: {error}");
            detach(Path::new(PLACE));
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.close();
    }
}

/// Starts a program with a cleared environment, as somebody or as ourselves.
pub(super) fn start(program: &str, arguments: &[&str], user: Option<u32>) -> io::Result<Child> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
    log::info!("starts {program}");
    command.spawn()
}

/// Has a program's complaints in our own log. They are about itself: at the level that is asked for, CUPS tells nothing of documents.
pub(super) fn log_lines(name: &'static str, program: &mut Child) {
    if let Some(stderr) = program.stderr.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                log::info!("{name}: {line}");
            }
        });
    }
}

/// Asks a program to end, and ends it when it does not.
pub(super) fn end(program: &mut Child) {
    let pid = i32::try_from(program.id()).map(nix::unistd::Pid::from_raw);
    if let Ok(pid) = pid {
        // It may have ended by itself: it is reaped below either way.
        let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM);
    }
    let deadline = Instant::now() + ENDS;
    while Instant::now() < deadline {
        match program.try_wait() {
            Ok(None) => std::thread::sleep(POLL),
            Ok(Some(_)) => return,
            Err(_) => break,
        }
    }
    // Best effort: what does not even end by this is the kernel's to keep.
    let _ = program.kill();
    let _ = program.wait();
}

/// Overwrites every file of a folder with zeros, and removes it.
fn wipe(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => wipe(&path),
            Ok(kind) if kind.is_file() => {
                if let Err(error) = overwrite(&path).and_then(|()| fs::remove_file(&path)) {
                    log::warn!("{}: {error}", path.display());
                }
            }
            _ => {}
        }
    }
}

fn overwrite(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let mut left = file.metadata()?.len();
    let zeros = [0; 4096];
    while left > 0 {
        let count = left.min(zeros.len() as u64);
        // At most 4096.
        file.write_all(&zeros[..count as usize])?;
        left -= count;
    }
    Ok(())
}
