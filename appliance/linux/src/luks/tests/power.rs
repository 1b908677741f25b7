//! A power supply for `cryptsetup`: it fails at a chosen write to the image, before it, in its midst, or so that the drive never wrote what it had
//! acknowledged but was not yet asked to flush. Each write is stopped at by `ptrace(2)`.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use heirloom_engine::DriveError;
use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

use super::super::Cryptsetup;

/// How the power fails at a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Nothing of it arrives.
    Before,
    /// Its first sector arrives.
    Torn,
    /// It was in the drive's cache, and is lost; what was written after it and before the next flush is not.
    Lost,
}

const SECTOR_BYTES: u64 = 512;

/// Stock `cryptsetup`, until the power fails. From then on nothing runs.
pub(super) struct FailingPower {
    image: PathBuf,
    cut: Cut,
    /// Writes that still succeed.
    writes_left: Cell<u64>,
    failed: Cell<bool>,
    /// Place and content of what the write that gets lost will have overwritten.
    lost: RefCell<Option<(u64, Vec<u8>)>>,
}

impl FailingPower {
    /// Fails at the write that comes after `writes` others.
    pub(super) fn after(image: &Path, writes: u64, cut: Cut) -> Self {
        Self {
            image: image.canonicalize().unwrap(),
            cut,
            writes_left: Cell::new(writes),
            failed: Cell::new(false),
            lost: RefCell::new(None),
        }
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed.get()
    }
}

impl Cryptsetup for FailingPower {
    fn run(&self, arguments: &[&str], input: Option<&[u8]>) -> Result<Output, DriveError> {
        if self.failed.get() {
            return Err(DriveError::Gone);
        }
        // Waits until it is watched.
        let mut child = Command::new("sh")
            .args(["-c", "read -r go; exec cryptsetup \"$@\"", "sh"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let process = Pid::from_raw(child.id().cast_signed());
        let options = Options::PTRACE_O_TRACEEXEC
            | Options::PTRACE_O_TRACESYSGOOD
            | Options::PTRACE_O_EXITKILL;
        ptrace::seize(process, options).unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(b"go\n").unwrap();
        stdin.write_all(input.unwrap_or_default()).unwrap();
        drop(stdin);
        match self.watch(process) {
            Some(status) => Ok(Output {
                status,
                stdout: Vec::new(),
                stderr: Vec::new(),
            }),
            None => {
                self.failed.set(true);
                end(child);
                Err(DriveError::Gone)
            }
        }
    }
}

impl FailingPower {
    /// How the process ended, if the power did not fail.
    fn watch(&self, process: Pid) -> Option<ExitStatus> {
        let mut entering = true;
        // Set once a write is torn or lost: the power fails when it returns, or at the next flush.
        let mut failing = false;
        let mut failing_now = false;
        loop {
            match waitpid(process, None).unwrap() {
                WaitStatus::Exited(_, code) => return Some(ExitStatus::from_raw(code << 8)),
                WaitStatus::Signaled(..) => panic!("cryptsetup was killed by somebody else"),
                WaitStatus::PtraceSyscall(_) => {
                    if entering {
                        let failed_before = failing;
                        if self.fails_at(process, &mut failing) {
                            return None;
                        }
                        failing_now = failing && !failed_before;
                    }
                    if !entering && std::mem::take(&mut failing_now) {
                        match self.cut {
                            Cut::Before | Cut::Torn => return None,
                            Cut::Lost => self.take_back(),
                        }
                    }
                    entering = !entering;
                    ptrace::syscall(process, None).unwrap();
                }
                // The next stop is at the end of `execve`.
                WaitStatus::PtraceEvent(_, _, libc::PTRACE_EVENT_EXEC) => {
                    entering = false;
                    ptrace::syscall(process, None).unwrap();
                }
                WaitStatus::Stopped(_, signal) => ptrace::syscall(process, signal).unwrap(),
                _ => ptrace::syscall(process, None).unwrap(),
            }
        }
    }

    /// At the entry of a system call.
    fn fails_at(&self, process: Pid, failing: &mut bool) -> bool {
        let mut registers = ptrace::getregs(process).unwrap();
        let call = registers.orig_rax.cast_signed();
        let is_flush = call == libc::SYS_fsync || call == libc::SYS_fdatasync;
        let is_write = call == libc::SYS_write || call == libc::SYS_pwrite64;
        if !(is_flush || is_write) || !self.is_image(process, registers.rdi) {
            return false;
        }
        if is_flush {
            return *failing;
        }
        if self.writes_left.get() > 0 || *failing {
            self.writes_left
                .set(self.writes_left.get().saturating_sub(1));
            return false;
        }
        match self.cut {
            Cut::Before => return true,
            Cut::Torn => {
                registers.rdx = registers.rdx.min(SECTOR_BYTES);
                ptrace::setregs(process, registers).unwrap();
            }
            Cut::Lost => {
                assert_eq!(call, libc::SYS_write, "the place is known of these only");
                self.keep(position(process, registers.rdi), registers.rdx);
            }
        }
        *failing = true;
        false
    }

    fn keep(&self, place: u64, length: u64) {
        let mut content = vec![0; usize::try_from(length).unwrap()];
        let image = File::open(&self.image).unwrap();
        image.read_exact_at(&mut content, place).unwrap();
        self.lost.replace(Some((place, content)));
    }

    /// As if the write that has just returned had never reached the medium.
    fn take_back(&self) {
        let (place, content) = self.lost.take().unwrap();
        let image = File::options().write(true).open(&self.image).unwrap();
        image.write_all_at(&content, place).unwrap();
    }

    fn is_image(&self, process: Pid, descriptor: u64) -> bool {
        std::fs::read_link(format!("/proc/{process}/fd/{descriptor}"))
            .is_ok_and(|path| path == self.image)
    }
}

/// Where a process's next write to a file goes.
fn position(process: Pid, descriptor: u64) -> u64 {
    let facts = std::fs::read_to_string(format!("/proc/{process}/fdinfo/{descriptor}")).unwrap();
    let position = facts.lines().find_map(|line| line.strip_prefix("pos:"));
    position.unwrap().trim().parse().unwrap()
}

fn end(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}
