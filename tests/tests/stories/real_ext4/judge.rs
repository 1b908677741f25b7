//! Judges what a power cut left, by stock tools: e2fsprogs opens the file system, `sha256sum` checks what was published. Then the tool
//! itself is asked whether anything is damaged, and to go on.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result};
use heirloom_stories::{PowerCut, RecordedDisk, WriteLog};
use serde_json::Value;

use super::phone::Phone;

/// What must not be after a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Flaw {
    /// e2fsprogs finds more than what a journal and its orphans explain.
    FileSystem,
    /// A published snapshot's files are not what its manifests say, or not all that were on the phone.
    Damaged,
    /// A snapshot that was said to be complete is not there.
    Gone,
    /// The tool's own `verify` finds something.
    Verify,
    /// The tool can't go on, or does not come to a complete snapshot of the phone.
    Continue,
}

/// What is wrong after one power cut.
pub(crate) struct Finding {
    /// Of which kind.
    pub(crate) flaw: Flaw,
    /// In the words of who found it.
    pub(crate) detail: String,
}

/// Judges the power cuts of one disk.
pub(crate) struct Judge<'a> {
    /// The disk, whose archive is in the folder `archive`.
    pub(crate) disk: &'a RecordedDisk,
    /// Its history.
    pub(crate) log: &'a WriteLog,
    /// The phone at the first run and at the second.
    pub(crate) phones: &'a [Phone; 2],
    /// The tool that made the archive, where it is to say what it thinks of it and to go on.
    pub(crate) tool: Option<&'a Path>,
}

impl Judge<'_> {
    /// What is wrong after a power cut, if anything is. Works in an empty folder; the disk as it was found is `disk.img` there.
    ///
    /// # Errors
    /// When judging is impossible: a tool is missing, or a folder can't be written.
    pub(crate) fn judge(&self, cut: &PowerCut, folder: &Path) -> Result<Option<Finding>> {
        let finding = |flaw, detail| Ok(Some(Finding { flaw, detail }));
        let (found, mended) = (folder.join("disk.img"), folder.join("mended.img"));
        fs::copy(self.disk.before(), &found)?;
        cut.apply(self.log, &found)?;
        fs::copy(&found, &mended)?;
        let tree = folder.join("tree");
        fs::create_dir(&tree)?;
        if let Some(detail) = extract(&mended, &tree)? {
            return finding(Flaw::FileSystem, detail);
        }
        let archive = tree.join("archive");
        let done = cut.marks(self.log).len();
        let snapshots = snapshots(&archive)?;
        if let Some(detail) = self.check(&snapshots)? {
            return finding(Flaw::Damaged, detail);
        }
        if snapshots.len() < done {
            let detail = format!("{done} runs were done, and there are {snapshots:?}");
            return finding(Flaw::Gone, detail);
        }
        let Some(tool) = self.tool else {
            return Ok(None);
        };
        // What its making did not come to the end of is no archive yet; nothing was ever in it.
        if archive.join("archive.json").exists() || done > 0 {
            // Before a run says that it is done, `latest` may be one snapshot behind.
            let may_lag = snapshots.len() > done;
            if let Some(detail) = verify(tool, &archive, may_lag)? {
                return finding(Flaw::Verify, detail);
            }
        }
        // From the first mark on, the phone is that of the second run.
        let now = &self.phones[done.min(1)];
        let on = output(
            Command::new(tool)
                .args(["archive", "--name", "phone"])
                .args([&now.folder, &archive]),
        )?;
        if !on.status.success() {
            return finding(Flaw::Continue, said(&on));
        }
        if let Some(detail) = self.check_after(&archive, &snapshots, now)? {
            let detail = format!("{detail}\n{}", said(&on));
            return finding(Flaw::Continue, detail);
        }
        Ok(None)
    }

    /// What is wrong with snapshots, which are those of the first run, of the second and of no other.
    fn check(&self, snapshots: &[PathBuf]) -> Result<Option<String>> {
        for (number, snapshot) in snapshots.iter().enumerate() {
            let Some(phone) = self.phones.get(number) else {
                return Ok(Some(format!("nobody made {}", snapshot.display())));
            };
            if let Some(detail) = check(snapshot, phone)? {
                return Ok(Some(detail));
            }
        }
        Ok(None)
    }

    /// What is wrong with the archive after a further run: the snapshots before are as they were, and the newest is the phone as it is.
    fn check_after(
        &self,
        archive: &Path,
        before: &[PathBuf],
        now: &Phone,
    ) -> Result<Option<String>> {
        let after = snapshots(archive)?;
        let (Some(newest), true) = (after.last(), after.starts_with(before)) else {
            return Ok(Some(format!("of {before:?} came {after:?}")));
        };
        let latest = newest.with_file_name("latest");
        let points_to = fs::read_link(&latest).with_context(|| latest.display().to_string());
        match points_to {
            Ok(target) if Some(target.as_os_str()) == newest.file_name() => {}
            other => {
                return Ok(Some(format!(
                    "`latest` beside {}: {other:?}",
                    newest.display()
                )));
            }
        }
        if let Some(detail) = self.check(before)? {
            return Ok(Some(detail));
        }
        check(newest, now)
    }
}

/// Replays the journal of a file system in a file, and copies all that is in it to a folder. Says what is wrong.
fn extract(image: &Path, tree: &Path) -> Result<Option<String>> {
    // As the appliance does it; and once more, when nothing at all may be left to mend.
    for (options, highest) in [("-fp", 1), ("-fn", 0)] {
        let check = output(Command::new("/usr/sbin/e2fsck").arg(options).arg(image))?;
        if check.status.code().is_none_or(|code| code > highest) {
            return Ok(Some(format!("e2fsck {options}: {}", said(&check))));
        }
    }
    let request = format!("rdump / {}", tree.display());
    let dump = output(
        Command::new("/usr/sbin/debugfs")
            .args(["-R", &request])
            .arg(image),
    )?;
    // It always ends with 0. Only root can give files to the guest's root, which nothing here depends on.
    let complaints = String::from_utf8_lossy(&dump.stderr)
        .lines()
        .filter(|line| {
            !line.starts_with("debugfs 1.") && !line.contains("while changing ownership of")
        })
        .collect::<Vec<_>>()
        .join("\n");
    Ok((!complaints.is_empty()).then(|| format!("debugfs: {complaints}")))
}

/// The published snapshots of the only source, by generation.
fn snapshots(archive: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for source in names(&archive.join("sources"))? {
        found.extend(names(&source)?.into_iter().filter(|path| {
            let name = path.file_name().unwrap_or_default();
            name.as_encoded_bytes().starts_with(b"0")
        }));
    }
    found.sort_by_key(|path| path.file_name().map(ToOwned::to_owned));
    Ok(found)
}

/// What is in a folder; nothing where there is none.
fn names(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    entries.collect()
}

/// Says what is wrong with a snapshot of a phone.
fn check(snapshot: &Path, phone: &Phone) -> Result<Option<String>> {
    for manifest in ["tagmanifest-sha256.txt", "manifest-sha256.txt"] {
        let check = output(
            Command::new("sha256sum")
                .args(["--check", "--strict", "--quiet", manifest])
                .current_dir(snapshot),
        )?;
        if !check.status.success() {
            return Ok(Some(format!("{} {}", snapshot.display(), said(&check))));
        }
    }
    let manifest = fs::read_to_string(snapshot.join("manifest-sha256.txt"))?;
    let mut contents = BTreeMap::new();
    for line in manifest.lines() {
        let hash = line.split(' ').next().unwrap_or_default().to_owned();
        *contents.entry(hash).or_insert(0) += 1;
    }
    Ok((contents != phone.contents)
        .then(|| format!("{} does not hold what the phone held", snapshot.display())))
}

/// What the tool finds wrong with an archive.
fn verify(tool: &Path, archive: &Path, latest_may_lag: bool) -> Result<Option<String>> {
    let verify = output(Command::new(tool).args(["--json", "verify"]).arg(archive))?;
    let report: Value = serde_json::from_slice(&verify.stdout).with_context(|| said(&verify))?;
    let findings = report["findings"].as_array().map_or(&[][..], Vec::as_slice);
    let lags = |finding: &Value| finding["kind"] == "latest" && finding["loss"] == false;
    let is_fine = match verify.status.code() {
        Some(0) => findings.is_empty() && report["sound"] == true,
        Some(1) => latest_may_lag && !findings.is_empty() && findings.iter().all(lags),
        _ => false,
    };
    Ok((!is_fine).then(|| said(&verify)))
}

fn output(command: &mut Command) -> Result<Output> {
    let program = command.get_program().to_string_lossy().into_owned();
    command
        .env("LC_ALL", "C.UTF-8")
        .output()
        .with_context(|| format!("{program}; scripts/setup installs what is stock"))
}

/// All that a program said, and how it ended.
fn said(output: &Output) -> String {
    let [out, errors] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    format!("{}{}({})", out, errors, output.status)
}
