//! The written steps by hand, run by a shell word for word.

mod kit;

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use heirloom_format::{Digest, SigningKey};
use heirloom_recovery::{SheetFacts, start_here_text};
use kit::{facts, signing_key};
use tempfile::TempDir;

/// Names and dates of pictures that share one content. The first one's date is the stored file's.
const DOUBLES: [(&str, i64); 4] = [
    ("DCIM/a.jpg", 1_700_000_000),
    ("DCIM/Oma  & ich, 100 % \"süß\".jpg", 1_600_000_000),
    ("DCIM/ $HOME's *.jpg", -5),
    ("b.jpg", 0),
];

/// A snapshot of those pictures.
fn write_snapshot(snapshot: &Path) {
    let write = |name: &str, content: &[u8]| {
        let path = snapshot.join(name);
        std::fs::create_dir_all(path.parent().expect("has a parent")).expect("folders");
        std::fs::write(path, content).expect("a file");
    };
    let digest = Digest::of(b"picture");
    let (first, unix_s) = DOUBLES[0];
    let stored = snapshot.join("data").join(first);
    write(&format!("data/{first}"), b"picture");
    set_time(&stored, unix_s);
    let (mut manifest, mut shared_times) = (format!("{digest}  data/{first}\n"), String::new());
    for (name, unix_s) in &DOUBLES[1..] {
        std::fs::hard_link(&stored, snapshot.join("data").join(name)).expect("a hard link");
        manifest += &format!("{digest}  data/{name}\n");
        shared_times += &format!("{unix_s} data/{name}\n");
    }
    let mut tags = String::new();
    for (name, content) in [
        ("manifest-sha256.txt", manifest),
        ("shared-times.txt", shared_times),
        ("snapshot.json", "{}\n".to_owned()),
    ] {
        write(name, content.as_bytes());
        tags += &format!("{}  {name}\n", Digest::of(content.as_bytes()));
    }
    write("tagmanifest-sha256.txt", tags.as_bytes());
    let signature = signing_key().sign(tags.as_bytes(), "heirloom 9f2c 0007 2026-11-22");
    write(
        "tagmanifest-sha256.txt.minisig",
        signature.print().as_bytes(),
    );
    std::os::unix::fs::symlink("0007 2026-11-22", snapshot.with_file_name("latest"))
        .expect("a link");
}

fn set_time(path: &Path, unix_s: i64) {
    let file = File::options().write(true).open(path).expect("a file");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(unix_s.unsigned_abs());
    file.set_modified(time).expect("a file's time");
}

/// A folder that stands for the mounted drive and the home folder, and what a shell does there with the written steps from step 4 on.
struct Walk {
    folder: TempDir,
    facts: SheetFacts,
    snapshot: PathBuf,
}

impl Walk {
    fn new(source: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let snapshot = folder.path().join("mnt/sources").join(source);
        let snapshot = snapshot.join("0007 2026-11-22");
        std::fs::create_dir(folder.path().join("home")).expect("a folder");
        write_snapshot(&snapshot);
        let mut facts = facts("Wir", &[source]);
        let tags = std::fs::read(snapshot.join("tagmanifest-sha256.txt"));
        facts.head = Some(Digest::of(&tags.expect("the tag manifest")));
        Self {
            folder,
            facts,
            snapshot,
        }
    }

    /// Whether all steps worked, and what they printed.
    fn follow(&self) -> (bool, String) {
        let text = start_here_text(&self.facts);
        let commands: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("    "))
            .filter(|line| {
                [
                    "cd /",
                    "cd '",
                    "sha256sum ",
                    "cp ",
                    "cat ",
                    "K=",
                    "minisign ",
                ]
                .iter()
                .any(|tool| line.starts_with(tool))
            })
            .collect();
        assert_eq!(commands.len(), 7, "{text}");
        let mnt = format!("{}/", self.folder.path().join("mnt").display());
        let script = commands.join("\n").replace("/mnt/", &mnt);
        let output = Command::new("sh")
            .args(["-ec", &script])
            .env("HOME", self.folder.path().join("home"))
            .output()
            .expect("sh runs");
        let printed = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&printed).into_owned(),
        )
    }

    fn restored(&self, name: &str) -> PathBuf {
        self.folder.path().join("home/restored-1").join(name)
    }
}

#[test]
fn the_steps_work_as_written() {
    for name in [
        "Anna",
        "Karl's \"$HOME\" `id` \\",
        "-rf",
        "Jo\u{308}rg",
        "小米 8",
        &"long ".repeat(40),
    ] {
        let walk = Walk::new(name);
        let (worked, printed) = walk.follow();
        assert!(worked, "{printed}");
        assert!(printed.starts_with("all files are intact\n"), "{printed}");
        let head = walk.facts.head.expect("a head").to_string();
        assert!(printed.contains(&head), "{printed}");
        for of_signature in ["verified\n", "heirloom 9f2c 0007 2026-11-22\n"] {
            assert!(printed.contains(of_signature), "{printed}");
        }
        for (name, unix_s) in DOUBLES {
            let restored = walk.restored(name);
            assert_eq!(std::fs::read(&restored).expect(name), b"picture");
            let status = std::fs::metadata(&restored).expect(name);
            assert_eq!(status.mtime(), unix_s, "{name}");
        }
    }
}

#[test]
fn the_steps_work_where_no_file_shares_another_ones_date() {
    let walk = Walk::new("Anna");
    for (name, _) in &DOUBLES[1..] {
        std::fs::remove_file(walk.snapshot.join("data").join(name)).expect(name);
    }
    let (name, unix_s) = DOUBLES[0];
    let manifest = format!("{}  data/{name}\n", Digest::of(b"picture"));
    for (tag, content) in [
        ("manifest-sha256.txt", &*manifest),
        ("shared-times.txt", ""),
    ] {
        std::fs::write(walk.snapshot.join(tag), content).expect(tag);
    }
    // The snapshot is another one now, and nobody signed it.
    let tags = format!("{}  manifest-sha256.txt\n", Digest::of(manifest.as_bytes()));
    std::fs::write(walk.snapshot.join("tagmanifest-sha256.txt"), tags).expect("tags");
    let (worked, printed) = walk.follow();
    assert!(!worked && !printed.contains("verified"), "{printed}");
    assert!(printed.starts_with("all files are intact\n"), "{printed}");
    let status = std::fs::metadata(walk.restored(name)).expect(name);
    assert_eq!(status.mtime(), unix_s);
}

#[test]
fn the_steps_find_what_is_not_as_it_was_signed() {
    for (tag, said, intact) in [
        ("data/DCIM/a.jpg", "data/DCIM/a.jpg: FAILED", false),
        ("manifest-sha256.txt", "manifest-sha256.txt: FAILED", false),
        ("shared-times.txt", "shared-times.txt: FAILED", false),
        ("tagmanifest-sha256.txt.minisig", "intact", true),
    ] {
        let walk = Walk::new("Anna");
        let path = walk.snapshot.join(tag);
        let mut content = std::fs::read(&path).expect(tag);
        let place = content.len() / 2;
        content[place] ^= 1;
        std::fs::write(&path, content).expect(tag);
        let (_, printed) = walk.follow();
        assert!(printed.contains(said), "{tag}: {printed}");
        assert_eq!(printed.contains("intact"), intact, "{tag}: {printed}");
        assert_eq!(printed.contains("verified"), !intact, "{tag}: {printed}");
    }
    // Signed by somebody else.
    let mut walk = Walk::new("Anna");
    walk.facts.public_key = SigningKey::from_seed([4; 32], [6; 8]).public_key();
    let (worked, printed) = walk.follow();
    assert!(!worked && !printed.contains("verified"), "{printed}");
}
