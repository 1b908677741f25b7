//! A folder for a test, the tool run in it, and what a tree of files looks like.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

/// A folder for a test.
pub(crate) struct Home {
    folder: tempfile::TempDir,
}

/// How the tool ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// All that can be seen of a file or folder without its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    mode: u32,
    modified: (i64, i64),
    inode: u64,
    content: Vec<u8>,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        // Other users may look into it, for tests in which they do.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("its mode");
        Self { folder }
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Writes a file, with a time of its own.
    pub(crate) fn write(&self, path: impl AsRef<OsStr>, content: &[u8]) -> PathBuf {
        let path = self.folder.path().join(path.as_ref());
        fs::create_dir_all(path.parent().expect("a folder")).expect("its folder");
        fs::write(&path, content).expect("a file");
        let seconds = 1_600_000_000 + content.len() as u64 % 1_000;
        let file = fs::File::options().write(true).open(&path).expect("it");
        file.set_modified(UNIX_EPOCH + Duration::new(seconds, 500_000_000))
            .expect("its time");
        path
    }

    /// A source `card/DCIM` with a few files.
    pub(crate) fn card(&self) -> PathBuf {
        for (name, content) in [
            ("card/DCIM/100APPLE/IMG_0001.JPG", "one"),
            ("card/DCIM/100APPLE/IMG_0002.MOV", "two, and longer"),
            ("card/DCIM/101APPLE/IMG_0001.JPG", "three"),
            ("card/DCIM/101APPLE/again.jpg", "one"),
            ("card/DCIM/empty.txt", ""),
        ] {
            self.write(name, content.as_bytes());
        }
        self.path("card/DCIM")
    }

    /// Runs the tool in this folder.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = S>) -> Outcome {
        let output = self.command(words).output().expect("the tool runs");
        Outcome::of(output)
    }

    /// The tool, about to run in this folder.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_heirloom"));
        command
            .args(words)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs the tool as somebody who is not root.
    pub(crate) fn run_as_nobody(&self, words: &[&str]) -> Outcome {
        if !nix::unistd::geteuid().is_root() {
            return self.run(words);
        }
        // Where cargo keeps the tool, others may not look.
        let tool = self.path("heirloom-for-nobody");
        fs::copy(env!("CARGO_BIN_EXE_heirloom"), &tool).expect("a copy of the tool");
        let output = Command::new("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
            .arg(&tool)
            .args(words)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .output()
            .expect("setpriv runs");
        fs::remove_file(tool).expect("remove the copy");
        Outcome::of(output)
    }

    /// Archives and expects that all is well.
    pub(crate) fn archive(&self, source: &str, archive: &str) -> Value {
        let outcome = self.run(["archive", source, archive, "--json"]);
        assert_eq!(outcome.code, 0, "{outcome:?}");
        outcome.json()
    }

    /// The only folder of an archive's sources.
    pub(crate) fn only_source(&self, archive: &str) -> String {
        let sources = self.path(archive).join("sources");
        let names: Vec<_> = fs::read_dir(sources)
            .expect("the sources")
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        let [name] = &names[..] else {
            panic!("not one source: {names:?}")
        };
        name.to_str().expect("UTF-8").to_owned()
    }
}

impl Outcome {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().expect("no signal ended it"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// What it printed, which is one JSON object that knows how it ended.
    pub(crate) fn json(&self) -> Value {
        let value: Value = serde_json::from_str(&self.out).expect("one JSON object");
        assert!(value.is_object(), "{value}");
        assert_eq!(value["exit_code"], self.code);
        value
    }
}

/// Everything in a folder, the folder itself included.
pub(crate) fn tree(top: &Path) -> BTreeMap<PathBuf, Seen> {
    let mut seen = BTreeMap::new();
    look(top, &mut seen);
    seen
}

/// The same without the times of folders, in which something may have been made and removed again.
pub(crate) fn tree_without_folder_times(top: &Path) -> BTreeMap<PathBuf, Seen> {
    let mut seen = tree(top);
    for (path, entry) in &mut seen {
        if path.is_dir() {
            entry.modified = (0, 0);
        }
    }
    seen
}

fn look(path: &Path, seen: &mut BTreeMap<PathBuf, Seen>) {
    let facts = fs::symlink_metadata(path).expect("its facts");
    let content = if facts.is_file() {
        fs::read(path).expect("its content")
    } else if facts.is_symlink() {
        let target = fs::read_link(path).expect("its target");
        target.into_os_string().into_encoded_bytes()
    } else {
        Vec::new()
    };
    let entry = Seen {
        mode: facts.mode(),
        modified: (facts.mtime(), facts.mtime_nsec()),
        inode: facts.ino(),
        content,
    };
    seen.insert(path.to_owned(), entry);
    if facts.is_dir() {
        for entry in fs::read_dir(path).expect("a folder") {
            look(&entry.expect("an entry").path(), seen);
        }
    }
}

/// Runs a program that is not ours; it must end well. Yields what it printed.
pub(crate) fn tool(command: &mut Command) -> String {
    let output = command.output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}
