//! An encrypted archive drive as a file, made by stock tools without any rights: the archive in ext4 by `mke2fs`, in LUKS2 by `cryptsetup`.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::library::Census;
use crate::program::Program;

/// What `cryptsetup reencrypt --encrypt` needs behind the data, of which half becomes the header's place.
const SPARE_BYTES: u64 = 32 << 20;
/// For the journal, the descriptions and the manifests.
const FILE_SYSTEM_EXTRA_BYTES: u64 = 160 << 20;
const PASSPHRASE: &str = "x";

/// The image, and a file with its passphrase.
pub(super) struct Image {
    pub(super) path: PathBuf,
    pub(super) passphrase: PathBuf,
}

/// Makes it of the folder `archive`. It is formatted and filled as drives of the appliance are (aes-xts-plain64, 512-bit key, sectors of 4096 bytes),
/// but for the key slot, which is cheap: its time would be the same for any number of pictures.
pub(super) fn make(folder: &Path, archive: &Path, kept: Census) -> Result<Image> {
    let image = Image {
        path: folder.join("image"),
        passphrase: folder.join("passphrase"),
    };
    fs::write(&image.passphrase, PASSPHRASE).context("the passphrase")?;
    // One part in 32 is more than ext4 needs for its tables.
    let file_system_kib = (kept.bytes + kept.bytes / 32 + FILE_SYSTEM_EXTRA_BYTES) / 4096 * 4;
    let size = format!("{file_system_kib}k");
    let words = ["mke2fs", "-q", "-t", "ext4", "-b", "4096", "-m", "0", "-d"].map(Path::new);
    let places = [archive, image.path.as_path(), Path::new(&size)];
    Program::new(words.into_iter().chain(places)).output()?;
    OpenOptions::new()
        .write(true)
        .open(&image.path)
        .and_then(|file| file.set_len(file_system_kib * 1024 + SPARE_BYTES))
        .context("room for the header")?;
    encrypt(&image)?;
    Ok(image)
}

/// In place, which needs no device mapper; without a record for a power cut, because it would only be made again.
fn encrypt(image: &Image) -> Result<()> {
    let spare = format!("--reduce-device-size={SPARE_BYTES}");
    let words = [
        "cryptsetup",
        "reencrypt",
        "--encrypt",
        "--batch-mode",
        "--type=luks2",
        "--cipher=aes-xts-plain64",
        "--key-size=512",
        "--sector-size=4096",
        "--resilience=none",
        "--pbkdf=argon2id",
        "--pbkdf-memory=32768",
        "--pbkdf-force-iterations=4",
        &spare,
        "--key-file",
    ]
    .map(Path::new);
    let places = [image.passphrase.as_path(), image.path.as_path()];
    Program::new(words.into_iter().chain(places))
        .output()
        .map(drop)
}
