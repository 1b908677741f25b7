//! An archive drive that is only read: not one byte of it changes, whatever state it is in.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use heirloom_engine::{Archive, DriveError, VerifyOrder, verify};
use heirloom_linux::{ArchiveReading, KeyHolder, OpenOrder, open_to_read};
use nix::sys::stat::{Mode, SFlag, mknod};

use crate::Outcome;
use crate::fixture::{Disk, archive, secret, tool};

const OWNER: &str = "correct horse battery staple";
const EXECUTORS: &str = "0123456789abcdef0123456789abcdef";
const FILE_SYSTEM: &str = "16384k";
const SPARE_BYTES: u64 = 32 << 20;
const CHEAP: [&str; 3] = [
    "--pbkdf=argon2id",
    "--pbkdf-memory=32768",
    "--pbkdf-force-iterations=4",
];

/// An encrypted archive on a loop device that stands for the second partition of a disk.
struct Drive {
    disk: Disk,
    luks_uuid: String,
    node: PathBuf,
}

impl Drive {
    fn new() -> Result<Self, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).display().to_string();
        let image = pulled_image(folder.path())?;
        let file = OpenOptions::new().write(true).open(&image).expect("image");
        let size_bytes = fs::metadata(&image).expect("image").len();
        file.set_len(size_bytes + SPARE_BYTES).expect("room");
        fs::write(path("owner"), OWNER).expect("a key");
        fs::write(path("executors"), EXECUTORS).expect("a key");
        let (owner, executors) = (path("owner"), path("executors"));
        let spare = format!("--reduce-device-size={SPARE_BYTES}");
        let options = ["--batch-mode", "--key-file", &owner];
        let encrypt = [
            "reencrypt",
            "--encrypt",
            "--type=luks2",
            "--sector-size=4096",
        ];
        let quick = ["--resilience=none", &spare, &image];
        tool(
            "cryptsetup",
            &[&options[..], &encrypt, &CHEAP, &quick].concat(),
        );
        let add = ["luksAddKey", "--key-slot=1", &image, &executors];
        tool("cryptsetup", &[&options[..], &CHEAP, &add].concat());
        let luks_uuid = tool("cryptsetup", &["luksUUID", &image]).trim().to_owned();
        let node = folder.path().join("disk");
        let disk = Disk::of(folder, image.into(), &[])?;
        let number = fs::metadata(&disk.node).expect("the node").rdev();
        let partition = node.with_file_name("disk2");
        mknod(&partition, SFlag::S_IFBLK, Mode::S_IRUSR, number)
            .map_err(|errno| format!("no node can be made ({errno})"))?;
        File::open(&partition).map_err(|error| format!("a node can't be opened ({error})"))?;
        Ok(Self {
            disk,
            luks_uuid,
            node,
        })
    }

    fn open(&self, holder: KeyHolder, text: &str) -> Result<ArchiveReading, DriveError> {
        let passphrase = secret(text);
        let order = OpenOrder {
            disk: &self.node,
            partition: 2,
            luks_uuid: &self.luks_uuid,
            passphrase: &passphrase,
        };
        open_to_read(&order, holder)
    }

    fn digest(&self) -> String {
        sum(&self.disk.file)
    }

    fn is_marked(&self) -> bool {
        let node = self.disk.node.display().to_string();
        tool("blockdev", &["--getro", &node]).trim() == "1"
    }
}

/// An image of a file system as it is while it is mounted, with all that was written: whoever mounts it has a journal to replay, and writes.
fn pulled_image(folder: &Path) -> Result<String, String> {
    let path = |name: &str| folder.join(name).display().to_string();
    let (image, place, pulled) = (path("mounted"), path("place"), path("image"));
    tool(
        "mke2fs",
        &["-q", "-t", "ext4", "-b", "4096", &image, FILE_SYSTEM],
    );
    let mounted = Disk::of(tempfile::tempdir().expect("a folder"), (&image).into(), &[])?;
    fs::create_dir(&place).expect("a folder");
    tool("mount", &[&mounted.node.display().to_string(), &place]);
    let tree = archive(folder);
    tool("cp", &["-a", &format!("{}/.", tree.display()), &place]);
    tool("sync", &["-f", &place]);
    fs::copy(&image, &pulled).expect("copied");
    tool("umount", &[&place]);
    let said = tool("dumpe2fs", &["-h", &pulled]);
    assert!(said.contains("needs_recovery"), "{said}");
    Ok(pulled)
}

fn sum(path: &Path) -> String {
    tool("sha256sum", &[&path.display().to_string()])
        .split_whitespace()
        .next()
        .expect("a digest")
        .to_owned()
}

fn is_whole(reading: &ArchiveReading) {
    let volume = reading.volume();
    let archive = Archive::open(volume.as_ref()).expect("an archive");
    assert_eq!(archive.info().name, "The Müllers");
    assert!(archive.damage().is_empty(), "{:?}", archive.damage());
    let report = verify(
        volume.as_ref(),
        &VerifyOrder::default(),
        &|_| {},
        &Default::default(),
    )
    .expect("checked");
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert!(volume.flush().is_err(), "nothing can be written");
}

pub(crate) fn stays() -> Outcome {
    let drive = Drive::new()?;
    let before = drive.digest();
    let reading = drive.open(KeyHolder::Owner, OWNER).expect("it opens");
    assert!(drive.is_marked());
    let by_others = OpenOptions::new().write(true).open(&drive.disk.node);
    let written = by_others.and_then(|node| node.write_all_at(&[0; 512], 0));
    assert!(written.is_err(), "others can write");
    is_whole(&reading);
    // What the system does for a moment in between is seen afterwards.
    let (reading, was_marked) = reading
        .with_writing(|| drive.is_marked())
        .expect("it can be read again");
    assert!(!was_marked && drive.is_marked());
    is_whole(&reading);
    drop(reading);
    assert!(!drive.is_marked());
    assert_eq!(drive.digest(), before);
    Ok(())
}

pub(crate) fn damaged() -> Outcome {
    let drive = Drive::new()?;
    let node = OpenOptions::new().write(true).open(&drive.disk.node);
    let node = node.expect("the node");
    node.write_all_at(&[0; 4096], 0).expect("damaged");
    node.sync_all().expect("flushed");
    let before = drive.digest();
    let reading = drive.open(KeyHolder::Executors, EXECUTORS);
    is_whole(&reading.expect("it opens"));
    assert_eq!(drive.digest(), before, "the header was mended");
    // The second copy too: neither is there.
    let zeros = vec![0; 1 << 20];
    node.write_all_at(&zeros, 0).expect("damaged");
    node.sync_all().expect("flushed");
    let refused = drive.open(KeyHolder::Owner, OWNER).err();
    assert_eq!(refused, Some(DriveError::DamagedHeader));
    Ok(())
}

pub(crate) fn keys() -> Outcome {
    let mut drive = Drive::new()?;
    let table = [
        (KeyHolder::Owner, OWNER, None),
        (KeyHolder::Executors, EXECUTORS, None),
        (
            KeyHolder::Owner,
            EXECUTORS,
            Some(DriveError::WrongPassphrase),
        ),
        (
            KeyHolder::Executors,
            OWNER,
            Some(DriveError::WrongPassphrase),
        ),
    ];
    for (holder, text, expected) in table {
        let opened = drive.open(holder, text).err();
        assert_eq!(opened, expected, "{holder:?}");
        assert!(!drive.is_marked());
    }
    let node = drive.disk.node.display().to_string();
    tool("cryptsetup", &["--batch-mode", "luksKillSlot", &node, "1"]);
    let opened = drive.open(KeyHolder::Executors, EXECUTORS).err();
    assert_eq!(opened, Some(DriveError::NoSuchKeySlot));
    drive.luks_uuid = "another".to_owned();
    let opened = drive.open(KeyHolder::Owner, OWNER).err();
    assert_eq!(opened, Some(DriveError::Changed));
    Ok(())
}
