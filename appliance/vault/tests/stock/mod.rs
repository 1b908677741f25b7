//! Images made by stock tools, and what the tests do to them. Nothing here is our own code: the oracle is cryptsetup and mke2fs.
//!
//! On plain files all of it works without root, loop devices or the kernel's device mapper.

#![allow(dead_code, reason = "each test uses its part of it")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// What `reencrypt --encrypt` needs behind the data, of which half becomes the header's place.
const SPARE_BYTES: u64 = 32 * 1024 * 1024;
/// What it leaves in front of the data.
pub(crate) const DATA_AT_BYTES: u64 = SPARE_BYTES / 2;

/// Cheap key derivations: what is tested does not depend on how long they take.
pub(crate) const CHEAP_ARGON2ID: [&str; 3] = [
    "--pbkdf=argon2id",
    "--pbkdf-memory=32768",
    "--pbkdf-force-iterations=4",
];

/// A folder with an image in it, and with the passphrases' files beside it.
pub(crate) struct Stock {
    folder: TempDir,
}

impl Stock {
    /// An image that holds `plain` and nothing else yet.
    pub(crate) fn new(plain: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("image"), plain).expect("an image");
        Self { folder }
    }

    /// An image of zeros with an empty LUKS2 device in it.
    pub(crate) fn formatted(size_bytes: u64, passphrase: &str, options: &[&str]) -> Self {
        let stock = Self::new(&[]);
        stock.resize(size_bytes);
        let key = stock.passphrase(passphrase);
        let mut arguments = vec!["luksFormat", "--type=luks2", "--key-file"];
        arguments.push(&key);
        arguments.extend(options);
        stock.cryptsetup(&arguments);
        stock
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).expect("the image")
    }

    fn resize(&self, size_bytes: u64) {
        let image = fs::OpenOptions::new().write(true).open(self.path());
        image
            .and_then(|image| image.set_len(size_bytes))
            .expect("room for the image");
    }

    /// A file with a passphrase, for cryptsetup.
    pub(crate) fn passphrase(&self, passphrase: &str) -> String {
        let path = self.folder.path().join(passphrase);
        fs::write(&path, passphrase).expect("a passphrase's file");
        path.to_str().expect("a plain name").to_owned()
    }

    /// Encrypts what is in the image where it is, as `cryptsetup reencrypt --encrypt` does, with one passphrase.
    pub(crate) fn encrypt(&self, passphrase: &str, options: &[&str]) {
        let size_bytes = fs::metadata(self.path()).expect("the image").len();
        self.resize(size_bytes + SPARE_BYTES);
        let key = self.passphrase(passphrase);
        let spare = format!("--reduce-device-size={SPARE_BYTES}");
        let mut arguments = vec!["reencrypt", "--encrypt", "--type=luks2", "--key-file", &key];
        arguments.extend(["--resilience=none", &spare]);
        arguments.extend(options);
        self.cryptsetup(&arguments);
    }

    /// Runs cryptsetup with `arguments` on the image.
    pub(crate) fn cryptsetup(&self, arguments: &[&str]) {
        let mut command = Command::new("cryptsetup");
        run(command.arg("--batch-mode").args(arguments).arg(self.path()));
    }

    /// Adds a key slot whose key is not that of the data. Of this alone, cryptsetup reads the passphrase from its input only.
    pub(crate) fn add_unbound_slot(&self, number: u8, passphrase: &str, options: &[&str]) {
        let input = fs::File::open(self.passphrase(passphrase)).expect("a passphrase's file");
        let slot = format!("--key-slot={number}");
        let mut command = Command::new("cryptsetup");
        let arguments = ["--batch-mode", "luksAddKey", "--unbound", "--key-size=512"];
        run(command
            .args(arguments)
            .arg(slot)
            .args(options)
            .arg(self.path())
            .stdin(input));
    }
}

/// Runs a stock program, and says what it said if it fails.
pub(crate) fn run(command: &mut Command) -> String {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => panic!("{name} is needed by this test, and does not start: {error}"),
    };
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {message}");
    String::from_utf8(output.stdout).expect("text")
}

/// An ext4 image of `size_bytes`, in blocks of 4096 bytes, with all that is in `tree`.
pub(crate) fn ext4(image: &Path, tree: &Path, size_bytes: u64) {
    let kib = format!("{}k", size_bytes / 1024);
    let fixed = ["-q", "-t", "ext4", "-b", "4096", "-d"].map(OsStr::new);
    run(Command::new("mke2fs")
        .args(fixed)
        .arg(tree)
        .arg(image)
        .arg(kib));
}

/// Bytes that look random, and are the same for the same seed.
pub(crate) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length + 32);
    for block in 0_u64.. {
        if bytes.len() >= length {
            break;
        }
        let numbers = [seed.to_le_bytes(), block.to_le_bytes()].concat();
        bytes.extend(Sha256::digest(numbers));
    }
    bytes.truncate(length);
    bytes
}

/// The length of one copy of the header in `image`.
pub(crate) fn header_bytes(image: &[u8]) -> usize {
    u64::from_be_bytes(image[8..16].try_into().expect("eight bytes")) as usize
}

/// Changes the description in both copies of the header by `change`, and makes their checksums right again.
pub(crate) fn edit(image: &mut [u8], change: impl Fn(&mut Value)) {
    let size = header_bytes(image);
    for copy in [0..size, size..2 * size] {
        let header = &mut image[copy];
        let text = header[4096..]
            .split(|byte| *byte == 0)
            .next()
            .expect("text");
        let mut description = serde_json::from_slice(text).expect("JSON");
        change(&mut description);
        header[4096..].fill(0);
        let text = description.to_string();
        header[4096..][..text.len()].copy_from_slice(text.as_bytes());
        seal(header);
    }
}

/// Makes the checksum of one copy of a header right.
pub(crate) fn seal(header: &mut [u8]) {
    header[448..512].fill(0);
    let checksum = Sha256::digest(&*header);
    header[448..480].copy_from_slice(&checksum);
}
