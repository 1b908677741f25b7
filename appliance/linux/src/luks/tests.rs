//! Key slots and headers on plain files, made, changed and judged by stock `cryptsetup`. Argon2id with the least memory, so that it is quick.

mod backup;
mod change;
mod header;
#[cfg(target_arch = "x86_64")]
mod power;
#[cfg(target_arch = "x86_64")]
mod power_cut;

use std::cell::RefCell;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::*;

/// Header and key slots take 16 MiB.
const IMAGE_BYTES: u64 = 20 * 1024 * 1024;
/// The metadata's two copies and the areas of four key slots.
const USED_BYTES: u64 = 2 * 1024 * 1024;

const CHEAP: KeyDerivation = KeyDerivation {
    memory_kib: ARGON2_MEMORY_KIB_MIN,
};

const OWNER: &str = "correct horse – battery";
const EXECUTORS: &str = "0123456789abcdef0123456789abcdef";
const NEW: &str = "fedcba9876543210fedcba9876543210";

/// A plain file with a LUKS2 volume, in a folder that removes itself.
struct Image {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Image {
    /// With the owner's passphrase in slot 0.
    fn of_owner() -> Self {
        let image = Self::empty();
        format(&Stock, &image.path, "test", &secret(OWNER), CHEAP).unwrap();
        image
    }

    /// With the executors' secret in slot 1 too.
    fn of_both() -> Self {
        let image = Self::of_owner();
        let (owner, executors) = (secret(OWNER), secret(EXECUTORS));
        let set = image
            .keys()
            .set_key(KeyHolder::Executors, &owner, &executors);
        set.unwrap();
        image
    }

    fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("partition.img");
        File::create(&path).unwrap().set_len(IMAGE_BYTES).unwrap();
        Self {
            _folder: folder,
            path,
        }
    }

    /// As this one is now. Only what is used is copied.
    fn copy(&self) -> Self {
        let copy = Self::empty();
        let mut used = Vec::new();
        let file = File::open(&self.path).unwrap();
        file.take(USED_BYTES).read_to_end(&mut used).unwrap();
        let mut file = File::options().write(true).open(&copy.path).unwrap();
        file.write_all(&used).unwrap();
        copy
    }

    fn keys(&self) -> Keys<'_> {
        self.keys_by(&Stock)
    }

    fn keys_by<'a>(&'a self, cryptsetup: &'a dyn Cryptsetup) -> Keys<'a> {
        Keys {
            cryptsetup,
            partition: &self.path,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.path).unwrap()
    }

    /// Numbers of the key slots, as stock `cryptsetup` says.
    fn slots(&self) -> Vec<u32> {
        self.named_in_dump("keyslots")
    }

    /// Numbers of the tokens, as stock `cryptsetup` says.
    fn tokens(&self) -> Vec<u32> {
        self.named_in_dump("tokens")
    }

    fn named_in_dump(&self, what: &str) -> Vec<u32> {
        let mut dump = Command::new("cryptsetup");
        dump.args(["luksDump", "--dump-json-metadata"])
            .arg(&self.path);
        let output = dump.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let dump: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let numbers = dump[what].as_object().unwrap().keys();
        let mut numbers: Vec<u32> = numbers.map(|number| number.parse().unwrap()).collect();
        numbers.sort_unstable();
        numbers
    }

    /// Which of these secrets open it, tried by stock `cryptsetup` at every slot.
    fn opened_by(&self, secrets: &[&'static str]) -> Vec<&'static str> {
        let opens = |secret: &&&str| stock_opens(&self.path, secret);
        secrets.iter().filter(opens).copied().collect()
    }
}

fn stock_opens(path: &Path, secret: &str) -> bool {
    let mut child = Command::new("cryptsetup")
        .args(["open", "--test-passphrase", "--key-file", "-"])
        .arg(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(secret.as_bytes()).unwrap();
    drop(stdin);
    match child.wait().unwrap().code() {
        Some(0) => true,
        Some(2) => false,
        other => panic!("cryptsetup ended with {other:?}"),
    }
}

fn secret(text: &str) -> Passphrase {
    let mut passphrase = Passphrase::new();
    assert!(text.chars().all(|character| passphrase.push(character)));
    passphrase
}

/// Stock `cryptsetup`, with a note of every argument; at one call its power is off.
#[derive(Default)]
struct Noted {
    arguments: RefCell<Vec<Vec<String>>>,
    calls_left: Option<usize>,
}

impl Cryptsetup for Noted {
    fn run(&self, arguments: &[&str], input: Option<&[u8]>) -> Result<Output, DriveError> {
        if Some(self.arguments.borrow().len()) == self.calls_left {
            return Err(DriveError::Gone);
        }
        let noted = arguments.iter().map(ToString::to_string).collect();
        self.arguments.borrow_mut().push(noted);
        Stock.run(arguments, input)
    }
}

#[test]
fn statuses_mean_what_the_manual_says() {
    let tool = |status| {
        Err(DriveError::Tool {
            program: "cryptsetup",
            status,
        })
    };
    let table = [
        (0, Ok(())),
        (1, tool(1)),
        (2, Err(DriveError::WrongPassphrase)),
        (3, Err(DriveError::OutOfMemory)),
        (4, Err(DriveError::Gone)),
        (5, Err(DriveError::Changed)),
        (-1, tool(-1)),
    ];
    for (status, expected) in table {
        assert_eq!(outcome(status), expected);
    }
}
