//! Small guests made of Debian's stock packages and none of our code: built once by `mmdebstrap`, kept in `target`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::places::tests_folder;
use crate::target_folder;

/// On the kernel's command line: it is itself soonest without what protects it from programs that such a guest has not, and what tests its own ciphers.
pub(crate) const QUICK: &str = "quiet nokaslr mitigations=off cryptomgr.notests";

/// Builds the guest that the folder `tests/NAME` describes, or takes the one that was built from the same inputs: files of that folder, among
/// them `packages` and `pack`. Returns the folder with its `kernel` and `initrd`.
///
/// # Errors
/// When `mmdebstrap` fails.
pub(crate) fn debian_guest(name: &str, inputs: &[&str]) -> Result<PathBuf> {
    let from = tests_folder().join(name);
    let mut key = Sha256::new();
    for input in inputs {
        key.update(fs::read(from.join(input)).with_context(|| (*input).to_owned())?);
    }
    let version: String = key
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let all = target_folder().join(name);
    fs::create_dir_all(&all)?;
    let lock = File::create(all.join("lock"))?;
    lock.lock()?;
    let folder = all.join(version);
    if !folder.exists() {
        let unfinished = all.join("unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)?;
        }
        fs::create_dir(&unfinished)?;
        build(&from, &unfinished)?;
        fs::rename(&unfinished, &folder)?;
    }
    Ok(folder)
}

/// Extracts Debian's packages and has the hook `pack` make a kernel and an initramfs of them.
fn build(inputs: &Path, out: &Path) -> Result<()> {
    let list = fs::read_to_string(inputs.join("packages"))?;
    let packages: Vec<&str> = list
        .lines()
        .filter_map(|line| line.split('#').next().map(str::trim))
        .filter(|package| !package.is_empty())
        .collect();
    let log = out.join("build.log");
    let mut command = Command::new("mmdebstrap");
    command
        .args(["--variant=extract", "--format=null"])
        .arg(format!("--include={}", packages.join(",")))
        .arg(format!(
            "--extract-hook='{}' \"$1\"",
            inputs.join("pack").display()
        ));
    for file in ["kernel", "initrd"] {
        command.arg(format!(
            "--extract-hook=download /{file} '{}'",
            out.join(file).display()
        ));
    }
    command.args(["trixie", "/dev/null"]);
    let status = command
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(File::create(&log)?)
        .status()
        .context("mmdebstrap; scripts/setup installs it")?;
    ensure!(
        status.success(),
        "mmdebstrap ended with {status}:\n{}",
        fs::read_to_string(&log)?
    );
    Ok(())
}

/// QEMU's arguments by which a guest has a folder of the host's, read-only, under a tag of 9p's.
pub(crate) fn shared_folder(tag: &str, folder: &Path) -> [String; 2] {
    [
        "-virtfs".to_owned(),
        format!(
            "local,readonly=on,security_model=none,multidevs=remap,mount_tag={tag},path={}",
            quoted(folder)
        ),
    ]
}

/// A path within an option of QEMU's, where a comma is written twice.
pub(crate) fn quoted(path: &Path) -> String {
    path.display().to_string().replace(',', ",,")
}
