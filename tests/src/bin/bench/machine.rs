//! What the measurements were made on, and with which versions.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use jiff::{Timestamp, tz::TimeZone};

use crate::cache::Cache;
use crate::contestant::{Contestant, Place};
use crate::program::Program;

/// Name and value of each fact, in the order in which they are shown.
pub(crate) fn facts(folder: &Path, cache: Cache) -> Result<Vec<(&'static str, String)>> {
    let processor = fs::read_to_string("/proc/cpuinfo")?;
    let memory = fs::read_to_string("/proc/meminfo")?;
    let system = fs::read_to_string("/etc/os-release")?;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let load = fs::read_to_string("/proc/loadavg")?;
    let cores = std::thread::available_parallelism()?;
    let has = |flag: &str| has_flag(&processor, flag);
    let memory_kib =
        field(&memory, "MemTotal").and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    let drive = [
        "findmnt",
        "--noheadings",
        "--output",
        "FSTYPE,OPTIONS",
        "--target",
    ];
    let drive = Program::new(drive.iter().map(Path::new).chain([folder])).output()?;
    let model = field(&processor, "model name").context("/proc/cpuinfo names no processor")?;
    Ok(vec![
        (
            "date",
            Timestamp::now()
                .to_zoned(TimeZone::UTC)
                .strftime("%Y-%m-%d")
                .to_string(),
        ),
        (
            "processor",
            format!(
                "{model}, {cores} cores, {} SHA instructions{}",
                if has("sha_ni") { "with" } else { "without" },
                if has("hypervisor") {
                    ", a virtual machine"
                } else {
                    ""
                }
            ),
        ),
        (
            "memory",
            format!(
                "{:.0} GB",
                memory_kib.context("/proc/meminfo has no total")? as f64 * 1024.0 / 1e9
            ),
        ),
        ("drive", words(&drive)),
        (
            "system",
            format!(
                "{}, Linux {}",
                field(&system, "PRETTY_NAME")
                    .unwrap_or("unknown")
                    .trim_matches('"'),
                kernel.trim()
            ),
        ),
        (
            "load before",
            load.split(' ').next().unwrap_or_default().to_owned(),
        ),
        (
            "page cache",
            match cache.is_cold() {
                true => "emptied where a table says cold".to_owned(),
                false => "could not be emptied (not root): everything was measured warm".to_owned(),
            },
        ),
    ])
}

/// Whether the processor has the AES instructions.
pub(crate) fn has_aes() -> Result<bool> {
    Ok(has_flag(&fs::read_to_string("/proc/cpuinfo")?, "aes"))
}

fn has_flag(processor: &str, flag: &str) -> bool {
    let flags = field(processor, "flags").unwrap_or_default();
    flags.split_whitespace().any(|word| word == flag)
}

/// The first line that each contestant prints as its version.
pub(crate) fn versions(contestants: &[Contestant], place: &Place) -> Result<Vec<String>> {
    let version = |one: &Contestant| {
        let text = one.version(place).output()?;
        Ok(words(text.lines().next().unwrap_or_default()))
    };
    contestants.iter().map(version).collect()
}

/// The commit that is measured, and whether the tree differs from it.
pub(crate) fn commit(tree: &Path) -> Result<String> {
    let git = |words: &[&str]| {
        Program::new(["git"].iter().chain(words))
            .inside(tree.to_owned())
            .output()
    };
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    Ok(format!(
        "{}{}",
        commit.trim(),
        if changed { " with changes" } else { "" }
    ))
}

/// The value behind `name:` or `name=` at the begin of a line.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once([':', '='])?;
        (key.trim() == name).then_some(value.trim())
    })
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_as_linux_writes_them() {
        let text = "model name\t: AMD EPYC\nflags\t\t: fpu sha_ni\nMemTotal:       24682496 kB\nPRETTY_NAME=\"Debian\"\n";
        for (name, value) in [
            ("model name", Some("AMD EPYC")),
            ("flags", Some("fpu sha_ni")),
            ("MemTotal", Some("24682496 kB")),
            ("PRETTY_NAME", Some("\"Debian\"")),
            ("model", None),
        ] {
            assert_eq!(field(text, name), value);
        }
        assert!(has_flag(text, "sha_ni") && !has_flag(text, "sha"));
    }
}
