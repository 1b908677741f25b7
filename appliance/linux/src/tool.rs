//! Stock programs that do the work: run with a cleared environment, secrets by standard input only, never on the command line.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use heirloom_engine::DriveError;

/// Runs a program to its end.
///
/// # Errors
/// [`DriveError::Io`] when it can't be started or fed; how it ended is in the output.
pub(crate) fn run(
    program: &'static str,
    arguments: &[&str],
    input: Option<&[u8]>,
) -> Result<Output, DriveError> {
    log::info!("runs {program} {}", arguments.join(" "));
    let io = |error: std::io::Error| DriveError::Io {
        action: program,
        errno: error.raw_os_error().unwrap_or(0),
    };
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin")
        .env("LC_ALL", "C.UTF-8")
        .stdin(if input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(io)?;
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
        // A program that ends before it has read all says why by its status, which matters more than the broken pipe.
        if let Err(error) = stdin.write_all(input) {
            log::warn!("{program} did not read its input: {error}");
        }
    }
    let output = child.wait_with_output().map_err(io)?;
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        log::info!("{program}: {line}");
    }
    log::info!("{program} ended with {}", output.status);
    Ok(output)
}

/// Runs a program that has to succeed; gives what it printed.
///
/// # Errors
/// [`DriveError::Tool`] with its exit status.
pub(crate) fn succeed(program: &'static str, arguments: &[&str]) -> Result<Vec<u8>, DriveError> {
    let output = run(program, arguments, None)?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(DriveError::Tool {
            program,
            status: status(&output),
        })
    }
}

/// The exit status; -1 when a signal ended it.
pub(crate) fn status(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}
