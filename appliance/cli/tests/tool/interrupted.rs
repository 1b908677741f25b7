//! Ctrl-C in the middle of a run, and the run after it.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::judges::judge;
use crate::kit::{Home, Outcome};

const FILE_BYTES: usize = 1 << 20;

/// Adds files, each with a content of its own.
fn add_files(home: &Home, numbers: std::ops::Range<usize>) {
    for number in numbers {
        let mut content = vec![7; FILE_BYTES];
        content[..8].copy_from_slice(&number.to_le_bytes());
        home.write(format!("card/{number:05}.jpg"), &content);
    }
}

/// Runs and interrupts as soon as some files are verified. `None` when it was done before that.
fn interrupted(home: &Home, signal: Signal) -> Option<Outcome> {
    let mut running = home
        .command(["archive", "card", "archive", "--json", "--json-progress"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the tool runs");
    let mut lines = BufReader::new(running.stderr.take().expect("its progress")).lines();
    let some_verified = lines.by_ref().map_while(Result::ok).any(|line| {
        let line: Value = serde_json::from_str(&line).expect("progress");
        let (files, of) = (line["files"].as_u64(), line["of_files"].as_u64());
        matches!((files, of), (Some(1..), Some(_)))
    });
    if some_verified {
        let id = i32::try_from(running.id()).expect("a process id");
        kill(Pid::from_raw(id), signal).expect("a signal");
    }
    let mut err = String::new();
    for line in lines.map_while(Result::ok) {
        err.push_str(&line);
        err.push('\n');
    }
    let mut out = String::new();
    let mut pipe = running.stdout.take().expect("its report");
    pipe.read_to_string(&mut out).expect("its report");
    let code = running.wait().expect("it ends").code().expect("a code");
    (some_verified && code != 0).then_some(Outcome { code, out, err })
}

#[test]
fn an_interrupted_run_ends_cleanly_and_is_gone_on_with() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let home = Home::new();
        // On a fast computer it takes more files to be in time.
        let (mut files, mut outcome) = (0, None);
        while outcome.is_none() {
            assert!(files < 4_096, "no run could be interrupted");
            // What the runs that were too fast have archived is known content, so each gets new files only.
            let more = (files * 2).max(64);
            add_files(&home, files..more);
            files = more;
            outcome = interrupted(&home, signal);
        }
        let outcome = outcome.expect("it was interrupted");
        assert_eq!(outcome.code, 130, "{outcome:?}");
        assert!(
            outcome.err.contains("stopping where it is safe"),
            "{outcome:?}"
        );
        assert!(
            outcome.err.contains("what was verified is not read again"),
            "{outcome:?}"
        );
        let report = outcome.json();
        assert_eq!(report["outcome"], "interrupted");
        assert_eq!(report["error"]["reason"], "stopped");

        let report = home.archive("card", "archive");
        assert_eq!(report["complete"], true);
        assert_eq!(report["files"], files);
        let count = |what: &str| report[what].as_u64().expect("a number");
        assert!(count("resumed_files") > 0, "{report}");
        let all = count("resumed_files") + count("new_files") + count("linked_files");
        assert_eq!(all, files as u64);
        judge(&home.path("archive"));
    }
}
