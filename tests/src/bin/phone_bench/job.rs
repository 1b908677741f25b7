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
    Video,
    /// As many bytes are read as fifty files.
    Photos,
}

/// One run of one program.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    pub(crate) part: Part,
    pub(crate) who: String,
    pub(crate) seconds: f64,
    /// From the first byte asked for to the last one kept, by the program's own clock; only of ours and of the raw reading.
    pub(crate) own_seconds: Option<f64>,
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
const RAW: (&str, &str) = (
    "raw bulk",
    "/mnt/job/phone raw 16c0:05dc 200000000 /tmp/out",
);
const VIDEO: &[(&str, &str)] = &[
    RAW,
    ("heirloom", "/mnt/job/phone get .mp4 /tmp/out"),
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
/// All in one file, in the order of their names. mtp-getfile opens the phone anew for each file, and is left out.
const PHOTOS: &[(&str, &str)] = &[
    RAW,
    ("heirloom", "/mnt/job/phone get .jpg /tmp/out"),
    ("gphoto2", "gphoto2 --get-all-files --stdout >/tmp/out"),
    (
        "jmtpfs and cat",
        "mkdir -p /tmp/phone; jmtpfs /tmp/phone >/dev/null; find /tmp/phone -name '*.jpg' -print0 | sort -z | xargs -0 cat >/tmp/out; fusermount3 -u /tmp/phone",
    ),
];

/// How often the raw reading and ours, the first two, run once more in each round: what they are held to differs by a few percent, so that
/// one run of each tells little on a busy host.
const FURTHER_PAIRS: usize = 2;

impl Part {
    /// How many runs a round has.
    fn runs_in_round(self) -> usize {
        let further = if self == Self::Listing {
            0
        } else {
            2 * FURTHER_PAIRS
        };
        self.programs().len() + further
    }

    fn programs(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Listing => LISTING,
            Self::Video => VIDEO,
            Self::Photos => PHOTOS,
        }
    }
}

/// A script for all of a part's programs, one after the other, so many times, each round beginning with another one.
pub(crate) fn script(part: Part, (vendor, product): (u16, u16), rounds: usize) -> String {
    let mut text = format!(
        "until lsusb -d {vendor:04x}:{product:04x} >/dev/null 2>&1; do sleep 0.1; done\n\
         timed() {{ # who, and what the shell is to do\n\
             rm -f /tmp/out; begun=$(date +%s.%N)\n\
             found=$(eval \"$2\" 2>/tmp/errors)\n\
             ended=$(date +%s.%N)\n\
             own=$(echo \"$found\" | sed -n 's/.* bytes in \\([0-9.]*\\) s.*/\\1/p')\n\
             [ ! -e /tmp/out ] || found=$(sha256sum </tmp/out | cut -d ' ' -f 1)\n\
             echo \"@bench|$1|$begun|$ended|$(echo \"$found\" | tail -n 1)|$own|\"\n\
         }}\n"
    );
    if part == Part::Video {
        text.push_str("id=$(mtp-files 2>/dev/null | sed -n 's/^File ID: //p' | tail -n 1)\n");
    }
    let programs = part.programs();
    for round in 0..rounds {
        let in_turn = (0..programs.len()).map(|at| (at + round) % programs.len());
        // After those in their turn, the first two in pairs.
        let further = (programs.len()..part.runs_in_round()).map(|at| at % 2);
        for at in in_turn.chain(further) {
            let (who, command) = programs[at];
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
    let runs = part.runs_in_round() * rounds;
    let mut told = 0;
    let printed = vm.serial(1).wait(LONG_ENOUGH, |bytes| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let lines: Vec<&str> = text
            .lines()
            // The last one may not be whole yet.
            .filter(|line| line.starts_with("@bench|") && line.matches('|').count() == 6)
            .collect();
        for line in lines.iter().skip(told) {
            eprintln!("{part:?}: {} of {}: {line}", told + 1, runs);
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
            let [_, who, begun, ended, found, own, ..] = words[..] else {
                anyhow::bail!("the guest said {line:?}");
            };
            let seconds = ended.parse::<f64>()? - begun.parse::<f64>()?;
            Ok(Run {
                part,
                who: who.to_owned(),
                seconds,
                own_seconds: own.parse().ok(),
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
        let printed = "noise\r\n@bench|mtp-files|10.25|12.75|20000||\r\nmore\r\n@bench|raw bulk|1|4|ab|2.5|\r\n";
        let run = |who: &str, seconds, own_seconds, found: &str| Run {
            part: Part::Listing,
            who: who.to_owned(),
            seconds,
            own_seconds,
            found: found.to_owned(),
        };
        let runs = runs(Part::Listing, printed).expect("two runs");
        assert_eq!(
            runs,
            [
                run("mtp-files", 2.5, None, "20000"),
                run("raw bulk", 3.0, Some(2.5), "ab")
            ]
        );
        assert!(super::runs(Part::Listing, "@bench|x|1|").is_err());
    }

    #[test]
    fn each_round_begins_with_another_program() {
        let script = script(Part::Video, (0x18d1, 0x4ee1), 2);
        let first = script.find("timed 'raw bulk'").expect("the first round");
        let second = script[first + 1..].find("timed 'raw bulk'");
        assert!(second.is_some() && script.contains("lsusb -d 18d1:4ee1"));
        assert_eq!(
            script.matches("timed '").count(),
            2 * (VIDEO.len() + 2 * FURTHER_PAIRS)
        );
    }
}
