//! What prints, as processes: none but CUPS and its filters are the user `lp`, and none but a printer's server is ipp-usb.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::driverless::IPP_USB;
use super::house::{CUPSD, LP};

/// Ends what a worker left that died while it printed or stood ready to.
pub fn end_leftovers() {
    for (pid, program) in processes() {
        if is_of_printers(&program) {
            log::info!("ends {}", program.path);
            // It may have ended by itself.
            let _ = kill(pid, Signal::SIGKILL);
        }
    }
}

/// Whether CUPS's scheduler is there.
pub fn cups_runs() -> bool {
    processes().any(|(_, program)| program.path == CUPSD)
}

struct Program {
    path: String,
    user: u32,
}

fn is_of_printers(program: &Program) -> bool {
    program.user == LP || program.path == IPP_USB
}

fn processes() -> impl Iterator<Item = (Pid, Program)> {
    let folders = fs::read_dir("/proc").into_iter().flatten().flatten();
    folders.filter_map(|folder| {
        let pid = folder.file_name().to_str()?.parse().ok()?;
        Some((Pid::from_raw(pid), program(&folder.path())?))
    })
}

/// `None` for threads of the kernel, and for what has just ended.
fn program(folder: &Path) -> Option<Program> {
    let path = fs::read_link(folder.join("exe")).ok()?;
    Some(Program {
        path: path.to_str()?.to_owned(),
        user: fs::metadata(folder).ok()?.uid(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_known_by_their_file_and_their_user() {
        let own = Pid::this();
        let (_, program) = processes().find(|(pid, _)| *pid == own).expect("ourselves");
        assert_eq!(
            Path::new(&program.path),
            std::env::current_exe().expect("our file")
        );
        assert_eq!(program.user, nix::unistd::geteuid().as_raw());
        assert!(!is_of_printers(&program));
        let of = |path: &str, user| Program {
            path: path.to_owned(),
            user,
        };
        assert!(is_of_printers(&of("/usr/sbin/cupsd", 7)));
        assert!(is_of_printers(&of("/usr/bin/gs", 7)));
        assert!(is_of_printers(&of("/usr/sbin/ipp-usb", 0)));
        assert!(!is_of_printers(&of("/usr/lib/systemd/systemd-udevd", 0)));
    }
}
