//! Archives of every format version that was ever released stay readable: they are found sound, by us and by stock tools, and give back what
//! was put in.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use heirloom_engine::{
    Archive, Cancel, RestoreFrom, RestoreNames, RestoreOrder, SheetClaim, VerifyOrder, restore,
    verify,
};
use heirloom_files::{FolderTarget, FolderVolume};
use heirloom_format::Digest;

/// An archive, packed by stock `tar`.
struct Golden {
    tar: &'static str,
    /// What its sheet would say: generation, head, key.
    sheet: (u32, &'static str, &'static str),
    published: &'static [&'static str],
    thinned: usize,
    /// What a restore gives back: snapshot, digest, time, path as ASCII with escapes.
    contents: &'static str,
}

const GOLDEN: &[Golden] = &[Golden {
    tar: "version-1.tar",
    sheet: (
        5,
        "b694789a9e9597a13f6618f1c262f41ee7a6298e016ad982a9d8b1e79f58e30c",
        "RWRoZWlybG9vbRl/ayPhbIUyxqvIOPrNXqeJvgx2spIDNAOb+os9No1h",
    ),
    published: &[
        "0001 2026-11-22",
        "0002 2026-11-23",
        "0004 1970-01-01",
        "0005 2027-02-03",
    ],
    thinned: 1,
    contents: include_str!("golden/version-1.txt"),
}];

fn stock(program: &str, arguments: &[&str], folder: &Path) {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("{program} must be installed: {error}"));
    assert!(
        output.status.success(),
        "{program} {arguments:?} in {}: {}",
        folder.display(),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            below(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Path in ASCII, to digest and time.
fn contents_of(folder: &Path) -> BTreeMap<String, (String, i64)> {
    let mut found = Vec::new();
    below(folder, &mut found);
    let tell = |path: PathBuf| {
        let raw = path.strip_prefix(folder).expect("below").as_os_str();
        let digest = Digest::of(&fs::read(&path).expect("a file")).to_string();
        let unix_s = fs::metadata(&path).expect("a file").mtime();
        (raw.as_bytes().escape_ascii().to_string(), (digest, unix_s))
    };
    found.into_iter().map(tell).collect()
}

#[test]
fn archives_of_every_version_are_read() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for golden in GOLDEN {
        let folder = tempfile::tempdir().expect("a folder");
        let tar = fixtures.join(golden.tar);
        stock("tar", &["-xpf", &tar.to_string_lossy()], folder.path());
        let top = folder.path().join("archive");
        let volume = FolderVolume::new(&top, None);

        let archive = Archive::open(&volume).expect("an archive");
        let names: Vec<String> = archive
            .snapshots()
            .iter()
            .map(|it| it.name.to_string())
            .collect();
        assert_eq!(names, golden.published);
        assert_eq!(archive.thinned().len(), golden.thinned);
        let (generation, head, key) = golden.sheet;
        let order = VerifyOrder {
            sheet: Some(SheetClaim {
                generation,
                head: Some(head.parse().expect("a head")),
                public_key: Some(key.parse().expect("a key")),
            }),
            ..VerifyOrder::default()
        };
        let report = verify(&volume, &order, &|_| {}, &Cancel::new()).expect("a check");
        assert_eq!(report.findings, [], "{}", golden.tar);

        let mut given_back = String::new();
        for published in archive.snapshots() {
            let bag = top.join(published.folder.as_str());
            for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
                stock("sha256sum", &["--quiet", "--strict", "-c", manifest], &bag);
            }
            stock(
                "minisign",
                &["-V", "-q", "-P", key, "-m", "tagmanifest-sha256.txt"],
                &bag,
            );
            let target = folder.path().join(published.name.to_string());
            fs::create_dir(&target).expect("a folder");
            let order = RestoreOrder {
                names: RestoreNames::Exact,
                ..RestoreOrder::all(RestoreFrom::Snapshot(published.folder.clone()))
            };
            let target_port = FolderTarget::new(&target);
            let report =
                restore(&volume, &order, &target_port, &|_| {}, &Cancel::new()).expect("a restore");
            assert!(report.is_complete(), "{report:?}");
            for (path, (digest, unix_s)) in contents_of(&target) {
                // A file without a time was stored at the time of writing, which means nothing.
                let unix_s = if path.ends_with("no time.jpg") {
                    0
                } else {
                    unix_s
                };
                given_back += &format!("{} {digest} {unix_s} {path}\n", published.name);
            }
        }
        assert_eq!(given_back, golden.contents, "{}", golden.tar);
    }
}
