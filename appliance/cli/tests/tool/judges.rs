//! Programs that are not ours say whether an archive is right.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::kit::tool;

/// Holds every snapshot of an archive to `sha256sum`, `minisign` and, where there is a Python, a BagIt validator.
pub(crate) fn judge(archive: &Path) {
    let info = fs::read(archive.join("archive.json")).expect("archive.json");
    let info: Value = serde_json::from_slice(&info).expect("JSON");
    let public_key = info["public_key"].as_str().expect("a public key");
    let mut judged = 0;
    for source in fs::read_dir(archive.join("sources")).expect("sources") {
        let source = source.expect("an entry").path();
        for snapshot in fs::read_dir(&source).expect("snapshots") {
            let snapshot = snapshot.expect("an entry");
            if snapshot.file_type().expect("its kind").is_symlink() {
                continue;
            }
            judge_snapshot(&snapshot.path(), public_key);
            judged += 1;
        }
    }
    assert!(judged > 0, "there is nothing to judge");
}

fn judge_snapshot(snapshot: &Path, public_key: &str) {
    let empty = snapshot.join("manifest-sha256.txt");
    if fs::metadata(empty).expect("a manifest").len() > 0 {
        in_folder(
            snapshot,
            "sha256sum",
            &["--quiet", "--strict", "-c", "manifest-sha256.txt"],
        );
    }
    in_folder(
        snapshot,
        "sha256sum",
        &["--quiet", "--strict", "-c", "tagmanifest-sha256.txt"],
    );
    in_folder(
        snapshot,
        "minisign",
        &["-V", "-q", "-P", public_key, "-m", "tagmanifest-sha256.txt"],
    );
    if Command::new("python3").arg("-V").output().is_ok() {
        bagit(snapshot);
    }
}

fn in_folder(folder: &Path, program: &str, words: &[&str]) {
    tool(Command::new(program).args(words).current_dir(folder));
}

/// The Library of Congress's validator, which wants to be installed: a folder with its metadata is as good.
fn bagit(snapshot: &Path) {
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oracle");
    let home = tempfile::tempdir().expect("a folder");
    let installed = home.path().join("bagit-1.9.0.dist-info");
    fs::create_dir(&installed).expect("a folder");
    fs::copy(oracle.join("bagit.METADATA"), installed.join("METADATA")).expect("its metadata");
    let program = home.path().join("bagit.py");
    fs::copy(oracle.join("bagit.py"), &program).expect("the validator");
    tool(
        Command::new("python3")
            .arg(program)
            .args(["--validate", "--quiet"])
            .arg(snapshot),
    );
}
