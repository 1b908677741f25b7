//! Shares are renewed, and the power fails in the midst of it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use heirloom_stories::{Drive, Story, built_tool, story};

use crate::{ARCHIVE, PASSPHRASE};

const PEOPLE: [&str; 3] = ["Anna", "Ben", "Clara"];
const RENEW: &str = "Renew the executors' shares";
/// When the power fails, in hundredths of the time that a renewal in peace took. Each write of a change is cut in the tests of `appliance/linux`.
const CUT_PERCENT: u32 = 60;

#[test]
fn shares_renewed_and_the_power_fails() {
    story("shares renewed", |story| {
        let tool = built_tool()?;
        let (mut pc, drive) = story.sits_down_with_archive()?;
        let shares = pc.gives_shares("give shares to executors", PEOPLE)?;
        // Renewed in peace: the old ones are worthless.
        let newer = pc.writes_shares_down(RENEW, PEOPLE)?;
        let begun = Instant::now();
        pc.reads("The shares are finished")?;
        let took = begun.elapsed();
        pc.leaves("The earlier shares open nothing any more.")?;
        pc.switches_off()?;
        let opened = [
            opens(story, &tool, &drive, &shares)?,
            opens(story, &tool, &drive, &newer)?,
        ];
        ensure!(opened == [false, true], "old, new: {opened:?}");
        renewed_until(story, &tool, &drive, &newer, took * CUT_PERCENT / 100)
    });
}

/// Renews, and cuts the power: the old or the new shares open the archive, and after it was opened once more, not both.
fn renewed_until(
    story: &mut Story,
    tool: &Path,
    drive: &Drive,
    before: &[String],
    cut: Duration,
) -> Result<()> {
    let mut pc = story.sits_down()?;
    pc.plug_drive("archive", drive)?;
    pc.opens_archive(ARCHIVE, PASSPHRASE)?;
    let newer = pc.writes_shares_down(RENEW, PEOPLE)?;
    // A moment, not a wait for something: where it falls does not matter, all of them must be right.
    std::thread::sleep(cut);
    pc.cut_power()?;

    let old_or_new = |story: &Story| -> Result<[bool; 2]> {
        Ok([
            opens(story, tool, drive, before)?,
            opens(story, tool, drive, &newer)?,
        ])
    };
    let at_cut = old_or_new(story)?;
    ensure!(
        at_cut.contains(&true),
        "after {cut:?}, neither the old nor the new shares open it"
    );
    let mut pc = story.sits_down()?;
    pc.plug_drive("archive", drive)?;
    pc.opens_archive(ARCHIVE, PASSPHRASE)?;
    pc.reads("Executors: shares were given")?;
    pc.switches_off()?;
    let settled = old_or_new(story)?;
    ensure!(
        settled[0] != settled[1],
        "after {cut:?} and the next opening: old, new: {settled:?}; before it {at_cut:?}"
    );
    Ok(())
}

/// Whether two of these shares open the drive, by the tool, which reads nothing but the drive.
fn opens(story: &Story, tool: &Path, drive: &Drive, shares: &[String]) -> Result<bool> {
    let file = story.file("two-shares.txt");
    fs::write(&file, format!("{}\n{}\n", shares[0], shares[2]))?;
    let output = Command::new(tool)
        .args(["ls", "--from"])
        .arg(drive.path())
        .arg("--shares-file")
        .arg(&file)
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    // The archive is empty; what matters is whether it opens.
    let is_refused = said.contains("another archive") || said.contains("renewed");
    ensure!(
        output.status.success() || is_refused,
        "{}: {said}",
        output.status
    );
    Ok(output.status.success())
}
