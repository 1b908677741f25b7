//! What FORMAT.md tells people to type, typed.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::process::Command;

use heirloom_format::{StoredPath, shared_times_line};

const FORMAT: &str = include_str!("../FORMAT.md");

/// The commands of a block of FORMAT.md: the lines, indented by four, of which the first begins so.
fn block(beginning: &str) -> String {
    let mut lines = FORMAT.lines().skip_while(|line| {
        let command = line.strip_prefix("    ");
        command.is_none_or(|command| !command.starts_with(beginning))
    });
    let commands: Vec<&str> = lines
        .by_ref()
        .map_while(|line| line.strip_prefix("    "))
        .collect();
    assert!(!commands.is_empty(), "FORMAT.md has no block {beginning}");
    commands.join("\n")
}

#[test]
fn a_copy_gets_each_file_its_own_time() {
    let bag = tempfile::tempdir().expect("a folder");
    // One content under three names and two times, the way an archive has it.
    let names = ["a data/b.jpg", "a data/c  d.jpg", "ö/-e.jpg"];
    let path = |below: &str| bag.path().join(below);
    for folder in ["data/a data", "data/ö"] {
        fs::create_dir_all(path(folder)).expect("a folder");
    }
    let [first, second, third] = names.map(|name| path("data").join(name));
    fs::write(&first, b"content").expect("written");
    fs::hard_link(&first, &second).expect("linked");
    fs::hard_link(&first, &third).expect("linked");
    let times = [-86_400, 1_700_000_000];
    let mut text = String::new();
    for (unix_s, name) in times.iter().zip(&names[1..]) {
        let name = StoredPath::from_raw(name.split('/')).expect("a path");
        shared_times_line(*unix_s, &name, &mut text);
    }
    fs::write(path("shared-times.txt"), text).expect("written");
    let stored_time = fs::metadata(&first).expect("a file").mtime();

    let commands = block("cp ").replace("NEW_FOLDER", "new");
    let status = Command::new("sh")
        .args(["-euc", &commands])
        .current_dir(bag.path())
        .status()
        .expect("a shell");
    assert!(status.success(), "{commands}");

    let time = |name: &str| fs::metadata(path(name)).expect("a file").mtime();
    for (name, unix_s) in names.iter().zip([stored_time, times[0], times[1]]) {
        assert_eq!(time(&format!("new/{name}")), unix_s, "{name}");
        assert_eq!(time(&format!("data/{name}")), stored_time, "{name}");
    }
}
