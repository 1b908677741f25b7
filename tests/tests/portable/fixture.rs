//! An encrypted archive, made by stock programs without any rights: ext4 by `mke2fs`, LUKS2 by `cryptsetup`, shares by SLIP-39's reference.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use heirloom_stories::samples;

use crate::said;

/// Where what opens it is, for the tool.
pub(crate) const PASSPHRASE_FILE: &str = "passphrase";
pub(crate) const SHARES_FILE: &str = "shares";
/// Files in the source beside the sample photos.
pub(crate) const FILES: [&str; 2] = ["Weihnachten – Oma/Bild 1.jpg", "long.mov"];
const PASSPHRASE: &str = "correct horse battery staple";
/// The executors' secret; its hex digits open slot 1.
const SECRET: &str = "000102030405060708090a0b0c0d0e0f";
/// What the reference makes of it: any two of three, in one group.
const MAKE_SHARES: &str = "\
import sys
sys.path.insert(0, sys.argv[2])
from shamir_mnemonic import generate_mnemonics
groups = generate_mnemonics(1, [(2, 3)], bytes.fromhex(sys.argv[1]))
print(groups[0][2])
print(groups[0][0])
";
const FILE_SYSTEM_BYTES: u64 = 64 << 20;
/// What `reencrypt --encrypt` needs behind the data, of which half becomes the header's place.
const SPARE_BYTES: u64 = 32 << 20;
/// Of what is tested, nothing depends on how long a key takes; how much memory, a little.
const KEY_FROM_PASSPHRASE: [&str; 3] = [
    "--pbkdf=argon2id",
    "--pbkdf-memory=65536",
    "--pbkdf-force-iterations=4",
];

/// The archive, and where it came from.
pub(crate) struct Fixture {
    job: PathBuf,
    /// The image's hash when it was made.
    digest: String,
}

impl Fixture {
    pub(crate) fn source(&self) -> PathBuf {
        self.job.join("card/DCIM")
    }

    pub(crate) fn image(&self) -> PathBuf {
        self.job.join("image")
    }

    pub(crate) fn secret(&self, name: &str) -> PathBuf {
        self.job.join(name)
    }

    /// Whether a copy, which the tool read, is still the same.
    ///
    /// # Errors
    /// Where it can't be read.
    pub(crate) fn is_as_made(&self, image: &Path) -> Result<bool> {
        Ok(digest(image)? == self.digest)
    }
}

/// Makes it in the folder `job`, with the tool as the archiver.
///
/// # Errors
/// Where a program fails, or is missing.
pub(crate) fn make(job: &Path, tool: &Path) -> Result<Fixture> {
    let mut fixture = Fixture {
        job: job.to_owned(),
        digest: String::new(),
    };
    let source = fixture.source();
    fs::create_dir_all(source.join("Weihnachten – Oma"))?;
    samples::copy_to(&source)?;
    fs::write(source.join(FILES[0]), "süß")?;
    let long: Vec<u8> = (0..3_000_017_u32)
        .map(|it| (it.wrapping_mul(it) >> 7) as u8)
        .collect();
    fs::write(source.join(FILES[1]), long)?;
    let archive = job.join("archive");
    said(Command::new(tool).arg("archive").args([&source, &archive]))?;

    let image = fixture.image();
    said(
        Command::new("mke2fs")
            .args(["-q", "-t", "ext4", "-b", "4096", "-d"])
            .args([&archive, &image])
            .arg(format!("{}k", FILE_SYSTEM_BYTES / 1024)),
    )?;
    let file = fs::File::options().write(true).open(&image)?;
    file.set_len(FILE_SYSTEM_BYTES + SPARE_BYTES)?;
    fs::write(fixture.secret(PASSPHRASE_FILE), PASSPHRASE)?;
    fs::write(fixture.secret("hex"), SECRET)?;
    let new_key = format!("--new-keyfile={}", fixture.secret("hex").display());
    let spare = format!("--reduce-device-size={SPARE_BYTES}");
    cryptsetup(
        &fixture,
        &["reencrypt", "--encrypt", "--type=luks2", &spare],
    )?;
    cryptsetup(&fixture, &["luksAddKey", "--key-slot=1", &new_key])?;
    fs::write(fixture.secret(SHARES_FILE), shares()?)?;
    fixture.digest = digest(&image)?;
    Ok(fixture)
}

fn cryptsetup(fixture: &Fixture, words: &[&str]) -> Result<()> {
    said(
        Command::new("cryptsetup")
            .arg("--batch-mode")
            .args(words)
            .args(KEY_FROM_PASSPHRASE)
            .arg("--key-file")
            .args([fixture.secret(PASSPHRASE_FILE), fixture.image()]),
    )?;
    Ok(())
}

fn shares() -> Result<String> {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/python");
    said(
        Command::new("python3")
            .args(["-I", "-B", "-c", MAKE_SHARES, SECRET])
            .arg(packages),
    )
}

fn digest(file: &Path) -> Result<String> {
    let printed = said(Command::new("sha256sum").arg(file))?;
    let digest = printed.split(' ').next().context("a hash")?;
    Ok(digest.to_owned())
}

/// All files below a folder by `sha256sum`, with their times by `stat`.
///
/// # Errors
/// Where a file can't be read, or there are none.
pub(crate) fn summary(folder: &Path) -> Result<String> {
    let script = "set -e; find . -type f | LC_ALL=C sort | while read -r it; do sha256sum \"$it\"; stat -c %Y \"$it\"; done";
    let listed = said(Command::new("sh").args(["-c", script]).current_dir(folder))?;
    anyhow::ensure!(!listed.is_empty(), "{} is empty", folder.display());
    Ok(listed)
}
