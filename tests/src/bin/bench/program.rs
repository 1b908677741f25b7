//! A program that is run and measured: how long it took, and the most memory that it had.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

/// GNU time, whose own memory is 2 MB. A child that we started ourselves would be charged with ours: the kernel counts the most memory
/// of a process from before its `exec` on.
const GNU_TIME: &str = "/usr/bin/time";
/// Lines of a failed program's output that are shown.
const TAIL: usize = 12;

/// A program with its arguments. It sees nothing of our environment but `PATH`.
pub(crate) struct Program {
    words: Vec<OsString>,
    environment: Vec<(&'static str, OsString)>,
    folder: Option<PathBuf>,
    silent: bool,
}

/// What a run cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cost {
    pub(crate) seconds: f64,
    /// Of the largest of its processes, in KiB.
    pub(crate) peak_kib: u64,
}

impl Program {
    pub(crate) fn new<Word: AsRef<OsStr>>(words: impl IntoIterator<Item = Word>) -> Self {
        Self {
            words: words
                .into_iter()
                .map(|word| word.as_ref().to_owned())
                .collect(),
            environment: Vec::new(),
            folder: None,
            silent: false,
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name, value.as_ref().to_owned()));
        self
    }

    /// Runs in this folder.
    pub(crate) fn inside(mut self, folder: PathBuf) -> Self {
        self.folder = Some(folder);
        self
    }

    /// Whatever it says on standard output is a difference that it found.
    pub(crate) fn silent(mut self) -> Self {
        self.silent = true;
        self
    }

    /// Runs it to its end, which must be a good one. What it says goes to files in the folder `log`.
    pub(crate) fn measure(&self, log: &Path) -> Result<Cost> {
        let [out, err, peak] = ["out.txt", "err.txt", "peak.txt"].map(|name| log.join(name));
        let mut timed = vec![
            OsStr::new(GNU_TIME),
            "-f".as_ref(),
            "%M".as_ref(),
            "-o".as_ref(),
        ];
        timed.push(peak.as_os_str());
        timed.push("--".as_ref());
        let mut command = self.command(
            timed
                .into_iter()
                .chain(self.words.iter().map(OsString::as_os_str)),
        );
        command
            .stdout(File::create(&out)?)
            .stderr(File::create(&err)?);

        let begun = Instant::now();
        let status = command
            .status()
            .with_context(|| format!("{GNU_TIME} (Debian's package time)"))?;
        let seconds = begun.elapsed().as_secs_f64();

        ensure!(
            status.success(),
            "{self} ended with {status}:\n{}{}",
            tail(&out)?,
            tail(&err)?
        );
        ensure!(
            !self.silent || fs::metadata(&out)?.len() == 0,
            "{self} found differences:\n{}",
            tail(&out)?
        );
        let peak = fs::read_to_string(&peak)?;
        let peak_kib = peak
            .trim()
            .parse()
            .with_context(|| format!("{GNU_TIME} said {peak:?}"))?;
        Ok(Cost { seconds, peak_kib })
    }

    /// Runs it without measuring, and gives what it said on standard output.
    pub(crate) fn output(&self) -> Result<String> {
        let output = self
            .command(self.words.iter().map(OsString::as_os_str))
            .output();
        let output = output.with_context(|| self.to_string())?;
        if !output.status.success() {
            bail!(
                "{self} ended with {}:\n{}",
                output.status,
                String::from_utf8_lossy(&output.stderr)
            );
        }
        String::from_utf8(output.stdout).with_context(|| self.to_string())
    }

    fn command<'a>(&self, mut words: impl Iterator<Item = &'a OsStr>) -> Command {
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).env_clear().stdin(Stdio::null());
        command
            .env("LC_ALL", "C.UTF-8")
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command
    }
}

impl std::fmt::Display for Program {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, word) in self.words.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(out, "{space}{}", word.display())?;
        }
        Ok(())
    }
}

fn tail(file: &Path) -> Result<String> {
    let text = String::from_utf8_lossy(&fs::read(file)?).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    Ok(lines[lines.len().saturating_sub(TAIL)..]
        .iter()
        .map(|line| format!("  {line}\n"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Program {
        Program::new(["sh", "-c", script])
    }

    #[test]
    fn memory_of_the_largest_process_is_seen_and_ours_is_not() -> Result<()> {
        let log = tempfile::tempdir()?;
        // Touched, so that it is there: 200 MB in this process.
        let ours = std::hint::black_box(vec![1_u8; 200 << 20]);
        let small = shell("true").measure(log.path())?;
        assert!(small.peak_kib < 20 << 10, "{small:?}");
        // A buffer of 64 MB in a process below the one that was started.
        let large =
            shell("dd if=/dev/zero of=/dev/null bs=64M count=1 2>&1; true").measure(log.path())?;
        assert!((64 << 10..80 << 10).contains(&large.peak_kib), "{large:?}");
        drop(ours);
        Ok(())
    }

    #[test]
    fn a_program_that_fails_or_finds_something_is_an_error_with_its_words() -> Result<()> {
        let log = tempfile::tempdir()?;
        for (program, words) in [
            (shell("echo no room; exit 3"), "no room"),
            (shell("echo not readable >&2; exit 1"), "not readable"),
            (shell("echo photo.jpg").silent(), "photo.jpg"),
            (Program::new(["/no such program"]), "no such program"),
        ] {
            let error = program
                .measure(log.path())
                .err()
                .context("it was taken for good")?;
            assert!(error.to_string().contains(words), "{error}");
        }
        shell("echo words >&2").silent().measure(log.path())?;
        Ok(())
    }
}
