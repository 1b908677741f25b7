//! What runs in the guest, and what it prints.

use std::time::Duration;

use anyhow::{Context, Result};
use heirloom_stories::Vm;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All files of a phone are listed.
    Listing,
    /// One long file is read.
    Transfer,
}

/// One run of one program.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    pub(crate) part: Part,
    pub(crate) who: String,
    pub(crate) seconds: f64,
    /// How many files it listed, or the digest of what it read.
    pub(crate) found: String,
}

/// Who runs, and how, in the shell's words. What is listed is counted, what is read goes to the file `/tmp/out`, in memory.
const LISTING: &[(&str, &str)] = &[
    (
        "heirloom",
        "/mnt/job/phone list | sed -n 's/^\\([0-9]*\\) objects.*/\\1/p'",
    ),
    ("mtp-files", "mtp-files | grep -c '^File ID'"),
    ("gphoto2", "gphoto2 --list-files | grep -c '^#'"),
    (
        "jmtpfs",
        "mkdir -p /tmp/phone; jmtpfs /tmp/phone >/dev/null; find /tmp/phone -type f | wc -l; fusermount3 -u /tmp/phone",
    ),
];
const TRANSFER: &[(&str, &str)] = &[
    (
        "raw bulk",
        "/mnt/job/phone raw 16c0:05dc 200000000 /tmp/out",
    ),
    ("heirloom", "/mnt/job/phone get VIDEO.mp4 /tmp/out"),
    ("mtp-getfile", "mtp-getfile \"$id\" /tmp/out"),
    (
        "gphoto2",
        "gphoto2 --get-file 1 --filename /tmp/out --force-overwrite",
    ),
    (
        "jmtpfs and cp",
        "mkdir -p /tmp/phone; jmtpfs /tmp/phone >/dev/null; cp \"$(find /tmp/phone -name VIDEO.mp4)\" /tmp/out; fusermount3 -u /tmp/phone",
    ),
];

/// A script for all of a part's programs, one after the other, so many times, each round beginning with another one.
pub(crate) fn script(part: Part, (vendor, product): (u16, u16), rounds: usize) -> String {
    let mut text = format!(
        "until lsusb -d {vendor:04x}:{product:04x} >/dev/null 2>&1; do sleep 0.1; done\n\
         timed() {{ # who, and what the shell is to do\n\
             rm -f /tmp/out; begun=$(date +%s.%N)\n\
             found=$(eval \"$2\" 2>/tmp/errors)\n\
             ended=$(date +%s.%N)\n\
             [ ! -e /tmp/out ] || found=$(sha256sum </tmp/out | cut -d ' ' -f 1)\n\
             echo \"@bench|$1|$begun|$ended|$(echo \"$found\" | tail -n 1)|\"\n\
         }}\n"
    );
    let programs = match part {
        Part::Listing => LISTING,
        Part::Transfer => {
            text.push_str("id=$(mtp-files 2>/dev/null | sed -n 's/^File ID: //p' | tail -n 1)\n");
            TRANSFER
        }
    };
    for round in 0..rounds {
        for at in 0..programs.len() {
            let (who, command) = programs[(at + round) % programs.len()];
            let command = command.replace('\'', r"'\''");
            text.push_str(&format!("timed '{who}' '{command}'\n"));
        }
    }
    text.push_str("echo the bench is done\n");
    text
}

/// Waits for all that is printed, and says how far it is.
pub(crate) fn wait(vm: &Vm, part: Part, rounds: usize) -> Result<String> {
    const LONG_ENOUGH: Duration = Duration::from_secs(3600);
    let programs = match part {
        Part::Listing => LISTING.len(),
        Part::Transfer => TRANSFER.len(),
    };
    let mut told = 0;
    let printed = vm.serial(1).wait(LONG_ENOUGH, |bytes| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("@bench|"))
            .collect();
        for line in lines.iter().skip(told) {
            eprintln!("{part:?}: {} of {}: {line}", told + 1, programs * rounds);
            told += 1;
        }
        text.contains("the bench is done").then_some(text)
    });
    printed.with_context(|| {
        format!(
            "the guest did not come to its end:\n{}\n{}",
            String::from_utf8_lossy(&vm.serial(1).bytes()),
            String::from_utf8_lossy(&vm.serial(0).bytes())
        )
    })
}

/// What the guest printed, read.
pub(crate) fn runs(part: Part, printed: &str) -> Result<Vec<Run>> {
    let lines = printed.lines().filter(|line| line.starts_with("@bench|"));
    lines
        .map(|line| {
            let words: Vec<&str> = line.trim_end().split('|').collect();
            let [_, who, begun, ended, found, ..] = words[..] else {
                anyhow::bail!("the guest said {line:?}");
            };
            let seconds = ended.parse::<f64>()? - begun.parse::<f64>()?;
            Ok(Run {
                part,
                who: who.to_owned(),
                seconds,
                found: found.to_owned(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_guest_prints_is_read() {
        let printed = "noise\r\n@bench|mtp-files|10.25|12.75|20000|\r\nmore\r\n";
        let runs = runs(Part::Listing, printed).expect("a run");
        assert_eq!(
            runs,
            [Run {
                part: Part::Listing,
                who: "mtp-files".to_owned(),
                seconds: 2.5,
                found: "20000".to_owned()
            }]
        );
        assert!(super::runs(Part::Listing, "@bench|x|1|").is_err());
    }

    #[test]
    fn each_round_begins_with_another_program() {
        let script = script(Part::Transfer, (0x18d1, 0x4ee1), 2);
        let first = script.find("timed 'raw bulk'").expect("the first round");
        let second = script[first + 1..].find("timed 'raw bulk'");
        assert!(second.is_some() && script.contains("lsusb -d 18d1:4ee1"));
        assert_eq!(script.matches("timed '").count(), 2 * TRANSFER.len());
    }
}
