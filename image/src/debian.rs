//! Debian's packages: downloaded by mmdebstrap, unpacked and never installed, so that no script of theirs runs,
//! nothing is mounted, and nothing depends on the build machine.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::lists::meaningful_lines;
use crate::step::run_tool;
use crate::tree::files_below;

const SUITE: &str = "trixie";

/// How long a download counts as current. Debian publishes security updates daily at most.
const FRESH: Duration = Duration::from_secs(24 * 60 * 60);

/// The list that the hook leaves in the archive: `P name version`, then `F ./path` for each of its files.
const OWNERS: &str = "heirloom-packages";

/// Runs on the build machine while the packages are still there, after they are unpacked.
const OWNERS_HOOK: &str = r#"for deb in "$1"/var/cache/apt/archives/*.deb; do
    dpkg-deb --show --showformat='P ${Package} ${Version}\n' "$deb" || exit 1
    dpkg-deb --fsys-tarfile "$deb" | tar --list | sed 's/^/F /' || exit 1
done > "$1/heirloom-packages""#;

/// Makes sure that there is an archive of the packages and returns its path with a remark for the log.
pub(crate) fn download(packages: &str, cache: &Path, fresh: bool) -> Result<(PathBuf, String)> {
    let names: Vec<&str> = meaningful_lines(packages).collect();
    ensure!(!names.is_empty(), "packages.txt names no package");
    let key = Sha256::digest(format!("1 {SUITE} {} {OWNERS_HOOK}", names.join(",")));
    let tar = cache.join(format!("{SUITE}-{}.tar", hex(&key[..8])));
    if !fresh && age(&tar).is_some_and(|age| age < FRESH) {
        return Ok((
            tar,
            "taken from the cache; --fresh downloads again".to_owned(),
        ));
    }
    fs::create_dir_all(cache)?;
    // Until it is whole it has another name: an interrupted download is never taken for a good one.
    let part = cache.join("download.part.tar");
    let mut command = Command::new("mmdebstrap");
    command
        .args(["--variant=extract", "--mode=root", "--architectures=amd64"])
        .arg(format!("--include={}", names.join(",")))
        .arg(format!("--extract-hook={OWNERS_HOOK}"))
        .arg(SUITE)
        .arg(&part);
    match run_tool(&mut command) {
        Ok(_) => {
            fs::rename(&part, &tar)?;
            Ok((tar, format!("{} packages asked for", names.len())))
        }
        Err(error) if tar.exists() && !fresh => {
            Ok((tar, format!("the download failed, so the older one is used again: {error:#}")))
        }
        Err(error) => Err(error.context(
            "Debian's packages could not be downloaded; this needs root (or sudo) and a way to a Debian mirror",
        )),
    }
}

/// The age of a file; none if it is not there or lies in the future.
fn age(path: &Path) -> Option<Duration> {
    let modified = fs::metadata(path).and_then(|facts| facts.modified()).ok()?;
    SystemTime::now().duration_since(modified).ok()
}

/// The unpacked packages.
pub(crate) struct Debian {
    root: PathBuf,
    /// Files and links, by their path from the root, sorted.
    pub(crate) paths: Vec<String>,
    owners: BTreeMap<String, usize>,
    packages: Vec<(String, String)>,
    taken: RefCell<BTreeSet<usize>>,
}

impl Debian {
    /// Unpacks the archive into `root`, unless it is the one that was unpacked there last.
    pub(crate) fn unpack(tar: &Path, root: &Path) -> Result<Self> {
        // Written last, so that a half unpacked tree is never taken for a whole one.
        let mark = root.with_extension("unpacked");
        let facts = fs::metadata(tar)?;
        let identity = format!(
            "{} {:?} {:?}\n",
            tar.display(),
            facts.len(),
            facts.modified()?
        );
        if fs::read_to_string(&mark).is_ok_and(|there| there == identity) {
            return Self::open(root);
        }
        if mark.exists() {
            fs::remove_file(&mark)?;
        }
        if root.exists() {
            fs::remove_dir_all(root)?;
        }
        fs::create_dir_all(root)?;
        run_tool(
            Command::new("tar")
                .args([
                    "--extract",
                    "--no-same-owner",
                    "--exclude=./dev/*",
                    "--exclude=./usr/share/doc/*",
                ])
                .args([
                    "--exclude=./usr/share/locale/*",
                    "--exclude=./usr/share/man/*",
                    "--file",
                ])
                .arg(tar)
                .arg("--directory")
                .arg(root),
        )?;
        // Debian's base-files makes these when it is installed; the packages' own tools expect them.
        for name in ["bin", "sbin", "lib", "lib64"] {
            let link = root.join(name);
            if !link.exists() {
                std::os::unix::fs::symlink(format!("usr/{name}"), link)?;
            }
        }
        fs::write(&mark, identity)?;
        Self::open(root)
    }

    fn open(root: &Path) -> Result<Self> {
        let list =
            fs::read_to_string(root.join(OWNERS)).context("the list of the packages' files")?;
        let (packages, owners) = parse_owners(&list)?;
        let paths = files_below(root)?;
        Ok(Self {
            root: root.to_owned(),
            paths,
            owners,
            packages,
            taken: RefCell::default(),
        })
    }

    /// Where a path of the tree is on the build machine.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>> {
        self.note_taken(path);
        fs::read(self.at(path)).with_context(|| format!("{path} of Debian's packages"))
    }

    /// Remembers that something of this path's package goes into the image.
    pub(crate) fn note_taken(&self, path: &str) {
        if let Some(&package) = self.owners.get(path) {
            self.taken.borrow_mut().insert(package);
        }
    }

    /// `name version` of each package of which something was taken, sorted.
    pub(crate) fn taken_packages(&self) -> String {
        let taken = self.taken.borrow();
        let mut lines: Vec<String> = taken
            .iter()
            .map(|&index| format!("{} {}\n", self.packages[index].0, self.packages[index].1))
            .collect();
        lines.sort();
        lines.concat()
    }

    /// The version of a package.
    pub(crate) fn version(&self, package: &str) -> Option<&str> {
        self.packages
            .iter()
            .find(|(name, _)| name == package)
            .map(|(_, version)| version.as_str())
    }

    /// A program of the tree, run with the tree's own libraries, so that its version is the same on every
    /// build machine.
    pub(crate) fn tool(&self, program: &str) -> Command {
        let mut command = Command::new(self.at("usr/lib64/ld-linux-x86-64.so.2"));
        let name = program.rsplit('/').next().unwrap_or(program);
        command
            .args([
                OsStr::new("--argv0"),
                OsStr::new(name),
                OsStr::new("--library-path"),
            ])
            .arg(self.at("usr/lib/x86_64-linux-gnu"))
            .arg(self.at(program));
        command
    }

    /// The kernel's version: the name of the only folder of modules.
    pub(crate) fn kernel_version(&self) -> Result<String> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.at("usr/lib/modules"))? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        match names.as_slice() {
            [one] => Ok(one.clone()),
            _ => bail!("one kernel was expected among the packages, found: {names:?}"),
        }
    }
}

type Owners = (Vec<(String, String)>, BTreeMap<String, usize>);

fn parse_owners(list: &str) -> Result<Owners> {
    let mut packages = Vec::new();
    let mut owners = BTreeMap::new();
    for line in list.lines() {
        if let Some(package) = line.strip_prefix("P ") {
            let (name, version) = package
                .split_once(' ')
                .context("a package without a version")?;
            packages.push((name.to_owned(), version.to_owned()));
        } else if let Some(path) = line.strip_prefix("F ./") {
            ensure!(!packages.is_empty(), "a file before the first package");
            if !path.ends_with('/') && !path.is_empty() {
                owners.insert(path.to_owned(), packages.len() - 1);
            }
        } else {
            bail!("a line that is neither package nor file: {line}");
        }
    }
    Ok((packages, owners))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_of_files() {
        let list =
            "P kmod 34.2-2\nF ./\nF ./usr/\nF ./usr/bin/kmod\nP zstd 1.5.7\nF ./usr/bin/zstd\n";
        let (packages, owners) = parse_owners(list).unwrap();
        assert_eq!(
            packages[owners["usr/bin/zstd"]],
            ("zstd".to_owned(), "1.5.7".to_owned())
        );
        assert_eq!(owners.len(), 2);
        assert!(parse_owners("F ./usr/bin/x\n").is_err());
        assert!(parse_owners("P kmod\n").is_err());
    }
}
