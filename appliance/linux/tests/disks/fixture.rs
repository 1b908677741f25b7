//! Loop devices, stock programs, and the archive that is kept from format version 1.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use heirloom_engine::{DeviceFacts, DeviceForm, DeviceId, DiskBus, DiskFacts, Passphrase};
use tempfile::TempDir;

/// Two sources, with names that are hard to keep.
const ARCHIVE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../files/tests/golden/version-1.tar"
);

/// Runs a stock program to its end; says what it says.
pub(crate) fn tool(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {complaint}"
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A file that a loop device makes a disk of, for as long as this lives.
pub(crate) struct Disk {
    _folder: TempDir,
    pub(crate) file: PathBuf,
    pub(crate) node: PathBuf,
}

impl Disk {
    pub(crate) fn of(folder: TempDir, file: PathBuf, options: &[&str]) -> Result<Self, String> {
        let path = file.display().to_string();
        let arguments = [&["--find", "--show"], options, &[&path]].concat();
        let output = Command::new("losetup").args(&arguments).output();
        let output = output.map_err(|error| format!("losetup: {error}"))?;
        if !output.status.success() {
            return Err("no loop device can be had".to_owned());
        }
        let node = String::from_utf8_lossy(&output.stdout).trim().into();
        Ok(Self {
            _folder: folder,
            file,
            node,
        })
    }

    /// Zeros.
    pub(crate) fn empty(size_bytes: u64, options: &[&str]) -> Result<Self, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("disk");
        let made = File::create_new(&file).and_then(|file| file.set_len(size_bytes));
        made.expect("a file");
        Self::of(folder, file, options)
    }

    /// As udev would tell of it, with `kind` on the whole of it.
    pub(crate) fn facts(&self, kind: Option<&str>) -> DeviceFacts {
        let content = kind.map(|kind| heirloom_engine::Content {
            kind: kind.to_owned(),
            label: String::new(),
            uuid: String::new(),
        });
        let disk = DiskFacts {
            bus: DiskBus::Usb,
            size_bytes: fs::metadata(&self.file).expect("the file").len(),
            removable: false,
            read_only: false,
            whole: content,
            partitions: Vec::new(),
        };
        DeviceFacts {
            id: DeviceId("disk@1".to_owned()),
            manufacturer: "Maker".to_owned(),
            model: "Disk".to_owned(),
            serial: None,
            form: DeviceForm::Disk(disk),
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // What fails is a loop device too many on this computer.
        let _ = Command::new("losetup").arg("-d").arg(&self.node).status();
    }
}

/// Unpacks the archive.
pub(crate) fn archive(into: &Path) -> PathBuf {
    let into = into.display().to_string();
    tool("tar", &["-xf", ARCHIVE, "-C", &into]);
    Path::new(&into).join("archive")
}

pub(crate) fn secret(text: &str) -> Passphrase {
    let mut secret = Passphrase::new();
    assert!(text.chars().all(|character| secret.push(character)));
    secret
}
