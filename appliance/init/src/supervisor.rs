//! Process 1: mounts, udev, the worker, and the end. It holds nothing that could be lost, so that the worker may fail.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use heirloom_linux::{mount_early, power_off, start_udevd};
use nix::errno::Errno;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

/// The most that waits in memory to be written, in bytes: some seconds of a slow USB stick, a third of a second of a good drive.
const DIRTY_BYTES: &str = "33554432";
/// From here on the system writes on its own.
const BACKGROUND_BYTES: &str = "8388608";

/// Tells the program that it is the worker.
pub(crate) const WORKER_ARGUMENT: &str = "worker";
/// The worker's status when the PC is to be switched off: everything is closed.
pub(crate) const SWITCH_OFF: u8 = 42;
/// A worker that ends sooner than this has not worked.
const SHORT_LIFE: Duration = Duration::from_secs(20);
/// Before it is started anew, so that a message can be read.
const PAUSE: Duration = Duration::from_secs(5);

/// Runs until the PC is off.
pub(crate) fn run() -> ! {
    if let Err(error) = prepare() {
        tell(&format!(
            "Heirloom could not start: {error}. \r\n  Nothing was changed. Please switch the computer off."
        ));
    }
    let mut worker = start_worker();
    let mut started = Instant::now();
    loop {
        let ended = match waitpid(None, None) {
            Ok(WaitStatus::Exited(pid, status)) => Some((pid, Some(status))),
            Ok(WaitStatus::Signaled(pid, ..)) => Some((pid, None)),
            Ok(_) | Err(Errno::EINTR) => None,
            // No child at all: neither udev nor the worker could be started.
            Err(_) => {
                std::thread::sleep(PAUSE);
                Some((worker_pid(worker.as_ref()), None))
            }
        };
        // Everything else that ended was somebody's orphan, and is reaped by having been waited for.
        let Some((_, status)) = ended.filter(|(pid, _)| *pid == worker_pid(worker.as_ref())) else {
            continue;
        };
        if status == Some(i32::from(SWITCH_OFF)) {
            switch_off();
        }
        if started.elapsed() < SHORT_LIFE {
            tell(
                "Heirloom stopped unexpectedly and starts again.\r\n  What is in the archive is not affected.",
            );
            std::thread::sleep(PAUSE);
        }
        worker = start_worker();
        started = Instant::now();
    }
}

fn prepare() -> std::io::Result<()> {
    mount_early()?;
    // Kernel messages would be drawn over the screen. On the headless entry they have a port of their own.
    let command_line = std::fs::read_to_string("/proc/cmdline")?;
    if !command_line.contains("heirloom.events=") {
        std::fs::write("/proc/sys/kernel/printk", "1")?;
    }
    // However slow the drive, a flush has no more to write than this, so that what was copied is soon noted for good.
    std::fs::write("/proc/sys/vm/dirty_bytes", DIRTY_BYTES)?;
    std::fs::write("/proc/sys/vm/dirty_background_bytes", BACKGROUND_BYTES)?;
    // Ctrl-Alt-Del would switch off in the middle of a write.
    nix::sys::reboot::set_cad_enabled(false)?;
    // Files that nobody should see are not for anyone else on a system with one user, but a habit costs nothing.
    nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(0o022));
    // Dropped: a daemon that ends is reaped with the others, and devices that are known stay known.
    drop(start_udevd()?);
    Ok(())
}

fn start_worker() -> Option<Child> {
    let worker = Command::new("/proc/self/exe")
        .arg(WORKER_ARGUMENT)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin")
        .stdin(Stdio::null())
        .spawn();
    worker
        .map_err(|error| tell(&format!("Heirloom could not start: {error}.")))
        .ok()
}

/// A pid that no process has stands for a worker that could not be started.
fn worker_pid(worker: Option<&Child>) -> Pid {
    let pid = worker.and_then(|worker| i32::try_from(worker.id()).ok());
    Pid::from_raw(pid.unwrap_or(-1))
}

fn switch_off() -> ! {
    let errno = power_off();
    tell(&format!(
        "Everything is saved. The computer does not switch itself off ({errno}).\r\n  Press its power button."
    ));
    loop {
        std::thread::park();
    }
}

/// The last-resort screen: a line on every terminal that may be looked at.
fn tell(text: &str) {
    for terminal in ["/dev/tty1", "/dev/ttyS0"] {
        if Path::new(terminal).exists() {
            let told = OpenOptions::new()
                .write(true)
                .open(terminal)
                .and_then(|mut terminal| write!(terminal, "\x1b[2J\x1b[H\r\n  {text}\r\n"));
            // There is nowhere else to say it.
            drop(told);
        }
    }
}
