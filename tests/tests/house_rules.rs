//! The house's rules, held over every file that git tracks.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file longer than this has two duties.
const LINES_MAX: usize = 500;
/// Long because they are lists of cases.
const LONG: [&str; 1] = ["tests/oracle/bagit.py"];
/// The one file that may talk to the kernel without a library between.
const UNSAFE: &str = "appliance/linux/src/ioctl.rs";

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("the tree")
}

/// Path and text of each tracked file that is text.
fn files() -> Vec<(String, String)> {
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(top())
        .output()
        .expect("git");
    assert!(
        output.status.success(),
        "git: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let names = String::from_utf8(output.stdout).expect("names in UTF-8");
    let read = |name: &str| {
        Some((
            name.to_owned(),
            std::fs::read_to_string(top().join(name)).ok()?,
        ))
    };
    let files: Vec<_> = names
        .split('\0')
        // Other people's code has its own rules.
        .filter(|name| !name.is_empty() && !name.starts_with("appliance/vendor/"))
        .filter_map(read)
        .collect();
    assert!(
        files.len() > 100,
        "the tree has more files than {}",
        files.len()
    );
    files
}

fn hold(rule: &str, broken: Vec<String>) {
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}

#[test]
fn no_file_is_too_long() {
    let long = files()
        .into_iter()
        .filter(|(name, _)| name.ends_with(".rs") || name.ends_with(".py"));
    let long = long
        .filter(|(name, text)| text.lines().count() > LINES_MAX && !LONG.contains(&name.as_str()));
    hold(
        "longer than 500 lines",
        long.map(|(name, _)| name).collect(),
    );
}

#[test]
fn unsafe_code_is_in_one_file_and_each_block_is_justified() {
    let mut broken = Vec::new();
    for (name, text) in files()
        .into_iter()
        .filter(|(name, _)| name.ends_with(".rs"))
    {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            let opens =
                code.contains(concat!("unsafe", " {")) || code.contains(concat!("unsafe", " fn"));
            let justified = at > 0 && lines[at - 1].contains("SAFETY:");
            if opens && !(name == UNSAFE && justified) {
                broken.push(format!("{name}:{}", at + 1));
            }
        }
    }
    hold("unsafe elsewhere, or without its reason", broken);
}

#[test]
fn nothing_is_left_for_later_in_the_code() {
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("#[ig", "nore"),
        concat!("dbg", "!("),
    ];
    let mut broken = Vec::new();
    for (name, text) in files()
        .into_iter()
        .filter(|(name, _)| !LONG.contains(&name.as_str()))
    {
        for (at, line) in text.lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) {
                broken.push(format!("{name}:{}", at + 1));
            }
        }
    }
    hold("left for later", broken);
}

#[test]
fn documents_name_only_paths_that_exist() {
    let tops = ["appliance/", "image/", "rootfs/", "scripts/", "tests/"];
    let mut broken = Vec::new();
    for (name, text) in files()
        .into_iter()
        .filter(|(name, _)| name.ends_with(".md"))
    {
        for quoted in text.split('`').skip(1).step_by(2) {
            let is_path = tops.iter().any(|top| quoted.starts_with(top))
                && !quoted.contains([' ', '*', '<', '$']);
            if is_path && !top().join(quoted).exists() {
                broken.push(format!("{name}: {quoted}"));
            }
        }
    }
    hold("paths that don't exist", broken);
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let text = std::fs::read_to_string(top().join("Cargo.toml")).expect("Cargo.toml");
    let table = text
        .split("[workspace.dependencies]")
        .nth(1)
        .expect("the table of dependencies");
    // The crates that the order named, and the two that need no reason.
    let given = ["log", "nix", "serde", "serde_json", "sha2", "thiserror"];
    let unexplained = table
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter(|line| {
            let name = line.split([' ', '=']).next().unwrap_or("");
            line.contains('=')
                && !line.contains('#')
                && !name.starts_with("heirloom-")
                && !given.contains(&name)
        });
    hold("without a reason", unexplained.map(str::to_owned).collect());
}
