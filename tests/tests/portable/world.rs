//! Where the tool is tried, and what it must do there, whatever it is.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use anyhow::{Result, ensure};

use crate::fixture::{self, Fixture, PASSPHRASE_FILE, SHARES_FILE};

/// Names of what the tool finds in its working folder.
pub(crate) const IMAGE: &str = "image";
pub(crate) const OUT: &str = "out";
pub(crate) const WRONG_FILE: &str = "wrong";

/// A folder in which the tool works.
pub(crate) trait World {
    /// Where something is that the tool knows by this path.
    fn path(&self, below: &str) -> PathBuf;

    /// Runs the tool in it.
    ///
    /// # Errors
    /// Where it can't be begun.
    fn run(&self, words: &[&str]) -> Result<Output>;
}

/// Lists, checks and restores by the passphrase and by shares, and refuses a wrong one.
///
/// # Errors
/// Where something is not as it was archived, or the image not as it was.
pub(crate) fn reads_all_and_changes_nothing(world: &dyn World, fixture: &Fixture) -> Result<()> {
    for secret in [
        ["--passphrase-file", PASSPHRASE_FILE],
        ["--shares-file", SHARES_FILE],
    ] {
        reads_all(world, fixture, secret)?;
    }
    let wrong = ["ls", "--from", IMAGE, "--passphrase-file", WRONG_FILE];
    let refused = world.run(&wrong)?;
    ensure!(refused.status.code() == Some(2), "{refused:?}");
    ensure!(
        String::from_utf8_lossy(&refused.stderr).contains("The passphrase is wrong."),
        "{refused:?}"
    );
    ensure!(
        fixture.is_as_made(&world.path(IMAGE))?,
        "the image was changed"
    );
    Ok(())
}

fn reads_all(world: &dyn World, fixture: &Fixture, secret: [&str; 2]) -> Result<()> {
    let run = |words: &[&str]| -> Result<Vec<u8>> {
        let words = [words, &["--from", IMAGE], &secret[..]].concat();
        let output = world.run(&words)?;
        ensure!(output.status.success(), "{words:?}: {output:?}");
        Ok(output.stdout)
    };
    let listed: serde_json::Value = serde_json::from_slice(&run(&["ls", "--json"])?)?;
    let snapshots = listed["sources"][0]["snapshots"].as_array();
    ensure!(
        snapshots.is_some_and(|snapshots| snapshots.len() == 1),
        "{listed}"
    );
    run(&["verify"])?;
    let out = format!("{OUT}/by{}", secret[0]);
    run(&["restore", &out])?;
    let restored = world.path(&out);
    let (found, expected) = (
        fixture::summary(&restored.join("DCIM"))?,
        fixture::summary(&fixture.source())?,
    );
    ensure!(found == expected, "restored:\n{found}\nnot:\n{expected}");
    for file in fixture::FILES {
        let written = run(&["cat", &format!("DCIM/{file}")])?;
        ensure!(
            written == fs::read(fixture.source().join(file))?,
            "{file} by cat is another"
        );
    }
    Ok(())
}
