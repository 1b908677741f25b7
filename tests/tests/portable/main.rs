//! The portable tool, the very bytes that lie on the stick, where there is nothing else: no loader, no library, no `/proc`, no terminal, no rights.
//!
//! What it reads is made by stock programs, the shares by SLIP-39's reference; what it restores is judged by `sha256sum` and `stat`.

mod bare_folder;
mod fixture;
#[cfg(feature = "wine")]
mod wine;
mod world;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use heirloom_stories::{appliance_image, story};

use bare_folder::BareFolder;
use world::reads_all_and_changes_nothing;

/// Where the stick's file system begins in the image.
const STICK_AT_BYTES: u32 = 2 << 20;
const TOOL: &str = "heirloom-linux-x86_64";
/// The oldest kernel that it may ask for: Linux 3.2 is of January 2012.
const OLDEST_KERNEL: &str = "OS: Linux, ABI: 3.2.0";

#[test]
fn the_tool_reads_an_archive_where_there_is_nothing_else() {
    story("the portable tool", |story| {
        let job = story.folder("job")?;
        let tool = job.join(TOOL);
        from_stick(TOOL, &tool)?;
        // FAT knows no programs.
        fs::set_permissions(&tool, Permissions::from_mode(0o755))?;
        asks_for_no_library(&tool)?;
        listed_with_its_hash(&job, &tool)?;

        let fixture = fixture::make(&job, &tool)?;
        let bare = BareFolder::make(&job.join("bare"), &tool, &fixture)?;
        reads_all_and_changes_nothing(&bare, &fixture)
    });
}

/// Copies a file out of the image that a stick is written from.
fn from_stick(name: &str, to: &Path) -> Result<()> {
    let image = format!("{}@@{STICK_AT_BYTES}", appliance_image().display());
    said(
        Command::new("mcopy")
            .args(["-n", "-i", &image, &format!("::/{name}")])
            .arg(to),
    )
    .context("scripts/build-image makes the image")?;
    Ok(())
}

/// As readelf sees it.
fn asks_for_no_library(tool: &Path) -> Result<()> {
    let read = |what: &str| said(Command::new("readelf").args(["--wide", what]).arg(tool));
    let (segments, dynamic, notes) = (
        read("--program-headers")?,
        read("--dynamic")?,
        read("--notes")?,
    );
    ensure!(segments.contains("LOAD"), "{segments}");
    ensure!(!segments.contains("INTERP"), "{segments}");
    ensure!(!dynamic.contains("NEEDED"), "{dynamic}");
    ensure!(notes.contains(OLDEST_KERNEL), "{notes}");
    Ok(())
}

/// In the list that an archive drive's copy is checked by, and on the page for people, beside the version that it calls itself.
fn listed_with_its_hash(job: &Path, tool: &Path) -> Result<()> {
    let printed = said(Command::new("sha256sum").arg(tool))?;
    let digest = printed.split(' ').next().context("a hash")?;
    let version = said(Command::new(tool).arg("--version"))?;
    let read = |name: &str, copy: &str| -> Result<String> {
        from_stick(name, &job.join(copy))?;
        Ok(fs::read_to_string(job.join(copy))?)
    };
    let list = read("heirloom/SHA256SUMS", "sums")?;
    ensure!(list.contains(&format!("{digest}  {TOOL}\n")), "{list}");
    ensure!(list.contains("  TOOL.txt\n"), "{list}");
    let page = read("TOOL.txt", "page")?;
    ensure!(
        page.contains(digest) && page.contains(version.trim()),
        "{page}"
    );
    Ok(())
}

/// What a program that must end well printed.
fn said(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("{command:?}; scripts/setup installs it"))?;
    ensure!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}
