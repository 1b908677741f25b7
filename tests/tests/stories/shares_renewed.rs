//! Shares are renewed, and the power fails in the midst of it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use heirloom_stories::{Drive, PcPlan, Story, built_tool, story};

use crate::{ARCHIVE, DRIVE_MIB, DRIVE_SIZE, PASSPHRASE};

const PEOPLE: [&str; 3] = ["Anna", "Ben", "Clara"];
const RENEW: &str = "Renew the executors' shares";
/// Moments after the last word was read back: before, in and after the change of the slots, as long as it takes in here.
const CUTS_MS: [u64; 3] = [300, 2_500, 6_000];

#[test]
fn shares_renewed_and_the_power_fails() {
    story("shares renewed", |story| {
        let drive = Drive::new(story.file("archive.img"), DRIVE_MIB)?;
        let tool = built_tool()?;
        let mut pc = story.boot(PcPlan::appliance())?;
        pc.begin()?;
        pc.plug_drive("archive", &drive)?;
        pc.sets_up_drive(DRIVE_SIZE, ARCHIVE, PASSPHRASE)?;
        let mut shares = pc.gives_shares("give shares to executors", PEOPLE)?;
        // Renewed in peace: the old ones are worthless.
        let newer = pc.gives_shares(RENEW, PEOPLE)?;
        pc.switches_off()?;
        let opened = [
            opens(story, &tool, &drive, &shares)?,
            opens(story, &tool, &drive, &newer)?,
        ];
        ensure!(opened == [false, true], "old, new: {opened:?}");
        shares = newer;
        for cut_ms in CUTS_MS {
            shares = renewed_until(story, &tool, &drive, &shares, cut_ms)?;
        }
        Ok(())
    });
}

/// Renews, and cuts the power. Returns the shares that open the archive after it was opened once more.
fn renewed_until(
    story: &mut Story,
    tool: &Path,
    drive: &Drive,
    before: &[String],
    cut_ms: u64,
) -> Result<Vec<String>> {
    let mut pc = story.boot(PcPlan::appliance())?;
    pc.begin()?;
    pc.plug_drive("archive", drive)?;
    pc.opens_archive(ARCHIVE, PASSPHRASE)?;
    let newer = pc.writes_shares_down(RENEW, PEOPLE)?;
    // A moment, not a wait for something: where it falls does not matter, all of them must be right.
    std::thread::sleep(Duration::from_millis(cut_ms));
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
        "after {cut_ms} ms, neither the old nor the new shares open it"
    );
    let mut pc = story.boot(PcPlan::appliance())?;
    pc.begin()?;
    pc.plug_drive("archive", drive)?;
    pc.opens_archive(ARCHIVE, PASSPHRASE)?;
    pc.reads("Executors: shares were given")?;
    pc.switches_off()?;
    let settled = old_or_new(story)?;
    ensure!(
        settled[0] != settled[1],
        "after {cut_ms} ms and the next opening: old, new: {settled:?}; before it {at_cut:?}"
    );
    eprintln!("the power failed after {cut_ms} ms: old, new: {at_cut:?}, then {settled:?}");
    Ok(if settled[1] { newer } else { before.to_vec() })
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
