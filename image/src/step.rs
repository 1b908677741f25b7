//! Steps and tools: what the build is doing, how long it took, and the command to run again when a tool fails.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// Runs one named step and prints its name, its note and its time.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<(T, String)>) -> Result<T> {
    let started = Instant::now();
    eprintln!("{name} ...");
    let (value, note) = work().with_context(|| format!("while: {name}"))?;
    eprintln!("    {:>6.1} s  {note}", started.elapsed().as_secs_f64());
    Ok(value)
}

/// Runs a tool and returns what it wrote to standard output. A failure carries the tool's messages and
/// the command, quoted so that it can be pasted into a shell.
pub(crate) fn run_tool(command: &mut Command) -> Result<Vec<u8>> {
    let shown = command_line(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| {
        format!("cannot start it; is it installed? The command was:\n    {shown}")
    })?;
    if !output.status.success() {
        bail!(
            "a tool failed ({}) and said:\n{}\nTo run it again:\n    {shown}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    Ok(output.stdout)
}

/// The command as a person would type it.
pub(crate) fn command_line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| quoted(&word.to_string_lossy()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_tool_prints_the_command_to_run_again() {
        let error = run_tool(Command::new("sh").args(["-c", "echo 'no space' >&2; exit 3"]))
            .unwrap_err()
            .to_string();
        assert!(error.contains("no space"), "{error}");
        assert!(
            error.contains(r"sh -c 'echo '\''no space'\'' >&2; exit 3'"),
            "{error}"
        );
    }

    #[test]
    fn a_missing_tool_is_named() {
        let error = run_tool(&mut Command::new("no-such-tool-here")).unwrap_err();
        assert!(error.to_string().contains("no-such-tool-here"), "{error}");
    }
}
