//! The judge is judged: drives made by stock tools alone, one good and the others each with one thing wrong, before the oracle.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use heirloom_stories::{Case, Drive, Oracle};
use serde_json::json;
use sha2::{Digest, Sha256};

const PASSPHRASE: &str = "correct horse battery";
/// The second partition and its file system; LUKS2's header takes 32 MiB more while `cryptsetup reencrypt` works.
const BOOT_MIB: u64 = 40;
const VOLUME_MIB: u64 = 16;
const HEADER_MIB: u64 = 32;
/// Files of the phone: path, content, time; sorted, as manifests are.
const PHOTOS: [(&str, &str, u64); 4] = [
    ("DCIM/Camera/IMG_0001.jpg", "first", 1_700_000_001),
    ("DCIM/Camera/Käthe 2.jpg", "second", 1_700_000_002),
    ("DCIM/Käthe  3.jpg", "first", 1_600_000_009),
    ("Pictures/IMG_0003.jpg", "third", 1_700_000_003),
];
const ARCHIVE_ID: &str = "9f2c41d07be83a5516c0de0a4b7731ef";
/// Of the two pairs of keys.
const OURS: &str = "ours";
const FOREIGN: &str = "foreign";
const OLDER: &str = "0001 2026-11-21";
const NEWER: &str = "0002 2026-11-22";
/// As many drives as a PC has room for, with their phones.
const IN_ONE_PC: usize = 8;

/// What is wrong with a drive.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flaw {
    None,
    FlippedByte,
    MissingFile,
    WrongTime,
    WrongBytesWithRightHashes,
    BrokenChain,
    WrongLabel,
    WrongPassphrase,
    ChangedSignature,
    MissingSignature,
    SignatureOfAnother,
    ForeignKeys,
    ForeignSecretKey,
    SecretKeyInTheOpen,
    OtherSharedTime,
    UntoldSharedTime,
    MissingTag,
}

#[test]
fn the_oracle_names_what_is_wrong_and_passes_what_is_right() -> Result<()> {
    let table: [(Flaw, &[&str]); 17] = [
        (Flaw::None, &[]),
        (Flaw::FlippedByte, &["bag", "manifest", "wrong-bytes"]),
        (Flaw::MissingFile, &["bag", "manifest", "missing-file"]),
        (Flaw::WrongTime, &["wrong-time"]),
        (Flaw::WrongBytesWithRightHashes, &["wrong-bytes"]),
        (Flaw::BrokenChain, &["chain"]),
        (Flaw::WrongLabel, &["boot-partition"]),
        (Flaw::WrongPassphrase, &["passphrase"]),
        (Flaw::ChangedSignature, &["signature"]),
        (Flaw::MissingSignature, &["signature"]),
        (Flaw::SignatureOfAnother, &["signature"]),
        (Flaw::ForeignKeys, &["signature"]),
        (Flaw::ForeignSecretKey, &["key"]),
        (Flaw::SecretKeyInTheOpen, &["key"]),
        (Flaw::OtherSharedTime, &["shared-times", "wrong-time"]),
        (Flaw::UntoldSharedTime, &["shared-times", "wrong-time"]),
        (Flaw::MissingTag, &["tags"]),
    ];
    let folder = tempfile::tempdir_in("/var/tmp")?;
    let phone = folder.path().join("phone");
    for (path, content, time) in PHOTOS {
        write_photo(&phone.join(path), content, time)?;
    }
    for name in [OURS, FOREIGN] {
        let file = |extension| folder.path().join(name).with_extension(extension);
        let make = ["-G", "-W", "-p"];
        run(Command::new("minisign")
            .args(make)
            .arg(file("pub"))
            .arg("-s")
            .arg(file("key")))?;
    }
    let drives = table
        .iter()
        .enumerate()
        .map(|(number, &(flaw, _))| make_drive(&folder.path().join(number.to_string()), flaw))
        .collect::<Result<Vec<Drive>>>()?;
    let expect = [("Pixel *", phone.as_path())];
    let cases: Vec<Case<'_>> = drives
        .iter()
        .zip(&table)
        .map(|(drive, &(flaw, _))| Case {
            drive,
            passphrase: if flaw == Flaw::WrongPassphrase {
                "incorrect"
            } else {
                PASSPHRASE
            },
            expect: &expect,
        })
        .collect();
    let oracle = Oracle::ready()?;
    let mut verdicts = Vec::new();
    for cases in cases.chunks(IN_ONE_PC) {
        verdicts.extend(oracle.examine_all(cases)?);
    }
    for (verdict, (_, findings)) in verdicts.iter().zip(&table) {
        assert_eq!(verdict.findings(), *findings, "{:#}", verdict.facts);
        assert_eq!(verdict.is_good(), findings.is_empty());
    }
    let good = &verdicts[0];
    good.expect_good(2)?;
    let [older, newer] = good.snapshots() else {
        unreachable!("two snapshots were just counted")
    };
    assert_eq!(
        (older["files"].as_u64(), older["shared"].as_u64()),
        (Some(1), Some(0))
    );
    assert_eq!(
        (newer["files"].as_u64(), newer["shared"].as_u64()),
        (Some(4), Some(2))
    );
    assert_eq!(newer["shared_times"], 1);
    assert_eq!(good.facts["compared"], 4);
    assert_eq!(
        good.facts["public_key"],
        public_key(folder.path(), OURS)?.as_str()
    );
    assert_eq!(good.facts["boot_files"][0]["path"], "START-HERE.txt");
    assert_eq!(good.facts["luks"]["slots"][0]["memory_kib"], 8 * 1024);
    let by_sheet = oracle.examine_by_sheet(&drives[0], PASSPHRASE, &expect)?;
    assert_eq!(by_sheet.findings(), ["sheet"], "{:#}", by_sheet.facts);
    let sheet = folder.path().join("START-HERE.txt");
    drives[0].copy_from_boot_partition("START-HERE.txt", &sheet)?;
    assert_eq!(fs::read_to_string(sheet)?, "Begin here.\n");
    assert_eq!(drives[0].finds_plaintext(&["IMG_0001", PASSPHRASE])?, None);
    Ok(())
}

/// A whole drive as the design has it, in a folder of its own beside the keys.
fn make_drive(folder: &Path, flaw: Flaw) -> Result<Drive> {
    let keys = folder.parent().context("the keys lie beside it")?;
    let tree = folder.join("tree");
    let source = tree.join("sources/Pixel 8 [1a2b]");
    let [first, _, double, last] = PHOTOS;
    let stored = data(&source, OLDER).join(first.0);
    write_photo(&stored, first.1, first.2)?;
    let mut bag = Bag {
        folder: source.join(OLDER),
        photos: &[first],
        signing_key: keys.join(OURS).with_extension("key"),
        flaw: Flaw::None,
    };
    let head = bag.close(None)?;
    for (path, content, time) in PHOTOS {
        let file = data(&source, NEWER).join(path);
        if [first.0, double.0].contains(&path) {
            fs::create_dir_all(file.parent().context("a photo lies in a folder")?)?;
            fs::hard_link(&stored, &file)?;
        } else if flaw == Flaw::WrongBytesWithRightHashes {
            write_photo(&file, &content.to_uppercase(), time)?;
        } else {
            write_photo(&file, content, time)?;
        }
    }
    bag.folder = source.join(NEWER);
    bag.photos = &PHOTOS;
    bag.flaw = flaw;
    bag.close((flaw != Flaw::BrokenChain).then_some(head))?;
    symlink(NEWER, source.join("latest"))?;
    let (path, content, time) = last;
    let last = data(&source, NEWER).join(path);
    match flaw {
        Flaw::FlippedByte => write_photo(&last, "thirb", time)?,
        Flaw::MissingFile => fs::remove_file(&last)?,
        Flaw::WrongTime => write_photo(&last, content, time + 3_600)?,
        _ => {}
    }
    let (public, secret) = match flaw {
        Flaw::ForeignKeys => (FOREIGN, FOREIGN),
        Flaw::ForeignSecretKey => (OURS, FOREIGN),
        _ => (OURS, OURS),
    };
    fs::copy(
        keys.join(secret).with_extension("key"),
        tree.join("archive.key"),
    )?;
    let info = json!({"archive_id": ARCHIVE_ID, "public_key": public_key(keys, public)?});
    fs::write(tree.join("archive.json"), info.to_string())?;
    assemble(folder, &tree, flaw)
}

fn public_key(keys: &Path, name: &str) -> Result<String> {
    let file = fs::read_to_string(keys.join(name).with_extension("pub"))?;
    let line = file.lines().nth(1).context("the line after the comment")?;
    Ok(line.to_owned())
}

fn data(source: &Path, snapshot: &str) -> PathBuf {
    source.join(snapshot).join("data/Internal storage")
}

fn write_photo(file: &Path, content: &str, time: u64) -> Result<()> {
    fs::create_dir_all(file.parent().context("a photo lies in a folder")?)?;
    fs::write(file, content)?;
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(time);
    Ok(File::options().write(true).open(file)?.set_modified(time)?)
}

/// A bag (RFC 8493) whose data are there.
struct Bag<'a> {
    folder: PathBuf,
    photos: &'a [(&'a str, &'a str, u64)],
    signing_key: PathBuf,
    flaw: Flaw,
}

impl Bag<'_> {
    /// Writes its tag files, by `sha256sum` and `minisign`. Returns the head.
    fn close(&self, previous: Option<String>) -> Result<String> {
        let (bag, flaw) = (self.folder.as_path(), self.flaw);
        fs::write(
            bag.join("bagit.txt"),
            "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        )?;
        fs::write(bag.join("bag-info.txt"), "Bagging-Date: 2026-11-22\n")?;
        let name = bag.file_name().and_then(|name| name.to_str());
        let name = name.context("a snapshot has a name")?;
        self.describe(name, previous)?;
        self.list("data", "manifest-sha256.txt")?;
        self.list(
            match flaw {
                Flaw::MissingTag => "bag-info.txt bagit.txt manifest-sha256.txt snapshot.json",
                _ => "bag-info.txt bagit.txt manifest-sha256.txt shared-times.txt snapshot.json",
            },
            "tagmanifest-sha256.txt",
        )?;
        let signed = match flaw {
            Flaw::SignatureOfAnother => OLDER,
            _ => name,
        };
        run(Command::new("minisign")
            .current_dir(bag)
            .args(["-S", "-m", "tagmanifest-sha256.txt", "-t"])
            .arg(format!("heirloom {ARCHIVE_ID} {signed}"))
            .arg("-s")
            .arg(&self.signing_key))?;
        let signature = bag.join("tagmanifest-sha256.txt.minisig");
        match flaw {
            Flaw::MissingSignature => fs::remove_file(&signature)?,
            Flaw::ChangedSignature => {
                let text = fs::read_to_string(&signature)?;
                let (comment, line) = text.split_once('\n').context("four lines")?;
                // In the first 74 bytes: algorithm, key's number, signature.
                let (before, after) = line.split_at(60);
                let other = if after.starts_with('A') { 'B' } else { 'A' };
                fs::write(
                    &signature,
                    format!("{comment}\n{before}{other}{}", &after[1..]),
                )?;
            }
            _ => {}
        }
        let head = Sha256::digest(fs::read(bag.join("tagmanifest-sha256.txt"))?);
        Ok(hexadecimal(&head))
    }

    /// Writes `snapshot.json` and `shared-times.txt`. The first photo and the one of the same content share the first one's time.
    fn describe(&self, name: &str, previous: Option<String>) -> Result<()> {
        let (generation, date) = name.split_once(' ').context("a number and a day")?;
        let (_, content, stored_time) = PHOTOS[0];
        let (mut files, mut shared_times) = (Vec::new(), String::new());
        for &(path, _, time) in self.photos {
            let path = format!("Internal storage/{path}");
            let bytes = fs::read(self.folder.join("data").join(&path))?;
            let mut file = json!({
                "path": path,
                "size_bytes": bytes.len(),
                "sha256": hexadecimal(&Sha256::digest(&bytes)),
                "modified": {"raw": "", "unix_s": time},
            });
            if bytes == content.as_bytes() && time != stored_time {
                file["shared_time"] = (self.flaw != Flaw::UntoldSharedTime).into();
                let wrong = u64::from(self.flaw == Flaw::OtherSharedTime);
                shared_times += &format!("{} data/{path}\n", time + wrong);
            }
            files.push(file);
        }
        let snapshot = json!({
            "archive_id": ARCHIVE_ID,
            "generation": generation.parse::<u32>()?,
            "date": date,
            "previous_head": previous,
            "files": files,
        });
        fs::write(self.folder.join("snapshot.json"), snapshot.to_string())?;
        Ok(fs::write(
            self.folder.join("shared-times.txt"),
            shared_times,
        )?)
    }

    /// Has `sha256sum` list some files in a manifest.
    fn list(&self, what: &str, manifest: &str) -> Result<()> {
        let script = format!(
            "find {what} -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum >../m && mv ../m {manifest}"
        );
        run(Command::new("sh")
            .current_dir(&self.folder)
            .args(["-c", &script]))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Partition table, FAT32 partition, LUKS2 with ext4, without root: `cryptsetup reencrypt` encrypts a plain file in place.
fn assemble(folder: &Path, tree: &Path, flaw: Flaw) -> Result<Drive> {
    let volume = folder.join("volume");
    run(Command::new("mke2fs")
        .args(["-q", "-t", "ext4", "-b", "4096", "-d"])
        .arg(tree)
        .arg(&volume)
        .arg(format!("{VOLUME_MIB}M")))?;
    File::options()
        .write(true)
        .open(&volume)?
        .set_len((VOLUME_MIB + HEADER_MIB) << 20)?;
    let mut encrypt = Command::new("cryptsetup");
    encrypt.args([
        "reencrypt",
        "--encrypt",
        "--batch-mode",
        "--type",
        "luks2",
        "--key-file",
        "-",
    ]);
    encrypt.args([
        "--reduce-device-size",
        "32M",
        "--cipher",
        "aes-xts-plain64",
        "--key-size",
        "512",
        "--sector-size",
        "4096",
    ]);
    encrypt.args([
        "--pbkdf",
        "argon2id",
        "--pbkdf-memory",
        "8192",
        "--pbkdf-force-iterations",
        "4",
        "--pbkdf-parallel",
        "1",
    ]);
    run_with_input(encrypt.arg(&volume), PASSPHRASE)?;

    let boot = folder.join("boot");
    File::create(&boot)?.set_len(BOOT_MIB << 20)?;
    let label = if flaw == Flaw::WrongLabel {
        "SOMETHING"
    } else {
        "HEIRLOOM"
    };
    run(Command::new("mkfs.vfat")
        .args(["-F", "32", "-n", label])
        .arg(&boot))?;
    let start = folder.join("START-HERE.txt");
    fs::write(&start, "Begin here.\n")?;
    run(Command::new("mcopy")
        .arg("-i")
        .arg(&boot)
        .arg(&start)
        .arg("::/"))?;
    if flaw == Flaw::SecretKeyInTheOpen {
        run(Command::new("mcopy")
            .arg("-i")
            .arg(&boot)
            .arg(tree.join("archive.key"))
            .arg("::/KEPT.TXT"))?;
    }

    let drive = Drive::new(
        folder.join("drive.img"),
        BOOT_MIB + VOLUME_MIB + HEADER_MIB + 2,
    )?;
    let mut sgdisk = Command::new("sgdisk");
    sgdisk
        .arg(format!("--new=1:1M:+{BOOT_MIB}M"))
        .arg("--typecode=1:ef00");
    sgdisk
        .arg(format!(
            "--new=2:{}M:+{}M",
            BOOT_MIB + 1,
            VOLUME_MIB + HEADER_MIB
        ))
        .arg("--typecode=2:8309");
    run(sgdisk.arg(drive.path()))?;
    let mut disk = File::options().write(true).open(drive.path())?;
    for (part, at_mib) in [(boot, 1), (volume, BOOT_MIB + 1)] {
        disk.seek(SeekFrom::Start(at_mib << 20))?;
        disk.write_all(&fs::read(part)?)?;
    }
    Ok(drive)
}

fn run(command: &mut Command) -> Result<()> {
    run_with_input(command, "")
}

fn run_with_input(command: &mut Command, input: &str) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    // mke2fs, sgdisk and others lie where a plain user's search path has no entry.
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    let mut child = command
        .env("PATH", path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{program}; scripts/setup installs it"))?;
    child
        .stdin
        .take()
        .context("stdin is a pipe")?
        .write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(
        output.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
