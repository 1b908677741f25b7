//! The tool for Windows, run by wine, which stands for Windows here.
//!
//! Only with the feature `wine`, because neither wine nor the program are there otherwise: scripts/try-windows brings both.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, ensure};
use heirloom_stories::{built_tool, story, target_folder};

use crate::fixture::{self, Fixture, PASSPHRASE_FILE, SHARES_FILE};
use crate::said;
use crate::world::{IMAGE, OUT, WRONG_FILE, World, reads_all_and_changes_nothing};

const TOOL: &str = "heirloom.exe";
/// What every Windows since 10 has, in lower case; more may begin with one of these.
const OF_WINDOWS: [&str; 8] = [
    "api-ms-win-",
    "bcryptprimitives.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "ntdll.dll",
    "user32.dll",
    "userenv.dll",
    "ws2_32.dll",
];

#[test]
fn wine_runs_the_tool_for_windows() {
    story("the tool for Windows", |story| {
        let job = story.folder("job")?;
        let tool = target_folder()
            .join("x86_64-pc-windows-gnu/portable")
            .join(TOOL);
        asks_for_nothing_but_windows(&tool)?;
        let fixture = fixture::make(&job, &built_tool()?)?;
        let wine = Wine::begin(&job, &tool, &fixture)?;
        reads_all_and_changes_nothing(&wine, &fixture)?;
        restores_again_what_is_there(&wine)
    });
}

/// A second restore finds all of it, changes nothing, and leaves nothing behind.
fn restores_again_what_is_there(wine: &Wine) -> Result<()> {
    let out = format!("{OUT}/by--passphrase-file");
    let before = fixture::summary(&wine.path(&out))?;
    let secret = ["--from", IMAGE, "--passphrase-file", PASSPHRASE_FILE];
    let again = wine.run(&[&["restore", "--json", &out], &secret[..]].concat())?;
    ensure!(again.status.success(), "{again:?}");
    let said: serde_json::Value = serde_json::from_slice(&again.stdout)?;
    let of_snapshot = |what: &str| said["snapshots"][0][what].as_u64();
    ensure!(of_snapshot("restored_files") == Some(0), "{said}");
    ensure!(
        of_snapshot("already_files") == of_snapshot("files"),
        "{said}"
    );
    let after = fixture::summary(&wine.path(&out))?;
    ensure!(before == after, "restored again:\n{after}\nnot:\n{before}");
    Ok(())
}

/// As objdump sees it.
fn asks_for_nothing_but_windows(tool: &Path) -> Result<()> {
    let listed = said(
        Command::new("x86_64-w64-mingw32-objdump")
            .arg("--private-headers")
            .arg(tool),
    )
    .context("scripts/build-tool --windows makes it")?;
    let libraries: Vec<String> = listed
        .lines()
        .filter_map(|line| line.trim().strip_prefix("DLL Name: "))
        .map(str::to_lowercase)
        .collect();
    ensure!(!libraries.is_empty(), "{listed}");
    for library in libraries {
        ensure!(
            OF_WINDOWS.iter().any(|it| library.starts_with(it)),
            "{library} is not in every Windows"
        );
    }
    Ok(())
}

/// A folder with the tool, an image and what opens it, and wine's folder of Windows.
struct Wine {
    top: PathBuf,
    windows: OsString,
}

impl Wine {
    fn begin(job: &Path, tool: &Path, fixture: &Fixture) -> Result<Self> {
        let windows = std::env::var_os("WINEPREFIX").context("scripts/try-windows makes it")?;
        let wine = Self {
            top: job.join("wine"),
            windows,
        };
        fs::create_dir(&wine.top)?;
        for (from, to) in [
            (tool, TOOL),
            (&fixture.image(), IMAGE),
            (&fixture.secret(PASSPHRASE_FILE), PASSPHRASE_FILE),
            (&fixture.secret(SHARES_FILE), SHARES_FILE),
        ] {
            fs::copy(from, wine.path(to)).with_context(|| from.display().to_string())?;
        }
        fs::write(wine.path(WRONG_FILE), "incorrect horse")?;
        fs::create_dir(wine.path(OUT))?;
        Ok(wine)
    }
}

impl World for Wine {
    fn path(&self, below: &str) -> PathBuf {
        self.top.join(below)
    }

    fn run(&self, words: &[&str]) -> Result<Output> {
        Command::new("wine")
            .arg(TOOL)
            .args(words)
            .current_dir(&self.top)
            .env("WINEPREFIX", &self.windows)
            .env("WINEDEBUG", "-all")
            // By this, wine takes names for UTF-8.
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .output()
            .context("wine; scripts/setup --wine installs it")
    }
}
