//! Which version this is, and the one time that every file of the image carries.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::step::run_tool;

/// What `/etc/heirloom/release.json` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Release {
    pub(crate) version: &'static str,
    /// The git commit, with `-dirty` where files were changed since.
    pub(crate) commit: String,
    pub(crate) built_unix_s: u32,
}

impl Release {
    /// Asks git about the source tree; `SOURCE_DATE_EPOCH` goes before the time of the last commit.
    pub(crate) fn of(source: &Path) -> Result<Self> {
        let git = |args: &[&str]| -> Result<String> {
            let mut command = Command::new("git");
            // Under sudo the tree belongs to someone else, which git refuses without this.
            command
                .args(["-c", "safe.directory=*", "-C"])
                .arg(source)
                .args(args);
            Ok(String::from_utf8(run_tool(&mut command)?)?
                .trim()
                .to_owned())
        };
        let commit = git(&[
            "describe",
            "--always",
            "--dirty",
            "--abbrev=12",
            "--exclude=*",
        ]);
        let time = match std::env::var("SOURCE_DATE_EPOCH") {
            Ok(text) => text,
            Err(_) => git(&["log", "-1", "--format=%ct"])
                .context("no time to build with: set SOURCE_DATE_EPOCH, or build in a git tree")?,
        };
        Ok(Self {
            version: env!("CARGO_PKG_VERSION"),
            // A source archive has no git, and is complete all the same.
            commit: commit.unwrap_or_else(|_| "unknown".to_owned()),
            built_unix_s: time
                .trim()
                .parse()
                .with_context(|| format!("`{time}` is no Unix time"))?,
        })
    }

    pub(crate) fn json(&self) -> String {
        let value = serde_json::json!({
            "version": self.version,
            "commit": self.commit,
            "built_unix_s": self.built_unix_s,
        });
        format!("{value}\n")
    }
}
