//! Encrypted archive drives, made by stock tools without any rights: an archive of the tool's own in ext4 by `mke2fs`, in LUKS2 by `cryptsetup`.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gptman::{GPT, GPTPartitionEntry};
use heirloom_shares::{MasterSecret, Scheme, SecretLength};

use crate::kit::{Home, Outcome, tool};

/// What `reencrypt --encrypt` needs behind the data, of which half becomes the header's place.
const SPARE_BYTES: u64 = 32 << 20;
const FILE_SYSTEM_BYTES: u64 = 16 << 20;
/// Of what is tested, nothing depends on how long a key takes.
const CHEAP: [&str; 3] = [
    "--pbkdf=argon2id",
    "--pbkdf-memory=32768",
    "--pbkdf-force-iterations=4",
];
pub(crate) const PASSPHRASE: &str = "correct horse battery staple";
/// A file with it, in a home that has a drive.
pub(crate) const PASSPHRASE_FILE: &str = "passphrase.txt";
/// The image, in a home that has a drive.
pub(crate) const IMAGE: &str = "image";
/// Of most disks, and of some.
pub(crate) const SECTOR_SIZES_BYTES: [u64; 2] = [512, 4096];
/// Where the boot partition and the archive's begin.
const PARTITION_AT_BYTES: [u64; 2] = [1 << 20, 2 << 20];

/// Makes `image` of the folder `archive`: slot 0 for the passphrase.
pub(crate) fn encrypted(home: &Home, archive: &str) -> PathBuf {
    let image = home.path(IMAGE);
    tool(
        Command::new("mke2fs")
            .args(["-q", "-t", "ext4", "-b", "4096", "-d"])
            .arg(home.path(archive))
            .arg(&image)
            .arg(format!("{}k", FILE_SYSTEM_BYTES / 1024)),
    );
    home.write(PASSPHRASE_FILE, format!("{PASSPHRASE}\n").as_bytes());
    home.write("key", PASSPHRASE.as_bytes());
    let file = OpenOptions::new().write(true).open(&image);
    file.and_then(|file| file.set_len(FILE_SYSTEM_BYTES + SPARE_BYTES))
        .expect("room for the header");
    let spare = format!("--reduce-device-size={SPARE_BYTES}");
    let words = ["reencrypt", "--encrypt", "--type=luks2", &spare];
    let fast = ["--sector-size=4096", "--resilience=none"];
    cryptsetup(home, words.iter().chain(&fast).chain(&CHEAP));
    image
}

/// Adds a slot for a secret of executors, and gives their shares, any two of which are enough. Theirs is slot 1, and slot 2 in the midst of a renewal.
pub(crate) fn with_shares(home: &Home, slot: u8) -> Vec<String> {
    let (secret, shares) = shares();
    home.write("hex", secret.to_hex().expose().as_bytes());
    let new_key = format!("--new-keyfile={}", home.path("hex").display());
    let slot = format!("--key-slot={slot}");
    let words = ["luksAddKey", &slot, &new_key];
    cryptsetup(home, words.iter().chain(&CHEAP));
    shares
}

/// A secret and its shares, two of three, as lines of words.
pub(crate) fn shares() -> (MasterSecret, Vec<String>) {
    let secret = MasterSecret::random(SecretLength::Bits128, getrandom::fill).expect("a secret");
    let scheme = Scheme::new(2, 3).expect("a scheme");
    let shares = scheme
        .split(&secret, None, getrandom::fill)
        .expect("shares");
    let line = |share: &heirloom_shares::Share| share.to_words().to_line().to_string();
    (secret, shares.iter().map(line).collect())
}

/// Runs `cryptsetup` with these words, the key and the image.
fn cryptsetup<S: AsRef<OsStr>>(home: &Home, words: impl IntoIterator<Item = S>) {
    tool(
        Command::new("cryptsetup")
            .arg("--batch-mode")
            .args(words)
            .arg("--key-file")
            .arg(home.path("key"))
            .arg(home.path(IMAGE)),
    );
}

/// A disk with the boot partition and the encrypted one, as the appliance makes them; the second is called `name`.
pub(crate) fn disk(home: &Home, name: &str, sector_bytes: u64) -> PathBuf {
    let image = fs::read(home.path(IMAGE)).expect("the image");
    let path = home.path("disk");
    let mut disk = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)
        .expect("a disk");
    let [boot_bytes, archive_bytes] = PARTITION_AT_BYTES;
    let end_bytes = archive_bytes + image.len() as u64;
    disk.set_len(end_bytes + (1 << 20)).expect("its size");
    let mut table = GPT::new_from(&mut disk, sector_bytes, [7; 16]).expect("a table");
    let partition = |number: u8, name: &str, start_bytes: u64, end_bytes: u64| GPTPartitionEntry {
        partition_type_guid: [0xff; 16],
        unique_partition_guid: [number; 16],
        starting_lba: start_bytes / sector_bytes,
        ending_lba: end_bytes / sector_bytes - 1,
        attribute_bits: 0,
        partition_name: name.into(),
    };
    table[1] = partition(1, "HEIRLOOM", boot_bytes, archive_bytes);
    table[2] = partition(2, name, archive_bytes, end_bytes);
    GPT::write_protective_mbr_into(&mut disk, sector_bytes).expect("its first sector");
    table.write_into(&mut disk).expect("the table");
    disk.write_all_at(&boot_partition(), boot_bytes)
        .expect("the first partition");
    disk.write_all_at(&image, archive_bytes)
        .expect("the archive");
    path
}

/// As much of a FAT32 file system as says what it is.
pub(crate) fn boot_partition() -> Vec<u8> {
    let mut bytes = vec![0; 64 << 10];
    bytes[..3].copy_from_slice(&[0xeb, 0x58, 0x90]);
    bytes[71..82].copy_from_slice(b"HEIRLOOM   ");
    bytes[82..90].copy_from_slice(b"FAT32   ");
    bytes[510..512].copy_from_slice(&[0x55, 0xaa]);
    bytes
}

/// Lets everybody read a file, and nobody write it, until the test ends.
pub(crate) fn seal(path: &Path) {
    if nix::unistd::geteuid().is_root() {
        std::os::unix::fs::chown(path, Some(65534), Some(65534)).expect("another owner");
    }
    fs::set_permissions(path, Permissions::from_mode(0o400)).expect("its mode");
}

/// What must not change: content, times, mode.
pub(crate) fn fingerprint(path: &Path) -> (String, i64, i64, u32) {
    let facts = fs::metadata(path).expect("its facts");
    let digest = tool(Command::new("sha256sum").arg(path));
    (digest, facts.mtime(), facts.ctime(), facts.mode())
}

/// All files of a folder by `sha256sum`, and with their times.
pub(crate) fn contents(folder: &Path) -> String {
    let script = "find . -type f | LC_ALL=C sort | while read -r it; do sha256sum \"$it\"; stat -c %Y \"$it\"; done";
    let listed = tool(Command::new("sh").args(["-c", script]).current_dir(folder));
    assert!(!listed.is_empty(), "{}", folder.display());
    listed
}

/// Runs the tool with something on its standard input.
pub(crate) fn run_with_input(home: &Home, words: &[&str], input: &str) -> Outcome {
    let mut child = home
        .command(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the tool runs");
    let mut standard_input = child.stdin.take().expect("its input");
    standard_input.write_all(input.as_bytes()).expect("input");
    drop(standard_input);
    Outcome::of(child.wait_with_output().expect("it ends"))
}
